"""A CA whose new certificates end no later than the old one: asked once, and not every day."""

from __future__ import annotations

import pytest

from support.command_line import PC_USER, CliComputer
from support.odd_bank import issue_as
from support.odd_issuing import ODDITIES


def test_a_renewal_that_gained_nothing_is_not_repeated(
    pc: CliComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = pc.add_certificate(PC_USER, pc.nss.store())
    issue_as(pc.bank.bank.ca, ODDITIES["two days"], monkeypatch)
    first = pc.run("renew", "--yes")
    assert "[CC-ISSUED-NOT-LATER]" in first.err
    issued = len(pc.bank.bank.certificates())
    for command in (["renew", PC_USER, "--yes"], ["renew", "--all", "--yes"]):
        again = pc.run(*command)
        assert again.code == 6, again.err
        assert "[CC-CERT-NO-GAIN]" in again.err
        assert "もう一度更新できるとき" in again.err
    assert len(pc.bank.bank.certificates()) == issued, "the bank was not asked again"
    (row,) = pc.list()
    assert (row["serial"], row["stage"], row["condition"]) == (
        old.serial_hex,
        "renewable",
        "no-gain",
    )
    assert row["obstacle"] == "CC-CERT-NO-GAIN"
    assert "更新しても有効期限は延びません" in pc.run("remind").out
    profile = pc.bank.profile_path.read_text(encoding="utf-8")
    changed = profile.replace("[ca]\n", "[ca]\nmax_validity_days = 800\n")
    assert changed != profile
    pc.bank.profile_path.write_text(changed, encoding="utf-8")
    assert "[CC-ISSUED-NOT-LATER]" in pc.run("renew", "--yes").err, "other settings: asked again"
