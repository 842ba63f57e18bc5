"""pod: a rootless, daemonless container engine with Docker's and Podman's command line."""

__version__ = "0.1.0"
