"""The groups of checks that this computer needs, for one bank or for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.enrollment.full_check.bank import BankCheck
from certclient.enrollment.full_check.certificates import StoreCheck
from certclient.enrollment.full_check.space import data_folder_item, space_finding
from certclient.enrollment.full_check.values import Finding, Group, Item
from certclient.enrollment.interaction import NonInteractive
from certclient.enrollment.preflight import Check, System, Verdict, remote_result
from certclient.enrollment.proxy_login import AsksForProxyLogin, with_proxy_login
from certclient.model.banks import Banks
from certclient.model.errors import CertclientError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from certclient.ca.client import CaClient
    from certclient.enrollment.full_check.values import Listener
    from certclient.enrollment.overview import Overview
    from certclient.model.policy import Policy
    from certclient.model.profile import Profile
    from certclient.platform.free_space import Room
    from certclient.platform.proxies.logins import ProxyLogins
    from certclient.store.base import CertificateStore

COMPUTER_SECONDS = 20.0
"""For files of this computer; a folder on a network drive that is gone may take for ever."""
BANK_SECONDS = 90.0
"""For one request, with what a transport tries by itself: two routes of 30 seconds each."""
STORE_SECONDS = 120.0
"""For all stores: the child process of a token's module has time limits of its own."""


@dataclass(frozen=True, slots=True)
class CheckParts:
    """What the checks ask, and of whom.

    `banks`: all that are set up; `policy`: both raise POLICY_INVALID; `records`: why this program's
    own records cannot be used, None if they can; `stores`, `read`: see `StoreCheck`; `connect`: the
    client of a bank's CA, raises CA_PLUGIN…, POLICY_INVALID. `clock` returns aware UTC. `room`: see
    `platform.free_space`.
    """

    banks: Callable[[], Banks]
    policy: Callable[[], Policy]
    records: Callable[[], CertclientError | None]
    stores: Callable[[Sequence[Profile]], Sequence[CertificateStore]]
    read: Callable[[Sequence[Profile], Sequence[CertificateStore]], Overview]
    connect: Callable[[Profile], CaClient]
    logins: ProxyLogins
    clock: Callable[[], datetime]
    system: System
    data_folder: Path
    room: Callable[[Path], Room]


class FullCheck:
    """更新できますか？ Changes nothing; costs no PIN attempt and no login at a bank."""

    def __init__(self, parts: CheckParts) -> None:
        self._parts = parts

    def groups(
        self,
        banks: Callable[[], Banks] | None = None,
        person: AsksForProxyLogin | None = None,
    ) -> Sequence[Group]:
        """The groups, independent of each other. Reads the banks' profiles: call it in a worker.

        `banks`: those to check, None for all; what it raises becomes a finding. `person`: asked for
        a proxy's login by the work of a bank's group; None for nobody.
        """
        try:
            found = banks() if banks is not None else self._parts.banks()
            configured, problem = found.configured, None if found.configured else found.errors[0]
        except CertclientError as error:
            configured, problem = (), error
        groups = [self._computer(problem)]
        for bank in configured:
            one = BankCheck(bank, self._parts.connect, self._probe(person), self._parts.clock)
            groups.append(Group(one.items(), BANK_SECONDS, one.run))
        usable = [bank for bank in configured if bank.profile is not None]
        if usable:
            parts = self._parts
            stores = StoreCheck(
                usable,
                parts.stores,
                parts.read,
                parts.connect,
                parts.clock,
                parts.data_folder,
                parts.room,
                parts.system,
            )
            groups.append(Group(stores.items(), STORE_SECONDS, stores.run, stores=True))
        return groups

    def _probe(
        self, person: AsksForProxyLogin | None
    ) -> Callable[[CaClient], Sequence[CertclientError]]:
        logins = self._parts.logins
        asked = person or NonInteractive()
        return lambda ca: with_proxy_login(ca.probe, asked, logins)

    def _computer(self, problem: CertclientError | None) -> Group:
        """What concerns all banks; `problem`: why no bank is known."""
        profile = Item(Check.PROFILE)
        space = data_folder_item(self._parts.data_folder)
        checks = (Item(Check.POLICY), Item(Check.RECORDS), space, Item(Check.REMOTE_DESKTOP))

        def work(listener: Listener) -> None:
            policy, records, disk, remote = checks
            if problem is not None:
                listener.found(Finding(profile, Verdict.FAILED, problem))
            listener.found(self._policy(policy))
            error = self._parts.records()
            listener.found(Finding(records, Verdict.FAILED if error else Verdict.PASSED, error))
            listener.found(space_finding(disk, self._parts.room))
            listener.found(Finding.of(remote, remote_result(self._parts.system)))

        return Group((profile, *checks) if problem else checks, COMPUTER_SECONDS, work)

    def _policy(self, item: Item) -> Finding:
        """Most computers have none."""
        try:
            policy = self._parts.policy()
        except CertclientError as error:
            return Finding(item, Verdict.FAILED, error)
        return Finding(item, Verdict.PASSED if policy.sources else Verdict.SKIPPED)
