"""Orders the CA certificates of a response from the leaf's issuer upwards."""

from __future__ import annotations

from collections.abc import Sequence

from certclient.model.certificate import Certificate


def sorted_chain(leaf: Certificate, received: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """The leaf's issuer first, then its issuer and so on, matched by name; then the other CAs.

    Verifies nothing. Leaves out duplicates and end-entity certificates.
    """
    rest = [c for c in dict.fromkeys(received) if c.is_ca and c != leaf]
    chain: list[Certificate] = []
    last = leaf
    while step := [c for c in rest if last.issued_by_name_of(c)]:
        chain += step
        rest = [c for c in rest if c not in step]
        last = step[0]
    return (*chain, *rest)
