"""One CLI's dialogue: operational commands, their pipes, and the configuration mode."""

import config
from commands import CommandError, Commands


class Dialogue:
    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._configurations = commands.configurations
        self._edits: list[str] | None = None

    async def answer(self, line: str) -> str | None:
        """None when the line ended the dialogue."""
        line = " ".join(line.split())
        if line in ("exit", "quit"):
            return None if self._edits is None else self._leave()
        if self._edits is not None and not line.startswith("run "):
            return self._configure(line)
        body, *pipes = [part.strip() for part in line.removeprefix("run ").split("|")]
        if body in ("configure", "configure exclusive", "configure private"):
            return self._enter()
        text = config.show(self._configurations.store, pipes) if body == "show configuration" else None
        if text is None:
            text = await self._commands.run(body)
        for pipe in pipes:
            word, _, wanted = pipe.partition(" ")
            if word in ("match", "grep"):
                wanted = wanted.strip('"')
                text = "".join(f"{found}\n" for found in text.splitlines() if wanted in found)
        return text

    def _enter(self) -> str:
        self._require_writable()
        self._edits = []
        return "Entering configuration mode\n"

    def _leave(self) -> str:
        warning = "warning: uncommitted changes were discarded\n" if self._edits else ""
        self._edits = None
        return f"{warning}Exiting configuration mode\n"

    def _require_writable(self) -> None:
        if not self._configurations.writable():
            raise CommandError("configuration database is not writable (secondary node)")

    def _configure(self, line: str) -> str:
        store = self._configurations.store
        if line.startswith(("set ", "delete ")):
            try:
                found = config.apply_edit(store.edited(self._edits), line)
            except config.ConfigError as error:
                raise CommandError(error) from error
            self._edits.append(line)
            return "" if found else "warning: statement not found\n"
        if line == "show":
            return config.render(store.edited(self._edits))
        if line == "show | compare":
            before, after = config.flat(store.block), config.flat(store.edited(self._edits))
            gone = "".join(f"-  {one}\n" for one in before if one not in after)
            return gone + "".join(f"+  {one}\n" for one in after if one not in before)
        if line == "rollback":
            self._edits = []
            return "load complete\n"
        if line == "commit":
            self._require_writable()
            self._configurations.commit(self._edits)
            self._edits = []
            return "commit complete\n"
        raise CommandError(f"unknown command: {line}")
