"""What commands do that is more than one call of the engine and one of rendering; as light to import as they are."""
