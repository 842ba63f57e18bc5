"""What the commands of `pod kube` do."""
