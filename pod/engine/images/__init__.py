"""The verbs on images, one a file."""
