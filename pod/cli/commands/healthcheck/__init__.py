"""`pod healthcheck`."""
