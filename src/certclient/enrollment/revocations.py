"""How a revocation that the bank has published stands in the journal: a rejection of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.model.errors import ErrorCode

if TYPE_CHECKING:
    from certclient.enrollment.journal import Rejection

REVOKED = ErrorCode.CERTIFICATE_REVOKED.code


def is_revocation(rejection: Rejection | None) -> bool:
    """Whether a rejection stems from published revocation information."""
    return rejection is not None and rejection.reason == REVOKED
