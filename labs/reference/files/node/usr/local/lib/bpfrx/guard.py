"""Takes the data plane down the moment bpfrxd is gone: on a busy machine systemd's ExecStopPost comes up to 3 s late."""

import socket
import subprocess
from pathlib import Path

from notify import tell_systemd

SOCKET = "/run/bpfrx-guard/socket"


def guarded() -> socket.socket:
    """To be held by the daemon for as long as it lives; the kernel lets go of it however the daemon ends."""
    held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    held.connect(SOCKET)
    return held


def main() -> None:
    Path(SOCKET).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(SOCKET)
        server.listen()
        tell_systemd("READY=1")
        while True:
            held, _ = server.accept()
            with held:
                held.recv(1)
                Path("/proc/sys/net/ipv4/ip_forward").write_text("0\n")
                subprocess.run(["/usr/local/lib/bpfrx/dataplane-down"], check=False)


if __name__ == "__main__":
    main()
