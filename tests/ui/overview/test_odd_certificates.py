"""Other people's certificates in the main window: told for what they are before anyone clicks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from certclient.model.certificate import Certificate
from certclient.model.keys import KeySpec
from certclient.store.base import no_pin
from certclient.ui.dialogs.details import DetailsDialog
from certclient.ui.overview.card_menu import Entry
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.owner_card import OwnerCard
from certclient.ui.overview.store_scanner import StoreScanner
from support.odd_certificates import (
    CLIENT_AUTH,
    GENERALIZED_TIME,
    UTC_TIME,
    OddCertificate,
    attribute,
    extension,
    name,
    rdn,
    sequence,
    tlv,
)
from support.wizards import LONG, UiEnvironment

_NEVER = tlv(GENERALIZED_TIME, b"99991231235959Z")
_HIDDEN = "\u202eijohS\u200b ieR"


@dataclass
class OddScreen:
    """The main window on a computer with one odd certificate."""

    ui: UiEnvironment
    qtbot: QtBot
    window: MainWindow
    scanner: StoreScanner

    def show(self, odd: OddCertificate) -> Certificate:
        with self.ui.pc.open(no_pin) as session:
            key = session.create_key(KeySpec(), "odd")
            certificate = Certificate.read(replace(odd, spki=session.signer(key).spki).der)
            session.install(key, certificate, "odd")
        with self.qtbot.waitSignal(self.scanner.scanned, timeout=LONG):
            self.scanner.refresh()
        return certificate

    @property
    def card(self) -> OwnerCard:
        (card,) = self.window.cards.cards
        return card

    @property
    def may_renew(self) -> bool:
        return self.card.act_button.isVisible() or self.card.entry(Entry.RENEW) is not None

    def details(self) -> str:
        action = self.card.entry(Entry.DETAILS)
        assert action is not None
        action.trigger()
        dialog = self.window.findChild(DetailsDialog)
        assert dialog is not None
        return texts(dialog)


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


@pytest.fixture
def screen(ui: UiEnvironment, qtbot: QtBot) -> Iterator[OddScreen]:
    context = ui.context()
    window = MainWindow(context)
    qtbot.addWidget(window)
    scanner = StoreScanner(context)
    window.show()
    yield OddScreen(ui, qtbot, window, scanner)
    scanner.stop()
    window.card_actions.close()


def test_a_cas_certificate_is_named_and_cannot_be_renewed(screen: OddScreen) -> None:
    is_ca = extension("2.5.29.19", bytes.fromhex("30030101ff"))
    screen.show(OddCertificate(extensions=(is_ca, CLIENT_AUTH), not_after=_NEVER))
    assert "認証局（CA）の証明書です" in screen.card.text
    assert "更新の対象になりません" in screen.card.text
    assert not screen.may_renew


def test_a_date_that_cannot_be_read_is_said_to_be(screen: OddScreen) -> None:
    screen.show(OddCertificate(not_after=tlv(UTC_TIME, b"later")))
    assert screen.card.figure.figure == ""
    assert "読み取れない項目がある電子証明書です" in screen.card.text
    assert "CC-CERT-DAMAGED" in texts(screen.card)
    assert not screen.may_renew
    details = screen.details()
    assert "[CC-CERT-DAMAGED]" in details
    assert "有効期限\n読み取れません" in details


def test_no_expiry_is_a_date_like_any_other(screen: OddScreen) -> None:
    screen.show(OddCertificate(not_after=_NEVER))
    assert "9999年12月31日" in texts(screen.card)
    assert "9999" in screen.details()


def test_a_certificate_whose_owner_cannot_be_read_has_a_line_of_its_own(screen: OddScreen) -> None:
    odd = screen.show(OddCertificate(subject=sequence(b"\x31\x7f")))
    line = next(one for one in texts(screen.window).splitlines() if "CC-CERT-DAMAGED" in one)
    assert odd.fingerprint[:16] in line


@pytest.mark.parametrize("read", [OddScreen.details, lambda screen: texts(screen.window)])
def test_hidden_characters_are_shown(screen: OddScreen, read: Callable[[OddScreen], str]) -> None:
    owner = rdn(attribute("CN", b"TKYM1408054 1403"))
    screen.show(
        OddCertificate(subject=name(rdn(attribute("O", _HIDDEN.encode())), owner), not_after=_NEVER)
    )
    shown = read(screen)
    assert not set("\u202e\u200b") & set(shown)
    assert "<U+202E>ijohS<U+200B> ieR" in screen.details()
