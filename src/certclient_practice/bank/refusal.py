"""Every refusal of the practice bank: a PKIFailureInfo bit and a sentence in both languages."""

from __future__ import annotations

from datetime import date, datetime

from certclient.cmp.status import Failure
from certclient.model.japan_time import clock_time
from certclient.model.profile import LocalizedText


class RefusedError(Exception):
    """A request that the bank refuses.

    `failure` is the PKIFailureInfo bit, `messages` the text for the user. Neither holds a secret.
    """

    def __init__(self, failure: Failure, ja: str, en: str) -> None:
        super().__init__(f"{failure.name}: {en}")
        self.failure = failure
        self.messages = LocalizedText(ja=ja, en=en)

    @property
    def texts(self) -> tuple[str, str]:
        """The PKIFreeText: one UTF8String in Japanese, one in English (RFC 9810, 5.1.1)."""
        return self.messages.ja, self.messages.en

    # Bank rules

    @classmethod
    def not_yet_renewable(cls, renew_from: date) -> RefusedError:
        """`renew_from` is the first calendar day in Asia/Tokyo on which renewal is possible."""
        return cls(
            Failure.BAD_REQUEST,
            f"まだ更新できません。{renew_from:%Y年%m月%d日}から更新できます。",
            f"Too early to renew: possible from {renew_from:%Y-%m-%d}.",
        )

    @classmethod
    def renewal_closed(cls, closed: datetime) -> RefusedError:
        """`closed` is the hour (aware, Asia/Tokyo) of the expiry date until which renewal was
        possible."""
        return cls(
            Failure.BAD_REQUEST,
            f"更新の受付は{clock_time(closed)}に終了しました。"
            "「電子証明書取得」から取得してください。",
            f"Renewal closed at {clock_time(closed)}: obtain a new one with an issue code.",
        )

    @classmethod
    def expired(cls) -> RefusedError:
        """The certificate to renew, or that signs the message, is past its notAfter."""
        return cls(
            Failure.BAD_REQUEST,
            "電子証明書の有効期限が切れています。「電子証明書取得」から取得してください。",
            "The certificate has expired: obtain a new one with an issue code.",
        )

    @classmethod
    def too_late(cls) -> RefusedError:
        """The days for obtaining a certificate after expiry are over and the code is no reissue."""
        return cls(
            Failure.NOT_AUTHORIZED,
            "取得できる期間を過ぎました。お取引店窓口で再発行をお申し出ください。",
            "The period for obtaining has passed: ask your branch for a reissue.",
        )

    @classmethod
    def bad_key(cls) -> RefusedError:
        """The public key is missing, unreadable, of another kind, size, curve or exponent."""
        return cls(
            Failure.BAD_CERT_TEMPLATE,
            "この鍵は使用できません（RSA 2048ビット以上で公開指数65537、またはEC P-256、P-384）。",
            "This key cannot be used: RSA (2048 bits or more, exponent 65537), EC (P-256, P-384).",
        )

    @classmethod
    def key_in_use(cls) -> RefusedError:
        """The key has a certificate of another customer, or one that was ever confirmed."""
        return cls(
            Failure.BAD_CERT_TEMPLATE,
            "この鍵にはすでに電子証明書が発行されています。新しい鍵を作成してください。",
            "A certificate was already issued for this key: make a new one.",
        )

    @classmethod
    def wrong_subject(cls) -> RefusedError:
        """The template's subject is unreadable or differs from the customer's."""
        return cls(
            Failure.BAD_CERT_TEMPLATE,
            "申請の名義が登録内容と異なります。",
            "The requested subject differs from the one on file.",
        )

    @classmethod
    def subject_changed(cls) -> RefusedError:
        """A renewal requests another subject than that of the certificate to renew."""
        return cls(
            Failure.BAD_CERT_TEMPLATE,
            "申請の名義が、更新する電子証明書の名義と異なります。",
            "The requested subject differs from that of the certificate to renew.",
        )

    @classmethod
    def bad_pop(cls) -> RefusedError:
        """Proof of possession is missing or fails, or a CSR is signed over a weak hash."""
        return cls(
            Failure.BAD_POP,
            "秘密鍵を持っていることを確認できません。",
            "The proof of possession of the private key is missing or wrong.",
        )

    @classmethod
    def wrong_old_certificate(cls) -> RefusedError:
        """A kur's oldCertID names another certificate than the one that signed it."""
        return cls(
            Failure.BAD_CERT_ID,
            "更新する電子証明書が署名に使われたものと異なります。",
            "oldCertID does not name the certificate that signed.",
        )

    @classmethod
    def secret_required(cls) -> RefusedError:
        """A renewal lacks ご契約先暗証番号 or the one-time password, or one is wrong."""
        return cls(
            Failure.NOT_AUTHORIZED,
            "ご契約先暗証番号または確認用パスワードが正しくありません。",
            "The bank PIN or the one-time password is missing or wrong.",
        )

    @classmethod
    def secret_not_by_est(cls) -> RefusedError:
        """The customer's renewal needs a secret, and EST has no field for it."""
        return cls(
            Failure.NOT_AUTHORIZED,
            "この利用者IDの更新には暗証番号または確認用パスワードが必要ですが、"
            "ESTでは送信できません。お取引店へご連絡ください。",
            "This user ID needs a PIN or a one-time password to renew, which EST cannot carry: "
            "call your branch.",
        )

    @classmethod
    def secret_locked(cls) -> RefusedError:
        """Too many wrong PINs or one-time passwords for this user ID."""
        return cls(
            Failure.NOT_AUTHORIZED,
            "誤りが続いたため停止しました。お取引店へご連絡ください。",
            "Stopped after too many wrong attempts: call your branch.",
        )

    @classmethod
    def ticket_unusable(cls) -> RefusedError:
        """A deep link ticket is used, expired, withdrawn or belongs to another user ID."""
        return cls(
            Failure.NOT_AUTHORIZED,
            "このリンクは使用済みか、期限が切れています。"
            "ログインして「電子証明書の更新はこちら」をもう一度押してください。",
            "This link was used before or has expired: log in and follow it once more.",
        )

    # Authentication

    @classmethod
    def wrong_code(cls) -> RefusedError:
        """The MAC fails, or the user ID is unknown, or the code is no longer usable.

        One error for all three, so that it does not reveal which user IDs exist.
        """
        return cls(
            Failure.BAD_MESSAGE_CHECK,
            "利用者IDまたは発行コードが正しくないか、発行コードの期限が切れています。",
            "The user ID or the issue code is wrong, or the code has expired.",
        )

    @classmethod
    def code_locked(cls) -> RefusedError:
        """Wrong MACs have locked the issue code."""
        return cls(
            Failure.NOT_AUTHORIZED,
            "誤りが続いたため発行コードを停止しました。お取引店へ再発行をお申し出ください。",
            "The issue code is locked after too many wrong attempts: ask for a new one.",
        )

    @classmethod
    def bad_signature(cls) -> RefusedError:
        """The signature fails, or the sender differs from the signer's subject."""
        return cls(
            Failure.BAD_MESSAGE_CHECK,
            "電文の署名を確認できません。",
            "The signature of the message does not verify.",
        )

    @classmethod
    def unprotected(cls) -> RefusedError:
        """The protection is missing or its algorithm or parameters are unacceptable."""
        return cls(
            Failure.BAD_MESSAGE_CHECK,
            "電文が保護されていません。",
            "The message carries no protection that this bank accepts.",
        )

    @classmethod
    def signer_unknown(cls) -> RefusedError:
        """The signing certificate is missing, unreadable or not in the register."""
        return cls(
            Failure.SIGNER_NOT_TRUSTED,
            "署名に使われた電子証明書は当行が発行したものではありません。",
            "The signing certificate was not issued by this bank.",
        )

    @classmethod
    def signer_revoked(cls) -> RefusedError:
        """The signing certificate is revoked, or superseded outside its own transaction."""
        return cls(
            Failure.CERT_REVOKED,
            "署名に使われた電子証明書は失効しています。",
            "The signing certificate is revoked or superseded.",
        )

    @classmethod
    def signer_unconfirmed(cls) -> RefusedError:
        """The signing certificate has not been confirmed with certConf yet."""
        return cls(
            Failure.SIGNER_NOT_TRUSTED,
            "署名に使われた電子証明書はまだ確認されていません。",
            "The signing certificate is not confirmed yet.",
        )

    @classmethod
    def wrong_endpoint(cls) -> RefusedError:
        """A kur or rr without a signature, or another request without an issue code.

        wrongIntegrity: "password based instead of signature or vice versa" (RFC 9810, App. F).
        """
        return cls(
            Failure.WRONG_INTEGRITY,
            "この手続きには別の認証方法が必要です。",
            "This request needs the other credential (issue code or current certificate).",
        )

    # Message format and transactions

    @classmethod
    def malformed(cls) -> RefusedError:
        """The message or its request does not decode, or a transactionID has a bad length."""
        return cls(
            Failure.BAD_DATA_FORMAT, "電文の形式が正しくありません。", "The message is malformed."
        )

    @classmethod
    def unsupported_version(cls) -> RefusedError:
        """The header's pvno is neither 2 (cmp2000) nor 3 (cmp2021)."""
        return cls(
            Failure.UNSUPPORTED_VERSION,
            "この版のCMPには対応していません。",
            "CMP version 2 or 3 is needed.",
        )

    @classmethod
    def unsupported(cls) -> RefusedError:
        """A body type that this bank does not handle, or several requests in one message."""
        return cls(
            Failure.BAD_REQUEST, "この要求には対応していません。", "This request is not supported."
        )

    @classmethod
    def bad_time(cls) -> RefusedError:
        """messageTime deviates from the bank's wire clock by more than `time_tolerance`."""
        return cls(
            Failure.BAD_TIME,
            "パソコンの日時が正しくありません。",
            "The message time differs from the bank's time.",
        )

    @classmethod
    def bad_sender_nonce(cls) -> RefusedError:
        """senderNonce is missing, too short or too long."""
        return cls(
            Failure.BAD_SENDER_NONCE,
            "電文の乱数（senderNonce）がないか短すぎます。",
            "The senderNonce is missing or shorter than 16 bytes.",
        )

    @classmethod
    def bad_recipient_nonce(cls) -> RefusedError:
        """recipNonce matches no nonce that the bank sent in this transaction."""
        return cls(
            Failure.BAD_RECIPIENT_NONCE,
            "電文が直前の応答に対応していません。",
            "The recipNonce does not answer a message of this transaction.",
        )

    @classmethod
    def transaction_in_use(cls) -> RefusedError:
        """An ir, cr, p10cr, kur or rr reuses the transactionID of another request."""
        return cls(
            Failure.TRANSACTION_ID_IN_USE,
            "この取引番号はすでに使用されています。",
            "The transactionID is in use.",
        )

    @classmethod
    def no_transaction(cls) -> RefusedError:
        """The transaction is unknown, another requester's or in the wrong state."""
        return cls(
            Failure.BAD_REQUEST,
            "該当する取引がありません。",
            "There is no such transaction of this requester.",
        )

    @classmethod
    def wrong_certificate_hash(cls) -> RefusedError:
        """certConf has the wrong certReqId or certHash, or an unknown hashAlg."""
        return cls(
            Failure.BAD_CERT_ID,
            "確認の対象が発行した電子証明書と異なります。",
            "certConf does not name the certificate that was issued.",
        )

    @classmethod
    def transaction_over(cls) -> RefusedError:
        """certConf arrived after the certificate was revoked or rejected."""
        return cls(
            Failure.CERT_REVOKED,
            "確認の期限を過ぎたか取り消されたため、電子証明書は失効しました。",
            "The certificate was revoked: not confirmed in time, or rejected.",
        )

    @classmethod
    def already_confirmed(cls) -> RefusedError:
        """The customer rejects a certificate after confirming it."""
        return cls(
            Failure.CERT_CONFIRMED,
            "この電子証明書はすでに確認済みです。",
            "The certificate was confirmed before and cannot be rejected any more.",
        )

    @classmethod
    def not_own_certificate(cls) -> RefusedError:
        """The certificate to revoke is unknown or belongs to another user ID."""
        return cls(
            Failure.BAD_CERT_ID,
            "失効できるのはご自身の電子証明書だけです。",
            "Only the customer's own certificate can be revoked.",
        )

    @classmethod
    def already_revoked(cls) -> RefusedError:
        """The certificate to revoke is revoked already."""
        return cls(
            Failure.CERT_REVOKED,
            "この電子証明書はすでに失効しています。",
            "The certificate is revoked already.",
        )
