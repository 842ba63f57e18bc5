"""Manifest lists: images for several platforms under one name, made here and pushed as one."""
