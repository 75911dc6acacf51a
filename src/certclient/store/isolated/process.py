"""One running child process of a PKCS#11 module: requests to it, answers from it, its end."""

from __future__ import annotations

import itertools
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from io import RawIOBase
from queue import Empty, SimpleQueue
from typing import Any, Generic, Protocol, TypeVar, cast

from certclient.platform import child_process
from certclient.store.isolated import wire
from certclient.store.isolated.messages import (
    Answer,
    Begun,
    Call,
    FromChild,
    LoadModule,
    PersonAtToken,
    PinWanted,
    Refusal,
    Request,
    ToChild,
)

R = TypeVar("R")

_LOOK_SECONDS = 0.25
"""How often a waiting caller looks whether the child still lives. Its pipe may stay open after its
end, in a process that the module has forked."""

_END_SECONDS = 2.0
"""How long a child may take to end by itself."""


class ProcessEndedError(Exception):
    """The child has ended, or says what nobody understands. Its text says how."""


class NoAnswerError(Exception):
    """The child has not answered within the time limit; it still runs."""


Reaction = Callable[[Begun | PinWanted | PersonAtToken], None]
"""Called in the caller's thread for a message that precedes the answer."""


class Lifetime(Protocol):
    """What a waiting caller has to know of the child."""

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        ...

    @property
    def end_reason(self) -> str:
        """How it ended."""
        ...

    def kill(self) -> None:
        """Ends it at once."""
        ...


class Waiting(Generic[R]):
    """A request that has been sent. One thread may wait for its answer."""

    def __init__(self, process: Lifetime, number: int, call: Call[R]) -> None:
        self._process = process
        self._number = number
        self._call = call
        self._arrived: SimpleQueue[FromChild | None] = SimpleQueue()

    def put(self, message: FromChild | None) -> None:
        """Adds a message for this request; None for the end of the child."""
        self._arrived.put(message)

    def result(
        self,
        seconds: float | None,
        react: Reaction | None = None,
        *,
        start: float | None = None,
    ) -> R:
        """Waits for the answer; `seconds` begin again after each message, None for no limit.

        `start`: the limit for the first message, if it is another one. Raises ProcessEndedError,
        NoAnswerError; RefusalError with what the child reports.
        """
        limit = seconds if start is None else start
        while True:
            message = self._next(limit)
            limit = seconds
            if isinstance(message, Answer):
                return self._read(message)
            if isinstance(message, Refusal):
                raise RefusalError(message)
            if react is not None:
                react(message)
            if isinstance(message, PersonAtToken):
                limit = seconds = None

    def _read(self, message: Answer) -> R:
        try:
            return wire.result_of(self._call, message)
        except wire.ProtocolError as error:
            self._process.kill()
            raise ProcessEndedError(UNREADABLE) from error

    def _next(self, seconds: float | None) -> FromChild:
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            left = _LOOK_SECONDS if deadline is None else deadline - time.monotonic()
            with suppress(Empty):
                return self._checked(self._arrived.get(timeout=max(0, min(left, _LOOK_SECONDS))))
            if self._process.ended:
                with suppress(Empty):
                    return self._checked(self._arrived.get(timeout=_LOOK_SECONDS))
                raise ProcessEndedError(self._process.end_reason)
            if deadline is not None and time.monotonic() >= deadline:
                raise NoAnswerError

    def _checked(self, message: FromChild | None) -> FromChild:
        if message is None:
            raise ProcessEndedError(self._process.end_reason)
        return message


class RefusalError(Exception):
    """The child has answered with an error."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.error = refusal.error


UNREADABLE = "unreadable answer"


class ModuleProcess:
    """Starts the child and reads from it in a thread of its own, for as long as the child lives.

    That thread also starts it, because Linux ends the child together with the thread that did.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], module: str) -> None:
        """Returns when the child has been started. Raises OSError if it cannot be."""
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Waiting[Any]] = {}
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._problem: OSError | None = None
        self._end_reason = ""
        self._over = threading.Event()
        started = threading.Event()
        threading.Thread(
            target=self._run,
            args=(command, environment, started),
            name="certclient token module",
            daemon=True,
        ).start()
        started.wait()
        if self._problem is not None:
            raise self._problem
        self._send(LoadModule(module))

    def request(self, call: Call[R], channel: int) -> Waiting[R]:
        """Sends a request. Raises ProcessEndedError if the child has ended."""
        waiting = Waiting(self, next(self._numbers), call)
        with self._lock:
            self._waiting[waiting._number] = waiting
        self._send(Request(waiting._number, channel, call))  # type: ignore[arg-type]
        return waiting

    def send_pin(self, channel: int, pin: bytearray | None) -> None:
        """Answers PinWanted and wipes `pin`. Raises ProcessEndedError if the child has ended."""
        try:
            with self._lock:
                wire.send_pin(self._sink, channel, pin)
        except (OSError, ValueError) as error:
            raise self._unreachable() from error

    @property
    def ended(self) -> bool:
        """Whether the child has ended, or is being ended because of what it says."""
        child = self._child
        return bool(self._end_reason) or child is None or child.poll() is not None

    @property
    def end_reason(self) -> str:
        """How the child ended: `SIGSEGV`, `exit code 1`."""
        code = None if self._child is None else self._child.poll()
        return self._end_reason or ("" if code is None else child_process.end_reason(code))

    def kill(self) -> None:
        """Ends a child that does not answer, at once."""
        if self._child is not None:
            self._end_reason = self._end_reason or "stopped"
            child_process.kill(self._child)

    def may_come_to_front(self) -> None:
        """Lets a window in which the module asks for a PIN come to the front."""
        if self._child is not None:
            child_process.may_come_to_front(self._child)

    def close(self) -> None:
        """Asks the child to end. Does not wait."""
        with suppress(OSError, ValueError):
            self._sink.close()

    def wait(self, seconds: float = _END_SECONDS) -> None:
        """Waits for the end after `close`; kills a child that takes longer."""
        if self._child is None:
            return
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        self._over.wait(seconds)

    @property
    def process_id(self) -> int:
        """The child's process id."""
        return 0 if self._child is None else self._child.pid

    @property
    def _sink(self) -> RawIOBase:
        return cast(RawIOBase, self._child.stdin if self._child else None)

    def _send(self, message: ToChild) -> None:
        try:
            with self._lock:
                wire.send(self._sink, message)
        except (OSError, ValueError) as error:
            raise self._unreachable() from error

    def _unreachable(self) -> ProcessEndedError:
        """How the child has ended that takes no more messages; kills it if it still runs, as
        otherwise nothing would ever replace it."""
        if self._child is not None:
            try:
                self._child.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        return ProcessEndedError(self.end_reason)

    def _run(
        self, command: Sequence[str], environment: Mapping[str, str], started: threading.Event
    ) -> None:
        """The thread: starts the child, delivers what it says, notices its end."""
        try:
            self._child = child_process.start(command, environment)
        except OSError as error:
            self._problem = error
            return
        finally:
            started.set()
        try:
            self._read_all(self._child)
        finally:
            self._finish(self._child)

    def _read_all(self, child: subprocess.Popen[bytes]) -> None:
        source = cast(RawIOBase, child.stdout)
        try:
            while (message := wire.receive(source, FromChild)) is not None:
                self._deliver(message)
        except wire.ProtocolError:
            self._end_reason = UNREADABLE
        except (OSError, ValueError):
            return

    def _deliver(self, message: FromChild) -> None:
        with self._lock:
            final = isinstance(message, Answer | Refusal)
            find = self._waiting.pop if final else self._waiting.get
            waiting = find(message.number, None)
        if waiting is not None:
            waiting.put(message)

    def _finish(self, child: subprocess.Popen[bytes]) -> None:
        if self._end_reason:
            child_process.kill(child)
        try:
            child.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            # It has closed its pipe and goes on.
            child_process.kill(child)
            child.wait()
        with suppress(OSError, ValueError):
            self._sink.close()
        if child.stdout is not None:
            child.stdout.close()
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
        for one in waiting:
            one.put(None)
        self._over.set()
