"""Every error code has texts in both languages and a helpful button."""

from __future__ import annotations

import pytest

from certclient.i18n.catalogue import Language, load
from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.enrollment.messages import ACTIONS, actions, for_support
from certclient.ui.enrollment.navigation import Action, WizardMode, WizardState


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


def test_actions_cover_exactly_the_error_codes() -> None:
    assert set(ACTIONS) == set(ErrorCode)


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_offers_a_way_forward(code: ErrorCode) -> None:
    """Temporary errors can be retried; errors that only the bank can solve can be reported."""
    offered = ACTIONS[code]
    if code.retriable:
        assert Action.RETRY in offered
    assert {Action.COPY_FOR_SUPPORT, Action.CLOSE} & set(offered)


def test_locked_token_offers_no_retry() -> None:
    assert Action.RETRY not in ACTIONS[ErrorCode.PIN_LOCKED]


def test_usb_guide_is_offered_only_if_the_bank_has_one() -> None:
    error = CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING)
    wizard_state = WizardState(WizardMode.RENEW)
    assert actions(error, wizard_state, has_usb_guide=True)[0] is Action.OPEN_USB_GUIDE
    assert Action.OPEN_USB_GUIDE not in actions(error, wizard_state, has_usb_guide=False)


def test_support_text_has_the_code_and_no_empty_fields() -> None:
    shown = load(Language.JAPANESE, "window").error(
        CertclientError(ErrorCode.CA_REFUSED, message="期限切れ")
    )
    text = for_support(shown, {"user": "TKYM1408054", "profile": ""})
    assert text.startswith("[CC-CA-REFUSED]")
    assert "期限切れ" in text
    assert "user: TKYM1408054" in text
    assert "profile" not in text
