"""The steps between two states. Each does one side effect, can be run again, and returns the record
that the journal gets next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from certclient.ca.client import (
    Answer,
    BankSecrets,
    Issued,
    MacCredential,
    Transaction,
    names_failure,
)
from certclient.enrollment.acceptance import check_issued
from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.enrollment.journal import Kind, Record, State
from certclient.enrollment.login_test import (
    LoginResult,
    LoginTest,
    can_log_in,
    judged,
    log_in,
    not_tried,
)
from certclient.enrollment.preflight import (
    CLOCK_TOLERANCE,
    CheckResult,
    check_clock,
    clock_result,
    connection_results,
    first_failure,
    key_result,
    remote_result,
    store_result,
)
from certclient.enrollment.work import Work
from certclient.model.certificate import Certificate, Role
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import AskWhom, Profile
from certclient.model.progress import Step
from certclient.model.secret import Secret
from certclient.store.base import StoreSession, TellsAboutKeys, TrustsRoots

_SHORTEST_WAIT = 1.0
"""Seconds between two polls, whatever a CA says: never a loop."""

StepFunction = Callable[[Work, Record], Record]


def create_key(work: Work, record: Record) -> Record:
    """PREPARED → KEY_CREATED. A key that an interrupted run made under our label is taken up."""
    preflight(work, record)
    session = work.session(record.store_id)
    with work.step(Step.CREATE_KEY), work.watch.measure("key_generation"):
        key = session.create_key(work.environment.profile.key, record.key_label)
    if isinstance(session, TellsAboutKeys):
        for warning in session.take_warnings():
            work.interaction.warning(warning)
    spki = session.signer(key).spki
    return replace(record, state=State.KEY_CREATED, key_id=key.key_id, spki=spki)


def preflight(work: Work, record: Record) -> None:
    """更新前処理: what can be known beforehand is said before a key is made.

    The way to the CA, the clock and the store first, as they need no PIN; then, on renewal, whether
    the current key still signs.
    """
    environment = work.environment
    with work.step(Step.PREFLIGHT):
        with work.watch.measure("network"):
            connection = connection_results(environment.ca.probe)
        clock = clock_result(environment.ca.server_time(), environment.clock())
        store = store_result(work.store(record.store_id))
        remote = remote_result(environment.system)
        _stop_or_warn(work, (*connection, clock, store, remote))
        if record.kind is Kind.RENEW:
            current = Certificate.from_der(record.old_certificate)
            _stop_or_warn(work, (key_result(work.session(record.old_store_id), current),))


def _stop_or_warn(work: Work, results: Sequence[CheckResult]) -> None:
    failure = first_failure(results)
    if failure is not None:
        raise failure
    for result in results:
        if result.error is not None:
            work.interaction.warning(result.error)


def prepare_request(work: Work, record: Record) -> Record:
    """KEY_CREATED → REQUESTED. Signs the request; nothing is sent before the journal has it."""
    new_key = work.signer(record.store_id, record.key)
    credential = work.credential(record)
    ca = work.environment.ca
    if isinstance(credential, MacCredential):
        # Kept first: from the moment of sending, a restart needs the same code again.
        work.environment.vault.keep(record.id, credential.issue_code)
        transaction = ca.prepare_obtain(credential, new_key)
    else:
        secrets = _bank_secrets(work, record, credential.certificate)
        transaction = ca.prepare_renew(credential, new_key, secrets)
    work.transaction = transaction
    work.unanswered = False
    return replace(
        record,
        state=State.REQUESTED,
        transactions=record.transactions + 1,
        transaction_id=transaction.transaction_id,
        transaction_state=transaction.state,
        unanswered=False,
    )


def send_request(work: Work, record: Record) -> Record:
    """REQUESTED → ISSUED or WAITING. The same bytes each time it is run."""
    credential = work.credential(record)
    transaction = transaction_of(work, record)
    with work.step(Step.REQUEST), _clock_first(work):
        answer = work.network(lambda: work.environment.ca.send(transaction, credential))
    return _answered(work, record, answer)


def poll(work: Work, record: Record) -> Record:
    """WAITING → ISSUED or WAITING again, not before the CA's time. The caller watches patience."""
    environment = work.environment
    left = (record.check_at - environment.clock()).total_seconds() if record.check_at else 0.0
    with work.step(Step.WAIT):
        if left > 0:
            work.pause(left)
        credential = work.credential(record)
        transaction = transaction_of(work, record)
        with _clock_first(work):
            answer = work.network(lambda: environment.ca.poll(transaction, credential))
    return _answered(work, record, answer)


def install(work: Work, record: Record) -> Record:
    """ISSUED → INSTALLED. Refuses a certificate that is not the one we asked for."""
    environment = work.environment
    certificate = Certificate.from_der(record.issued)
    _check_clock(work)
    received = [Certificate.from_der(der) for der in record.chain]
    with work.step(Step.CHECK):
        chain = check_issued(
            record, certificate, received, environment.profile, environment.clock()
        )
    with work.step(Step.INSTALL):
        session = work.session(record.store_id)
        # The issuer first: browsers silently offer nothing where it is missing.
        session.install_intermediates(chain)
        _install_root(work, session, [certificate, *chain][-1])
        session.install(record.key, certificate, friendly_name(environment.profile, certificate))
    return replace(record, state=State.INSTALLED)


def _install_root(work: Work, session: StoreSession, last: Certificate) -> None:
    """Where the profile wants it and the user agrees; a no is only a warning. `last`: the highest
    certificate below the root."""
    profile = work.environment.profile
    if not profile.install_root or not isinstance(session, TrustsRoots):
        return
    for root in profile.ca.trust_anchors:
        if root.subject == last.issuer:
            try:
                session.install_root(root)
            except CertclientError as error:
                work.interaction.warning(error)


def verify(work: Work, record: Record) -> Record:
    """INSTALLED → VERIFIED. Reads it back and signs with it as a browser will."""
    with work.step(Step.VERIFY):
        work.session(record.store_id).self_test(Certificate.from_der(record.issued))
    return replace(record, state=State.VERIFIED)


def confirm(work: Work, record: Record) -> Record:
    """VERIFIED → CONFIRMED. From here on the new certificate is the one that logs in.

    The caller has journalled `unanswered` before; an earlier run's value is in
    `work.unanswered`. Only then may an error mean that the CA knew it already.
    """
    if not record.ca_confirmed:
        with work.step(Step.CONFIRM), _clock_first(work):
            work.network(
                lambda: work.environment.ca.confirm(issued(work, record), work.credential(record))
            )
    return replace(record, state=State.CONFIRMED, unanswered=False)


def archive_old(work: Work, record: Record) -> Record:
    """CONFIRMED → DONE. What cannot be hidden now (token pulled out) is only a warning.

    Where this system can try a real login with the new certificate and it does not work, for
    whatever reason, the old one stays.
    """
    work.login = _log_in(work, record)
    old = record.old
    if old is None or work.login.in_doubt:
        return replace(record, state=State.DONE)
    try:
        with work.step(Step.ARCHIVE_OLD):
            work.session(record.old_store_id).archive(old)
    except CertclientError as error:
        work.interaction.warning(error)
        return replace(record, state=State.DONE)
    return replace(record, state=State.DONE, old_archived=True)


def _log_in(work: Work, record: Record) -> LoginTest:
    """Tries a login, before the old certificate is touched."""
    profile, store = work.environment.profile, work.store(record.store_id)
    if not can_log_in(store, profile):
        return not_tried(profile)
    try:
        with work.step(Step.LOGIN), work.watch.measure("network"):
            proxy = work.environment.named_proxy(profile.login_test_url)
            log_in(store, Certificate.from_der(record.issued), profile, proxy)
    except CertclientError as error:
        return judged(error)
    return LoginTest(LoginResult.WORKED)


STEPS: Mapping[State, StepFunction] = {
    State.PREPARED: create_key,
    State.KEY_CREATED: prepare_request,
    State.REQUESTED: send_request,
    State.WAITING: poll,
    State.ISSUED: install,
    State.INSTALLED: verify,
    State.VERIFIED: confirm,
    State.CONFIRMED: archive_old,
}
"""What to do in each open state."""


def friendly_name(profile: Profile, certificate: Certificate) -> str:
    """What the browser's chooser shows: bank, user ID, valid until (Japan date)."""
    owner = certificate.owner(profile.subject_rule)
    user_id = owner.user_id if owner else certificate.common_name
    return f"{profile.bank.ja} {user_id} ({certificate.not_after_tokyo:%Y-%m-%d})"


def issued(work: Work, record: Record) -> Issued:
    """The CA's answer as the journal has it."""
    return Issued(
        transaction=transaction_of(work, record),
        certificate=Certificate.from_der(record.issued),
        chain=tuple(Certificate.from_der(der) for der in record.chain),
        confirmed=record.ca_confirmed,
    )


_REFUSALS = frozenset(
    {
        ErrorCode.CA_REFUSED,
        ErrorCode.CA_CONFIRM_FAILED,
        ErrorCode.CA_PROTECTION_INVALID,
    }
)
"""What a wrong clock leads to: our messageTime, or the CA's certificate, is not valid then."""


@contextmanager
def _clock_first(work: Work) -> Iterator[None]:
    """Where the CA refuses and the clock is wrong, raises CLOCK_WRONG: the likelier reason, one
    that the customer can mend, and no reason to give anything up."""
    try:
        yield
    except CertclientError as error:
        if error.code in _REFUSALS:
            _check_clock(work)
        if names_failure(error, "badTime"):
            check_clock(
                work.environment.ca.server_time(), work.environment.clock(), CLOCK_TOLERANCE
            )
        raise


def _check_clock(work: Work) -> None:
    check_clock(work.environment.ca.server_time(), work.environment.clock())


def transaction_of(work: Work, record: Record) -> Transaction:
    """This run's transaction, which may carry what is not journalled; else the journal's."""
    if work.transaction and work.transaction.state == record.transaction_state:
        return work.transaction
    return Transaction(record.transaction_id, record.transaction_state)


def _answered(work: Work, record: Record, answer: Answer) -> Record:
    work.transaction = answer.transaction
    work.unanswered = False
    record = replace(record, transaction_state=answer.transaction.state, unanswered=False)
    if isinstance(answer, Issued):
        return replace(
            record,
            state=State.ISSUED,
            check_at=None,
            issued=answer.certificate.der,
            chain=tuple(c.der for c in answer.chain),
            ca_confirmed=answer.confirmed,
        )
    pause = max(answer.check_after, _SHORTEST_WAIT)
    check_at = work.environment.clock() + timedelta(seconds=pause)
    return replace(record, state=State.WAITING, check_at=check_at)


def _bank_secrets(work: Work, record: Record, current: Certificate) -> BankSecrets:
    """The ticket of a link, which stands for both, or what the bank's policy asks for."""
    if ticket := work.take_ticket():
        return BankSecrets(registration_token=ticket)
    profile = work.environment.profile
    owner = current.owner(profile.subject_rule)
    role = owner.role if owner else Role.USER

    def ask(policy: AskWhom, kind: SecretKind) -> Secret | None:
        if not policy.includes(role):
            return None
        answer = work.interaction.secret(SecretRequest(kind, record.user_id))
        if not answer:
            raise CertclientError(ErrorCode.BANK_SECRETS_REQUIRED, user_id=record.user_id)
        return answer

    return BankSecrets(
        authenticator=ask(profile.ask_pin, SecretKind.BANK_PIN),
        registration_token=ask(profile.ask_one_time_password, SecretKind.ONE_TIME_PASSWORD),
    )
