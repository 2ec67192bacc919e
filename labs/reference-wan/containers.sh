# shellcheck shell=bash
# The four containers (the WANulators are in the PVE host's), the cables between them, and the way in.

CONTAINERS=(far router edge pve)
# END:NAME END:NAME, as they are called at either end; the MAC addresses are those of the PVE host's NICs.
CABLES=(
  'pve:enp1s0f2 router:vni-0-0.0' 'pve:enp1s0f3 far:byu'
  'pve:enp2s0f0 router:vni-0-2.0' 'pve:enp2s0f1 far:starlink-2'
  'pve:enp2s0f2 router:vni-0-1.0' 'pve:enp2s0f3 far:starlink-1'
  # Nothing is plugged in: the other end stays down.
  'pve:enp1s0f0 far:loose0' 'pve:enp1s0f1 far:loose1'
)
# Plugged in last: the router waits for it, and would take links that are still being made for bad ones.
LAN_CABLE='router:lan edge:eth0'

# What the containers are made from: another image or file makes them anew.
lab_key() { { image_dir; cd "$HERE" && find container containers.sh files -type f | sort | xargs sha256sum; } | sha256sum | cut -c1-16; }

start_containers() {
  local name cable
  mkdir -p "$STATE/mnt" "$STATE/switches"
  rm -f "$STATE/switches"/*
  for name in "${CONTAINERS[@]}"; do start_container "$name"; done
  for cable in "${CABLES[@]}"; do
    # shellcheck disable=SC2086
    plug_cable $cable
  done
  wait_until 20 booted pve || die "pve does not start: see $STATE/pve.log"
  # shellcheck disable=SC2086
  plug_cable $LAN_CABLE
  for name in "${CONTAINERS[@]}"; do wait_until 20 booted "$name" || die "$name does not start: see $STATE/$name.log"; done
  listen pve "$PVE_PORT"
  listen edge "$EDGE_PORT"
  lab_key >"$STATE/key"
}

# Name spaces of their own, and all that runs in them gone with the process in NAME.pid.
start_container() {
  local name=$1 image trees=$HERE/files/$1 binds=("$STATE/switches:/lab/switches" "$SSH_DIR:/lab/ssh")
  image=$(image_dir)
  case $name in
    pve)
      trees+=" $HERE/files/ssh"
      binds+=("$image:/lab/image" "$HERE/files:/lab/files" "$HERE/container:/lab/container")
      ;;
    edge) trees+=" $HERE/files/ssh" ;;
  esac
  setsid unshare --mount --uts --ipc --net --pid --fork --kill-child --propagation private \
    "$HERE/container" "$name" "$image" "$trees" "$STATE/mnt" "${binds[@]}" /usr/local/sbin/lab-init \
    </dev/null >"$STATE/$name.log" 2>&1 9>&- &
  echo $! >"$STATE/$name.pid"
  wait_until 5 init_of "$name" || die "$name does not start: see $STATE/$name.log"
}

# The first process of a container, as this machine sees it.
init_of() {
  local pid init
  pid=$(cat "$STATE/$1.pid") && init=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null) && init=${init%% *} &&
    [[ -n $init && $(readlink "/proc/$init/ns/net") != "$(readlink /proc/self/ns/net)" ]] && echo "$init"
}

# As one would at its keyboard; what it starts there is not handed the lock.
inside() {
  local init
  init=$(init_of "$1") || return
  shift
  nsenter -t "$init" -m -u -i -n -p -- env -i PATH="$PATH" HOME=/root LANG=C.UTF-8 "$@" 9>&-
}

booted() { inside "$1" test -e /run/booted; }

plug_cable() {
  local here=${1%%:*} there=${2%%:*}
  ip link add "${1#*:}" netns "$(init_of "$here")" type veth peer name "${2#*:}" netns "$(init_of "$there")"
}

# An sshd in the container, reached by loopback of this machine: what listens is in all of its name spaces but the network's.
listen() {
  local name=$1 port=$2
  setsid nsenter -t "$(init_of "$name")" -m -u -i -p -- \
    socat "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork" \
    'EXEC:nsenter --net=/proc/1/ns/net /usr/sbin/sshd -i -e -f /etc/ssh/lab.conf,nofork' \
    </dev/null >"$STATE/$name-sshd.log" 2>&1 9>&- &
  echo $! >"$STATE/$name-sshd.pid"
  wait_until 5 answers "$port" ||
    die "sshd of $name does not start on 127.0.0.1:$port (set FAILOVER_LAB_REFERENCE_WAN_PORT): $(tail -n 1 "$STATE/$name-sshd.log")"
}

answers() { ssh-keyscan -T 2 -t ed25519 -p "$1" 127.0.0.1 2>/dev/null | grep -qF "$(cut -d' ' -f2 "$SSH_DIR/host_key.pub")"; }

is_whole() {
  local name
  [[ $(cat "$STATE/key" 2>/dev/null) == "$(lab_key)" ]] || return
  for name in "${CONTAINERS[@]}"; do container_runs "$name" && booted "$name" || return; done
  answers "$PVE_PORT" && answers "$EDGE_PORT"
}

container_runs() { pid_runs "$STATE/$1.pid" "/reference-wan/container $1 "; }

stop_containers() {
  local name pid ends=()
  for name in "${CONTAINERS[@]}"; do
    if container_runs "$name"; then
      pid=$(cat "$STATE/$name.pid")
      # With its first process all others are gone, those that listen too.
      ends+=("$pid" "$(init_of "$name" || echo "$pid")")
      kill -KILL "$pid"
    fi
    rm -f "$STATE/$name.pid" "$STATE/$name-sshd.pid"
  done
  for pid in "${ends[@]}"; do wait_until 10 gone "$pid" || die "process $pid does not end"; done
}

gone() { [[ ! -e /proc/$1 ]]; }

# What a test may have left: processes of a run, captures, switches, VMs that are off, links that are not good, a NIC that is
# down, a router in a hurry.
repair() {
  inside router rm -f /run/recompute-s
  end_runs pve
  end_runs edge
  # shellcheck disable=SC2016
  inside pve bash -c '
    rm -rf /var/tmp/failover-lab
    for switch in /lab/switches/*; do [ ! -e "$switch" ] || lab-switch "${switch##*/}" off; done
    for nic in /sys/class/net/enp*; do ip link set "${nic##*/}" up; done
    for vm in 100 101 102 103; do
      [ "$(qm status $vm)" = "status: running" ] || qm start $vm
      lab-vm $vm lab-logout
      lab-vm $vm lab-emulators good &
    done
    wait' >/dev/null
}

end_runs() {
  # shellcheck disable=SC2016
  inside "$1" bash -c '
    for file in $(grep -lsz "^FAILOVER_LAB_RUN=" /proc/[0-9]*/environ); do kill -KILL "$(cut -d / -f 3 <<<"$file")"; done
    pkill -KILL -x tcpdump
    exit 0' 2>/dev/null
}

# Over each link by itself, and from end to end.
crosses() {
  local isp
  for isp in 100.64.1.1 100.64.2.1 198.51.100.1; do loses_nothing router "$isp" || return; done
  loses_nothing edge 192.168.100.2
}
loses_nothing() { inside "$1" ping -n -q -c 5 -i 0.05 -W 1 "$2" | grep -q ' 0% packet loss'; }
