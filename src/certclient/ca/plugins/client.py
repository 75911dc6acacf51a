"""A plug-in's client behind a guard: whatever it does, its caller sees what `CaClient` promises."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from certclient.ca.client import (
    Answer,
    BankSecrets,
    CaAbilities,
    CaClient,
    CertificateCredential,
    Credential,
    IssueCodeCredential,
    Issued,
    SignerStatus,
    Transaction,
    not_offered,
)
from certclient.ca.plugins.guard import (
    checked_answer,
    checked_transaction,
    guarded,
    of_type,
    secrets_of,
)
from certclient.ca.plugins.interface import CaPlugin, ClientInputs, OptionError, Options
from certclient.ca.plugins.loading import AllowedPlugin, allowed_plugins, load_plugin
from certclient.ca.transport import Transport
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.faults import Reason
from certclient.model.keys import Signer
from certclient.model.profile import Profile, SecretPolicy
from certclient.model.revocation_reason import RevocationReason
from certclient.model.secret import Secret

T = TypeVar("T")

_NO_SECRETS = BankSecrets()
_MAX_TEXT = 1000


def checked_plugin(
    profile: Profile, allowed: Callable[[], Sequence[AllowedPlugin] | None] = allowed_plugins
) -> CaPlugin:
    """The plug-in that `profile` names, which has accepted its options.

    Raises CA_PLUGIN as `load_plugin`, CA_PLUGIN_FAILED, and PROFILE_INVALID: an option cannot be
    used, or customers are asked for secrets that the protocol cannot carry.
    """
    plugin = load_plugin(profile.ca.protocol, allowed())
    try:
        guarded(profile, "check_options", (), lambda: plugin.check_options(options_of(profile)))
    except CertclientError as error:
        if isinstance(error.__cause__, OptionError):
            cause = error.__cause__
            key, words = f"ca.options.{cause.key}", cause.sentence[:_MAX_TEXT]
            raise _invalid(profile, key, Reason.OTHER, detail=words) from cause
        raise
    asked = {
        "renewal.ask_pin": profile.ask_pin,
        "renewal.ask_one_time_password": profile.ask_one_time_password,
    }
    for key, policy in asked.items():
        if policy is not SecretPolicy.NOBODY and not plugin.abilities.carries_bank_secrets:
            name = profile.ca.protocol
            raise _invalid(profile, key, Reason.PROTOCOL_KEY, protocol=name)
    return plugin


def options_of(profile: Profile) -> Options:
    """The profile's `[ca.options]`, read-only."""
    return MappingProxyType(dict(profile.ca.options))


class PluginClient:
    """The CA of a profile whose protocol is a plug-in's; see `CaClient` for every method.

    Loads the plug-in when it is needed first, so that a plug-in that cannot be used keeps nobody
    from listing certificates. Beside the errors of `CaClient`, every method raises those of
    `checked_plugin`, and CA_PLUGIN_FAILED (data `protocol`, `operation`, `reason`): the plug-in
    raised something else, or returned what it may not. No error has one of the customer's secrets
    in it, and no transaction that is to be journalled has the issue code.
    """

    def __init__(
        self,
        profile: Profile,
        transport: Transport,
        clock: Callable[[], datetime],
        random_bytes: Callable[[int], bytes],
        plugin: Callable[[Profile], CaPlugin] = checked_plugin,
    ) -> None:
        self._profile = profile
        self._transport = transport
        self._clock = clock
        self._random_bytes = random_bytes
        self._find = plugin
        self._lock = threading.Lock()
        self._loaded: tuple[CaAbilities, CaClient] | None = None

    @property
    def abilities(self) -> CaAbilities:
        """See CaClient.abilities."""
        return self._plugin()[0]

    def prepare_obtain(self, credential: IssueCodeCredential, new_key: Signer) -> Transaction:
        """See CaClient.prepare_obtain."""
        if not credential.issue_code:
            raise CertclientError(ErrorCode.ISSUE_CODE_REQUIRED, user_id=credential.user_id)
        return self._call(
            "prepare_obtain",
            lambda client: checked_transaction(
                client.prepare_obtain(credential, new_key), credential
            ),
            credential,
        )

    def prepare_renew(
        self,
        credential: CertificateCredential,
        new_key: Signer,
        secrets: BankSecrets = _NO_SECRETS,
    ) -> Transaction:
        """See CaClient.prepare_renew."""
        if secrets and not self.abilities.carries_bank_secrets:
            raise not_offered("secrets")
        given = [one for one in (secrets.authenticator, secrets.registration_token) if one]
        return self._call(
            "prepare_renew",
            lambda client: checked_transaction(
                client.prepare_renew(credential, new_key, secrets), credential, given
            ),
            secrets=given,
        )

    def send(self, transaction: Transaction, credential: Credential) -> Answer:
        """See CaClient.send."""
        return self._call(
            "send",
            lambda client: checked_answer(client.send(transaction, credential), credential),
            credential,
        )

    def poll(self, transaction: Transaction, credential: Credential) -> Answer:
        """See CaClient.poll."""
        return self._call(
            "poll",
            lambda client: checked_answer(client.poll(transaction, credential), credential),
            credential,
        )

    def withdraw(self, transaction: Transaction, credential: Credential) -> None:
        """See CaClient.withdraw."""
        if not self.abilities.withdraws:
            raise not_offered("withdraw")
        self._call("withdraw", lambda client: client.withdraw(transaction, credential), credential)

    def confirm(
        self, issued: Issued, credential: Credential, rejection: ErrorCode | None = None
    ) -> None:
        """See CaClient.confirm."""
        if issued.confirmed or not self.abilities.confirms:
            return
        self._call(
            "confirm", lambda client: client.confirm(issued, credential, rejection), credential
        )

    def signer_status(self, credential: CertificateCredential) -> SignerStatus:
        """See CaClient.signer_status."""
        if not self.abilities.tells_signer_status:
            return SignerStatus.UNKNOWN
        return self._call(
            "signer_status", lambda client: of_type(SignerStatus, client.signer_status(credential))
        )

    def revoke(
        self,
        credential: CertificateCredential,
        certificate: Certificate,
        reason: RevocationReason = RevocationReason.NO_LONGER_USED,
    ) -> None:
        """See CaClient.revoke."""
        if not self.abilities.revokes:
            raise not_offered("revoke")
        self._call("revoke", lambda client: client.revoke(credential, certificate, reason))

    def probe(self) -> Sequence[CertclientError]:
        """See CaClient.probe."""
        return self._call(
            "probe", lambda client: [of_type(CertclientError, one) for one in client.probe()]
        )

    def kept_open(self) -> AbstractContextManager[None]:
        """See KeepsConnection.kept_open."""
        return self._transport.kept_open()

    def interrupt(self) -> None:
        """See CaClient.interrupt."""
        self._transport.interrupt()

    def server_time(self) -> datetime | None:
        """See CaClient.server_time."""
        return self._transport.server_time()

    def _plugin(self) -> tuple[CaAbilities, CaClient]:
        with self._lock:
            if self._loaded is None:
                plugin = self._find(self._profile)
                client = guarded(self._profile, "client", (), lambda: plugin.client(self._inputs()))
                self._loaded = plugin.abilities, client
            return self._loaded

    def _inputs(self) -> ClientInputs:
        ca = self._profile.ca
        return ClientInputs(
            url=ca.url,
            trust_anchors=ca.trust_anchors,
            signature_algorithms=ca.signature_algorithms,
            options=options_of(self._profile),
            transport=self._transport,
            clock=self._clock,
            random_bytes=self._random_bytes,
        )

    def _call(
        self,
        operation: str,
        run: Callable[[CaClient], T],
        credential: Credential | None = None,
        secrets: Sequence[Secret] = (),
    ) -> T:
        client = self._plugin()[1]
        kept = [*secrets, *secrets_of(credential)]
        return guarded(self._profile, operation, kept, lambda: run(client))


def _invalid(profile: Profile, key: str, reason: Reason, **data: str) -> CertclientError:
    file = f"{profile.id}.toml"
    return CertclientError(
        ErrorCode.PROFILE_INVALID, file=file, key=key, reason=reason.value, **data
    )
