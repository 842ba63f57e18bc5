"""Commands on pod itself, and on objects of any kind."""
