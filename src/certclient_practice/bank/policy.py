"""The bank's rules as pure functions: who may renew or obtain, with which key, for how long."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.model.japan_time import TOKYO
from certclient.model.keys import MAX_RSA_BITS, MIN_RSA_BITS
from certclient.model.lifecycle import RenewalPolicy, Stage, lifecycle
from certclient.model.public_keys import Curve, ec_curve
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.repositories.issue_codes import CodeStyle

RSA_EXPONENT = 65537


class HttpScheme(enum.Enum):
    """How EST authenticates by user ID and issue code (RFC 7616, RFC 7617)."""

    DIGEST_SHA256 = "SHA-256"
    DIGEST_MD5 = "MD5"
    BASIC = "Basic"


@dataclass(frozen=True, slots=True)
class BankPolicy:
    """The parameters of one practice bank; the defaults follow the seeds (S0, S1, S3).

    `codes`: what issue codes look like. `renewal` and `validity_days` count calendar days in
    Asia/Tokyo. `wait_polls` is the number of polls before a certificate is ready, `check_after` the
    seconds between two of them. An unconfirmed certificate is revoked after `confirm_within`.
    `time_tolerance` is the largest
    accepted deviation of a message's time. `code_attempts` is the number of wrong attempts that
    lock an issue code, and also the limit for ご契約先暗証番号 and the one-time password.
    `ticket_valid` applies to deep link tickets, `web_code_valid` to codes from the 電子証明書取得
    page. `mail_days` are the days before expiry on which an e-mail goes out (S0, S1, S3; S4 has
    40). EST offers `http_schemes`, the preferred first, and `csr_attributes` (DER of CsrAttrs, RFC
    7030, 4.5.2; b"" for none).

    Raises ValueError for numbers out of range.
    """

    renewal: RenewalPolicy = field(default_factory=RenewalPolicy)
    codes: CodeStyle = CodeStyle.PLAIN
    validity_days: int = 365
    confirm_within: timedelta = timedelta(hours=1)
    allow_implicit_confirm: bool = False
    wait_polls: int = 0
    check_after: int = 5
    code_attempts: int = 5
    code_valid: timedelta = timedelta(days=30)
    web_code_valid: timedelta = timedelta(minutes=30)
    ticket_valid: timedelta = timedelta(minutes=10)
    mail_days: tuple[int, ...] = (30, 10)
    min_rsa_bits: int = MIN_RSA_BITS
    max_rsa_bits: int = MAX_RSA_BITS
    curves: frozenset[Curve] = frozenset(Curve)
    time_tolerance: timedelta = timedelta(minutes=10)
    min_nonce_bytes: int = 16
    http_schemes: tuple[HttpScheme, ...] = tuple(HttpScheme)
    csr_attributes: bytes = b""

    def __post_init__(self) -> None:
        if self.validity_days < 1 or self.wait_polls < 0 or self.check_after < 0:
            raise ValueError("days must be at least 1, polls and seconds not negative")
        if self.code_attempts < 1 or self.min_rsa_bits < MIN_RSA_BITS:
            raise ValueError(f"attempts must be at least 1, RSA keys at least {MIN_RSA_BITS} bits")


def expiry(now: datetime, days: int) -> datetime:
    """Returns the last second (aware) of the calendar day in Asia/Tokyo `days` after today."""
    day = now.astimezone(TOKYO).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59, 59), TOKYO)


def check_renewal(not_after: datetime, now: datetime, policy: BankPolicy) -> None:
    """Raises RefusedError unless a certificate ending at `not_after` is renewable at `now`."""
    where = lifecycle(not_after, now, policy.renewal)
    if where.stage is Stage.NOT_YET:
        raise RefusedError.not_yet_renewable(where.renew_from)
    if where.closed:
        raise RefusedError.renewal_closed(where.deadline)
    if where.stage is not Stage.RENEWABLE:
        raise RefusedError.expired()


def check_obtaining(
    last_not_after: datetime | None, now: datetime, policy: BankPolicy, *, reissue: bool
) -> None:
    """Raises RefusedError unless an issue code may obtain a certificate at `now`.

    `last_not_after` is the end of the last confirmed certificate, None for a first issue. A code
    from the branch (`reissue`) also works once `obtain_days_after` has passed (seed S3).
    """
    if last_not_after is None or reissue:
        return
    if lifecycle(last_not_after, now, policy.renewal).stage is Stage.TOO_LATE:
        raise RefusedError.too_late()


def check_key(spki: bytes, policy: BankPolicy) -> None:
    """Raises RefusedError unless `spki` (DER) is an RSA key of allowed size with exponent 65537, or
    an EC key on an allowed curve that is named by its OID."""
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RefusedError.bad_key() from error
    if ec_curve(spki) in policy.curves:
        return
    if not isinstance(key, rsa.RSAPublicKey):
        raise RefusedError.bad_key()
    fits = policy.min_rsa_bits <= key.key_size <= policy.max_rsa_bits
    if not fits or key.public_numbers().e != RSA_EXPONENT:
        raise RefusedError.bad_key()
