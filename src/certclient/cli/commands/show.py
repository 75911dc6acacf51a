"""`certclient show`: one certificate, line by line as on the seeds' last page."""

from __future__ import annotations

from collections.abc import Iterator

import click

from certclient.cli.commands.listing import stage_words
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.records import entry_record, print_json
from certclient.cli.translated import Command, common_parameters
from certclient.enrollment.bank_status import BankStatus
from certclient.enrollment.inventory import Entry, named, take_inventory
from certclient.model.lifecycle import Stage


@click.pass_obj
def show(invocation: Invocation, certificate: str) -> int:
    """Shows; returns the exit code."""
    invocation.command = "show"
    services = invocation.services
    profile = invocation.profile()
    inventory = take_inventory(
        profile, services.stores(profile), services.clock(), services.statuses()
    )
    entry = named(inventory, certificate)
    if invocation.json:
        print_json("show", DONE, {"certificate": entry_record(entry)})
    else:
        click.echo("\n".join(_lines(invocation, entry)))
    return DONE


def _lines(invocation: Invocation, entry: Entry) -> Iterator[str]:
    words, certificate, life = invocation.words, entry.certificate, entry.life
    place = invocation.place(entry.store.destination, entry.store.label)
    role = words.role(entry.owner.role)
    yield words.text("show.owner", user_id=entry.full_id, role=role)
    yield words.text("show.place", place=place)
    yield words.text("show.name", name=entry.stored.friendly_name)
    yield words.text("finished.issuer", issuer=certificate.issuer_common_name)
    yield from (f"{label} = {value}" for label, value in certificate.dn_lines)
    yield words.text("finished.serial", serial=certificate.serial_hex)
    yield words.text("show.fingerprint", fingerprint=certificate.fingerprint)
    yield words.text("finished.until", until=words.minute(life.deadline))
    if entry.stored.archived:
        yield words.text("list.archived")
    if entry.bank_status is BankStatus.PRESUMED_ACCEPTED:
        yield words.text(f"show.{_ADVICE[life.stage]}", **_days(invocation, entry))
    else:
        yield stage_words(invocation, entry)


_ADVICE = {
    Stage.NOT_YET: "not-yet",
    Stage.RENEWABLE: "renewable",
    Stage.OBTAINABLE: "obtainable",
    Stage.TOO_LATE: "too-late",
}


def _days(invocation: Invocation, entry: Entry) -> dict[str, object]:
    words, life = invocation.words, entry.life
    return {
        "renew_from": words.day(life.renew_from),
        "obtain_until": words.day(life.obtain_until),
        "days_left": life.days_left,
        "contact": invocation.contact(entry.owner),
    }


command = Command(
    name="show",
    callback=show,
    params=[click.Argument(["certificate"], metavar="CERT"), *common_parameters()],
)
