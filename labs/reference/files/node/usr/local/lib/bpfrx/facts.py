"""Who this node is, and the shape of the cluster. All else derives from /etc/bpfrx/node-id."""

from pathlib import Path

VERSION = "2026.02-reference"
CLUSTER_ID = 1

NODE = int(Path("/etc/bpfrx/node-id").read_text())
PEER = 1 - NODE
NODE_NAME, PEER_NAME = f"node{NODE}", f"node{PEER}"
PRIORITIES = {0: 200, 1: 100}
PREFERRED = PRIORITIES[NODE] > PRIORITIES[PEER]

RUN = Path("/run/bpfrx")
CLI_SOCKET = RUN / "cli.sock"

HEARTBEAT_PORT = 4784
HEARTBEAT_INTERVAL = 1.0
HEARTBEAT_THRESHOLD = 3
HELLO_PORT = 4785
HELLO_INTERVAL = 0.2
GARP_COUNT = 8


def slot(node: int) -> int:
    """Node 1's interfaces are numbered from slot 7 on, as on an SRX."""
    return 7 * node


def junos_name(linux: str) -> str:
    return linux.replace("-", "/").replace("/", "-", 1) if linux.startswith("ge-") else linux


HEARTBEAT_IF, FABRIC_IF = "fxp1", "fab0"
# conntrackd's parser takes the name "fab0" for a hexadecimal number.
FABRIC_ALTNAME = "fabric"
LAN_IF, WAN_IF = f"ge-{slot(NODE)}-0-0", f"ge-{slot(NODE)}-0-1"


def heartbeat_address(node: int) -> str:
    return f"10.99.0.{node + 1}"


def fabric_address(node: int) -> str:
    return f"10.99.1.{node + 1}"


LAN_NET = "10.0.60.0/24"
WAN_VIP = "172.16.50.6"
WAN_GATEWAY = "172.16.50.1"
RG0_VIP = "10.99.255.1/32"

# Reth name -> redundancy group, member interface number, VIP.
RETHS = {
    "reth0": {"group": 1, "port": 1, "vip": f"{WAN_VIP}/24"},
    "reth1": {"group": 2, "port": 0, "vip": "10.0.60.1/24"},
}

# Groups that VRRP moves together: the control plane alone, WAN and LAN as one.
UNITS = {"control": (0,), "data": (1, 2)}
GROUPS = (0, 1, 2)
MONITOR_WEIGHT = 255


def unit_of(group: int) -> str:
    return next(unit for unit, groups in UNITS.items() if group in groups)


def member(node: int, port: int) -> str:
    return f"ge-{slot(node)}-0-{port}"


def monitored(node: int) -> dict[str, int]:
    """Linux interface name -> redundancy group it is monitored for."""
    return {member(node, reth["port"]): reth["group"] for reth in RETHS.values()}
