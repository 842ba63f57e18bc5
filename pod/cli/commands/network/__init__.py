"""The commands of `pod network`."""
