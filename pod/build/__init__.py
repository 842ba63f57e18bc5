"""Dockerfiles to images, on the engine's containers and images."""
