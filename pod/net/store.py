"""The documents of user-defined networks: networks/NAME.json."""

from __future__ import annotations

import os

from pod.errors import AmbiguousName, NetworkError, NoSuchNetwork
from pod.linux import files, jsonfile
from pod.net.records import DEFAULT, Network, default_network

_SUFFIX = ".json"


PEERS_DEFAULTS = ("bridge", "podman")
"""What the default network is called by Docker and by Podman: scripts ask for it by these names."""


def load(folder: str, name: str) -> Network:
    """Return the network of that name. Raises NoSuchNetwork, and NetworkError for a document that is broken."""
    path = f"{folder}/{name}{_SUFFIX}"
    try:
        if "/" in name or not name:
            raise FileNotFoundError
        return Network.from_json(jsonfile.read(path))
    except (FileNotFoundError, NotADirectoryError):
        if name == DEFAULT:
            return default_network()
        raise NoSuchNetwork(name) from None
    except ValueError as err:
        raise NetworkError(f"{path} is broken: {err}", hint=f"remove it: pod network rm {name}") from err


def find(folder: str, wanted: str) -> Network:
    """Return the network that a name, an id or its beginning means. Raises NoSuchNetwork, AmbiguousName."""
    try:
        return load(folder, wanted)
    except NoSuchNetwork:
        pass
    if wanted in PEERS_DEFAULTS:
        return load(folder, DEFAULT)
    matches = [network for network in every(folder) if len(wanted) > 1 and network.id.startswith(wanted)]
    if len(matches) > 1:
        raise AmbiguousName("network", wanted, tuple(network.id[:12] for network in matches))
    if not matches:
        raise NoSuchNetwork(wanted)
    return matches[0]


def every(folder: str) -> list[Network]:
    """Return all networks that can be read, by name; `pod` is always there."""
    try:
        names = {name.removesuffix(_SUFFIX) for name in os.listdir(folder) if name.endswith(_SUFFIX)}
    except FileNotFoundError:
        names = set()
    found = []
    for name in sorted({DEFAULT, *names}):
        try:
            found.append(load(folder, name))
        except (NoSuchNetwork, NetworkError):
            continue
    return found


def save(folder: str, network: Network) -> None:
    """Write a network's document. The caller holds the lock `networks`."""
    files.make_folders(folder)
    jsonfile.write(f"{folder}/{network.name}{_SUFFIX}", network.to_json(), durable=True)


def remove(folder: str, name: str) -> None:
    """Remove a network's document. The caller holds the lock `networks`."""
    files.remove_file(f"{folder}/{name}{_SUFFIX}")
