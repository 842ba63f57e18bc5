"""Commands of `pod generate`."""
