"""Every certificate that the tests' packages bring, as if it lay in the customer's store."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from certclient.model.certificate import Certificate, SubjectRule
from certclient.model.keys import KeyRef
from certclient.store.base import StoredCertificate
from support.cli_runner import CliRunner
from support.corpus import FOLDERS, corpus

ANYBODY = SubjectRule(re.compile(r"(?P<user_id>.*)", re.DOTALL))
NOTHING_DUE, REFUSED = 3, 6


@pytest.fixture
def cli_runner(tmp_path: Path) -> CliRunner:
    runner = CliRunner(tmp_path / "certclient.log")
    runner.profile = replace(runner.profile, subject_rule=ANYBODY)
    return runner


def put(runner: CliRunner, found: Sequence[bytes]) -> list[Certificate]:
    """Each with a key of its own, as a row must not be left out then."""
    certificates = [Certificate.read(der) for der in found]
    runner.pc.held += [
        StoredCertificate(one, runner.pc.store_id, "x", KeyRef("x", one.der[:9]), archived=False)
        for one in certificates
    ]
    return certificates


def has_common_name(certificate: Certificate) -> bool:
    return any(label == "Common Name" for label, _ in certificate.dn_lines)


@pytest.mark.parametrize("package", FOLDERS)
def test_every_certificate_of_a_package_has_a_row_and_stops_no_command(
    package: str, cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    found = corpus()[package]
    assert len(found) >= 50, "otherwise the package has changed, and this test covers too little"
    certificates = put(cli_runner, found)
    assert cli_runner.run("list", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    named = {one.fingerprint for one in certificates if has_common_name(one)}
    assert {c["fingerprint"] for c in shown["certificates"]} == named
    nameless = {one.fingerprint for one in certificates if not one.subject}
    assert {c["fingerprint"] for c in shown["unreadable"]} == nameless
    assert cli_runner.run("list") == 0
    assert len(capsys.readouterr().out.splitlines()) == len(named) + 1
    for one in certificates[::20]:
        if has_common_name(one):
            assert cli_runner.run("show", one.fingerprint) == 0
            capsys.readouterr()
    for command in (("remind",), ("remove-old", "--yes"), ("renew", "--all", "--yes")):
        assert cli_runner.run(*command) in (0, NOTHING_DUE, REFUSED), capsys.readouterr().err
        assert "CC-INTERNAL" not in capsys.readouterr().err


def test_the_corpus_is_read_but_for_what_is_no_certificate() -> None:
    """The files of other kinds that begin like a certificate: requests, keys, signed messages."""
    every = [Certificate.read(der) for found in corpus().values() for der in found]
    unreadable = [one for one in every if one.unreadable]
    assert len(every) > 800
    assert len(unreadable) < len(every) / 10
