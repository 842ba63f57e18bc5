"""What the commands of `pod network` do."""
