# shellcheck shell=bash
# What both real labs' scripts share. Set before: STATE, LAB (its name, for messages and logs), HERE.

say() { printf '%s %s\n' "$(date +%T)" "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

need_root() { [[ $EUID -eq 0 ]] || die 'needs root (sudo)'; }

# One up or down at a time; the lock goes with the process.
take_lock() {
  exec 9>"/run/${STATE##*/}.lock"
  flock -w 300 9 || die 'another up or down is running'
}

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

# Those of the packages that the machine has not, one a line.
missing_packages() {
  # Exits 1 for a package that the machine has never heard of.
  { dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true; } |
    awk '$2 == "installed" { print $1 }' | sort | comm -13 - <(printf '%s\n' "$@" | sort)
}

# The packages only: no service of theirs is started for us.
install_missing() {
  local policy=/usr/sbin/policy-rc.d log=/var/log/failover-lab-$LAB-apt.log made='' failed=''
  say "installing: $*"
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=1
  fi
  { apt-get -q update && DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"; } >"$log" 2>&1 || failed=1
  [[ -z $made ]] || rm -f "$policy"
  [[ -z $failed ]] || die "cannot install packages: see $log"
}

# Keys in a directory: the sshd's own, and that of who may log in.
make_keys() {
  local dir=$1 key
  mkdir -p "$dir"
  for key in host_key user_key; do
    [[ -s $dir/$key.pub ]] && continue
    rm -f "$dir/$key"
    ssh-keygen -q -t ed25519 -N '' -C "failover-lab-$LAB-${key%_key}" -f "$dir/$key"
  done
  chmod 600 "$dir"/*_key
  # Who called sudo runs the dashboard.
  if [[ -n ${SUDO_UID:-} ]]; then chown "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$dir/user_key"; fi
  cp "$dir/user_key.pub" "$dir/authorized_keys"
}

# The committed lab file holds placeholders for what is only known here: key file, host key, and ports by `sed` arguments.
# Arguments: directory of the keys, file to write, more arguments of sed.
render_lab() {
  local keys=$1 file=$2 host_key
  shift 2
  host_key=$(cut -d' ' -f1,2 "$keys/host_key.pub")
  {
    echo "# Written by labs/$LAB/up from labs/$LAB.yaml."
    sed -e "s|ssh-ed25519 HOST-KEY|$host_key|" -e "s|KEY-FILE|$keys/user_key|" "$@" "$HERE/../$LAB.yaml"
  } >"$file.part"
  mv "$file.part" "$file"
}
