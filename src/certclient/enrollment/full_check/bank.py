"""What is checked for one bank without any store: its profile, and the way to its CA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.enrollment.full_check.values import Finding, Item
from certclient.enrollment.preflight import (
    Check,
    Verdict,
    clock_result,
    connection_results,
    profile_clock,
    profile_result,
)
from certclient.model.errors import CertclientError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from certclient.ca.client import CaClient
    from certclient.enrollment.full_check.values import Listener
    from certclient.model.banks import ConfiguredBank
    from certclient.model.profile import Profile

_CONNECTION = (Check.PROXY, Check.CA_REACHABLE, Check.TLS_TRUSTED)
BANK_CHECKS = (Check.PROFILE, *_CONNECTION, Check.CLOCK)
"""Those of a bank whose profile can be read."""


def bank_item(check: Check, bank: ConfiguredBank) -> Item:
    """The item for a check of this bank; a file that cannot be read counts by its name."""
    name = (bank.profile.bank.ja, bank.profile.bank.en) if bank.profile is not None else ("", "")
    return Item(check, bank=bank.id or str(bank.file or ""), bank_name=name)


@dataclass(frozen=True, slots=True)
class BankCheck:
    """`connect`: the client of the bank's CA; raises CA_PLUGIN…; `probe`: one harmless request with
    it, which may ask for a proxy's login. `clock` returns aware UTC."""

    bank: ConfiguredBank
    connect: Callable[[Profile], CaClient]
    probe: Callable[[CaClient], Sequence[CertclientError]]
    clock: Callable[[], datetime]

    def items(self) -> tuple[Item, ...]:
        """What `run` reports."""
        checks = BANK_CHECKS if self.bank.profile is not None else (Check.PROFILE,)
        return tuple(bank_item(check, self.bank) for check in checks)

    def run(self, listener: Listener) -> None:
        """Reports the profile at once, then makes one request."""
        profile = self.bank.profile
        item = bank_item(Check.PROFILE, self.bank)
        if profile is None:
            error = self.bank.error or CertclientError(ErrorCode.PROFILE_NOT_FOUND)
            listener.found(Finding(item, Verdict.FAILED, error))
            return
        listener.found(Finding.of(item, profile_result(profile, self.clock())))
        for finding in self._connection(profile):
            listener.found(finding)

    def _connection(self, profile: Profile) -> Sequence[Finding]:
        try:
            ca = self.connect(profile)
        except CertclientError as error:
            return [
                Finding(bank_item(Check.PROXY, self.bank), Verdict.UNCHECKED),
                Finding(bank_item(Check.CA_REACHABLE, self.bank), Verdict.FAILED, error),
                Finding(bank_item(Check.TLS_TRUSTED, self.bank), Verdict.UNCHECKED),
                self._clock(profile, None),
            ]
        results = connection_results(lambda: self.probe(ca))
        wrong = [one for one in results if _blames_the_clock(one.error)]
        found = [
            Finding.of(bank_item(one.check, self.bank), one)
            if one not in wrong
            else Finding(bank_item(one.check, self.bank), Verdict.UNCHECKED)
            for one in results
        ]
        if wrong:
            clock = Finding(bank_item(Check.CLOCK, self.bank), Verdict.FAILED, wrong[0].error)
        else:
            clock = self._clock(profile, ca.server_time())
        return [*found, clock]

    def _clock(self, profile: Profile, server_time: datetime | None) -> Finding:
        """By the server's time; without it, by the profile, which is older than today."""
        item, now = bank_item(Check.CLOCK, self.bank), self.clock()
        result = clock_result(server_time, now)
        early = profile_clock(profile, now) if result.verdict is Verdict.UNCHECKED else None
        return Finding(item, Verdict.FAILED, early) if early else Finding.of(item, result)


def _blames_the_clock(error: CertclientError | None) -> bool:
    return error is not None and error.code is ErrorCode.CLOCK_WRONG
