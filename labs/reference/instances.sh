# shellcheck shell=bash
# Bridges, profile and the four instances.

BRIDGE_MARK=failover-lab-reference

make_bridges() {
  local bridge
  for bridge in "${BRIDGES[@]}"; do
    tool network show "$bridge" >/dev/null 2>&1 && continue
    if [[ -e /sys/class/net/$bridge ]]; then
      [[ $(cat "/sys/class/net/$bridge/ifalias") == "$BRIDGE_MARK" ]] ||
        die "an interface named $bridge exists and is not this lab's: remove or rename it"
      ip link delete "$bridge"
    fi
    tool network create "$bridge" ipv4.address=none ipv6.address=none >/dev/null
    ip link set "$bridge" alias "$BRIDGE_MARK"
  done
}

make_profile() {
  tool storage show "$POOL" >/dev/null 2>&1 || tool storage create "$POOL" dir >/dev/null
  tool profile show "$PROFILE" >/dev/null 2>&1 || tool profile create "$PROFILE" >/dev/null
  # Heartbeat and fabric come from the profile, as in the plan; LAN and WAN are each instance's own.
  env "$DIR_VARIABLE=$DAEMON_DIR" "$CONF_VARIABLE=$CLIENT_DIR" "$TOOL" profile edit "$PROFILE" <<YAML
description: Failover Lab firewalls
config:
  security.privileged: "true"
devices:
  eth1: { type: nic, network: bpfrx-heartbeat, name: fxp1 }
  eth2: { type: nic, network: bpfrx-fabric, name: fab0 }
YAML
}

import_image() {
  local image alias
  image=$(image_file)
  [[ -s $image ]] || build_image "$image"
  alias=$(image_alias)
  tool image info "$alias" >/dev/null 2>&1 || tool image import "$image" --alias "$alias" >/dev/null
}

image_alias() { basename "$(image_file)" .tar; }

# What an instance was made from: another image, script or file makes it anew.
instance_key() { { image_alias; cd "$HERE" && find files instances.sh -type f | sort | xargs sha256sum; } | sha256sum | cut -c1-16; }

# All at once: they wait for the disk more than for each other.
make_instances() {
  local key name job jobs=()
  key=$(instance_key)
  for name in "${INSTANCES[@]}"; do
    make_instance "$name" "$key" &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job" || die 'an instance could not be made'; done
}

make_instance() {
  local name=$1 key=$2
  if [[ $(tool config get "$name" user.failover-lab 2>/dev/null) != "$key" ]]; then
    if tool config show "$name" >/dev/null 2>&1; then tool delete --force "$name"; fi
    instance_yaml "$name" | with_daemon_dir "$TOOL" init "$(image_alias)" "$name" --storage "$POOL" --quiet
    install_files "$name"
    # Set last: an instance without it is half-made.
    tool config set "$name" user.failover-lab "$key"
  fi
  [[ $(state_of "$name") == RUNNING ]] || tool start "$name"
}

instance_yaml() {
  case $1 in
    bpfrx-fw*)
      local node=${1#bpfrx-fw}
      cat <<YAML
profiles: [default, $PROFILE]
config:
  volatile.eth1.hwaddr: "$(mac "$node" 1)"
  volatile.eth2.hwaddr: "$(mac "$node" 2)"
devices:
  eth3: { type: nic, network: bpfrx-clan, name: ge-$((7 * node))-0-0, hwaddr: "$(mac "$node" 3)" }
  wan-vf: { type: nic, network: bpfrx-wan, name: ge-$((7 * node))-0-1, hwaddr: "$(mac "$node" 4)" }
YAML
      ;;
    cluster-lan-host) host_yaml bpfrx-clan "$(mac 2 1)" ;;
    wan-host) host_yaml bpfrx-wan "$(mac 3 1)" ;;
  esac
}

host_yaml() {
  cat <<YAML
profiles: [default]
config: { security.privileged: "true" }
devices:
  eth0: { type: nic, network: $1, name: eth0, hwaddr: "$2" }
YAML
}

mac() { printf '02:bf:72:00:%02x:%02x' "$1" "$2"; }

install_files() {
  local name=$1 root tree
  root=$(root_of "$1")
  for tree in $(trees "$name"); do
    tar -C "$HERE/files/$tree" --owner=0 --group=0 -cf - . | tar -C "$root" --no-overwrite-dir -xf -
  done
  case $name in
    bpfrx-fw*) printf '%s\n' "${name#bpfrx-fw}" >"$root/etc/bpfrx/node-id" ;;
    cluster-lan-host) printf 'nameserver 8.8.8.8\n' >"$root/etc/resolv.conf" ;;
  esac
  printf '127.0.0.1 localhost %s\n' "$name" >"$root/etc/hosts"
}

trees() {
  case $1 in
    bpfrx-fw*) echo common node ;;
    cluster-lan-host) echo common lan-host ;;
    wan-host) echo common wan-host ;;
  esac
}

state_of() { tool list "^$1\$" --format csv --columns s; }

root_of() { echo "$DAEMON_DIR/storage-pools/$POOL/containers/$1/rootfs"; }

# A configuration that a crash left, or that is not the same on both: both nodes begin again from the lab's own, at the same
# time, or one would give what it has to the other.
repair_configurations() {
  local name own=$HERE/files/node/etc/bpfrx/bpfrx.conf differs=
  for name in "${FIREWALLS[@]}"; do cmp -s "$own" "$(root_of "$name")/etc/bpfrx/bpfrx.conf" || differs=yes; done
  [[ -n $differs ]] || return 0
  say 'putting the configuration of the firewalls back'
  for name in "${FIREWALLS[@]}"; do tool exec "$name" -- timeout 20 systemctl stop bpfrxd || true; done
  for name in "${FIREWALLS[@]}"; do cp "$own" "$(root_of "$name")/etc/bpfrx/bpfrx.conf"; done
}

# What a test may have left: configurations, switches, a clock that was set, a stopped daemon, manual failovers.
repair_firewalls() {
  local name
  for name in "${FIREWALLS[@]}"; do wait_until 15 booted "$name" || true; done
  repair_configurations
  for name in "${FIREWALLS[@]}"; do
    # shellcheck disable=SC2016
    tool exec "$name" -- timeout 20 sh -c '
      bpfrx-clock off
      for switch in /etc/bpfrx/switches/*; do [ ! -e "$switch" ] || bpfrx-switch "${switch##*/}" off; done
      systemctl is-active --quiet bpfrxd || systemctl start bpfrxd
      for group in 0 1; do cli -c "request chassis cluster failover reset redundancy-group $group"; done' >/dev/null 2>&1 || true
  done
}

booted() { tool exec "$1" -- systemctl is-active --quiet multi-user.target; }

cluster_formed() {
  tool exec bpfrx-fw0 -- cli -c 'show chassis cluster status' | awk '
    $1 == "node0" && $3 == "primary" { up++ }
    $1 == "node1" && $3 == "secondary" { up++ }
    END { exit up != 6 }' && tool exec cluster-lan-host -- ping -c 1 -W 1 8.8.8.8 >/dev/null
}
