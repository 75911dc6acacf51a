"""A token whose module runs in a child process, as a certificate store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log
from certclient.store.base import (
    Available,
    CertificateStore,
    PinProvider,
    StoredCertificate,
    StoreSession,
    Unavailable,
)
from certclient.store.isolated.messages import (
    Call,
    CertificateEntry,
    DescribeToken,
    Failure,
    ListCertificates,
    ListUnusedKeys,
    LookAtToken,
    TokenEntry,
)
from certclient.store.isolated.module import (
    IsolatedModule,
    ModuleBugError,
    R,
    certclient_error,
)
from certclient.store.isolated.modules import module_at
from certclient.store.isolated.session import change_pin, open_session
from certclient.store.token_description import TokenDescription
from certclient.store.unavailable import unavailable


def find_tokens(path: Path, patience: float | None = None) -> list[CertificateStore]:
    """Returns the stores of the module at `path` that are present now. Never raises.

    A module that cannot be used is one store that carries the reason. `patience`: see
    `IsolatedModule.find`.
    """
    module = module_at(path)
    try:
        return [_store(module, entry) for entry in module.find(patience)]
    except CertclientError as error:
        return [_broken(path, error)]
    except ModuleBugError as error:
        # The other stores must stay in the list.
        log.crash(error)
        return [_broken(path, _unreadable(path, error))]


def _broken(path: Path, error: CertclientError) -> CertificateStore:
    return unavailable(f"pkcs11-module:{path}", path.name, Destination.USB, error)


def _unreadable(path: Path, error: ModuleBugError) -> CertclientError:
    """As `pkcs11.middleware.unreadable`, which only the child may import."""
    return CertclientError(
        ErrorCode.STORE_UNAVAILABLE, path=str(path), reason=str(error), problem="module"
    )


def _store(module: IsolatedModule, entry: TokenEntry) -> CertificateStore:
    if entry.broken is not None:
        error = certclient_error(entry.broken)
        return unavailable(entry.store_id, entry.label, Destination.USB, error)
    return IsolatedTokenStore(module, entry.store_id, entry.label)


@dataclass(frozen=True, slots=True)
class IsolatedTokenStore:
    """`store.pkcs11.store.TokenStore` in the child process of `module`.

    `title`: see `base.BrowserStore`.
    """

    module: IsolatedModule
    store_id: str
    label: str
    title: str = ""

    @property
    def browser(self) -> str:
        """Always ""."""
        return ""

    @property
    def offered(self) -> bool:
        """Always True."""
        return True

    def titled(self, title: str) -> IsolatedTokenStore:
        """See TitledToken.titled."""
        return replace(self, title=title)

    @property
    def destination(self) -> Destination:
        """Always USB."""
        return Destination.USB

    def availability(self) -> Available | Unavailable:
        """See CertificateStore.availability."""
        try:
            state = self._look_up(LookAtToken(self.store_id))
            if isinstance(state, Failure):
                raise self._named(certclient_error(state))
        except ModuleBugError as bug:
            error = _unreadable(self.module.path, bug)
            return Unavailable(error.code, error.data)
        except CertclientError as error:
            return Unavailable(error.code, error.data)
        return Available(state.needs_pin, state.attempts)

    def certificates(self) -> Sequence[StoredCertificate]:
        """See CertificateStore.certificates."""
        return [self._stored(one) for one in self._look_up(ListCertificates(self.store_id))]

    def unused_keys(self) -> Sequence[str]:
        """See CertificateStore.unused_keys."""
        return self._look_up(ListUnusedKeys(self.store_id))

    @contextmanager
    def open(self, pin: PinProvider) -> Iterator[StoreSession]:
        """See CertificateStore.open."""
        with open_session(self.module, self.store_id, pin, self.title) as session:
            yield session

    def change_pin(self, pin: PinProvider) -> None:
        """See PinChanging.change_pin."""
        change_pin(self.module, self.store_id, pin, self.title)

    def describe(self) -> TokenDescription:
        """See Described.describe."""
        return self._look_up(DescribeToken(self.store_id))

    def _look_up(self, call: Call[R]) -> R:
        try:
            return self.module.call(self.module.process(), call)
        except CertclientError as error:
            raise self._named(error) from error
        except ModuleBugError as error:
            # The other stores must stay in the list.
            log.crash(error)
            raise _unreadable(self.module.path, error) from error

    def _named(self, error: CertclientError) -> CertclientError:
        """A child that has not seen the token since it was started knows its serial number only."""
        if error.code is ErrorCode.TOKEN_MISSING:
            return CertclientError(error.code, **{**error.data, "token": self.label})
        return error

    def _stored(self, entry: CertificateEntry) -> StoredCertificate:
        return StoredCertificate(
            Certificate.read(entry.certificate),
            self.store_id,
            entry.friendly_name,
            entry.key,
            entry.archived,
            entry.key_hidden,
        )
