"""Commands around building images."""
