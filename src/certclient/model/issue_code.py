"""Normalises an issue code typed from the bank's letter."""

from __future__ import annotations

import unicodedata

from certclient.model.secret import Secret

_DASHES = "−ー‐‑‒–—―─━-"


def normalised_code(typed: str) -> Secret | None:
    """The issue code without spaces and dashes, full-width characters normalised (NFKC).

    None if nothing is left.
    """
    plain = unicodedata.normalize("NFKC", typed)
    code = "".join(c for c in plain if not c.isspace() and c not in _DASHES)
    return Secret(code) if code else None
