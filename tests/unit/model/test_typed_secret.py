"""What a person types as a PIN, with or without the Japanese input method."""

from __future__ import annotations

import pytest

from certclient.model.secret import Secret


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("1234", "1234"), ("１２３４", "1234"), ("Ａｂ　１", "Ab 1"), ("暗証①", "暗証①")],
)
def test_full_width_digits_waste_no_attempt(typed: str, meant: str) -> None:
    assert Secret.typed(typed).reveal() == meant
