"""Shared by all pages: headers, limits, cookies and error pages."""

from __future__ import annotations

from flask import Flask, Response, abort, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from certclient_practice.web.pages.sessions import WebSession

CLIENT_CERTIFICATE = "certclient_practice.client_certificate"
"""WSGI environment key of the client certificate (DER or None)."""

MAX_REQUEST_BYTES = 64 * 1024
MAX_FORM_FIELDS = 20
CSRF_FIELD = "csrf"

_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        " form-action 'self' certclient:; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "no-store",
}


def secure(app: Flask) -> None:
    """Sets limits for requests, headers for responses and a page for every HTTP error."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_REQUEST_BYTES
    app.config["MAX_FORM_PARTS"] = MAX_FORM_FIELDS
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _error_page)


def check_csrf(session: WebSession | None) -> WebSession:
    """Returns the session if its customer sent this form from a page of the bank; else 403.

    Sec-Fetch-Site is checked, too, in browsers that send it: other ports of this computer share the
    bank's cookies, but are another origin.
    """
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    sent = request.form.get(CSRF_FIELD, "")
    if site != "same-origin" or session is None or not session.guards(sent):
        abort(403)
    return session


def set_session_cookie(response: Response, name: str, session: WebSession) -> Response:
    """Sets a cookie for this server only (`__Host-`), hidden from scripts and other sites."""
    response.set_cookie(
        name, session.token, path="/", secure=True, httponly=True, samesite="Strict"
    )
    return response


def remote_address() -> str:
    """Returns the client's IP address, "" if unknown."""
    return request.remote_addr or ""


def too_many(seconds: int) -> Response:
    """Returns the 429 page after too many failures; `seconds` is the time to wait."""
    response = make_response(render_template("too_many.html", seconds=seconds), 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _add_headers(response: Response) -> Response:
    response.headers.update(_SECURITY_HEADERS)
    return response


def _error_page(error: HTTPException) -> Response:
    if error.response is not None or error.code is None:
        return make_response(error.get_response())
    page = make_response(render_template("error.html", code=error.code), error.code)
    allowed = dict(error.get_headers()).get("Allow")
    if allowed:
        page.headers["Allow"] = allowed
    return page
