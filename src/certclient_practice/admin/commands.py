"""The operator's commands: customers, issue codes, certificates."""

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

from certclient.model.errors import CertclientError
from certclient.model.secret import Secret
from certclient_practice.bank.bank import MAX_SHIFT_DAYS, Bank, BankAdminError
from certclient_practice.bank.ca import certificate_pem
from certclient_practice.bank.clock import shifted, system_clock
from certclient_practice.bank.coverage import coverage
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.repositories.database import DatabaseTooNewError
from certclient_practice.repositories.records import (
    ADMINISTRATOR_SUFFIX,
    USER_SUFFIX,
    CertificateRecord,
)
from certclient_practice.repositories.vault import VaultError


@dataclass(frozen=True, slots=True)
class BankAdmin:
    """Opens the bank for a command; `shift` is added to the clock for this process only."""

    folder: Path
    shift: timedelta

    @contextmanager
    def open(self, policy: BankPolicy | None = None) -> Iterator[Bank]:
        """Opens the bank and closes it at the end.

        Raises click.ClickException, which click prints as one line, for any error of the bank;
        certclient shows its `__cause__` if that is a CertclientError.
        """
        clock = shifted(system_clock, self.shift) if self.shift else system_clock
        try:
            bank = Bank(self.folder, policy, clock=clock)
            with closing(bank):
                yield bank
        except (
            BankAdminError,
            CertclientError,
            DatabaseTooNewError,
            VaultError,
            OSError,
        ) as error:
            raise click.ClickException(str(error)) from error


@contextmanager
def file_errors() -> Iterator[None]:
    """Raises click.ClickException, one line, for a file that cannot be read or written."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(str(error)) from error


@click.group()
def customer() -> None:
    """Manage customers. お客様"""


@customer.command("add")
@click.argument("user_id")
@click.option("--suffix", help=f"Four digits; {USER_SUFFIX}, or {ADMINISTRATOR_SUFFIX} for 管理者.")
@click.option("--administrator", is_flag=True, help="管理者 instead of 利用者.")
@click.option("--contract", default="", help="Contract of the user ID. ご契約先ID")
@click.option("--email", default="", help="Address for renewal notices. メールアドレス")
@click.option("--ask-secrets", is_flag=True, help="Prompt for bank PIN and card password.")
@click.pass_obj
def customer_add(
    admin: BankAdmin,
    user_id: str,
    suffix: str | None,
    administrator: bool,
    contract: str,
    email: str,
    ask_secrets: bool,
) -> None:
    """Register USER_ID as a customer. お客様を登録する"""
    wanted = suffix or (ADMINISTRATOR_SUFFIX if administrator else USER_SUFFIX)
    if (wanted == ADMINISTRATOR_SUFFIX) != administrator:
        raise click.UsageError(f"--administrator requires suffix {ADMINISTRATOR_SUFFIX}")
    pin = _ask("ご契約先暗証番号 / bank PIN") if ask_secrets else None
    password = _ask("お客様カードのパスワード / card password") if ask_secrets else None
    with admin.open() as bank:
        added = bank.add_customer(
            user_id,
            wanted,
            pin=pin,
            one_time_password=password,
            contract_id=contract,
            email=email,
        )
    click.echo(f"{added.common_name} ({added.role.value})")


@click.command("issue-code")
@click.argument("user_id")
@click.option(
    "--valid-days",
    type=click.FloatRange(-MAX_SHIFT_DAYS, MAX_SHIFT_DAYS),
    default=30.0,
    show_default=True,
    help="有効日数",
)
@click.option("--reissue", is_flag=True, help="再発行: valid even after --obtain-days.")
@click.pass_obj
def issue_code(admin: BankAdmin, user_id: str, valid_days: float, reissue: bool) -> None:
    """Create an issue code for USER_ID and print it once. 発行コードを作成する"""
    with admin.open() as bank:
        code = bank.issue_code(user_id, valid=timedelta(days=valid_days), reissue=reissue)
    click.echo(code.reveal())


@click.command()
@click.argument("user_id")
@click.option(
    "--spki", type=click.Path(exists=True, path_type=Path), help="Public key, PEM or DER."
)
@click.option("--csr", type=click.Path(exists=True, path_type=Path), help="PKCS#10, PEM or DER.")
@click.option(
    "--expires-in-days",
    type=click.IntRange(-MAX_SHIFT_DAYS, MAX_SHIFT_DAYS),
    default=365,
    show_default=True,
    help="Negative: already expired.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="PEM file; default: stdout."
)
@click.pass_obj
def issue(
    admin: BankAdmin,
    user_id: str,
    spki: Path | None,
    csr: Path | None,
    expires_in_days: int,
    out: Path | None,
) -> None:
    """Issue a certificate for an existing public key, without CMP. 窓口で発行する

    Appends the intermediate CA's certificate.
    """
    if (spki is None) == (csr is None):
        raise click.UsageError("specify either --spki or --csr")
    with file_errors():
        key = _spki_from_csr(csr) if csr is not None else _spki_from(spki or Path())
    with admin.open() as bank:
        certificate = bank.issue_certificate(user_id, key, expires_in_days)
        chain = certificate_pem(certificate) + certificate_pem(bank.ca.intermediate)
    if out is None:
        click.echo(chain, nl=False)
        return
    with file_errors():
        out.write_text(chain, encoding="utf-8")
    click.echo(certificate.serial_hex)


@click.command()
@click.pass_obj
def certificates(admin: BankAdmin) -> None:
    """List all issued certificates. 発行した電子証明書の一覧"""
    with admin.open() as bank:
        for record in bank.certificates():
            click.echo(_line(record))


@click.command()
@click.argument("serial")
@click.pass_obj
def revoke(admin: BankAdmin, serial: str) -> None:
    """Revoke the certificate with SERIAL (hexadecimal). 失効させる"""
    with admin.open() as bank:
        bank.revoke(serial.lower())
    click.echo(f"{serial.lower()} revoked")


@click.command("coverage")
@click.option("--contract", default="", help="Show only this contract. ご契約先ID")
@click.option("--missing", is_flag=True, help="Only IDs without a valid certificate. 未取得のみ")
@click.pass_obj
def coverage_command(admin: BankAdmin, contract: str, missing: bool) -> None:
    """Show which user IDs have a valid certificate. 電子証明書の取得状況"""
    with admin.open() as bank, bank.repositories() as repositories:
        for group in coverage(repositories, bank.clock(), bank.policy.renewal):
            if contract and group.contract != contract:
                continue
            for entry in group.uncovered if missing else group.ids:
                name = entry.customer.common_name
                click.echo(f"{group.contract}  {name}  {entry.state.value}")


@click.command("clock")
@click.argument("days", type=int)
@click.pass_obj
def clock_command(admin: BankAdmin, days: int) -> None:
    """Shift the bank's clock by DAYS from its next start. 銀行の日付をずらす"""
    with admin.open() as bank:
        bank.shift_clock(timedelta(days=days))
        click.echo(f"{bank.clock():%Y-%m-%d}")


ADMIN_COMMANDS: tuple[click.Command, ...] = (
    customer,
    issue_code,
    issue,
    certificates,
    revoke,
    coverage_command,
    clock_command,
)


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
        raise click.ClickException(f"{path} contains no public key") from error
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _spki_from_csr(path: Path) -> bytes:
    data = path.read_bytes()
    try:
        csr = x509.load_pem_x509_csr(data) if _is_pem(data) else x509.load_der_x509_csr(data)
        if not csr.is_signature_valid:
            raise click.ClickException("the signature of the certificate request is invalid")
        return csr.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise click.ClickException(f"{path} contains no certificate request") from error


def _is_pem(data: bytes) -> bool:
    return data.lstrip().startswith(b"-----BEGIN")
