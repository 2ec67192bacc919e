"""keepalived: its configuration, its states, and the files by which the daemon keeps it from taking over."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import facts
import switches

CONFIG = facts.RUN / "keepalived.conf"
FIFO = facts.RUN / "vrrp.fifo"


def hold_file(unit: str):
    return facts.RUN / f"hold-{unit}"


def render() -> str:
    here, there = facts.heartbeat_address(facts.NODE), facts.heartbeat_address(facts.PEER)
    preempt = "nopreempt" if switches.on("no-preempt") else "preempt_delay 2"
    hold = "\n".join(
        f"track_file hold_{unit} {{\n  file {hold_file(unit)}\n  weight 0\n  init_file 0\n}}" for unit in facts.UNITS
    )
    addresses = {0: f"{facts.RG0_VIP} dev lo"}
    routes = {}
    for reth in facts.RETHS.values():
        addresses[reth["group"]] = f"{reth['vip']} dev {facts.member(facts.NODE, reth['port'])}"
        if reth["port"] == 1:
            routes[reth["group"]] = f"default via {facts.WAN_GATEWAY} dev {facts.WAN_IF}"
    instances = "\n".join(
        f"""
vrrp_instance RG{group} {{
  state BACKUP
  interface {facts.HEARTBEAT_IF}
  dont_track_primary
  virtual_router_id {10 + group}
  priority {facts.PRIORITIES[facts.NODE]}
  advert_int 1
  {preempt}
  unicast_src_ip {here}
  unicast_peer {{
    {there}
  }}
  virtual_ipaddress {{
    {addresses[group]}
  }}
  {f"virtual_routes {{ {routes[group]} }}" if group in routes else ""}
  {"track_file { hold_control }" if facts.unit_of(group) == "control" else ""}
}}"""
        for group in facts.GROUPS
    )
    return f"""
global_defs {{
  router_id bpfrx-{facts.NODE_NAME}
  script_user root
  dynamic_interfaces
  vrrp_notify_fifo {FIFO}
  vrrp_garp_master_repeat {facts.GARP_COUNT}
  vrrp_garp_master_delay 1
}}
{hold}
vrrp_sync_group data {{
  group {{
    {" ".join(f"RG{group}" for group in facts.UNITS["data"])}
  }}
  track_interface {{
    {facts.LAN_IF}
    {facts.WAN_IF}
  }}
  track_file {{ hold_data }}
}}
{instances}
"""


class Vrrp:
    """`on_state(group, word)` is called with MASTER, BACKUP, FAULT or STOP."""

    def __init__(self, on_state: Callable[[int, str], None]) -> None:
        self._on_state = on_state
        self._holds = {unit: False for unit in facts.UNITS}
        self._rest = b""
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        for unit, held in self._holds.items():
            hold_file(unit).write_text(f"{int(held)}\n")
        if not FIFO.exists():
            os.mkfifo(FIFO, 0o600)
        # Read and write, so that it never reports end of file.
        self._fifo = os.open(FIFO, os.O_RDWR | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._fifo, self._read)
        CONFIG.write_text(render())
        # keepalived's child says goodbye when its parent is killed, which a crash must not do: in a PID namespace of its
        # own it is killed before it can.
        self.process = await asyncio.create_subprocess_exec(
            "unshare", "--pid", "--fork", "--kill-child=KILL",
            "keepalived", "--dont-fork", "--log-detail", "--vrrp",
            f"--use-file={CONFIG}", f"--pid={facts.RUN}/keepalived.pid", f"--vrrp_pid={facts.RUN}/vrrp.pid",
        )  # fmt: skip

    def apply(self) -> None:
        if render() != CONFIG.read_text():
            self.reload()

    def reload(self) -> None:
        """Also finds an interface that was away; keeps its states."""
        CONFIG.write_text(render())
        self._signal(signal.SIGHUP)

    async def stop(self) -> None:
        """Priority-0 adverts go out, VIPs come off."""
        if self.process and self.process.returncode is None:
            self._signal(signal.SIGTERM)
            await asyncio.wait_for(self.process.wait(), 5)

    def _signal(self, number: signal.Signals) -> None:
        pid = self.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            os.kill(int(child), number)

    def hold(self, unit: str, held: bool) -> None:
        if self._holds[unit] != held:
            self._holds[unit] = held
            hold_file(unit).write_text(f"{int(held)}\n")

    def held(self, unit: str) -> bool:
        return self._holds[unit]

    def _read(self) -> None:
        *lines, self._rest = (self._rest + os.read(self._fifo, 4096)).split(b"\n")
        for line in lines:
            words = line.decode().replace('"', "").split()
            # Other words come as well, such as MASTER_RX_LOWER_PRI, which is no state.
            if len(words) >= 3 and words[0] == "INSTANCE" and words[2] in ("MASTER", "BACKUP", "FAULT", "STOP"):
                self._on_state(int(words[1].removeprefix("RG")), words[2])
