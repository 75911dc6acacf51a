"""The ends of procedures that nobody has seen yet: 更新しました, or why not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from certclient.enrollment.run_results import ResultKind, RunResult
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.visible_text import visible
from certclient.ui.overview.lines_panel import LinesPanel, PanelLine
from certclient.ui.widgets.tokens import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from certclient.ui.context import AppContext


class ResultTexts(QObject):
    """Results in words, for the main window and for notifications."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context

    def title(self, results: Sequence[RunResult]) -> str:
        """The heading of a notification about these results of one run or of one batch."""
        if _is_batch(results):
            return self.tr("“Renew all” is over")
        if results[0].kind is ResultKind.FAILED:
            return self.tr("The certificate could not be issued")
        return self.tr("The new certificate is ready")

    def text(self, results: Sequence[RunResult]) -> str:
        """What there is to know about the results of one run or of one batch."""
        lines = [self._line(one) for one in results]
        return "\n".join([self._count(results), *lines] if _is_batch(results) else lines)

    def _count(self, results: Sequence[RunResult]) -> str:
        """「すべて更新」が終わりました：3件成功・1件失敗."""
        number = Counter(one.kind for one in results)
        text = self.tr("“Renew all” is over: {done} succeeded, {failed} failed.").format(
            done=number[ResultKind.DONE], failed=number[ResultKind.FAILED]
        )
        if waiting := number[ResultKind.WAITING]:
            text += self.tr(" {waiting} waiting for the bank.").format(waiting=waiting)
        return text

    def _line(self, result: RunResult) -> str:
        profile = self._context.profile(result.profile_id)
        bank = self._context.bank(profile) if profile else result.profile_id
        text = self.tr("{user} ({bank}): {state}")
        return text.format(user=visible(result.full_id), bank=bank, state=self._state(result))

    def _state(self, result: RunResult) -> str:
        shown = self._problem(result)
        if result.kind is ResultKind.FAILED:
            return self.tr("the certificate could not be issued. {0}").format(shown)
        if result.kind is ResultKind.WAITING:
            return self.tr("the bank is issuing the certificate. It goes on by itself.")
        until = result.valid_until
        end = self._context.catalogue.minute(until) if until is not None else ""
        text = self.tr("the new certificate is installed. It is valid until {0}.").format(end)
        return f"{text} {shown}".strip()

    def _problem(self, result: RunResult) -> str:
        error = next((one for one in ErrorCode if one.code == result.code), None)
        if error is None:
            return ""
        shown = self._context.catalogue.error(CertclientError(error))
        text = self.tr("{title}. {next} (error code: {code})")
        return text.format(title=shown.title, next=shown.next_step, code=shown.code)


class ResultPanel(LinesPanel):
    """One entry for each run or batch, each with 確認しました."""

    seen = Signal(object)
    """The RunResults that the user has confirmed."""

    _lines: Sequence[_ResultLine]

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = ResultTexts(context, self)

    def show_results(self, results: Sequence[RunResult]) -> None:
        """Shows the results, oldest first. A failure whose procedure is still open is on its
        owner's card."""
        groups = [
            group for group in grouped(results) if _is_batch(group) or not group[0].procedure_id
        ]
        if groups != [line.results for line in self._lines]:
            lines = [
                _ResultLine(self._texts, group, mnemonic=number == 0)
                for number, group in enumerate(groups)
            ]
            for line in lines:
                line.seen.connect(self.seen)
            self._replace_lines(lines)
            self._lines = lines
        self._show_lines()

    @property
    def results(self) -> list[RunResult]:
        """The results on the panel."""
        return [one for line in self._lines for one in line.results]


class _ResultLine(PanelLine):
    seen = Signal(object)

    def __init__(
        self, texts: ResultTexts, results: tuple[RunResult, ...], *, mnemonic: bool
    ) -> None:
        failed = any(one.kind is ResultKind.FAILED for one in results)
        super().__init__(Severity.WARNING if failed else Severity.SUCCESS)
        self._texts = texts
        self._mnemonic = mnemonic
        self.results = results
        self.button.clicked.connect(lambda: self.seen.emit(self.results))

    def retranslate(self) -> None:
        """See PanelLine.retranslate."""
        self._show("", self._texts.text(self.results))
        # A mnemonic is pressed once, so only the first entry has it.
        self.button.setText(self.tr("Mar&k as seen") if self._mnemonic else self.tr("Mark as seen"))
        name = self.tr("Mark as seen: {0}").format(visible(self.results[0].full_id))
        self.button.setAccessibleName(name)


def grouped(results: Sequence[RunResult]) -> list[tuple[RunResult, ...]]:
    """The results of each batch together, each other one alone, in the order of their first."""
    groups: dict[str, tuple[RunResult, ...]] = {}
    for one in results:
        name = one.batch or one.id
        groups[name] = (*groups.get(name, ()), one)
    return list(groups.values())


def _is_batch(results: Sequence[RunResult]) -> bool:
    return bool(results[0].batch)
