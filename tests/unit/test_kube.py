"""Kubernetes YAML: errors say file, document and key; amounts, variables, probes and pods mean what the API says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml

from pod.errors import UsageError
from pod.kube import documents, environment, pod_options, probes, workloads
from pod.kube.config import Config, secret_data
from pod.kube.documents import Node
from pod.kube.options import PlayOptions
from pod.kube.quantities import quantity

NOTHING: Any = None
POD = "kind: Pod\nmetadata: {name: a}\nspec:\n"


def node(text: str) -> Node:
    return Node(yaml.safe_load(text), "f.yaml: document 1")


def parsed(text: str) -> list[Node]:
    return list(documents.parse(text.encode(), "f.yaml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "f.yaml:1:5: this is no YAML: expected the node content, but found '<stream end>'"),
        ("- a", "f.yaml: document 1: a mapping with apiVersion and kind is expected"),
        ("a: b", "f.yaml: document 1: kind: is missing"),
        ("kind: Pod\n---\nkind: Pod\nmetadata: 1", "f.yaml: document 2: metadata: a mapping is expected"),
        ("!!python/object:os.system {}", "f.yaml:1:1: this is no YAML: could not determine a constructor for the tag"),
    ],
)
def test_what_is_wrong_is_said_with_file_document_and_key(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        [document.name for document in parsed(text)]
    assert caught.value.message.startswith(message)


def test_keys_are_named_down_to_the_place() -> None:
    document = parsed(POD + "  containers: [{name: c, ports: [{containerPort: x}]}]\n")[0]
    with pytest.raises(UsageError) as caught:
        pod_options.ports(document.node("spec"), PlayOptions())
    assert caught.value.message == (
        "f.yaml: document 1 (Pod a): spec.containers[0].ports[0].containerPort: a whole number is expected"
    )


def test_a_bomb_of_aliases_is_refused() -> None:
    lines = [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(12)]
    for bomb in ("\n".join(lines), "a: &a [*a]"):
        with pytest.raises(UsageError, match="too many aliases"):
            parsed(bomb)


def test_dates_are_texts() -> None:
    assert parsed("kind: Pod\nmetadata: {name: 2024-01-01}")[0].name == "2024-01-01"


@pytest.mark.parametrize(
    ("text", "value"), [("64Mi", 64 << 20), ("500m", "0.5"), ("1.5G", 1_500_000_000), ("2", 2), ("1e3", 1000)]
)
def test_amounts(text: str, value: int | str) -> None:
    assert quantity(node(f"memory: '{text}'"), "memory") == Decimal(value)


@pytest.mark.parametrize("text", ["x", "1X", "-1", "inf", "NaN", "1e99"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(UsageError, match="no amount"):
        quantity(node(f"memory: '{text}'"), "memory")


def test_variables_speak_of_earlier_ones_of_maps_and_of_fields() -> None:
    maps = parsed("kind: ConfigMap\nmetadata: {name: m}\ndata: {k: v, other: w}\n")
    pod = node("metadata: {labels: {app: web}, annotations: {x: y}}")
    container = node(
        """
        envFrom: [{configMapRef: {name: m}, prefix: P_}, {configMapRef: {name: gone, optional: true}}]
        resources: {limits: {memory: 1Mi}}
        env:
        - {name: A, value: one}
        - {name: B, value: $(A) $$(A) $(NONE)}
        - {name: C, valueFrom: {configMapKeyRef: {name: m, key: k}}}
        - {name: D, valueFrom: {configMapKeyRef: {name: m, key: none, optional: true}}}
        - {name: E, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
        - {name: F, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: G, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Ki}}}
        """
    )
    found = environment.variables(container, pod, Config(NOTHING, maps), "the-pod")
    assert found == {
        "P_k": "v",
        "P_other": "w",
        "A": "one",
        "B": "one $(A) $(NONE)",
        "C": "v",
        "E": "web",
        "F": "the-pod",
        "G": "1024",
    }


def test_a_missing_map_or_key_is_said() -> None:
    config = Config(NOTHING, parsed("kind: ConfigMap\nmetadata: {name: m}\ndata: {k: v}\n"))
    for text, message in (
        ("env: [{name: A, valueFrom: {configMapKeyRef: {name: x, key: k}}}]", "there is no ConfigMap x"),
        ("env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: x}}}]", "m has no key x"),
        ("env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.x}}}]", "there is no field 'spec.x'"),
        ("env: [{name: A, valueFrom: {}}]", "valueFrom: configMapKeyRef"),
    ):
        with pytest.raises(UsageError, match=message.replace("(", r"\(")):
            environment.variables(node(text), node("{}"), config, "p")


def test_secrets_are_base64_or_plain() -> None:
    assert secret_data(node("data: {a: aGk=}\nstringData: {b: x}")) == {"a": b"hi", "b": b"x"}
    with pytest.raises(UsageError, match=r"data\.a: this is no base64"):
        secret_data(node("data: {a: '*'}"))


def test_probes_are_health_checks() -> None:
    container = node(
        """
        ports: [{name: web, containerPort: 8080}]
        livenessProbe: {httpGet: {path: /ok, port: web}, periodSeconds: 3, failureThreshold: 5}
        startupProbe: {tcpSocket: {port: 80}, successThreshold: 2}
        """
    )
    check, policy = probes.check(container, "always")
    assert check is not None and check.test[-1] == "http://localhost:8080/ok"
    assert (check.interval, check.timeout, check.retries) == (3_000_000_000, 1_000_000_000, 5)
    assert policy.on_failure == "kill" and policy.startup_successes == 2
    assert policy.startup is not None and policy.startup.test == ("CMD", "nc", "-z", "-v", "localhost", "80")


def test_what_a_pod_asks_for() -> None:
    (document,) = parsed(
        POD
        + """
  hostname: box
  shareProcessNamespace: true
  dnsConfig: {nameservers: [1.1.1.1], searches: [x.y], options: [{name: ndots, value: "2"}, {name: rotate}]}
  hostAliases: [{ip: 10.0.0.1, hostnames: [a, b]}]
  containers: [{name: c, ports: [{containerPort: 80, hostPort: 8080}, {containerPort: 53, protocol: UDP}]}]
"""
    )
    asked = pod_options.options(workloads.pods([document])[0], PlayOptions(), 0)
    assert (asked.name, asked.hostname, asked.share) == ("a", "box", ("ipc", "net", "uts", "pid"))
    assert (asked.dns, asked.dns_search, asked.dns_option) == (("1.1.1.1",), ("x.y",), ("ndots:2", "rotate"))
    assert asked.add_host == ("a:10.0.0.1", "b:10.0.0.1") and asked.exit_policy == "stop"
    assert [str(port) for port in asked.publish] == ["0.0.0.0:8080/tcp"]


def test_which_pods_a_file_makes() -> None:
    text = "kind: {}\nmetadata: {{name: {}}}\nspec: {{replicas: {}, template: {{spec: {{}}}}}}\n"
    found = parsed("---\n".join([text.format("Deployment", "d", 2), text.format("Job", "j", 3)]))
    assert [wanted.name for wanted in workloads.pods(found)] == ["d-pod-0", "d-pod-1", "j-pod"]
    with pytest.raises(UsageError, match="there are two pods a"):
        workloads.pods(parsed(f"{POD}  {{}}\n---\n{POD}  {{}}\n"))


def test_kinds_that_mean_nothing_are_told_of() -> None:
    warnings: list[str] = []
    workloads.check_kinds(parsed("kind: Service\nmetadata: {name: s}\n---\n" + POD + "  {}"), warn=warnings)
    assert warnings == ["f.yaml: document 1 (Service s): pod does nothing with a Service"]
    with pytest.raises(UsageError, match="pod does nothing with a Service"):
        workloads.check_kinds(parsed("kind: Service\nmetadata: {name: s}"), warn=[])
