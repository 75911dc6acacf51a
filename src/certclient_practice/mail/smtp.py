"""Handing mails to a mail server: STARTTLS with a checked certificate, then a login, always."""

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
    """The mail server cannot be used now; the text is for the operator and holds no secret."""


class MailRefusedError(Exception):
    """The mail server took no mail for this address. `permanent`: it says that it never will."""

    def __init__(self, reply: str, *, permanent: bool) -> None:
        super().__init__(reply)
        self.permanent = permanent


class SettingsError(Exception):
    """The file with the mail server's settings cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server. `ca_file`: roots for its certificate in place of the system's, or None."""

    host: str
    port: int
    user: str
    password: Secret
    sender: str
    ca_file: Path | None = None


class Postman(Protocol):
    """An open connection to a mail server."""

    def deliver(self, message: EmailMessage) -> None:
        """Raises MailRefusedError for this mail, MailServerError for all that follow too."""
        ...


def read_settings(path: Path) -> SmtpSettings:
    """Reads a TOML file that only its owner may read: host, port, user, password, sender, and
    ca_file where the system's roots do not do. Raises SettingsError."""
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError(f"{path} holds a password: make it readable for its owner alone")
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        unknown = values.keys() - _KEYS
        if unknown:
            raise SettingsError(f"{path}: unknown keys {', '.join(sorted(unknown))}")
        return SmtpSettings(
            host=str(values["host"]),
            port=int(values.get("port", 587)),
            user=str(values["user"]),
            password=Secret(str(values["password"])),
            sender=str(values["sender"]),
            ca_file=Path(values["ca_file"]) if "ca_file" in values else None,
        )
    except KeyError as error:
        raise SettingsError(f"{path}: {error.args[0]} is missing") from error
    except (OSError, ValueError, TypeError) as error:
        # A TOML error may quote the line with the password: it is not repeated.
        raise SettingsError(f"{path} cannot be read ({type(error).__name__})") from error


@contextmanager
def connected(settings: SmtpSettings) -> Iterator[Postman]:
    """Connects, encrypts, logs in. A server without STARTTLS gets neither password nor mail.

    Raises MailServerError.
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
        yield _Connection(client)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.quit()
        client.close()


class _Connection:
    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def deliver(self, message: EmailMessage) -> None:
        try:
            self._client.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            raise _refused(code, reply) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise _unusable(error) from error


def _refused(code: int, reply: bytes | str) -> MailRefusedError:
    return MailRefusedError(f"{code} {_text(reply)}", permanent=code >= _PERMANENT)


def _unusable(error: Exception) -> MailServerError:
    """Says what happened without what was sent: an SMTP reply may repeat it."""
    if isinstance(error, smtplib.SMTPResponseException):
        return MailServerError(f"{type(error).__name__} {error.smtp_code}")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return MailServerError("the mail server offers no STARTTLS or no login")
    return MailServerError(type(error).__name__)


def _text(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())
