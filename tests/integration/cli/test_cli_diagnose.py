"""`certclient diagnose` on a real computer: stores, bank and proxy are named, no secret is."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

from support.command_line import PC_USER, CliComputer
from support.office import outside_bank
from support.softhsm import PIN

PASSWORD = "hidden-Passw0rd"


def everything_in(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_zip_names_what_supporters_need_and_nobody(pc: CliComputer, tmp_path: Path) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    token = pc.plug_in_token()
    proxy = f"http://taro:{PASSWORD}@127.0.0.1:1"
    office = replace(pc, variables={"HTTPS_PROXY": proxy})
    path = tmp_path / "facts.zip"
    with outside_bank(pc.bank, tmp_path) as outside:
        pc.bank.profile_path = outside.profile
        failed = office.run("renew", "--yes", PC_USER)
        assert "CC-NET-PROXY" in failed.err
        done = office.run("diagnose", "--output", str(path))
    assert done.code == 0, done.err
    found = everything_in(path)
    for fact in (b"127.0.0.1:1 https_proxy", token.label.encode(), b"~/.pki/nssdb", b"ID-1"):
        assert fact.lower() in found.lower(), fact
    assert b"CC-NET-PROXY" in found, "the last error"
    for secret in (PASSWORD, "taro", PIN, PC_USER, str(pc.home)):
        assert secret.encode() not in found
    assert done.out.encode().startswith(found.partition(b'{\n "format"')[0])
