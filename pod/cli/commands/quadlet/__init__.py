"""Commands of `pod quadlet`."""
