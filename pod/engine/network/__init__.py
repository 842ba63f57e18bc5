"""What is done with networks: making and removing them, and putting containers on them."""
