"""What the commands on manifest lists do."""
