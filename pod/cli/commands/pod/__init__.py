"""The commands of `pod pod`."""
