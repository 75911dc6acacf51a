"""What is wrong in a profile or a policy, in sentences of both languages."""

from __future__ import annotations

import pytest

from certclient.i18n.catalogue import Language, load
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.faults import FaultError, Reason, not_allowed, unknown_key

FAULTS = [
    unknown_key("urll", ["url", "mac"]),
    unknown_key("x", ["url", "mac"]),
    not_allowed("usc", ["pc", "usb"]),
    FaultError(Reason.MISSING_KEY),
    FaultError(Reason.WRONG_TYPE, expected="text", found="integer"),
    FaultError(Reason.OUT_OF_RANGE, found="400", least="1", most="366"),
    FaultError(Reason.TOO_LONG, most="64"),
    FaultError(Reason.SYNTAX_ESCAPE),
]


def told(language: Language, fault: FaultError) -> str:
    data = {"reason": fault.reason.value, **fault.data}
    error = CertclientError(ErrorCode.PROFILE_INVALID, file="x.toml", key="ca.x", **data)
    return load(language).error(error).details[-1]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_a_whole_sentence(language: Language, fault: FaultError) -> None:
    words = told(language, fault)
    assert fault.reason.value not in words
    assert load(language).error(CertclientError(ErrorCode.INTERNAL)).title not in words
    assert "{" not in words
    for value in fault.data.values():
        assert value in words or fault.reason is Reason.WRONG_TYPE


def test_the_sentences_are_those_of_the_language() -> None:
    mistyped, kinds = FAULTS[0], FAULTS[4]
    assert told(Language.ENGLISH, mistyped).endswith('Did you mean "url"?')
    assert "「url」の誤りではありませんか" in told(Language.JAPANESE, mistyped)
    assert "text in quotation marks, but it is a whole number" in told(Language.ENGLISH, kinds)
    assert "整数になっています" in told(Language.JAPANESE, kinds)


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    error = CertclientError(ErrorCode.PROFILE_INVALID, file="x", key="y", reason="in words")
    assert load(Language.ENGLISH).error(error).details[-1] == "Reason: in words"
