"""Stable error codes and the one exception that carries them. Texts for users are in i18n/."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Kind(enum.Enum):
    """What the caller can do about an error; decides the exit code and the button."""

    NOTHING_TO_DO = "nothing-to-do"
    WAITING = "waiting"
    USER_ACTION = "user-action"
    RETRY_LATER = "retry-later"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    BUG = "bug"


class Actor(enum.Enum):
    """Who has to act so that the customer gets on."""

    CUSTOMER = "customer"
    SYSTEM_ADMINISTRATOR = "system-administrator"
    BANK = "bank"
    NOBODY = "nobody"
    DEVELOPER = "developer"


class _Trait(NamedTuple):
    code: str
    kind: Kind
    actor: Actor


class ErrorCode(enum.Enum):
    """Every error certclient knows. A code is public and never reused for another meaning."""

    # Configuration
    PROFILE_INVALID = _Trait("CC-PROFILE-INVALID", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    PROFILE_EXPOSED = _Trait("CC-PROFILE-EXPOSED", Kind.REFUSED, Actor.SYSTEM_ADMINISTRATOR)
    PROFILE_NOT_FOUND = _Trait("CC-PROFILE-NOT-FOUND", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    POLICY_INVALID = _Trait("CC-POLICY-INVALID", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    POLICY_FORBIDS = _Trait("CC-POLICY-FORBIDS", Kind.REFUSED, Actor.SYSTEM_ADMINISTRATOR)
    UNATTENDED_OFF = _Trait("CC-UNATTENDED-OFF", Kind.REFUSED, Actor.SYSTEM_ADMINISTRATOR)
    USAGE = _Trait("CC-USAGE", Kind.USER_ACTION, Actor.CUSTOMER)
    DATA_FOLDER = _Trait("CC-DATA-FOLDER", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    DATA_REMAINS = _Trait("CC-DATA-REMAINS", Kind.RETRY_LATER, Actor.CUSTOMER)
    WINDOWS_LIBRARY = _Trait("CC-WINDOWS-LIBRARY", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    PROGRAM_CHANGED = _Trait("CC-PROGRAM-CHANGED", Kind.REFUSED, Actor.SYSTEM_ADMINISTRATOR)
    INTERNAL = _Trait("CC-INTERNAL", Kind.BUG, Actor.DEVELOPER)

    # What may be done with a certificate today
    CERTIFICATE_NOT_FOUND = _Trait("CC-CERT-NOT-FOUND", Kind.USER_ACTION, Actor.CUSTOMER)
    CERTIFICATE_AMBIGUOUS = _Trait("CC-CERT-AMBIGUOUS", Kind.USER_ACTION, Actor.CUSTOMER)
    NOT_YET_RENEWABLE = _Trait("CC-CERT-NOT-YET", Kind.NOTHING_TO_DO, Actor.NOBODY)
    NOTHING_RENEWABLE = _Trait("CC-CERT-NOTHING-DUE", Kind.NOTHING_TO_DO, Actor.NOBODY)
    EXPIRED_OBTAIN_ANEW = _Trait("CC-CERT-EXPIRED", Kind.USER_ACTION, Actor.CUSTOMER)
    TOO_LATE = _Trait("CC-CERT-TOO-LATE", Kind.REFUSED, Actor.BANK)
    CERTIFICATE_UNREADABLE = _Trait("CC-CERT-UNREADABLE", Kind.REFUSED, Actor.BANK)
    CERTIFICATE_IN_USE = _Trait("CC-CERT-IN-USE", Kind.USER_ACTION, Actor.CUSTOMER)
    CERTIFICATE_NOT_ACCEPTED = _Trait("CC-CERT-NOT-ACCEPTED", Kind.REFUSED, Actor.BANK)
    LAST_VALID_CERTIFICATE = _Trait("CC-CERT-LAST-VALID", Kind.REFUSED, Actor.CUSTOMER)

    # Stores: token, NSS, Windows
    STORE_MIDDLEWARE_MISSING = _Trait("CC-STORE-MIDDLEWARE", Kind.USER_ACTION, Actor.CUSTOMER)
    STORE_WRONG_MODULE = _Trait("CC-STORE-MODULE", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    STORE_MODULE_ARCHITECTURE = _Trait(
        "CC-STORE-MODULE-BITS", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    STORE_MODULE_NOT_ALLOWED = _Trait(
        "CC-STORE-MODULE-PATH", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    STORE_UNAVAILABLE = _Trait("CC-STORE-UNAVAILABLE", Kind.USER_ACTION, Actor.CUSTOMER)
    SMART_CARD_SERVICE = _Trait(
        "CC-SMART-CARD-SERVICE", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    STORE_AMBIGUOUS = _Trait("CC-STORE-AMBIGUOUS", Kind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_MISSING = _Trait("CC-TOKEN-MISSING", Kind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_REMOVED = _Trait("CC-TOKEN-REMOVED", Kind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_FULL = _Trait("CC-TOKEN-FULL", Kind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_WRITE_PROTECTED = _Trait("CC-TOKEN-READONLY", Kind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_NOT_INITIALISED = _Trait("CC-TOKEN-NOT-INITIALISED", Kind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_FAILED = _Trait("CC-TOKEN-FAILED", Kind.RETRY_LATER, Actor.CUSTOMER)
    PIN_REQUIRED = _Trait("CC-PIN-REQUIRED", Kind.USER_ACTION, Actor.CUSTOMER)
    PIN_INCORRECT = _Trait("CC-PIN-INCORRECT", Kind.USER_ACTION, Actor.CUSTOMER)
    PASSWORD_REQUIRED = _Trait("CC-PASSWORD-REQUIRED", Kind.USER_ACTION, Actor.CUSTOMER)
    PASSWORD_INCORRECT = _Trait("CC-PASSWORD-INCORRECT", Kind.USER_ACTION, Actor.CUSTOMER)
    PIN_LOCKED = _Trait("CC-PIN-LOCKED", Kind.USER_ACTION, Actor.BANK)
    KEY_NOT_FOUND = _Trait("CC-KEY-NOT-FOUND", Kind.REFUSED, Actor.BANK)
    LEFTOVER_NOT_FOUND = _Trait("CC-LEFTOVER-NOT-FOUND", Kind.USER_ACTION, Actor.CUSTOMER)
    KEY_UNSUPPORTED = _Trait("CC-KEY-UNSUPPORTED", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    KEY_PROTECTED = _Trait("CC-KEY-PROTECTED", Kind.USER_ACTION, Actor.CUSTOMER)
    KEY_NOT_IN_TPM = _Trait("CC-KEY-NOT-IN-TPM", Kind.NOTHING_TO_DO, Actor.NOBODY)
    KEY_NAME_TAKEN = _Trait("CC-KEY-NAME-TAKEN", Kind.RETRY_LATER, Actor.CUSTOMER)
    KEY_OF_ANOTHER = _Trait("CC-KEY-OF-ANOTHER", Kind.REFUSED, Actor.BANK)
    KEY_DEAD = _Trait("CC-KEY-DEAD", Kind.REFUSED, Actor.BANK)
    KEY_SELF_TEST_FAILED = _Trait("CC-KEY-SELF-TEST", Kind.REFUSED, Actor.BANK)

    # Network
    NETWORK_UNREACHABLE = _Trait("CC-NET-UNREACHABLE", Kind.RETRY_LATER, Actor.CUSTOMER)
    NETWORK_TIMEOUT = _Trait("CC-NET-TIMEOUT", Kind.RETRY_LATER, Actor.CUSTOMER)
    TLS_UNTRUSTED = _Trait("CC-NET-TLS", Kind.REFUSED, Actor.SYSTEM_ADMINISTRATOR)
    TLS_OPENED = _Trait("CC-NET-TLS-OPENED", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    PROXY_UNREACHABLE = _Trait("CC-NET-PROXY", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    PROXY_AUTHENTICATION = _Trait("CC-NET-PROXY-AUTH", Kind.USER_ACTION, Actor.CUSTOMER)
    PROXY_SCRIPT = _Trait("CC-NET-PROXY-SCRIPT", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    SERVER_ERROR = _Trait("CC-NET-SERVER", Kind.RETRY_LATER, Actor.BANK)
    SERVER_BUSY = _Trait("CC-NET-BUSY", Kind.RETRY_LATER, Actor.NOBODY)
    CLOCK_WRONG = _Trait("CC-CLOCK", Kind.USER_ACTION, Actor.CUSTOMER)

    UPDATE_INVALID = _Trait("CC-UPDATE-INVALID", Kind.REFUSED, Actor.BANK)

    # The login test
    LOGIN_REFUSED = _Trait("CC-LOGIN-REFUSED", Kind.REFUSED, Actor.BANK)
    LOGIN_FAILED = _Trait("CC-LOGIN-FAILED", Kind.RETRY_LATER, Actor.CUSTOMER)

    REMOTE_SESSION = _Trait("CC-REMOTE-DESKTOP", Kind.USER_ACTION, Actor.CUSTOMER)

    # The CA's answers
    CA_WAITING = _Trait("CC-CA-WAITING", Kind.WAITING, Actor.BANK)
    CA_REFUSED = _Trait("CC-CA-REFUSED", Kind.REFUSED, Actor.BANK)
    CA_MALFORMED = _Trait("CC-CA-MALFORMED", Kind.REFUSED, Actor.BANK)
    CA_PROTECTION_INVALID = _Trait("CC-CA-PROTECTION", Kind.REFUSED, Actor.BANK)
    CA_TRANSACTION_MISMATCH = _Trait("CC-CA-TRANSACTION", Kind.REFUSED, Actor.BANK)
    CA_CONFIRM_FAILED = _Trait("CC-CA-CONFIRM", Kind.RETRY_LATER, Actor.BANK)
    ISSUE_CODE_WRONG = _Trait("CC-CODE-WRONG", Kind.USER_ACTION, Actor.CUSTOMER)
    ISSUE_CODE_REQUIRED = _Trait("CC-CODE-REQUIRED", Kind.USER_ACTION, Actor.CUSTOMER)
    BANK_SECRETS_REQUIRED = _Trait("CC-BANK-PIN-REQUIRED", Kind.USER_ACTION, Actor.CUSTOMER)

    # The certificate that came back
    ISSUED_KEY_MISMATCH = _Trait("CC-ISSUED-KEY", Kind.REFUSED, Actor.BANK)
    ISSUED_SUBJECT_MISMATCH = _Trait("CC-ISSUED-SUBJECT", Kind.REFUSED, Actor.BANK)
    ISSUED_UNTRUSTED = _Trait("CC-ISSUED-ISSUER", Kind.REFUSED, Actor.BANK)
    ISSUED_EXPIRED = _Trait("CC-ISSUED-EXPIRED", Kind.REFUSED, Actor.BANK)
    ISSUED_NO_CLIENT_AUTH = _Trait("CC-ISSUED-USAGE", Kind.REFUSED, Actor.BANK)

    # The procedure
    CONSENT_REQUIRED = _Trait("CC-CONSENT-REQUIRED", Kind.USER_ACTION, Actor.CUSTOMER)
    CONSENT_REFUSED = _Trait("CC-CANCELLED", Kind.CANCELLED, Actor.CUSTOMER)
    PROCEDURE_RUNNING = _Trait("CC-PROCEDURE-RUNNING", Kind.RETRY_LATER, Actor.NOBODY)
    PROCEDURE_UNFINISHED = _Trait("CC-PROCEDURE-UNFINISHED", Kind.USER_ACTION, Actor.CUSTOMER)
    PROCEDURE_NOT_FOUND = _Trait("CC-PROCEDURE-NOT-FOUND", Kind.USER_ACTION, Actor.CUSTOMER)
    NOTHING_PENDING = _Trait("CC-PROCEDURE-NONE", Kind.NOTHING_TO_DO, Actor.NOBODY)
    JOURNAL_DAMAGED = _Trait("CC-JOURNAL", Kind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    JOURNAL_NEWER = _Trait("CC-JOURNAL-NEWER", Kind.USER_ACTION, Actor.CUSTOMER)

    @property
    def code(self) -> str:
        """The public code, `CC-…`, as shown to users and written to logs."""
        return self.value.code

    @property
    def kind(self) -> Kind:
        return self.value.kind

    @property
    def actor(self) -> Actor:
        return self.value.actor

    @property
    def retriable(self) -> bool:
        """Whether the same thing may work later without anybody changing anything."""
        return self.kind in (Kind.RETRY_LATER, Kind.WAITING)


class CertclientError(Exception):
    """An error that a user may see: a stable code and data for its sentence.

    `data` holds short texts for the sentence (a file, the CA's own words, a token's label);
    never a PIN, a code or a key. The technical cause is the exception's `__cause__`.
    """

    def __init__(self, code: ErrorCode, **data: str) -> None:
        super().__init__(code.code, dict(data))
        self.code = code
        self.data: Mapping[str, str] = MappingProxyType(data)

    def __str__(self) -> str:
        details = " ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{self.code.code} {details}".rstrip()
