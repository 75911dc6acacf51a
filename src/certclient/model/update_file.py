"""Verifies and parses a bank's signed announcement of a version, strictly."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.faults import FaultError
from certclient.model.jws import public_key, verified_payload
from certclient.model.profile import LocalizedText, Profile
from certclient.model.stored_json import Moment, from_json
from certclient.model.update import Announcement, Version, check_consistent, same_site
from certclient.model.urls import check_url

TYPE = "certclient-update+json"
"""`typ` of the JWS; the bank's key may sign other things, too."""

MAX_BYTES = 16 * 1024

Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
VersionText = Annotated[str, msgspec.Meta(min_length=5, max_length=24)]


class TextFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bank's own message in Japanese and English."""

    ja: Sentence
    en: Sentence


class AnnouncementFile(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """The payload; docs/updates.md describes it."""

    schema: Literal[1]
    profile: str
    serial: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    published: Moment
    valid_until: Moment
    version: VersionText
    minimum_version: VersionText | None = None
    page: Annotated[str, msgspec.Meta(max_length=2000)]
    text: TextFile | None = None


def read_announcement(message: bytes, profile: Profile) -> Announcement:
    """Parses the announcement in `message` (JWS, JSON) if a key of `profile.updates` signed it.

    Does not check freshness; see `model.update.reason_against`. Raises
    CertclientError(UPDATE_INVALID) with data `reason`: too long, not signed by the bank, for
    another bank, an unknown or wrong field, a page that is not on the bank's site.
    """
    try:
        return _read(message, profile)
    except FaultError as error:
        reason = error.reason.value
        raise CertclientError(ErrorCode.UPDATE_INVALID, reason=reason, **error.data) from error
    except ValueError as error:
        raise update_invalid(str(error)) from error


def update_invalid(reason: str) -> CertclientError:
    """UPDATE_INVALID with an English `reason`, truncated to 200 characters: it may quote input."""
    return CertclientError(ErrorCode.UPDATE_INVALID, reason=reason[:200])


def _read(message: bytes, profile: Profile) -> Announcement:
    if profile.updates is None:
        raise ValueError("the profile names no key for announcements")
    if len(message) > MAX_BYTES:
        raise ValueError("too long")
    keys = [public_key(spki) for spki in profile.updates.keys]
    file = from_json(verified_payload(message, TYPE, keys), AnnouncementFile)
    if file.profile != profile.id:
        raise ValueError("for another bank")
    if not same_site(check_url(file.page), profile.updates.address, profile.login_url):
        raise ValueError("the page is not on the bank's site")
    announcement = _announcement(file)
    check_consistent(announcement)
    return announcement


def _announcement(file: AnnouncementFile) -> Announcement:
    return Announcement(
        serial=file.serial,
        published=file.published,
        valid_until=file.valid_until,
        version=Version.parse(file.version),
        minimum=Version.parse(file.minimum_version) if file.minimum_version else None,
        page=file.page,
        text=LocalizedText(ja=file.text.ja, en=file.text.en) if file.text else None,
    )
