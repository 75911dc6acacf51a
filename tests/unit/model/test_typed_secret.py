"""PINs as typed, with or without the Japanese input method."""

from __future__ import annotations

import pytest

from certclient.model.secret import Secret


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("1234", "1234"), ("１２３４", "1234"), ("Ａｂ　１", "Ab 1"), ("暗証①", "暗証①")],
)
def test_full_width_characters_are_normalized(typed: str, expected: str) -> None:
    assert Secret.typed(typed).reveal() == expected
