"""Kubernetes YAML played: pods with volumes, settings and probes; taken down again; what Podman makes of the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.aftermath import Store
from tests.support.commands import CommandLine
from tests.support.containers import eventually

NO_NETWORK = ("--network", "none")
SETTINGS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {greeting: hello, page.html: "<p>hi</p>"}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {password: s3cret}
---
"""
WEB = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 0
  initContainers:
  - name: prepare
    image: busybox
    command: [sh, -c, 'echo $(GREETING) >/data/index.html']
    env: [{name: GREETING, valueFrom: {configMapKeyRef: {name: settings, key: greeting}}}]
    volumeMounts: [{name: d, mountPath: /data}]
  containers:
  - name: serve
    image: busybox
    command: [sh, -c]
    args: ['echo started; exec sleep 1000']
    envFrom: [{secretRef: {name: keys}}]
    env: [{name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}]
    volumeMounts:
    - {name: d, mountPath: /data}
    - {name: conf, mountPath: /conf, readOnly: true}
    - {name: sec, mountPath: /sec}
    - {name: tmp, mountPath: /scratch}
    livenessProbe: {exec: {command: [test, -s, /data/index.html]}, periodSeconds: 1}
    securityContext: {capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}
  - {name: aside, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: tmp, mountPath: /scratch}]}
  volumes:
  - {name: d, persistentVolumeClaim: {claimName: data}}
  - {name: conf, configMap: {name: settings, items: [{key: page.html, path: sub/p.html}]}}
  - {name: sec, secret: {secretName: keys}}
  - {name: tmp, emptyDir: {}}
"""
SHORT = """
apiVersion: {api}
kind: {kind}
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      restartPolicy: Never
      containers: [{{name: c, image: busybox, command: [sh, -c, '{script}']}}]
"""


@pytest.fixture(scope="module")
def store_of_plays(make_pod: Callable[[str], CommandLine], busybox_archive: Path) -> CommandLine:
    pod = make_pod("kube")
    pod("load", "-i", busybox_archive).ok()
    return pod


@pytest.fixture
def pod(store_of_plays: CommandLine) -> Iterator[CommandLine]:
    """A store without pods, volumes and secrets; nothing of a pod may be left afterwards."""
    pod = store_of_plays
    yield pod
    pod("pod", "rm", "-fa", "-t", "0").ok()
    pod("rm", "-fa")
    pod("volume", "prune", "-f").ok()
    for name in pod("secret", "ls", "--format", "{{.Name}}").lines:
        pod("secret", "rm", name).ok()
    Store.of(pod).assert_empty()


def written(folder: Path, text: str, name: str = "f.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_pod_with_all_that_belongs_to_it(pod: CommandLine, tmp_path: Path) -> None:
    file = written(tmp_path, SETTINGS + WEB)
    played = pod("kube", "play", *NO_NETWORK, file).ok().lines
    assert [line for line in played if line.endswith(":")] == ["Volumes:", "Pod:", "Containers:", "Secrets:"]
    exec_ = ("exec", "web-serve")
    assert pod(*exec_, "cat", "/conf/sub/p.html", "/sec/password", "/data/index.html").ok().stdout == (
        "<p>hi</p>s3crethello\n"
    )
    assert {"password=s3cret", "APP=web", "HOSTNAME=web"} <= set(pod(*exec_, "env").ok().lines)
    assert pod(*exec_, "touch", "/conf/x").code == pod(*exec_, "touch", "/x").code == 1
    pod("exec", "web-aside", "touch", "/scratch/shared").ok()
    pod(*exec_, "test", "-e", "/scratch/shared").ok()
    pod("pod", "logs", "-c", "web-serve", "web").ok()
    eventually(
        lambda: pod("inspect", "-f", "{{.State.Health.Status}}", "web-serve").ok().stdout == "healthy\n", "it is alive"
    )
    assert pod("ps", "-a", "--filter", "pod=web", "--format", "{{.Names}}").ok().lines[:2] == ["web-aside", "web-serve"]
    assert pod("kube", "play", file).code == 125  # it is there already
    pod("kube", "play", "--replace", *NO_NETWORK, file).ok()
    gone = pod("kube", "down", file).ok().lines
    assert [line for line in gone if line.endswith(":")] == [
        *("Pods stopped:", "Pods removed:", "Secrets removed:", "Volumes removed:")
    ]
    assert pod("volume", "ls", "-q").ok().lines == ["data", "keys", "settings"]
    assert pod("ps", "-aq").ok().lines == pod("secret", "ls", "-q").ok().lines == []
    pod("kube", "down", "--force", file).ok()
    assert pod("volume", "ls", "-q").ok().lines == []


def test_what_is_not_alive_is_started_anew(pod: CommandLine, tmp_path: Path) -> None:
    text = WEB.partition("---")[2].partition("initContainers")[0] + (
        "containers: [{name: c, image: busybox, command: [sleep, '1000'],"
        " livenessProbe: {exec: {command: ['false']}, periodSeconds: 1, failureThreshold: 1}}]\n"
    )
    pod("kube", "play", *NO_NETWORK, written(tmp_path, text)).ok()
    eventually(lambda: pod("inspect", "-f", "{{.RestartCount}}", "web-c").ok().stdout != "0\n", "it is restarted")


def test_deployments_have_replicas_and_jobs_end_with_their_pod(pod: CommandLine, tmp_path: Path) -> None:
    deployment = SHORT.format(api="apps/v1", kind="Deployment", name="d", replicas=2, script="sleep 1000")
    pod("kube", "play", *NO_NETWORK, "-", input=deployment).ok()
    assert pod("pod", "ps", "--sort", "name", "--format", "{{.Name}} {{.Status}}").ok().lines == [
        "d-pod-0 Running",
        "d-pod-1 Running",
    ]
    pod("kube", "down", "-", input=deployment).ok()
    job = SHORT.format(api="batch/v1", kind="Job", name="j", replicas=1, script="exit 3")
    file = written(tmp_path, job)
    pod("play", "kube", *NO_NETWORK, file).ok()
    eventually(lambda: pod("pod", "inspect", "-f", "{{.State}}", "j-pod").ok().stdout == "Exited\n", "the job ends")
    pod("kube", "play", "--down", file).ok()
    assert "j-pod" not in pod("kube", "play", "--wait", *NO_NETWORK, file).ok().stderr
    assert pod("pod", "ps", "-q").ok().lines == []


def test_the_service_container_ends_with_the_last_pod_and_tells_of_failures(pod: CommandLine, tmp_path: Path) -> None:
    script = "sleep 0.5; exit 3"
    for which, code in (("none", 0), ("any", 137)):
        file = written(tmp_path, SHORT.format(api="batch/v1", kind="Job", name=which, replicas=1, script=script))
        words = ("--service-container", "--service-exit-code-propagation", which)
        pod("kube", "play", *NO_NETWORK, *words, file).ok()
        name = pod("ps", "-a", "--filter", "name=-service", "--format", "{{.Names}}").ok().stdout.strip()
        shown = ("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", name)
        eventually(lambda shown=shown, code=code: pod(*shown).stdout == f"exited {code}\n", "the service ends")  # type: ignore[misc]
        pod("kube", "down", file).ok()
        assert pod("ps", "-aq").ok().lines == []


def test_configmaps_of_other_files_and_published_ports(pod: CommandLine, tmp_path: Path) -> None:
    text = WEB.partition("---")[2].partition("terminationGrace")[0] + (
        "containers: [{name: c, image: busybox, command: [sleep, '1000'], ports: [{containerPort: 80}],"
        " envFrom: [{configMapRef: {name: settings}}]}]\n"
    )
    file, maps = written(tmp_path, text), written(tmp_path, SETTINGS, "maps.yaml")
    refused = pod("kube", "play", file)
    assert refused.code == 125 and refused.stderr.splitlines()[0] == (
        f"Error: {file}: document 1 (Pod web): spec.containers[0].envFrom[0].configMapRef.name: "
        "there is no ConfigMap settings"
    )
    assert pod("pod", "ps", "-q").ok().lines == []
    pod("kube", "play", "--start=false", "--publish", "127.0.0.1:18099:80", "--configmap", maps, file).ok()
    bindings = json.loads(pod("pod", "inspect", "web").ok().stdout)[0]["InfraConfig"]["PortBindings"]
    assert bindings == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18099"}]}
    assert pod("pod", "ps", "--format", "{{.Status}}").ok().stdout == "Created\n"


def test_a_link_in_a_volume_leads_no_file_of_a_configmap_out_of_it(pod: CommandLine, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    tmp_path.chmod(0o755)
    links = f"ln -s {outside} /v/sub; ln -s {outside}/page /v/page.html"
    pod("run", "--rm", *NO_NETWORK, "-v", "settings:/v", "busybox", "sh", "-c", links).ok()
    refused = pod("kube", "play", *NO_NETWORK, "--start=false", written(tmp_path, SETTINGS + WEB))
    assert refused.code == 125 and "cannot write into volume settings" in refused.stderr
    whole = (SETTINGS + WEB).replace(", items: [{key: page.html, path: sub/p.html}]", "")
    pod("kube", "play", *NO_NETWORK, "--start=false", written(tmp_path, whole)).ok()
    assert list(outside.iterdir()) == []


COMPARED = """
apiVersion: v1
kind: Pod
metadata: {name: both, labels: {app: web}}
spec:
  hostname: box
  restartPolicy: OnFailure
  containers:
  - name: c
    image: docker.io/library/busybox:latest
    imagePullPolicy: Never
    command: [sleep]
    args: ['1000']
    workingDir: /tmp
    env: [{name: A, value: b}]
    volumeMounts: [{name: v, mountPath: /v, readOnly: true}, {name: h, mountPath: /h}]
    securityContext: {runAsUser: 5, runAsGroup: 6, capabilities: {drop: [CAP_MKNOD], add: [CAP_NET_ADMIN]}}
    ports: [{containerPort: 80, hostPort: 18098}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: vol}}, {name: h, hostPath: {path: /usr}}]
"""
FIELDS = (
    *("{{.Name}}", "{{.Config.Cmd}}", "{{.Config.Entrypoint}}", "{{.Config.WorkingDir}}", "{{.Config.User}}"),
    *("{{.HostConfig.RestartPolicy.Name}}", "{{.Config.Labels.app}}", "{{.Config.Image}}"),
    "{{range .Mounts}}{{.Type}} {{.Destination}} {{.RW}},{{end}}",
    "{{range .Config.Env}}{{println .}}{{end}}",
)


def test_podman_makes_the_same_of_a_pod(pod: CommandLine, podman: CommandLine, tmp_path: Path) -> None:
    file = written(tmp_path, COMPARED)
    file.parent.chmod(0o755)
    shown = []
    for engine in (pod, podman):
        played = engine("kube", "play", "--start=false", file).ok().lines
        shape = [line if line.endswith(":") else "" for line in played]
        found = [engine("inspect", "-f", field, "both-c").ok().lines for field in FIELDS]
        found[2] = [found[2][0].strip("[]")]  # Podman 4.3 shows an entrypoint as one text
        found[-1] = sorted(line for line in found[-1] if line.startswith(("A=", "PATH=")))
        found[-2] = sorted(found[-2][0].split(","))
        pod_fields = engine("pod", "inspect", "-f", "{{.Name}} {{.NumContainers}} {{.State}} {{.ExitPolicy}}", "both")
        gone = [line if line.endswith(":") else "" for line in engine("kube", "down", file).ok().lines]
        engine("volume", "rm", "vol")
        shown.append((shape, found, pod_fields.ok().stdout, gone[:4]))
    assert shown[0] == shown[1]
