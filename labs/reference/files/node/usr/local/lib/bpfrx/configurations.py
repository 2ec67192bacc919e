"""Config sync: the primary says which configuration it has, and a secondary that has another one asks for it."""

import asyncio

import config
import dataplane
import switches
from channels import ask_peer


class Configurations:
    def __init__(self, cluster) -> None:
        self._cluster = cluster
        self.store = config.Store()
        # What the peer said that it has, when that was last taken over.
        self._taken: str | None = None
        self._asking: asyncio.Task | None = None

    def primary(self) -> bool:
        return self._cluster.groups[0].state == "primary"

    def writable(self) -> bool:
        return self.primary() or switches.on("writable-secondary")

    def commit(self, edits: list[str]) -> None:
        self._keep(config.render(self.store.edited(edits)))
        if self.primary():
            self._cluster.hello.send()

    def offer(self) -> str | None:
        """The digest that goes out with each hello; nobody but the primary has one to offer."""
        return self.store.digest if self.primary() and not switches.on("no-config-sync") else None

    def heard(self, offered: str | None) -> None:
        """A node that an engineer may change keeps its changes until the primary has something new."""
        if offered is None or self.primary() or self._asking or switches.on("no-config-sync"):
            return
        if offered == self.store.digest or (offered == self._taken and switches.on("writable-secondary")):
            return
        self._asking = asyncio.get_running_loop().create_task(self._take_over(offered))

    async def _take_over(self, offered: str) -> None:
        try:
            text = await ask_peer({"configuration": True})
            if isinstance(text, str) and not self.primary():
                self._keep(text)
                self._taken = offered
        except config.ConfigError as error:
            print(f"configuration of the peer: {error}", flush=True)
        finally:
            self._asking = None

    def _keep(self, text: str) -> None:
        self.store.keep(text)
        dataplane.policies = self.store.policies("lan", "wan")
        dataplane.apply_rules()
        print(f"configuration {self.store.digest[:12]} committed", flush=True)
