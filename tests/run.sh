#!/bin/sh
# Run the tests on this machine: sh tests/run.sh [SUITE]… [PYTEST ARGUMENT]…   (sh tests/run.sh --help)
#
# Started as root it prepares the machine (packages, two unprivileged users, device files) and runs the tests as the
# user podtest, on a copy of the checkout that podtest can read. Started as anybody else it runs them as that user,
# with what the machine has. Prepared things are kept for the next run; processes are not.
set -eu

UNIT_PACKAGES='python3 python3-venv'
SYSTEM_PACKAGES='uidmap fuse-overlayfs slirp4netns
    busybox-static mmdebstrap podman passt runc crun skopeo docker-registry iperf3 nftables iproute2 openssl gpg gpg-agent gpgconf xz-utils zstd gzip tmux libcap2-bin attr acl strace sudo procps systemd tini
    bash zsh fish groff-base'
MACHINE_PACKAGES='qemu-system-x86 openssh-client e2fsprogs mmdebstrap busybox-static'
TEST_USER=podtest
PLAIN_USER=podplain

usage() {
    cat <<'END'
Usage: sh tests/run.sh [SUITE]… [PYTEST ARGUMENT]…

Suites (lint, unit, system and manager when none is named):
  lint      ruff, mypy --strict, import-linter
  unit      pure logic
  system    real containers
  manager   containers under a systemd of the user's own, in namespaces that only root can make
  bench     pod beside podman, as a table; arguments go to the benchmark (--only NAME, --runs N, --json)
  machine   a Debian with systemd, booted in QEMU by root (up to 25 minutes)
  all       lint, unit, system, manager, machine and bench

Environment: PYTHON, the interpreter to test with (/usr/bin/python3); POD_TEST_FOLDER, where to keep prepared things.
END
}

say() { printf '%s\n' "$*"; }
skip() { say "SKIPPED $1: $2"; }

main() {
    suites=''
    while [ $# -gt 0 ]; do
        case $1 in
            lint | unit | system | manager | bench | machine) suites="$suites $1" ;;
            all) suites='lint unit system manager machine bench' ;;
            -h | --help) usage && exit ;;
            *) break ;;
        esac
        shift
    done
    suites=${suites:-lint unit system manager}
    checkout=$(cd "$(dirname "$0")/.." && pwd -P)
    if [ "$(id -u)" = 0 ]; then
        user=$TEST_USER
        folder=${POD_TEST_FOLDER:-/var/tmp/pod-test}
    else
        user=$(id -un)
        folder=${POD_TEST_FOLDER:-${XDG_CACHE_HOME:-$HOME/.cache}/pod-test}
    fi
    mkdir -p "$folder"
    exec 9>"$folder/lock"
    flock -n 9 || { say 'waiting for another run of the tests to end' && flock 9; }
    venv='' wheels='' within='' group=''
    if [ "$(id -u)" = 0 ]; then prepare_machine; fi
    make_venv
    failed=''
    run_suites "$@"
    [ -z "$failed" ] || exit 1
}

# --- preparing, as root ----------------------------------------------------------------------------------------

prepare_machine() {
    install_packages
    make_user "$TEST_USER"
    make_user "$PLAIN_USER" -K SUB_UID_COUNT=0 -K SUB_GID_COUNT=0
    let_test_user_be_plain_user
    make_device /dev/fuse 229
    make_device /dev/net/tun 200
    copy_checkout
    trap clean_up EXIT
    trap 'exit 130' INT TERM
}

install_packages() {
    command -v apt-get >/dev/null || { skip packages 'this is no Debian; tests use what is installed' && return; }
    wanted=$UNIT_PACKAGES
    case " $suites " in *' system '* | *' manager '* | *' bench '*) wanted="$wanted $SYSTEM_PACKAGES" ;; esac
    case " $suites " in *' machine '*) wanted="$wanted $MACHINE_PACKAGES" ;; esac
    missing=''
    for package in $wanted; do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in *' installed') ;; *) missing="$missing $package" ;; esac
    done
    [ -n "$missing" ] || return 0
    say "installing packages:$missing"
    # shellcheck disable=SC2086 # the list is meant to fall into words
    apt_get install $missing && return
    apt_get update || true
    # shellcheck disable=SC2086
    apt_get install $missing && return
    for package in $missing; do
        apt_get install "$package" || skip "package $package" 'apt cannot install it'
    done
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 -o APT::Install-Recommends=false "$@" \
        </dev/null >"$folder/apt.log" 2>&1
}

make_user() {
    name=$1 && shift
    getent passwd "$name" >/dev/null || useradd -m -s /bin/bash "$@" "$name"
    id=$(id -u "$name")
    mkdir -p "/run/user/$id"
    chown "$name:" "/run/user/$id"
    chmod 755 /run/user # whoever made it may have had a strict umask, and then no user reaches a folder below
    chmod 700 "/run/user/$id"
}

# The tests of a user without subordinate ids act as that user; the test user may, and may nothing else.
let_test_user_be_plain_user() {
    [ -d /etc/sudoers.d ] || return 0
    printf '%s ALL=(%s) NOPASSWD: ALL\n' "$TEST_USER" "$PLAIN_USER" >/etc/sudoers.d/pod-test
    chmod 440 /etc/sudoers.d/pod-test
}

make_device() {
    if [ ! -e "$1" ]; then
        mkdir -p "${1%/*}"
        mknod "$1" c 10 "$2" 2>/dev/null || { skip "$1" 'this machine has no such device' && return; }
    fi
    chmod 666 "$1" || skip "$1" 'users may not open it'
}

copy_checkout() {
    source=$checkout
    checkout=$folder/checkout
    rm -rf "$checkout"
    mkdir "$checkout"
    tar -C "$source" --exclude=./.git --exclude=__pycache__ --exclude='./.*_cache' --exclude=./.venv -cf - . |
        tar -C "$checkout" -xf -
    chown -R "$TEST_USER:" "$checkout"
    chmod -R u+w,a+rX "$checkout"
}

# --- the virtual environment -----------------------------------------------------------------------------------

# Made by whoever starts this script, whose pip knows where packages come from; the test user only uses it.
make_venv() {
    python=${PYTHON:-$(find_python)}
    version=$("$python" -I -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')
    mark=$(cksum <"$checkout/pyproject.toml" | cut -d' ' -f1)
    venv=$folder/venv-$version
    wheels=$folder/wheels-$version
    if [ "$(cat "$venv/complete" 2>/dev/null)" != "$mark" ]; then
        say "making a virtual environment with Python $version: $venv"
        "$python" -I -m venv --clear "$venv"
        "$python" -I - "$checkout/pyproject.toml" "$folder" <<'END'
import sys, tomllib
with open(sys.argv[1], "rb") as file:
    project = tomllib.load(file)["project"]
extra = project["optional-dependencies"]
for name, wanted in (("own", project["dependencies"]), ("test", extra["test"]), ("fast", extra["fast"])):
    with open(f"{sys.argv[2]}/{name}.txt", "w") as file:
        print(*wanted, sep="\n", file=file)
END
        export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
        pip install -r "$folder/own.txt" -r "$folder/test.txt"
        # What the tests of install.sh install from, so that they need no index.
        pip download -d "$wheels" pip -r "$folder/own.txt"
        if (pip install --only-binary :all: -r "$folder/fast.txt") 2>/dev/null; then
            pip download --only-binary :all: -d "$wheels" -r "$folder/fast.txt"
        fi
        say "$mark" >"$venv/complete"
        chmod -R a+rX "$venv" "$wheels"
    fi
}

pip() {
    "$venv/bin/python" -m pip "$@" >"$folder/pip.log" 2>&1 || { tail -n 20 "$folder/pip.log" >&2 && exit 1; }
}

find_python() {
    for candidate in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
        candidate=$(command -v "$candidate") || continue
        as_test_user "$candidate" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        say "$candidate"
        return
    done
    say "Error: no Python 3.11 or later that $user can run" >&2
    exit 1
}

# --- running ---------------------------------------------------------------------------------------------------

run_suites() {
    cd "$checkout"
    say "Python $version as $user on $(uname -srm)"
    folders='' manager='' machine=''
    for suite in $suites; do
        case $suite in
            lint) lint ;;
            unit | system) folders="$folders tests/$suite" ;;
            manager) manager=yes ;;
            machine) machine=yes ;;
            bench) if [ "$suites" = ' bench' ]; then bench "$@"; else bench; fi ;;
        esac
    done
    [ -z "$folders" ] || pytest_in_workers "$@"
    case $folders in *tests/system*) [ $# != 0 ] || in_control_group ;; esac
    [ -z "$manager" ] || with_user_manager "$@"
    [ -z "$machine" ] || on_machine "$@"
}

pytest_in_workers() {
    # Each worker has a scratch folder, stores and fixtures of its own; a module stays with one worker.
    workers=$(nproc)
    [ "$workers" -le 4 ] || workers=4
    # shellcheck disable=SC2086 # a list of folders
    as_test_user python -m pytest -p no:cacheprovider -o faulthandler_timeout=300 -n "$workers" --dist loadfile \
        --durations=15 --durations-min=0.5 $folders "$@" || failed="$failed tests"
}

# What only a session with a control group of its own can show.
in_control_group() {
    [ "$(id -u)" = 0 ] || { skip limits 'only root can hand over a control group' && return; }
    grep -q ' cgroup2 ' /proc/mounts || { skip limits 'control groups of version 2 are not mounted' && return; }
    group="sh $checkout/tests/control-group.sh $user"
    as_test_user python -m pytest -p no:cacheprovider -p no:xdist tests/system/test_limits.py || failed="$failed limits"
    group=''
}

# One after another: they share the user's one systemd.
with_user_manager() {
    [ "$(id -u)" = 0 ] || { skip manager 'only root can make the namespaces for it' && return; }
    within="sh $checkout/tests/manager/user-manager.sh $user"
    as_test_user python -m pytest -p no:cacheprovider -p no:xdist tests/manager "$@" || failed="$failed manager"
    within=''
}

# As root, who makes the machine's disk and sees to it that a busy host does not forget the machine.
on_machine() {
    [ "$(id -u)" = 0 ] || { skip machine 'only root can make its disk' && return; }
    for program in qemu-system-x86_64 mmdebstrap mke2fs ssh; do
        command -v "$program" >/dev/null || { skip machine "no $program on this machine" && return; }
    done
    POD_TEST_CACHE=$folder/cache PYTHONDONTWRITEBYTECODE=yes \
        "$venv/bin/python" -m pytest -p no:cacheprovider -p no:xdist --durations=15 tests/machine "$@" 9>&- ||
        failed="$failed machine"
}

lint() {
    check ruff check .
    check ruff format --check .
    check mypy --strict --no-error-summary pod tests packaging
    check lint-imports --no-cache
}

check() {
    say "+ $*"
    as_test_user "$@" || { failed="$failed $1" && say "FAILED $*"; }
}

# As root a Debian 13 is made for it, whose Podman can use crun; anybody else compares with the Podman that is here.
bench() {
    if [ "$(id -u)" = 0 ]; then
        "$venv/bin/python" -m tests.bench.debian "$@" 9>&- || failed="$failed bench"
    else
        as_test_user python -m tests.bench "$@" || failed="$failed bench"
    fi
}

# A clean session: none of the caller's variables but what says how to reach the network.
as_test_user() {
    path=$venv/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
    if [ "$(id -u)" != 0 ]; then
        PATH=$path:$PATH POD_TEST_WHEELS=$wheels "$@" 9>&-
        return
    fi
    set -- PATH="$path" LANG=C.UTF-8 TERM="${TERM:-dumb}" SHELL=/bin/bash POD_TEST_WHEELS="$wheels" "$@"
    home=$(getent passwd "$user" | cut -d: -f6)
    set -- HOME="$home" USER="$user" LOGNAME="$user" MYPY_CACHE_DIR="$home/.cache/mypy" "$@"
    set -- ${within:+POD_IN_NAMESPACES=yes} XDG_RUNTIME_DIR="/run/user/$(id -u "$user")" "$@"
    for name in http_proxy https_proxy no_proxy CI; do
        value=$(printenv "$name") && set -- "$name=$value" "$@"
    done
    # shellcheck disable=SC2086 # words of a command, or none
    $within $group setpriv --reuid "$user" --regid "$user" --init-groups env -i "$@" 9>&-
}

# The two users are the tests' own: whatever they or their subordinate ids still run is a leftover.
clean_up() {
    for name in "$TEST_USER" "$PLAIN_USER"; do
        range=$(awk -F: -v name="$name" '$1 == name { print $2, $2 + $3 - 1; exit }' /etc/subuid)
        cat /proc/[0-9]*/status 2>/dev/null | awk -v uid="$(id -u "$name")" -v range="${range:-0 -1}" '
            BEGIN { split(range, limit, " ") }
            /^Name:/ { name = $2 }
            /^State:/ { state = $2 }
            /^Pid:/ { pid = $2 }
            /^Uid:/ && state != "Z" && ($2 == uid || ($2 >= limit[1] && $2 <= limit[2])) { print pid, name }
        ' |
            while read -r pid name; do
                say "left behind by the tests, ended now: process $pid ($name)" >&2
                kill -9 "$pid" || true
            done
    done
}

main "$@"
