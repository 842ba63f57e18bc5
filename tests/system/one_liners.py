"""One-liners that scripts, CI files, Makefiles and dotfiles contain, and where pod answers otherwise than Podman.

`web` runs, `job` has failed with 3, `idle` was never started; the working directory has `file` and `env.list`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OneLiner:
    """A line of shell, and, where it does not do the same for both, what pod prints and why."""

    line: str
    ours: str | None = None
    why: str = ""


def _same(text: str) -> list[OneLiner]:
    return [OneLiner(line) for line in text.strip().splitlines()]


LISTING = _same(
    r"""
docker ps -q
docker ps -aqf name=web
docker ps -qaf "name=^web$"
docker ps -a --filter status=exited --format '{{.Names}}'
docker ps -a --filter "exited=3" --format '{{.Names}}'
docker ps -a -f label=app=web -q | wc -l
docker ps -lq
docker ps | tail -n +2 | awk '{print $NF}'
docker ps -a | awk 'NR>1{print $NF}' | sort
docker container ls -a --format '{{.Names}}' | sort
docker images -q busybox | wc -l
docker image ls -q --filter dangling=true
docker volume ls -q
"""
)

INSPECTING = _same(
    r"""
docker inspect -f '{{.State.Status}}' web
docker inspect --format='{{.State.ExitCode}}' job
docker inspect -f '{{range .Mounts}}{{.Destination}} {{.RW}}{{end}}' web
docker inspect -f '{{index .Config.Labels "app"}}' web
docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' web | grep MODE
docker inspect -f '{{json .Config.Cmd}}' web
docker inspect --format '{{.Name}} {{.HostConfig.AutoRemove}}' web
docker inspect -f '{{.NetworkSettings.IPAddress}}' web
docker inspect -f '{{.State.Pid}}' job
docker container inspect -f '{{.Id}}' web
docker inspect -f '{{if .State.Running}}up{{else}}down{{end}}' web idle
docker inspect web | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["State"]["Running"])'
docker image inspect -f '{{.Architecture}} {{.Os}} {{.Config.Cmd}}' busybox
docker image inspect busybox >/dev/null 2>&1 && echo yes || echo no
docker image inspect nosuch >/dev/null 2>&1 || echo no
docker inspect nosuch 2>/dev/null; echo $?
[ "$(docker inspect -f '{{.State.Running}}' web 2>/dev/null)" = true ] && echo up
[ "$(docker inspect -f '{{.State.Running}}' nosuch 2>/dev/null)" = true ] || echo down
docker port web
docker history -q busybox | wc -l
"""
)

RUNNING = _same(
    r"""
docker run --rm busybox echo hello
docker run --rm busybox sh -c 'echo out; echo err >&2; exit 7'
docker run --rm busybox nosuchcommand 2>/dev/null; echo $?
docker run --rm busybox /etc 2>/dev/null; echo $?
docker run --rm busybox sh -c 'kill -9 $$'; echo $?
docker run --rm -v "$PWD":/w -w /w busybox ls
docker run --rm -v "$PWD":/w:ro -w /w busybox sh -c 'touch x 2>/dev/null || echo read-only'
docker run --rm -v "$PWD":/w -w /w -u "$(id -u)" busybox sh -c 'test $(id -u) = '$(id -u)' && pwd'
docker run --rm -i busybox cat < file
echo hi | docker run --rm -i busybox wc -c
B=2 docker run --rm -e A=1 -e B busybox env | grep '^[AB]=' | sort
docker run --rm --env-file env.list busybox env | grep '^FROM' | sort
docker run --rm --entrypoint sh busybox -c 'echo $0'
docker run --rm --user 1000:1000 busybox sh -c 'id -u; id -g'
docker run --rm -h box busybox hostname
docker run --rm --read-only busybox touch /x; echo $?
docker run --rm --tmpfs /t busybox sh -c 'mount | grep -c " /t "'
docker run --rm --network none busybox ls /sys/class/net
docker run --rm --cap-drop ALL busybox grep CapEff /proc/self/status
docker run --rm --ulimit nofile=64:64 busybox sh -c 'ulimit -n'
tar c file | docker run --rm -i busybox tar t
docker run --rm busybox head -c 100000 /dev/zero | wc -c
"""
)

WORKING = _same(
    r"""
docker logs job 2>/dev/null
docker logs job 2>&1 >/dev/null
docker logs --tail 1 job 2>/dev/null
docker logs -f --tail 5 job 2>/dev/null
docker wait job
docker exec web echo hi
docker exec -e X=1 web sh -c 'echo $X'
docker exec -u 1000 -w /tmp web sh -c 'id -u; pwd'
docker exec web sh -c 'exit 9'; echo $?
echo data | docker exec -i web cat
docker exec web nosuchcommand 2>/dev/null; echo $?
docker cp web:/etc/passwd - | tar t
docker cp file web:/tmp/file && docker exec web cat /tmp/file && docker exec web rm /tmp/file
docker top web | wc -l
docker run -qd --stop-timeout 0 --name x1 busybox cat >/dev/null && docker rm -f x1 >/dev/null; docker ps -aqf name=x1
docker run -d --name k busybox sleep 99 >/dev/null; docker kill k; docker wait k; docker rm k
docker create --name c2 busybox echo started >/dev/null; docker start -a c2; docker rm c2
docker create --name c3 busybox true >/dev/null; docker rename c3 c4; docker ps -aqf name=c4 | wc -l; docker rm c4
docker rm $(docker create busybox true) | wc -c
docker rm nosuch 2>/dev/null; echo $?
docker rm -f nosuch >/dev/null 2>&1; echo $?
docker rm -f $(docker ps -aq --filter label=nobody) 2>/dev/null; echo $?
docker save busybox | tar t | grep -c manifest.json
docker export idle | tar t | grep -x bin/busybox
docker commit idle snap:1 >/dev/null 2>&1 && docker run --rm snap:1 true; echo $?; docker rmi snap:1 >/dev/null
docker volume create data && docker run --rm -v data:/d busybox touch /d/x; docker volume rm data
docker system df --format '{{.Type}}'
docker version --format '{{.Client.Version}}' | grep -c '[0-9]'
docker version --format '{{.Server.Version}}' | grep -c '[0-9]'
"""
)

DIFFERENT = [
    OneLiner(
        "docker run --rm --stop-timeout 0 busybox yes | head -1; echo ${PIPESTATUS[0]}",
        "y\n141\n",
        "the reader goes away: pod ends quietly as other programs do, and the container with it; Podman complains",
    ),
    OneLiner(
        "docker exec idle true 2>/dev/null; echo $?",
        "125\n",
        "a container that does not run is an error of the engine's: 125 where Podman 4.3 says 255, and Docker 1",
    ),
    OneLiner(
        "docker info --format '{{.OSType}}'",
        "linux\n",
        "Docker's scripts ask so, and Podman has the field in another group",
    ),
    OneLiner("docker ps -a --format '{{.Names}}'", "idle\njob\nweb\n", "the newest first, as Docker has it"),
    OneLiner(
        "docker ps --format '{{.Names}} {{.Image}}'", "web busybox\n", "the image as it was typed, as Docker has it"
    ),
    OneLiner(
        "docker ps -a --format '{{.Names}}|{{.State}}' | sort",
        "idle|created\njob|exited\nweb|running\n",
        "the state in a word, as Docker has it; Podman 4.3 prints the status in its place",
    ),
    OneLiner(
        "docker ps --no-trunc --format '{{.Command}}' -f name=web",
        '"sleep 1000"\n',
        "in quotation marks, as Docker has it",
    ),
    OneLiner(
        "docker images --format '{{.Repository}}:{{.Tag}}' busybox",
        "busybox:latest\n",
        "names from Docker Hub are short, as Docker has it",
    ),
    OneLiner("docker images busybox | awk 'NR>1 {print $1\":\"$2}'", "busybox:latest\n", "the same in the table"),
    OneLiner("docker inspect -f '{{.Config.Image}}' web", "busybox\n", "the image as it was typed, as Docker has it"),
    OneLiner(
        "docker stats --no-stream --format '{{.Name}}' web",
        "web\n",
        "pod measures processes where it has no control group; Podman fails",
    ),
    OneLiner(
        "docker run -d --rm --name tmp busybox sleep 100 >/dev/null; docker stop -t 0 tmp; docker ps -aqf name=tmp",
        "tmp\n",
        "a container with --rm is gone when `stop` returns; Podman removes it a moment later",
    ),
    OneLiner("docker stop nosuch 2>/dev/null; echo $?", "1\n", "Docker's code; Podman has 125"),
    OneLiner(
        "docker tag busybox mine:1 && docker images -q mine:1 | wc -l && docker rmi mine:1",
        "1\nUntagged: mine:1\n",
        "the name as it was typed, as Docker has it; Podman puts localhost/ before it",
    ),
    OneLiner(
        "docker save -o b.tar busybox && docker load -q -i b.tar; rm b.tar",
        "Loaded image: busybox:latest\n",
        "names from Docker Hub are short, as Docker has it",
    ),
]

ONE_LINERS = [*LISTING, *INSPECTING, *RUNNING, *WORKING, *DIFFERENT]
