"""電子証明書更新前処理: every check that needs no PIN, yielded one by one.

They inform the customer before anything is asked; the procedure checks again when it runs. Nothing
is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from certclient.ca.client import CaClient, CertificateCredential, ChecksCredential
from certclient.enrollment.preflight import (
    Check,
    CheckResult,
    System,
    Verdict,
    clock_result,
    connection_results,
    key_result,
    profile_result,
    remote_result,
    store_result,
)
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import (
    Available,
    CertificateStore,
    SilentSigning,
    StoreSession,
    no_pin,
)

_MIDDLEWARE = frozenset(
    {
        ErrorCode.STORE_MIDDLEWARE_MISSING,
        ErrorCode.STORE_WRONG_MODULE,
        ErrorCode.STORE_MODULE_START,
        ErrorCode.STORE_MODULE_ARCHITECTURE,
        ErrorCode.STORE_MODULE_NOT_ALLOWED,
        ErrorCode.TOKEN_MODULE_DIED,
        ErrorCode.TOKEN_MODULE_HANGS,
    }
)


@dataclass(frozen=True, slots=True)
class ReadinessInputs:
    """The input of the checks.

    `probe`: `ca.probe`, which may ask for a proxy's login. `current` and `home`, its store, are
    None for 取得; `clock` returns aware UTC.
    """

    ca: CaClient
    probe: Callable[[], Sequence[CertclientError]]
    stores: Sequence[CertificateStore]
    profile: Profile
    current: Certificate | None
    home: CertificateStore | None
    clock: Callable[[], datetime]
    system: System


def checks(inputs: ReadinessInputs) -> Iterator[CheckResult]:
    """Yields one result for each of `BEFORE_RENEWAL`; blocks on the network and the token."""
    yield from connection_results(inputs.probe)
    yield clock_result(inputs.ca.server_time(), inputs.clock())
    yield profile_result(inputs.profile, inputs.clock())
    yield place_check(inputs, Destination.PC, Check.STORE)
    yield middleware_check(inputs)
    yield place_check(inputs, Destination.USB, Check.TOKEN)
    yield key_check(inputs)
    yield remote_result(inputs.system)


def _destinations(inputs: ReadinessInputs) -> tuple[Destination, ...]:
    return tuple(Destination(name) for name in inputs.profile.destinations)


def _of(inputs: ReadinessInputs, destination: Destination) -> list[CertificateStore]:
    if destination not in _destinations(inputs):
        return []
    return [store for store in inputs.stores if store.destination is destination]


def _needed(inputs: ReadinessInputs, destination: Destination) -> bool:
    """Whether the current certificate is in this kind of store, or the bank allows no other."""
    if inputs.home is not None:
        return inputs.home.destination is destination
    return _destinations(inputs) == (destination,)


def place_check(inputs: ReadinessInputs, destination: Destination, check: Check) -> CheckResult:
    """Checks that a store of this kind can be used; skipped if it is absent and not needed."""
    if inputs.home is not None and inputs.home.destination is destination:
        result = store_result(inputs.home)
        return CheckResult(check, result.verdict, result.error)
    found = [store_result(store) for store in _of(inputs, destination)]
    if any(result.verdict is Verdict.PASSED for result in found):
        return CheckResult(check, Verdict.PASSED)
    if not _needed(inputs, destination):
        return CheckResult(check, Verdict.SKIPPED)
    missing = destination is Destination.USB
    code = ErrorCode.TOKEN_MISSING if missing else ErrorCode.STORE_UNAVAILABLE
    error = next((result.error for result in found), None) or CertclientError(code)
    if missing and error.code is ErrorCode.TOKEN_MISSING and _no_card_service(inputs):
        error = CertclientError(ErrorCode.SMART_CARD_SERVICE)
    return CheckResult(check, Verdict.FAILED, error)


def _no_card_service(inputs: ReadinessInputs) -> bool:
    """Whether the smart card service is known to be stopped, so that no token is visible."""
    ask = inputs.system.card_service
    return ask is not None and not ask()


def middleware_check(inputs: ReadinessInputs) -> CheckResult:
    """Checks that the token's middleware is installed, if a token is needed or present."""
    results = [store_result(store) for store in _of(inputs, Destination.USB)]
    broken = [r.error for r in results if r.error is not None and r.error.code in _MIDDLEWARE]
    if results and not broken:
        return CheckResult(Check.MIDDLEWARE, Verdict.PASSED)
    if broken and _needed(inputs, Destination.USB):
        return CheckResult(Check.MIDDLEWARE, Verdict.FAILED, broken[0])
    return CheckResult(Check.MIDDLEWARE, Verdict.SKIPPED)


def key_check(inputs: ReadinessInputs) -> CheckResult:
    """Checks that the current key still signs; unchecked if the store would prompt the user, or is
    not there."""
    if inputs.current is None or inputs.home is None:
        return CheckResult(Check.KEY, Verdict.SKIPPED)
    state = inputs.home.availability()
    if not isinstance(state, Available) or state.needs_pin:
        return CheckResult(Check.KEY, Verdict.UNCHECKED)
    question = _question(inputs.home, inputs.current)
    if question is not None:
        return CheckResult(Check.KEY, Verdict.UNCHECKED, question)
    try:
        with inputs.home.open(no_pin) as session:
            result = key_result(session, inputs.current)
            if result.verdict is Verdict.PASSED:
                _check_credential(inputs.ca, inputs.home, session, inputs.current)
            return result
    except CertclientError as error:
        return CheckResult(Check.KEY, Verdict.FAILED, error)


def _check_credential(
    ca: CaClient, store: CertificateStore, session: StoreSession, current: Certificate
) -> None:
    """Raises why this computer cannot use the key as the CA needs it."""
    if not isinstance(ca, ChecksCredential):
        return
    for stored in store.certificates():
        if stored.certificate == current and stored.key is not None:
            ca.check_credential(CertificateCredential(current, session.signer(stored.key)))


def _question(store: CertificateStore, certificate: Certificate) -> CertclientError | None:
    """The error for the prompt that a signature would show, or None."""
    if isinstance(store, SilentSigning):
        try:
            store.try_alone(certificate)
        except CertclientError as error:
            if error.code in (ErrorCode.KEY_PROTECTED, ErrorCode.PIN_REQUIRED):
                return error
    return None
