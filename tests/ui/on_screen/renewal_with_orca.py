"""A renewal as Debian's Orca speaks it, with real keys.

Not collected by itself: `tests/ui/test_on_screen.py` runs it on a screen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible

from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from support.held_network import HeldNetwork
from support.orca import Orca, orca
from support.real_screen import Hands, window_manager
from support.softhsm import PIN
from support.wizards import UiEnvironment, typed, until

WRONG_PIN = "975318"
FIELD = "PIN(P) password text"
NOTICE = "電子証明書更新通知"
CHECKS = "電子証明書更新前処理中"
START = "電子証明書更新開始"
REQUEST = "認証局に申請しています"
QUESTION = "専用USBのPINを入力してください"
WRONG = "PINが違います"
END = "電子証明書の更新と専用USBへの保存が完了いたしました"
STEPS = [
    "更新できるかどうかを確かめています",
    "新しい鍵を作っています",
    REQUEST,
    "届いた電子証明書を確かめています",
    "電子証明書を保存しています",
    "新しい電子証明書が使えるか試しています",
    "受け取ったことを認証局に伝えています",
    "古い電子証明書をしまっています",
]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Orca]:
    with window_manager(), orca(tmp_path) as reader:
        until(QAccessible.isActive)
        yield reader
    if folder := os.environ.get("CERTCLIENT_TRANSCRIPTS"):
        transcript = Path(folder) / "orca.txt"
        transcript.write_text("\n".join(reader.spoken), encoding="utf-8")


@pytest.fixture
def network(ui: UiEnvironment) -> Iterator[HeldNetwork]:
    held = HeldNetwork()
    ui.proxies = held
    yield held
    held.release()


# Qt waits for Orca at each key, up to a limit.
@pytest.mark.qt_log_ignore("QSpiApplication::keyEventError", extend=True)
def test_orca_speaks_a_renewal_with_a_wrong_pin(
    ui: UiEnvironment, reader: Orca, network: HeldNetwork
) -> None:
    hands = Hands()
    stored = ui.add_certificate(ui.new_token().store())
    customer = ui.open(EnrollmentWizard.renew(ui.context(), stored, notice=True))
    reader.says(NOTICE)
    hands.press("Return")
    reader.says(CHECKS)
    network.release()
    customer.arrives_at(WizardPageId.START)
    reader.says(START)
    hands.press("Return")
    for times, pin in enumerate((WRONG_PIN, PIN), start=1):
        reader.says(FIELD)  # before that, Orca itself echoes keys
        reader.says(QUESTION, times)
        network.hold()
        until(lambda: bool(customer.fields()) and not typed(customer.fields()[0]))
        hands.type(pin)
        hands.press("Return")
    reader.says(REQUEST)
    network.release()
    customer.arrives_at(WizardPageId.DONE)
    reader.says(END)
    assert_spoken_in_order(reader, [NOTICE, CHECKS, START, QUESTION, WRONG, REQUEST, END])
    # The others may pass unsaid: Orca drops notifications that wait behind 50 other events when the
    # next page gets the focus.
    assert_spoken_in_order(reader, [one for one in STEPS if reader.said(one)])
    for text in (*STEPS, NOTICE, CHECKS, START, END):
        assert sum(one.startswith(text) for one in reader.spoken) <= 1, reader.spoken
    assert not [one for one in reader.spoken if one.strip("'. ").isdigit()]
    assert not any(pin in one for pin in (WRONG_PIN, PIN) for one in reader.spoken)


def assert_spoken_in_order(reader: Orca, texts: list[str]) -> None:
    following = iter(reader.spoken)
    for text in texts:
        assert any(text in one for one in following), (text, reader.spoken)
