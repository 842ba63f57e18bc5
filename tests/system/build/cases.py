"""Dockerfiles as people write them, each with its context, and with what its image is to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BUSYBOX, DEBIAN = "busybox", "debian:bookworm"


@dataclass(frozen=True)
class Case:
    """A Dockerfile; `prints` is what a container of its image says first. `unlike` gives reasons for differences."""

    dockerfile: str
    prints: str
    files: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()  # {context} in them is the folder
    for_podman: str = ""  # the same in words that Podman 4.3 knows
    unlike: Mapping[str, str] = field(default_factory=dict)  # of the tree (a path) or the configuration (a key): why
    network: bool = False  # needs it, and the minutes that packages take: only with POD_TEST_HEAVY


CASES: dict[str, Case] = {
    "static site": Case(
        'FROM busybox\nCOPY site/ /www/\nEXPOSE 8080\nWORKDIR /www\nCMD ["cat", "index.html"]\n',
        "<h1>hello</h1>",
        {"site/index.html": "<h1>hello</h1>\n", "site/css/a.css": "p{}\n"},
    ),
    "golang to scratch": Case(
        "FROM busybox AS build\nWORKDIR /src\nCOPY go.mod ./\nCOPY *.go ./\n"
        "RUN cp /bin/busybox /bin/echo-app && mkdir -p /out && cp /bin/busybox /out/echo\n"
        'FROM scratch\nCOPY --from=build /out/echo /echo\nENTRYPOINT ["/echo"]\nCMD ["from scratch"]\n',
        "from scratch",
        {"go.mod": "module x\n", "main.go": "package main\n"},
    ),
    "labels and authors": Case(
        'FROM busybox\nLABEL org.opencontainers.image.title="a title" version=1.0 \\\n  multi="line one"\n'
        "LABEL other='single quoted'\nMAINTAINER Some One <some@one>\nCMD echo labelled\n",
        "labelled",
    ),
    "arguments": Case(
        "ARG TAG=latest\nFROM busybox:${TAG}\nARG TAG\nARG NAME=world\nARG EMPTY\nENV FULL=${NAME:-nobody}-${TAG}\n"
        'RUN echo "$NAME $TAG [$EMPTY]" > /args\nCMD cat /args; echo $FULL\n',
        "you latest []",
        options=("--build-arg", "NAME=you"),
    ),
    "environment": Case(
        'FROM busybox\nENV A=1 B="two words" C=$A\nENV D ${A}3\nENV A=9 E=$A\nENV PATH=/opt/bin:$PATH\n'
        'RUN env | grep \'^[A-E]=\' | sort > /env\nCMD ["cat", "/env"]\n',
        "A=9",
    ),
    "user of its own": Case(
        "FROM busybox\nRUN echo 'app:x:1234:1234::/data:/bin/sh' >> /etc/passwd && echo app:x:1234: >> /etc/group && "
        "mkdir /data && chown app:app /data\nUSER app\nWORKDIR /data\n"
        "RUN id -u > who && umask 077 && echo private > mine\nCOPY --chown=app f .\nCMD cat who\n",
        "1234",
        {"f": "text"},
    ),
    "chown by numbers and names": Case(
        "FROM busybox\nCOPY --chown=33 a /a\nCOPY --chown=33:100 a /b\nCOPY --chown=www-data:users a /c/d/\n"
        "COPY --chown=daemon dir /dir\nCMD stat -c '%u:%g' /a /b /c/d/a\n",
        "33:33",
        {"a": "x", "dir/e/f": "y"},
        unlike={"a": "buildah gives the user's own group to a number, the documentation says the same number"},
    ),
    "modes": Case(
        "FROM busybox\nCOPY --chmod=0600 a /a\nCOPY --chmod=755 dir /dir\nCMD stat -c %a /a /dir/e\n",
        "600",
        {"a": "x", "dir/e": "y"},
    ),
    "wildcards": Case(
        "FROM busybox\nWORKDIR /w\nCOPY *.txt ?.md [x-z]* to/\nCOPY d*/ .\nCMD find . -type f | sort\n",
        "./inner",
        {"a.txt": "", "b.txt": "", "c.md": "", "xyz": "", "dd/inner": "", "no": ""},
    ),
    "files over files": Case(
        "FROM busybox\nCOPY one/ /d/\nCOPY two/ /d/\nRUN echo 3 > /d/c\nCOPY one/a /d/c\nCMD cat /d/a /d/b /d/c\n",
        "2",
        {"one/a": "1\n", "one/b": "b\n", "two/a": "2\n"},
    ),
    "deleted files": Case(
        "FROM busybox\nRUN mkdir -p /x/y && touch /x/y/z /x/k\nRUN rm -r /x/y /etc/shadow\nRUN mkdir /x/y\n"
        "RUN rm -r /var/www && echo file > /var/www\nCMD ls /x /x/y; cat /var/www\n",
        "/x:",
    ),
    "links": Case(
        "FROM busybox\nRUN mkdir /l && echo x > /l/a && ln /l/a /l/b && ln -s a /l/s && ln -s /nowhere /l/d\n"
        "FROM busybox\nCOPY --from=0 /l /m\nCOPY --from=0 /l/s /n\nCMD ls -1 /m; cat /n\n",
        "a",
    ),
    "fifos and special bits": Case(
        "FROM busybox\nRUN mkdir /s && mkfifo /s/p && touch /s/u && chmod 4755 /s/u && chmod 1777 /s && "
        "chown 5:6 /s/p && touch /s/g && chown 7:8 /s/g && chmod 2711 /s/g\nFROM busybox\nCOPY --from=0 /s /t\n"
        "CMD stat -c '%a %u:%g %F' /t /t/*\n",
        "1777 0:0 directory",
        unlike={"t": "a new target takes the mode of the folder that is copied, as BuildKit has it; buildah says 0755"},
    ),
    "archives": Case(
        "FROM busybox\nADD a.tar /t/\nADD b.tar.gz /u\nADD plain.txt /u/\nCOPY a.tar /v/\nCMD cat /t/d/f /u/d/f\n",
        "packed",
        {"plain.txt": "x"},
    ),
    "shell": Case(
        'FROM busybox\nSHELL ["/bin/sh", "-ec"]\nRUN false || true; echo $0 > /zero\nCMD echo $0\n',
        "/bin/sh",
        unlike=dict.fromkeys(("Cmd", "Shell"), "buildah uses SHELL for RUN only, and does not keep it"),
    ),
    "healthcheck and signals": Case(
        "FROM busybox\nHEALTHCHECK --interval=5s --timeout=3s --start-period=2s --retries=4 CMD test -e /ok\n"
        'STOPSIGNAL SIGUSR1\nVOLUME /data ["/more"]\nVOLUME ["/a b", "/c"]\nEXPOSE 80 443/tcp 53/udp\n'
        "CMD echo healthy\n",
        "healthy",
        options=("--format", "docker"),
        unlike={"Healthcheck": "podman 4.3 does not show that of an image"},
    ),
    "entrypoint and command": Case(
        'FROM busybox AS base\nCMD ["of the base"]\nFROM base\nENTRYPOINT ["echo", "entry"]\nCMD ["own"]\n',
        "entry own",
    ),
    "comments and continuations": Case(
        "# syntax=docker/dockerfile:1\n\n# a comment\nfrom busybox\nrun echo one && \\\n    # in between\n"
        "    echo two \\\n    > /two\n\nCmd cat /two\n",
        "two",
    ),
    "dockerignore": Case(
        "FROM busybox\nCOPY . /app\nCMD find /app -type f | sort\n",
        "/app/.dockerignore",
        {
            ".dockerignore": "node_modules\n**/*.pyc\n!keep.pyc\nbuild/*\n!build/out\n# comment\n",
            "node_modules/a/b": "",
            "a.pyc": "",
            "d/b.pyc": "",
            "keep.pyc": "",
            "build/x": "",
            "build/out": "",
            "d/c.py": "",
        },
    ),
    "stage by number and image": Case(
        "FROM busybox\nRUN echo zero > /zero\nFROM scratch AS files\nCOPY --from=0 /zero /a/b/zero\n"
        "FROM busybox\nCOPY --from=files / /got/\nCOPY --from=busybox /etc/group /group\nCMD cat /got/a/b/zero\n",
        "zero",
        unlike={"got": "see fifos and special bits"},
    ),
    "onbuild": Case(
        "FROM busybox AS parent\nONBUILD COPY f /f\nONBUILD RUN echo triggered > /t\nFROM parent\nCMD cat /t /f\n",
        "triggered",
        {"f": "x\n"},
        unlike=dict.fromkeys(
            ("OnBuild", "f", "t"), "buildah runs no triggers of a stage of the same file, and keeps them"
        ),
    ),
    "many ids": Case(
        "FROM busybox\nRUN mkdir /o && for i in 1 99 1000 65000; do touch /o/$i; chown $i:$i /o/$i; done\n"
        "CMD stat -c %u /o/65000\n",
        "65000",
    ),
    "useradd and setcap": Case(
        "FROM debian:bookworm\nRUN groupadd -g 3000 team && useradd -m -u 3001 -g team -s /bin/bash dev && "
        "install -o dev -g team -m 2750 -d /srv/work && rm -f /etc/.pwd.lock /var/log/* 2>/dev/null; "
        "rm -f /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow- /etc/subuid- /etc/subgid-\n"
        'USER dev\nRUN echo \'echo mine\' > ~/run.sh && chmod +x ~/run.sh\nCMD ["bash", "/home/dev/run.sh"]\n',
        "mine",
        unlike={"etc/shadow": "it has today's number, and a day may end between the two builds"},
    ),
    "here-documents": Case(
        "FROM busybox\nARG WHO=you\nCOPY <<one <<'two' /docs/\nhello $WHO\none\nas it is: $WHO\ntwo\n"
        'RUN <<done\nset -e\necho "by $WHO" > /script\nmkdir /made\ndone\n'
        "RUN <<EOF cat > /fed && chmod 600 /fed\nfed\nEOF\nCMD cat /docs/one /docs/two /script /fed\n",
        "hello you",
        for_podman="FROM busybox\nARG WHO=you\nCOPY docs /docs\n"
        'RUN set -e; echo "by $WHO" > /script; mkdir /made\n'
        "RUN echo fed > /fed && chmod 600 /fed\nCMD cat /docs/one /docs/two /script /fed\n",
        files={"docs/one": "hello you\n", "docs/two": "as it is: $WHO\n"},
    ),
    "secrets": Case(
        "FROM busybox\nRUN --mount=type=secret,id=token wc -c < /run/secrets/token > /size\n"
        "RUN --mount=type=secret,id=token,target=/etc/token,mode=0440,uid=5,gid=6 "
        "stat -c '%a %u:%g' /etc/token > /seen\nCMD cat /size /seen\n",
        "7",
        {"token": "secret\n"},
        ("--secret", "id=token,src={context}/token"),
        unlike=dict.fromkeys(("etc/token", "run/secrets"), "buildah leaves an empty file where a secret was mounted"),
    ),
    "cache mounts": Case(
        "FROM busybox\nRUN --mount=type=cache,target=/var/cache/tool,id=beside echo kept > /var/cache/tool/k && "
        "cp /var/cache/tool/k /first\n"
        "RUN --mount=type=cache,target=/again,id=beside --mount=type=tmpfs,target=/tmp/x cp /again/k /tmp/x/ && "
        "cp /tmp/x/k /second\nRUN --mount=type=bind,target=/context cp /context/f /third\n"
        "CMD cat /first /second /third\n",
        "kept",
        {"f": "bound\n"},
        unlike=dict.fromkeys(
            ("var/cache/tool", "var/cache", "again", "tmp/x", "context"), "buildah leaves the folders it has mounted on"
        ),
    ),
}
