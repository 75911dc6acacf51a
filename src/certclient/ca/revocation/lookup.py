"""Asks a bank whether it has revoked a certificate: OCSP first, then the CRL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from certclient.ca.path import validate_path
from certclient.ca.pkix.parts import PathError, check_issued_by, parts_of
from certclient.ca.revocation import crl, ocsp
from certclient.ca.revocation.addresses import addresses_in
from certclient.ca.revocation.answers import AnswerError
from certclient.ca.revocation.states import RevocationAnswer, RevocationState
from certclient.ca.transport import Transport
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.profile import Profile, RevocationSettings

Ask = Callable[[Certificate, Certificate], RevocationAnswer]

_UNKNOWN = RevocationAnswer(RevocationState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class RevocationLookup:
    """Looks certificates of one bank up. Blocks; changes nothing anywhere.

    `transport` also takes http: what comes back is signed. `clock` returns aware UTC;
    `random_bytes` takes a length and must be unpredictable. `problem`: is told why an answer does
    not count.
    """

    profile: Profile
    transport: Transport
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    problem: Callable[[Exception], None] = lambda _error: None

    def state(
        self, certificate: Certificate, known: Sequence[Certificate] = ()
    ) -> RevocationAnswer:
        """What the bank says about `certificate`; UNKNOWN without an answer that counts.

        `known`: CA certificates from elsewhere, such as those that came with the certificate; they
        are not trusted. Never raises a CertclientError.
        """
        settings = self.profile.revocation
        issuer = self._issuer(certificate, known) if settings is not None else None
        if settings is None or issuer is None:
            return _UNKNOWN
        for ask in self._ways(certificate, settings):
            try:
                found = ask(certificate, issuer)
            except (AnswerError, CertclientError) as error:
                self.problem(error)
                continue
            if found.state is not RevocationState.UNKNOWN:
                return found
        return _UNKNOWN

    def _ways(self, certificate: Certificate, settings: RevocationSettings) -> Sequence[Ask]:
        found = addresses_in(certificate) if settings.from_certificate else None
        ocsp_url = settings.ocsp_url or (found.ocsp if found else "")
        crl_url = settings.crl_url or (found.crl if found else "")
        ways: list[Ask] = []
        if ocsp_url:
            ways.append(lambda one, issuer: self._ocsp(ocsp_url, one, issuer))
        if crl_url:
            ways.append(lambda one, issuer: self._crl(crl_url, one, issuer))
        return ways

    def _ocsp(self, url: str, certificate: Certificate, issuer: Certificate) -> RevocationAnswer:
        nonce = self.random_bytes(ocsp.NONCE_BYTES)
        request = ocsp.request(certificate, issuer, nonce)
        response = self.transport.post(url, request, ocsp.REQUEST_TYPE)
        allowed = self.profile.ca.signature_algorithms
        return ocsp.answer(response, certificate, issuer, nonce, self.clock(), allowed)

    def _crl(self, url: str, certificate: Certificate, issuer: Certificate) -> RevocationAnswer:
        data = self.transport.get(url, crl.MEDIA_TYPE)
        allowed = self.profile.ca.signature_algorithms
        return crl.answer(data, certificate, issuer, self.clock(), allowed)

    def _issuer(self, certificate: Certificate, known: Sequence[Certificate]) -> Certificate | None:
        """The CA that signed `certificate`, with a path to an anchor of the profile; None if it is
        not known."""
        settings, ca = self.profile.revocation, self.profile.ca
        below = [*(settings.ca_certificates if settings else ()), *known]
        for candidate in (*ca.trust_anchors, *below):
            try:
                child, parent = parts_of(certificate), parts_of(candidate)
                if child.issuer != parent.subject:
                    continue
                check_issued_by(child, parent, ca.signature_algorithms)
                validate_path(
                    candidate, below, ca.trust_anchors, self.clock(), ca.signature_algorithms
                )
            except PathError as error:
                self.problem(error)
            else:
                return candidate
        return None
