"""「すべて更新」: one after the other, one failure stops no other, a table at the end."""

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
from support.wizards import Office, plain, until

FIRST, SECOND, THIRD = "TKYM1408054", "TKYM1408055", "TKYM1408056"


@dataclass
class Clerk:
    """Looks at the dialog and presses its buttons."""

    dialog: RenewAllDialog

    @property
    def table(self) -> list[list[str]]:
        table = self.dialog.findChild(QTableWidget)
        assert isinstance(table, QTableWidget)
        return [
            [item.text() for column in range(5) if (item := table.item(row, column)) is not None]
            for row in range(table.rowCount())
        ]

    def sees(self, condition: Callable[[], bool]) -> None:
        until(condition, lambda: f"{self.table}")

    def presses(self, text: str) -> None:
        for button in (self.dialog.primary, self.dialog.secondary, self.dialog.closing):
            if plain(button.text()) == text and button.isVisible() and button.isEnabled():
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
                return
        raise AssertionError(f"no button {text!r}")

    def waits_for_the_pin(self) -> None:
        self.sees(lambda: self.dialog.panel.isVisible() and self.dialog.panel.field.hasFocus())

    def types_the_pin(self, pin: str) -> None:
        QTest.keyClicks(self.dialog.panel.field, pin)
        self.presses("次へ")


def opened(office: Office, rows: int) -> tuple[Clerk, list[object]]:
    dialog = RenewAllDialog(office.context())
    ends: list[object] = []
    dialog.finished_with.connect(ends.append)
    dialog.show()
    clerk = Clerk(dialog)
    clerk.sees(lambda: len(clerk.table) == rows)
    return clerk, ends


def test_all_that_is_due_is_renewed_and_the_rest_left_alone(office: Office) -> None:
    old = [
        office.give(office.pc, days=20, user_id=FIRST),
        office.give(office.pc, days=5, user_id=SECOND),
        office.give(office.pc, days=200, user_id=THIRD),
    ]
    clerk, ends = opened(office, rows=2)
    assert [row[0] for row in clerk.table] == [f"{SECOND} 1403", f"{FIRST} 1403"]
    clerk.presses("すべて更新")
    clerk.sees(lambda: len(ends) == 2)
    assert [row[4] for row in clerk.table] == ["更新しました", "更新しました"]
    new = {certificate.common_name: certificate for certificate in office.usable(office.pc)}
    assert new[f"{THIRD} 1403"] == old[2].certificate
    for user_id in (FIRST, SECOND):
        serial = new[f"{user_id} 1403"].serial_hex
        assert office.bank.state_of(serial) is CertificateState.CONFIRMED
    assert len(new) == 3
    clerk.presses("閉じる")


def test_one_failure_does_not_stop_the_rest(office: Office) -> None:
    refused = office.give(office.pc, days=5, user_id=FIRST)
    office.bank.revoke(refused.certificate.serial_hex)
    office.give(office.pc, days=20, user_id=SECOND)
    clerk, ends = opened(office, rows=2)
    clerk.presses("すべて更新")
    clerk.sees(lambda: len(ends) == 2)
    assert isinstance(ends[0], CertclientError)
    assert ends[0].code is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    assert isinstance(ends[1], Finished)
    assert "CC-CERT-NOT-ACCEPTED" in clerk.table[0][4]
    assert clerk.table[1][4] == "更新しました"
    clerk.presses("閉じる")


def test_pc_and_token_each_where_it_lives_and_a_skipped_pin(office: Office) -> None:
    first, second = office.new_token(), office.new_token("予備")
    office.give(first.store(), days=5, user_id=FIRST)
    office.give(second.store(), days=10, user_id=SECOND)
    office.give(office.pc, days=20, user_id=THIRD)
    clerk, ends = opened(office, rows=3)
    clerk.presses("すべて更新")
    clerk.waits_for_the_pin()
    clerk.types_the_pin(PIN)
    clerk.sees(lambda: len(ends) == 1)
    clerk.waits_for_the_pin()
    clerk.presses("この1件をとばす")
    clerk.sees(lambda: len(ends) == 3)
    assert [row[2] for row in clerk.table] == ["専用USB", "専用USB", "パソコン"]
    assert clerk.table[0][4] == "更新しました"
    assert "CC-PIN-REQUIRED" in clerk.table[1][4]
    assert clerk.table[2][4] == "更新しました"
    clerk.presses("閉じる")


def test_stop_leaves_the_rest_as_it_is(office: Office) -> None:
    office.bank.set_policy(wait_polls=1)
    office.give(office.pc, days=5, user_id=FIRST)
    kept = office.give(office.pc, days=20, user_id=SECOND)
    clerk, ends = opened(office, rows=2)
    clerk.presses("すべて更新")
    clerk.presses("この手順が済んだら止める")
    clerk.sees(lambda: len(ends) == 1)
    clerk.sees(lambda: clerk.table[1][4] == "始めていません")
    assert "あとで再開できます" in clerk.table[0][4]
    assert kept.certificate in office.usable(office.pc)
    clerk.presses("閉じる")


def test_nothing_due_says_so(office: Office) -> None:
    office.give(office.pc, days=200)
    dialog = RenewAllDialog(office.context())
    dialog.show()
    until(lambda: dialog.batch.looked)
    assert not dialog.primary.isVisible()
    dialog.close()
