"""Hypothesis strategies for CMP values."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import strategies as st

from certclient.cmp import syntax
from certclient.cmp.bodies import (
    Body,
    CertificateConfirm,
    CertificateReply,
    CertificateRequest,
    CertResponse,
    CertStatus,
    ErrorMessage,
    GeneralKind,
    GeneralMessage,
    PkiConfirm,
    PkiStatusInfo,
    PollEntry,
    PollReply,
    PollRequest,
    ReplyKind,
    RequestKind,
    RevokeReply,
    RevokeRequest,
)
from certclient.cmp.crmf import CertReqMsg, CertRequest, CertTemplate, PopSignature
from certclient.cmp.messages import Header
from certclient.cmp.names import AlgorithmIdentifier, CertId, directory_name
from certclient.cmp.revocation import Revocation
from certclient.cmp.status import Failure
from support.pki import make_lab, rsa_key, spki_of

_LAB = make_lab()
_CERTIFICATE = _LAB.root.certificate.der
_SPKI = spki_of(rsa_key(1))

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
octets = st.binary(max_size=40)
serials = st.integers(min_value=1, max_value=2**159)
numbers = st.integers(min_value=-1, max_value=2**70)
oids = st.lists(st.integers(0, 2**40), min_size=1, max_size=5).map(
    lambda arcs: ".".join(["1.3.6.1", *(str(arc) for arc in arcs)])
)
moments = st.datetimes(datetime(1950, 1, 1), datetime(2049, 12, 31)).map(  # noqa: DTZ001 - made UTC
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
names = st.text("abcAZ09 信用", min_size=1, max_size=20).map(
    lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]).public_bytes()
)
general_names = names.map(directory_name)
parameters = st.one_of(st.none(), st.just(syntax.NULL), octets.map(syntax.encode))
algorithms = st.builds(AlgorithmIdentifier, oids, parameters)
free_texts = st.lists(texts, max_size=3).map(tuple)
status_infos = st.builds(
    PkiStatusInfo, st.integers(0, 6), free_texts, st.frozensets(st.sampled_from(Failure))
)
cert_ids = st.builds(CertId, names, serials)
extensions = st.lists(
    st.builds(
        lambda oid, critical, value: syntax.encode(
            syntax.Extension(oid=x509.ObjectIdentifier(oid), critical=critical, value=value)
        ),
        oids,
        st.booleans(),
        octets,
    ),
    min_size=1,
    max_size=3,
).map(syntax.wrapped_list)
templates = st.builds(
    CertTemplate,
    st.none() | serials,
    st.none() | names,
    st.none() | names,
    st.none() | st.just(_SPKI),
    st.none() | extensions,
)
requests = st.builds(
    CertRequest, numbers, templates, st.none() | cert_ids, st.none() | texts, st.none() | texts
)
request_messages = st.builds(
    CertReqMsg.build, requests, st.none() | st.builds(PopSignature, algorithms, octets)
)
responses = st.builds(
    CertResponse, numbers, status_infos, st.none() | st.just(_CERTIFICATE), st.just(False)
)
statuses = st.builds(CertStatus, octets, numbers, st.none() | status_infos, st.none() | algorithms)
revocations = st.builds(Revocation, templates, st.none() | st.integers(0, 10))


def tuples_of(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, min_size=1, max_size=3).map(tuple)


bodies: st.SearchStrategy[Body] = st.one_of(
    st.builds(CertificateRequest, st.sampled_from(RequestKind), tuples_of(request_messages)),
    st.builds(
        CertificateReply,
        st.sampled_from(ReplyKind),
        tuples_of(responses),
        st.lists(st.just(_CERTIFICATE), max_size=2).map(tuple),
    ),
    st.builds(CertificateConfirm, tuples_of(statuses)),
    st.just(PkiConfirm()),
    st.builds(PollRequest, tuples_of(numbers)),
    st.builds(PollReply, tuples_of(st.builds(PollEntry, numbers, numbers, free_texts))),
    st.builds(ErrorMessage, status_infos, st.none() | numbers, free_texts),
    st.builds(RevokeRequest, tuples_of(revocations)),
    st.builds(RevokeReply, tuples_of(status_infos), st.lists(cert_ids, max_size=2).map(tuple)),
    st.builds(GeneralMessage, st.sampled_from(GeneralKind), tuples_of(algorithms)),
)

headers = st.builds(
    Header,
    sender=general_names,
    recipient=general_names,
    transaction_id=st.none() | octets,
    sender_nonce=st.none() | octets,
    recip_nonce=st.none() | octets,
    message_time=st.none() | moments,
    protection_alg=st.none() | algorithms,
    sender_kid=st.none() | octets,
    recip_kid=st.none() | octets,
    free_text=free_texts,
    general_info=st.lists(algorithms, max_size=2).map(tuple),
    pvno=st.sampled_from([2, 3]),
)
