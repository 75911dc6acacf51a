"""What every page has in common: headers, limits, cookies, and errors told on a page."""

from __future__ import annotations

from flask import Flask, Response, abort, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from certclient_practice.web.pages.sessions import Session

CLIENT_CERTIFICATE = "certclient_practice.client_certificate"
"""Key of the WSGI environment under which the server puts the client certificate (DER or None)."""

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
    """Limits on what comes in, headers on what goes out, a page for every refusal."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_REQUEST_BYTES
    app.config["MAX_FORM_PARTS"] = MAX_FORM_FIELDS
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _error_page)


def check_csrf(session: Session | None) -> Session:
    """The session of a form that was ours and sent by its customer; else 403.

    Browsers that say where a request comes from (Sec-Fetch-Site) are believed, too: other ports of
    this computer share our cookies, but are another origin.
    """
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    sent = request.form.get(CSRF_FIELD, "")
    if site != "same-origin" or session is None or not session.guards(sent):
        abort(403)
    return session


def set_session_cookie(response: Response, name: str, session: Session) -> Response:
    """For this server alone (`__Host-`), never for scripts, never sent from another site."""
    response.set_cookie(
        name, session.token, path="/", secure=True, httponly=True, samesite="Strict"
    )
    return response


def remote_address() -> str:
    return request.remote_addr or ""


def too_many(seconds: int) -> Response:
    """429: wrong too often; `seconds` to wait."""
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
