"""The PINs of 「すべて更新」: asked before anything begins, by name, once per token."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("needs SoftHSM and NSS: runs on Linux", allow_module_level=True)

from collections.abc import Iterator

from certclient.store.base import AttemptsLeft, Available
from certclient_practice.repositories.records import CertificateState
from support.batch_driver import open_batch
from support.nss import NssDatabase
from support.pkcs11_faults import Faults
from support.softhsm import MODULE, PIN, SoftHsmToken
from support.wizards import UiEnvironment, until

FIRST, SECOND, THIRD = "TKYM1408054", "TKYM1408055", "TKYM1408056"
OTHER_PIN = "20406080"


@pytest.fixture
def blue(ui: UiEnvironment) -> SoftHsmToken:
    """A token with two certificates due."""
    token = ui.new_token("青いUSB")
    ui.add_certificate(token.store(), days=5, user_id=FIRST)
    ui.add_certificate(token.store(), days=15, user_id=THIRD)
    return token


@pytest.fixture
def red(ui: UiEnvironment, blue: SoftHsmToken) -> SoftHsmToken:
    """A second token with a PIN of its own and one certificate."""
    token = ui.new_token("赤いUSB", OTHER_PIN)
    ui.add_certificate(token.store(), days=10, user_id=SECOND, pin=OTHER_PIN)
    return token


@pytest.fixture
def faults(blue: SoftHsmToken, red: SoftHsmToken) -> Iterator[Faults]:
    with Faults(MODULE) as faults:
        yield faults


def test_each_token_is_asked_for_once_by_name_before_anything_begins(
    ui: UiEnvironment, blue: SoftHsmToken, red: SoftHsmToken
) -> None:
    driver = open_batch(ui, rows=3)
    driver.press("すべて更新")
    asked = driver.asked_for_pin()
    assert "専用USB「青いUSB」のPINを入力してください" in asked
    assert f"{FIRST} 1403、{THIRD} 1403 の更新に使います" in asked
    assert SECOND not in asked
    driver.type_pin(PIN)
    until(lambda: "赤いUSB" in driver.dialog.heading)
    asked = driver.asked_for_pin()
    assert f"{SECOND} 1403 の更新に使います" in asked
    assert FIRST not in asked
    assert list(ui.journal.open_procedures()) == [], "nothing has begun"
    assert driver.states == ["順番を待っています"] * 3
    questions: list[object] = []
    driver.dialog.batch.question_asked.connect(questions.append)
    driver.type_pin(OTHER_PIN)
    driver.is_over()
    assert questions == [], "no PIN is asked for twice"
    assert driver.dialog.heading == "3件成功"
    for token, count in ((blue, 2), (red, 1)):
        new = ui.usable(token.store())
        states = {ui.bank.state_of(one.serial_hex) for one in new}
        assert (len(new), states) == (count, {CertificateState.CONFIRMED})


def test_a_wrong_pin_is_said_at_once_and_costs_one_attempt(
    ui: UiEnvironment, blue: SoftHsmToken, red: SoftHsmToken, faults: Faults
) -> None:
    driver = open_batch(ui, rows=3)
    driver.press("すべて更新")
    driver.asked_for_pin()
    faults.watch("C_Login")
    driver.type_pin("00000000")
    until(lambda: bool(driver.dialog.panel.problem))
    assert faults.calls == ["C_Login"]
    asked = driver.asked_for_pin()
    assert "PINが違います" in asked
    assert "青いUSB" in asked
    state = blue.store().availability()
    assert isinstance(state, Available)
    assert state.attempts is AttemptsLeft.LOW
    driver.type_pin(PIN)
    until(lambda: "赤いUSB" in driver.dialog.heading)
    assert faults.calls == ["C_Login"] * 2
    driver.press("この専用USBをスキップ")
    driver.is_over()
    assert driver.dialog.heading == "2件成功・1件スキップ"
    assert driver.states == ["更新しました", "スキップしました", "更新しました"]


def test_back_forgets_the_pins_and_returns_to_the_choice(
    ui: UiEnvironment, red: SoftHsmToken
) -> None:
    driver = open_batch(ui, rows=3)
    driver.press("すべて更新")
    driver.asked_for_pin()
    driver.type_pin(PIN)
    until(lambda: "赤いUSB" in driver.dialog.heading)
    driver.press("戻る")
    driver.wait_until(lambda: driver.dialog.batch.ready)
    driver.tick(1)
    assert not driver.dialog.rows[1].box.isChecked()
    driver.press("2件を更新する")
    assert "青いUSB" in driver.asked_for_pin(), "it is asked for again"
    driver.type_pin(PIN)
    driver.is_over()
    assert driver.states == ["更新しました", "今回は更新しません", "更新しました"]


def test_closing_at_the_first_pin_begins_nothing(ui: UiEnvironment, blue: SoftHsmToken) -> None:
    before = ui.usable(blue.store())
    driver = open_batch(ui, rows=2)
    ended: list[bool] = []
    driver.dialog.all_done.connect(lambda: ended.append(True))
    driver.press("すべて更新")
    driver.asked_for_pin()
    driver.press("閉じる")
    until(lambda: bool(ended))
    assert list(ui.journal.open_procedures()) == []
    assert ui.usable(blue.store()) == before
    assert driver.context.state.overview.results == ()


def test_token_that_was_out_is_plugged_in_and_repeated(
    ui: UiEnvironment, blue: SoftHsmToken, red: SoftHsmToken
) -> None:
    driver = open_batch(ui, rows=3)
    red.pull()
    driver.press("すべて更新")
    driver.asked_for_pin()
    driver.type_pin(PIN)
    driver.is_over()
    assert driver.dialog.heading == "2件成功・1件失敗"
    assert "CC-TOKEN-MISSING" in driver.shown(1)
    assert driver.dialog.focusWidget() is driver.dialog.bar.default
    red.plug()
    driver.again(1)
    asked = driver.asked_for_pin()
    assert "赤いUSB" in asked
    assert f"{SECOND} 1403 の更新に使います" in asked
    driver.type_pin(OTHER_PIN)
    driver.is_over()
    assert driver.dialog.heading == "3件成功"
    assert "CC-" not in driver.shown(1)
    assert not [row for row in driver.dialog.rows if row.again_button.isVisible()]


def test_five_with_mixed_ends(ui: UiEnvironment, blue: SoftHsmToken, red: SoftHsmToken) -> None:
    refused = ui.add_certificate(ui.pc, days=20, user_id="TKYM1408057")
    ui.bank.revoke(refused.certificate.serial_hex)
    ui.add_certificate(ui.pc, days=25, user_id="TKYM1408058")
    driver = open_batch(ui, rows=5)
    driver.tick(2)
    driver.press("4件を更新する")
    driver.asked_for_pin()
    driver.type_pin(PIN)
    until(lambda: "赤いUSB" in driver.dialog.heading)
    driver.press("この専用USBをスキップ")
    driver.is_over()
    assert driver.states == [
        "更新しました",
        "スキップしました",
        "今回は更新しません",
        "更新できませんでした",
        "更新しました",
    ]
    assert driver.dialog.heading == "2件成功・1件失敗・1件スキップ"


def test_master_password_is_asked_for_once_by_its_place(
    ui: UiEnvironment, nss: NssDatabase
) -> None:
    nss.create(PIN)
    ui.add_certificate(ui.pc, days=5, user_id=FIRST)
    ui.add_certificate(ui.pc, days=10, user_id=SECOND)
    driver = open_batch(ui, rows=2)
    driver.press("すべて更新")
    asked = driver.asked_for_pin()
    assert "マスターパスワード" in asked
    assert str(nss.directory) in asked
    assert f"{FIRST} 1403、{SECOND} 1403 の更新に使います" in asked
    driver.type_pin("wrong")
    until(lambda: bool(driver.dialog.panel.problem))
    driver.type_pin(PIN)
    questions: list[object] = []
    driver.dialog.batch.question_asked.connect(questions.append)
    driver.is_over()
    assert questions == []
    assert driver.dialog.heading == "2件成功"
