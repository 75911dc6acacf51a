"""All lines of the report: what is still being checked, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.enrollment.full_check.values import Finding
from certclient.enrollment.preflight import Check, Verdict
from certclient.model.errors import CertclientError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from certclient.enrollment.full_check.values import Item

_FIRST = (Check.PROFILE, Check.POLICY, Check.RECORDS, Check.SPACE, Check.PERIOD)
"""What comes before the others of its computer, bank or certificate."""
_ORDER = {check: number for number, check in enumerate(dict.fromkeys((*_FIRST, *Check)))}


class Board:
    """Used by one thread. A result that comes after its time limit counts after all."""

    def __init__(self) -> None:
        self._lines: dict[Item, Finding | None] = {}

    def expect(self, items: Iterable[Item]) -> None:
        """Adds lines without a result."""
        for item in items:
            self._lines.setdefault(item, None)

    def note(self, finding: Finding) -> None:
        """Notes a result, of a line that was expected or not."""
        self._lines[finding.item] = finding

    def fail_open(self, items: Iterable[Item], error: CertclientError) -> Sequence[Finding]:
        """Those of `items` without a result have failed with `error`; returns them."""
        failed = [
            Finding(item, Verdict.FAILED, error) for item in items if self._lines.get(item) is None
        ]
        for finding in failed:
            self.note(finding)
        return failed

    @property
    def open(self) -> Sequence[Item]:
        """The lines without a result."""
        return [item for item, finding in self._lines.items() if finding is None]

    @property
    def findings(self) -> Sequence[Finding]:
        """The results, in the order of the report."""
        return [finding for item in self.items if (finding := self._lines[item]) is not None]

    @property
    def items(self) -> Sequence[Item]:
        """All lines: this computer's first, then each bank's, its certificates last."""
        banks = list(dict.fromkeys(item.bank for item in self._lines if item.bank))

        def place(item: Item) -> tuple[int, bool, str, str, int]:
            bank = banks.index(item.bank) + 1 if item.bank else 0
            whose = f"{item.full_id} {item.serial}" if item.of_certificate else ""
            return (bank, item.of_certificate, whose, item.store, _ORDER[item.check])

        return sorted(self._lines, key=place)

    def result(self, item: Item) -> Finding | None:
        """The result of this line, None while it is open."""
        return self._lines.get(item)

    @property
    def failures(self) -> Sequence[Finding]:
        """What stands in the way."""
        return [one for one in self.findings if one.verdict is Verdict.FAILED]

    @property
    def warnings(self) -> Sequence[Finding]:
        """What deserves attention."""
        return [one for one in self.findings if one.verdict is Verdict.WARNING]

    @property
    def certificates(self) -> int:
        """How many certificates have been looked at."""
        found = {(one.item.store, one.item.serial) for one in self.findings}
        return len([serial for _, serial in found if serial])


def timeout_error(seconds: float) -> CertclientError:
    """CHECK_TIMEOUT: no result within so many seconds."""
    return CertclientError(ErrorCode.CHECK_TIMEOUT, seconds=f"{seconds:.0f}")
