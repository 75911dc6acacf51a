"""Error codes are public: unique and of one form. Secrets are never shown, stored or copied."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from certclient.model.errors import CertclientError, ErrorCode, ErrorKind
from certclient.model.secret import Secret


def test_codes_are_unique_and_of_one_form() -> None:
    codes = [code.code for code in ErrorCode]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"CC(-[A-Z]+)+", code) for code in codes)


def test_only_transient_errors_are_retriable() -> None:
    assert ErrorCode.NETWORK_TIMEOUT.retriable
    assert ErrorCode.CA_WAITING.retriable
    assert not ErrorCode.PIN_INCORRECT.retriable, "a PIN is never retried"
    assert not any(code.retriable for code in ErrorCode if code.kind is ErrorKind.REFUSED)


def test_error_shows_its_code_and_data_and_is_read_only() -> None:
    error = CertclientError(ErrorCode.TOKEN_MISSING, token="専用USB")
    assert str(error) == "CC-TOKEN-MISSING token='専用USB'"
    with pytest.raises(TypeError):
        error.data["token"] = "other"  # type: ignore[index] # read-only on purpose


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, lambda s: f"{[s]}"])
def test_a_secret_is_not_shown(show: object) -> None:
    assert callable(show)
    assert "1234" not in show(Secret("1234"))


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_neither_stored_nor_copied(duplicate: object) -> None:
    assert callable(duplicate)
    with pytest.raises(TypeError):
        duplicate(Secret("1234"))
