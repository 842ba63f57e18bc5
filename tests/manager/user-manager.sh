#!/bin/sh
# As root: sh user-manager.sh USER COMMAND…   runs a command where USER may have a systemd of its own.
#
# No machine needs to be booted for that: a mount, process, cgroup and host name namespace has its own /run and its own
# tree of cgroups, in which the folder that a user manager wants belongs to USER. The controllers stay the machine's, so
# limits are tested elsewhere (tests/machine). Everything ends with the command.
set -eu

user=$1 && shift
id=$(id -u "$user")
command -v systemctl >/dev/null || { echo "SKIPPED manager: no systemd on this machine: apt-get install systemd" && exit; }

if [ -z "${POD_IN_NAMESPACES:-}" ]; then
    unshare --mount --pid --ipc --uts --cgroup --fork true 2>/dev/null ||
        { echo 'SKIPPED manager: no namespaces can be made here' && exit; }
    status=0
    POD_IN_NAMESPACES=yes unshare --mount --pid --ipc --uts --cgroup --fork --kill-child --mount-proc \
        sh "$0" "$user" "$@" || status=$?
    unshare --mount sh -c 'mount -t cgroup2 cgroup2 /mnt && cd "/mnt$0" && find . -depth -type d -exec rmdir {} +' \
        "$(sed -n 's/^0:://p' /proc/self/cgroup)/pod-test-$user" 2>/dev/null || true
    exit "$status"
fi

umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup
if [ "$POD_IN_NAMESPACES" = yes ]; then
    # A folder of its own as the root of the tree: journald knows a unit by the whole path of its cgroup.
    mkdir -p "/sys/fs/cgroup/pod-test-$user"
    echo $$ >"/sys/fs/cgroup/pod-test-$user/cgroup.procs"
    POD_IN_NAMESPACES=rooted exec unshare --cgroup --mount sh "$0" "$user" "$@"
fi

mkdir -p /run/systemd "/run/user/$id" /var/log/journal
mount -t tmpfs tmpfs /run/systemd
mount -t tmpfs -o "mode=700,uid=$id,gid=$(id -g "$user")" tmpfs "/run/user/$id"
mkdir -p /run/systemd/system

manager=/sys/fs/cgroup/user.slice/user-$id.slice/user@$id.service
mkdir -p "$manager"
chown "$user:" "$manager"
for file in cgroup.procs cgroup.subtree_control cgroup.threads; do
    chown "$user:" "$manager/$file"
done

# journald without a kernel log and without the services that it expects beside it.
# On a real disk: users read their journal by an access control list, which a tmpfs may not have.
journal=$(mktemp -d /var/tmp/pod-journal-XXXXXX)
chmod 755 "$journal"
mount --bind "$journal" /var/log/journal
if [ -x /lib/systemd/systemd-journald ]; then
    mkdir -p /run/systemd/journal
    : >/run/systemd/journal/flushed  # or it keeps all in memory, where users may not look
    printf '[Journal]\nStorage=persistent\nSplitMode=uid\nReadKMsg=no\nAudit=no\n' >/run/systemd/journald.conf
    mkdir -p /run/systemd/journald.conf.d
    mv /run/systemd/journald.conf /run/systemd/journald.conf.d/test.conf
    /lib/systemd/systemd-journald >/dev/null 2>&1 &
fi

# Process 1 stays where it is: its cgroup is what journald takes for the root.
status=0
sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$manager" "$@" || status=$?
umount /var/log/journal 2>/dev/null || umount -l /var/log/journal
rm -rf "$journal"
exit "$status"
