"""Judges what an HTTP server has answered, whatever transport brought it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from certclient.model.errors import CertclientError, ErrorCode

_BUSY = (429, 503)
_PASSING = (408, 425)
_NETWORK_LOGIN_REQUIRED = 511
_MAX_RETRY_AFTER = 24 * 3600
_MAX_LOCATION = 200
_LISTS = frozenset({"www-authenticate"})
"""Headers that servers repeat in place of one with a list (RFC 9110, 5.3)."""


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """Status and headers of a final response to a request to `url`. Header names: lower case."""

    url: str
    status: int
    headers: Mapping[str, str]

    @classmethod
    def of(cls, url: str, status: int, headers: Iterable[tuple[str, str]]) -> ResponseHead:
        """From the headers as they came. Of those that repeat, the first one counts; those of
        `WWW-Authenticate` are joined."""
        found: dict[str, str] = {}
        for name, value in ((name.lower(), value) for name, value in headers):
            if name not in found:
                found[name] = value
            elif name in _LISTS:
                found[name] += f", {value}"
        return cls(url, status, found)

    @property
    def host(self) -> str:
        """The server's name or address, for messages."""
        return host_of(self.url)

    @property
    def media_type(self) -> str:
        """The type in Content-Type, in lower case, without parameters; "" if there is none."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def date(self) -> datetime | None:
        """The Date header, aware; None without a valid one."""
        return http_date(self.headers.get("date", ""))

    @property
    def retry_after(self) -> int | None:
        """Retry-After in seconds (RFC 9110, 10.2.3), at most a day; None without a valid one.

        A date counts relative to the server's own clock.
        """
        text = self.headers.get("retry-after", "").strip()
        moment = http_date(text)
        if text.isascii() and text.isdigit() and len(text) < 10:
            seconds = int(text)
        elif moment is not None:
            seconds = int((moment - (self.date or datetime.now(UTC))).total_seconds())
        else:
            return None
        return min(max(seconds, 0), _MAX_RETRY_AFTER)


def check_status(head: ResponseHead, content_type: str | None) -> None:
    """Raises the error that the status means; returns if the body is to be read.

    `content_type`: a body of this type counts even with an error status (RFC 9811, 3.6); None if
    none does. Raises CertclientError: SERVER_BUSY, SERVER_ERROR, SERVER_ADDRESS, FOREIGN_ANSWER;
    see `Transport`.
    """
    status = str(head.status)
    if head.status in _BUSY:
        raise CertclientError(
            ErrorCode.SERVER_BUSY, status=status, host=head.host, **_retry_after(head)
        )
    if 200 <= head.status < 300:
        return
    check_origin(head)
    if head.status >= 400 and content_type is not None and head.media_type == content_type:
        return
    if head.status >= 500 or head.status in _PASSING:
        raise CertclientError(
            ErrorCode.SERVER_ERROR, status=status, host=head.host, **_retry_after(head)
        )
    location = _location(head)
    data = {"location": location} if location else {}
    raise CertclientError(ErrorCode.SERVER_ADDRESS, status=status, host=head.host, **data)


def check_origin(head: ResponseHead) -> None:
    """Accepts any status but the one by which a network says that it has answered itself.

    Raises CertclientError(FOREIGN_ANSWER) for 511 (RFC 6585, 6).
    """
    if head.status == _NETWORK_LOGIN_REQUIRED:
        raise foreign_answer(head.url, "status 511, network authentication required")


def check_resource(head: ResponseHead) -> None:
    """As `check_status` for a response without a message; a web page is none, either."""
    check_status(head, None)
    if is_page(head):
        raise foreign_answer(head.url, "a web page")


def foreign_answer(url: str, reason: str) -> CertclientError:
    """FOREIGN_ANSWER: something on the way has answered in the server's place."""
    return CertclientError(ErrorCode.FOREIGN_ANSWER, host=host_of(url), reason=reason)


def check_body(head: ResponseHead, body: bytes) -> bytes:
    """Returns `body`. Raises NETWORK_UNREACHABLE if it is empty, as after a lost connection."""
    if not body:
        raise CertclientError(ErrorCode.NETWORK_UNREACHABLE, host=head.host, reason="empty answer")
    return body


def too_long(head: ResponseHead) -> CertclientError:
    """The error for a body that is longer than the transport takes."""
    if is_page(head):
        return foreign_answer(head.url, "a web page")
    return CertclientError(ErrorCode.CA_MALFORMED, reason="answer too long")


def is_page(head: ResponseHead) -> bool:
    """Whether this is a web page, as sign-in pages of networks are."""
    return head.media_type in ("text/html", "application/xhtml+xml")


def host_of(url: str) -> str:
    """The server of `url` for messages: its name or address."""
    return urlsplit(url).hostname or ""


def http_date(text: str) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7), aware UTC; None if it is none, or Python cannot hold it."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _retry_after(head: ResponseHead) -> dict[str, str]:
    seconds = head.retry_after
    return {} if seconds is None else {"retry_after": str(seconds)}


def _location(head: ResponseHead) -> str:
    """Where a redirect points: scheme and host alone, as the rest may identify somebody."""
    try:
        parts = urlsplit(head.headers.get("location", "")[:_MAX_LOCATION])
    except ValueError:  # no address: a bracket that does not end, for example
        return ""
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
    return "".join(one if one.isprintable() else "\ufffd" for one in shown)
