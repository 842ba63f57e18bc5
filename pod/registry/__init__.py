"""The OCI distribution protocol: references to bytes and back."""
