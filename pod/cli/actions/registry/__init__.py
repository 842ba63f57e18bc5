"""What the commands on registries do."""
