"""bpfrxd of the reference lab: a chassis cluster node out of keepalived, conntrackd and nftables."""

import asyncio
import signal
import socket
import sys

import dataplane
import facts
from channels import serve_requests
from cluster import Cluster
from commands import CommandError, Commands
from dialogue import Dialogue
from guard import guarded
from notify import tell_systemd

RTMGRP_LINK = 1


async def serve_cli(commands: Commands) -> None:
    """The client sends lines; each answer is `ok N`, `error N` or `bye 0`, and N bytes. The greeting comes first."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def send(kind: str, text: str) -> None:
            body = text.encode()
            writer.write(f"{kind} {len(body)}\n".encode() + body)

        try:
            dialogue = Dialogue(commands)
            send("ok", commands.greeting())
            while line := (await reader.readline()).decode(errors="replace").strip():
                try:
                    text = await dialogue.answer(line)
                    send("bye" if text is None else "ok", text or "")
                except CommandError as error:
                    send("error", f"error: {error}\n")
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    facts.CLI_SOCKET.unlink(missing_ok=True)
    await asyncio.start_unix_server(serve, facts.CLI_SOCKET)


def watch_links(cluster: Cluster) -> None:
    """An interface that comes back is configured again; one that changes is noticed at once."""
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
    netlink.bind((0, RTMGRP_LINK))
    known = {name: dataplane.index(name) for name in dataplane.INTERFACES}
    loop = asyncio.get_running_loop()

    def changed() -> None:
        try:
            netlink.recv(65536)
        except OSError:
            pass
        for name in dataplane.INTERFACES:
            now = dataplane.index(name)
            if now != known[name]:
                known[name] = now
                print(f"interface {name} {'is gone' if now is None else 'came up'}", flush=True)
                dataplane.configure(name)
                if now is not None and name == facts.FABRIC_IF:
                    loop.create_task(cluster.sync.restart())
                if now is not None and name == facts.HEARTBEAT_IF:
                    cluster.vrrp.reload()
        cluster.link_changed()

    loop.add_reader(netlink, changed)


async def main() -> int:
    cluster = Cluster()
    commands = Commands(cluster)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    guard = guarded()
    dataplane.policies = cluster.configurations.store.policies("lan", "wan")
    dataplane.up()
    await cluster.hello.start()
    await cluster.heartbeat.start()
    await serve_requests(commands.answer_peer)
    await cluster.sync.start()
    await cluster.vrrp.start()
    watch_links(cluster)
    await serve_cli(commands)
    tell_systemd("READY=1")

    died = asyncio.create_task(cluster.vrrp.process.wait())
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set() and not died.done():
        await asyncio.wait((died, stopping), timeout=facts.HELLO_INTERVAL, return_when=asyncio.FIRST_COMPLETED)
        cluster.review()

    facts.CLI_SOCKET.unlink(missing_ok=True)
    await cluster.vrrp.stop()
    cluster.heartbeat.send({"bye": True})
    cluster.hello.send({"bye": True})
    await cluster.dhcp.stop()
    await cluster.sync.stop()
    guard.close()
    return 0 if stop.is_set() else 1


sys.exit(asyncio.run(main()))
