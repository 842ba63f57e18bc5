"""What the verbs of volumes mean, and what containers do with volumes."""
