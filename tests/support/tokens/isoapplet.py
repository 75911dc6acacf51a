"""A smart card in a virtual reader: the commands of IsoApplet 0.6 that OpenSC's driver sends.

    python -m support.tokens.isoapplet PORT [BYTES]

Connects to vsmartcard's vpcd on 127.0.0.1:PORT. Standard input: `pull` takes the card out of the
reader, `insert` puts it back, `attempts` prints the PIN counter; the end of the input ends it.
BYTES: the card's memory for files.
Keys are RSA-2048, signatures PKCS#1 v1.5 (ISO 7816-4, -8 and -9; OpenSC, card-isoApplet.c).
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import rsa

ATR = bytes.fromhex("3BF81300008131FE454A434F50763234 31B7")
AID = bytes.fromhex("F276A288BCFBA69D34F31001")
ATTEMPTS = 3
MF = 0x3F00
_MODULUS_BYTES = 256
_FOLDER = 0x38
"""File descriptor byte of a DF (ISO 7816-4, table 14)."""
_PIN_NEEDED = 0x90
"""A file's access byte: only after the PIN has been verified."""
_DELETE, _UPDATE, _READ = 1, 6, 7
"""Positions of the access bytes in IsoApplet's security attribute."""

OK = 0x9000
PIN_WRONG = 0x63C0
NOT_VERIFIED, PIN_BLOCKED = 0x6982, 0x6983
NO_CURRENT_FILE, NOT_FOUND, NO_ROOM, EXISTS = 0x6986, 0x6A82, 0x6A84, 0x6A89
WRONG_OFFSET, UNKNOWN_COMMAND = 0x6B00, 0x6D00

Path = tuple[int, ...]
Answer = tuple[bytes, int]
"""Data and status word."""


@dataclass
class File:
    """A file or, without `data`, a folder. `access`: IsoApplet's security attribute."""

    kind: int
    access: bytes = b""
    name: bytes = b""
    data: bytearray | None = None

    def needs_pin(self, operation: int) -> bool:
        return bool(self.access) and self.access[operation] == _PIN_NEEDED


@dataclass
class Command:
    """A command APDU; `expected`: length of the answer, 0 if not said."""

    ins: int
    p1: int
    p2: int
    data: bytes
    expected: int
    chained: bool

    @classmethod
    def read(cls, raw: bytes) -> Command:
        """Reads a short or extended APDU (ISO 7816-4, 5.1)."""
        body, data, rest = raw[4:], b"", b""
        if len(body) == 1:
            rest = body
        elif len(body) > 3 and body[0] == 0:
            length = int.from_bytes(body[1:3], "big")
            data = body[3 : 3 + length]
        elif body:
            data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
        expected = (rest[0] or 256) if rest else 0
        return cls(raw[1], raw[2], raw[3], data, expected, bool(raw[0] & 0x10))


@dataclass
class IsoApplet:
    """The card: its files and keys, and the state since it was last reset."""

    memory: int = 1 << 20
    files: dict[Path, File] = field(default_factory=lambda: {(MF,): File(_FOLDER)})
    keys: dict[int, rsa.RSAPrivateNumbers] = field(default_factory=dict)
    pin: bytes | None = None
    attempts: int = ATTEMPTS
    current: Path = (MF,)
    verified: bool = False
    environment: Mapping[int, bytes] = field(default_factory=dict)
    chain: bytes = b""
    pending: bytes = b""

    def reset(self) -> None:
        """As the reader does when power goes."""
        self.current, self.verified, self.chain, self.pending = (MF,), False, b"", b""

    def answer(self, raw: bytes) -> bytes:
        """Answers a command; what is longer than 256 bytes is fetched with GET RESPONSE."""
        command = Command.read(raw)
        if command.ins == 0xC0:
            data, status = self.pending[: command.expected or 256], OK
            self.pending = self.pending[len(data) :]
        elif command.chained:
            self.chain += command.data
            data, status = b"", OK
        else:
            command.data, self.chain = self.chain + command.data, b""
            data, status = self._run(command)
            data, self.pending = data[:256], data[256:]
        if self.pending:
            status = 0x6100 | min(len(self.pending), 255)
        return data + struct.pack(">H", status)

    def _run(self, command: Command) -> Answer:
        handlers: dict[int, Callable[[Command], Answer]] = {
            0xA4: self._select,
            0xE0: self._create,
            0xE4: self._delete,
            0xB0: self._read,
            0xD6: self._update,
            0x0E: self._erase,
            0x20: self._verify,
            0x24: self._change_pin,
            0x22: self._set_environment,
            0x46: self._generate,
            0x2A: self._sign,
            0x84: lambda command: (os.urandom(command.expected or 8), OK),
        }
        handler = handlers.get(command.ins)
        return handler(command) if handler else (b"", UNKNOWN_COMMAND)

    # Files

    def _select(self, command: Command) -> Answer:
        if command.p1 == 4:
            return self._select_by_name(command.data)
        ids = tuple(struct.unpack(f">{len(command.data) // 2}H", command.data))
        path = self._path(command.p1, ids)
        if path not in self.files:
            return b"", NOT_FOUND
        self.current = path
        return (b"" if command.p2 & 0x0C == 0x0C else self._control_information(path)), OK

    def _select_by_name(self, name: bytes) -> Answer:
        if name == AID:
            self.current = (MF,)
            return b"\x00\x06\x00", OK
        for path, file in self.files.items():
            if file.name and file.name == name:
                self.current = path
                return self._control_information(path), OK
        return b"", NOT_FOUND

    def _path(self, selection: int, ids: Path) -> Path:
        """P1 of SELECT: 8 from the MF, 9 from the current DF, 3 its parent, else by identifier."""
        here = self._folder
        if selection == 8:
            return ids if ids[:1] == (MF,) else (MF, *ids)
        if selection == 9:
            return here + ids
        if selection == 3:
            return here[:-1] or (MF,)
        if ids in ((), (MF,)):
            return (MF,)
        if here + ids in self.files:
            return here + ids
        return here if here[-1:] == ids else here[:-1] + ids

    @property
    def _folder(self) -> Path:
        return self.current if self.files[self.current].data is None else self.current[:-1]

    def _control_information(self, path: Path) -> bytes:
        file = self.files[path]
        size = b"" if file.data is None else tlv(0x80, struct.pack(">H", len(file.data)))
        about = tlv(0x82, bytes([file.kind])) + tlv(0x83, struct.pack(">H", path[-1]))
        name = tlv(0x84, file.name) if file.name else b""
        access = tlv(0x86, file.access) if file.access else b""
        return tlv(0x6F, size + about + name + access + tlv(0x8A, b"\x05"))

    def _create(self, command: Command) -> Answer:
        wanted = read_tlv(next(iter(read_tlv(command.data).values())))
        (identifier,) = struct.unpack(">H", wanted[0x83])
        path = (MF,) if identifier == MF else (*self._folder, identifier)
        if path in self.files and identifier != MF:
            return b"", EXISTS
        kind = wanted[0x82][0]
        size = int.from_bytes(wanted.get(0x80, wanted.get(0x81, b"")), "big")
        if size > self.memory - self._used():
            return b"", NO_ROOM
        data = None if kind & _FOLDER == _FOLDER else bytearray(size)
        self.files[path] = File(kind, wanted.get(0x86, b""), wanted.get(0x84, b""), data)
        self.current = path
        return b"", OK

    def _used(self) -> int:
        return sum(len(file.data or b"") for file in self.files.values())

    def _delete(self, command: Command) -> Answer:
        ids = struct.unpack(f">{len(command.data[:2]) // 2}H", command.data[:2])
        path = (*self._folder, *ids) if ids else self.current
        if path not in self.files:
            return b"", NOT_FOUND
        if self.files[path].needs_pin(_DELETE) and not self.verified:
            return b"", NOT_VERIFIED
        for below in [one for one in self.files if one[: len(path)] == path]:
            del self.files[below]
        self.current = path[:-1] or (MF,)
        return b"", OK

    def _content(self, operation: int) -> tuple[bytearray, int]:
        """The current file's content, and a status word if it may not be used."""
        file = self.files.get(self.current)
        if file is None or file.data is None:
            return bytearray(), NO_CURRENT_FILE
        allowed = self.verified or not file.needs_pin(operation)
        return file.data, OK if allowed else NOT_VERIFIED

    def _read(self, command: Command) -> Answer:
        data, status = self._content(_READ)
        offset = command.p1 << 8 | command.p2
        if status == OK and offset > len(data):
            status = WRONG_OFFSET
        if status != OK:
            return b"", status
        return bytes(data[offset : offset + (command.expected or 256)]), OK

    def _update(self, command: Command) -> Answer:
        data, status = self._content(_UPDATE)
        offset = command.p1 << 8 | command.p2
        if status == OK and offset + len(command.data) > len(data):
            status = NO_ROOM
        if status == OK:
            data[offset : offset + len(command.data)] = command.data
        return b"", status

    def _erase(self, command: Command) -> Answer:
        data, status = self._content(_UPDATE)
        offset = command.p1 << 8 | command.p2
        if status == OK:
            data[offset:] = bytes(len(data) - offset)
        return b"", status

    # PIN

    def _verify(self, command: Command) -> Answer:
        if self.attempts == 0:
            return b"", PIN_BLOCKED
        if not command.data:
            return b"", OK if self.verified else PIN_WRONG | self.attempts
        return b"", self._checked(command.data)

    def _checked(self, pin: bytes) -> int:
        self.verified = self.pin is not None and pin.rstrip(b"\0") == self.pin.rstrip(b"\0")
        self.attempts = ATTEMPTS if self.verified else self.attempts - 1
        if self.verified:
            return OK
        return PIN_WRONG | self.attempts if self.attempts else PIN_BLOCKED

    def _change_pin(self, command: Command) -> Answer:
        """P2 2 is the PUK, which these tests never use. P1 0: the old PIN, then the new one."""
        if command.p2 == 2:
            return b"", OK
        new = command.data
        if self.pin is not None and command.p1 == 0:
            half = len(new) // 2
            old, new = new[:half], new[half:]
            if (status := self._checked(old)) != OK:
                return b"", status
        self.pin, self.verified = new, True
        return b"", OK

    # Keys

    def _set_environment(self, command: Command) -> Answer:
        self.environment = read_tlv(command.data)
        return b"", OK

    def _generate(self, _command: Command) -> Answer:
        if not self.verified:
            return b"", NOT_VERIFIED
        key = rsa.generate_private_key(65537, 8 * _MODULUS_BYTES).private_numbers()
        self.keys[self.environment[0x84][0]] = key
        modulus = key.public_numbers.n.to_bytes(_MODULUS_BYTES, "big")
        return tlv(0x7F49, tlv(0x81, modulus) + tlv(0x82, b"\x01\x00\x01")), OK

    def _sign(self, command: Command) -> Answer:
        if not self.verified:
            return b"", NOT_VERIFIED
        key = self.keys[self.environment[0x84][0]]
        filling = b"\xff" * (_MODULUS_BYTES - 3 - len(command.data))
        message = int.from_bytes(b"\x00\x01" + filling + b"\x00" + command.data, "big")
        signature = pow(message, key.d, key.public_numbers.n)
        return signature.to_bytes(_MODULUS_BYTES, "big"), OK


def tlv(tag: int, value: bytes) -> bytes:
    """A BER TLV with a length of up to two bytes."""
    length = len(value)
    head = tag.to_bytes((tag.bit_length() + 7) // 8, "big")
    if length < 0x80:
        return head + bytes([length]) + value
    if length <= 0xFF:
        return head + bytes([0x81, length]) + value
    return head + b"\x82" + struct.pack(">H", length) + value


def read_tlv(raw: bytes) -> dict[int, bytes]:
    """Reads a sequence of TLVs with tags of one byte."""
    found: dict[int, bytes] = {}
    place = 0
    while place < len(raw):
        tag, length = raw[place], raw[place + 1]
        place += 2
        if length > 0x80:
            more = length - 0x80
            length = int.from_bytes(raw[place : place + more], "big")
            place += more
        found[tag] = raw[place : place + length]
        place += length
    return found


class Reader:
    """The slot: `insert` connects the card to vpcd, `pull` takes it out."""

    def __init__(self, card: IsoApplet, port: int) -> None:
        self._card = card
        self._port = port
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def insert(self) -> None:
        self._line = socket.create_connection(("127.0.0.1", self._port))
        self._thread = threading.Thread(target=self._serve, args=(self._line,))
        self._thread.start()

    def pull(self) -> None:
        if self._line is not None and self._thread is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            self._line.close()
            self._line = self._thread = None

    def _serve(self, line: socket.socket) -> None:
        """vpcd's messages: a length, then an APDU, or one byte: 0 off, 1 on, 2 reset, 4 ATR."""
        with contextlib.suppress(OSError, EOFError):
            while True:
                (length,) = struct.unpack(">H", _receive(line, 2))
                message = _receive(line, length)
                if length > 1:
                    _send(line, self._card.answer(message))
                elif message[0] == 4:
                    _send(line, ATR)
                else:
                    self._card.reset()


def _receive(line: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        # vpcd sends length and message apart; without this the second waits 40 ms for our ACK.
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        more = line.recv(count - len(received))
        if not more:
            raise EOFError
        received += more
    return received


def _send(line: socket.socket, message: bytes) -> None:
    line.sendall(struct.pack(">H", len(message)) + message)


def main(port: str, memory: str = "1048576") -> None:
    card = IsoApplet(int(memory))
    reader = Reader(card, int(port))
    actions: dict[str, Callable[[], object]] = {
        "pull": reader.pull,
        "insert": reader.insert,
        "attempts": lambda: card.attempts,
    }
    reader.insert()
    print("inserted", flush=True)
    for line in sys.stdin:
        print(actions[line.strip()](), flush=True)
    reader.pull()


if __name__ == "__main__":
    main(*sys.argv[1:])
