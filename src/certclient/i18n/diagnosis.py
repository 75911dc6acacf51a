"""A diagnosis in words: the lines that the command prints, the window shows and the zip holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.model.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from certclient.enrollment.diagnosis.values import Diagnosis, Fact, Kind, Part
    from certclient.i18n.catalogue import Catalogue


class DiagnosisWords:
    """The words of one language."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def lines(self, diagnosis: Diagnosis) -> Sequence[str]:
        """The report. Text from outside shows its control characters; every line is one fact."""
        return list(self._lines(diagnosis))

    def report(self, diagnosis: Diagnosis) -> str:
        """The report as the text of a file."""
        return "\n".join(self.lines(diagnosis)) + "\n"

    def _lines(self, diagnosis: Diagnosis) -> Iterator[str]:
        text = self._catalogue.text
        yield text("diagnosis.heading", time=self._catalogue.minute(diagnosis.made))
        yield text("diagnosis.with-ids" if diagnosis.with_ids else "diagnosis.without-ids")
        yield text("diagnosis.no-secret")
        for part in diagnosis.parts:
            yield ""
            yield self._heading(part)
            if not part.facts:
                yield f"  {text('diagnosis.nothing')}"
            for fact in part.facts:
                yield f"  {self._line(part.kind, fact)}"

    def _heading(self, part: Part) -> str:
        name = self._catalogue.text(f"diagnosis-part.{part.kind.value}")
        return f"{name}: {visible(part.title)}" if part.title else name

    def _line(self, kind: Kind, fact: Fact) -> str:
        value = visible(fact.value) or "-"
        if kind.value == "errors":
            return f"{visible(fact.name)}  {value}"
        return f"{self._catalogue.text(f'diagnosis-fact.{fact.name}')}: {value}"
