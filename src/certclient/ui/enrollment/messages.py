"""The actions that the error page offers for each error code. i18n/ has the texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient import __version__
from certclient.model.errors import CertclientError, ErrorCode, ErrorKind
from certclient.ui.enrollment.navigation import Action, WizardState, possible
from certclient.ui.widgets.tokens import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from certclient.i18n.catalogue import ErrorText

_RETRY = (Action.RETRY, Action.COPY_FOR_SUPPORT)
_SUPPORT = (Action.COPY_FOR_SUPPORT,)
_TOKEN = (Action.RETRY, Action.CHOOSE_PLACE, Action.COPY_FOR_SUPPORT)
_RETRY_OR_OTHER_PLACE = _TOKEN
_NOTHING = (Action.CLOSE,)

ACTIONS: Mapping[ErrorCode, tuple[Action, ...]] = {
    # Configuration
    ErrorCode.PROFILE_INVALID: _SUPPORT,
    ErrorCode.PROFILE_ANCHOR: _SUPPORT,
    ErrorCode.PROFILE_ANCHOR_EXPIRED: _RETRY,
    ErrorCode.PROFILE_ANCHOR_NOT_YET: _RETRY,
    ErrorCode.PROFILE_ANCHOR_ENDS: _SUPPORT,
    ErrorCode.PROFILE_EXPOSED: _SUPPORT,
    ErrorCode.PROFILE_NOT_FOUND: _SUPPORT,
    ErrorCode.NO_BANK: _NOTHING,
    ErrorCode.BANK_REQUIRED: _SUPPORT,
    ErrorCode.POLICY_INVALID: _SUPPORT,
    ErrorCode.POLICY_FORBIDS: _SUPPORT,
    ErrorCode.UNATTENDED_OFF: _SUPPORT,
    ErrorCode.USAGE: _SUPPORT,
    ErrorCode.PRACTICE_BANK: _NOTHING,
    ErrorCode.PRACTICE_PORT: _NOTHING,
    ErrorCode.OUTPUT_LOST: _NOTHING,
    ErrorCode.DATA_FOLDER: _RETRY,
    ErrorCode.DISK_SPACE: _RETRY,
    ErrorCode.FILE_NOT_WRITTEN: _RETRY,
    ErrorCode.CHECK_TIMEOUT: _RETRY,
    ErrorCode.DATA_REMAINS: _RETRY,
    ErrorCode.WINDOWS_LIBRARY: _RETRY,
    ErrorCode.PROGRAM_CHANGED: _SUPPORT,
    ErrorCode.INTERNAL: _RETRY,
    # What a certificate allows today
    ErrorCode.CERTIFICATE_NOT_FOUND: _RETRY,
    ErrorCode.USER_ID_IMPOSSIBLE: _RETRY,
    ErrorCode.CERTIFICATE_AMBIGUOUS: _SUPPORT,
    ErrorCode.NOT_YET_RENEWABLE: _NOTHING,
    ErrorCode.NOTHING_RENEWABLE: _NOTHING,
    ErrorCode.EXPIRED_OBTAIN_ANEW: (Action.OBTAIN, Action.COPY_FOR_SUPPORT),
    ErrorCode.RENEWAL_GAINS_NOTHING: (Action.CLOSE, Action.COPY_FOR_SUPPORT),
    ErrorCode.RENEWAL_CLOSED: (Action.OBTAIN, Action.COPY_FOR_SUPPORT),
    ErrorCode.TOO_LATE: _SUPPORT,
    ErrorCode.CERTIFICATE_UNREADABLE: _RETRY,
    ErrorCode.CERTIFICATE_DAMAGED: (Action.OBTAIN, Action.COPY_FOR_SUPPORT),
    ErrorCode.CERTIFICATE_OF_CA: _SUPPORT,
    ErrorCode.CERTIFICATE_OTHER_ISSUER: _SUPPORT,
    ErrorCode.CERTIFICATE_KEY_KIND: (Action.OBTAIN, Action.COPY_FOR_SUPPORT),
    ErrorCode.CERTIFICATE_IN_USE: _NOTHING,
    ErrorCode.CERTIFICATE_NOT_ACCEPTED: (Action.OBTAIN, Action.COPY_FOR_SUPPORT),
    ErrorCode.CERTIFICATE_REVOKED: (Action.OBTAIN, Action.COPY_FOR_SUPPORT),
    ErrorCode.REVOKE_AT_BANK: _SUPPORT,
    ErrorCode.REVOCATION_NEEDLESS: _NOTHING,
    ErrorCode.OLD_NOT_ARCHIVED: _NOTHING,
    ErrorCode.MOVE_NOT_BEGUN: _NOTHING,
    ErrorCode.MOVE_NUMBER: _RETRY,
    ErrorCode.MOVE_OVER: _SUPPORT,
    ErrorCode.MOVE_TOKEN: _NOTHING,
    ErrorCode.LAST_VALID_CERTIFICATE: _NOTHING,
    # Stores
    ErrorCode.STORE_MIDDLEWARE_MISSING: (
        Action.OPEN_USB_GUIDE,
        Action.RETRY,
        Action.CHOOSE_PLACE,
        Action.COPY_FOR_SUPPORT,
    ),
    ErrorCode.STORE_WRONG_MODULE: _RETRY_OR_OTHER_PLACE,
    ErrorCode.STORE_MODULE_START: _RETRY_OR_OTHER_PLACE,
    ErrorCode.STORE_MODULE_ARCHITECTURE: _RETRY_OR_OTHER_PLACE,
    ErrorCode.STORE_MODULE_NOT_ALLOWED: _RETRY_OR_OTHER_PLACE,
    ErrorCode.STORE_UNAVAILABLE: _RETRY_OR_OTHER_PLACE,
    ErrorCode.STORE_AMBIGUOUS: _RETRY_OR_OTHER_PLACE,
    ErrorCode.TOKEN_MISSING: _TOKEN,
    ErrorCode.TOKEN_REMOVED: _TOKEN,
    ErrorCode.TOKEN_FULL: _TOKEN,
    ErrorCode.TOKEN_WRITE_PROTECTED: _TOKEN,
    ErrorCode.TOKEN_NOT_INITIALISED: _TOKEN,
    ErrorCode.TOKEN_FAILED: _TOKEN,
    ErrorCode.TOKEN_MODULE_DIED: _TOKEN,
    ErrorCode.TOKEN_MODULE_HANGS: _TOKEN,
    ErrorCode.PIN_REQUIRED: _TOKEN,
    ErrorCode.PIN_INCORRECT: _TOKEN,
    ErrorCode.PASSWORD_REQUIRED: _RETRY_OR_OTHER_PLACE,
    ErrorCode.PASSWORD_INCORRECT: _RETRY_OR_OTHER_PLACE,
    ErrorCode.PIN_EXPIRED: _TOKEN,
    ErrorCode.PIN_NEW_REFUSED: _TOKEN,
    ErrorCode.PIN_LOCKED: (Action.CHOOSE_PLACE, Action.OPEN_USB_GUIDE, Action.COPY_FOR_SUPPORT),
    ErrorCode.KEY_NOT_FOUND: (Action.OBTAIN, Action.COPY_FOR_SUPPORT),
    ErrorCode.LEFTOVER_NOT_FOUND: _NOTHING,
    ErrorCode.KEY_UNSUPPORTED: (Action.CHOOSE_PLACE, Action.COPY_FOR_SUPPORT),
    ErrorCode.KEY_PROTECTED: _RETRY,
    ErrorCode.KEY_NAME_TAKEN: _RETRY,
    ErrorCode.KEY_OF_ANOTHER: (Action.OBTAIN, Action.COPY_FOR_SUPPORT),
    ErrorCode.KEY_SELF_TEST_FAILED: _TOKEN,
    ErrorCode.KEY_DEAD: (Action.RETRY, Action.OBTAIN, Action.COPY_FOR_SUPPORT),
    ErrorCode.KEY_NOT_IN_TPM: _NOTHING,
    ErrorCode.SMART_CARD_SERVICE: _TOKEN,
    # Network
    ErrorCode.NETWORK_UNREACHABLE: _RETRY,
    ErrorCode.NETWORK_TIMEOUT: _RETRY,
    ErrorCode.NETWORK_STOPPED: _RETRY,
    ErrorCode.TLS_UNTRUSTED: _RETRY,
    ErrorCode.TLS_OPENED: _RETRY,
    ErrorCode.PROXY_UNREACHABLE: _RETRY,
    ErrorCode.PROXY_AUTHENTICATION: _RETRY,
    ErrorCode.PROXY_SCHEME: _RETRY,
    ErrorCode.PROXY_SETTING: _RETRY,
    ErrorCode.PROXY_SCRIPT: _RETRY,
    ErrorCode.SERVER_ERROR: _RETRY,
    ErrorCode.SERVER_ADDRESS: _RETRY,
    ErrorCode.FOREIGN_ANSWER: _RETRY,
    ErrorCode.SERVER_BUSY: _RETRY,
    ErrorCode.PROBE_UNANSWERED: _NOTHING,
    ErrorCode.CLIENT_CERTIFICATE_REFUSED: _SUPPORT,
    ErrorCode.TLS_LIBRARY_MISSING: _RETRY,
    ErrorCode.CLOCK_WRONG: _RETRY,
    ErrorCode.CREDENTIAL_STORE_SILENT: _RETRY,
    ErrorCode.REMOTE_SESSION: _RETRY,
    ErrorCode.UPDATE_INVALID: _SUPPORT,
    ErrorCode.LOGIN_REFUSED: _SUPPORT,
    ErrorCode.LOGIN_FAILED: _RETRY,
    # CA responses
    ErrorCode.CA_WAITING: _RETRY,
    ErrorCode.CA_REFUSED: _RETRY,
    ErrorCode.CA_REQUIREMENT: _RETRY,
    ErrorCode.CA_MALFORMED: _RETRY,
    ErrorCode.CA_PROTECTION_INVALID: _SUPPORT,
    ErrorCode.CA_TRANSACTION_MISMATCH: _RETRY,
    ErrorCode.CA_CONFIRM_FAILED: _RETRY,
    ErrorCode.CA_NOT_INFORMED: _NOTHING,
    ErrorCode.CA_NOT_OFFERED: _NOTHING,
    ErrorCode.CA_PLUGIN: _SUPPORT,
    ErrorCode.CA_PLUGIN_FAILED: _SUPPORT,
    ErrorCode.ISSUE_CODE_WRONG: _RETRY,
    ErrorCode.ISSUE_CODE_FORMAT: _RETRY,
    ErrorCode.ISSUE_CODE_REQUIRED: _RETRY,
    ErrorCode.BANK_SECRETS_REQUIRED: _RETRY,
    # The issued certificate
    ErrorCode.ISSUED_KEY_MISMATCH: _RETRY,
    ErrorCode.ISSUED_SUBJECT_MISMATCH: _SUPPORT,
    ErrorCode.ISSUED_UNTRUSTED: _SUPPORT,
    ErrorCode.ISSUED_OTHER_CA: _SUPPORT,
    ErrorCode.ISSUED_EXPIRED: _RETRY,
    ErrorCode.ISSUED_NO_CLIENT_AUTH: _SUPPORT,
    ErrorCode.ISSUED_WEAK_KEY: _SUPPORT,
    ErrorCode.ISSUED_TWO_NAMES: _SUPPORT,
    ErrorCode.ISSUED_SUBJECT_CHANGED: _SUPPORT,
    ErrorCode.ISSUED_WEAK_SIGNATURE: _SUPPORT,
    ErrorCode.ISSUED_TOO_LONG: _SUPPORT,
    ErrorCode.ISSUED_NOT_LATER: _SUPPORT,
    ErrorCode.ISSUED_KEY_USAGE: _SUPPORT,
    ErrorCode.ISSUED_EXTRA_USAGE: _SUPPORT,
    ErrorCode.ISSUED_AUTHORITY: _SUPPORT,
    ErrorCode.ISSUED_EXTENSION: _SUPPORT,
    # The procedure
    ErrorCode.CONSENT_REQUIRED: _RETRY,
    ErrorCode.CONSENT_REFUSED: _RETRY,
    ErrorCode.PROCEDURE_RUNNING: _RETRY,
    ErrorCode.PROCEDURE_UNFINISHED: _NOTHING,
    ErrorCode.PROCEDURE_NOT_FOUND: _NOTHING,
    ErrorCode.NOTHING_PENDING: _NOTHING,
    ErrorCode.JOURNAL_DAMAGED: _RETRY,
    ErrorCode.JOURNAL_HELD: _RETRY,
    ErrorCode.JOURNAL_NEWER: _SUPPORT,
}
"""The buttons for each code, most helpful first."""


def actions(
    error: CertclientError, wizard_state: WizardState, *, has_usb_guide: bool
) -> list[Action]:
    """Returns the actions that apply here; the USB guide only if the bank has such a page."""
    return [
        action
        for action in ACTIONS[error.code]
        if possible(action, wizard_state) and (has_usb_guide or action is not Action.OPEN_USB_GUIDE)
    ]


def severity_of(error: CertclientError) -> Severity:
    """Returns how an error is shown: the customer's own choice, and what need not be done, are only
    information."""
    own_choice = error.code in (ErrorCode.CONSENT_REFUSED, ErrorCode.NETWORK_STOPPED)
    harmless = own_choice or error.code.kind is ErrorKind.NOTHING_TO_DO
    return Severity.INFORMATION if harmless else Severity.ERROR


def for_support(error_text: ErrorText, context: Mapping[str, str]) -> str:
    """Returns the text to copy for the support desk: the code, the text shown, and facts without
    secrets (`context`: name to value)."""
    lines = [f"[{error_text.code}] {error_text.title}", error_text.sentence, *error_text.details]
    lines.append(f"certclient {__version__}")
    lines += [f"{name}: {value}" for name, value in context.items() if value]
    return "\n".join(lines)
