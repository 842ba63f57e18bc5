"""Probes as health checks: liveness (else readiness) while a container runs, startup until it is up."""

from __future__ import annotations

from pod.oci.image_config import Healthcheck
from pod.storage.container_records import HealthPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.kube.documents import Node

_SECOND = 1_000_000_000


def check(container: Node, restart: str) -> tuple[Healthcheck | None, HealthPolicy]:
    """Return the health check of a container and what follows from its results. Raises UsageError.

    What is not alive is ended, and the restart policy of the container starts it anew.
    """
    live = _probe(container, "livenessProbe")
    found = live or _probe(container, "readinessProbe")
    startup = _probe(container, "startupProbe")
    policy = HealthPolicy(on_failure="kill" if live is not None and restart != "no" else "none")
    if startup is not None:
        successes = container.node("startupProbe").number("successThreshold", 1)
        policy = policy.replace(startup=startup, startup_successes=successes)
        found = found or startup
    return found, policy


def _probe(container: Node, key: str) -> Healthcheck | None:
    if not container.has(key):
        return None
    probe = container.node(key)
    return Healthcheck(
        test=_command(probe, container),
        interval=probe.number("periodSeconds", 10) * _SECOND,
        timeout=probe.number("timeoutSeconds", 1) * _SECOND,
        start_period=probe.number("initialDelaySeconds") * _SECOND,
        retries=probe.number("failureThreshold", 3),
    )


def _command(probe: Node, container: Node) -> tuple[str, ...]:
    if probe.has("exec"):
        words = probe.node("exec").texts("command")
        if not words:
            raise probe.node("exec").error("is missing", "command")
        return ("CMD-SHELL", words[2]) if words[:2] == ("/bin/sh", "-c") and len(words) == 3 else ("CMD", *words)
    if probe.has("httpGet"):
        asked = probe.node("httpGet")
        scheme, host = asked.text("scheme", "HTTP").lower(), asked.text("host", "localhost")
        headers = [
            word for one in asked.nodes("httpHeaders") for word in ("-H", f"{one.need('name')}: {one.text('value')}")
        ]
        url = f"{scheme}://{host}:{_port(asked, container)}/{asked.text('path').lstrip('/')}"
        return ("CMD", "curl", "-fsS", "-o", "/dev/null", *headers, url)
    if probe.has("tcpSocket"):
        asked = probe.node("tcpSocket")
        return ("CMD", "nc", "-z", "-v", asked.text("host", "localhost"), str(_port(asked, container)))
    raise probe.error("exec, httpGet or tcpSocket is expected", hint="grpc needs a program that no image has")


def _port(asked: Node, container: Node) -> int:
    text = asked.need("port")
    if text.isdecimal():
        return int(text)
    for port in container.nodes("ports"):
        if port.text("name") == text:
            return port.number("containerPort")
    raise asked.error(f"the container has no port called {text}", "port")
