"""Real windows with real keys, a real mouse and a real listener on the accessibility bus.

Not collected by itself: `tests/ui/test_on_screen.py` runs it on a screen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible

from certclient.ui.enrollment.batch.dialog import RenewAllDialog
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from support.real_screen import Hands, Heard, ScreenReader, screen_reader, window_manager
from support.softhsm import PIN
from support.wizards import UiEnvironment, WizardDriver, typed, until

WRONG_PIN = "975318"
STEPS = [
    "更新できるかどうかを確かめています",
    "新しい鍵を作っています",
    "認証局に申請しています",
    "届いた電子証明書を確かめています",
    "電子証明書を保存しています",
    "新しい電子証明書が使えるか試しています",
    "受け取ったことを認証局に伝えています",
    "新しい電子証明書でログインできるか試しています",
    "古い電子証明書をしまっています",
]


@pytest.fixture(scope="module")
def desktop() -> Iterator[None]:
    with window_manager():
        yield


@pytest.fixture
def reader(tmp_path: Path, desktop: None) -> Iterator[ScreenReader]:
    with screen_reader(tmp_path / "heard.jsonl") as reader:
        until(QAccessible.isActive)
        yield reader
    if folder := os.environ.get("CERTCLIENT_TRANSCRIPTS"):
        name = os.environ["PYTEST_CURRENT_TEST"].split("::")[1].split(" ")[0]
        lines = [f"{one.kind} [{one.role}] {one.name} | {one.data}" for one in reader.heard]
        (Path(folder) / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")


def renewal_on_a_token(ui: UiEnvironment) -> WizardDriver:
    stored = ui.add_certificate(ui.new_token().store())
    return ui.open(EnrollmentWizard.renew(ui.context(), stored, notice=True))


def heads(reader: ScreenReader) -> list[str]:
    """The first line of each announcement."""
    return [text.split("\n")[0] for text in reader.announcements]


def focus_events_per_page(heard: list[Heard], titles: list[str]) -> list[int]:
    """How many controls got the focus before each page's title was said."""
    counts, since = [], 0
    for one in heard:
        if one.kind == "object:state-changed:focused":
            since += 1
        elif one.kind == "object:announcement" and one.data.split("\n")[0] in titles:
            counts.append(since)
            since = 0
    return counts


def test_a_renewal_on_the_token_is_heard_and_needs_only_the_keyboard(
    ui: UiEnvironment, reader: ScreenReader
) -> None:
    hands = Hands()
    customer = renewal_on_a_token(ui)
    customer.arrives_at(WizardPageId.NOTICE)
    reader.hears("電子証明書更新通知")
    hands.press("Return")
    customer.arrives_at(WizardPageId.START)
    reader.hears("電子証明書更新開始")
    hands.press("Return")
    customer.shows_question("PIN")
    hands.type(WRONG_PIN)
    hands.press("Return")
    reader.hears("PINが違います")
    until(lambda: bool(customer.fields()) and not typed(customer.fields()[0]))
    hands.type(PIN)
    hands.press("BackSpace")
    hands.type(PIN[-1])
    hands.press("Return")
    customer.arrives_at(WizardPageId.DONE)
    reader.hears("保存が完了いたしました")
    titles = [
        "電子証明書更新通知",
        "電子証明書更新前処理中",
        "電子証明書更新開始",
        "電子証明書発行処理中",
        "専用USBのPINを入力してください",
        "電子証明書発行処理中",
        "専用USBのPINを入力してください",
        "電子証明書発行処理中",
        "電子証明書の更新と専用USBへの保存が完了いたしました",
    ]
    said = heads(reader)
    assert [one for one in said if one in titles] == titles
    steps = [one for one in said if one not in titles]
    # The last one may pass unsaid: the end comes with it.
    assert (steps if len(steps) == len(STEPS) else [*steps, STEPS[-1]]) == STEPS
    assert set(focus_events_per_page(reader.heard, titles)) == {1}
    fields = [one for one in reader.focused if one.name == "専用USBのPIN"]
    assert [one.role for one in fields] == ["password text"] * 2
    assert "PINが違います" in fields[1].description
    assert_no_secret(reader, WRONG_PIN, PIN)


def test_caps_lock_is_named_while_a_pin_is_typed(ui: UiEnvironment, reader: ScreenReader) -> None:
    """The real key on a real keyboard, asked of the X server."""
    hands = Hands()
    customer = renewal_on_a_token(ui)
    customer.arrives_at(WizardPageId.NOTICE)
    hands.press("Return")
    customer.arrives_at(WizardPageId.START)
    hands.press("Return")
    customer.shows_question("PIN")
    hands.press("Caps_Lock")
    until(lambda: "CapsLockがオンです" in customer.text, lambda: customer.text)
    hands.press("Caps_Lock")
    until(lambda: "CapsLock" not in customer.text, lambda: customer.text)


def test_an_issue_code_is_not_heard(ui: UiEnvironment, reader: ScreenReader) -> None:
    hands = Hands()
    ui.bank.add_customer("TKYM1408056")
    code = ui.bank.issue_code("TKYM1408056").reveal()
    customer = ui.open(EnrollmentWizard.obtain(ui.context()))
    customer.arrives_at(WizardPageId.LETTER)
    reader.hears("電子証明書取得")
    hands.type("TKYM1408056")
    hands.press("Tab")
    hands.type(code)
    assert typed(customer.fields()[1]) == code
    hands.press("Return")
    customer.arrives_at(WizardPageId.START)
    hands.press("Return")
    customer.arrives_at(WizardPageId.DONE)
    reader.hears("インストールが完了しました")
    assert [one.role for one in reader.focused if one.name == "発行コード"] == ["password text"]
    assert_no_secret(reader, code)


def assert_no_secret(reader: ScreenReader, *secrets: str) -> None:
    """Password fields say bullets only, and no event contains a secret."""
    letters = {c for one in reader.text_events if one.role == "password text" for c in one.data}
    assert letters <= {"•", "●"}, letters
    everything = "\n".join(one.everything for one in reader.heard)
    assert not any(secret in everything for secret in secrets)


@pytest.mark.usefixtures("desktop")
@pytest.mark.parametrize("milliseconds", [60, 250, 450])
def test_a_double_click_on_renew_does_not_stop_it(ui: UiEnvironment, milliseconds: int) -> None:
    hands = Hands()
    stored = ui.add_certificate(ui.pc)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), stored))
    customer.arrives_at(WizardPageId.START)
    hands.double_click(customer.wizard.default_button, milliseconds)
    customer.arrives_at(WizardPageId.DONE)


@pytest.mark.usefixtures("desktop")
def test_a_double_click_on_renew_all_does_not_end_the_batch(ui: UiEnvironment) -> None:
    hands = Hands()
    for user_id in ("TKYM1408054", "TKYM1408055"):
        ui.add_certificate(ui.pc, user_id=user_id)
    dialog = RenewAllDialog(ui.context())
    dialog.show()
    until(lambda: dialog.batch.ready)
    hands.double_click(dialog.bar.primary)
    until(lambda: dialog.batch.over)
    assert [end.error for end in dialog.batch.ends] == [None, None]
    dialog.done(0)
