"""How this host reaches Debian's mirror, and what a container must be given to reach it the same way."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

APT_HELPER = "/usr/lib/apt/apt-helper"


class NoMirror(Exception):
    """Debian's packages cannot be fetched from this host; says why."""


def container_options(sources: str, folder: Path) -> list[str]:
    """Return the options of `run` that give a container this host's proxy. Raises NoMirror.

    `sources` is the sources.list of the image: its first mirror has to answer this host within seconds.
    """
    if not Path(APT_HELPER).exists():
        raise NoMirror("no apt on this host to tell whether a mirror can be reached")
    kind, url, suite = sources.split()[:3]
    assert kind == "deb", sources
    env = {**os.environ, "LC_ALL": "C"}
    limits = ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=20"]
    fetch = [APT_HELPER, *limits, "download-file", f"{url}/dists/{suite}/InRelease", str(folder / "InRelease")]
    fetched = subprocess.run(fetch, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if fetched.returncode != 0:
        raise NoMirror(f"Debian's mirror cannot be reached: {fetched.stderr.strip()}")
    return [word for name, value in _proxies().items() for word in ("-e", f"{name}={value}")]


def _proxies() -> dict[str, str]:
    """Return the proxies of apt's configuration, and else of the environment (apt.conf(5), "Acquire::http::Proxy")."""
    apt_config = shutil.which("apt-config") or "apt-config"
    wanted = ["http_proxy", "Acquire::http::Proxy", "https_proxy", "Acquire::https::Proxy"]
    said = subprocess.run([apt_config, "shell", *wanted], capture_output=True, text=True, check=True).stdout
    configured = dict(word.partition("=")[::2] for word in shlex.split(said))
    found = {name: configured.get(name) or os.environ.get(name, "") for name in ("http_proxy", "https_proxy")}
    return {name: value for name, value in found.items() if value and value != "DIRECT"}
