"""`certclient show`: one certificate, line by line as on the seeds' last page."""

from __future__ import annotations

from collections.abc import Iterator

import click

from certclient.cli.candidates import certificates
from certclient.cli.commands.listing import serial_text, stage_text, until_text
from certclient.cli.exit_codes import DONE
from certclient.cli.inventories import read_combined
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import print_json
from certclient.cli.localized import Command, common_parameters
from certclient.cli.records import entry_record
from certclient.enrollment.bank_status import BankStatus
from certclient.enrollment.inventory import InventoryEntry, named
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import CertificateField
from certclient.model.japan_time import clock_time
from certclient.model.lifecycle import Stage
from certclient.model.visible_text import visible
from certclient.store.names import title_of


@click.pass_obj
def show(invocation: Invocation, certificate: str) -> int:
    """Prints the certificate; returns the exit code."""
    invocation.command = "show"
    profiles = invocation.banks().some()
    entry = named(read_combined(invocation, profiles), certificate)
    if invocation.json:
        print_json(invocation, DONE, {"certificate": entry_record(entry)})
        return DONE
    bank = next(profile for profile in profiles if profile.id == entry.bank)
    lines = _lines(invocation.at_bank(bank), entry)
    if len(profiles) > 1:
        click.echo(invocation.catalogue.text("show.bank", bank=invocation.name_of(bank)))
    click.echo("\n".join(lines))
    return DONE


def _lines(invocation: Invocation, entry: InventoryEntry) -> Iterator[str]:
    catalogue, certificate, life = invocation.catalogue, entry.certificate, entry.life
    place = invocation.place(entry.store.destination, title_of(entry.store))
    role = catalogue.role(entry.owner.role)
    yield catalogue.text("show.owner", user_id=entry.full_id, role=role)
    yield catalogue.text("show.place", place=place)
    yield catalogue.text("show.name", name=entry.stored.friendly_name)
    yield catalogue.text("finished.issuer", issuer=_issuer(invocation, certificate))
    yield from (f"{label} = {visible(value)}" for label, value in certificate.dn_lines)
    yield catalogue.text("finished.serial", serial=serial_text(invocation, entry))
    yield catalogue.text("show.fingerprint", fingerprint=certificate.fingerprint)
    yield catalogue.text("finished.until", until=until_text(invocation, entry))
    if entry.stored.archived:
        yield catalogue.text("list.archived")
    if certificate.unreadable:
        fields = catalogue.fields(certificate.unreadable)
        yield catalogue.text("show.unreadable", fields=fields)
    if entry.obstacle is not None:
        shown = catalogue.error(entry.obstacle, invocation.contact(entry.owner))
        yield from (stage_text(invocation, entry), shown.sentence, shown.next_step)
    elif entry.stored.key is None or entry.stored.key_hidden or life.begins is not None:
        yield stage_text(invocation, entry)
    elif entry.bank_status is BankStatus.PRESUMED_ACCEPTED:
        advice = "closed" if life.closed else _ADVICE[life.stage]
        yield catalogue.text(f"show.{advice}", **_days(invocation, entry))
    else:
        yield stage_text(invocation, entry)


def _issuer(invocation: Invocation, certificate: Certificate) -> str:
    if CertificateField.ISSUER in certificate.unreadable:
        return invocation.catalogue.text("list.unreadable-field")
    return certificate.issuer_common_name


_ADVICE = {
    Stage.NOT_YET: "not-yet",
    Stage.RENEWABLE: "renewable",
    Stage.OBTAINABLE: "obtainable",
    Stage.TOO_LATE: "too-late",
}


def _days(invocation: Invocation, entry: InventoryEntry) -> dict[str, object]:
    catalogue, life = invocation.catalogue, entry.life
    return {
        "renew_from": catalogue.first(life),
        "until": catalogue.minute(life.expires),
        "time": clock_time(life.deadline),
        "obtain_until": catalogue.day(life.obtain_until),
        "days_left": life.days_left,
        "contact": invocation.contact(entry.owner),
    }


command = Command(
    name="show",
    callback=show,
    params=[
        click.Argument(["certificate"], metavar="CERT", shell_complete=certificates),
        *common_parameters(),
    ],
)
