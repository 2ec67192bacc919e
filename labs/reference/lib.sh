# shellcheck shell=bash
# shellcheck disable=SC2034
# What up, down and image.sh share: names, places, and how to reach the container tool.

STATE=${FAILOVER_LAB_REFERENCE_STATE:-/var/lib/failover-lab-reference}
CACHE=${FAILOVER_LAB_REFERENCE_CACHE:-/var/cache/failover-lab-reference}
PORT=${FAILOVER_LAB_REFERENCE_PORT:-2229}

FIREWALLS=(bpfrx-fw0 bpfrx-fw1)
INSTANCES=(cluster-lan-host wan-host "${FIREWALLS[@]}")
BRIDGES=(bpfrx-heartbeat bpfrx-fabric bpfrx-clan bpfrx-wan)

PROFILE=bpfrx-cluster
POOL=failover-lab

say() { printf '%s %s\n' "$(date +%T)" "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

need_root() { [[ $EUID -eq 0 ]] || die 'needs root (sudo)'; }

# One up or down at a time; the lock goes with the process.
take_lock() {
  exec 9>"/run/${STATE##*/}.lock"
  flock -w 300 9 || die 'another up or down is running'
}

# The lab has a container daemon of its own, with its own directory: whatever incus or LXD set-up the
# machine has is neither used nor touched.
choose_tool() {
  if command -v incus >/dev/null && [[ -n $(incus_daemon) ]]; then
    TOOL=incus DAEMON=$(incus_daemon) DIR_VARIABLE=INCUS_DIR CONF_VARIABLE=INCUS_CONF
  elif command -v lxc >/dev/null && command -v lxd >/dev/null; then
    TOOL=lxc DAEMON=$(command -v lxd) DIR_VARIABLE=LXD_DIR CONF_VARIABLE=LXD_CONF
  else
    return 1
  fi
  DAEMON_DIR=$STATE/$TOOL
  CLIENT_DIR=$STATE/$TOOL-client
}

incus_daemon() {
  local path
  for path in /usr/libexec/incus/incusd /usr/lib/incus/incusd /opt/incus/bin/incusd "$(command -v incusd)"; do
    [[ -x $path ]] && printf '%s' "$path" && return
  done
}

with_daemon_dir() { env "$DIR_VARIABLE=$DAEMON_DIR" "$CONF_VARIABLE=$CLIENT_DIR" "$@"; }
tool() { with_daemon_dir "$TOOL" "$@" </dev/null; }

# True if the pid in the file is alive and runs the command it should (pids are used again).
pid_runs() {
  local file=$1 command=$2 pid
  pid=$(cat "$file" 2>/dev/null) && [[ -n $pid && -r /proc/$pid/cmdline ]] &&
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$command"
}

wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS <= deadline)) || return 1
    sleep 0.1
  done
}

LAB_FILE=$STATE/reference.yaml

# The committed file holds placeholders for what is only known here: port, key file, host key.
render_lab_file() {
  local host_key
  host_key=$(cut -d' ' -f1,2 "$SSH_DIR/host_key.pub")
  {
    echo '# Written by labs/reference/up from labs/reference.yaml.'
    sed -e "s|ssh-ed25519 HOST-KEY|$host_key|" -e "s|KEY-FILE|$SSH_DIR/user_key|" \
      -e "s|^\( *port:\) 2229 *# sshd\$|\1 $PORT|" "$HERE/../reference.yaml"
  } >"$LAB_FILE.part"
  mv "$LAB_FILE.part" "$LAB_FILE"
}
