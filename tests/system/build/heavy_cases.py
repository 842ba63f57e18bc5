"""Dockerfiles that install packages over the network: minutes each, so only with POD_TEST_HEAVY."""

from __future__ import annotations

from tests.system.build.cases import Case

_INSTALL = "RUN apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*\n"
_BASE = "FROM debian:bookworm{}\nENV DEBIAN_FRONTEND=noninteractive\n"

HEAVY: dict[str, Case] = {
    "packages": Case(
        _BASE.format("") + _INSTALL.format("ca-certificates file") + "CMD file --version\n", "file-5", network=True
    ),
    "C to scratch": Case(
        _BASE.format(" AS build")
        + _INSTALL.format("gcc libc6-dev make")
        + "WORKDIR /src\nCOPY . .\nRUN make\nFROM scratch\nCOPY --from=build /src/hello /hello\nUSER 1000:1000\n"
        'ENTRYPOINT ["/hello"]\n',
        "hello from C",
        {
            "hello.c": '#include <stdio.h>\nint main(void) { puts("hello from C"); return 0; }\n',
            "Makefile": "hello: hello.c\n\tcc -static -O2 -o $@ $<\n",
        },
        network=True,
    ),
    "Go to scratch": Case(
        _BASE.format(" AS build")
        + _INSTALL.format("golang-go")
        + "WORKDIR /go/src\nCOPY go.mod main.go ./\nRUN --mount=type=cache,target=/root/.cache/go-build "
        "CGO_ENABLED=0 go build -trimpath -o /app .\nFROM scratch\nCOPY --from=build /app /app\n"
        'ENTRYPOINT ["/app"]\n',
        "hello from Go",
        {
            "go.mod": "module hello\n\ngo 1.19\n",
            "main.go": 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello from Go") }\n',
        },
        network=True,
    ),
    "Python with pip": Case(
        _BASE.format("")
        + _INSTALL.format("python3-pip python3-setuptools python3-wheel python3-venv")
        + "WORKDIR /app\nRUN python3 -m venv --system-site-packages /venv\nENV PATH=/venv/bin:$PATH\n"
        "COPY setup.py hello.py ./\nRUN pip install --no-index --no-build-isolation --no-cache-dir .\n"
        'USER nobody\nCMD ["python", "-c", "import hello; hello.main()"]\n',
        "hello from Python",
        {
            "setup.py": "from setuptools import setup\nsetup(name='hello', version='1', py_modules=['hello'])\n",
            "hello.py": "def main():\n    print('hello from Python')\n",
        },
        network=True,
    ),
    "Node with npm": Case(
        _BASE.format(" AS deps")
        + _INSTALL.format("nodejs npm")
        + "WORKDIR /app\nCOPY package.json ./\nCOPY dep ./dep\nRUN npm install --offline --no-audit --no-fund\n"
        'COPY index.js ./\nFROM deps AS final\nENV NODE_ENV=production\nCMD ["node", "index.js"]\n',
        "hello from Node",
        {
            "package.json": '{"name": "app", "version": "1.0.0", "dependencies": {"dep": "file:./dep"}}\n',
            "dep/package.json": '{"name": "dep", "version": "1.0.0", "main": "main.js"}\n',
            "dep/main.js": "module.exports = 'hello from Node';\n",
            "index.js": "console.log(require('dep'));\n",
        },
        network=True,
    ),
    "nginx": Case(
        _BASE.format("")
        + _INSTALL.format("nginx-light curl")
        + "COPY nginx.conf /etc/nginx/nginx.conf\nCOPY site /srv/www\nEXPOSE 8080\nSTOPSIGNAL SIGQUIT\n"
        "HEALTHCHECK CMD curl -f http://localhost:8080/\n"
        'CMD ["sh", "-c", "nginx && curl -s http://127.0.0.1:8080/"]\n',
        "served",
        {
            "nginx.conf": "events {}\nhttp { server { listen 8080; root /srv/www; } }\n",
            "site/index.html": "served\n",
        },
        network=True,
        unlike={"Healthcheck": "podman 4.3 does not show that of an image"},
    ),
    "PostgreSQL": Case(
        _BASE.format("")
        + _INSTALL.format("postgresql-15")
        + "USER postgres\nENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/tmp/data\n"
        "RUN initdb -A trust >/dev/null && rm -rf /tmp/data/*.pid\n"
        'CMD ["sh", "-c", "pg_ctl -s -w -l /tmp/log start && psql -Atc \\"select \'asked\'\\""]\n',
        "asked",
        network=True,
        unlike={"Volumes": ""},
    ),
}

# What packages write anew at each installation: logs, caches, databases with times and random numbers in them.
VOLATILE = (
    "var/log", "var/cache", "var/lib/dpkg", "var/lib/apt", "var/lib/postgresql", "root/.npm",
    "etc/ssl", "tmp", "etc/shadow", "etc/machine-id", "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-",
    "usr/lib/x86_64-linux-gnu/gconv",
)  # fmt: skip
