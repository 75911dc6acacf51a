"""Mutators: of bytes, of DER with right lengths, and of lines of text. All are seeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from support.fuzzing.target import Mutator

_EDGES = (0, 1, 0x7F, 0x80, 0xFF)
_TAGS = (0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x14, 0x17, 0x18, 0x1E, 0x30, 0x31, 0xA0)
_CONSTRUCTED = 0x20
_MOST_NODES = 20_000


def mutated_bytes(data: bytes, random: Random) -> bytes:
    """One to four changes of single bytes or runs of them."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(changed) + 1)
        run = random.choice((1, 1, 2, 4, 16))
        match random.randrange(6):
            case 0 if at < len(changed):
                changed[at] ^= 1 << random.randrange(8)
            case 1 if at < len(changed):
                changed[at] = random.choice(_EDGES)
            case 2:
                del changed[at : at + run]
            case 3:
                changed[at:at] = random.randbytes(run)
            case 4:
                changed[at:at] = changed[at : at + run]
            case _:
                del changed[at:]
    return bytes(changed)


@dataclass
class _Node:
    """An element of DER: its identifier octet, and its content or members."""

    tag: int
    content: bytes = b""
    members: list[_Node] = field(default_factory=list)

    def encoded(self) -> bytes:
        inside = b"".join(one.encoded() for one in self.members) if self.members else self.content
        return bytes([self.tag]) + _length(len(inside)) + inside


def mutated_der(data: bytes, random: Random) -> bytes:
    """Changes one to three elements; all lengths around them are right. Other data: its bytes.

    Now and then, bytes are changed as well, so that lengths are wrong.
    """
    root = _parsed(data)
    if root is None or random.random() < 0.15:
        return mutated_bytes(data, random)
    for _ in range(random.choice((1, 1, 2, 3))):
        _change(root, random)
    return root.encoded()


def _change(root: _Node, random: Random) -> None:
    parents = [one for one in _all(root) if one.members]
    if not parents:
        root.content = mutated_bytes(root.content, random)
        return
    parent = random.choice(parents)
    at = random.randrange(len(parent.members))
    chosen = parent.members[at]
    match random.randrange(8):
        case 0:
            del parent.members[at]
        case 1:
            parent.members.insert(at, _Node(chosen.tag, chosen.content, list(chosen.members)))
        case 2:
            chosen.tag = random.choice(_TAGS) if random.random() < 0.5 else random.randrange(256)
        case 3:
            parent.members[at] = _Node(_CONSTRUCTED | 0x10, members=[chosen])
        case 4:
            parent.members.insert(at, _Node(random.choice(_TAGS), random.randbytes(4)))
        case 5:
            random.shuffle(parent.members)
        case _:
            inside = chosen.encoded() if chosen.members else chosen.content
            parent.members[at] = _Node(chosen.tag, mutated_bytes(inside, random))


def _all(root: _Node) -> Sequence[_Node]:
    found = [root]
    for one in found:
        found.extend(one.members)
    return found


def _parsed(data: bytes) -> _Node | None:
    """The one element in `data` with all its members; None if it is not one."""
    found = _elements(data, 0, [0])
    return found[0] if found is not None and len(found) == 1 else None


def _elements(data: bytes, level: int, count: list[int]) -> list[_Node] | None:
    found, at = [], 0
    while at < len(data):
        head = _head(data, at)
        count[0] += 1
        if head is None or count[0] > _MOST_NODES:
            return None
        start, length = head
        node = _Node(data[at], data[start : start + length])
        if node.tag & _CONSTRUCTED and level < 50:
            node.members = _elements(node.content, level + 1, count) or []
        found.append(node)
        at = start + length
    return found


def _head(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the content starts, and its length; None if it does not fit."""
    if at + 2 > len(data):
        return None
    length, start = data[at + 1], at + 2
    if length > 0x80:
        start += length - 0x80
        length = int.from_bytes(data[at + 2 : start], "big")
    return (start, length) if start + length <= len(data) else None


def _length(number: int) -> bytes:
    if number < 0x80:
        return bytes([number])
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def text_mutator(words: Sequence[str], separator: bytes = b"\n") -> Mutator:
    """Changes lines (`separator` between them), words and bytes. `words`: what to put in."""

    def mutate(data: bytes, random: Random) -> bytes:
        if random.random() < 0.3:
            return mutated_bytes(data, random)
        lines = data.split(separator)
        at = random.randrange(len(lines))
        match random.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[at])
            case 2:
                lines.insert(at, random.choice(lines))
            case 3:
                lines[at] = _with_word(lines[at], random.choice(words).encode(), random)
            case 4:
                lines[at] = lines[at] * random.choice((2, 5, 50))
            case _:
                lines[at] = mutated_bytes(lines[at], random)
        return separator.join(lines)

    return mutate


def _with_word(line: bytes, word: bytes, random: Random) -> bytes:
    """`word` at a random place, in place of the rest, or of the value behind a sign."""
    at = random.randrange(len(line) + 1)
    name, sign, _ = line.partition(b"=") if b"=" in line else line.partition(b":")
    return random.choice(
        (line[:at] + word + line[at:], line[:at] + word, name + sign + b" " + word)
    )
