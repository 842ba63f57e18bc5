#!/bin/sh
# Install pod from this checkout. `sh install.sh --help` says how; README.md says what it does to the machine.
#
#   PREFIX/lib/pod/venv-3.X     private virtual environment with the third-party packages
#   PREFIX/lib/pod/RELEASE      this checkout's code, compiled, with its launcher; one earlier release is kept
#   PREFIX/bin/pod              link to the launcher: an upgrade is the change of this link
#   PREFIX/share                manual pages and shell completion; PREFIX/lib/pod/shared lists them
#
# Nothing is left half done: everything is made beside what is there, and the link is changed last.
set -eu

DATA_NOTE="images and containers stay where they are (~/.local/share/pod)"

usage() {
    cat <<'END'
Usage: sh install.sh [OPTION]…

Install pod for this user, below ~/.local; as root for the whole machine, below /usr/local. Run it again to upgrade.

  --prefix DIR            install below DIR instead
  --user NAME             as root: install for that user, below that user's ~/.local
  --python PATH           use this interpreter (Python 3.11 or later)
  --no-system-packages    do not use apt, not even where root or sudo is at hand
  --uninstall             remove what an installation made
  --help                  print this
END
}

say() { printf '%s\n' "$@"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() {
    printf 'Error: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf 'Hint: %s\n' "$2" >&2
    exit 1
}

main() {
    prefix='' for_user='' python='' system_packages=yes action=install
    while [ $# -gt 0 ]; do
        case $1 in
            --prefix | --user | --python) [ $# -gt 1 ] || die "$1 needs a value" 'sh install.sh --help' ;;
        esac
        case $1 in
            --prefix) prefix=$2 && shift ;;
            --prefix=*) prefix=${1#*=} ;;
            --user) for_user=$2 && shift ;;
            --user=*) for_user=${1#*=} ;;
            --python) python=$2 && shift ;;
            --python=*) python=${1#*=} ;;
            --no-system-packages) system_packages=no ;;
            --uninstall) action=uninstall ;;
            -h | --help) usage && exit ;;
            *) die "unknown option: $1" 'sh install.sh --help lists the options' ;;
        esac
        shift
    done
    [ "$(uname -s)" = Linux ] || die "pod runs on Linux only, and this is $(uname -s)"
    source=$(cd "$(dirname "$0")" && pwd -P)
    uid=$(id -u)
    if [ -n "$for_user" ] && [ "$for_user" != "$(id -un)" ]; then
        install_for_another_user
        return
    fi
    choose_folders
    "$action"
}

choose_folders() {
    if [ -z "$prefix" ] && [ "$uid" = 0 ] && [ -z "$for_user" ]; then
        prefix=/usr/local
    elif [ -z "$prefix" ]; then
        prefix=${HOME:-$(getent passwd "$uid" | cut -d: -f6)}/.local
    fi
    case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
    lib=$prefix/lib/pod bin=$prefix/bin
    # What root installs is for everybody to run.
    if [ "$uid" = 0 ]; then umask 022; fi
}

install() {
    [ -f "$source/pod/__main__.py" ] || die "$source holds no pod" 'run the install.sh of a complete checkout'
    refuse_foreign_program
    [ "$system_packages" = no ] || install_system_packages
    if [ "$uid" = 0 ] && [ -n "${SUDO_USER:-}" ]; then
        has_subordinate_ids "$SUDO_USER" || add_subordinate_ids "$SUDO_USER"
    fi
    find_python
    mkdir -p "$lib" "$bin" || die "cannot write below $prefix" 'choose another place with --prefix'
    make_venv
    install_dependencies
    install_code
    allow_user_namespaces
    report
}

# --- the machine -----------------------------------------------------------------------------------------------

as_root() {
    if [ "$uid" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_be_root() {
    [ "$uid" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

has() { PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1; }

install_system_packages() {
    command -v apt-get >/dev/null || return 0
    wanted=''
    has newuidmap || wanted="$wanted uidmap"
    has fuse-overlayfs || wanted="$wanted fuse-overlayfs"
    has slirp4netns || wanted="$wanted slirp4netns"
    if [ -z "$python" ]; then
        candidate_python >/dev/null || wanted="$wanted python3"
        version=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || version=''
        /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || wanted="$wanted python${version:-3}-venv"
    fi
    [ -n "$wanted" ] || return 0
    can_be_root || return 0
    say "installing system packages:$wanted"
    # shellcheck disable=SC2086 # the list is meant to fall into words
    apt_install $wanted
    [ -n "$python" ] || candidate_python >/dev/null || install_newer_python
}

# Ubuntu 22.04 has Python 3.10, and a newer one beside it.
install_newer_python() {
    for newer in 3.13 3.12 3.11; do
        apt_get install "python$newer" "python$newer-venv" >/dev/null 2>&1 && return
    done
    return 0
}

apt_install() {
    log=$(mktemp)
    if ! apt_get install "$@" >"$log" 2>&1; then
        apt_get update >"$log" 2>&1 || true
        # One that this release does not have must not keep the others away.
        apt_get install "$@" >"$log" 2>&1 || for package in "$@"; do
            apt_get install "$package" >"$log" 2>&1 || warn "apt cannot install $package: $(grep '^E:' "$log" | tail -n 1)"
        done
    fi
    rm -f "$log"
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=120 -o APT::Install-Recommends=false "$@" </dev/null
}

# Ubuntu since 23.10 lets only programs with an AppArmor profile of their own make user namespaces. The virtual
# environment has a copy of the interpreter there, so that the permission goes to pod and not to every Python program.
apparmor_restricts() {
    [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ]
}

apparmor_profile() {
    say "profile $1 $2/lib/pod/venv-*/bin/python3* flags=(unconfined) {" '  userns,' '}'
}

allow_user_namespaces() {
    apparmor_restricts && can_be_root && has apparmor_parser || return 0
    profile=$(mktemp)
    {
        say '# Written by the install.sh of pod, which makes user namespaces.' 'abi <abi/4.0>,' 'include <tunables/global>'
        apparmor_profile pod-engine /usr/local
        apparmor_profile pod-engine-home '@{HOME}/.local'
        case $prefix in
            /usr/local | */.local | *[!A-Za-z0-9/._-]*) ;;
            *) apparmor_profile pod-engine-prefix "$prefix" ;;
        esac
    } >"$profile"
    chmod 644 "$profile"
    as_root cp "$profile" /etc/apparmor.d/pod-engine
    as_root apparmor_parser -r /etc/apparmor.d/pod-engine || warn "AppArmor refused /etc/apparmor.d/pod-engine"
    rm -f "$profile"
}

# --- Python ----------------------------------------------------------------------------------------------------

# The system's own Python first: it starts fastest, and stays when an environment of conda or pyenv goes.
candidate_python() {
    for candidate in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11 /usr/local/bin/python3; do
        candidate=$(command -v "$candidate") || continue
        usable_python "$candidate" || continue
        say "$candidate"
        return 0
    done
    return 1
}

usable_python() {
    [ "$("$1" -I -c 'import sys, ctypes, json, zlib; print(sys.version_info >= (3, 11))' 2>/dev/null)" = True ] ||
        return 1
    # An interpreter in root's home serves nobody else.
    [ "$uid" != 0 ] || [ "$prefix" != /usr/local ] || runuser -u nobody -- "$1" -I -c '' 2>/dev/null
}

find_python() {
    if [ -n "$python" ]; then
        usable_python "$python" || die "$python is not a Python that pod can use" 'pod needs Python 3.11 or later'
    else
        python=$(candidate_python) || die 'no Python 3.11 or later on this machine' \
            'install one (Debian, Ubuntu: apt-get install python3), or name one with --python PATH'
    fi
    python=$("$python" -I -c 'import os, sys; print(os.path.realpath(sys.executable))')
    version=$("$python" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])')
}

make_venv() {
    venv=$lib/venv-$version
    interpreter=$venv/bin/python3
    site_packages=$venv/lib/python$version/site-packages
    if [ "$("$interpreter" -I -c 'import os, sys; print(os.path.realpath(sys._base_executable))' 2>/dev/null)" = \
        "$python" ] && has_pip; then
        return
    fi
    say "making a virtual environment with Python $version: $venv"
    copies=''
    if apparmor_restricts; then copies=--copies; fi
    # shellcheck disable=SC2086 # no word when there is none
    "$python" -I -m venv $copies --clear --without-pip "$venv" || die "cannot make a virtual environment in $venv"
    give_pip
}

has_pip() { "$interpreter" -I -m pip --version >/dev/null 2>&1; }

# Debian's Python has no ensurepip without the package python3-venv. Its pip may be there all the same, as the
# system's own or as a wheel; and the package that has the wheel can be fetched and unpacked without root.
give_pip() {
    "$interpreter" -I -m ensurepip >/dev/null 2>&1 && return
    "$python" -I -m pip --python "$interpreter" install -q pip >/dev/null 2>&1 && return
    unpacked=$(mktemp -d)
    for folder in /usr/share/python-wheels "$unpacked/usr/share/python-wheels"; do
        for wheel in "$folder"/pip-*.whl; do
            "$interpreter" -I "$wheel/pip" install -q --no-index "$wheel" >/dev/null 2>&1 && break 2
        done
        (cd "$unpacked" && apt-get download -q python3-pip-whl && dpkg -x python3-pip-whl_*.deb .) >/dev/null 2>&1 ||
            break
    done
    rm -rf "$unpacked"
}

install_dependencies() {
    dependencies_missing=''
    requirements=$(mktemp) log=$(mktemp)
    "$python" -I - "$source/pyproject.toml" "$requirements" <<'END'
import sys, tomllib
with open(sys.argv[1], "rb") as file:
    project = tomllib.load(file)["project"]
for suffix, wanted in (("", project["dependencies"]), (".fast", project["optional-dependencies"]["fast"])):
    with open(sys.argv[2] + suffix, "w") as file:
        print(*wanted, sep="\n", file=file)
END
    say 'installing the Python packages that pod uses'
    export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
    # The user's pip may be set to install elsewhere, which a virtual environment does not allow.
    unset PIP_USER PIP_TARGET PIP_PREFIX
    if ! has_pip; then
        dependencies_missing="there is no pip (Debian, Ubuntu: apt-get install python$version-venv, as root)"
    elif ! "$interpreter" -I -m pip install -q --no-input --prefer-binary --retries 2 -r "$requirements" \
        >"$log" 2>&1; then
        dependencies_missing="pip could not get them: $(grep -i '^error' "$log" | tail -n 1)"
    else  # what pod is only faster with: never compiled, and not missed
        "$interpreter" -I -m pip install -q --no-input --only-binary :all: --retries 0 -r "$requirements.fast" \
            >/dev/null 2>&1 || :
    fi
    rm -f "$requirements" "$requirements.fast" "$log"
}

# --- pod itself ------------------------------------------------------------------------------------------------

# Whatever else is called pod on this machine is not ours to replace.
refuse_foreign_program() {
    [ -e "$bin/pod" ] || [ -L "$bin/pod" ] || return 0
    case $(readlink "$bin/pod") in
        "$lib"/*) ;;
        *) die "$bin/pod exists and is not an installation of this pod" 'move it away, or choose another --prefix' ;;
    esac
}

install_code() {
    number=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$source/pod/__init__.py")
    release=$lib/$number-$(date +%Y%m%d%H%M%S)-$$
    previous=$(readlink "$bin/pod" || true)
    mkdir -p "$release/bin"
    cp -R "$source/pod" "$release/pod"
    chmod -R u+w,a+rX "$release"
    find "$release/pod" -name __pycache__ -type d -prune -exec rm -rf {} +
    "$interpreter" -I -m compileall -q "$release/pod"
    # Without this file commands start a little more slowly; code that does not even import is found out below.
    "$interpreter" -IS -c 'import sys; sys.path.insert(0, sys.argv[1]); from pod.hot_modules import write
write(sys.argv[1] + "/hot-modules.bin")' "$release" 2>/dev/null || :
    "$python" -I "$source/packaging/launcher.py" "$release/bin/pod" \
        --python "$interpreter" --code "$release" --packages "$site_packages"
    "$release/bin/pod" --version >/dev/null || die "the new release does not start: $release/bin/pod" \
        'the earlier one, if there was one, is still in place'
    ln -s "$release/bin/pod" "$bin/.pod-$$"
    mv -f "$bin/.pod-$$" "$bin/pod"
    install_shared
    remove_old_releases
}

# Pages and completion go where man and the shells look; what an earlier release had more of, goes.
install_shared() {
    remove_shared
    for page in "$source"/man/*.[1-8]; do
        section=${page##*.}
        share "$page" "man/man$section"
    done
    scripts=$(mktemp -d)
    if "$release/bin/pod" completion bash >"$scripts/pod" 2>/dev/null; then
        "$release/bin/pod" completion zsh >"$scripts/_pod"
        "$release/bin/pod" completion fish >"$scripts/pod.fish"
        share "$scripts/pod" bash-completion/completions
        share "$scripts/_pod" zsh/site-functions
        share "$scripts/pod.fish" fish/vendor_completions.d
    fi
    rm -rf "$scripts"
}

share() {
    mkdir -p "$prefix/share/$2"
    cp "$1" "$prefix/share/$2/" && chmod 644 "$prefix/share/$2/${1##*/}"
    say "$2/${1##*/}" >>"$lib/shared"
}

remove_shared() {
    [ -e "$lib/shared" ] || return 0
    while read -r file; do
        rm -f "$prefix/share/$file"
        (cd "$prefix" && rmdir -p "share/${file%/*}" 2>/dev/null) || : # what is empty now
    done <"$lib/shared"
    rm -f "$lib/shared"
}

# The one before may still have processes of running containers; those before that one are gone.
remove_old_releases() {
    for old in "$lib"/*; do
        case $old in
            "$release" | "$venv" | "${previous%/bin/pod}" | "$lib/shared") ;;
            *) rm -rf "$old" ;;
        esac
    done
}

uninstall() {
    refuse_foreign_program
    [ -d "$lib" ] || [ -L "$bin/pod" ] || die "pod is not installed below $prefix" 'name the place with --prefix'
    remove_shared
    rm -f "$bin/pod"
    rm -rf "$lib"
    if [ "$uid" = 0 ] && [ -e /etc/apparmor.d/pod-engine ]; then
        apparmor_parser -R /etc/apparmor.d/pod-engine || true
        rm -f /etc/apparmor.d/pod-engine
    fi
    say "pod is removed from $prefix; $DATA_NOTE"
}

# --- for somebody else -----------------------------------------------------------------------------------------

# The other user may be unable to read this checkout, or to reach root's settings: hand over a copy of what it takes.
install_for_another_user() {
    [ "$uid" = 0 ] || die '--user is for root' 'without it, pod is installed for you'
    home=$(getent passwd "$for_user" | cut -d: -f6)
    [ -n "$home" ] || die "no user $for_user on this machine"
    if [ "$action" = install ]; then
        [ "$system_packages" = no ] || install_system_packages
        has_subordinate_ids "$for_user" || add_subordinate_ids "$for_user"
        allow_user_namespaces
    fi
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    cp -R "$source/install.sh" "$source/pyproject.toml" "$source/packaging" "$source/pod" "$source/man" "$copy"
    chmod -R a+rX "$copy"
    set -- --no-system-packages
    [ -z "$prefix" ] || set -- "$@" --prefix "$prefix"
    [ -z "$python" ] || set -- "$@" --python "$python"
    [ "$action" = install ] || set -- "$@" --uninstall
    cd "$copy"
    runuser -u "$for_user" -- env HOME="$home" USER="$for_user" sh "$copy/install.sh" "$@"
}

has_subordinate_ids() {
    for file in /etc/subuid /etc/subgid; do
        grep -q -e "^$1:" -e "^$(id -u "$1"):" "$file" 2>/dev/null || return 1
    done
}

add_subordinate_ids() {
    has usermod || return 0
    first=$(cat /etc/subuid /etc/subgid 2>/dev/null |
        awk -F: 'BEGIN { end = 100000 } $2 + $3 > end { end = $2 + $3 } END { print end }')
    last=$((first + 65535))
    usermod --add-subuids "$first-$last" --add-subgids "$first-$last" "$1" &&
        say "gave $1 the subordinate ids $first to $last"
}

# --- what the user should know ---------------------------------------------------------------------------------

report() {
    [ -z "$dependencies_missing" ] || warn_of_dependencies
    has newuidmap || missing uidmap 'containers have one user only, and all their files belong to you'
    has fuse-overlayfs || missing fuse-overlayfs 'images are copied where the kernel refuses to mount overlays'
    has slirp4netns || missing slirp4netns 'containers have no network, or that of this machine with --network host'
    if [ "$uid" != 0 ]; then warn_of_this_user; fi
    say "pod $number is installed: $bin/pod"
    shadowing=$(command -v pod || true)
    case :$PATH: in
        *:"$bin":*)
            case $shadowing in
                "$bin/pod" | '') ;;
                *) warn "\`pod\` in this shell is $shadowing, which comes first on PATH" ;;
            esac
            ;;
        *)
            say "$bin is not on the PATH of this shell; this line puts it there:"
            say "    export PATH=\"$bin:\$PATH\""
            say "For new shells, add the line to ~/.profile, unless it is there (Debian's and Ubuntu's have it for ~/.local/bin)."
            ;;
    esac
    say 'Try it: pod run --rm -it host bash'
}

missing() {
    warn "without $1, $2 (as root: apt-get install $1)"
}

warn_of_dependencies() {
    warn "the Python packages that pod uses are not installed: $dependencies_missing"
    warn 'containers run without them, but --help, registries, builds and zstd archives need them:' \
        'run install.sh again where a package index is in reach'
}

warn_of_this_user() {
    user=$(id -un)
    has_subordinate_ids "$user" || warn "$user has no subordinate ids, so containers have one user only" \
        "(as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $user)"
    can_make_user_namespaces || warn 'this machine does not let you make user namespaces, without which no' \
        "container runs ($(namespace_remedy))"
}

can_make_user_namespaces() {
    "$interpreter" -I - <<'END'
import ctypes, os, sys
CLONE_NEWUSER = 0x10000000
uid = os.getuid()
try:
    refused = ctypes.CDLL(None).unshare(CLONE_NEWUSER)
    with open("/proc/self/uid_map", "w") as file:
        file.write(f"0 {uid} 1")
except OSError:
    refused = -1
sys.exit(1 if refused else 0)
END
}

namespace_remedy() {
    if apparmor_restricts; then
        say "as root: sh install.sh --user $(id -un); it allows pod in AppArmor"
    elif [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)" = 0 ]; then
        say 'as root: sysctl kernel.unprivileged_userns_clone=1'
    else
        say 'as root: sysctl user.max_user_namespaces=15000'
    fi
}

main "$@"
