"""The configuration: its text as a tree, what a dialogue changes in it, and how it is kept and shared."""

import hashlib
import os
import re
from pathlib import Path

import facts

PATH = Path("/etc/bpfrx/bpfrx.conf")
APPLY = 'apply-groups "${node}"'

# Header ("policy allow-all") -> block, None for a statement that ends there.
Block = dict

_PIECE = re.compile(r'((?:"[^"]*"|[^{};"])*)([{};])')
_WORD = re.compile(r"[\w./-]+")
# How many words belong together, where it is not one.
_WORDS = {"from-zone": 4, "policy": 2, "source-address": 2, "destination-address": 2, "application": 2}
_STATEMENTS = ("source-address", "destination-address", "application", "permit", "deny", "reject")


class ConfigError(Exception):
    pass


def parse(text: str) -> Block:
    root: Block = {}
    blocks = [root]
    plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for words, end in _PIECE.findall(plain):
        header = " ".join(words.split())
        if end == "}":
            blocks.pop()
        elif end == ";":
            blocks[-1][header] = None
        else:
            blocks[-1][header] = {}
            blocks.append(blocks[-1][header])
        if not blocks:
            raise ConfigError("a brace too many")
    if len(blocks) > 1 or not root:
        raise ConfigError("incomplete")
    return root


def render(block: Block, indent: str = "") -> str:
    return "".join(
        f"{indent}{header};\n" if child is None else f"{indent}{header} {{\n{render(child, indent + '    ')}{indent}}}\n"
        for header, child in block.items()
    )


def flat(block: Block, path: str = "") -> list[str]:
    """A line per statement, with all that it stands in."""
    lines = []
    for header, child in block.items():
        lines += flat(child, f"{path}{header} ") if child else [f"{path}{header}"]
    return lines


def expanded(block: Block, node: str) -> Block:
    """What the node's own group says at its place, and no groups."""
    result = {header: _copy(child) for header, child in block.items() if header not in ("groups", APPLY)}
    _merge(result, (block.get("groups") or {}).get(node) or {})
    return result


def _copy(block: Block | None) -> Block | None:
    return None if block is None else {header: _copy(child) for header, child in block.items()}


def _merge(into: Block, block: Block) -> None:
    for header, child in block.items():
        if child and into.get(header):
            _merge(into[header], child)
        else:
            into.setdefault(header, _copy(child))


def _headers(words: list[str]) -> list[str]:
    headers, at = [], 0
    while at < len(words):
        count = _WORDS.get(words[at], 1)
        headers.append(" ".join(words[at : at + count]))
        at += count
    return headers


def _set(block: Block, headers: list[str]) -> None:
    for header in headers:
        if header.split()[0] in _STATEMENTS:
            block[header] = None
        else:
            block = block.setdefault(header, {})


def _delete(block: Block, headers: list[str]) -> bool:
    """With the blocks that are empty then. False when it was not there."""
    first, *rest = headers
    if first not in block:
        return False
    if not rest:
        del block[first]
        return True
    child = block[first]
    if not child or not _delete(child, rest):
        return False
    if not child:
        del block[first]
    return True


def apply_edit(block: Block, edit: str) -> bool:
    """`set …` or `delete …` of a security policy; whether what is deleted was there."""
    verb, *words = edit.split()
    if words[:2] != ["security", "policies"] or len(words) < 3 or not all(map(_WORD.fullmatch, words)):
        raise ConfigError(f"syntax error: {' '.join(words)}")
    if verb == "delete":
        return _delete(block, _headers(words))
    _set(block, _headers(words))
    return True


class Store:
    """What this node has committed: in memory as text and tree, on disk by atomic rename."""

    def __init__(self) -> None:
        self._take(PATH.read_text())

    def _take(self, text: str) -> None:
        self.block = parse(text)
        self.text = render(self.block)
        self.digest = hashlib.sha256(self.text.encode()).hexdigest()

    def keep(self, text: str) -> None:
        self._take(text)
        new = PATH.with_suffix(".new")
        with open(new, "w") as file:
            file.write(self.text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, PATH)

    def edited(self, edits: list[str]) -> Block:
        block = _copy(self.block)
        for edit in edits:
            apply_edit(block, edit)
        return block

    def policies(self, from_zone: str, to_zone: str) -> list[str]:
        """Those that permit, in their order."""
        zones = self.block.get("security", {}).get("policies", {}).get(f"from-zone {from_zone} to-zone {to_zone}", {})
        return [header.split()[1] for header, body in zones.items() if "permit" in ((body or {}).get("then") or {})]


def show(store: Store, pipes: list[str]) -> str:
    block = expanded(store.block, facts.NODE_NAME) if "display inheritance" in pipes else store.block
    if "display set" in pipes:
        return "".join(f"set {line}\n" for line in flat(block))
    return store.text if block is store.block else render(block)
