"""Certificates are renewed from one kind of key into another, as the bank's profile asks for it."""

from __future__ import annotations

import pytest

from certclient.model.keys import KeyAlgorithm
from certclient.store.base import CertificateStore
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.repositories.records import CertificateState
from support.bank import SOFTHSM_MODULE
from support.command_line import PC_USER, PIN, USB_USER, CliComputer
from support.softhsm import right_pin

RSA, P256, P384 = KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384


def kinds(store: CertificateStore) -> list[KeyAlgorithm | None]:
    """The kinds of key of the certificates that are not archived, each tried with its key."""
    found = [one for one in store.certificates() if not one.archived]
    with store.open(right_pin) as session:
        for one in found:
            session.self_test(one.certificate)
    return [KeyAlgorithm.of(one.certificate.spki) for one in found]


@pytest.mark.parametrize(("on_pc", "on_token", "wanted"), [(RSA, P256, P384), (P384, P256, RSA)])
def test_a_certificate_is_renewed_into_another_kind_of_key(
    pc: CliComputer, on_pc: KeyAlgorithm, on_token: KeyAlgorithm, wanted: KeyAlgorithm
) -> None:
    token = pc.plug_in_token()
    stores: dict[str, CertificateStore] = {PC_USER: pc.nss.store(), USB_USER: token.store()}
    old = {
        user: pc.add_certificate(user, store, algorithm=algorithm)
        for (user, store), algorithm in zip(stores.items(), (on_pc, on_token), strict=True)
    }
    pc.bank.write_profile(ProfileOptions(pkcs11_modules=(SOFTHSM_MODULE,), key=wanted))
    listed = {one["user_id"]: one for one in pc.list()}
    assert {user: listed[user]["key_kind"] for user in old} == {
        PC_USER: on_pc.kind.value,
        USB_USER: on_token.kind.value,
    }
    assert all((one["key"], one["obstacle"]) == ("present", None) for one in listed.values())
    done = pc.run("renew", "--all", "--yes", "--pin-stdin", "--json", stdin=f"{PIN}\n")
    results = done.json["results"]
    assert [one["outcome"] for one in results] == ["done", "done"], done.err
    assert [one["login"]["result"] for one in results] == ["worked", "worked"]
    for user, store in stores.items():
        assert kinds(store) == [wanted]
        assert pc.bank.state_of(old[user].serial_hex) is CertificateState.SUPERSEDED
