"""pod as systemd's servant: unit files made of Quadlet files."""
