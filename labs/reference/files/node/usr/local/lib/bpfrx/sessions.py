"""Sessions: the kernel's table as the CLI shows it, and conntrackd, which keeps the peer's kernel up to date."""

import asyncio
import ipaddress
import re

import facts
import switches

CONFIG = facts.RUN / "conntrackd.conf"
TABLE = "/proc/net/nf_conntrack"
COMMAND_TRIES = 20
_FIELD = re.compile(r"(\w+)=(\S+)")


def render() -> str:
    return f"""
Sync {{
  Mode FTFW {{
    # Straight into the peer's kernel: nothing to commit when it takes over.
    DisableExternalCache On
    StartupResync yes
  }}
  UDP {{
    IPv4_address {facts.fabric_address(facts.NODE)}
    IPv4_Destination_Address {facts.fabric_address(facts.PEER)}
    Port 3780
    Interface {facts.FABRIC_ALTNAME}
    SndSocketBuffer 1249280
    RcvSocketBuffer 1249280
    Checksum on
  }}
}}
General {{
  Systemd off
  HashSize 32768
  HashLimit 131072
  LogFile off
  Syslog off
  LockFile {facts.RUN}/conntrackd.lock
  UNIX {{
    Path {facts.RUN}/conntrackd.sock
  }}
  NetlinkBufferSize 2097152
  NetlinkBufferSizeMaxGrowth 8388608
  Filter From Kernelspace {{
    Protocol Accept {{
      TCP
      UDP
      ICMP
    }}
    Address Ignore {{
      IPv4_address 127.0.0.1
      IPv4_address 10.99.0.0/16
      IPv4_address {facts.RETHS["reth1"]["vip"].split("/")[0]}
    }}
  }}
}}
"""


class Sync:
    """conntrackd as a child of the daemon."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        if switches.on("no-session-sync"):
            return
        CONFIG.write_text(render())
        self._process = await asyncio.create_subprocess_exec("conntrackd", "-C", str(CONFIG))

    async def stop(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), 3)
        self._process = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def became_primary(self) -> None:
        """Own what was taken over, then tell the peer all of it."""
        await self._command("-R")
        await self._command("-B")

    async def became_secondary(self) -> None:
        await self._command("-n")

    async def _command(self, option: str) -> None:
        """One that has just been started does not listen yet."""
        for _ in range(COMMAND_TRIES):
            if not self.running():
                return
            child = await asyncio.create_subprocess_exec("conntrackd", "-C", str(CONFIG), option)
            if await child.wait() == 0:
                return
            await asyncio.sleep(0.1)


class Ids:
    """Session ids count up from the daemon's start and differ between the nodes."""

    def __init__(self) -> None:
        self._ids: dict[tuple, int] = {}
        self._next = 1

    def of(self, key: tuple) -> int:
        if key not in self._ids:
            self._ids[key] = self._next
            self._next += 1
            if len(self._ids) > 100_000:
                self._ids.pop(next(iter(self._ids)))
        return self._ids[key]


IDS = Ids()


def table(filters: dict[str, str]) -> list[dict]:
    """Sessions that cross this node, in the kernel's order."""
    lan = ipaddress.ip_network(facts.LAN_NET)
    prefixes = {
        side: ipaddress.ip_network(filters[f"{side}-prefix"], strict=False)
        for side in ("source", "destination")
        if f"{side}-prefix" in filters
    }
    found = []
    with open(TABLE) as lines:
        for line in lines:
            session = parse(line)
            if session is None:
                continue
            source, destination = (ipaddress.ip_address(session[side]) for side in ("source", "destination"))
            if source not in lan or destination in lan:
                continue
            if "source" in prefixes and source not in prefixes["source"]:
                continue
            if "destination" in prefixes and destination not in prefixes["destination"]:
                continue
            if filters.get("protocol", session["protocol"]) != session["protocol"]:
                continue
            if any(
                f"{side}-port" in filters and filters[f"{side}-port"] != str(session[f"{side}_port"])
                for side in ("source", "destination")
            ):
                continue
            found.append(session)
    return found


def parse(line: str) -> dict | None:
    """One line of /proc/net/nf_conntrack."""
    head, first, rest = line.partition(" src=")
    words = head.split()
    if not first or words[0] != "ipv4" or words[2] not in ("tcp", "udp", "icmp"):
        return None
    pairs = _FIELD.findall("src=" + rest)
    if words[2] == "icmp":
        pairs = [("sport" if name == "id" else name, value) for name, value in pairs]
    second = next(i for i, (name, _) in enumerate(pairs) if name == "src" and i)
    original, reply = dict(pairs[:second]), dict(pairs[second:])
    source_port = int(original["sport"])
    destination_port = int(original.get("dport", original["sport"]))
    nat_port = int(reply.get("dport", reply["sport"]))
    state = words[5] if words[2] == "tcp" else ("NEW" if "[UNREPLIED]" in line else "ESTABLISHED")
    session = {
        "protocol": words[2],
        "state": state.replace("_", " ").title().replace(" ", "_"),
        "timeout": int(words[4]),
        "source": original["src"],
        "source_port": source_port,
        "destination": original["dst"],
        "destination_port": destination_port,
        "nat": None if reply["dst"] == original["src"] else f"{reply['dst']}:{nat_port}",
        "packets": (original.get("packets", "0"), reply.get("packets", "0")),
        "bytes": (original.get("bytes", "0"), reply.get("bytes", "0")),
    }
    key = (words[2], original["src"], source_port, original["dst"], destination_port)
    return session | {"id": IDS.of(key)}


