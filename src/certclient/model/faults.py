"""What can be wrong in a profile or a policy. The sentences are in i18n, under `[reason]`."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable


class Reason(enum.Enum):
    """Why a value or a file is refused; the value is `data.reason` of the error, and stable."""

    # The file
    FILE_TOO_LARGE = "file-too-large"
    FILE_NOT_UTF8 = "file-not-utf-8"
    FILE_UNREADABLE = "file-unreadable"
    FILE_KIND = "file-kind"
    FILE_NAME = "file-name"
    FILE_EXPOSED = "file-exposed"

    # TOML
    SYNTAX = "syntax"
    SYNTAX_TWICE = "syntax-twice"
    SYNTAX_EQUALS = "syntax-equals"
    SYNTAX_VALUE = "syntax-value"
    SYNTAX_STRING = "syntax-string"
    SYNTAX_ESCAPE = "syntax-escape"
    SYNTAX_BRACKET = "syntax-bracket"
    SYNTAX_CHARACTER = "syntax-character"
    SYNTAX_REST = "syntax-rest"
    TOO_DEEP = "too-deep"

    # Any value
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    WRONG_TYPE = "wrong-type"
    OUT_OF_RANGE = "out-of-range"
    NOT_ALLOWED = "not-allowed"
    EMPTY = "empty"
    TOO_LONG = "too-long"
    TOO_MANY = "too-many"
    TWICE = "twice"

    # Values of a kind
    ID_FORM = "id-form"
    PATTERN_SYNTAX = "pattern-syntax"
    PATTERN_USER_ID = "pattern-user-id"
    PATTERN_GROUP = "pattern-group"
    PATTERN_SUFFIX = "pattern-suffix"
    SUFFIX_NEVER = "suffix-never"
    REMINDER_EARLY = "reminder-early"
    RSA_ONLY = "rsa-only"
    UNTIL_FORM = "until-form"
    COLOUR_FORM = "colour-form"
    LOGO_FORM = "logo-form"
    LOGO_SIZE = "logo-size"
    CODE_ALPHABET = "code-alphabet"
    CODE_CASE = "code-case"
    NO_REVOCATION = "no-revocation"
    PROTOCOL_KEY = "protocol-key"
    PROTOCOL_TLS = "protocol-tls"
    PROTOCOL_OPTIONS = "protocol-options"
    ADDRESS_FORM = "address-form"
    ADDRESS_SCHEME = "address-scheme"
    ADDRESS_USER = "address-user"
    PATH_RELATIVE = "path-relative"
    PATH_REMOTE = "path-remote"
    PATH_PARENT = "path-parent"
    PEM_MISSING = "pem-missing"
    PEM_OTHER = "pem-other"
    PEM_DAMAGED = "pem-damaged"
    PEM_TWICE = "pem-twice"
    ANCHOR_NOT_CA = "anchor-not-ca"
    SIGNER_KIND = "signer-kind"
    SIGNER_SHORT = "signer-short"

    # The administrator's policy
    SWITCH = "switch"
    PROXY_FORM = "proxy-form"
    PROXY_USER = "proxy-user"
    REGISTRY_TYPE = "registry-type"
    REGISTRY_KEY = "registry-key"
    NO_DESTINATION = "no-destination"

    OTHER = "other"
    """In the words of `detail`."""


class FaultError(ValueError):
    """Why a value cannot be used. `data`: short strings for the sentence, never a secret."""

    def __init__(self, reason: Reason, **data: str) -> None:
        details = ", ".join(f"{name} {value}" for name, value in data.items())
        super().__init__(f"{reason.value}: {details}" if details else reason.value)
        self.reason = reason
        self.data = data


def fault_of(error: ValueError) -> FaultError:
    """The error itself, or another ValueError's text as `detail`."""
    return error if isinstance(error, FaultError) else FaultError(Reason.OTHER, detail=str(error))


def unknown_key(what: str, known: Iterable[str]) -> FaultError:
    """UNKNOWN_KEY, with the most similar key, or else all that are known."""
    names = list(known)
    return FaultError(Reason.UNKNOWN_KEY, what=what[:80], **_hint(what, names, "keys"))


def not_allowed(found: object, allowed: Iterable[object]) -> FaultError:
    """NOT_ALLOWED, with the values that are allowed, and the most similar one."""
    names = [str(value) for value in allowed]
    hint = {"allowed": ", ".join(names), **_hint(str(found), names, "allowed")}
    return FaultError(Reason.NOT_ALLOWED, found=str(found)[:80], **hint)


def _hint(found: str, names: list[str], otherwise: str) -> dict[str, str]:
    lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(found.lower(), lower, n=1)
    return {"suggestion": lower[close[0]]} if close else {otherwise: ", ".join(names)}
