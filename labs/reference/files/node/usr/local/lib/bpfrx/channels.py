"""The two ways in which the nodes hear of each other: heartbeat over fxp1, hello and requests over fab0."""

import asyncio
import json
import socket
import time
from collections.abc import Callable

import facts


class Datagrams(asyncio.DatagramProtocol):
    """A small message every interval, and at once when `send` is called; remembers the peer's last."""

    def __init__(self, port: int, peer: str, interval: float, message: Callable[[], dict], heard: Callable[[], None]):
        self._port, self._peer, self._interval = port, peer, interval
        self._message, self._heard = message, heard
        self._transport: asyncio.DatagramTransport | None = None
        self.last: dict | None = None
        self.last_at = 0.0

    async def start(self) -> None:
        # Bound to no address: the interface may go and come back.
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=("0.0.0.0", self._port))
        self._task = loop.create_task(self._repeat())

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, sender: tuple[str, int]) -> None:
        if sender[0] != self._peer:
            return
        try:
            message = json.loads(data)
        except ValueError:
            return
        if message.get("bye"):
            self.last, self.last_at = None, 0.0
        else:
            self.last, self.last_at = message, time.monotonic()
        self._heard()

    def error_received(self, error: OSError) -> None:
        """The peer is down or the interface is gone; silence says the same."""

    def send(self, message: dict | None = None) -> None:
        try:
            self._transport.sendto(json.dumps(message or self._message()).encode(), (self._peer, self._port))
        except OSError:
            pass

    def silent_for(self) -> float:
        return time.monotonic() - self.last_at

    async def _repeat(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self.send()
            due = max(due + self._interval, loop.time())
            await asyncio.sleep(due - loop.time())


async def serve_requests(answer: Callable[[dict], object]) -> None:
    """One JSON line asks, one answers."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if writer.get_extra_info("peername")[0] == facts.fabric_address(facts.PEER):
                request = json.loads(await asyncio.wait_for(reader.readline(), 1))
                writer.write(json.dumps(answer(request)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError, asyncio.TimeoutError):
            pass
        finally:
            writer.close()

    await asyncio.start_server(serve, "0.0.0.0", facts.HELLO_PORT, family=socket.AF_INET, limit=1 << 20)


async def ask_peer(request: dict, timeout: float = 0.3) -> object | None:
    """None when the peer does not answer in time."""

    async def ask() -> object:
        reader, writer = await asyncio.open_connection(
            facts.fabric_address(facts.PEER), facts.HELLO_PORT, limit=1 << 24
        )
        try:
            writer.write(json.dumps(request).encode() + b"\n")
            return json.loads(await reader.readline())
        finally:
            writer.close()

    try:
        return await asyncio.wait_for(ask(), timeout)
    except (OSError, ValueError, asyncio.TimeoutError):
        return None
