"""The CLI's commands. Each takes the words after its name and returns text; CommandError is the answer to a bad one."""

import time

import facts
import sessions
import show
from channels import ask_peer
from cluster import Cluster


class CommandError(Exception):
    pass


class Commands:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.configurations = cluster.configurations
        self._table = {
            "show chassis cluster status": self._status,
            "show chassis cluster interfaces": self._interfaces,
            "show chassis cluster information": self._information,
            "show security flow session": self._sessions,
            "show version": self._version,
            "request chassis cluster failover reset redundancy-group": self._reset,
            "request chassis cluster failover redundancy-group": self._fail_over,
            "request system switches apply": self._switches,
        }

    async def run(self, line: str) -> str:
        words = line.split()
        if words == ["?"]:
            return "\n".join(self._table) + "\n"
        for name, command in self._table.items():
            length = len(name.split())
            if words[:length] == name.split():
                return await command(words[length:])
        raise CommandError(f"unknown command: {line}")

    def greeting(self) -> str:
        return f"cli — connected to bpfrxd (uptime: {self._uptime()}s)\nType '?' for help\n"

    def answer_peer(self, request: dict) -> object:
        if "set-manual" in request:
            self._cluster.set_manual(request["set-manual"], request["target"])
            return True
        if "configuration" in request:
            return self.configurations.store.text
        if "sessions" in request:
            return sessions.table(request["sessions"])
        return self._own_information()

    async def _status(self, _words: list[str]) -> str:
        return show.status(self._cluster)

    async def _interfaces(self, _words: list[str]) -> str:
        return show.interfaces(self._cluster)

    async def _information(self, _words: list[str]) -> str:
        by_node = {facts.NODE: show.information(**self._own_information())}
        peer = await ask_peer({"information": True})
        if peer:
            by_node[facts.PEER] = show.information(**peer)
        return show.blocks(by_node)

    def _own_information(self) -> dict:
        rows = {str(group): self._cluster.row(group) for group in facts.GROUPS}
        return {
            "rows": rows,
            "history": {str(group): list(own.history) for group, own in self._cluster.groups.items()},
            "failures": any(row["failures"] for row in rows.values()),
        }

    async def _sessions(self, words: list[str]) -> str:
        names = ("destination-prefix", "source-prefix", "destination-port", "source-port", "protocol")
        filters = dict(zip(words[::2], words[1::2]))
        if len(words) % 2 or any(name not in names for name in filters):
            raise CommandError(f"syntax error: {' '.join(words)}")
        try:
            by_node = {facts.NODE: show.sessions(sessions.table(filters))}
        except ValueError as error:
            raise CommandError(f"invalid filter: {error}") from error
        peer = await ask_peer({"sessions": filters})
        if peer is not None:
            by_node[facts.PEER] = show.sessions(peer)
        return show.blocks(by_node)

    async def _version(self, _words: list[str]) -> str:
        return show.version(self._uptime())

    async def _fail_over(self, words: list[str]) -> str:
        group = self._group(words)
        target = facts.PEER if self._cluster.groups[group].state == "primary" else facts.NODE
        if words[1:2] == ["node"] and len(words) == 3 and words[2] in ("0", "1"):
            target = int(words[2])
        elif len(words) != 1:
            raise CommandError(f"syntax error: {' '.join(words)}")
        moved = await self._cluster.fail_over(group, target)
        return f"Manual failover of redundancy group {self._names(moved)} to node{target} initiated\n"

    async def _reset(self, words: list[str]) -> str:
        moved = await self._cluster.fail_over(self._group(words), None)
        return f"Failover reset for redundancy group {self._names(moved)}\n"

    async def _switches(self, _words: list[str]) -> str:
        await self._cluster.apply_switches()
        return ""

    def _group(self, words: list[str]) -> int:
        if not words or not words[0].isdigit() or int(words[0]) not in facts.GROUPS:
            raise CommandError(f"redundancy group {words[0] if words else ''} not found")
        return int(words[0])

    @staticmethod
    def _names(groups: list[int]) -> str:
        return " and ".join(map(str, groups))

    def _uptime(self) -> int:
        return int(time.monotonic() - self._cluster.started)
