"""An issue code as a person types it from the letter."""

from __future__ import annotations

import unicodedata

from certclient.model.secret import Secret

_DASHES = "−ー‐‑‒–—―─━-"


def normalised_code(typed: str) -> Secret | None:
    """An issue code as typed from a letter: full-width letters, spaces and dashes do not matter."""
    plain = unicodedata.normalize("NFKC", typed)
    code = "".join(c for c in plain if not c.isspace() and c not in _DASHES)
    return Secret(code) if code else None
