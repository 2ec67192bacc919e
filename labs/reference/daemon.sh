# shellcheck shell=bash
# The lab's own container daemon: start, stop, and what it needs from the machine.

# nftables or LXD looks for iptables.
HOST_PACKAGES=(lxd lxd-client dnsmasq-base debootstrap openssh-server iproute2 nftables procps)

install_packages() {
  local missing
  missing=$(missing_packages "${HOST_PACKAGES[@]}")
  # An incus that is there already needs no LXD beside it.
  if [[ -n $(incus_daemon) ]]; then missing=$(grep -v '^lxd' <<<"$missing" || true); fi
  # shellcheck disable=SC2086
  [[ -z $missing ]] || install_missing $missing
}

# systemd inside the containers needs control groups; a machine without systemd may have mounted none.
mount_cgroups() {
  grep -q ' cgroup2\? ' /proc/mounts && return
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  touch "$STATE/cgroups-mounted"
}

unmount_cgroups() {
  if [[ -e $STATE/cgroups-mounted ]]; then umount /sys/fs/cgroup || true; fi
}

daemon_running() { pid_runs "$STATE/daemon.pid" "$DAEMON"; }

start_daemon() {
  mkdir -p "$DAEMON_DIR" "$CLIENT_DIR"
  # Without a configuration the client greets its first user.
  [[ -e $CLIENT_DIR/config.yml ]] || printf 'remotes: {}\n' >"$CLIENT_DIR/config.yml"
  if daemon_running && ! daemon_ready 10; then stop_daemon; fi
  if ! daemon_running; then
    # In a session of its own, and not handed the lock: it outlives this script.
    # shellcheck disable=SC2016
    with_daemon_dir setsid --fork sh -c 'echo $$ >"$0/daemon.pid"; exec "$1" --logfile "$0/daemon.log"' \
      "$STATE" "$DAEMON" </dev/null >"$STATE/daemon.out" 2>&1 9>&-
  fi
  daemon_ready 30 ||
    die "the container daemon does not start: $(tail -n 3 "$STATE/daemon.out")"
}

stop_daemon() {
  if daemon_running; then
    kill "$(cat "$STATE/daemon.pid")"
    wait_until 5 daemon_gone || kill -9 "$(cat "$STATE/daemon.pid")" 2>/dev/null || true
  fi
  rm -f "$STATE/daemon.pid"
}

daemon_ready() { with_daemon_dir "$DAEMON" waitready --timeout="$1" >/dev/null 2>&1; }

daemon_gone() { ! daemon_running; }
