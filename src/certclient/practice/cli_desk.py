"""The bank's desk on the command line: customers, issue codes, certificates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from certclient.model.secret import Secret
from certclient.practice.bank import Bank, DeskError
from certclient.practice.ca import certificate_pem
from certclient.practice.clock import shifted, system_clock
from certclient.practice.database import DatabaseTooNewError
from certclient.practice.policy import BankPolicy
from certclient.practice.records import ADMINISTRATOR_SUFFIX, USER_SUFFIX, CertificateRecord
from certclient.practice.vault import VaultError


@dataclass(frozen=True, slots=True)
class Desk:
    """What every command needs to open the bank."""

    folder: Path
    shift: timedelta

    @contextmanager
    def open(self, policy: BankPolicy | None = None) -> Iterator[Bank]:
        """The bank, closed at the end; what it cannot do becomes one line for its clerk."""
        clock = shifted(system_clock, self.shift) if self.shift else system_clock
        try:
            bank = Bank(self.folder, policy, clock=clock)
            with closing(bank):
                yield bank
        except (DeskError, DatabaseTooNewError, VaultError, OSError) as error:
            raise click.ClickException(str(error)) from error


@click.group()
def customer() -> None:
    """Customers on file. お客様"""


@customer.command("add")
@click.argument("user_id")
@click.option("--suffix", help=f"Four digits; {USER_SUFFIX}, or {ADMINISTRATOR_SUFFIX} for 管理者.")
@click.option("--administrator", is_flag=True, help="管理者 instead of 利用者.")
@click.option("--ask-secrets", is_flag=True, help="Ask here for a bank PIN and card password.")
@click.pass_obj
def customer_add(
    desk: Desk, user_id: str, suffix: str | None, administrator: bool, ask_secrets: bool
) -> None:
    """Put USER_ID on file. お客様を登録する"""
    wanted = suffix or (ADMINISTRATOR_SUFFIX if administrator else USER_SUFFIX)
    if (wanted == ADMINISTRATOR_SUFFIX) != administrator:
        raise click.UsageError(f"--administrator goes with the suffix {ADMINISTRATOR_SUFFIX}")
    pin = _ask("ご契約先暗証番号 / bank PIN") if ask_secrets else None
    password = _ask("お客様カードのパスワード / card password") if ask_secrets else None
    with desk.open() as bank:
        added = bank.add_customer(user_id, wanted, pin=pin, one_time_password=password)
    click.echo(f"{added.common_name} ({added.role.value})")


@click.command("issue-code")
@click.argument("user_id")
@click.option("--valid-days", default=30.0, show_default=True, help="有効日数")
@click.option("--reissue", is_flag=True, help="再発行: also after the days for obtaining alone.")
@click.pass_obj
def issue_code(desk: Desk, user_id: str, valid_days: float, reissue: bool) -> None:
    """Print a new issue code for USER_ID, once. 発行コードを作成する"""
    with desk.open() as bank:
        code = bank.issue_code(user_id, valid=timedelta(days=valid_days), reissue=reissue)
    click.echo(code.reveal())


@click.command()
@click.argument("user_id")
@click.option("--spki", type=click.Path(exists=True, path_type=Path), help="Public key, PEM/DER.")
@click.option("--csr", type=click.Path(exists=True, path_type=Path), help="PKCS#10, PEM or DER.")
@click.option("--expires-in-days", default=365, show_default=True, help="Negative: expired.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="PEM; else stdout.")
@click.pass_obj
def issue(
    desk: Desk,
    user_id: str,
    spki: Path | None,
    csr: Path | None,
    expires_in_days: int,
    out: Path | None,
) -> None:
    """Issue a certificate at the desk for a key that a store holds. 窓口で発行する

    The intermediate CA's certificate follows it.
    """
    if (spki is None) == (csr is None):
        raise click.UsageError("give either --spki or --csr")
    key = _spki_from_csr(csr) if csr is not None else _spki_from(spki or Path())
    with desk.open() as bank:
        certificate = bank.issue_certificate(user_id, key, expires_in_days)
        chain = certificate_pem(certificate) + certificate_pem(bank.ca.intermediate)
    if out is None:
        click.echo(chain, nl=False)
        return
    out.write_text(chain, encoding="utf-8")
    click.echo(certificate.serial_hex)


@click.command()
@click.pass_obj
def certificates(desk: Desk) -> None:
    """List every certificate ever issued. 発行した電子証明書の一覧"""
    with desk.open() as bank:
        for record in bank.certificates():
            click.echo(_line(record))


@click.command()
@click.argument("serial")
@click.pass_obj
def revoke(desk: Desk, serial: str) -> None:
    """Revoke the certificate with this SERIAL (hex). 失効させる"""
    with desk.open() as bank:
        bank.revoke(serial.lower())
    click.echo(f"{serial.lower()} revoked")


DESK_COMMANDS: tuple[click.Command, ...] = (customer, issue_code, issue, certificates, revoke)


def _ask(what: str) -> Secret:
    return Secret(click.prompt(what, hide_input=True, confirmation_prompt=True))


def _line(record: CertificateRecord) -> str:
    certificate = record.certificate
    until = f"{certificate.not_after_tokyo:%Y-%m-%d %H:%M}"
    state = record.state.value + (f" ({record.reason.value})" if record.reason.value else "")
    return f"{certificate.serial_hex}  {certificate.common_name}  {until} JST  {state}"


def _spki_from(path: Path) -> bytes:
    data = path.read_bytes()
    try:
        key = load_pem_public_key(data) if _is_pem(data) else load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise click.ClickException(f"{path} holds no public key") from error
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _spki_from_csr(path: Path) -> bytes:
    data = path.read_bytes()
    try:
        csr = x509.load_pem_x509_csr(data) if _is_pem(data) else x509.load_der_x509_csr(data)
        if not csr.is_signature_valid:
            raise click.ClickException("the request's own signature does not verify")
        return csr.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise click.ClickException(f"{path} holds no certificate request") from error


def _is_pem(data: bytes) -> bool:
    return data.lstrip().startswith(b"-----BEGIN")
