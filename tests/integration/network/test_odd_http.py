"""The command line and a CA whose HTTP is odd: networks, gateways and servers as they are."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import pytest

from support.command_line import PC_USER, CliComputer
from support.office import forwarded
from support.raw_server import Piece, http, raw_server

pytestmark = pytest.mark.reliability("network", "odd HTTP of networks, gateways and servers")

PORTAL = http(
    "200 OK", b"<!DOCTYPE html><title>Wi-Fi</title>Please sign in", "Content-Type: text/html"
)
CMP = "Content-Type: application/pkixcmp"

Answer = Callable[[bytes], Iterable[Piece]]
"""What the network makes of the CA's whole answer."""


def plain(answer: bytes) -> list[Piece]:
    return [answer]


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


class Network:
    """Relays to the bank: `first` changes the first answers to POST, `every` all of them."""

    def __init__(self, bank_port: int, first: Iterable[Answer] = (), every: Answer = plain) -> None:
        self._port = bank_port
        self._first = list(first)
        self._every = every
        self.posts: list[bytes] = []

    def __call__(self, request: bytes) -> Iterable[Piece]:
        if not request.startswith(b"POST"):
            return plain(forwarded(request, self._port))
        self.posts.append(body(request))
        change = self._first.pop(0) if self._first else self._every
        return change(forwarded(request, self._port))


def port_of(pc: CliComputer) -> int:
    port = urlsplit(pc.bank.cmp_url).port
    assert port is not None
    return port


def use(pc: CliComputer, url: str) -> None:
    text = pc.bank.profile_path.read_text(encoding="utf-8").replace(pc.bank.cmp_url, f"{url}cmp")
    pc.bank.profile_path.write_text(text.replace("/pkix/cmp", "/cmp"), encoding="utf-8")


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(lambda _answer: [PORTAL], id="sign-in page"),
        pytest.param(
            lambda answer: [http("200 OK", body(answer)[:-20], CMP)], id="cut in the body"
        ),
        pytest.param(
            lambda answer: [b"HTTP/1.1 200 OK\r\n\r\n" + body(answer)[:200]],
            id="cut without length",
        ),
        pytest.param(lambda answer: [http("200 OK", body(answer) + b"\r\n", CMP)], id="appendix"),
        pytest.param(lambda _answer: [http("502 Bad Gateway", b"<html>")], id="502"),
        pytest.param(lambda _answer: [http("504 Late", b"", "Retry-After: 1")], id="504"),
        pytest.param(lambda _answer: [http("429 Many", b"", "Retry-After: 1")], id="429"),
        pytest.param(lambda _answer: [], id="closed"),
    ],
)
def test_passing_fault_is_one_more_try_with_the_identical_request(
    pc: CliComputer, odd: Answer
) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    network = Network(port_of(pc), [odd])
    with raw_server(network) as server:
        use(pc, server.url())
        done = pc.run("renew", "--yes")
    assert done.code == 0, done.err
    assert network.posts[0] == network.posts[1]


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(
            lambda answer: [b"HTTP/1.1 102 Processing\r\n\r\n", 0.1,
                            b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", answer],
            id="interim responses",
        ),
        pytest.param(
            lambda answer: [
                http("200 OK", gzip.compress(body(answer)), CMP, "Content-Encoding: gzip")
            ],
            id="gzip",
        ),
        pytest.param(lambda answer: [b"HTTP/1.1 200 OK\r\n\r\n" + body(answer)], id="no length"),
        pytest.param(lambda answer: [http("200 OK", body(answer), "Content-Type: x/y")], id="type"),
    ],
)  # fmt: skip
def test_odd_but_whole_answers_are_read(pc: CliComputer, odd: Answer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    network = Network(port_of(pc), every=odd)
    with raw_server(network) as server:
        use(pc, server.url())
        done = pc.run("renew", "--yes")
    assert done.code == 0, done.err
    assert len(network.posts) == len(set(network.posts)), "no second try"


def test_sign_in_page_that_stays_is_named_and_the_procedure_kept(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    network = Network(port_of(pc), every=lambda _answer: [PORTAL])
    with raw_server(network) as server:
        use(pc, server.url())
        done = pc.run("renew", "--yes")
        assert "[CC-NET-FOREIGN]" in done.err
        assert len(network.posts) > 1
        assert len(set(network.posts)) == 1
        network._every = plain
        resumed = pc.run("resume")
        assert resumed.code == 0, resumed.err
    assert network.posts[0] == network.posts[-2], "the identical request; then its confirmation"


@pytest.mark.parametrize("status", ["404 Not Found", "301 Moved"])
def test_address_without_the_service_is_not_tried_again(pc: CliComputer, status: str) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    elsewhere = "Location: https://elsewhere.example/secret?token=1"
    network = Network(port_of(pc), every=lambda _answer: [http(status, b"", elsewhere)])
    with raw_server(network) as server:
        use(pc, server.url())
        done = pc.run("renew", "--yes")
    assert "[CC-NET-ADDRESS]" in done.err
    assert "127.0.0.1" in done.err
    assert "secret" not in done.err
    assert len(network.posts) == 1


def test_ca_that_takes_post_alone_is_reachable(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    network = Network(port_of(pc))
    with raw_server(
        lambda request: [] if request.startswith(b"HEAD") else network(request)
    ) as server:
        use(pc, server.url())
        done = pc.run("renew", "--yes")
    assert done.code == 0, done.err
    assert "[CC-NET-PROBE]" in done.err


def test_first_ctrl_c_ends_an_answer_that_drips(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    drops: list[Piece] = [b"HTTP/1.1 200 OK\r\nX: "]
    drops += [0.5, b"x"] * 1000
    network = Network(port_of(pc), every=lambda _answer: drops)
    with raw_server(network) as server:
        use(pc, server.url())
        command = [sys.executable, "-m", "certclient", "--profile", str(pc.bank.profile_path)]
        process = subprocess.Popen(
            [*command, "renew", "--yes"], env=pc.environment, stderr=subprocess.PIPE, text=True
        )
        while not network.posts:
            time.sleep(0.05)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=300)
        assert time.monotonic() - begin < 50, "sooner than the total limit"
        assert "[CC-NET-STOPPED]" in err
        network._every = plain
        assert pc.run("resume").code == 0
