"""Every setting that the files may hold: its type, and what it does here or why it means nothing here.

The checks of pod.settings.merge, the man page and the tests all come from these tables; they are read only when a
file has changed. A setting of containers.conf that is the default of an option is also in pod.cli.config_defaults.
"""

from __future__ import annotations

from pod.settings.keys.containers import CONTAINERS
from pod.settings.keys.engine import ENGINE
from pod.settings.keys.network import NETWORK, SECRETS
from pod.settings.keys.others import DOCKER, ELSEWHERE, POD, STORAGE
from pod.settings.keys.setting import Setting

CONTAINERS_CONF: dict[str, dict[str, Setting]] = {
    "containers": CONTAINERS,
    "engine": ENGINE,
    "network": NETWORK,
    "secrets": SECRETS,
}
"""The tables of containers.conf that mean something here."""

__all__ = ["CONTAINERS_CONF", "DOCKER", "ELSEWHERE", "POD", "STORAGE", "Setting"]
