"""Images, layers, container root filesystems and the documents on disk."""
