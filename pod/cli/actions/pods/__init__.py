"""What the commands of `pod pod` do."""
