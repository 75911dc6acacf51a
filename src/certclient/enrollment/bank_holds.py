"""What the CA holds after this program refused a new certificate."""

from __future__ import annotations

import enum


class BankHolds(enum.Enum):
    """What the CA holds after this program refused a new certificate.

    The values are error data (`bank_holds`); i18n/ has a text for each.
    """

    OLD = "old"
    """The CA received the refusal; the current certificate remains valid."""
    OLD_CA_NOT_INFORMED = "old-not-told"
    """The CA could not be reached; it revokes a certificate that is never confirmed."""
    NOTHING = "nothing"
    """The CA received the refusal but had already retired the current certificate."""
    UNCERTAIN = "uncertain"
    """The CA received the refusal but may already have retired the current certificate."""
    NEW = "new"
    """The CA could not be reached and regards the new certificate as confirmed."""
    NEW_ASK_BANK = "new-ask-bank"
    """The protocol has no message for a refusal: the customer has to ask the bank to revoke it."""
    CODE_SPENT = "code-spent"
    """取得: the CA received the refusal, and the issue code is used up."""
