"""A real mail server (aiosmtpd) on a free port of 127.0.0.1, with STARTTLS, login and a mailbox.

with mail_server(folder, bank) as server:
    server.refuse["gone@example.jp"] = "550 5.1.1 no such mailbox"
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from certclient_practice.bank.ca import certificate_pem, identity_pem
from certclient_practice.mail.smtp import SmtpSettings, read_settings
from support.bank import RunningBank

USER, PASSWORD = "practice", "a mail password"


@dataclass
class MailServer:
    """`mails`: the mails received; `refuse` maps addresses to the reply to RCPT TO; `failing`: the
    reply to every DATA, "" to accept; `logins` counts successful logins."""

    settings_file: Path
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    failing: str = ""
    logins: int = 0
    port: int = 0

    @property
    def settings(self) -> SmtpSettings:
        return read_settings(self.settings_file)


class _Handler:
    """The hooks that aiosmtpd calls by name; its own types are loose."""

    def __init__(self, server: MailServer) -> None:
        self._mail_server = server

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self._mail_server.refuse:
            return self._mail_server.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self._mail_server.failing:
            return self._mail_server.failing
        assert session.ssl is not None, "a mail in the clear"
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self._mail_server.mails.append(parsed)
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and data == LoginPassword(
            USER.encode(), PASSWORD.encode()
        )
        self._mail_server.logins += int(right)
        return AuthResult(success=right, handled=False)


class _AnyPort(Controller):
    """Connects to the actual port; aiosmtpd's own controller would connect to port 0."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd's own


@contextmanager
def mail_server(
    folder: Path, bank: RunningBank, *, starttls: bool = True, password: str = PASSWORD
) -> Iterator[MailServer]:
    """Serves with a TLS certificate of the practice CA. `password`: in the settings file."""
    identity = bank.bank.ca.tls_identity(["127.0.0.1"], bank.bank.wire_clock())
    pem = folder / "mail.pem"
    pem.write_text(identity_pem(identity) + certificate_pem(bank.intermediate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = MailServer(folder / "smtp.toml")
    handler = _Handler(server)
    controller = _AnyPort(
        handler,
        hostname="127.0.0.1",
        port=0,
        tls_context=context if starttls else None,
        require_starttls=starttls,
        auth_required=starttls,
        auth_require_tls=starttls,
        authenticator=handler.authenticate,
    )
    controller.start()
    try:
        server.port = controller.port
        server.settings_file.touch(mode=0o600)
        server.settings_file.write_text(
            f'host = "127.0.0.1"\nport = {server.port}\nuser = "{USER}"\n'
            f'password = "{password}"\nsender = "bank@example.jp"\nca_file = "{bank.root_file}"\n'
        )
        yield server
    finally:
        controller.stop()
