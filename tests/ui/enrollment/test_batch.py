"""「すべて更新」: one renewal after another, despite failures, and a table of results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableWidget

from certclient.enrollment.procedure import Finished
from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.enrollment.batch import RenewAllDialog
from certclient_practice.repositories.records import CertificateState
from support.softhsm import PIN
from support.wizards import UiEnvironment, plain, until

FIRST, SECOND, THIRD = "TKYM1408054", "TKYM1408055", "TKYM1408056"


@dataclass
class DialogDriver:
    """Reads the dialog and clicks its buttons."""

    dialog: RenewAllDialog

    @property
    def table(self) -> list[list[str]]:
        table = self.dialog.findChild(QTableWidget)
        assert isinstance(table, QTableWidget)
        return [
            [item.text() for column in range(5) if (item := table.item(row, column)) is not None]
            for row in range(table.rowCount())
        ]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        until(condition, lambda: f"{self.table}")

    def press(self, text: str) -> None:
        bar = self.dialog.bar
        for button in (bar.primary, bar.secondary, bar.close_button):
            if plain(button.text()) == text and button.isVisible() and button.isEnabled():
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
                return
        raise AssertionError(f"no button {text!r}")

    def wait_for_pin_prompt(self) -> None:
        self.wait_until(
            lambda: self.dialog.panel.isVisible() and self.dialog.panel.field.hasFocus()
        )

    def type_pin(self, pin: str) -> None:
        QTest.keyClicks(self.dialog.panel.field, pin)
        self.press("次へ")


def open_dialog(ui: UiEnvironment, rows: int) -> tuple[DialogDriver, list[object]]:
    dialog = RenewAllDialog(ui.context())
    outcomes: list[object] = []
    dialog.finished_with.connect(outcomes.append)
    dialog.show()
    driver = DialogDriver(dialog)
    driver.wait_until(lambda: len(driver.table) == rows)
    return driver, outcomes


def test_only_due_certificates_are_renewed(ui: UiEnvironment) -> None:
    old = [
        ui.add_certificate(ui.pc, days=20, user_id=FIRST),
        ui.add_certificate(ui.pc, days=5, user_id=SECOND),
        ui.add_certificate(ui.pc, days=200, user_id=THIRD),
    ]
    driver, outcomes = open_dialog(ui, rows=2)
    assert [row[0] for row in driver.table] == [f"{SECOND} 1403", f"{FIRST} 1403"]
    driver.press("すべて更新")
    driver.wait_until(lambda: len(outcomes) == 2)
    assert [row[4] for row in driver.table] == ["更新しました", "更新しました"]
    new = {certificate.common_name: certificate for certificate in ui.usable(ui.pc)}
    assert new[f"{THIRD} 1403"] == old[2].certificate
    for user_id in (FIRST, SECOND):
        serial = new[f"{user_id} 1403"].serial_hex
        assert ui.bank.state_of(serial) is CertificateState.CONFIRMED
    assert len(new) == 3
    driver.press("閉じる")


def test_failure_does_not_stop_the_rest(ui: UiEnvironment) -> None:
    refused = ui.add_certificate(ui.pc, days=5, user_id=FIRST)
    ui.bank.revoke(refused.certificate.serial_hex)
    ui.add_certificate(ui.pc, days=20, user_id=SECOND)
    driver, outcomes = open_dialog(ui, rows=2)
    driver.press("すべて更新")
    driver.wait_until(lambda: len(outcomes) == 2)
    assert isinstance(outcomes[0], CertclientError)
    assert outcomes[0].code is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    assert isinstance(outcomes[1], Finished)
    assert "CC-CERT-NOT-ACCEPTED" in driver.table[0][4]
    assert driver.table[1][4] == "更新しました"
    driver.press("閉じる")


def test_certificates_are_renewed_in_their_own_stores_and_a_pin_may_be_skipped(
    ui: UiEnvironment,
) -> None:
    first, second = ui.new_token(), ui.new_token("予備")
    ui.add_certificate(first.store(), days=5, user_id=FIRST)
    ui.add_certificate(second.store(), days=10, user_id=SECOND)
    ui.add_certificate(ui.pc, days=20, user_id=THIRD)
    driver, outcomes = open_dialog(ui, rows=3)
    driver.press("すべて更新")
    driver.wait_for_pin_prompt()
    driver.type_pin(PIN)
    driver.wait_until(lambda: len(outcomes) == 1)
    driver.wait_for_pin_prompt()
    driver.press("この1件をとばす")
    driver.wait_until(lambda: len(outcomes) == 3)
    assert [row[2] for row in driver.table] == ["専用USB", "専用USB", "パソコン"]
    assert driver.table[0][4] == "更新しました"
    assert driver.table[1][4] == "とばしました"
    assert driver.table[2][4] == "更新しました"
    driver.press("閉じる")


def test_stop_keeps_the_remaining_certificates_unchanged(ui: UiEnvironment) -> None:
    ui.bank.set_policy(wait_polls=1)
    ui.add_certificate(ui.pc, days=5, user_id=FIRST)
    kept = ui.add_certificate(ui.pc, days=20, user_id=SECOND)
    driver, outcomes = open_dialog(ui, rows=2)
    driver.press("すべて更新")
    driver.press("この手順が済んだら止める")
    driver.wait_until(lambda: len(outcomes) == 1)
    driver.wait_until(lambda: driver.table[1][4] == "始めていません")
    assert "あとで再開できます" in driver.table[0][4]
    assert kept.certificate in ui.usable(ui.pc)
    driver.press("閉じる")


def test_nothing_due_hides_the_start_button(ui: UiEnvironment) -> None:
    ui.add_certificate(ui.pc, days=200)
    dialog = RenewAllDialog(ui.context())
    dialog.show()
    until(lambda: dialog.batch.scanned)
    assert not dialog.bar.primary.isVisible()
    dialog.close()
