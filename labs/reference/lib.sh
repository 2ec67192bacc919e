# shellcheck shell=bash
# shellcheck disable=SC2034
# What up, down and the rest share: names, places, and how to reach the container tool.

. "$HERE/../real/common.sh"

LAB=reference
STATE=${FAILOVER_LAB_REFERENCE_STATE:-/var/lib/failover-lab-reference}
CACHE=${FAILOVER_LAB_REFERENCE_CACHE:-/var/cache/failover-lab-reference}
PORT=${FAILOVER_LAB_REFERENCE_PORT:-2229}

FIREWALLS=(bpfrx-fw0 bpfrx-fw1)
INSTANCES=(cluster-lan-host wan-host "${FIREWALLS[@]}")
BRIDGES=(bpfrx-heartbeat bpfrx-fabric bpfrx-clan bpfrx-wan)

PROFILE=bpfrx-cluster
POOL=failover-lab

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

LAB_FILE=$STATE/reference.yaml
