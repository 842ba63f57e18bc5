"""Reads the configuration files that there are, checks them against the tables of settings, and merges them.

A mistake in a setting is a warning that names file, line and setting, and the setting is left out: a file that was
written for another version, or for another program, must not stop a container. A file that is no TOML is an error:
half of it would be worse than none.
"""

from __future__ import annotations

import difflib
import json
import re
import string
import tomllib

from pod.errors import UsageError
from pod.settings import keys, places
from pod.settings.configuration import Configuration
from pod.settings.keys.setting import LIST, MAP, Setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def merge(sought: list[list[str]], present: dict[str, list[str]], variables: Mapping[str, str]) -> Configuration:
    """Return what the files say. `variables` stand for $HOME, $USER and $UID in pod.conf."""
    made = _Merging()
    storage_read = False
    for kind, path in sought:
        for file in present.get(path, ()):
            if kind in (places.CONTAINERS, places.CONTAINERS_FOLDER, places.NEEDED):
                made.containers_conf(_File(file))
            elif kind == places.STORAGE and not storage_read:
                storage_read = True
                made.storage_conf(_File(file))
            elif kind == places.POD:
                made.pod_conf(_File(file), variables)
            elif kind == places.DOCKER:
                made.docker(file)
    return Configuration(made.values, made.origins, made.idle, tuple(made.warnings), fresh=True)


class _File:
    """One TOML file, and where things stand in it."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            with open(path, "rb") as file:
                self.text = file.read(1 << 20).decode()
            self.document = tomllib.loads(self.text)
        except OSError as err:
            raise UsageError(f"cannot read the configuration file {path}: {err.strerror}") from err
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
            raise UsageError(f"{path}: {err}", hint="mend the file; its syntax is TOML") from err

    def where(self, table: str, name: str) -> str:
        """Return FILE:LINE of a setting; FILE alone where it cannot be told."""
        current = ""
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := re.match(r"\s*\[+\s*([^]]+?)\s*\]", line):
                current = header[1].replace('"', "").replace(" ", "")
                if not name and current.partition(".")[0] == table:
                    return f"{self.path}:{number}"
            elif current == table and re.match(rf"""\s*["']?{re.escape(name)}["']?\s*[=.]""", line):
                return f"{self.path}:{number}"
        return self.path


class _Merging:
    """The settings so far."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.origins: dict[str, str] = {}
        self.idle: dict[str, str] = {}
        self.warnings: list[str] = []
        self.appending: set[str] = set()

    def containers_conf(self, file: _File) -> None:
        for table, settings in file.document.items():
            if table in keys.ELSEWHERE:
                continue
            if table not in keys.CONTAINERS_CONF or not isinstance(settings, dict):
                near = _nearest(table, [*keys.CONTAINERS_CONF, *keys.ELSEWHERE])
                self.warnings.append(f"{file.where(table, '')}: there is no table [{table}]{near}")
                continue
            for name, value in settings.items():
                self._add(file, table, name, value, keys.CONTAINERS_CONF[table])

    def storage_conf(self, file: _File) -> None:
        for table, settings in file.document.items():
            if table != "storage" or not isinstance(settings, dict):
                self.warnings.append(f"{file.where(table, '')}: there is no table [{table}]; it is [storage]")
                continue
            options = settings.pop("options", {})
            for name, value in settings.items():
                self._add(file, "storage", name, value, keys.STORAGE)
            for name, value in options.items() if isinstance(options, dict) else ():
                self._add(file, "storage", f"options.{name}", value, keys.STORAGE)
        overlay = self.values.pop("storage.options.overlay", {})
        if isinstance(program := overlay.get("mount_program"), str):
            self._set("storage.options.overlay.mount_program", program, file.path)

    def pod_conf(self, file: _File, variables: Mapping[str, str]) -> None:
        for name, value in file.document.items():
            if isinstance(value, str):
                value = string.Template(value).safe_substitute(variables)
            self._add(file, "pod", name, value, keys.POD)

    def docker(self, path: str) -> None:
        """Take what concerns pod from config.json; whatever is wrong with it is Docker's to complain about."""
        try:
            with open(path, "rb") as file:
                document = json.loads(file.read(1 << 20))
        except (OSError, ValueError):
            return
        for name, setting in keys.DOCKER.items() if isinstance(document, dict) else ():
            if name in document and not setting.problem(document[name]):
                self._set(f"docker.{name}", document[name], path)

    def _add(self, file: _File, table: str, name: str, value: Any, known: Mapping[str, Setting]) -> None:
        """Check one setting and take it, or say what is wrong with it."""
        where = table if table != "pod" else ""
        shown = name.rpartition(".")[2]
        inner = ".".join(part for part in (where, name.rpartition(".")[0]) if part)
        setting = known.get(name)
        if setting is None:
            near = _nearest(shown, [other.rpartition(".")[2] for other in known])
            self.warnings.append(f"{file.where(inner, shown)}: there is no setting {shown} in [{inner}]{near}")
            return
        if setting.kind == LIST and isinstance(value, list):
            value = self._appended(f"{table}.{name}", value)
        if problem := setting.problem(value):
            self.warnings.append(f"{file.where(inner, shown)}: {shown} {problem}; it is left out")
        elif setting.reason:
            self.idle[f"{table}.{name}"] = file.path
            if value and name == "options.additionalimagestores":  # whoever sets it would miss images
                self.warnings.append(f"{file.where(inner, shown)}: {shown} has no effect: {setting.reason}")
        else:
            self._set(f"{table}.{name}", value, file.path, merged=setting.kind == MAP)

    def _appended(self, name: str, value: list[Any]) -> list[Any]:
        """Return a list behind that of earlier files, where `{append=true}` stands in it or did in one of theirs."""
        words = [item for item in value if not isinstance(item, dict)]
        for item in value:
            if isinstance(item, dict) and set(item) == {"append"}:
                (self.appending.add if item["append"] else self.appending.discard)(name)
            elif isinstance(item, dict):
                return value  # of the wrong type
        return [*self.values.get(name, ()), *words] if name in self.appending else words

    def _set(self, name: str, value: Any, origin: str, *, merged: bool = False) -> None:
        self.values[name] = {**self.values.get(name, {}), **value} if merged else value
        self.origins[name] = origin


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""
