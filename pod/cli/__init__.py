"""The command line: parse, call the engine, print. No decisions live here."""
