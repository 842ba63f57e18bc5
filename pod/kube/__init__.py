"""Kubernetes YAML: played as pods, volumes and secrets (`kube play`), taken down, and written (`kube generate`).

What the keys mean is the Kubernetes API's; which of them mean something on one machine is podman-kube-play(1).
"""
