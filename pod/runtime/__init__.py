"""An OCI runtime as a library: a bundle in, a running container out. It knows nothing of images or names."""
