"""Commands of Docker's and Podman's that have no place in pod, and what there is instead; answered in one line."""

from __future__ import annotations

_SWARM = "pod is no Swarm; `pod compose` and `pod kube` run several containers together"
_HERE = "pod works on this machine only; on another one run `ssh HOST pod …`"
_NO_DESKTOP = "it is a part of Docker Desktop"

ELSEWHERE = {
    "config": _SWARM,
    "context": _HERE,
    "debug": _NO_DESKTOP,
    "desktop": _NO_DESKTOP,
    "extension": _NO_DESKTOP,
    "farm": "pod builds on this machine; `pod build --platform` for several platforms, `pod manifest` to join them",
    "image scp": "`pod save NAME | ssh HOST pod load` does that; `pod image copy` knows registries and archives",
    "kube apply": "a cluster is `kubectl`'s business: `pod kube generate NAME | kubectl apply -f -`",
    "machine": "containers run on this machine itself, with no virtual one in between",
    "node": _SWARM,
    "plugin": "pod has no plugins: volumes are folders, networks and logs are built in",
    "sbom": "look into the files of an image: `pod image mount IMAGE`, or `pod save` for other tools",
    "scout": "look into the files of an image: `pod image mount IMAGE`, or `pod save` for other tools",
    "service": _SWARM,
    "stack": _SWARM,
    "swarm": _SWARM,
    "system connection": _HERE,
    "trust": "`pod image trust` says which images may come from where, `pod image sign` signs them",
    "volume update": "it is for volumes of a Swarm; a volume here is a folder that `pod volume inspect` names",
}


def answer(words: list[str]) -> str:
    """Return what there is instead of the command that the words begin with; "" where pod might have it."""
    for length in (2, 1):
        name = " ".join(words[:length])
        if name in ELSEWHERE:
            return f"pod has no `pod {name}`: {ELSEWHERE[name]}"
    return ""
