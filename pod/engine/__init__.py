"""What the verbs mean: every front door's action is one call here."""
