"""The steps between two states.

Each has one side effect, can be run again, and returns the record to journal next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from certclient.ca.client import (
    Answer,
    ChecksCredential,
    IssueCodeCredential,
    Issued,
    RefusalReason,
    Transaction,
    refused_because,
)
from certclient.enrollment.acceptance import check_issued
from certclient.enrollment.another_key import delete_used_key
from certclient.enrollment.backoff import poll_pause
from certclient.enrollment.bank_secrets import bank_secrets
from certclient.enrollment.journal import ProcedureKind, ProcedureState, Record
from certclient.enrollment.new_login import tested_login
from certclient.enrollment.preflight import (
    CheckResult,
    check_clock,
    clock_result,
    connection_results,
    first_failure,
    key_result,
    profile_result,
    remote_result,
    store_result,
)
from certclient.enrollment.put_away import not_put_away
from certclient.enrollment.run_context import RunContext
from certclient.model.anchor_dates import anchor_error
from certclient.model.certificate import Certificate
from certclient.model.clock_error import CLOCK_TOLERANCE, clock_wrong
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.progress import Step
from certclient.store.base import KeyWarnings, RootInstaller, StoreSession

_SHORTEST_WAIT = 1.0
"""Minimum seconds between two polls, whatever the CA requests, to prevent a busy loop."""

StepFunction = Callable[[RunContext, Record], Record]
"""Runs one step and returns the record to journal; raises CertclientError."""


def create_key(context: RunContext, record: Record) -> Record:
    """PREPARED → KEY_CREATED. Reuses a key that an interrupted run created under our label."""
    preflight(context, record)
    session = context.session(record.store_id)
    delete_used_key(context, record, session)
    with context.step(Step.CREATE_KEY), context.stopwatch.measure("key_generation"):
        context.environment.load_ahead()
        if context.resumed:  # an earlier run may have been stopped while its key was being made
            session.find_key(record.key_label, interrupted=True)
        key = session.create_key(context.environment.profile.key, record.key_label)
    if isinstance(session, KeyWarnings):
        for warning in session.take_warnings():
            context.interaction.warning(warning)
    spki = session.signer(key).spki
    return replace(
        record,
        state=ProcedureState.KEY_CREATED,
        key_id=key.key_id,
        spki=spki,
        used_key_id=b"",
    )


def preflight(context: RunContext, record: Record) -> None:
    """更新前処理: reports what can be known before a key is created.

    Checks the connection to the CA, the clock and the store first, as they need no PIN; then, on
    renewal, whether the current key still signs, and as the CA needs it. Raises the first failure;
    reports warnings.
    """
    environment = context.environment
    with context.step(Step.PREFLIGHT):
        # Beside a run that is in touch with the CA, the connection is its own.
        connection = () if context.key_only else _connection_and_clock(context)
        profile = profile_result(environment.profile, environment.clock())
        store = store_result(context.store(record.store_id))
        remote = remote_result(environment.system)
        _stop_or_warn(context, (*connection, profile, store, remote))
        if record.kind is ProcedureKind.RENEW:
            current = Certificate.read(record.old_certificate)
            _stop_or_warn(context, (key_result(context.session(record.old_store_id), current),))
            if isinstance(environment.ca, ChecksCredential):
                environment.ca.check_credential(context.current(record))


def _connection_and_clock(context: RunContext) -> Sequence[CheckResult]:
    environment = context.environment
    connection = connection_results(lambda: context.through_proxy(environment.ca.probe))
    return (*connection, clock_result(environment.ca.server_time(), environment.clock()))


def _stop_or_warn(context: RunContext, results: Sequence[CheckResult]) -> None:
    failure = first_failure(results)
    if failure is not None:
        raise failure
    for result in results:
        if result.error is not None:
            context.interaction.warning(result.error)


def prepare_request(context: RunContext, record: Record) -> Record:
    """KEY_CREATED → REQUESTED. Signs the request; it is journalled before it is sent."""
    new_key = context.signer(record.store_id, record.key)
    credential = context.credential(record)
    ca = context.environment.ca
    if isinstance(credential, IssueCodeCredential):
        # Kept first: once the request is sent, a restart needs the same code.
        context.keep_code(record, credential.issue_code)
        transaction = context.network(lambda: ca.prepare_obtain(credential, new_key))
    else:
        secrets = bank_secrets(context, record, credential.certificate)
        transaction = context.network(lambda: ca.prepare_renew(credential, new_key, secrets))
    context.transaction = transaction
    context.unanswered = False
    return replace(
        record,
        state=ProcedureState.REQUESTED,
        transactions=record.transactions + 1,
        transaction_id=transaction.transaction_id,
        transaction_state=transaction.state,
        unanswered=False,
    )


def send_request(context: RunContext, record: Record) -> Record:
    """REQUESTED → ISSUED or WAITING. Sends the same bytes on each run."""
    credential = context.credential(record)
    transaction = transaction_of(context, record)
    with context.step(Step.REQUEST), _clock_first(context), context.meanwhile(context):
        answer = context.network(lambda: context.environment.ca.send(transaction, credential))
    return _answered(context, record, answer)


def seconds_until_poll(record: Record, now: datetime) -> float:
    """How long the CA asked to wait before the next poll, from `now` (aware) on.

    None at all if the clock has been set back since: the wait may then seem to last for years.
    """
    begun = max(record.started, record.changed)
    if record.check_at is None or begun - now > CLOCK_TOLERANCE:
        return 0.0
    return max((record.check_at - now).total_seconds(), 0.0)


def poll(context: RunContext, record: Record) -> Record:
    """WAITING → ISSUED or WAITING; waits until `check_at` first. The caller enforces patience."""
    environment = context.environment
    left = seconds_until_poll(record, environment.clock())
    with context.step(Step.WAIT):
        if left > 0:
            context.pause(left)
        credential = context.credential(record)
        transaction = transaction_of(context, record)
        with _clock_first(context):
            answer = context.network(lambda: environment.ca.poll(transaction, credential))
    return _answered(context, record, answer)


def install(context: RunContext, record: Record) -> Record:
    """ISSUED → INSTALLED. Refuses a certificate that is not the requested one (`check_issued`)."""
    environment = context.environment
    certificate = Certificate.from_der(record.issued)
    _check_clock(context)
    received = [Certificate.read(der) for der in record.chain]
    with context.step(Step.CHECK), _dates_judged_by_the_right_clock(context):
        chain = check_issued(
            record, certificate, received, environment.profile, environment.clock()
        )
    with context.step(Step.INSTALL):
        session = context.session(record.store_id)
        # The customer's first: a card may have room for one more only. Without the issuer, browsers
        # silently do not offer it; the next run makes up for a stop in between.
        name = friendly_name(environment.profile, certificate)
        try:
            session.install(record.key, certificate, name)
        except CertclientError as error:
            if error.code is not ErrorCode.TOKEN_FULL or not _made_room(context):
                raise
            session.install(record.key, certificate, name)
        session.install_intermediates(chain)
        _install_root(context, session, [certificate, *chain][-1])
    return replace(record, state=ProcedureState.INSTALLED)


def _made_room(context: RunContext) -> bool:
    """What goes wrong with another procedure's key is a warning: it must not decide what becomes of
    this certificate."""
    try:
        return context.make_room()
    except CertclientError as error:
        context.interaction.warning(error)
        return False


def _install_root(context: RunContext, session: StoreSession, last: Certificate) -> None:
    """Installs the root if the profile requires it; an error, such as a refusal, is only a warning.

    `last`: the highest certificate below the root.
    """
    profile = context.environment.profile
    if not profile.install_root or not isinstance(session, RootInstaller):
        return
    for root in profile.ca.trust_anchors:
        if last.issued_by_name_of(root):
            try:
                session.install_root(root)
            except CertclientError as error:
                context.interaction.warning(error)


def verify(context: RunContext, record: Record) -> Record:
    """INSTALLED → VERIFIED. Reads the certificate back and signs with its key as a browser does."""
    with context.step(Step.VERIFY):
        context.session(record.store_id).self_test(Certificate.read(record.issued))
    return replace(record, state=ProcedureState.VERIFIED)


def confirm(context: RunContext, record: Record) -> Record:
    """VERIFIED → CONFIRMED. From here on, the new certificate is the one that logs in.

    Tells the CA nothing if it awaits no confirmation.
    The caller has journalled `unanswered` before; an earlier run's value is in
    `context.unanswered`. Only if that is set can an error mean that the CA already had the
    confirmation.
    """
    if not record.ca_confirmed:
        with context.step(Step.CONFIRM), _clock_first(context):
            context.network(
                lambda: context.environment.ca.confirm(
                    issued(context, record), context.credential(record)
                )
            )
    return replace(record, state=ProcedureState.CONFIRMED, unanswered=False)


def archive_old(context: RunContext, record: Record) -> Record:
    """CONFIRMED → DONE. A failure to archive now (token removed) is only a warning: the new one
    works, and a later run tries again (`put_away`).

    If this system can test a login with the new certificate and it fails for any reason, the old
    one is not archived.
    """
    context.login = tested_login(context, record)
    old = record.old
    if old is None or context.login.inconclusive:
        return replace(record, state=ProcedureState.DONE)
    try:
        with context.step(Step.ARCHIVE_OLD):
            context.session(record.old_store_id).archive(old)
    except CertclientError as error:
        if error.code is ErrorCode.CERTIFICATE_NOT_FOUND:  # there is nothing to put away
            context.interaction.warning(error)
            return replace(record, state=ProcedureState.DONE)
        context.interaction.warning(not_put_away(old, error))
        return replace(record, state=ProcedureState.DONE, old_to_archive=True)
    return replace(record, state=ProcedureState.DONE, old_archived=True)


STEPS: Mapping[ProcedureState, StepFunction] = {
    ProcedureState.PREPARED: create_key,
    ProcedureState.KEY_CREATED: prepare_request,
    ProcedureState.REQUESTED: send_request,
    ProcedureState.WAITING: poll,
    ProcedureState.ISSUED: install,
    ProcedureState.INSTALLED: verify,
    ProcedureState.VERIFIED: confirm,
    ProcedureState.CONFIRMED: archive_old,
}
"""The step to run in each open state."""


def friendly_name(profile: Profile, certificate: Certificate) -> str:
    """The name in the browser's certificate chooser: bank, user ID, expiry date in Japan."""
    owner = certificate.named_owner(profile.subject_rule)
    user_id = owner.user_id if owner else certificate.common_name
    return f"{profile.bank.ja} {user_id} ({certificate.not_after_tokyo:%Y-%m-%d})"


def issued(context: RunContext, record: Record) -> Issued:
    """The CA's response as journalled."""
    return Issued(
        transaction=transaction_of(context, record),
        certificate=Certificate.read(record.issued),
        chain=tuple(Certificate.read(der) for der in record.chain),
        confirmed=record.ca_confirmed,
    )


_REFUSALS = frozenset(
    {
        ErrorCode.CA_REFUSED,
        ErrorCode.CA_CONFIRM_FAILED,
        ErrorCode.CA_PROTECTION_INVALID,
    }
)
"""Errors that a wrong clock can cause: the time in our message or the CA's certificate is then
invalid."""


@contextmanager
def _clock_first(context: RunContext) -> Iterator[None]:
    """Raises CLOCK_WRONG if the CA refuses while the clock is wrong.

    That is the likelier cause, the customer can correct it, and it is no reason to abandon
    anything.
    """
    try:
        yield
    except CertclientError as error:
        if error.code in _REFUSALS:
            _check_clock(context)
        if error.code is ErrorCode.CA_PROTECTION_INVALID:
            _check_anchors(context, error)
        if refused_because(error, RefusalReason.TIME):
            server_time, now = context.environment.ca.server_time(), context.environment.clock()
            if server_time is None:
                raise clock_wrong(None, now) from error
            check_clock(server_time, now, CLOCK_TOLERANCE)
        raise


@contextmanager
def _dates_judged_by_the_right_clock(context: RunContext) -> Iterator[None]:
    """Asks the CA for its time before a certificate is refused because of its dates.

    A run that resumes here has not talked to the CA yet. Raises CLOCK_WRONG, or the network error
    because of which the clock cannot be checked.
    """
    try:
        yield
    except CertclientError as error:
        if error.code in _DATES and context.environment.ca.server_time() is None:
            context.through_proxy(context.environment.ca.probe)
            _check_clock(context)
        raise


_DATES = frozenset({ErrorCode.ISSUED_EXPIRED, ErrorCode.ISSUED_UNTRUSTED})
"""Errors that a wrong clock can cause when an issued certificate is checked."""


def _check_clock(context: RunContext) -> None:
    check_clock(context.environment.ca.server_time(), context.environment.clock())


def _check_anchors(context: RunContext, cause: CertclientError) -> None:
    """Raises the dates of the trust anchors as the reason if no response can be verified."""
    environment = context.environment
    if late := anchor_error(environment.profile, environment.clock()):
        raise late from cause


def transaction_of(context: RunContext, record: Record) -> Transaction:
    """This run's transaction, which may carry data not journalled; else the journalled one."""
    if context.transaction and context.transaction.state == record.transaction_state:
        return context.transaction
    return Transaction(record.transaction_id, record.transaction_state)


def _answered(context: RunContext, record: Record, answer: Answer) -> Record:
    context.transaction = answer.transaction
    context.unanswered = False
    record = replace(record, transaction_state=answer.transaction.state, unanswered=False)
    if isinstance(answer, Issued):
        return replace(
            record,
            state=ProcedureState.ISSUED,
            check_at=None,
            issued=answer.certificate.der,
            chain=tuple(c.der for c in answer.chain),
            ca_confirmed=answer.confirmed or not context.environment.ca.abilities.confirms,
        )
    environment = context.environment
    pause = poll_pause(max(answer.check_after, _SHORTEST_WAIT), environment.random_bytes)
    check_at = environment.clock() + timedelta(seconds=pause)
    return replace(record, state=ProcedureState.WAITING, check_at=check_at)
