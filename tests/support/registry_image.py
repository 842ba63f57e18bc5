"""The image `registry:2` of the Docker books, made from Debian's docker-registry and the libraries that it loads."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.support.images import Image
from tests.support.members import Member, directory, file, layer
from tests.support.registry import NoRegistry

NAME = "docker.io/library/registry:2"
_CONFIG = "/etc/docker/registry/config.yml"
_SETTINGS = """\
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: /var/lib/registry}}
http: {addr: ':5000'}
"""


def image() -> Image:
    """Return the image. Raises NoRegistry where the program is not installed."""
    program = shutil.which("docker-registry")
    if program is None:
        raise NoRegistry("no docker-registry on this machine: apt-get install docker-registry")
    loaded = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    paths = [program, *re.findall(r"(/\S+) \(", loaded)]
    members: list[Member] = [file(path[1:], Path(path).read_bytes(), mode=0o755) for path in paths]
    folders = {str(parent)[1:] for path in (*paths, _CONFIG) for parent in Path(path).parents if str(parent) != "/"}
    members += [directory(name) for name in sorted(folders | {"tmp", "proc", "dev", "sys", "var/lib/registry"})]
    members.append(file(_CONFIG[1:], _SETTINGS.encode()))
    config = {
        "Entrypoint": [program],
        "Cmd": ["serve", _CONFIG],
        "ExposedPorts": {"5000/tcp": {}},
        "Volumes": {"/var/lib/registry": {}},
    }
    return Image([layer(sorted(members, key=lambda member: member.info.name))], config, (NAME,))
