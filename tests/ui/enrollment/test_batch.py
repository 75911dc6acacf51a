"""「すべて更新」: what is ticked, one renewal after another despite failures, and how it went."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from certclient.i18n.catalogue import Language
from certclient.model.errors import ErrorCode
from certclient.ui.enrollment.batch.dialog import RenewAllDialog
from certclient_practice.repositories.records import CertificateState
from support.batch_driver import open_batch
from support.wizards import UiEnvironment, until

FIRST, SECOND, THIRD = "TKYM1408054", "TKYM1408055", "TKYM1408056"


def test_only_due_certificates_are_renewed(ui: UiEnvironment) -> None:
    old = [
        ui.add_certificate(ui.pc, days=20, user_id=FIRST),
        ui.add_certificate(ui.pc, days=5, user_id=SECOND),
        ui.add_certificate(ui.pc, days=200, user_id=THIRD),
    ]
    driver = open_batch(ui, rows=2)
    assert driver.ids == [f"{SECOND} 1403", f"{FIRST} 1403"]
    driver.press("すべて更新")
    driver.is_over()
    assert driver.states == ["更新しました", "更新しました"]
    assert driver.dialog.heading == "2件成功"
    new = {certificate.common_name: certificate for certificate in ui.usable(ui.pc)}
    assert new[f"{THIRD} 1403"] == old[2].certificate
    for user_id in (FIRST, SECOND):
        serial = new[f"{user_id} 1403"].serial_hex
        assert ui.bank.state_of(serial) is CertificateState.CONFIRMED
    assert len(new) == 3
    assert driver.context.state.state.overview.results == (), "seen in the window"
    driver.press("閉じる")


def test_a_row_whose_box_is_not_ticked_is_left_alone(ui: UiEnvironment) -> None:
    kept = ui.add_certificate(ui.pc, days=5, user_id=FIRST)
    ui.add_certificate(ui.pc, days=20, user_id=SECOND)
    driver = open_batch(ui, rows=2)
    assert driver.primary == "すべて更新"
    assert "2件のうち2件を更新します" in driver.dialog.said
    box = driver.dialog.rows[0].box
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert driver.primary == "1件を更新する"
    assert "2件のうち1件を更新します" in driver.dialog.said
    assert f"{FIRST} 1403" in box.text()
    assert ui.profile.bank.ja in box.accessibleDescription()
    driver.press("1件を更新する")
    driver.is_over()
    assert driver.states == ["今回は更新しません", "更新しました"]
    assert driver.dialog.heading == "1件成功"
    assert kept.certificate in ui.usable(ui.pc)


def test_nothing_ticked_starts_nothing(ui: UiEnvironment) -> None:
    ui.add_certificate(ui.pc, days=5, user_id=FIRST)
    ui.add_certificate(ui.pc, days=20, user_id=SECOND)
    driver = open_batch(ui, rows=2)
    for row in driver.dialog.rows:
        QTest.keyClick(row.box, Qt.Key.Key_Space)
    assert not driver.dialog.bar.primary.isEnabled()
    QTest.keyClick(driver.dialog.rows[0].box, Qt.Key.Key_Space)
    assert driver.dialog.bar.primary.isEnabled()


def test_failure_does_not_stop_the_rest_and_is_explained(ui: UiEnvironment) -> None:
    refused = ui.add_certificate(ui.pc, days=5, user_id=FIRST)
    ui.bank.revoke(refused.certificate.serial_hex)
    ui.add_certificate(ui.pc, days=20, user_id=SECOND)
    driver = open_batch(ui, rows=2)
    driver.press("すべて更新")
    driver.is_over()
    assert driver.dialog.heading == "1件成功・1件失敗"
    error = driver.dialog.batch.items[0].end
    assert error is not None
    assert error.error is not None
    assert error.error.code is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    shown = driver.context.languages.catalogue.error(error.error)
    assert driver.states[0] == "更新できませんでした"
    assert shown.title in driver.dialog.rows[0].text
    assert shown.next_step in driver.dialog.rows[0].text
    shown_last = driver.shown(0).split("\n")[-1]
    assert "CC-CERT-NOT-ACCEPTED" in shown_last, "the code is at the foot"
    assert "CC-" not in driver.states[0]
    assert "管理者" in driver.shown(0), "who can help"
    assert driver.states[1] == "更新しました"
    assert driver.dialog.focusWidget() is driver.dialog.bar.default


def test_stop_keeps_the_remaining_certificates_unchanged(ui: UiEnvironment) -> None:
    ui.bank.set_policy(wait_polls=1)
    ui.add_certificate(ui.pc, days=5, user_id=FIRST)
    kept = ui.add_certificate(ui.pc, days=20, user_id=SECOND)
    driver = open_batch(ui, rows=2)
    driver.press("すべて更新")
    until(lambda: driver.dialog.batch.run is not None)
    driver.press("この手順が済んだら止める")
    driver.is_over()
    assert "あとで再開できます" in driver.states[0]
    assert driver.states[1] == "始めていません"
    assert driver.dialog.heading == "0件成功・1件は途中・1件は始めていません"
    assert kept.certificate in ui.usable(ui.pc)


def test_what_waits_for_the_bank_is_counted_apart(ui: UiEnvironment) -> None:
    ui.bank.set_policy(wait_polls=3)
    ui.max_wait = 0
    ui.add_certificate(ui.pc, days=5, user_id=FIRST)
    driver = open_batch(ui, rows=1)
    driver.press("すべて更新")
    driver.is_over()
    assert driver.dialog.heading == "0件成功・1件は発行待ち"
    assert driver.states == ["金融機関の発行を待っています"]
    driver.press("閉じる")
    again = open_batch(ui, rows=1)
    (row,) = again.dialog.rows
    assert not row.box.isEnabled()
    assert not row.box.isChecked()
    assert "今は更新できません" in row.text
    assert "電子証明書の発行を待っています" in row.text
    assert not again.dialog.bar.primary.isVisible()


def test_nothing_due_hides_the_start_button(ui: UiEnvironment) -> None:
    ui.add_certificate(ui.pc, days=200)
    dialog = RenewAllDialog(ui.context())
    dialog.show()
    until(lambda: dialog.batch.scanned)
    assert not dialog.bar.primary.isVisible()
    dialog.close()


@pytest.mark.parametrize("language", Language)
def test_no_text_is_cut_off(ui: UiEnvironment, language: Language) -> None:
    """At 200 % in a small window: each text has the height that it needs."""
    refused = ui.add_certificate(ui.pc, days=5, user_id=FIRST)
    ui.bank.revoke(refused.certificate.serial_hex)
    driver = open_batch(ui, rows=1)
    driver.context.languages.switch(language)
    dialog = driver.dialog
    font = dialog.font()
    font.setPointSizeF(2 * font.pointSizeF())
    dialog.setFont(font)
    dialog.resize(700, 700)
    dialog.batch.start()
    driver.is_over()
    assert driver.cut_off() == []
