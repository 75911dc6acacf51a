"""Frames on the pipes between the program and the child process of a PKCS#11 module.

A frame is the payload's length (4 bytes, big-endian), its kind (1 byte) and the payload: a message
in MessagePack, or a PIN, which is kept apart so that its bytes can be wiped on both sides.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from certclient.model.wiping import overwrite
from certclient.store.isolated.messages import Answer, Call, FromChild, ToChild, result_type

R = TypeVar("R")

_HEADER = struct.Struct(">IB")
_MESSAGE, _PIN = 0, 1
_LONGEST = 1 << 24
"""Bytes. No message is as long; a length above it shows that something else is being read."""

_PIN_HEADER = struct.Struct(">I?")
"""The channel of the session and whether a PIN follows."""


class ProtocolError(Exception):
    """What was read is no message of this protocol."""


class PinAnswer(NamedTuple):
    """A PIN for the session of a channel: UTF-8 in a buffer that can be wiped; None for no PIN."""

    channel: int
    pin: bytearray | None


class ByteReader(Protocol):
    """An unbuffered binary file to read from."""

    def readinto(self, buffer: Any, /) -> int | None:
        """Reads into `buffer`; returns how many bytes, 0 at the end."""
        ...


class ByteWriter(Protocol):
    """An unbuffered binary file to write to."""

    def write(self, content: Any, /) -> int | None:
        """Writes; returns how many bytes."""
        ...


_encoder = msgspec.msgpack.Encoder()


@cache
def _decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)


def send(file: ByteWriter, message: FromChild | ToChild) -> None:
    """Writes a message. Raises OSError if the other side has gone."""
    payload = _encoder.encode(message)
    _write(file, _HEADER.pack(len(payload), _MESSAGE) + payload)


def answer(number: int, result: object) -> Answer:
    """The Answer to request `number`."""
    return Answer(number, msgspec.Raw(_encoder.encode(result)))


def result_of(call: Call[R], given: Answer) -> R:
    """Reads the result of `call`. Raises ProtocolError if it is of another type."""
    try:
        result: R = _decoder(result_type(type(call))).decode(given.result)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProtocolError(str(error)) from error
    return result


def send_pin(file: ByteWriter, channel: int, pin: bytearray | None) -> None:
    """Answers PinWanted, and wipes `pin`. Raises OSError if the other side has gone."""
    frame = bytearray(_PIN_HEADER.pack(channel, pin is not None))
    frame += pin or b""
    try:
        _write(file, _HEADER.pack(len(frame), _PIN))
        _write(file, frame)
    finally:
        overwrite(frame, pin)


def receive(file: ByteReader, kind: Any, *, pins: bool = False) -> Any:
    """Reads a message of type `kind`; None at the end of the stream. The child reads PINs, too.

    Raises ProtocolError for anything else, OSError if reading fails.
    """
    header = _read(file, _HEADER.size)
    if not header:
        return None
    if len(header) < _HEADER.size:
        raise ProtocolError("the stream ends within a frame")
    length, frame_kind = _HEADER.unpack(header)
    if frame_kind not in ((_MESSAGE, _PIN) if pins else (_MESSAGE,)) or length > _LONGEST:
        raise ProtocolError("not a frame")
    payload = _read(file, length)
    if len(payload) < length:
        raise ProtocolError("the stream ends within a frame")
    if frame_kind == _PIN:
        return _pin_answer(payload)
    try:
        return _decoder(kind).decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProtocolError(str(error)) from error


def _pin_answer(payload: bytearray) -> PinAnswer:
    if len(payload) < _PIN_HEADER.size:
        raise ProtocolError("not a PIN")
    channel, given = _PIN_HEADER.unpack_from(payload)
    pin = payload[_PIN_HEADER.size :] if given else None
    overwrite(payload)
    return PinAnswer(channel, pin)


def _write(file: ByteWriter, content: bytes | bytearray) -> None:
    view = memoryview(content)
    while view:
        view = view[file.write(view) or 0 :]


def _read(file: ByteReader, length: int) -> bytearray:
    """Reads `length` bytes; fewer at the end of the stream."""
    content = bytearray(length)
    done = 0
    while done < length:
        with memoryview(content)[done:] as rest:
            count = file.readinto(rest)
        if not count:
            return content[:done]
        done += count
    return content
