"""When a request that the practice bank collects is whole."""

import pytest

from certclient_practice.web.arrival import is_whole

HEAD, BODY = 200, 100
"""The limits here, in bytes."""
POST = b"POST /cmp HTTP/1.1\r\nHost: bank\r\n"


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1\r\nHost: bank\r\n\r\n",
        b"GET / HTTP/1.1\n\n",
        POST + b"Content-Length: 4\r\n\r\nbody",
        POST + b"content-length:4\r\n\r\nbody and the next request",
        POST + b"Content-Length: 101\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n4;x=y\r\nbody\r\n0\r\nX: y\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"x" * 101,
        POST + b"Transfer-Encoding: chunked\r\n\r\nno size\r\n",
        b"G" * 201,
    ],
)
def test_whole_or_to_be_refused(octets: bytes) -> None:
    assert is_whole(octets, HEAD, BODY)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"G" * 200,
        b"GET / HTTP/1.1\r\nHost: bank\r\n",
        POST + b"Content-Length: 4\r\n\r\nbod",
        POST + b"X-Note: Content-Length: 3\r\nContent-Length: 4\r\n\r\nbod",
        POST + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n9\r\nab\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX: y\r\n",
    ],
)
def test_more_is_to_come(octets: bytes) -> None:
    assert not is_whole(octets, HEAD, BODY)
