"""The keeper of the networks: one process per user that holds the shared network namespace while containers need it.

Clients (monitors, and commands for a moment) speak with it over a socket; see protocol.
"""
