"""Every error code has words in both languages and a button that helps."""

from __future__ import annotations

import pytest

from certclient.i18n.catalogue import Language, load
from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.enrollment.messages import ACTIONS, actions, for_support
from certclient.ui.enrollment.navigation import Action, Journey, Way


@pytest.mark.parametrize("code", list(ErrorCode))
@pytest.mark.parametrize("language", list(Language))
def test_every_code_has_a_title_a_sentence_a_next_step_and_a_button(
    code: ErrorCode, language: Language
) -> None:
    shown = load(language, "window").error(CertclientError(code))
    assert shown.title
    assert shown.sentence
    assert shown.next_step
    assert shown.help
    assert "{" not in shown.title + shown.sentence + shown.next_step
    assert ACTIONS[code]


def test_no_code_is_forgotten_or_invented() -> None:
    assert set(ACTIONS) == set(ErrorCode)


@pytest.mark.parametrize("code", list(ErrorCode))
def test_whoever_must_act_is_offered_a_way(code: ErrorCode) -> None:
    """What may work later can be tried again; what only the bank can solve, be told to it."""
    offered = ACTIONS[code]
    if code.retriable:
        assert Action.RETRY in offered
    assert {Action.COPY_FOR_SUPPORT, Action.CLOSE} & set(offered)


def test_a_locked_token_is_never_tried_again() -> None:
    assert Action.RETRY not in ACTIONS[ErrorCode.PIN_LOCKED]


def test_the_guide_is_offered_only_where_the_bank_has_one() -> None:
    error = CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING)
    journey = Journey(Way.RENEW)
    assert actions(error, journey, has_usb_guide=True)[0] is Action.OPEN_USB_GUIDE
    assert Action.OPEN_USB_GUIDE not in actions(error, journey, has_usb_guide=False)


def test_the_text_for_support_has_the_code_and_no_empty_lines() -> None:
    shown = load(Language.JAPANESE, "window").error(
        CertclientError(ErrorCode.CA_REFUSED, message="期限切れ")
    )
    text = for_support(shown, {"user": "TKYM1408054", "profile": ""})
    assert text.startswith("[CC-CA-REFUSED]")
    assert "期限切れ" in text
    assert "user: TKYM1408054" in text
    assert "profile" not in text
