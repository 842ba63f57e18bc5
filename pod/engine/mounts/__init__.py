"""The mounts of a container: what create makes of the words, and what start makes of the record."""
