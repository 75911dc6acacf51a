"""Refusals that only CMP has: of a header, a protection, a certConf or an rr.

Those of the bank's rules are in `bank.refusal`.
"""

from __future__ import annotations

from certclient.cmp.status import Failure
from certclient_practice.bank.refusal import RefusedError


def bad_algorithm() -> RefusedError:
    """The protection, or the proof of possession, is by an algorithm that this bank refuses."""
    return RefusedError(
        Failure.BAD_ALG,
        "この電文の署名または認証の方式には対応していません。",
        "The algorithm of the signature or MAC is not accepted here.",
    )


def bad_implicit_confirm() -> RefusedError:
    """implicitConfirm is not NULL, or stands in another message than a certificate request."""
    return RefusedError(
        Failure.BAD_REQUEST,
        "implicitConfirm の指定が正しくありません。",
        "implicitConfirm is NULL, and stands in a certificate request only.",
    )


def bad_confirm_wait_time() -> RefusedError:
    """confirmWaitTime is no GeneralizedTime."""
    return RefusedError(
        Failure.BAD_DATA_FORMAT,
        "confirmWaitTime の形式が正しくありません。",
        "confirmWaitTime is a GeneralizedTime.",
    )


def contradictory_confirmation() -> RefusedError:
    """A certConf accepts and names a failure, or has a status that is neither yes nor no."""
    return RefusedError(
        Failure.BAD_REQUEST,
        "確認の内容に矛盾があります。",
        "The status in certConf contradicts itself.",
    )


def unknown_revocation_reason() -> RefusedError:
    """The CRLReason is none of RFC 5280, 5.3.1."""
    return RefusedError(
        Failure.BAD_DATA_FORMAT,
        "失効の理由が正しくありません。",
        "The CRLReason is unknown.",
    )


def unsupported_revocation_reason() -> RefusedError:
    """More than one CRLReason; or certificateHold, which this bank does not offer."""
    return RefusedError(
        Failure.BAD_REQUEST,
        "この理由による失効には対応していません。",
        "A revocation has one reason, and no certificate of this bank can be put on hold.",
    )


def not_on_hold() -> RefusedError:
    """removeFromCRL for a certificate that is not on hold (RFC 9810, 5.3.9; RFC 9483, 4.2)."""
    return RefusedError(
        Failure.BAD_REQUEST,
        "この電子証明書は一時停止されていません。",
        "The certificate is not on hold, so it cannot be removed from the CRL.",
    )


def other_certificate_details() -> RefusedError:
    """The template of an rr names the certificate, and something that the certificate has not."""
    return RefusedError(
        Failure.BAD_CERT_ID,
        "失効の申請に書かれた内容が、その電子証明書と異なります。",
        "The template names something that the certificate does not have.",
    )
