"""An open session with a token whose module runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.keys import KeyRef, KeySpec, SignatureAlgorithm, SignaturePurpose, Signer
from certclient.store.base import PinProvider, PinRequest
from certclient.store.isolated.messages import (
    Archive,
    Begun,
    Call,
    ChangePin,
    CloseSession,
    CreateKey,
    Delete,
    DeleteKey,
    FindKey,
    GetSigner,
    Install,
    InstallIntermediates,
    OpenSession,
    PersonAtToken,
    PinWanted,
    SelfTest,
    Sign,
    SignDigest,
    Unarchive,
)
from certclient.store.isolated.module import IsolatedModule, ModuleBugError, R
from certclient.store.isolated.process import ModuleProcess, ProcessEndedError


@contextmanager
def open_session(
    module: IsolatedModule, store_id: str, pin: PinProvider, title: str
) -> Iterator[IsolatedSession]:
    """Opens a session for private-key work; see CertificateStore.open.

    `title` names the token in PIN requests, unless it is empty. Closing never raises: it must not
    mask an error from the block.
    """
    process = module.process()
    pins = _Pins(pin, title)
    session = IsolatedSession(module, process, module.new_channel(), pins)
    try:
        session.do(OpenSession(store_id))
    except (CertclientError, ModuleBugError):
        raise
    except BaseException:
        # Ctrl+C: the child may yet open it.
        with suppress(ProcessEndedError):
            process.request(CloseSession(), session.channel)
        raise
    try:
        yield session
    finally:
        with suppress(CertclientError, ModuleBugError):
            session.do(CloseSession())


def change_pin(module: IsolatedModule, store_id: str, pin: PinProvider, title: str) -> None:
    """See PinChanging.change_pin. `title`: see `open_session`."""
    pins = _Pins(pin, title)
    IsolatedSession(module, module.process(), module.new_channel(), pins).do(ChangePin(store_id))


@dataclass(slots=True)
class _Pins:
    """Asks the user on behalf of the child. `person_at_token`: the PIN is typed there."""

    provider: PinProvider
    title: str
    person_at_token: bool = False
    error: BaseException | None = None

    def ask(self, request: PinRequest) -> bytearray | None:
        """Returns the PIN as UTF-8, None to give up.

        An exception of the provider is kept: the child has to be answered first.
        """
        try:
            named = replace(request, label=self.title or request.label)
            secret = self.provider(named)
        except BaseException as error:  # noqa: BLE001 - raised again by IsolatedSession.do
            self.error = error
            return None
        return None if secret is None else secret.copied()

    def raise_kept(self) -> None:
        """Raises the exception of the provider, if there was one."""
        error, self.error = self.error, None
        if error is not None:
            raise error


@dataclass(frozen=True, slots=True)
class IsolatedSession:
    """Implements `store.base.StoreSession`, which documents the methods and their errors.

    Belongs to one child: when that has ended, every method raises TOKEN_MODULE_DIED.
    """

    module: IsolatedModule
    process: ModuleProcess
    channel: int
    pins: _Pins = field(repr=False)

    def do(self, call: Call[R]) -> R:
        """Has the child do something in this session; asks for the PIN if it is wanted."""

        def react(message: Begun | PinWanted | PersonAtToken) -> None:
            if isinstance(message, PersonAtToken):
                self.pins.person_at_token = True
            elif isinstance(message, PinWanted):
                self.process.send_pin(self.channel, self.pins.ask(message.request))

        asks = isinstance(call, OpenSession | CreateKey | Sign | SignDigest | SelfTest | ChangePin)
        limited = not (asks and self.pins.person_at_token)
        if asks:
            self.process.may_come_to_front()
        try:
            result = self.module.call(self.process, call, self.channel, react, limited=limited)
        except (CertclientError, ModuleBugError):
            self.pins.raise_kept()
            raise
        self.pins.raise_kept()
        return result

    def create_key(self, spec: KeySpec, label: str) -> KeyRef:
        """See StoreSession.create_key."""
        return self.do(CreateKey(spec, label))

    def find_key(self, label: str, *, interrupted: bool = False) -> KeyRef | None:
        """See StoreSession.find_key."""
        return self.do(FindKey(label, interrupted))

    def signer(self, key: KeyRef) -> Signer:
        """See StoreSession.signer."""
        entry = self.do(GetSigner(key))
        return IsolatedSigner(self, entry.number, entry.spki)

    def install(self, key: KeyRef, certificate: Certificate, friendly_name: str) -> None:
        """See StoreSession.install."""
        self.do(Install(key, certificate.der, friendly_name))

    def install_intermediates(self, chain: Sequence[Certificate]) -> None:
        """See StoreSession.install_intermediates."""
        self.do(InstallIntermediates(tuple(one.der for one in chain)))

    def archive(self, certificate: Certificate) -> None:
        """See StoreSession.archive."""
        self.do(Archive(certificate.der))

    def unarchive(self, certificate: Certificate) -> None:
        """See StoreSession.unarchive."""
        self.do(Unarchive(certificate.der))

    def delete(self, certificate: Certificate) -> None:
        """See StoreSession.delete."""
        self.do(Delete(certificate.der))

    def delete_key(self, key: KeyRef) -> None:
        """See StoreSession.delete_key."""
        self.do(DeleteKey(key))

    def self_test(
        self, certificate: Certificate, purpose: SignaturePurpose = SignaturePurpose.LOGIN
    ) -> None:
        """See StoreSession.self_test."""
        self.do(SelfTest(certificate.der, purpose))


@dataclass(frozen=True, slots=True)
class IsolatedSigner:
    """A `model.keys.DigestSigner` in a session of the child; `number` names it there."""

    session: IsolatedSession
    number: int
    spki: bytes

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `model.keys.Signer.sign`."""
        return self.session.do(Sign(self.number, data, algorithm))

    def sign_digest(self, digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `model.keys.DigestSigner.sign_digest`."""
        return self.session.do(SignDigest(self.number, digest, algorithm))
