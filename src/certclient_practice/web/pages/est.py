"""EST below `/.well-known/est/` (RFC 7030, 3.2.2)."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from certclient_practice.est.messages import EstRequest
from certclient_practice.est.responder import MAX_BODY, PATH, EstResponder
from certclient_practice.web.pages.security import CLIENT_CERTIFICATE

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def est_pages(responder: EstResponder) -> Blueprint:
    """Builds the operations. The server in front must request a client certificate."""
    pages = Blueprint("est", __name__)

    @pages.route(f"/{PATH}/<path:rest>", methods=_METHODS, provide_automatic_options=False)
    def est(rest: str) -> Response:
        answer = responder.handle(
            EstRequest(
                method=request.method,
                path=rest,
                target=request.full_path if request.query_string else request.path,
                media_type=request.mimetype,
                body=_body(),
                authorization=request.headers.get("Authorization"),
                certificate=request.environ.get(CLIENT_CERTIFICATE),
            )
        )
        response = Response(answer.body, answer.status)
        del response.headers["Content-Type"]
        if answer.media_type:
            response.headers["Content-Type"] = answer.media_type
        for name, value in answer.headers:
            response.headers.add(name, value)
        return response

    return pages


def _body() -> bytes:
    """Returns the request's body, or one octet more than any may have if it is longer."""
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        return bytes(MAX_BODY + 1)
