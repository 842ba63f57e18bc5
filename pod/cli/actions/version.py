"""What `version` prints: Docker's structure, with Podman's fields in the client's half."""

from __future__ import annotations

import os
import sys

from pod import __version__
from pod.cli.tables import format_documents
from pod.cli.template import Fields
from pod.cli.template.gojson import dumps
from pod.oci.platform import Platform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context

API_VERSION = "1.41"  # of Docker's API; programs compare it before they trust anything else that a client prints


class _Versions(Fields):
    """One half of the document; templates say APIVersion where the JSON says ApiVersion."""

    aliases = {"APIVersion": "ApiVersion"}


def show_version(context: Context, format: str) -> int:
    """Print the versions; where pod is called `docker` those of the server too, although there is none."""
    import platform

    python = platform.python_version()
    if format.strip() == "json":
        print(dumps(_document(python)))
    elif format:
        sys.stdout.write(format_documents(format, [_document(python)]))
    else:
        rows = [
            ("Version:", __version__),
            ("API version:", API_VERSION),
            ("Python version:", python),
            ("OS/Arch:", str(Platform.host())),
            ("Kernel version:", os.uname().release),
        ]
        print("Client: pod", *(f" {name:18} {value}" for name, value in rows), sep="\n")
        if context.as_docker:
            print("\nServer: pod", " Engine:", *(f"  {name:17} {value}" for name, value in rows), sep="\n")
    return 0


def _document(python: str) -> Fields:
    host = Platform.host()
    common = {
        "Platform": Fields(Name="pod"),
        "Version": __version__,
        "ApiVersion": API_VERSION,
        "GitCommit": "",
        "GoVersion": "",
        "PythonVersion": python,
        "Os": host.os,
        "Arch": host.architecture,
        "BuildTime": "",
    }
    podmans = {"OsArch": str(host), "Built": 0, "BuiltTime": ""}
    client = _Versions(common, DefaultAPIVersion=API_VERSION, Context="default", **podmans)
    engine = Fields(Name="Engine", Version=__version__, Details={})
    server = _Versions(common, MinAPIVersion=API_VERSION, KernelVersion=os.uname().release, Components=[engine])
    return Fields(Client=client, Server=server)
