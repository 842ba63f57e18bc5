"""Which images may be used: policy.json, simple signing with GnuPG, and cosign's signatures made with a key."""
