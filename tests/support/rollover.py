"""A practice bank whose CA rolls over, and the profiles that the bank distributes meanwhile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from certclient.model.certificate import Certificate
from certclient_practice.bank.ca import (
    CaIdentity,
    PracticeCa,
    certificate_pem,
    cross_certificate,
    new_authority,
    new_cmp_signer,
)
from support.bank import RunningBank

_ANCHORS = {
    key: re.compile(rf'(?s)(\[{key}\][^\[]*?trust_anchors = """\n).*?(""")')
    for key in ("ca", "tls")
}


@dataclass(frozen=True)
class Generation:
    """One state of the bank's CAs."""

    root: CaIdentity
    issuing: CaIdentity
    signer: CaIdentity

    @classmethod
    def first(cls, bank: RunningBank) -> Generation:
        """That of a bank as it is created, with a root whose key the test holds."""
        root = new_authority("Practice Root 2024", None, now())
        generation = cls.below(root, "Practice Issuing CA 2024")
        bank.serve_again(generation.ca())
        bank.write_profile()
        return generation

    @classmethod
    def below(cls, root: CaIdentity, name: str) -> Generation:
        issuing = new_authority(name, root, now())
        return cls(root, issuing, new_cmp_signer(issuing, now()))

    def ca(
        self, former: Sequence[Generation] = (), cross: Sequence[Certificate] = ()
    ) -> PracticeCa:
        """This generation at work; certificates of `former` ones are still in use."""
        issuers = [one.issuing for one in former]
        return PracticeCa(self.root, self.issuing, self.signer, issuers, cross)

    def certified_by(self, other: Generation) -> Certificate:
        """This root, certified by the other root."""
        return cross_certificate(self.root, other.root, now())


def now() -> datetime:
    return datetime.now(UTC)


def distribute(
    profile: Path,
    *,
    ca: Sequence[Generation] = (),
    tls: Sequence[Generation] = (),
    issuers: str = "",
    url: str = "",
) -> None:
    """Replaces what is given in the installed profile, as a new version of the program does."""
    text = profile.read_text(encoding="utf-8")
    for key, roots in (("ca", ca), ("tls", tls)):
        if roots:
            pem = "".join(certificate_pem(one.root.certificate) for one in roots)
            text, count = _ANCHORS[key].subn(rf"\g<1>{pem}\g<2>", text)
            assert count == 1
    if issuers:
        text = re.sub(r"(?m)^issuers = .*$", f'issuers = ["{issuers}"]', text, count=1)
    if url:
        text = re.sub(r'(?m)^url = ".*"$', f'url = "{url}"', text, count=1)
    profile.write_text(text, encoding="utf-8")
