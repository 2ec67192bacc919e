#!/bin/sh
# The container tool of this lab, by the name that the dashboard knows. DAEMON_DIR and TOOL are put in by `up`.
export DIR_VARIABLE='DAEMON_DIR' CONF_VARIABLE='CLIENT_DIR'

# `exec NAME -- …` enters the instance itself: the client of LXD 5.0.2 does not return from one exec in about 2,500
# (both ends are done, it waits on), and each costs this machine 70 ms of CPU time.
enter() {
  name=$2
  shift 3
  monitor=$(pgrep -f "^\[lxc monitor\] DAEMON_DIR/containers $name\$") || return
  init=$(cut -d ' ' -f 1 "/proc/$monitor/task/$monitor/children")
  [ -n "$init" ] || return
  group=$(sed -n 's|^0::/\([^/]*\).*|\1|p' "/proc/$init/cgroup")
  for processes in "/sys/fs/cgroup/$group/.lxc" /sys/fs/cgroup/*/"$group" /sys/fs/cgroup/*/"$group/.lxc"; do
    if [ -d "$processes" ]; then echo $$ >"$processes/cgroup.procs" || true; fi
  done 2>/dev/null
  # shellcheck disable=SC2016
  exec nsenter -t "$init" -m -u -i -n -p -C -- env -i container=lxc USER=root HOME=/root LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c 'cd; exec "$@"' sh "$@"
}

if [ "$1" = exec ] && [ "$3" = -- ]; then enter "$@"; fi
exec TOOL "$@"
