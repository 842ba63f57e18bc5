"""Commands on manifest lists."""
