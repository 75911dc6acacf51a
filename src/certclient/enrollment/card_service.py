"""Whether the system's smart-card service runs, where that is a question."""

from __future__ import annotations

import sys
from collections.abc import Callable

if sys.platform == "win32":
    from certclient.store.windows import card_service


def detector() -> Callable[[], bool] | None:
    """Asks Windows; None elsewhere, where a module does without or tells itself."""
    if sys.platform == "win32":
        return card_service.running
    return None
