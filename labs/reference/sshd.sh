# shellcheck shell=bash
# The way in: an sshd on loopback with keys and a configuration of its own, and an `incus` on its PATH.

SSHD=/usr/sbin/sshd
SSH_DIR=$STATE/ssh

write_wrapper() {
  mkdir -p "$STATE/bin"
  sed -e "s|CONF_VARIABLE='CLIENT_DIR'|$CONF_VARIABLE='$CLIENT_DIR'|" -e "s|DIR_VARIABLE=|$DIR_VARIABLE=|" \
    -e "s|DAEMON_DIR|$DAEMON_DIR|" -e "s|^exec TOOL|exec $(command -v "$TOOL")|" "$HERE/incus.sh" >"$STATE/bin/incus.part"
  chmod 755 "$STATE/bin/incus.part"
  mv "$STATE/bin/incus.part" "$STATE/bin/incus"
}

# SHLVL keeps bash from reading a .bashrc, which it does for commands that come by ssh: it may take its time and set PATH.
write_sshd_config() {
  cat >"$SSH_DIR/sshd_config" <<CONFIG
ListenAddress 127.0.0.1
Port $PORT
HostKey $SSH_DIR/host_key
AuthorizedKeysFile $SSH_DIR/authorized_keys
PidFile $SSH_DIR/sshd.pid
AllowUsers root
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
X11Forwarding no
PrintMotd no
Subsystem sftp internal-sftp
SetEnv PATH=$STATE/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SHLVL=1
CONFIG
}

sshd_running() { pid_runs "$SSH_DIR/sshd.pid" "$SSH_DIR/sshd_config"; }

start_sshd() {
  write_wrapper
  make_keys "$SSH_DIR"
  local before=
  before=$(cat "$SSH_DIR/sshd_config" 2>/dev/null || true)
  write_sshd_config
  if sshd_running; then
    [[ $before == "$(cat "$SSH_DIR/sshd_config")" ]] && return
    stop_sshd
  fi
  mkdir -p /run/sshd
  "$SSHD" -f "$SSH_DIR/sshd_config" -E "$STATE/sshd.log" 9>&- ||
    die "sshd does not start on 127.0.0.1:$PORT (set FAILOVER_LAB_REFERENCE_PORT): $(tail -n 2 "$STATE/sshd.log")"
  wait_until 5 sshd_running || die "sshd does not start: $(tail -n 2 "$STATE/sshd.log")"
}

stop_sshd() {
  if sshd_running; then
    local pid
    pid=$(cat "$SSH_DIR/sshd.pid")
    # Its sessions are its children.
    pkill -P "$pid" || true
    kill "$pid" || true
    wait_until 3 sshd_gone || kill -9 "$pid" 2>/dev/null || true
  fi
  rm -f "$SSH_DIR/sshd.pid"
}

sshd_gone() { ! sshd_running; }
