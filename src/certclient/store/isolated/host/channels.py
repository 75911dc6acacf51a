"""The threads of the child: one answers lookups, and each open session has one of its own."""

from __future__ import annotations

import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from queue import SimpleQueue

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import DigestSigner, Signer
from certclient.model.secret import Secret
from certclient.store.base import CertificateStore, PinRequest, StoreSession
from certclient.store.isolated import wire
from certclient.store.isolated.host.tokens import Tokens, failure
from certclient.store.isolated.messages import (
    Archive,
    Begun,
    Bug,
    ChangePin,
    CloseSession,
    CreateKey,
    Delete,
    DeleteKey,
    FindKey,
    FromChild,
    GetSigner,
    Install,
    InstallIntermediates,
    OpenSession,
    PersonAtToken,
    PinWanted,
    Refusal,
    Request,
    SelfTest,
    Sign,
    SignDigest,
    SignerEntry,
    Unarchive,
)
from certclient.store.pkcs11.store import TokenStore


class Outbox:
    """The pipe to the program, written by several threads."""

    def __init__(self, sink: FileIO) -> None:
        self._sink = sink
        self._writing = threading.Lock()

    def send(self, message: FromChild) -> None:
        """Sends a message whole."""
        with self._writing:
            wire.send(self._sink, message)

    def reply(self, number: int, work: Callable[[], object]) -> None:
        """Does `work` and sends its result or its error as the answer to request `number`."""
        try:
            message: FromChild = wire.answer(number, work())
        except CertclientError as error:
            message = Refusal(number, failure(error))
        except Exception as error:  # noqa: BLE001 - the edge of this program
            message = Refusal(number, Bug(type(error).__name__, _place(error)))
        self.send(message)


def _place(error: BaseException) -> str:
    """Where `error` was raised. Not its text, which may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )


class Channel(ABC):
    """Requests that are answered one after the other, in a thread of their own."""

    def __init__(self, tokens: Tokens, outbox: Outbox) -> None:
        self._tokens = tokens
        self._outbox = outbox
        self._requests: SimpleQueue[Request] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether it answers no more requests."""
        return not self._thread.is_alive()

    def put(self, request: Request) -> None:
        """Adds a request."""
        self._requests.put(request)

    @abstractmethod
    def _serve(self) -> None:
        """Answers requests until the channel ends."""


class LookupChannel(Channel):
    """Answers the requests that need no session."""

    def _serve(self) -> None:
        while True:
            self._answer(self._requests.get())

    def _answer(self, request: Request) -> None:
        self._outbox.send(Begun(request.number))
        self._outbox.reply(request.number, lambda: self._tokens.look_up(request.call))


class SessionChannel(Channel):
    """One session, from OpenSession to CloseSession. `pins` receives the answers to PinWanted."""

    def __init__(self, tokens: Tokens, outbox: Outbox) -> None:
        self.pins: SimpleQueue[bytearray | None] = SimpleQueue()
        self._number = 0
        self._signers: list[Signer] = []
        super().__init__(tokens, outbox)

    def _serve(self) -> None:
        opening = self._requests.get()
        self._number = opening.number
        self._outbox.send(Begun(self._number))
        if isinstance(opening.call, ChangePin):
            store_id = opening.call.store_id
            self._outbox.reply(self._number, lambda: self._change_pin(store_id))
            return
        try:
            store = self._store(opening)
            if isinstance(store, TokenStore) and store.has_pin_pad():
                self._outbox.send(PersonAtToken(self._number))
            with store.open(self._ask) as session:
                self._outbox.reply(self._number, lambda: None)
                self._number = self._work(session)
        except CertclientError as error:
            self._outbox.send(Refusal(self._number, failure(error)))
        except Exception as error:  # noqa: BLE001 - the edge of this program
            self._outbox.send(Refusal(self._number, Bug(type(error).__name__, _place(error))))
        else:
            self._outbox.reply(self._number, lambda: None)

    def _change_pin(self, store_id: str) -> None:
        token = self._tokens.changing(store_id)
        if isinstance(token, TokenStore) and token.has_pin_pad():
            self._outbox.send(PersonAtToken(self._number))
        token.change_pin(self._ask)

    def _store(self, opening: Request) -> CertificateStore:
        if not isinstance(opening.call, OpenSession):
            raise wire.ProtocolError("the session is not open")
        return self._tokens.get(opening.call.store_id)

    def _work(self, session: StoreSession) -> int:
        """Answers requests; returns the number of the one that closes the session."""
        while True:
            request = self._requests.get()
            if isinstance(request.call, CloseSession):
                return request.number
            self._number = request.number
            self._answer(session, request)

    def _answer(self, session: StoreSession, request: Request) -> None:
        self._outbox.reply(request.number, lambda: self._do(session, request))

    def _ask(self, request: PinRequest) -> Secret | None:
        """The PinProvider of the session: asks the program."""
        self._outbox.send(PinWanted(self._number, request))
        pin = self.pins.get()
        return None if pin is None else Secret.of_bytes(pin)

    def _do(self, session: StoreSession, request: Request) -> object:
        match request.call:
            case CreateKey(spec, label):
                return session.create_key(spec, label)
            case FindKey(label, interrupted):
                return session.find_key(label, interrupted=interrupted)
            case GetSigner(key):
                return self._signer_entry(session.signer(key))
            case Sign(signer, content, algorithm):
                return self._signers[signer].sign(content, algorithm)
            case SignDigest(signer, digest, algorithm):
                return self._digest_signer(signer).sign_digest(digest, algorithm)
        self._change(session, request)
        return None

    def _change(self, session: StoreSession, request: Request) -> None:
        match request.call:
            case Install(key, der, friendly_name):
                session.install(key, Certificate.read(der), friendly_name)
            case InstallIntermediates(chain):
                session.install_intermediates([Certificate.read(der) for der in chain])
            case Archive(der):
                session.archive(Certificate.read(der))
            case Unarchive(der):
                session.unarchive(Certificate.read(der))
            case Delete(der):
                session.delete(Certificate.read(der))
            case DeleteKey(key):
                session.delete_key(key)
            case SelfTest(der, purpose):
                session.self_test(Certificate.read(der), purpose)
            case other:
                raise wire.ProtocolError(type(other).__name__)

    def _digest_signer(self, number: int) -> DigestSigner:
        signer = self._signers[number]
        if not isinstance(signer, DigestSigner):
            raise CertclientError(ErrorCode.KEY_UNSUPPORTED, problem="tls")
        return signer

    def _signer_entry(self, signer: Signer) -> SignerEntry:
        self._signers.append(signer)
        return SignerEntry(len(self._signers) - 1, signer.spki)
