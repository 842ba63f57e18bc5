"""The words that `-v`, `--mount` and `--tmpfs` may carry, and which of them exclude each other."""

from __future__ import annotations

from pod.cli.parsers import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PROPAGATIONS = ("private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable")
TOP_ONLY = "ro-top-only"  # what is mounted below a read-only folder stays writable
_ALTERNATIVES = (
    ("ro", "rw"),
    ("z", "Z"),
    PROPAGATIONS,
    ("dev", "nodev"),
    ("suid", "nosuid"),
    ("exec", "noexec"),
    ("bind", "rbind"),
    ("copy", "nocopy"),
    ("tmpcopyup", "notmpcopyup"),
    ("cached", "delegated", "consistent", "default"),
)
_COMMON = ("ro", "rw", "dev", "nodev", "suid", "nosuid", "exec", "noexec")
VOLUME_FLAGS = (*_COMMON, *PROPAGATIONS, "z", "Z", "U", "O", "copy", "nocopy", "bind", "rbind")
VOLUME_VALUES = ("upperdir", "workdir")
TMPFS_FLAGS = (*_COMMON, *PROPAGATIONS, "U", "tmpcopyup", "notmpcopyup", "noatime", "relatime", "nodiratime", "sync")
TMPFS_VALUES = ("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "huge", "mpol")
_WITHOUT_MEANING = ("cached", "delegated", "consistent", "default")  # Docker Desktop's, for its virtual machine


def check_target(option: str, text: str, target: str) -> str:
    """Return the path of a mount inside the container without needless slashes and dots."""
    import posixpath

    if not target.startswith("/"):
        raise invalid(option, text, f"{target!r} is no absolute path in the container")
    path = posixpath.normpath(target).replace("//", "/")
    if path == "/":
        raise invalid(option, text, "the container's root cannot be mounted over")
    return path


def check_flags(
    option: str, text: str, words: Iterable[str], flags: tuple[str, ...], with_value: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the words that mean something here. Raises UsageError for unknown ones and for contradictions."""
    given = [word for word in words if word]
    for word in given:
        key, equals, _ = word.partition("=")
        if key == "idmap":
            raise invalid(option, text, _NO_IDMAP, hint="U gives the files to the container's user")
        known = key in with_value if equals else word in flags or word in _WITHOUT_MEANING
        if not known:
            names = ", ".join([*flags, *(f"{name}=…" for name in with_value)])
            raise invalid(option, text, f"there is no option {word!r}", hint=f"there are {names}")
    for group in _ALTERNATIVES:
        both = [word for word in dict.fromkeys(given) if word in group]
        if len(both) > 1:
            raise invalid(option, text, f"{both[0]} and {both[1]} exclude each other")
    _check_overlay(option, text, given)
    return tuple(word for word in dict.fromkeys(given) if word not in _WITHOUT_MEANING)


_NO_IDMAP = "without root the kernel gives no mount other ids (mount_setattr(2), MOUNT_ATTR_IDMAP)"


def _check_overlay(option: str, text: str, words: Iterable[str]) -> None:
    """Raise UsageError for folders of an overlay that is none, or that has only one of the two."""
    values = dict(word.partition("=")[::2] for word in words if word.partition("=")[0] in VOLUME_VALUES)
    if not values:
        return
    if "O" not in words:
        raise invalid(option, text, "upperdir and workdir belong to O")
    if len(values) == 1:
        raise invalid(option, text, "upperdir and workdir are given together")
    for key, value in values.items():
        if not value.startswith("/"):
            raise invalid(option, text, f"{key} {value!r} is no absolute path")
