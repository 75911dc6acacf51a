"""Stable error codes and the one exception that carries them. The texts for users are in i18n/."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class ErrorKind(enum.Enum):
    """What the caller can do about an error; determines the exit code and the button."""

    NOTHING_TO_DO = "nothing-to-do"
    WAITING = "waiting"
    USER_ACTION = "user-action"
    RETRY_LATER = "retry-later"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    OUTPUT_LOST = "output-lost"
    BUG = "bug"


class Actor(enum.Enum):
    """The party that has to act before the customer can continue."""

    CUSTOMER = "customer"
    SYSTEM_ADMINISTRATOR = "system-administrator"
    BANK = "bank"
    NOBODY = "nobody"
    DEVELOPER = "developer"


class _Trait(NamedTuple):
    code: str
    kind: ErrorKind
    actor: Actor


class ErrorCode(enum.Enum):
    """Every error of certclient. A code is public and never reused with another meaning."""

    # Configuration
    PROFILE_INVALID = _Trait(
        "CC-PROFILE-INVALID", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    PROFILE_ANCHOR = _Trait("CC-PROFILE-ANCHOR", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    PROFILE_ANCHOR_EXPIRED = _Trait(
        "CC-PROFILE-ANCHOR-EXPIRED", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    PROFILE_ANCHOR_NOT_YET = _Trait(
        "CC-PROFILE-ANCHOR-NOT-YET", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    PROFILE_ANCHOR_ENDS = _Trait(
        "CC-PROFILE-ANCHOR-ENDS", ErrorKind.NOTHING_TO_DO, Actor.SYSTEM_ADMINISTRATOR
    )
    PROFILE_EXPOSED = _Trait("CC-PROFILE-EXPOSED", ErrorKind.REFUSED, Actor.SYSTEM_ADMINISTRATOR)
    PROFILE_NOT_FOUND = _Trait(
        "CC-PROFILE-NOT-FOUND", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    NO_BANK = _Trait("CC-NO-BANK", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    BANK_REQUIRED = _Trait("CC-BANK-REQUIRED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    POLICY_INVALID = _Trait("CC-POLICY-INVALID", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    POLICY_FORBIDS = _Trait("CC-POLICY-FORBIDS", ErrorKind.REFUSED, Actor.SYSTEM_ADMINISTRATOR)
    UNATTENDED_OFF = _Trait("CC-UNATTENDED-OFF", ErrorKind.REFUSED, Actor.SYSTEM_ADMINISTRATOR)
    USAGE = _Trait("CC-USAGE", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    PRACTICE_BANK = _Trait("CC-PRACTICE", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    PRACTICE_PORT = _Trait("CC-PRACTICE-PORT", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    OUTPUT_LOST = _Trait("CC-OUTPUT", ErrorKind.OUTPUT_LOST, Actor.CUSTOMER)
    DATA_FOLDER = _Trait("CC-DATA-FOLDER", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    FILE_NOT_WRITTEN = _Trait("CC-FILE", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    DISK_SPACE = _Trait("CC-DISK-SPACE", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    CHECK_TIMEOUT = _Trait("CC-CHECK-TIMEOUT", ErrorKind.RETRY_LATER, Actor.CUSTOMER)
    DATA_REMAINS = _Trait("CC-DATA-REMAINS", ErrorKind.RETRY_LATER, Actor.CUSTOMER)
    WINDOWS_LIBRARY = _Trait(
        "CC-WINDOWS-LIBRARY", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    PROGRAM_CHANGED = _Trait("CC-PROGRAM-CHANGED", ErrorKind.REFUSED, Actor.SYSTEM_ADMINISTRATOR)
    INTERNAL = _Trait("CC-INTERNAL", ErrorKind.BUG, Actor.DEVELOPER)

    # Choosing a certificate
    CERTIFICATE_NOT_FOUND = _Trait("CC-CERT-NOT-FOUND", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    USER_ID_IMPOSSIBLE = _Trait("CC-USER-ID", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    CERTIFICATE_AMBIGUOUS = _Trait("CC-CERT-AMBIGUOUS", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    NOT_YET_RENEWABLE = _Trait("CC-CERT-NOT-YET", ErrorKind.NOTHING_TO_DO, Actor.NOBODY)
    NOTHING_RENEWABLE = _Trait("CC-CERT-NOTHING-DUE", ErrorKind.NOTHING_TO_DO, Actor.NOBODY)
    EXPIRED_OBTAIN_ANEW = _Trait("CC-CERT-EXPIRED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    RENEWAL_GAINS_NOTHING = _Trait("CC-CERT-NO-GAIN", ErrorKind.REFUSED, Actor.BANK)
    RENEWAL_CLOSED = _Trait("CC-CERT-CLOSED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    TOO_LATE = _Trait("CC-CERT-TOO-LATE", ErrorKind.REFUSED, Actor.BANK)
    CERTIFICATE_UNREADABLE = _Trait("CC-CERT-UNREADABLE", ErrorKind.REFUSED, Actor.BANK)
    CERTIFICATE_DAMAGED = _Trait("CC-CERT-DAMAGED", ErrorKind.REFUSED, Actor.BANK)
    CERTIFICATE_OF_CA = _Trait("CC-CERT-CA", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    CERTIFICATE_OTHER_ISSUER = _Trait("CC-CERT-OTHER-ISSUER", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    CERTIFICATE_KEY_KIND = _Trait("CC-CERT-KEY-KIND", ErrorKind.REFUSED, Actor.BANK)
    CERTIFICATE_IN_USE = _Trait("CC-CERT-IN-USE", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    CERTIFICATE_NOT_ACCEPTED = _Trait("CC-CERT-NOT-ACCEPTED", ErrorKind.REFUSED, Actor.BANK)
    CERTIFICATE_REVOKED = _Trait("CC-CERT-REVOKED", ErrorKind.REFUSED, Actor.BANK)
    REVOKE_AT_BANK = _Trait("CC-REVOKE-AT-BANK", ErrorKind.USER_ACTION, Actor.BANK)
    REVOCATION_NEEDLESS = _Trait("CC-REVOKE-NEEDLESS", ErrorKind.NOTHING_TO_DO, Actor.NOBODY)
    OLD_NOT_ARCHIVED = _Trait("CC-CERT-OLD-STAYS", ErrorKind.NOTHING_TO_DO, Actor.CUSTOMER)
    MOVE_NOT_BEGUN = _Trait("CC-MOVE-NOT-BEGUN", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    MOVE_NUMBER = _Trait("CC-MOVE-NUMBER", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    MOVE_OVER = _Trait("CC-MOVE-OVER", ErrorKind.REFUSED, Actor.BANK)
    MOVE_TOKEN = _Trait("CC-MOVE-TOKEN", ErrorKind.NOTHING_TO_DO, Actor.NOBODY)
    LAST_VALID_CERTIFICATE = _Trait("CC-CERT-LAST-VALID", ErrorKind.REFUSED, Actor.CUSTOMER)

    # Stores: token, NSS, Windows
    STORE_MIDDLEWARE_MISSING = _Trait("CC-STORE-MIDDLEWARE", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    STORE_WRONG_MODULE = _Trait(
        "CC-STORE-MODULE", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    STORE_MODULE_START = _Trait(
        "CC-STORE-MODULE-START", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    STORE_MODULE_ARCHITECTURE = _Trait(
        "CC-STORE-MODULE-BITS", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    STORE_MODULE_NOT_ALLOWED = _Trait(
        "CC-STORE-MODULE-PATH", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    STORE_UNAVAILABLE = _Trait("CC-STORE-UNAVAILABLE", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    SMART_CARD_SERVICE = _Trait(
        "CC-SMART-CARD-SERVICE", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    STORE_AMBIGUOUS = _Trait("CC-STORE-AMBIGUOUS", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_MISSING = _Trait("CC-TOKEN-MISSING", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_REMOVED = _Trait("CC-TOKEN-REMOVED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_FULL = _Trait("CC-TOKEN-FULL", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_WRITE_PROTECTED = _Trait("CC-TOKEN-READONLY", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    TOKEN_NOT_INITIALISED = _Trait(
        "CC-TOKEN-NOT-INITIALISED", ErrorKind.USER_ACTION, Actor.CUSTOMER
    )
    TOKEN_FAILED = _Trait("CC-TOKEN-FAILED", ErrorKind.RETRY_LATER, Actor.CUSTOMER)
    TOKEN_MODULE_DIED = _Trait("CC-TOKEN-MODULE-DIED", ErrorKind.RETRY_LATER, Actor.CUSTOMER)
    TOKEN_MODULE_HANGS = _Trait("CC-TOKEN-MODULE-HANGS", ErrorKind.RETRY_LATER, Actor.CUSTOMER)
    PIN_REQUIRED = _Trait("CC-PIN-REQUIRED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    PIN_INCORRECT = _Trait("CC-PIN-INCORRECT", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    PASSWORD_REQUIRED = _Trait("CC-PASSWORD-REQUIRED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    PASSWORD_INCORRECT = _Trait("CC-PASSWORD-INCORRECT", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    PIN_EXPIRED = _Trait("CC-PIN-EXPIRED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    PIN_NEW_REFUSED = _Trait("CC-PIN-NEW-REFUSED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    PIN_LOCKED = _Trait("CC-PIN-LOCKED", ErrorKind.USER_ACTION, Actor.BANK)
    KEY_NOT_FOUND = _Trait("CC-KEY-NOT-FOUND", ErrorKind.REFUSED, Actor.BANK)
    LEFTOVER_NOT_FOUND = _Trait("CC-LEFTOVER-NOT-FOUND", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    KEY_UNSUPPORTED = _Trait(
        "CC-KEY-UNSUPPORTED", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    KEY_PROTECTED = _Trait("CC-KEY-PROTECTED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    KEY_NOT_IN_TPM = _Trait("CC-KEY-NOT-IN-TPM", ErrorKind.NOTHING_TO_DO, Actor.NOBODY)
    KEY_NAME_TAKEN = _Trait("CC-KEY-NAME-TAKEN", ErrorKind.RETRY_LATER, Actor.CUSTOMER)
    KEY_OF_ANOTHER = _Trait("CC-KEY-OF-ANOTHER", ErrorKind.REFUSED, Actor.BANK)
    KEY_DEAD = _Trait("CC-KEY-DEAD", ErrorKind.REFUSED, Actor.BANK)
    KEY_SELF_TEST_FAILED = _Trait("CC-KEY-SELF-TEST", ErrorKind.REFUSED, Actor.BANK)

    # Network
    NETWORK_UNREACHABLE = _Trait("CC-NET-UNREACHABLE", ErrorKind.RETRY_LATER, Actor.CUSTOMER)
    NETWORK_TIMEOUT = _Trait("CC-NET-TIMEOUT", ErrorKind.RETRY_LATER, Actor.CUSTOMER)
    NETWORK_STOPPED = _Trait("CC-NET-STOPPED", ErrorKind.CANCELLED, Actor.CUSTOMER)
    TLS_UNTRUSTED = _Trait("CC-NET-TLS", ErrorKind.REFUSED, Actor.SYSTEM_ADMINISTRATOR)
    TLS_OPENED = _Trait("CC-NET-TLS-OPENED", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    PROXY_UNREACHABLE = _Trait("CC-NET-PROXY", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    PROXY_AUTHENTICATION = _Trait("CC-NET-PROXY-AUTH", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    PROXY_SCHEME = _Trait("CC-NET-PROXY-SCHEME", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    PROXY_SETTING = _Trait(
        "CC-NET-PROXY-SETTING", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    PROXY_SCRIPT = _Trait("CC-NET-PROXY-SCRIPT", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    SERVER_ERROR = _Trait("CC-NET-SERVER", ErrorKind.RETRY_LATER, Actor.BANK)
    SERVER_ADDRESS = _Trait("CC-NET-ADDRESS", ErrorKind.REFUSED, Actor.BANK)
    FOREIGN_ANSWER = _Trait("CC-NET-FOREIGN", ErrorKind.RETRY_LATER, Actor.CUSTOMER)
    SERVER_BUSY = _Trait("CC-NET-BUSY", ErrorKind.RETRY_LATER, Actor.NOBODY)
    PROBE_UNANSWERED = _Trait("CC-NET-PROBE", ErrorKind.NOTHING_TO_DO, Actor.NOBODY)
    CLIENT_CERTIFICATE_REFUSED = _Trait("CC-TLS-CLIENT-REFUSED", ErrorKind.REFUSED, Actor.BANK)
    TLS_LIBRARY_MISSING = _Trait(
        "CC-TLS-LIBRARY", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR
    )
    CLOCK_WRONG = _Trait("CC-CLOCK", ErrorKind.USER_ACTION, Actor.CUSTOMER)

    UPDATE_INVALID = _Trait("CC-UPDATE-INVALID", ErrorKind.REFUSED, Actor.BANK)

    # The login test
    LOGIN_REFUSED = _Trait("CC-LOGIN-REFUSED", ErrorKind.REFUSED, Actor.BANK)
    LOGIN_FAILED = _Trait("CC-LOGIN-FAILED", ErrorKind.RETRY_LATER, Actor.CUSTOMER)

    CREDENTIAL_STORE_SILENT = _Trait("CC-CREDENTIAL-STORE", ErrorKind.RETRY_LATER, Actor.CUSTOMER)

    REMOTE_SESSION = _Trait("CC-REMOTE-DESKTOP", ErrorKind.USER_ACTION, Actor.CUSTOMER)

    # The CA's responses
    CA_WAITING = _Trait("CC-CA-WAITING", ErrorKind.WAITING, Actor.BANK)
    CA_REFUSED = _Trait("CC-CA-REFUSED", ErrorKind.REFUSED, Actor.BANK)
    CA_REQUIREMENT = _Trait("CC-CA-REQUIREMENT", ErrorKind.REFUSED, Actor.BANK)
    CA_MALFORMED = _Trait("CC-CA-MALFORMED", ErrorKind.REFUSED, Actor.BANK)
    CA_PROTECTION_INVALID = _Trait("CC-CA-PROTECTION", ErrorKind.REFUSED, Actor.BANK)
    CA_TRANSACTION_MISMATCH = _Trait("CC-CA-TRANSACTION", ErrorKind.REFUSED, Actor.BANK)
    CA_CONFIRM_FAILED = _Trait("CC-CA-CONFIRM", ErrorKind.RETRY_LATER, Actor.BANK)
    CA_NOT_INFORMED = _Trait("CC-CA-NOT-INFORMED", ErrorKind.NOTHING_TO_DO, Actor.BANK)
    CA_NOT_OFFERED = _Trait("CC-CA-NOT-OFFERED", ErrorKind.REFUSED, Actor.BANK)
    CA_PLUGIN = _Trait("CC-CA-PLUGIN", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    CA_PLUGIN_FAILED = _Trait("CC-CA-PLUGIN-FAILED", ErrorKind.REFUSED, Actor.BANK)
    ISSUE_CODE_WRONG = _Trait("CC-CODE-WRONG", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    ISSUE_CODE_FORMAT = _Trait("CC-CODE-FORMAT", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    ISSUE_CODE_REQUIRED = _Trait("CC-CODE-REQUIRED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    BANK_SECRETS_REQUIRED = _Trait("CC-BANK-PIN-REQUIRED", ErrorKind.USER_ACTION, Actor.CUSTOMER)

    # The issued certificate
    ISSUED_KEY_MISMATCH = _Trait("CC-ISSUED-KEY", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_WEAK_KEY = _Trait("CC-ISSUED-WEAK-KEY", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_SUBJECT_MISMATCH = _Trait("CC-ISSUED-SUBJECT", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_TWO_NAMES = _Trait("CC-ISSUED-TWO-NAMES", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_SUBJECT_CHANGED = _Trait("CC-ISSUED-SUBJECT-CHANGED", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_UNTRUSTED = _Trait("CC-ISSUED-ISSUER", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_OTHER_CA = _Trait("CC-ISSUED-OTHER-CA", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_WEAK_SIGNATURE = _Trait("CC-ISSUED-WEAK-SIGNATURE", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_EXPIRED = _Trait("CC-ISSUED-EXPIRED", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_TOO_LONG = _Trait("CC-ISSUED-TOO-LONG", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_NOT_LATER = _Trait("CC-ISSUED-NOT-LATER", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_NO_CLIENT_AUTH = _Trait("CC-ISSUED-USAGE", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_KEY_USAGE = _Trait("CC-ISSUED-KEY-USAGE", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_EXTRA_USAGE = _Trait("CC-ISSUED-EXTRA-USAGE", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_AUTHORITY = _Trait("CC-ISSUED-AUTHORITY", ErrorKind.REFUSED, Actor.BANK)
    ISSUED_EXTENSION = _Trait("CC-ISSUED-EXTENSION", ErrorKind.REFUSED, Actor.BANK)

    # The procedure
    CONSENT_REQUIRED = _Trait("CC-CONSENT-REQUIRED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    CONSENT_REFUSED = _Trait("CC-CANCELLED", ErrorKind.CANCELLED, Actor.CUSTOMER)
    PROCEDURE_RUNNING = _Trait("CC-PROCEDURE-RUNNING", ErrorKind.RETRY_LATER, Actor.NOBODY)
    PROCEDURE_UNFINISHED = _Trait("CC-PROCEDURE-UNFINISHED", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    PROCEDURE_NOT_FOUND = _Trait("CC-PROCEDURE-NOT-FOUND", ErrorKind.USER_ACTION, Actor.CUSTOMER)
    NOTHING_PENDING = _Trait("CC-PROCEDURE-NONE", ErrorKind.NOTHING_TO_DO, Actor.NOBODY)
    JOURNAL_DAMAGED = _Trait("CC-JOURNAL", ErrorKind.USER_ACTION, Actor.SYSTEM_ADMINISTRATOR)
    JOURNAL_HELD = _Trait("CC-JOURNAL-HELD", ErrorKind.RETRY_LATER, Actor.CUSTOMER)
    JOURNAL_NEWER = _Trait("CC-JOURNAL-NEWER", ErrorKind.USER_ACTION, Actor.CUSTOMER)

    @property
    def code(self) -> str:
        """The public code, `CC-…`, as shown to users and written to logs."""
        return self.value.code

    @property
    def kind(self) -> ErrorKind:
        """What the caller can do about it."""
        return self.value.kind

    @property
    def actor(self) -> Actor:
        """The party that has to act."""
        return self.value.actor

    @property
    def of_network(self) -> bool:
        """Whether it locates a failure between this computer and the server."""
        return self.code.startswith("CC-NET-")

    @property
    def retriable(self) -> bool:
        """Whether a later attempt may succeed without anyone changing anything."""
        return self.kind in (ErrorKind.RETRY_LATER, ErrorKind.WAITING)


class CertclientError(Exception):
    """An error that may be shown to users: a stable code and the data for its text.

    `data` holds short strings for the text (a file, the CA's message, a token's label); never a
    PIN, an issue code or a key. The technical cause is the exception's `__cause__`.
    """

    def __init__(self, code: ErrorCode, /, **data: str) -> None:
        super().__init__(code.code, dict(data))
        self.code = code
        self.data: Mapping[str, str] = MappingProxyType(data)

    def __str__(self) -> str:
        details = " ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{self.code.code} {details}".rstrip()
