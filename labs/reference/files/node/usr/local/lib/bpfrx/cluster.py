"""The state of the chassis cluster as this node knows it, and who may take over."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

import dataplane
import facts
import switches
from channels import Datagrams, ask_peer
from configurations import Configurations
from dhcp import Dhcp
from sessions import Sync
from vrrp import Vrrp

# A hello over the fabric this old no longer proves that the peer lives.
FABRIC_ALIVE = 3 * facts.HELLO_INTERVAL
# The guard must have decided before VRRP times out (3.6 s after the last advert).
GUARD_AFTER = 2.2 * facts.HEARTBEAT_INTERVAL
# From the peer's last sign of life to the takeover, while slow-takeover is on.
SLOW_TAKEOVER = 8.0
# What VRRP itself waits once it is no longer held: three adverts and the skew of its priority.
VRRP_DOWN = 3 + (256 - facts.PRIORITIES[facts.NODE]) / 256


@dataclass
class Group:
    id: int
    state: str = "hold"
    failovers: int = 0
    settled: bool = False
    since: float = 0.0
    # The node that an engineer gave the group to, None without a manual failover.
    manual: int | None = None
    history: deque = field(default_factory=lambda: deque(maxlen=20))


class Cluster:
    def __init__(self) -> None:
        self.started = time.monotonic()
        self.groups = {group: Group(group) for group in facts.GROUPS}
        self.vrrp = Vrrp(self._vrrp_state)
        self.sync = Sync()
        self.configurations = Configurations(self)
        self.dhcp = Dhcp()
        self.heartbeat = Datagrams(
            facts.HEARTBEAT_PORT, facts.heartbeat_address(facts.PEER), facts.HEARTBEAT_INTERVAL,
            self._beat, self._heartbeat_heard,
        )  # fmt: skip
        self.hello = Datagrams(
            facts.HELLO_PORT, facts.fabric_address(facts.PEER), facts.HELLO_INTERVAL, self._hello, self._hello_heard
        )
        self._words: dict[int, str] = {}
        self._switches = switches.active()
        self._peer_heard_at = float("-inf")
        self._was_alive = False
        self._tasks: set[asyncio.Task] = set()

    # What is true

    def peer_alive(self) -> bool:
        return self.heartbeat.silent_for() < facts.HEARTBEAT_INTERVAL * facts.HEARTBEAT_THRESHOLD

    def fabric_alive(self) -> bool:
        return self.hello.silent_for() < FABRIC_ALIVE

    def peer(self) -> dict | None:
        return self.heartbeat.last if self.peer_alive() else None

    def peer_row(self, group: int) -> dict | None:
        """The peer's row, unless what it last said of this group has been overtaken by this node's becoming primary."""
        peer, own = self.peer(), self.groups[group]
        if peer is None:
            return None
        row = peer["groups"][str(group)]
        if own.state == row["state"] == "primary" and self.heartbeat.last_at < own.since:
            return row | {"state": "secondary"} if self.fabric_alive() else None
        return row

    def links(self) -> dict[str, bool]:
        return {name: dataplane.link_up(name) for name in facts.monitored(facts.NODE)}

    def failed_monitors(self, group: int) -> list[str]:
        return [name for name, of in facts.monitored(facts.NODE).items() if of == group and not dataplane.link_up(name)]

    def weight(self, group: int) -> int:
        return max(0, 255 - facts.MONITOR_WEIGHT * len(self.failed_monitors(group)))

    def row(self, group: int) -> dict:
        """What both the CLI and the peer get to see of a group."""
        own = self.groups[group]
        return {
            "priority": facts.PRIORITIES[facts.NODE],
            "state": own.state,
            "preempt": not switches.on("no-preempt"),
            "manual": own.manual is not None,
            "failures": ["IF"] if self.failed_monitors(group) else [],
            "weight": self.weight(group),
        }

    # What is heard

    def _beat(self) -> dict:
        return {
            "version": facts.VERSION,
            "groups": {str(group): self.row(group) for group in facts.GROUPS},
            "manual": {str(group): self.groups[group].manual for group in facts.GROUPS},
            "links": self.links(),
        }

    def _hello(self) -> dict:
        primary = [group for group, own in self.groups.items() if own.state == "primary"]
        return {"primary": primary, "configuration": self.configurations.offer()}

    def _heard(self) -> None:
        """Any word of the peer over either link, its goodbye included."""
        self._peer_heard_at = time.monotonic()
        self.review()

    def _hello_heard(self) -> None:
        self._heard()
        self.configurations.heard((self.hello.last or {}).get("configuration"))

    def _heartbeat_heard(self) -> None:
        if not self._was_alive and self.heartbeat.last:
            # A node that comes up learns what an engineer did while it was away.
            for group, target in self.heartbeat.last["manual"].items():
                if self.groups[int(group)].manual is None:
                    self.groups[int(group)].manual = target
        self._heard()

    def _vrrp_state(self, group: int, word: str) -> None:
        self._words[group] = word
        self.review()

    def link_changed(self) -> None:
        self.heartbeat.send()
        self.review()

    # What follows

    def review(self) -> None:
        """Called on every change and a few times a second: decide the holds, then read off the states."""
        alive = self.peer_alive()
        if self._was_alive and not alive:
            print(f"cluster: heartbeat of {facts.PEER_NAME} lost", flush=True)
        elif alive and not self._was_alive:
            print(f"cluster: heartbeat of {facts.PEER_NAME} up", flush=True)
        self._was_alive = alive
        for unit, groups in facts.UNITS.items():
            self.vrrp.hold(unit, self._must_hold(groups))
        for group, own in self.groups.items():
            self._enter(own, self._state(group))
            own.settled = own.settled or self._peer_was_primary(group)

    def _peer_was_primary(self, group: int) -> bool:
        said = self.heartbeat.last
        return said is not None and said["groups"][str(group)]["state"] == "primary"

    def _must_hold(self, groups: tuple[int, ...]) -> bool:
        manual = self.groups[groups[0]].manual
        if manual is not None:
            return manual != facts.NODE
        if any(self._words.get(group) == "MASTER" for group in groups):
            return False
        if switches.on("no-takeover"):
            return True
        if switches.on("slow-takeover"):
            return self._was_alive or time.monotonic() - self._peer_heard_at < SLOW_TAKEOVER - VRRP_DOWN
        return self._guarded(groups)

    def _guarded(self, groups: tuple[int, ...]) -> bool:
        """The heartbeat is silent, yet the fabric says that the peer lives and is primary."""
        silent = min(self.heartbeat.silent_for(), time.monotonic() - self.started)
        unguarded = switches.on("no-split-guard") or switches.on("dual-primary")
        if unguarded or silent < GUARD_AFTER or not self.fabric_alive():
            return False
        return any(group in self.hello.last.get("primary", []) for group in groups)

    def _state(self, group: int) -> str:
        word = self._words.get(group)
        if word == "MASTER":
            return "primary"
        if self._guarded(facts.UNITS[facts.unit_of(group)]) and not self._was_alive:
            return "secondary-hold"
        if word in ("BACKUP", "FAULT"):
            return "secondary"
        return "hold"

    def _enter(self, group: Group, state: str) -> None:
        if state == group.state:
            return
        old, group.state, group.since = group.state, state, time.monotonic()
        reason = self._reason(group, old)
        if "primary" in (old, state):
            # The first election after the start is no failover.
            group.failovers += group.settled
            group.settled = True
        group.history.append((time.strftime("%b %d %H:%M:%S"), old, state, reason))
        print(f"cluster: redundancy group {group.id} {old} -> {state} ({reason})", flush=True)
        self.heartbeat.send()
        self.hello.send()
        if group.id == facts.RETHS["reth0"]["group"]:
            if state == "primary":
                self._later(self.sync.became_primary())
            elif old == "primary":
                self._later(self.sync.became_secondary())
        if group.id == facts.RETHS["reth1"]["group"]:
            self._later(self.dhcp.follow(state == "primary"))

    def _reason(self, group: Group, old: str) -> str:
        if group.manual is not None:
            return "Manual failover"
        if self.failed_monitors(group.id):
            return "Monitor failed: IF"
        if group.state == "primary":
            return "Better priority" if self._was_alive else "Remote node is gone"
        if group.state == "secondary-hold":
            return "Control link failure"
        return "Hold timer expired" if old == "hold" else "Remote is in primary state"

    # What an engineer or a switch asks for

    async def fail_over(self, group: int, target: int | None) -> list[int]:
        """None resets. Groups that VRRP moves together move together; both nodes must know."""
        groups = facts.UNITS[facts.unit_of(group)]
        await ask_peer({"set-manual": list(groups), "target": target})
        self.set_manual(groups, target)
        return list(groups)

    def set_manual(self, groups, target: int | None) -> None:
        for group in groups:
            self.groups[group].manual = target
        self.heartbeat.send()
        self.review()

    async def apply_switches(self) -> None:
        dataplane.apply_rules()
        dataplane.apply_rate()
        self.vrrp.apply()
        await self.dhcp.follow(self.groups[facts.RETHS["reth1"]["group"]].state == "primary")
        before, self._switches = self._switches, switches.active()
        changed = before ^ self._switches
        if "no-session-sync" in changed:
            await self.sync.restart()
        # Sessions as they would be had it always been so.
        primary = self.groups[1].state == "primary"
        if ("no-session-sync" in changed and not primary) or ("no-snat" in changed and primary):
            dataplane.run("conntrack", "-F")
        if "no-session-sync" in changed and not primary:
            await self.sync.became_secondary()
        if "dual-primary" in changed - self._switches and primary and facts.PREFERRED:
            # The other one, which yields, was the last to claim the VIPs.
            self._later(dataplane.announce())
        self.review()

    def _later(self, work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
