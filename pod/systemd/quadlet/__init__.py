"""Quadlet: `.container`, `.volume`, `.network`, `.image`, `.build`, `.pod` and `.kube` files become systemd units.

The format is Podman's, podman-systemd.unit(5); what the generator itself is to do is systemd.generator(7).
"""
