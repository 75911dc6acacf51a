"""Each check of a CA. It returns what was seen, or raises why the CA does not qualify."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from certclient.ca.client import Issued, SignerStatus
from certclient.enrollment.interaction import SecretKind
from certclient.model.certificate import Certificate
from certclient.model.clock_error import CLOCK_LIMIT, clock_wrong
from certclient.model.errors import CertclientError, ErrorCode
from certclient.qualification.fields import certificates_in
from certclient.qualification.keys import MismatchedKey
from certclient.qualification.report import Check, Finding
from certclient.qualification.session import Held, Session

_REFUSALS = frozenset(
    {ErrorCode.CA_REFUSED, ErrorCode.ISSUE_CODE_WRONG, ErrorCode.CLIENT_CERTIFICATE_REFUSED}
)


class CheckFailedError(Exception):
    """The CA did something that it must not do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.value)
        self.finding = finding


class NotApplicableError(Exception):
    """The CA does not do this at all."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.value)
        self.finding = finding


class MissingError(Exception):
    """The check needs what an earlier one has not brought about."""


def reachable(session: Session) -> Finding | None:
    """A HEAD request gets any answer, with TLS that the profile trusts."""
    session.environment.ca.probe()
    return None


def clock(session: Session) -> Finding | None:
    """The CA's clock and this computer's agree."""
    time, now = session.environment.ca.server_time(), session.environment.clock()
    if time is None:
        return Finding.NO_DATE
    if abs(time - now) > CLOCK_LIMIT:
        raise clock_wrong(time, now)
    return None


def wrong_code(session: Session) -> Finding | None:
    """A request with a wrong issue code is refused in a way that the program understands."""
    code = session.environment.wrong_code()
    _refused(session, lambda: session.obtain(code))
    return None


def obtain(session: Session) -> Finding | None:
    """A request with the issue code gets a certificate."""
    code = session.environment.secret(SecretKind.ISSUE_CODE)
    if code is None:
        raise CertclientError(ErrorCode.ISSUE_CODE_REQUIRED)
    session.obtained = session.obtain(code)
    return None


def certificate(session: Session) -> Finding | None:
    """The certificate is one that the program accepts."""
    session.judge(_needed(session.obtained))
    return None


def confirm(session: Session) -> Finding | None:
    """The CA acknowledges the confirmation."""
    held = _needed(session.obtained)
    session.confirm(held)
    _offered(session.environment.ca.abilities.confirms)
    return Finding.IMPLICIT if held.issued.confirmed else None


def query(session: Session) -> Finding | None:
    """The CA answers a signed question, by which the program learns whether it accepts a signer."""
    held = _needed(session.current)
    _offered(session.environment.ca.abilities.tells_signer_status)
    status = session.environment.ca.signer_status(held.own)
    if status is SignerStatus.UNKNOWN:
        raise NotApplicableError(Finding.NO_QUERY)
    if status is not SignerStatus.ACCEPTED:
        raise CheckFailedError(Finding.NOT_ACCEPTED)
    return None


def bad_proof(session: Session) -> Finding | None:
    """A request whose proof of possession is by another key is refused (RFC 4211, 4)."""
    held, key = _needed(session.current), session.environment.new_key
    mismatched = MismatchedKey(named=key(), signing=key())
    transaction = session.renewal(held, mismatched)
    _refused(
        session,
        lambda: Held(session.sent(transaction, held.own), mismatched, held.own),
    )
    return None


def bad_signature(session: Session) -> Finding | None:
    """A request that another key has signed is refused."""
    held = _needed(session.current)
    forger, key = session.environment.new_key(), session.environment.new_key()
    transaction = session.renewal(held, key, forger)
    credential = session.signing(held, forger)
    _refused(session, lambda: Held(session.sent(transaction, credential), key, credential))
    return None


def renew(session: Session) -> Finding | None:
    """A renewal gets a certificate that the program accepts, and is confirmed."""
    held = session.renew(_needed(session.current))
    session.judge(held)
    session.confirm(held)
    return None


def lost_answer(session: Session) -> Finding | None:
    """The answer to a renewal is lost: the same request, or a new one for the same key, gets it."""
    current, key = _needed(session.current), session.environment.new_key()
    transaction = session.renewal(current, key)
    first = _losing(session, lambda: session.sent(transaction, current.own))
    finding = Finding.ANSWERED_AGAIN
    try:
        issued = session.sent(transaction, current.own)
    except CertclientError as error:
        if error.code is not ErrorCode.CA_REFUSED:
            raise
        finding = Finding.NEW_TRANSACTION
        issued = session.sent(session.renewal(current, key), current.own)
    held = Held(issued, key, current.own, current.certificate)
    session.judge(held)
    session.pending = held
    if finding is Finding.ANSWERED_AGAIN and first not in (None, held.certificate):
        return Finding.TWO_CERTIFICATES
    return finding


def lost_confirmation(session: Session) -> Finding | None:
    """The acknowledgement of a confirmation is lost: repeating it does no harm."""
    held = _needed(session.pending)
    ca = session.environment.ca
    if held.issued.confirmed:
        session.settle(held)
        _offered(ca.abilities.confirms)
        raise NotApplicableError(Finding.IMPLICIT)
    _losing(session, lambda: ca.confirm(held.issued, held.credential))
    try:
        ca.confirm(held.issued, held.credential)
    except CertclientError as error:
        accepted = ca.signer_status(held.own) is SignerStatus.ACCEPTED
        if error.code is not ErrorCode.CA_CONFIRM_FAILED or not accepted:
            raise
        session.settle(held)
        return Finding.ALREADY_CONFIRMED
    session.settle(held)
    return Finding.ANSWERED_AGAIN


def reject(session: Session) -> Finding | None:
    """A certificate that the program rejects renews nothing. (That the current one stays valid, the
    check `revoke` shows, which signs with it.)"""
    current, ca = _needed(session.current), session.environment.ca
    _offered(ca.abilities.confirms)
    held = session.renew(current)
    if held.issued.confirmed:
        session.settle(held)
        raise NotApplicableError(Finding.IMPLICIT)
    ca.confirm(held.issued, held.credential, ErrorCode.ISSUED_SUBJECT_MISMATCH)
    try:
        _refused(session, lambda: session.renew(held))
    except CheckFailedError as error:
        session.confirmed.append(held)  # to be revoked at the end
        raise CheckFailedError(Finding.STILL_ACCEPTED) from error
    return None


def waiting(session: Session) -> Finding | None:
    """The CA has let the program wait, and the certificate came by polling."""
    if not session.waited:
        raise NotApplicableError(Finding.NEVER_WAITED)
    return None


def revoke(session: Session) -> Finding | None:
    """The customer has the current certificate revoked."""
    held = _needed(session.current)
    _offered(session.environment.ca.abilities.revokes)
    session.environment.ca.revoke(held.own, held.certificate)
    session.confirmed.remove(held)
    session.revoked = held
    session.current = None
    return None


def revoked(session: Session) -> Finding | None:
    """A revoked certificate renews nothing."""
    _offered(session.environment.ca.abilities.revokes)
    held = _needed(session.revoked)
    _refused(session, lambda: session.renew(held))
    return None


CHECKS: Mapping[Check, Callable[[Session], Finding | None]] = {
    Check.REACHABLE: reachable,
    Check.CLOCK: clock,
    Check.WRONG_CODE: wrong_code,
    Check.OBTAIN: obtain,
    Check.CERTIFICATE: certificate,
    Check.CONFIRM: confirm,
    Check.QUERY: query,
    Check.BAD_PROOF: bad_proof,
    Check.BAD_SIGNATURE: bad_signature,
    Check.RENEW: renew,
    Check.LOST_ANSWER: lost_answer,
    Check.LOST_CONFIRMATION: lost_confirmation,
    Check.REJECT: reject,
    Check.WAITING: waiting,
    Check.REVOKE: revoke,
    Check.REVOKED: revoked,
}


def _offered(ability: bool) -> None:
    """Raises NotApplicableError for what the CA's protocol does not have."""
    if not ability:
        raise NotApplicableError(Finding.NOT_OFFERED)


def _needed(held: Held | None) -> Held:
    if held is None:
        raise MissingError
    return held


def _refused(session: Session, request: Callable[[], Held]) -> None:
    """Expects a refusal. Raises CheckFailedError if the CA grants the request, and whatever else
    happens to it: a refusal that the program does not understand as one."""
    try:
        granted = request()
    except CertclientError as error:
        if error.code not in _REFUSALS:
            raise
        return
    if granted.issued.confirmed:
        session.confirmed.append(granted)
    else:
        reason = ErrorCode.ISSUED_SUBJECT_MISMATCH
        session.environment.ca.confirm(granted.issued, granted.credential, reason)
    raise CheckFailedError(Finding.GRANTED)


def _losing(session: Session, request: Callable[[], Issued | None]) -> Certificate | None:
    """Sends a request whose answer is lost; returns the certificate in it, None if it has none.

    Raises any error but the loss, so that a refusal is not taken for one.
    """
    line = session.environment.line
    line.lose_next_answer()
    try:
        request()
    except CertclientError as error:
        if error.code is not ErrorCode.NETWORK_TIMEOUT or line.lost is None:
            raise
    found = certificates_in(line.lost or b"")
    return Certificate.read(found[0]) if found else None
