"""Delivers mails over SMTP: always STARTTLS with a verified certificate, then a login."""

from __future__ import annotations

import smtplib
import ssl
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from certclient.model.secret import Secret

TIMEOUT_SECONDS = 20.0
_PERMANENT = 500
_KEYS = frozenset({"host", "port", "user", "password", "sender", "ca_file"})


class MailServerError(Exception):
    """The mail server is unusable now. The message is for the operator and holds no secret."""


class MailRefusedError(Exception):
    """The mail server refused this mail; `permanent` for a reply code of 500 or higher."""

    def __init__(self, reply: str, *, permanent: bool) -> None:
        super().__init__(reply)
        self.permanent = permanent


class SmtpSettingsError(Exception):
    """The file with the mail server's settings is unusable; the message states why."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server.

    `ca_file` holds root certificates (PEM) that replace the system's; None for the system's.
    """

    host: str
    port: int
    user: str
    password: Secret
    sender: str
    ca_file: Path | None = None


class MailSender(Protocol):
    """An open connection to a mail server."""

    def deliver(self, message: EmailMessage) -> None:
        """Sends one mail.

        Raises MailRefusedError if the server refuses this mail, MailServerError if the connection
        cannot send any more mails.
        """
        ...


def read_settings(path: Path) -> SmtpSettings:
    """Reads a TOML file: host, port (default 587), user, password, sender, optional ca_file.

    Raises SettingsError for missing or unknown keys, and for a file that others than its owner can
    read.
    """
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SmtpSettingsError(
                f"{path} holds a password: make it readable for its owner alone"
            )
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        unknown = values.keys() - _KEYS
        if unknown:
            raise SmtpSettingsError(f"{path}: unknown keys {', '.join(sorted(unknown))}")
        return SmtpSettings(
            host=str(values["host"]),
            port=int(values.get("port", 587)),
            user=str(values["user"]),
            password=Secret(str(values["password"])),
            sender=str(values["sender"]),
            ca_file=Path(values["ca_file"]) if "ca_file" in values else None,
        )
    except KeyError as error:
        raise SmtpSettingsError(f"{path}: {error.args[0]} is missing") from error
    except (OSError, ValueError, TypeError) as error:
        # A TOML error may quote the line with the password, so its text is left out.
        raise SmtpSettingsError(f"{path} cannot be read ({type(error).__name__})") from error


@contextmanager
def connected(settings: SmtpSettings) -> Iterator[MailSender]:
    """Connects, starts TLS and logs in.

    A server without STARTTLS receives neither password nor mail. Raises MailServerError.
    """
    try:
        context = ssl.create_default_context(
            cafile=str(settings.ca_file) if settings.ca_file else None
        )
        client = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_SECONDS)
    except (OSError, smtplib.SMTPException) as error:
        raise _unusable(error) from error
    try:
        try:
            client.starttls(context=context)
            client.login(settings.user, settings.password.reveal())
        except (OSError, smtplib.SMTPException) as error:
            raise _unusable(error) from error
        yield _SmtpConnection(client)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.quit()
        client.close()


class _SmtpConnection:
    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def deliver(self, message: EmailMessage) -> None:
        try:
            self._client.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            # Every mail has exactly one recipient.
            code, reply = next(iter(error.recipients.values()))
            raise _refused(code, reply) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise _unusable(error) from error


def _refused(code: int, reply: bytes | str) -> MailRefusedError:
    return MailRefusedError(f"{code} {_text(reply)}", permanent=code >= _PERMANENT)


def _unusable(error: Exception) -> MailServerError:
    """Describes the error without the server's reply, which may repeat what was sent."""
    if isinstance(error, smtplib.SMTPResponseException):
        return MailServerError(f"{type(error).__name__} {error.smtp_code}")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return MailServerError("the mail server offers no STARTTLS or no login")
    return MailServerError(type(error).__name__)


def _text(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())
