"""The commands of `pod kube`."""
