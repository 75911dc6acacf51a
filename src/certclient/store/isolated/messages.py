"""What the program and the child process of a PKCS#11 module say to each other.

The words are those of `store.base`. Certificates are DER bytes.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Generic, TypeVar, get_args

import msgspec

from certclient.model.keys import KeyRef, KeySpec, SignatureAlgorithm, SignaturePurpose
from certclient.store.base import AttemptsLeft, PinRequest
from certclient.store.token_description import TokenDescription

R = TypeVar("R")

LOOKUPS = 0
"""The channel of requests without a session; they are answered one after the other."""


class Failure(msgspec.Struct, frozen=True, tag=True):
    """A CertclientError. `code`: the name of its ErrorCode."""

    code: str
    data: dict[str, str]


class Bug(msgspec.Struct, frozen=True, tag=True):
    """An exception that nobody expected. `place`: where it was raised, without any value."""

    kind: str
    place: str


class TokenState(msgspec.Struct, frozen=True, tag=True):
    """`store.base.Available`."""

    needs_pin: bool
    attempts: AttemptsLeft


class TokenEntry(msgspec.Struct, frozen=True):
    """A store of the module. `broken`: why the module has none, then there is no other entry."""

    store_id: str
    label: str
    broken: Failure | None = None


class CertificateEntry(msgspec.Struct, frozen=True):
    """`store.base.StoredCertificate`; `certificate` holds the DER bytes."""

    certificate: bytes
    friendly_name: str
    key: KeyRef | None
    archived: bool
    key_hidden: bool


class SignerEntry(msgspec.Struct, frozen=True):
    """A `model.keys.Signer` of the session. `number` names it in `Sign`."""

    number: int
    spki: bytes


class Call(msgspec.Struct, Generic[R], frozen=True):
    """Something asked of the child; `R` is the type of the answer."""


class FindTokens(Call[tuple[TokenEntry, ...]], frozen=True, tag=True):
    """Which tokens are there now?"""


class LookAtToken(Call[TokenState | Failure], frozen=True, tag=True):
    """`CertificateStore.availability`."""

    store_id: str


class ListCertificates(Call[tuple[CertificateEntry, ...]], frozen=True, tag=True):
    """`CertificateStore.certificates`."""

    store_id: str


class ListUnusedKeys(Call[tuple[str, ...]], frozen=True, tag=True):
    """`CertificateStore.unused_keys`."""

    store_id: str


class DescribeToken(Call[TokenDescription], frozen=True, tag=True):
    """`Described.describe`."""

    store_id: str


class ChangePin(Call[None], frozen=True, tag=True):
    """`PinChanging.change_pin`; the only request of its channel."""

    store_id: str


class OpenSession(Call[None], frozen=True, tag=True):
    """`CertificateStore.open`; the session has this request's channel."""

    store_id: str


class CloseSession(Call[None], frozen=True, tag=True):
    """Leaves the context of `OpenSession`. The channel ends."""


class CreateKey(Call[KeyRef], frozen=True, tag=True):
    """`StoreSession.create_key`."""

    spec: KeySpec
    label: str


class FindKey(Call[KeyRef | None], frozen=True, tag=True):
    """`StoreSession.find_key`."""

    label: str
    interrupted: bool = False


class GetSigner(Call[SignerEntry], frozen=True, tag=True):
    """`StoreSession.signer`."""

    key: KeyRef


class Sign(Call[bytes], frozen=True, tag=True):
    """`Signer.sign`."""

    signer: int
    content: bytes
    algorithm: SignatureAlgorithm


class SignDigest(Call[bytes], frozen=True, tag=True):
    """`DigestSigner.sign_digest`."""

    signer: int
    digest: bytes
    algorithm: SignatureAlgorithm


class Install(Call[None], frozen=True, tag=True):
    """`StoreSession.install`."""

    key: KeyRef
    certificate: bytes
    friendly_name: str


class InstallIntermediates(Call[None], frozen=True, tag=True):
    """`StoreSession.install_intermediates`."""

    chain: tuple[bytes, ...]


class Archive(Call[None], frozen=True, tag=True):
    """`StoreSession.archive`."""

    certificate: bytes


class Unarchive(Call[None], frozen=True, tag=True):
    """`StoreSession.unarchive`."""

    certificate: bytes


class Delete(Call[None], frozen=True, tag=True):
    """`StoreSession.delete`."""

    certificate: bytes


class DeleteKey(Call[None], frozen=True, tag=True):
    """`StoreSession.delete_key`."""

    key: KeyRef


class SelfTest(Call[None], frozen=True, tag=True):
    """`StoreSession.self_test`."""

    certificate: bytes
    purpose: SignaturePurpose


Lookup = FindTokens | LookAtToken | ListCertificates | ListUnusedKeys | DescribeToken
SessionCall = (
    CreateKey
    | FindKey
    | GetSigner
    | Sign
    | SignDigest
    | Install
    | InstallIntermediates
    | Archive
    | Unarchive
    | Delete
    | DeleteKey
    | SelfTest
)


class Request(msgspec.Struct, frozen=True, tag=True):
    """A call with a number of its own, for its answer. `channel`: the session, or LOOKUPS."""

    number: int
    channel: int
    call: Lookup | ChangePin | OpenSession | CloseSession | SessionCall


class LoadModule(msgspec.Struct, frozen=True, tag=True):
    """The first message to the child: the module that it is for."""

    path: str


class Answer(msgspec.Struct, frozen=True, tag=True):
    """The result of a request, to be read as the type of its call (`result_of`)."""

    number: int
    result: msgspec.Raw


class Refusal(msgspec.Struct, frozen=True, tag=True):
    """A request that has failed."""

    number: int
    error: Failure | Bug


class Begun(msgspec.Struct, frozen=True, tag=True):
    """The child has started and takes up this request."""

    number: int


class PinWanted(msgspec.Struct, frozen=True, tag=True):
    """A request needs a PIN: the program answers with a frame of its own (`send_pin`)."""

    number: int
    request: PinRequest


class PersonAtToken(msgspec.Struct, frozen=True, tag=True):
    """The PIN of this request's session is typed at the token itself, which takes its time."""

    number: int


FromChild = Answer | Refusal | Begun | PinWanted | PersonAtToken
ToChild = LoadModule | Request


@cache
def result_type(call: type[Call[Any]]) -> Any:
    """The type of the answer to this kind of call."""
    (base,) = call.__orig_bases__  # type: ignore[attr-defined]
    return get_args(base)[0]
