"""What the source of a build's files is: a folder, or something that `git` or `http` fetches, which few builds need.

https://docs.docker.com/reference/dockerfile/#add
"""

from __future__ import annotations


def is_url(source: str) -> bool:
    """True for a file that is fetched by HTTP."""
    return source.startswith(("http://", "https://"))


def is_git(source: str) -> bool:
    """True for a git repository, as Docker tells it from a file."""
    if source.startswith(("git://", "ssh://", "git@")):
        return True
    return is_url(source) and source.partition("#")[0].partition("?")[0].endswith(".git")
