"""What systemd wants to hear of a unit of Type=notify."""

import os
import socket


def tell_systemd(message: str) -> None:
    path = os.environ.get("NOTIFY_SOCKET")
    if path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.sendto(message.encode(), path.replace("@", "\0", 1) if path.startswith("@") else path)
