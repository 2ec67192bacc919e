"""DHCP on reth1: dnsmasq, on the node that holds the group. Each node keeps the leases that it gave; whoever renews one
with the other node after a failover keeps it, too, since both are authoritative."""

import asyncio

import facts
import switches

LEASES = facts.RUN / "dnsmasq.leases"
RANGE = "10.0.60.100,10.0.60.199,255.255.255.0,1h"


class Dhcp:
    """dnsmasq as a child of the daemon."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()

    async def follow(self, primary: bool) -> None:
        """Runs while this node holds the LAN and no switch forbids it."""
        async with self._lock:
            wanted, running = primary and not switches.on("no-dhcp"), self._running()
            if wanted and not running:
                await self._start()
            elif running and not wanted:
                await self._stop()

    async def stop(self) -> None:
        async with self._lock:
            await self._stop()

    def _running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def _start(self) -> None:
        vip = facts.RETHS["reth1"]["vip"].split("/")[0]
        # The VIP may come a moment later than the word that this node is primary.
        self._process = await asyncio.create_subprocess_exec(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--group=root", "--port=0",
            f"--interface={facts.LAN_IF}", "--bind-dynamic", "--dhcp-authoritative", f"--dhcp-range={RANGE}",
            f"--dhcp-option=option:router,{vip}", f"--dhcp-leasefile={LEASES}", f"--pid-file={facts.RUN}/dnsmasq.pid",
            "--log-facility=-",
        )  # fmt: skip

    async def _stop(self) -> None:
        if self._running():
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), 3)
        self._process = None
