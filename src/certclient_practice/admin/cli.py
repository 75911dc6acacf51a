"""`certclient practice …`: runs the practice bank; the operator's commands are in `admin.py`."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from datetime import time, timedelta
from pathlib import Path

import click
from platformdirs import user_data_path

from certclient import __version__
from certclient.model.lifecycle import (
    DEFAULT_RENEWAL,
    OBTAIN_DAYS,
    RENEW_DAYS,
    RenewalPolicy,
    closing_hour,
)
from certclient.model.profile import CMP, EST, SecretPolicy
from certclient_practice.admin.commands import ADMIN_COMMANDS, BankAdmin
from certclient_practice.admin.key_options import KEY_ALGORITHM, KEY_BITS, key_of
from certclient_practice.admin.mail import bounced, notify
from certclient_practice.admin.profile_writer import ProfileOptions, profile_toml
from certclient_practice.bank.bank import MAX_SHIFT_DAYS
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.bank.updates import AnnouncedVersions
from certclient_practice.repositories.issue_codes import CodeStyle
from certclient_practice.repositories.records import USER_SUFFIX
from certclient_practice.web.server import LOOPBACK, PracticeServer, ServerSettings, read_addresses

OPERATOR_PORT = 8445

_YEAR_SECONDS = 366 * 24 * 3600
_PORT = click.IntRange(0, 65535)
_SECRET_POLICIES = click.Choice([choice.value for choice in SecretPolicy])


_PROTOCOL = click.option(
    "--protocol",
    type=click.Choice([CMP, EST]),
    default=CMP,
    show_default=True,
    help="Protocol that the profile names. プロファイルの通信方式",
)


def _hour(_context: click.Context, _option: click.Parameter, text: str) -> time | None:
    try:
        return closing_hour(text)
    except ValueError as error:
        raise click.BadParameter("HH:MM is needed, such as 09:00") from error


@click.group()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the practice bank's database and keys. データの保存先",
)
@click.option(
    "--clock-shift",
    type=click.FloatRange(-MAX_SHIFT_DAYS, MAX_SHIFT_DAYS),
    default=0.0,
    metavar="DAYS",
    help="Shift the bank's clock by this many days (negative: back). 日付をずらす",
)
@click.pass_context
def practice(context: click.Context, data: Path | None, clock_shift: float) -> None:
    """A practice bank for rehearsals: CA, CMP and EST server, login page. 練習銀行（リハーサル）

    Listens on the loopback interface unless --bind is given. Other commands work while it runs.
    """
    folder = data or user_data_path("certclient") / "practice-bank"
    context.obj = BankAdmin(folder, timedelta(days=clock_shift))


@practice.command()
@click.option(
    "--port", type=_PORT, default=8443, show_default=True, help="Home page and CMP; 0: any free."
)
@click.option(
    "--login-port",
    type=_PORT,
    default=8444,
    show_default=True,
    help="Login, EST; 0: any free.",
)
@click.option(
    "--operator-port",
    type=_PORT,
    help="Operator pages; 0: any free. Default: 8445, or any with --port 0. 窓口の画面",
)
@click.option(
    "--bind", default=LOOPBACK, show_default=True, help="Address to listen on. 待受アドレス"
)
@click.option(
    "--wait-polls",
    type=click.IntRange(min=0),
    default=0,
    help="Number of polls before a certificate is issued.",
)
@click.option(
    "--check-after",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="Seconds between polls.",
)
@click.option(
    "--confirm-within",
    type=click.FloatRange(0, _YEAR_SECONDS),
    default=3600.0,
    show_default=True,
    help="Seconds until an unconfirmed certificate is revoked. 確認期限（秒）",
)
@click.option(
    "--renew-days",
    type=click.IntRange(*RENEW_DAYS),
    default=DEFAULT_RENEWAL.renew_days_before,
    show_default=True,
    help="Renewable this many days before expiry.",
)
@click.option(
    "--obtain-days",
    type=click.IntRange(*OBTAIN_DAYS),
    default=DEFAULT_RENEWAL.obtain_days_after,
    show_default=True,
    help="Obtainable this many days after expiry.",
)
@click.option(
    "--renew-until",
    default="",
    metavar="HH:MM",
    callback=_hour,
    help="Hour in Japan at which renewal closes on the expiry day. 更新の受付を終える時刻",
)
@click.option(
    "--codes",
    "code_style",
    type=click.Choice([style.value for style in CodeStyle]),
    default=CodeStyle.PLAIN.value,
    show_default=True,
    help="What issue codes look like. 発行コードの形",
)
@click.option(
    "--downloads",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of installers for the download page. 配布するファイル",
)
@click.option(
    "--announce-version",
    metavar="VERSION",
    help="Newest app version to announce; default: this version. お知らせする最新の版",
)
@click.option(
    "--minimum-version",
    metavar="VERSION",
    help="Oldest app version that the bank supports; default: any. 使える最も古い版",
)
@click.option("--implicit-confirm", is_flag=True, help="Allow implicit confirmation.")
@click.option(
    "--profile",
    "profile_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write certclient's profile for this bank to. プロファイルの出力先",
)
@_PROTOCOL
@KEY_ALGORITHM
@KEY_BITS
@click.option("--verbose", is_flag=True, help="Log refused requests and reasons to stderr.")
@click.option("--stop-with-input", is_flag=True, hidden=True)
@click.option("--customer", "customers", multiple=True, hidden=True)
@click.pass_obj
def serve(
    admin: BankAdmin,
    port: int,
    login_port: int,
    operator_port: int | None,
    bind: str,
    wait_polls: int,
    check_after: int,
    confirm_within: float,
    renew_days: int,
    obtain_days: int,
    renew_until: time | None,
    code_style: str,
    downloads: Path | None,
    announce_version: str | None,
    minimum_version: str | None,
    implicit_confirm: bool,
    profile_file: Path | None,
    protocol: str,
    key_algorithm: str,
    key_bits: str | None,
    verbose: bool,
    stop_with_input: bool,
    customers: tuple[str, ...],
) -> None:
    """Run the bank until Ctrl+C. 練習銀行を起動する"""
    key = key_of(key_algorithm, key_bits)
    policy = BankPolicy(
        renewal=RenewalPolicy(renew_days, obtain_days, renew_until),
        codes=CodeStyle(code_style),
        wait_polls=wait_polls,
        check_after=check_after,
        confirm_within=timedelta(seconds=confirm_within),
        allow_implicit_confirm=implicit_confirm,
    )
    if verbose:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if operator_port is None:
        operator_port = OPERATOR_PORT if port else 0
    settings = ServerSettings(bind, port, login_port, operator_port, downloads)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    if stop_with_input:
        threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True).start()
    announced = AnnouncedVersions(announce_version or __version__, minimum_version or "")
    with admin.open(policy) as bank, PracticeServer(bank, settings) as server:
        bank.updates.announced = announced
        bank.keep_rules()
        for user_id in customers:
            bank.add_customer(user_id, USER_SUFFIX)
        if profile_file is not None:
            options = ProfileOptions(key=key, revocation=True, protocol=protocol)
            text = profile_toml(bank, server.addresses, options)
            profile_file.write_text(text, encoding="utf-8")
        click.echo(f"Practice bank: {server.addresses.public_url}")
        click.echo(f"CMP:           {server.addresses.cmp_url}")
        click.echo(f"EST:           {server.addresses.est_url}")
        click.echo(f"Operator:      {server.addresses.operator_url}")
        click.echo(f"Login:         {server.addresses.login_url}")
        sys.stdout.flush()
        # With a timeout, because an unlimited wait cannot be interrupted on Windows.
        while not stop.wait(0.5):
            pass


def _wait_for_end_of_input(stop: threading.Event) -> None:
    """The program that has started this one keeps standard input open; when it ends, so does it."""
    while sys.stdin.buffer.read(1):
        pass
    stop.set()


@practice.command()
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--pkcs11-module",
    "modules",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Absolute path of a token module; repeatable. トークンのモジュール",
)
@click.option("--ask-pin", type=_SECRET_POLICIES, default="nobody", help="ご契約先暗証番号")
@click.option(
    "--ask-one-time-password", type=_SECRET_POLICIES, default="nobody", help="お客様カード"
)
@_PROTOCOL
@KEY_ALGORITHM
@KEY_BITS
@click.pass_obj
def profile(
    admin: BankAdmin,
    out: Path,
    modules: tuple[Path, ...],
    ask_pin: str,
    ask_one_time_password: str,
    protocol: str,
    key_algorithm: str,
    key_bits: str | None,
) -> None:
    """Write certclient's profile for this bank's latest addresses. プロファイルを出力する"""
    asks = {ask_pin, ask_one_time_password} != {SecretPolicy.NOBODY.value}
    if protocol == EST and asks:
        raise click.UsageError("EST carries neither PIN nor one-time password")
    addresses = read_addresses(admin.folder)
    if addresses is None:
        raise click.ClickException("this practice bank has never run: start `serve` first")
    options = ProfileOptions(
        pkcs11_modules=modules,
        ask_pin=SecretPolicy(ask_pin),
        ask_one_time_password=SecretPolicy(ask_one_time_password),
        key=key_of(key_algorithm, key_bits),
        revocation=True,
        protocol=protocol,
    )
    with admin.open() as bank:
        out.write_text(profile_toml(bank, addresses, options), encoding="utf-8")
    click.echo(str(out))


for _command in (*ADMIN_COMMANDS, notify, bounced):
    practice.add_command(_command)
