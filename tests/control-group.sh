#!/bin/sh
# Run a command in a control group that belongs to a user: sh tests/control-group.sh USER COMMAND [ARG...]. As root.
set -eu
user=$1
shift
top=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$top" ] || { echo "control-group.sh: version 2 is not mounted here" >&2 && exit 77; }
group=$top/pod-test-$user
mkdir -p "$group/tests"
chown -R "$user:" "$group"
code=0
(sh -c 'echo $$ >"$0/tests/cgroup.procs" && exec "$@"' "$group" "$@") || code=$?
find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
exit "$code"
