"""A token's module that crashes: the commands go on with the other stores, and say so once."""

from __future__ import annotations

import pytest

from certclient_practice.admin.profile_writer import ProfileOptions
from support.command_line import PC_USER, CliComputer
from support.faulty_module import FaultyModule

pytestmark = pytest.mark.reliability("modules", "that crash under a command")


def test_a_module_that_crashes_leaves_the_pc(pc: CliComputer, faulty: FaultyModule) -> None:
    pc.bank.write_profile(ProfileOptions(pkcs11_modules=(faulty.path,)))
    pc.add_certificate(PC_USER, pc.nss.store())
    faulty.plan("C_GetSlotList", "segfault", skip=-1)

    listed = pc.run("list", "--json")
    assert listed.code == 0, listed.out + listed.err
    assert [one["user_id"] for one in listed.json["certificates"]] == [PC_USER]
    (error,) = [one["error"] for one in listed.json["stores"] if one.get("error")]
    assert error["code"] == "CC-TOKEN-MODULE-DIED"
    assert error["data"] == {"path": str(faulty.path), "reason": "SIGSEGV"}

    renewed = pc.run("renew", PC_USER, "--yes", "--json")
    assert renewed.code == 0, renewed.out + renewed.err

    unknown = pc.run("renew", "TKYM9999999", "--yes", "--json")
    assert unknown.json["error"]["code"] == "CC-TOKEN-MODULE-DIED", "it may be on that token"


def test_what_a_module_prints_is_not_in_the_output(pc: CliComputer, faulty: FaultyModule) -> None:
    pc.bank.write_profile(ProfileOptions(pkcs11_modules=(faulty.path,)))
    faulty.plan("C_GetSlotList", "print", skip=-1)
    listed = pc.run("list", "--json")
    assert [one["label"] for one in listed.json["stores"]][-1] == faulty.token.label
    assert "a message of the module" not in listed.out + listed.err
