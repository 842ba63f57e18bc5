"""Contexts that are git repositories: URL#REF:FOLDER, or URL?ref=…&subdir=…, fetched by the program git.

https://docs.docker.com/build/concepts/context/#git-repositories
"""

from __future__ import annotations

import os
import urllib.parse

from pod.errors import BuildError
from pod.linux import files, process
from pod.record import Record


class Repository(Record):
    """What a URL says."""

    remote: str
    ref: str = ""  # a branch, a tag or a commit; "" is what the remote points at
    folder: str = ""


class Cloned(Record):
    """A working tree: the folder that is meant, and the commit."""

    path: str
    commit: str


def parse(url: str) -> Repository:
    """Understand a URL. Raises BuildError for a folder that leads out of the repository."""
    remote, _, fragment = url.partition("#")
    ref, _, folder = fragment.partition(":")
    bare, mark, query = remote.partition("?")
    if mark:
        values = dict(urllib.parse.parse_qsl(query))
        unknown = set(values) - {"ref", "tag", "branch", "commit", "checksum", "subdir", "keep-git-dir", "submodules"}
        if not unknown:
            remote = bare
            ref = values.get("commit") or values.get("ref") or values.get("tag") or values.get("branch") or ref
            folder = values.get("subdir", folder)
    if ".." in folder.split("/"):
        raise BuildError(f"cannot use {url:.200}: its folder leads out of the repository")
    if remote.startswith("github.com/"):
        remote = f"https://{remote}"
    if ref.startswith("-") or remote.startswith("-"):
        raise BuildError(f"cannot use {url:.200}: it is no URL of a repository")
    return Repository(remote, ref, folder.strip("/"))


def clone(repository: Repository, path: str, *, keep_git: bool = False) -> Cloned:
    """Fetch one commit and check it out. Raises BuildError with what git says."""
    if not process.find_program("git"):
        raise BuildError("git is not installed: a repository cannot be fetched", hint="`apt-get install git`")
    files.make_folders(path, 0o755)
    _git(path, "init", "-q", "-b", "main")
    _git(path, "remote", "add", "origin", repository.remote)
    wanted = repository.ref or "HEAD"
    try:
        _git(path, "fetch", "-q", "--depth", "1", "origin", wanted)
    except BuildError:  # a server that gives no single commits, or has no such branch or tag
        _git(path, "fetch", "-q", "--tags", "origin", "+refs/heads/*:refs/heads/*", "--update-head-ok")
        if not repository.ref:
            _git(path, "fetch", "-q", "origin", "HEAD")
            wanted = "FETCH_HEAD"
    else:
        wanted = "FETCH_HEAD"
    _git(path, "checkout", "-q", "--force", "--detach", wanted)
    if os.path.exists(f"{path}/.gitmodules"):
        _git(path, "submodule", "update", "-q", "--init", "--recursive", "--depth", "1")
    commit = _git(path, "rev-parse", "HEAD").decode().strip()
    if not keep_git:
        files.remove_tree(f"{path}/.git")
    folder = os.path.join(path, repository.folder) if repository.folder else path
    if not os.path.isdir(folder) or not f"{os.path.realpath(folder)}/".startswith(f"{os.path.realpath(path)}/"):
        raise BuildError(f"the repository {repository.remote} has no folder {repository.folder:.100}")
    return Cloned(folder, commit)


def _git(path: str, *words: str) -> bytes:
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_COUNT": "2"}
    env |= {"GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    env |= {"GIT_CONFIG_KEY_1": "core.autocrlf", "GIT_CONFIG_VALUE_1": "false"}
    done = process.run(["git", "-C", path, *words], env=env)
    if done.code:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise BuildError(f"git {words[0]} failed: {said[-1]}", hint="\n".join(said[:-1][-5:]))
    return done.stdout
