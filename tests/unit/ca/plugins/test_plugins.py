"""Finding, loading and guarding plug-ins: whatever a plug-in does, the customer sees its code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient.ca.client import BankSecrets, CertificateCredential, IssueCodeCredential
from certclient.ca.plugins.client import PluginClient, checked_plugin
from certclient.ca.plugins.loading import AllowedPlugin, allowed_plugins, load_plugin
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile, SecretPolicy
from certclient.model.secret import Secret
from support.cmp_server import ScriptedServer, error_of
from support.customer import profile_of
from support.pki import make_lab, rsa_signer
from support.plugins import NAME, install, plug_ins_in

LAB = make_lab()
CODE = "AB12CD34EF56"
BY_CODE = IssueCodeCredential("TKYM1408054", Secret(CODE))

SOUND = """\
from certclient.ca.client import *
from certclient.ca.plugins.interface import OptionError
from certclient.model.errors import CertclientError, ErrorCode

interface = 1
abilities = CaAbilities(revokes=True)

def check_options(options):
    pass

class Client:
    def prepare_obtain(self, credential, new_key):
        return Transaction("00", b"state")
    def send(self, transaction, credential):
        return Waiting(transaction, 5.0)
    def probe(self):
        return ()

def client(inputs):
    return Client()
"""


def profile(protocol: str = NAME, **options: str) -> Profile:
    base = profile_of(LAB)
    settings = replace(base.ca, protocol=protocol, options=tuple(options.items()))
    return replace(base, ca=settings)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder in which this process finds plug-ins."""
    folder = tmp_path / "plug-ins"
    folder.mkdir()
    with plug_ins_in(folder):
        yield folder


def client_of(place: Path, source: str, name: str) -> PluginClient:
    """The client of a plug-in with this source."""
    install(place, source, name=name)
    server = ScriptedServer([])
    return PluginClient(profile(name), server, lambda: datetime.now(UTC), os.urandom)


# Finding and loading


def test_the_example_is_found_by_its_name(place: Path) -> None:
    install(place)
    assert load_plugin(NAME, None).interface == 1


def test_a_name_that_nothing_has_is_told_with_those_that_there_are(place: Path) -> None:
    install(place)
    error = error_of(lambda: load_plugin("example-jsno", None))
    assert error.code is ErrorCode.CA_PLUGIN
    assert error.data["problem"] == "missing"
    assert NAME in error.data["reason"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("raise RuntimeError('no licence')", "no licence"),
        ("import sys; sys.exit(3)", "SystemExit"),
        ("def", "SyntaxError"),
        (SOUND.replace("interface = 1", "interface = 2"), "interface 2 instead of 1"),
        (SOUND.replace("interface = 1", ""), "interface None"),
        (SOUND.replace("CaAbilities(revokes=True)", "{}"), "no abilities"),
        (SOUND.replace("def client", "def client_of"), "no function client"),
    ],
)
def test_a_plug_in_that_cannot_be_used_says_why(place: Path, source: str, reason: str) -> None:
    error = error_of(client_of(place, source, "stranger").probe)
    assert error.code is ErrorCode.CA_PLUGIN
    assert error.data["problem"] == "broken"
    assert reason in error.data["reason"]


def test_two_distributions_with_one_name_are_not_chosen_between(place: Path) -> None:
    install(place)
    other = install(place, SOUND, name="other")
    points = next(other.glob("certclient_other*.dist-info")) / "entry_points.txt"
    points.write_text(points.read_text(encoding="utf-8").replace("other =", f"{NAME} ="))
    error = error_of(lambda: load_plugin(NAME, None))
    assert "certclient-example-json, certclient-other" in error.data["reason"]


def test_listing_certificates_needs_no_plug_in() -> None:
    """The client is made for every command; only what asks the CA loads the plug-in."""
    client = PluginClient(profile("gone"), ScriptedServer([]), lambda: LAB.now, os.urandom)
    assert client.server_time() is None
    assert error_of(lambda: client.abilities).code is ErrorCode.CA_PLUGIN


# The frozen program


LISTED = AllowedPlugin(NAME, "certclient-example-json", "1.0", "00", "00")


def test_a_frozen_program_loads_what_its_build_has_listed(place: Path) -> None:
    install(place)
    assert load_plugin(NAME, [LISTED]).interface == 1


@pytest.mark.parametrize(
    "allowed",
    [
        [],
        [AllowedPlugin("other", "certclient-example-json", "1.0", "", "")],
    ],
    ids=["empty", "another name"],
)
def test_a_frozen_program_loads_nothing_else(place: Path, allowed: list[AllowedPlugin]) -> None:
    install(place)
    error = error_of(lambda: load_plugin(NAME, allowed))
    assert (error.code, error.data["problem"]) == (ErrorCode.CA_PLUGIN, "not-allowed")
    assert "certclient_example_json" not in sys.modules, "not even imported"


@pytest.mark.parametrize(
    "listed",
    [
        AllowedPlugin(NAME, "certclient-other", "1.0", "", ""),
        AllowedPlugin(NAME, "certclient-example-json", "1.1", "", ""),
    ],
    ids=["another distribution", "another version"],
)
def test_a_name_alone_is_not_enough(place: Path, listed: AllowedPlugin) -> None:
    install(place)
    error = error_of(lambda: load_plugin(NAME, [listed]))
    assert (error.code, error.data["problem"]) == (ErrorCode.CA_PLUGIN, "missing")


def test_only_a_frozen_program_has_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert allowed_plugins() is None
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert allowed_plugins() == (), "without a file, none is allowed"


# Options


@pytest.mark.parametrize(
    ("options", "key"),
    [({}, "branch"), ({"branch": "1"}, "branch"), ({"branch": "014", "brunch": "1"}, "brunch")],
)
def test_a_plug_in_refuses_options(place: Path, options: dict[str, str], key: str) -> None:
    install(place)
    error = error_of(lambda: checked_plugin(profile(**options)))
    assert error.code is ErrorCode.PROFILE_INVALID
    assert error.data["key"] == f"ca.options.{key}"
    assert error.data["file"] == "practice.toml"


def test_secrets_that_the_protocol_cannot_carry_are_refused(place: Path) -> None:
    install(place)
    asking = replace(profile(branch="014"), ask_pin=SecretPolicy.EVERYBODY)
    error = error_of(lambda: checked_plugin(asking))
    assert error.code is ErrorCode.PROFILE_INVALID
    assert (error.data["key"], error.data["reason"]) == ("renewal.ask_pin", "protocol-key")


# The guard


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError(credential.issue_code.reveal())",
        "raise KeyError(credential.issue_code.reveal())",
        "import sys; sys.exit(credential.issue_code.reveal())",
        "raise CertclientError(ErrorCode.CA_REFUSED, message=credential.issue_code.reveal())",
        "raise CertclientError(ErrorCode.INTERNAL)",
        "raise CertclientError(ErrorCode.CA_REFUSED, message=5)",
        "raise OptionError('branch', credential.issue_code.reveal())",
        "return None",
        "return Waiting(transaction, float('nan'))",
        "return Waiting(transaction, -1.0)",
        "return Waiting(transaction, '5')",
        "return Waiting(Transaction('00', credential.issue_code.reveal().encode()), 5.0)",
        "return Issued(transaction, b'', (), True)",
        "return Issued(transaction, None, (), True)",
    ],
)
def test_a_failing_plug_in_has_one_code_and_tells_no_secret(place: Path, body: str) -> None:
    source = SOUND.replace("return Waiting(transaction, 5.0)", body)
    client = client_of(place, source, "stranger")
    transaction = client.prepare_obtain(BY_CODE, rsa_signer(1))
    error = error_of(lambda: client.send(transaction, BY_CODE))
    assert error.code is ErrorCode.CA_PLUGIN_FAILED
    assert error.data["operation"] == "send"
    assert CODE not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.parametrize(
    "made",
    [
        "Transaction('00', credential.issue_code.reveal().encode())",
        "Transaction('00', bytes(300_000))",
        "Transaction(0, b'')",
        "Transaction('00', 'text')",
        "b''",
    ],
)
def test_what_may_not_be_journalled_is_refused(place: Path, made: str) -> None:
    source = SOUND.replace('Transaction("00", b"state")', made)
    client = client_of(place, source, "stranger")
    error = error_of(lambda: client.prepare_obtain(BY_CODE, rsa_signer(1)))
    assert error.code is ErrorCode.CA_PLUGIN_FAILED


def test_an_error_of_the_contract_comes_through(place: Path) -> None:
    body = "raise CertclientError(ErrorCode.NETWORK_TIMEOUT, host='ca', reason='late')"
    source = SOUND.replace("return Waiting(transaction, 5.0)", body)
    client = client_of(place, source, "honest")
    transaction = client.prepare_obtain(BY_CODE, rsa_signer(1))
    error = error_of(lambda: client.send(transaction, BY_CODE))
    assert (error.code, error.data["reason"]) == (ErrorCode.NETWORK_TIMEOUT, "late")


def test_what_a_plug_in_does_not_offer_is_not_asked_of_it(place: Path) -> None:
    """Its client has none of these methods."""
    client = client_of(place, SOUND, "modest")
    key = rsa_signer(1)
    current = CertificateCredential(LAB.issue(key.spki), key)
    waiting = client.send(client.prepare_obtain(BY_CODE, key), BY_CODE)
    secrets = BankSecrets(Secret("1234"))
    calls = [
        lambda: client.withdraw(waiting.transaction, current),
        lambda: client.prepare_renew(current, key, secrets),
    ]
    assert [error_of(call).code for call in calls] == [ErrorCode.CA_NOT_OFFERED] * 2
    assert client.signer_status(current).value == "unknown"


def test_a_method_that_a_plug_in_promised_and_lacks_is_its_failure(place: Path) -> None:
    client = client_of(place, SOUND, "boasting")
    key = rsa_signer(1)
    current = CertificateCredential(LAB.issue(key.spki), key)
    with pytest.raises(CertclientError) as caught:
        client.revoke(current, current.certificate)
    assert caught.value.code is ErrorCode.CA_PLUGIN_FAILED
    assert "AttributeError" in caught.value.data["reason"]
