"""The scheme of our links, which every start looks for; what they say: `deep_link`."""

from __future__ import annotations

SCHEME = "certclient:"


def is_link(text: str) -> bool:
    """Whether `text` has our scheme, valid or not."""
    return text[: len(SCHEME)].lower() == SCHEME
