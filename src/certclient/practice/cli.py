"""`certclient practice …`: runs the practice bank and stands at its desk."""

from __future__ import annotations

import signal
import sys
import threading
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
from platformdirs import user_data_path

from certclient.model.lifecycle import RenewalPolicy
from certclient.model.profile import AskWhom
from certclient.model.secret import Secret
from certclient.practice.bank import Bank, DeskError
from certclient.practice.ca import certificate_pem
from certclient.practice.clock import shifted, system_clock
from certclient.practice.database import DatabaseTooNewError
from certclient.practice.policy import BankPolicy
from certclient.practice.profile_writer import ProfileOptions, profile_toml
from certclient.practice.records import ADMINISTRATOR_SUFFIX, USER_SUFFIX, CertificateRecord
from certclient.practice.server import (
    LOOPBACK,
    PracticeServer,
    ServerSettings,
    read_addresses,
)
from certclient.practice.vault import VaultError

_WHOM = click.Choice([whom.value for whom in AskWhom])


@dataclass(frozen=True, slots=True)
class _Desk:
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
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the practice bank's books and keys. データの保存先",
)
@click.option(
    "--clock-shift",
    type=float,
    default=0.0,
    metavar="DAYS",
    help="Run the bank's clock so many days ahead (negative: behind). 日付をずらす",
)
@click.pass_context
def practice(context: click.Context, data: Path | None, clock_shift: float) -> None:
    """A practice bank for rehearsals: CA, CMP server and login page. 練習銀行（リハーサル）

    It listens on this computer only, unless told otherwise. Commands may be used while it runs.
    """
    folder = data or user_data_path("certclient") / "practice-bank"
    context.obj = _Desk(folder, timedelta(days=clock_shift))


@practice.command()
@click.option("--port", default=8443, show_default=True, help="Top page and CMP; 0: any free.")
@click.option("--login-port", default=8444, show_default=True, help="Login page; 0: any free.")
@click.option(
    "--bind", default=LOOPBACK, show_default=True, help="Address to listen on. 待受アドレス"
)
@click.option("--wait-polls", default=0, help="Let customers ask N times before it is issued.")
@click.option("--check-after", default=5, show_default=True, help="Seconds between two polls.")
@click.option(
    "--confirm-within",
    default=3600.0,
    show_default=True,
    help="Seconds until an unconfirmed certificate is revoked. 確認期限（秒）",
)
@click.option("--renew-days", default=30, show_default=True, help="Renewable days before expiry.")
@click.option("--obtain-days", default=90, show_default=True, help="Obtainable days after expiry.")
@click.option("--implicit-confirm", is_flag=True, help="Allow issuing without confirmation.")
@click.option(
    "--profile",
    "profile_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write certclient's profile for this bank here at start. プロファイルの出力先",
)
@click.pass_obj
def serve(
    desk: _Desk,
    port: int,
    login_port: int,
    bind: str,
    wait_polls: int,
    check_after: int,
    confirm_within: float,
    renew_days: int,
    obtain_days: int,
    implicit_confirm: bool,
    profile_file: Path | None,
) -> None:
    """Run the bank until Ctrl+C. 練習銀行を起動する"""
    policy = BankPolicy(
        renewal=RenewalPolicy(renew_days, obtain_days),
        wait_polls=wait_polls,
        check_after=check_after,
        confirm_within=timedelta(seconds=confirm_within),
        allow_implicit_confirm=implicit_confirm,
    )
    settings = ServerSettings(bind, port, login_port)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    with desk.open(policy) as bank, PracticeServer(bank, settings) as server:
        if profile_file is not None:
            text = profile_toml(bank, server.addresses, ProfileOptions())
            profile_file.write_text(text, encoding="utf-8")
        click.echo(f"Practice bank: {server.addresses.public_url}")
        click.echo(f"CMP:           {server.addresses.cmp_url}")
        click.echo(f"Login:         {server.addresses.login_url}")
        sys.stdout.flush()
        # With a limit, because an endless wait cannot be interrupted on Windows.
        while not stop.wait(0.5):
            pass


@practice.group()
def customer() -> None:
    """Customers on file. お客様"""


@customer.command("add")
@click.argument("user_id")
@click.option("--suffix", help=f"Four digits; {USER_SUFFIX}, or {ADMINISTRATOR_SUFFIX} for 管理者.")
@click.option("--administrator", is_flag=True, help="管理者 instead of 利用者.")
@click.option("--ask-secrets", is_flag=True, help="Ask here for a bank PIN and card password.")
@click.pass_obj
def customer_add(
    desk: _Desk, user_id: str, suffix: str | None, administrator: bool, ask_secrets: bool
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


@practice.command("issue-code")
@click.argument("user_id")
@click.option("--valid-days", default=30.0, show_default=True, help="有効日数")
@click.option("--reissue", is_flag=True, help="再発行: also after the days for obtaining alone.")
@click.pass_obj
def issue_code(desk: _Desk, user_id: str, valid_days: float, reissue: bool) -> None:
    """Print a new issue code for USER_ID, once. 発行コードを作成する"""
    with desk.open() as bank:
        code = bank.issue_code(user_id, valid=timedelta(days=valid_days), reissue=reissue)
    click.echo(code.reveal())


@practice.command()
@click.argument("user_id")
@click.option("--spki", type=click.Path(exists=True, path_type=Path), help="Public key, PEM/DER.")
@click.option("--csr", type=click.Path(exists=True, path_type=Path), help="PKCS#10, PEM or DER.")
@click.option("--expires-in-days", default=365, show_default=True, help="Negative: expired.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="PEM; else stdout.")
@click.pass_obj
def issue(
    desk: _Desk,
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


@practice.command()
@click.pass_obj
def certificates(desk: _Desk) -> None:
    """List every certificate ever issued. 発行した電子証明書の一覧"""
    with desk.open() as bank:
        for record in bank.certificates():
            click.echo(_line(record))


@practice.command()
@click.argument("serial")
@click.pass_obj
def revoke(desk: _Desk, serial: str) -> None:
    """Revoke the certificate with this SERIAL (hex). 失効させる"""
    with desk.open() as bank:
        bank.revoke(serial.lower())
    click.echo(f"{serial.lower()} revoked")


@practice.command()
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--pkcs11-module",
    "modules",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Token module, absolute path; may be repeated. トークンのモジュール",
)
@click.option("--ask-pin", type=_WHOM, default="nobody", help="ご契約先暗証番号")
@click.option("--ask-one-time-password", type=_WHOM, default="nobody", help="お客様カード")
@click.option("--key-bits", type=click.Choice(["2048", "3072", "4096"]), default="2048")
@click.pass_obj
def profile(
    desk: _Desk,
    out: Path,
    modules: tuple[Path, ...],
    ask_pin: str,
    ask_one_time_password: str,
    key_bits: str,
) -> None:
    """Write certclient's profile for the bank as it runs, or ran last. プロファイルを出力する"""
    addresses = read_addresses(desk.folder)
    if addresses is None:
        raise click.ClickException("this practice bank has not run yet: start `serve` first")
    options = ProfileOptions(
        pkcs11_modules=modules,
        ask_pin=AskWhom(ask_pin),
        ask_one_time_password=AskWhom(ask_one_time_password),
        key_bits=int(key_bits),
    )
    with desk.open() as bank:
        out.write_text(profile_toml(bank, addresses, options), encoding="utf-8")
    click.echo(str(out))


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
    except (ValueError, UnsupportedAlgorithm) as error:
        raise click.ClickException(f"{path} holds no certificate request") from error


def _is_pem(data: bytes) -> bool:
    return data.lstrip().startswith(b"-----BEGIN")
