"""更新できますか？ in words: the lines that the command prints and the window shows and saves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient import __version__
from certclient.enrollment.full_check.values import Finding, Item, Note
from certclient.enrollment.preflight import Verdict
from certclient.model.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from certclient.enrollment.full_check.board import Board
    from certclient.i18n.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said about one result. `title`: what was found, "" if all is well or a note says it;
    `sentences`: what it means and what to do; `code`: the error's."""

    title: str = ""
    sentences: tuple[str, ...] = ()
    code: str = ""


class CheckWords:
    """The words of one language."""

    def __init__(self, catalogue: Catalogue, contact: Callable[[str], str]) -> None:
        """`contact`: from a bank's id to whom its customers contact, "" if unknown."""
        self._catalogue = catalogue
        self._contact = contact

    def title(self, item: Item) -> str:
        """What is checked, with the token's or folder's name if there may be several."""
        text = self._catalogue.text(f"check-title.{item.check.value}")
        place = "" if item.of_certificate else item.title
        if not place:
            return text
        return self._catalogue.text("check.where", title=text, place=visible(place))

    def verdict(self, verdict: Verdict | None) -> str:
        """よし, 注意, 問題 …; None: while it is being checked."""
        return self._catalogue.text(f"check.{verdict.value if verdict else 'open'}")

    def heading(self, item: Item) -> str:
        """Above the lines of the same computer, bank or certificate."""
        catalogue = self._catalogue
        if item.of_certificate:
            place = visible(item.title)
            if item.destination is not None and not place:
                place = catalogue.destination(item.destination)
            return catalogue.text(
                "check.certificate",
                full_id=visible(item.full_id),
                serial=item.serial,
                place=place,
            )
        if item.bank:
            return visible(self.bank(item))
        return catalogue.text("check.computer")

    def bank(self, item: Item) -> str:
        """The bank's name, or what its file is called if that cannot be read."""
        japanese, english = item.bank_name
        name = japanese if self._catalogue.language.value == "ja" else english
        return name or item.bank

    def advice(self, finding: Finding) -> Advice:
        """What to say beside the verdict."""
        if finding.error is not None and finding.verdict in (Verdict.FAILED, Verdict.WARNING):
            contact = self._contact(finding.item.bank)
            shown = self._catalogue.error(finding.error, contact, begun=False)
            help_line = self._catalogue.text("check.help", help=shown.help) if shown.help else ""
            texts = (shown.sentence, shown.next_step, *shown.details, help_line)
            return Advice(shown.title, tuple(text for text in texts if text), shown.code)
        if finding.note is not None:
            return Advice(sentences=(self._note(finding),))
        return Advice()

    def _note(self, finding: Finding) -> str:
        catalogue, life = self._catalogue, finding.life
        values = {"until": catalogue.until(life), "first": catalogue.first(life)} if life else {}
        note = finding.note or Note.DUE
        return catalogue.text(f"check-note.{note.value}", **values)

    def summary(self, board: Board) -> str:
        """The answer to the question, once all is checked."""
        failures, warnings = len(board.failures), len(board.warnings)
        if failures:
            key = "failed-some"
        elif not board.certificates:
            key = "no-certificate"
        else:
            key = "ready-notes" if warnings else "ready"
        return self._catalogue.text(f"check.{key}", failures=failures, warnings=warnings)

    def lines(self, finding: Finding) -> Iterator[str]:
        """One result as text, what is said about it indented."""
        catalogue = self._catalogue
        verdict = self.verdict(finding.verdict)
        yield catalogue.text("check.line", verdict=verdict, title=self.title(finding.item))
        advice = self.advice(finding)
        if advice.title:
            yield f"    {advice.title} [{advice.code}]"
        for sentence in advice.sentences:
            yield f"    {sentence}"

    def top(self, now: datetime, system: str) -> Sequence[str]:
        """The first lines of a report that is kept; `system`: this computer's, "" for none."""
        time = self._catalogue.minute(now)
        text = self._catalogue.text
        first = text("check.heading", version=__version__, time=time)
        return [first, text("check.system", system=system)] if system else [first]

    def report(self, board: Board, now: datetime, system: str = "") -> str:
        """The whole report as text, for a file, paper or a help desk. Holds no secret."""
        lines = [*self.top(now, system), self.summary(board)]
        heading = ""
        for finding in board.findings:
            above = self.heading(finding.item)
            if above != heading:
                heading = above
                lines += ["", above]
            lines += self.lines(finding)
        return "\n".join(lines) + "\n"


def needs_attention(finding: Finding) -> bool:
    """Whether somebody has to read it."""
    return finding.verdict in (Verdict.FAILED, Verdict.WARNING)
