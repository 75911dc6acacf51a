"""電子証明書更新前処理中 (seeds S0, S1, S3): checks the prerequisites and continues if they are
met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from certclient.enrollment.preflight import BEFORE_RENEWAL, Check, CheckResult, Verdict
from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.enrollment.messages import for_support
from certclient.ui.enrollment.navigation import WizardMode, WizardPageId
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.enrollment.proxy_login import ProxyLoginPrompt
from certclient.ui.tasks.enrollment_worker import no_consent
from certclient.ui.tasks.interaction import QtInteraction
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.error_panel import ErrorPanel
from certclient.ui.widgets.parts import SecondaryText, Sentence
from certclient.ui.widgets.pictures import Picture, ResultMark
from certclient.ui.widgets.progress import ProgressBar
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from collections.abc import Mapping

    from certclient.i18n.catalogue import ErrorText
    from certclient.ui.enrollment.session import WizardSession

_PAUSE_MILLISECONDS = 400
"""Milliseconds for which the results stay visible before the next page."""

_SEVERITIES: Mapping[Verdict, Severity] = {
    Verdict.WARNING: Severity.WARNING,
    Verdict.FAILED: Severity.ERROR,
}
_SIGN = 20
"""Pixels: the side of the icon of one result."""


class ChecksPage(WizardPage):
    """What failed, in panels; below them one line per check: icon, result and name."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._mark = ResultMark(Severity.ERROR)
        self.head.insertWidget(0, self._mark)
        self._intro = Sentence()
        self._bar = ProgressBar()
        self._bar.setRange(0, len(BEFORE_RENEWAL))
        self._results: dict[Check, CheckResult] = {}
        self._rows = {check: _Row() for check in BEFORE_RENEWAL}
        self._busy = False
        self._interaction = QtInteraction(no_consent, self)
        ProxyLoginPrompt(self.context, self._interaction, self)
        QCoreApplication.instance().aboutToQuit.connect(self._interaction.close)  # type: ignore[union-attr] # the application exists
        self._found = QWidget()
        self._panels: list[ErrorPanel] = []
        QVBoxLayout(self._found).setContentsMargins(0, 0, 0, 0)
        rows = Card()
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(Space.S)
        grid.setVerticalSpacing(Space.XS)
        rows.body.addLayout(grid)
        for number, row in enumerate(self._rows.values()):
            row.add_to(grid, number)
        for part in (self._intro, self._bar, self._found):
            self.body.addWidget(part)
        self.body.addWidget(rows)
        self.body.addStretch()

    def enter(self) -> None:
        """Scans the stores, then runs all checks again."""
        self._results = {}
        self._busy = True
        for panel in self._panels:
            panel.forget_copy()
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
        found = not self._busy and bool(self._marked)
        self._mark.setVisible(found)
        self._mark.show_result(Severity.ERROR if self._failed else Severity.WARNING)
        self._intro.set_text(self._sentence())
        self._bar.setValue(len(self._results))
        self._bar.setVisible(self._busy or not self._marked)
        self._bar.setAccessibleName(self._title())
        self._show_panels()
        names, outcomes = self._names(), self._outcomes()
        for check, row in self._rows.items():
            result = self._results.get(check)
            verdict = result.verdict if result is not None else None
            row.show_result(names[check], verdict, outcomes.get(verdict, ""))

    @property
    def _marked(self) -> list[CheckResult]:
        """The failures, then the warnings."""
        return sorted(
            (one for one in self._results.values() if one.verdict in _SEVERITIES),
            key=lambda one: one.verdict is not Verdict.FAILED,
        )

    def _show_panels(self) -> None:
        marked = [] if self._busy else self._marked
        while len(self._panels) < len(marked):
            self._panels.append(ErrorPanel())
            layout = self._found.layout()
            if layout is not None:
                layout.addWidget(self._panels[-1])
        for number, panel in enumerate(self._panels):
            panel.setVisible(number < len(marked))
        for number, (panel, result) in enumerate(zip(self._panels, marked, strict=False)):
            shown = self._error_text(result)
            # One button copies all that was found.
            support = self._support if number == 0 else None
            severity = _SEVERITIES[result.verdict]
            panel.show_error(shown, severity, title=shown.title, support=support)
        self._found.setVisible(bool(marked))

    def _error_text(self, result: CheckResult) -> ErrorText:
        error = result.error or CertclientError(ErrorCode.INTERNAL)
        current = self.session.current
        contact = self.context.contact(self.session.profile, current.owner if current else None)
        return self.context.catalogue.error(error, contact, begun=False)

    def _support(self) -> str:
        facts = {
            "profile": self.session.profile.id,
            "user": self.session.wizard_state.user_id,
            "time": self.context.clock().isoformat(timespec="seconds"),
        }
        return "\n\n".join(for_support(self._error_text(one), facts) for one in self._marked)

    def _title(self) -> str:
        if self._failed and not self._busy:
            if self.session.wizard_state.mode is WizardMode.OBTAIN:
                return self.tr("The certificate cannot be obtained yet")
            return self.tr("The renewal cannot begin yet")
        if self.session.wizard_state.mode is WizardMode.OBTAIN:
            return self.tr("Preparing to obtain the certificate")
        return self.tr("Preparing the certificate renewal")

    def _sentence(self) -> str:
        if self._failed and not self._busy:
            return self.tr(
                "Nothing has been started, and nothing was changed. Please see to what is marked, "
                "then check again."
            )
        if self._warned and not self._busy:
            return self.tr("Please read what is marked, then go on.")
        return self.tr("Checking whether everything is ready. It goes on by itself.")

    def _names(self) -> Mapping[Check, str]:
        return {
            Check.PROXY: self.tr("Way to the internet (proxy)"),
            Check.CA_REACHABLE: self.tr("Connection to the bank's server"),
            Check.TLS_TRUSTED: self.tr("The server is the bank's own, nobody listens in between"),
            Check.CLOCK: self.tr("Date and time of this PC"),
            Check.PROFILE: self.tr("The bank's settings in this program"),
            Check.STORE: self.tr("Certificate store of this PC"),
            Check.MIDDLEWARE: self.tr("Software of the USB token"),
            Check.TOKEN: self.tr("USB token"),
            Check.KEY: self.tr("Key of the present certificate"),
            Check.REMOTE_DESKTOP: self.tr("Used at the PC itself, not over remote desktop"),
        }

    def _outcomes(self) -> Mapping[Verdict | None, str]:
        return {
            Verdict.PASSED: self.tr("OK"),
            Verdict.WARNING: self.tr("Note"),
            Verdict.FAILED: self.tr("Problem"),
            Verdict.SKIPPED: self.tr("not needed"),
            Verdict.UNCHECKED: self.tr("not checked yet"),
        }

    @classmethod
    def primary_texts(cls) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        translate = QCoreApplication.translate
        return (translate("ChecksPage", "Check &again"), translate("ChecksPage", "&Next"))

    def spoken(self) -> str:
        """The page's title, or what was found."""
        if not self._failed and not self._warned:
            return sentences(super().spoken(), self._intro.text())
        names = self._names()
        panels = zip(self._marked, self._panels, strict=False)
        found = [f"{names[one.check]}: {panel.spoken()}" for one, panel in panels]
        return sentences(super().spoken(), self._intro.text(), *found)

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
        self._sign = Picture("", _SIGN)
        self._name, self._outcome = Sentence(), SecondaryText()
        self._outcome.setWordWrap(False)

    def add_to(self, grid: QGridLayout, row: int) -> None:
        for column, widget in enumerate((self._sign, self._name, self._outcome)):
            grid.addWidget(widget, row, column)

    def show_result(self, name: str, verdict: Verdict | None, outcome: str) -> None:
        self._name.setText(name)
        self._name.setEnabled(verdict is not None and verdict is not Verdict.SKIPPED)
        self._outcome.setText(outcome)
        self._name.setAccessibleName(f"{name}: {outcome}" if outcome else name)
        passed = Severity.SUCCESS if verdict is Verdict.PASSED else None
        severity = _SEVERITIES.get(verdict, passed) if verdict is not None else None
        self._sign.show_picture(severity.value if severity is not None else "")
        self._sign.set_colour(severity)
