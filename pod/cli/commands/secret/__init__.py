"""The commands of `pod secret`."""
