"""What the commands of `pod secret` do."""
