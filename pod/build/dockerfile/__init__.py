"""The language of Dockerfiles: text to frozen instructions, and nothing else (no file, no process)."""
