"""What an EST server's status and words mean (RFC 7030, 4.2.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.message import Message

from certclient.ca.answers import check_status, is_page
from certclient.ca.client import RefusalReason, refusal_error
from certclient.ca.transport import HttpResponse
from certclient.model.errors import CertclientError, ErrorCode

OK, ACCEPTED = 200, 202

_BAD_REQUEST = frozenset({400, 409, 422})
"""What is wrong is the request itself, as for a key that the CA has issued for before."""

_ADDRESS = frozenset({404, 405, 410})
"""There is no EST at this address, or no such label."""

_NOT_A_REFUSAL = frozenset({408, 425, 429})
_NO_ATTRIBUTES = frozenset({204, 401, 403, 404, 405, 501})
"""Statuses of csrattrs at a CA that has none to give, or not to everybody: its own words follow if
that matters for the request."""

_MAX_WORDS = 500
_WORDS = ("detail", "title", "error_message", "message", "error")
"""Members of a JSON body that say why, the best first: RFC 9457, 3.1, and what CAs have."""


def check_granted(response: HttpResponse) -> None:
    """Returns for 200 and 202. Raises CA_REFUSED with the CA's words, SERVER_…, FOREIGN_ANSWER."""
    status = response.status
    if status in (OK, ACCEPTED):
        return
    if 400 <= status < 500 and status not in _ADDRESS | _NOT_A_REFUSAL:
        raise refused(response)
    check_status(response.head, None)
    raise CertclientError(ErrorCode.CA_MALFORMED, reason=f"status {status}")


def refused(response: HttpResponse) -> CertclientError:
    """CA_REFUSED. Proven if it came over TLS, which only the profile's anchors verify."""
    proven = response.head.url.lower().startswith("https:")
    failure = f"HTTP {response.status}"
    reasons = [RefusalReason.KEY_NOT_ACCEPTED] if response.status in _BAD_REQUEST else []
    return refusal_error(words(response), *reasons, failure=failure, proven=proven)


def has_attributes(response: HttpResponse) -> bool:
    """Whether a response to csrattrs holds attributes. Raises SERVER_…, FOREIGN_ANSWER."""
    if response.status in _NO_ATTRIBUTES:
        return False
    check_status(response.head, None)
    return response.status == OK


def words(response: HttpResponse) -> str:
    """The CA's own words in a response, limited and in one line; "" for a page or binary data.

    Whoever shows them makes control characters visible.
    """
    if is_page(response.head):
        return ""
    kind = response.head.media_type
    if kind == "application/json" or kind.endswith("+json"):
        return _json_words(response.body)
    if kind in ("text/plain", ""):
        return _limited(_decoded(response))
    return ""


def _json_words(body: bytes) -> str:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, Mapping):
        return ""
    found = (value[name] for name in _WORDS if name in value)
    return _limited(next((one for one in found if isinstance(one, str)), ""))


def _decoded(response: HttpResponse) -> str:
    """In the charset that Content-Type names, else UTF-8."""
    header = Message()
    header["Content-Type"] = response.head.headers.get("content-type", "text/plain")
    charset = header.get_content_charset("utf-8")
    try:
        return response.body.decode(charset)
    except (LookupError, ValueError):
        return response.body.decode(errors="replace")


def _limited(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return " ".join(line for line in lines if line)[:_MAX_WORDS].strip()
