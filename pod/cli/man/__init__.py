"""Manual pages, made of the definitions of the command line, the tables of settings, and notes written by hand.

What no definition says stands in man/notes: NAME.md is put into the page NAME. `python -m pod.cli.generate_man`
writes all pages to man/, and a test compares.
"""
