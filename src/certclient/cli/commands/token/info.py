"""`certclient token info`: what a help desk asks about a token. Needs no PIN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import click
import msgspec

from certclient.cli.commands.token.choice import chosen_tokens, why_not
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, JsonValue, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import stored_record
from certclient.model.certificate import DATES, Certificate
from certclient.model.visible_text import visible
from certclient.store.base import CertificateStore, Described, StoredCertificate
from certclient.store.token_description import MechanismSupport, TokenDescription, TokenKey


@dataclass(frozen=True, slots=True)
class _Token:
    store: CertificateStore
    description: TokenDescription
    certificates: Sequence[StoredCertificate]

    def of_key(self, key: TokenKey) -> Certificate | None:
        """The certificate that belongs to `key`."""
        return next(
            (
                one.certificate
                for one in self.certificates
                if one.key is not None and one.key.key_id.hex() == key.key_id
            ),
            None,
        )


@click.pass_obj
def info(invocation: Invocation, store: str) -> int:
    """Describes each token that is connected, or the one chosen; returns the exit code."""
    invocation.command = "token info"
    tokens = [_read(one) for one in chosen_tokens(invocation, store)]
    if invocation.json:
        records: list[JsonValue] = [_record(token) for token in tokens]
        print_json(invocation, DONE, {"tokens": records})
    else:
        parts = ["\n".join(map(visible, _lines(invocation, token))) for token in tokens]
        click.echo("\n\n".join(parts))
    return DONE


def _read(store: CertificateStore) -> _Token:
    if not isinstance(store, Described):
        raise why_not(store)
    return _Token(store, store.describe(), store.certificates())


def _lines(invocation: Invocation, token: _Token) -> Iterator[str]:
    yield from description_lines(invocation, token.description)
    yield from _contents(invocation, token)


def description_lines(invocation: Invocation, description: TokenDescription) -> Iterator[str]:
    """The device, its PIN, memory and mechanisms in words."""
    catalogue = invocation.catalogue
    for name, value in _facts(description).items():
        if value:
            yield catalogue.text(f"token-info.{name}", value=value)
    yield catalogue.text(f"token-info.pin-{description.pin.value}")
    if description.pin_pad:
        yield catalogue.text("token-info.pin-pad")
    elif description.max_pin_length:
        limits = {"least": description.min_pin_length, "most": description.max_pin_length}
        yield catalogue.text("token-info.pin-length", **limits)
    yield catalogue.text(
        "token-info.memory" if description.free_memory is not None else "token-info.memory-unknown",
        bytes=description.free_memory,
    )
    if description.write_protected:
        yield catalogue.text("token-info.write-protected")
    for mechanism in description.mechanisms:
        yield f"{mechanism.name}: {catalogue.text(f'token-info.{_support(mechanism)}')}"


def _support(mechanism: MechanismSupport) -> str:
    if mechanism.present:
        return "present"
    return "missing" if mechanism.required else "missing-optional"


def _facts(description: TokenDescription) -> Mapping[str, str]:
    return {
        "label": description.label,
        "manufacturer": description.manufacturer,
        "model": description.model,
        "serial": description.serial,
        "hardware": description.hardware_version,
        "firmware": description.firmware_version,
        "reader": description.reader,
        "module": f"{description.module} {description.module_version}",
    }


def _contents(invocation: Invocation, token: _Token) -> Iterator[str]:
    catalogue = invocation.catalogue
    for stored in token.certificates:
        certificate = stored.certificate
        state = "hidden" if stored.key_hidden else "with-key" if stored.key else "without-key"
        yield catalogue.text(
            f"token-info.certificate-{state}",
            name=certificate.common_name or stored.friendly_name,
            serial=certificate.serial_hex,
            until=_until(invocation, certificate),
        )
    for one in token.description.keys:
        if token.of_key(one) is None:
            yield catalogue.text("token-info.lone-key", label=one.label, id=one.key_id)


def _until(invocation: Invocation, certificate: Certificate) -> str:
    if certificate.unreadable & DATES:
        return invocation.catalogue.text("list.unreadable-field")
    return invocation.catalogue.minute(certificate.not_after)


def _record(token: _Token) -> JsonObject:
    return {
        "store": token.store.store_id,
        **description_record(token.description),
        "keys": [_key_record(token, one) for one in token.description.keys],
        "certificates": [stored_record(one) for one in token.certificates],
    }


def description_record(description: TokenDescription) -> JsonObject:
    """The device, its PIN, memory and mechanisms."""
    record: JsonObject = msgspec.to_builtins(description)
    del record["keys"]  # with their certificates: `_key_record`
    return record


def _key_record(token: _Token, key: TokenKey) -> JsonObject:
    certificate = token.of_key(key)
    return {
        "label": key.label,
        "id": key.key_id,
        "kind": key.kind,
        "certificate": None if certificate is None else certificate.serial_hex,
    }


command = Command(
    name="token-info",
    callback=info,
    params=[Option(["--store"], default="", metavar="NAME"), *common_parameters()],
)
