"""The commands: one module a verb, each a function whose signature and docstring are its definition and help.

A signature is written for Typer, but its annotations stay text until pod.cli.definitions reads them: a command that
runs imports neither Typer nor typing. pod.cli.tree lists the commands.
"""
