"""電子証明書更新前処理中 (seeds S0, S1, S3): checks the prerequisites and continues if they are
met."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QStyle

from certclient.enrollment.preflight import Check, CheckResult, Verdict
from certclient.ui.enrollment.navigation import WizardMode, WizardPageId
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.enrollment.proxy_login import ProxyLoginPrompt
from certclient.ui.enrollment.session import WizardSession
from certclient.ui.tasks.enrollment_worker import no_consent
from certclient.ui.tasks.interaction import QtInteraction
from certclient.ui.widgets.parts import Sentence, show_sign

_PAUSE_MILLISECONDS = 400
"""Milliseconds for which the results stay visible before the next page."""

_ICONS: Mapping[Verdict, QStyle.StandardPixmap] = {
    Verdict.PASSED: QStyle.StandardPixmap.SP_DialogApplyButton,
    Verdict.WARNING: QStyle.StandardPixmap.SP_MessageBoxWarning,
    Verdict.FAILED: QStyle.StandardPixmap.SP_MessageBoxCritical,
}


class ChecksPage(WizardPage):
    """One line per check: icon, name, and advice if it failed."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._intro = Sentence()
        self._bar = QProgressBar()
        self._bar.setRange(0, len(Check))
        self._bar.setTextVisible(False)
        self._results: dict[Check, CheckResult] = {}
        self._rows = {check: _Row() for check in Check}
        self._busy = False
        self._interaction = QtInteraction(no_consent, self)
        ProxyLoginPrompt(self.context, self._interaction, self)
        QCoreApplication.instance().aboutToQuit.connect(self._interaction.close)  # type: ignore[union-attr] # the application exists
        grid = QGridLayout()
        grid.setColumnStretch(2, 1)
        for number, row in enumerate(self._rows.values()):
            row.add_to(grid, 2 * number)
        for part in (self._intro, self._bar):
            self.body.addWidget(part)
        self.body.addLayout(grid)
        self.body.addStretch()

    def enter(self) -> None:
        """Scans the stores, then runs all checks again."""
        self._results = {}
        self._busy = True
        self.refresh()
        self.session.scan_stores(self._check)

    def _check(self) -> None:
        self.session.check(self._show_check, self._all_checked, self._interaction)

    def _show_check(self, result: CheckResult) -> None:
        self._results[result.check] = result
        self.retranslate()

    def _all_checked(self, _nothing: None) -> None:
        self._busy = False
        self.retranslate()
        if self._failed or self._warned:
            self.renewed.emit()
        else:
            QTimer.singleShot(_PAUSE_MILLISECONDS, self, self._go_on)

    def _go_on(self) -> None:
        if self.isVisible() and not self._busy:
            self.session.forward(WizardPageId.CHECKS)

    @property
    def _failed(self) -> bool:
        return any(result.verdict is Verdict.FAILED for result in self._results.values())

    @property
    def _warned(self) -> bool:
        return any(result.verdict is Verdict.WARNING for result in self._results.values())

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        self.set_heading(self._title())
        self._intro.set_text(self._sentence())
        self._bar.setValue(len(self._results))
        self._bar.setAccessibleName(self._title())
        names = self._names()
        verdicts = self._verdicts()
        for check, row in self._rows.items():
            result = self._results.get(check)
            help_text = self._help(result) if result is not None else ""
            verdict = result.verdict if result is not None else None
            row.show_result(names[check], verdict, verdicts.get(verdict, ""), help_text)

    def _title(self) -> str:
        if self.session.wizard_state.mode is WizardMode.OBTAIN:
            return self.tr("Preparing to obtain the certificate")
        return self.tr("Preparing the certificate renewal")

    def _sentence(self) -> str:
        if self._failed:
            return self.tr("It cannot go on yet. Please see to what is marked, then check again.")
        if self._warned:
            return self.tr("Please read what is marked, then go on.")
        return self.tr("Checking whether everything is ready. It goes on by itself.")

    def _names(self) -> Mapping[Check, str]:
        return {
            Check.PROXY: self.tr("Way to the internet (proxy)"),
            Check.CA_REACHABLE: self.tr("Connection to the bank's server"),
            Check.TLS_TRUSTED: self.tr("The server is the bank's own, nobody listens in between"),
            Check.CLOCK: self.tr("Date and time of this PC"),
            Check.STORE: self.tr("Certificate store of this PC"),
            Check.MIDDLEWARE: self.tr("Software of the USB token"),
            Check.TOKEN: self.tr("USB token"),
            Check.KEY: self.tr("Key of the present certificate"),
            Check.REMOTE_DESKTOP: self.tr("Used at the PC itself, not over remote desktop"),
        }

    def _verdicts(self) -> Mapping[Verdict | None, str]:
        return {
            Verdict.PASSED: self.tr("OK"),
            Verdict.WARNING: self.tr("Note"),
            Verdict.FAILED: self.tr("Problem"),
            Verdict.SKIPPED: self.tr("not needed"),
        }

    def _help(self, result: CheckResult) -> str:
        if result.error is None or result.verdict is Verdict.SKIPPED:
            return ""
        shown = self.context.catalogue.error(result.error)
        lines = (shown.title, shown.sentence, shown.next_step, *shown.details, f"[{shown.code}]")
        return "\n".join(lines)

    def primary_texts(self) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        return (self.tr("Check &again"), self.tr("&Next"))

    def spoken(self) -> str:
        """The page's title, or what was found."""
        if not self._failed and not self._warned:
            return sentences(super().spoken(), self._intro.text())
        names = self._names()
        found = [
            f"{names[one.check]}: {self._help(one)}"
            for one in self._results.values()
            if one.verdict in (Verdict.FAILED, Verdict.WARNING)
        ]
        return sentences(self._intro.text(), *found)

    @property
    def urgent(self) -> bool:
        """See WizardPage.urgent."""
        return self._failed

    def buttons(self) -> Buttons:
        """No way forward until no check fails."""
        close = self.tr("&Cancel")
        if self._busy:
            return Buttons(close=close)
        again = Button(self.tr("Check &again"), self.enter)
        if self._failed:
            return Buttons(primary=again, close=close)
        forward = Button(self.tr("&Next"), lambda: self.session.forward(WizardPageId.CHECKS))
        return Buttons(primary=forward, secondary=again if self._warned else None, close=close)


class _Row:
    """The widgets of one check."""

    def __init__(self) -> None:
        self._sign, self._name, self._verdict = QLabel(), Sentence(), QLabel()
        self._help = Sentence()

    def add_to(self, grid: QGridLayout, row: int) -> None:
        grid.addWidget(self._sign, row, 0)
        grid.addWidget(self._verdict, row, 1)
        grid.addWidget(self._name, row, 2)
        grid.addWidget(self._help, row + 1, 2)

    def show_result(self, name: str, verdict: Verdict | None, outcome: str, help_text: str) -> None:
        self._name.setText(name)
        self._name.setEnabled(verdict is not None and verdict is not Verdict.SKIPPED)
        self._verdict.setText(outcome)
        self._name.setAccessibleName(f"{name}: {outcome}" if outcome else name)
        self._help.set_text(help_text)
        show_sign(self._sign, _ICONS.get(verdict) if verdict is not None else None)
