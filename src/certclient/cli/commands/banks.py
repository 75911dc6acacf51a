"""`certclient banks`: the banks that this computer is set up for, and what is wrong with others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, JsonValue, error_record, print_json
from certclient.cli.localized import Command, common_parameters
from certclient.cli.tables import print_table
from certclient.enrollment.preflight import profile_clock
from certclient.model.anchor_dates import anchor_warnings
from certclient.model.banks import ConfiguredBank
from certclient.model.errors import CertclientError

_COLUMNS = ("bank", "id", "bank-state", "file")


@click.pass_obj
def banks(invocation: Invocation) -> int:
    """Prints all banks, usable or not; returns exit code 0 even if there are none.

    Raises POLICY_INVALID, and as `Services.profile` for a bank chosen.
    """
    invocation.command = "banks"
    found = _chosen(invocation)
    if invocation.json:
        records: list[JsonValue] = [_record(invocation, bank) for bank in found]
        print_json(invocation, DONE, {"banks": records})
    elif found:
        headings = [invocation.catalogue.text(f"column.{name}") for name in _COLUMNS]
        print_table(headings, [_row(invocation, bank) for bank in found])
        for line in _notes(invocation, found):
            click.echo(line, err=True)
    return DONE


def _chosen(invocation: Invocation) -> Sequence[ConfiguredBank]:
    """All of them, or the one chosen: by id, or a file that is not among them."""
    name = invocation.profile_name
    if not name:
        return invocation.banks().configured
    listed = [bank for bank in invocation.services.banks().configured if bank.id == name]
    return listed or invocation.banks().configured


def _record(invocation: Invocation, bank: ConfiguredBank) -> JsonObject:
    profile = bank.profile
    return {
        "id": bank.id or None,
        "name": {"ja": profile.bank.ja, "en": profile.bank.en} if profile is not None else None,
        "file": str(bank.file) if bank.file is not None else None,
        "state": "usable" if profile is not None else "unusable",
        "rehearsal": profile.rehearsal if profile is not None else None,
        "not_used": [str(path) for path in bank.not_used],
        "error": error_record(invocation, bank.error) if bank.error is not None else None,
        "warnings": [error_record(invocation, error) for error in _warnings(invocation, bank)],
    }


def _warnings(invocation: Invocation, bank: ConfiguredBank) -> Sequence[CertclientError]:
    """What is wrong although the bank is usable."""
    if bank.profile is None:
        return ()
    now = invocation.services.clock()
    clock = profile_clock(bank.profile, now)
    return (*anchor_warnings(bank.profile, now), *([clock] if clock is not None else []))


def _row(invocation: Invocation, bank: ConfiguredBank) -> list[str]:
    profile = bank.profile
    state = "usable" if profile is not None else "unusable"
    return [
        invocation.name_of(profile) if profile is not None else "",
        bank.id,
        invocation.catalogue.text(f"banks.{state}"),
        str(bank.file or ""),
    ]


def _notes(invocation: Invocation, banks: Sequence[ConfiguredBank]) -> Iterator[str]:
    """Files that are not used; warnings. Why a bank cannot be used follows as a warning."""
    catalogue = invocation.catalogue
    for bank in banks:
        for path in bank.not_used:
            yield catalogue.text("banks.not-used", file=path, used=bank.file)
        for error in _warnings(invocation, bank):
            shown = catalogue.error(error)
            yield catalogue.text("banks.warning", title=shown.title, code=shown.code)


command = Command(name="banks", callback=banks, params=common_parameters())
