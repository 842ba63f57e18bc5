"""--userns and the options that spell an id map or add accounts: which users and groups a container has."""

from __future__ import annotations

from pod.cli.parsers import invalid, split_commas
from pod.errors import UsageError
from pod.runtime.users import MAX_ID
from pod.storage.container_records import Accounts, AskedIds, Users

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pod.cli.commands.container.create_flags import CreateFlags

_MODES = ("host", "private", "keep-id", "nomap", "auto", "container", "ns")
_OPTIONS = {"keep-id": ("uid", "gid", "size"), "auto": ("uidmapping", "gidmapping", "size")}


def parse_users(flags: CreateFlags, environ: Mapping[str, str]) -> Users:
    """Return whose ids the container has; PODMAN_USERNS says it where nothing else does. Raises UsageError."""
    uid_map, gid_map = parse_maps(flags.uidmap, flags.gidmap)
    spelled = bool(uid_map or gid_map or flags.subuidname or flags.subgidname)
    text = flags.userns or ("" if spelled else environ.get("PODMAN_USERNS", ""))
    if spelled and text not in ("", "private"):
        raise UsageError(f"--userns {text} and a map spelled out exclude each other", hint="leave out one of the two")
    if spelled and (uid_map or gid_map) and (flags.subuidname or flags.subgidname):
        raise UsageError("--uidmap and --subuidname exclude each other", hint="leave out one of the two")
    users = _parse_mode(text)
    if not spelled:
        return users
    return users.replace(uid_map=uid_map, gid_map=gid_map, subuid_name=flags.subuidname, subgid_name=flags.subgidname)


def parse_accounts(flags: CreateFlags) -> Accounts:
    """Return what is added to the container's files of users and groups."""
    return Accounts(flags.passwd, flags.passwd_entry, flags.group_entry, split_commas(flags.hostuser))


def _parse_mode(text: str) -> Users:
    mode, colon, rest = text.partition(":")
    if not text:
        return Users()
    if mode not in _MODES:
        raise invalid("--userns", text, f"there is no mode {mode!r}", hint=f"there are {', '.join(_MODES)}")
    if mode in ("container", "ns"):
        if not rest:
            raise invalid("--userns", text, f"it is written {mode}:{'NAME' if mode == 'container' else 'PATH'}")
        return Users(mode, rest)
    if colon and mode not in _OPTIONS:
        raise invalid("--userns", text, f"{mode} takes no options")
    users = Users(mode)
    for option in split_commas((rest,)):
        users = _with_option(users, text, option)
    return users


def _with_option(users: Users, text: str, option: str) -> Users:
    key, _, value = option.partition("=")
    if key not in _OPTIONS[users.mode]:
        options = ", ".join(_OPTIONS[users.mode])
        raise invalid("--userns", text, f"{users.mode} has no option {key!r}", hint=f"it has {options}")
    if key == "uidmapping":
        return users.replace(uid_map=(*users.uid_map, _parse_range("--userns", value)))
    if key == "gidmapping":
        return users.replace(gid_map=(*users.gid_map, _parse_range("--userns", value)))
    return users.replace(**{key: _number("--userns", text, value)})


def parse_maps(uid_texts: Sequence[str], gid_texts: Sequence[str]) -> tuple[tuple[AskedIds, ...], tuple[AskedIds, ...]]:
    """Return the ranges of --uidmap and --gidmap: [+ug]INSIDE:[@]OUTSIDE[:COUNT].

    The letters say which map a range is for, where it is not that of its option, or for both.
    """
    maps: dict[str, list[AskedIds]] = {"u": [], "g": []}
    for option, own, texts in (("--uidmap", "u", uid_texts), ("--gidmap", "g", gid_texts)):
        for text in split_commas(texts):
            flags = text[: len(text) - len(text.lstrip("+ug"))]
            one = _parse_range(option, text[len(flags) :], text).replace(extends="+" in flags)
            for kind in {letter for letter in flags if letter in "ug"} or {own}:
                maps[kind].append(one)
    return tuple(maps["u"]), tuple(maps["g"])


def _parse_range(option: str, text: str, whole: str = "") -> AskedIds:
    parts = text.split(":")
    if not 2 <= len(parts) <= 3:
        raise invalid(option, whole or text, "it is written INSIDE:OUTSIDE:COUNT")
    of_host = parts[1].startswith("@")
    numbers = [_number(option, whole or text, part) for part in (parts[0], parts[1].removeprefix("@"), *parts[2:])]
    if len(numbers) == 3 and not numbers[2]:
        raise invalid(option, whole or text, "a range has one id at least")
    if numbers[0] + (numbers[2] if len(numbers) == 3 else 1) - 1 > MAX_ID:
        raise invalid(option, whole or text, f"ids go up to {MAX_ID}")
    count = numbers[2] if len(numbers) == 3 else 1
    return AskedIds(numbers[0], numbers[1], count, of_host)


def _number(option: str, text: str, value: str) -> int:
    if not (value.isascii() and value.isdecimal()) or len(value) > 10 or int(value) > MAX_ID:
        raise invalid(option, text, f"{value!r} is no id")
    return int(value)
