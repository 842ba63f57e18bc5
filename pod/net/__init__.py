"""Networks of containers: user-mode networking, bridges, published ports."""
