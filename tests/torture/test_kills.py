"""`kill -9` before and after every write of the journal and every other change, then `resume`.

Afterwards the customer has exactly one certificate that logs in, or the old one as before; the
bank's books say the same, and no key, object or file is left over. All cases: `make torture`.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from certclient.cli.exit_codes import DONE
from certclient.model.certificate import Certificate
from certclient.model.profile import EST
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.repositories.records import CertificateState
from support.bank import SOFTHSM_MODULE, RunningBank
from support.torture.computer import STORES, Computers, KilledComputer
from support.torture.known_changes import CHANGES, moments
from support.torture.selection import generator, sample


def cases(command: str, few: int) -> list[tuple[str, int]]:
    """Every moment in every store. Of `few`, every moment in one store comes first."""
    places = generator(command).choices(STORES, k=len(moments(command)))
    first = list(zip(places, moments(command), strict=True))
    if few <= len(first):
        return sample(command, [(p, m) for p in STORES for m in moments(command)], few)
    others = [(p, m) for p in STORES for m in moments(command) if (p, m) not in first]
    return first + sample(command, others, few - len(first))


@pytest.mark.parametrize(
    ("place", "command"),
    sample("changes", [(p, c) for p in STORES for c in CHANGES if "EST" not in c], 4),
)
def test_every_change_is_known(computers: Computers, command: str, place: str) -> None:
    computer, arguments = _ready(computers, place, command)
    done = computer.breaks("none@0", command, *arguments)
    assert done.code == 0, done.err
    assert tuple(done.out.split()) == CHANGES[command]


def _ready(
    computers: Computers, place: str, command: str
) -> tuple[KilledComputer, tuple[str, ...]]:
    """A computer on which `command` can be run, and its arguments."""
    if command == "restore":
        return _put_away(computers, place)[0], ()
    if command != "obtain":
        return computers.with_certificate(place)[0], ()
    computer = computers.without_certificate(place)
    code = computer.bank.issue_code(computer.user_id).reveal()
    return computer, (computer.user_id, code)


def _put_away(computers: Computers, place: str) -> tuple[KilledComputer, Certificate]:
    computer, old = computers.with_expired_certificate(place)
    assert computer.certclient("remove", old.serial_hex, "--yes").code == DONE
    return computer, old


@pytest.mark.reliability("kills", "a renewal, {place}")
@pytest.mark.parametrize(("place", "moment"), cases("renew", 22))
def test_a_killed_renewal(computers: Computers, place: str, moment: int) -> None:
    computer, old = computers.with_certificate(place)
    computer.is_killed(f"kill@{moment}", "renew")
    assert computer.usable(), "a certificate to log in with exists at all times"
    begun = len(computer.open_procedures())
    assert begun == (0 < moment < moments("renew")[-1])
    computer.resume()
    if moment == 0:
        computer.assert_as_before(old)
    else:
        computer.assert_one_certificate_logs_in(old)


@pytest.mark.reliability("kills", "a first certificate (取得), {place}")
@pytest.mark.parametrize(("place", "moment"), cases("obtain", 3))
def test_a_killed_obtain_is_finished_with_the_same_code(
    computers: Computers, place: str, moment: int
) -> None:
    computer, (user_id, code) = _ready(computers, place, "obtain")
    computer.is_killed(f"kill@{moment}", "obtain", user_id, code)
    computer.resume(code)
    if moment == 0:
        assert (computer.usable(), computer.states()) == ([], {})
        computer.assert_nothing_left_over()
    else:
        computer.assert_one_certificate_logs_in(None)


@pytest.mark.reliability("kills", "a revocation (失効), {place}")
@pytest.mark.parametrize(("place", "moment"), cases("revoke", 2))
def test_a_killed_revocation_is_repeated(computers: Computers, place: str, moment: int) -> None:
    computer, old = computers.with_certificate(place)
    computer.is_killed(f"kill@{moment}", "revoke")
    if moment == 0:
        computer.assert_as_before(old)
    if moment < 2:  # the customer sees it as it was before
        again = computer.certclient("revoke", old.serial_hex, "--yes", "--last-one")
        assert again.code == DONE, again.err
    elif moment == 2:  # the journal knows that it is revoked, the store still shows it
        again = computer.certclient("remove", old.serial_hex, "--yes")
        assert again.code == DONE, again.err
    assert computer.states() == {old.serial_hex: CertificateState.REVOKED}
    assert computer.usable() == []
    assert computer.stored(old).archived
    computer.assert_nothing_left_over()


@pytest.mark.reliability("kills", "putting away, {place}")
@pytest.mark.parametrize(("place", "moment"), cases("archive", 1))
def test_a_killed_archiving_has_happened_or_not(
    computers: Computers, place: str, moment: int
) -> None:
    computer, old = computers.with_expired_certificate(place)
    computer.is_killed(f"kill@{moment}", "archive")
    assert computer.stored(old).archived == bool(moment)
    command = "restore" if moment else "remove"
    assert computer.certclient(command, old.serial_hex, "--yes").code == DONE
    assert computer.usable() == ([old] if moment else [])
    computer.assert_nothing_left_over()


@pytest.mark.reliability("kills", "bringing back, {place}")
@pytest.mark.parametrize(("place", "moment"), cases("restore", 1))
def test_a_killed_restoring_has_happened_or_not(
    computers: Computers, place: str, moment: int
) -> None:
    computer, old = _put_away(computers, place)
    computer.is_killed(f"kill@{moment}", "restore")
    assert computer.stored(old).archived != bool(moment)
    command = "remove" if moment else "restore"
    assert computer.certclient(command, old.serial_hex, "--yes").code == DONE
    assert computer.usable() == ([] if moment else [old])
    computer.assert_nothing_left_over()


@pytest.mark.reliability("kills", "deleting with the key, {place}")
@pytest.mark.parametrize(("place", "moment"), cases("delete", 1))
def test_a_killed_deletion_is_completed(computers: Computers, place: str, moment: int) -> None:
    computer, old = computers.with_expired_certificate(place)
    computer.is_killed(f"kill@{moment}", "delete")
    if any(stored.certificate == old for stored in computer.store.certificates()):
        done = computer.certclient("remove", old.serial_hex, "--delete", "--yes")
        assert done.code == DONE, done.err
    for label in computer.store.unused_keys():
        done = computer.certclient("remove-key", label, "--yes")
        assert done.code == DONE, done.err
    assert computer.store.certificates() == []
    computer.assert_nothing_left_over()


@pytest.mark.reliability("kills", "a renewal, then its resumption, {place}")
@pytest.mark.parametrize(("place", "moment"), cases("renew", 2))
def test_killed_twice_in_a_row(computers: Computers, place: str, moment: int) -> None:
    computer, old = computers.with_certificate(place)
    computer.is_killed(f"kill@{moment}", "renew")
    left = len(CHANGES["renew"]) - moment
    second = generator("second", place, moment).randrange(left + 1)
    again = computer.breaks(f"kill@{second}", "resume")
    # Nobody knows how many changes are left: after the last one, it has ended.
    assert again.code in (-signal.SIGKILL, DONE), again.err
    assert again.code or second, "killed before its first change at the latest"
    assert computer.usable(), "a certificate to log in with exists at all times"
    computer.resume()
    if moment == 0:
        computer.assert_as_before(old)
    else:
        computer.assert_one_certificate_logs_in(old)


@pytest.fixture
def by_est(shared_bank: RunningBank) -> Iterator[None]:
    shared_bank.write_profile(ProfileOptions(pkcs11_modules=(SOFTHSM_MODULE,), protocol=EST))
    yield
    shared_bank.write_profile()


@pytest.mark.reliability("kills", "a renewal by EST, {place}")
@pytest.mark.usefixtures("by_est")
@pytest.mark.parametrize(("place", "moment"), cases("renew by EST", 2))
def test_a_killed_renewal_by_est(computers: Computers, place: str, moment: int) -> None:
    """Nothing but the PKCS#10 request tells the bank that it is the same renewal."""
    computer, old = computers.with_certificate(place)
    computer.is_killed(f"kill@{moment}", "renew")
    assert computer.usable(), "a certificate to log in with exists at all times"
    computer.resume()
    if moment == 0:
        computer.assert_as_before(old)
    else:
        computer.assert_one_certificate_logs_in(old)
        assert len(computer.states()) == 2, "one request, one certificate"


@pytest.mark.reliability("kills", "a first certificate by EST, {place}")
@pytest.mark.usefixtures("by_est")
@pytest.mark.parametrize(("place", "moment"), cases("obtain by EST", 1))
def test_a_killed_obtain_by_est(computers: Computers, place: str, moment: int) -> None:
    """After the answer, the code is spent; the bank repeats the answer all the same."""
    computer, (user_id, code) = _ready(computers, place, "obtain")
    computer.is_killed(f"kill@{moment}", "obtain", user_id, code)
    computer.resume(code)
    if moment == 0:
        assert (computer.usable(), computer.states()) == ([], {})
        computer.assert_nothing_left_over()
    else:
        computer.assert_one_certificate_logs_in(None)
        assert len(computer.states()) == 1
