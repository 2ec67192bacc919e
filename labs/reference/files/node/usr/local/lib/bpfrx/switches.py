"""What makes this node misbehave; see bpfrx-switch."""

from pathlib import Path

DIRECTORY = Path("/etc/bpfrx/switches")


def on(name: str) -> bool:
    return (DIRECTORY / name).exists()


def active() -> frozenset[str]:
    return frozenset(path.name for path in DIRECTORY.iterdir()) if DIRECTORY.is_dir() else frozenset()
