"""Finds the paths from a certificate to a trust anchor whose names and signatures fit (RFC 4158).

Bounded, because the certificates come from outside: whatever they are, the answer comes within a
second. Which of the paths is valid, `validation` says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from certclient.ca.pkix.parts import CertificateParts, PathError, check_issued_by
from certclient.model.ca_signatures import CaSignature
from certclient.model.names import CanonicalName

MAX_INTERMEDIATES = 8
"""CA certificates between leaf and anchor."""

MAX_SIGNATURES = 100
"""Signatures verified for one leaf. A CA sends a handful of certificates."""

MAX_STEPS = 1000
"""Certificates added to a path, in all: cross-certificates make many paths out of few."""

Path = tuple[CertificateParts, ...]
"""From the leaf to the anchor, both included."""

_ByName = Mapping[CanonicalName, Sequence[CertificateParts]]


class PathBuilder:
    """Builds the paths of one leaf. `allowed`: the signature algorithms that count."""

    def __init__(
        self,
        intermediates: Iterable[CertificateParts],
        anchors: Iterable[CertificateParts],
        allowed: frozenset[CaSignature],
    ) -> None:
        self._intermediates = _by_subject(intermediates)
        self._anchors = _by_subject(anchors)
        self._allowed = allowed
        self._signatures: dict[tuple[bytes, bytes], bool] = {}
        self._steps = 0
        self.reasons: list[str] = []
        """Why candidates were rejected, for the log."""

    def paths(self, leaf: CertificateParts) -> Iterator[Path]:
        """Yields the paths, one by one: through few certificates or many, in no order.

        Raises PathError after `MAX_SIGNATURES` or `MAX_STEPS`.
        """
        if any(leaf.certificate == one.certificate for one in self._anchors.get(leaf.subject, ())):
            yield (leaf,)
            return
        yield from self._extended((leaf,))

    def _extended(self, path: Path) -> Iterator[Path]:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise PathError(f"no path in {MAX_STEPS} steps")
        last = path[-1]
        if not last.issuer:
            raise PathError("an issuer without a name (RFC 5280, 4.1.2.4)")
        for anchor in self._anchors.get(last.issuer, ()):
            if self._issued(last, anchor):
                yield (*path, anchor)
        if len(path) > MAX_INTERMEDIATES:
            return
        for issuer in self._intermediates.get(last.issuer, ()):
            if not _is_loop(path, issuer) and self._issued(last, issuer):
                yield from self._extended((*path, issuer))

    def _issued(self, child: CertificateParts, issuer: CertificateParts) -> bool:
        pair = child.certificate.der, issuer.spki
        if pair not in self._signatures:
            if len(self._signatures) >= MAX_SIGNATURES:
                raise PathError(f"more than {MAX_SIGNATURES} signatures to verify")
            self._signatures[pair] = self._verified(child, issuer)
        return self._signatures[pair]

    def _verified(self, child: CertificateParts, issuer: CertificateParts) -> bool:
        try:
            check_issued_by(child, issuer, self._allowed)
        except PathError as error:
            self.reasons.append(str(error))
            return False
        return True


def _by_subject(certificates: Iterable[CertificateParts]) -> _ByName:
    found: dict[CanonicalName, list[CertificateParts]] = defaultdict(list)
    for one in certificates:
        found[one.subject].append(one)
    return found


def _is_loop(path: Path, issuer: CertificateParts) -> bool:
    """A CA's name with the same key a second time leads nowhere that the first did not."""
    return any(one.subject == issuer.subject and one.spki == issuer.spki for one in path)
