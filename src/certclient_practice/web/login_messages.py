"""The login page's texts for refusals: the reason and the next step."""

from __future__ import annotations

from dataclasses import dataclass, replace

from certclient.model.profile import LocalizedText
from certclient_practice.bank.login import LoginVerdict


@dataclass(frozen=True, slots=True)
class Notice:
    """The text of one refusal, in both languages."""

    title: LocalizedText
    reason: LocalizedText
    next_step: LocalizedText


_RESTART = LocalizedText(
    ja="ブラウザをすべて閉じて開き直し、新しい電子証明書を選択してください。",
    en="Close all browser windows, open the browser again and choose the new certificate.",
)
_BRANCH = LocalizedText(ja="お取引店へお問い合わせください。", en="Please ask your branch.")

_NOTICES: dict[LoginVerdict, Notice] = {
    LoginVerdict.NO_CERTIFICATE: Notice(
        LocalizedText(ja="電子証明書が選択されていません", en="No certificate was chosen"),
        LocalizedText(
            ja="ログインには電子証明書が必要ですが、ブラウザから提示されませんでした。",
            en="Logging in needs a client certificate, but the browser showed none.",
        ),
        LocalizedText(
            ja="専用USBをお使いの場合は接続し、ブラウザを開き直してください。"
            "電子証明書をお持ちでない場合は「電子証明書取得」へ進んでください。",
            en="Connect the USB token if you use one, and open the browser again. "
            "Without a certificate, obtain one first.",
        ),
    ),
    LoginVerdict.UNKNOWN: Notice(
        LocalizedText(
            ja="この電子証明書は登録されていません", en="This certificate is not on file"
        ),
        LocalizedText(
            ja="提示された電子証明書は、この練習用銀行の台帳にありません。",
            en="The certificate shown is not in this practice bank's register.",
        ),
        LocalizedText(
            ja="ブラウザを開き直し、別の電子証明書を選択してください。",
            en="Open the browser again and choose another certificate.",
        ),
    ),
    LoginVerdict.EXPIRED: Notice(
        LocalizedText(ja="電子証明書の有効期限が切れています", en="The certificate has expired"),
        LocalizedText(
            ja="有効期限を過ぎた電子証明書ではログインできません。",
            en="A certificate past its validity cannot log in.",
        ),
        LocalizedText(
            ja="有効期限日から{days}日以内は「電子証明書取得」から取得できます。"
            "それ以降は、お取引店窓口で再発行をお申し出ください。",
            en="Within {days} days of the expiry date, obtain a new one with an issue code. "
            "Later, ask your branch for a reissue.",
        ),
    ),
    LoginVerdict.TOO_LATE: Notice(
        LocalizedText(ja="電子証明書の有効期限が切れています", en="The certificate has expired"),
        LocalizedText(
            ja="有効期限日から{days}日を超過したため、電子証明書を取得できません。",
            en="More than {days} days have passed since the expiry date: it cannot be obtained "
            "anew here.",
        ),
        LocalizedText(
            ja="お取引店窓口で再発行をお申し出ください。"
            "利用者の方は、まず貴社の管理者の方にご相談ください。",
            en="Ask your branch for a reissue. Users: ask your administrator first.",
        ),
    ),
    LoginVerdict.NOT_YET_VALID: Notice(
        LocalizedText(
            ja="電子証明書の有効期間がまだ始まっていません", en="The certificate is not valid yet"
        ),
        LocalizedText(
            ja="有効期間の開始前の電子証明書です。",
            en="The validity of this certificate begins later.",
        ),
        _BRANCH,
    ),
    LoginVerdict.REVOKED: Notice(
        LocalizedText(ja="電子証明書は失効しています", en="The certificate is revoked"),
        LocalizedText(
            ja="この電子証明書は失効手続きが済んでおり、使用できません。",
            en="This certificate was revoked and cannot be used any more.",
        ),
        _BRANCH,
    ),
    LoginVerdict.SUPERSEDED: Notice(
        LocalizedText(ja="電子証明書は更新済みです", en="The certificate was replaced"),
        LocalizedText(
            ja="新しい電子証明書が発行されたため、この電子証明書は使用できません。",
            en="A newer certificate took its place.",
        ),
        _RESTART,
    ),
    LoginVerdict.WRONG_ROLE: Notice(
        LocalizedText(ja="ログインの種類が異なります", en="That is the other kind of login"),
        LocalizedText(
            ja="管理者と利用者では、ログインの入口と電子証明書が異なります。",
            en="Administrators and users log in at different places, each with their own "
            "certificate.",
        ),
        LocalizedText(
            ja="ログイン画面へ戻り、もう一方のログインを選択してください。"
            "別の電子証明書を選択する場合は、ブラウザを開き直してください。",
            en="Go back to the login page and choose the other login. To choose another "
            "certificate, close all browser windows first.",
        ),
    ),
    LoginVerdict.UNCONFIRMED: Notice(
        LocalizedText(
            ja="電子証明書の確認が済んでいません", en="The certificate is not confirmed yet"
        ),
        LocalizedText(
            ja="発行された電子証明書が正しく保存されたことを、銀行がまだ確認していません。",
            en="The bank has not heard yet that the new certificate was installed.",
        ),
        LocalizedText(
            ja="更新の手続きを再開し、完了してからログインしてください。"
            "期限までに完了しない場合、この電子証明書は失効します。",
            en="Resume the renewal and log in when it is done. "
            "If it is not finished in time, this certificate is revoked.",
        ),
    ),
}
"""Covers every LoginResult but WELCOME; `{days}` are the days for obtaining after expiry."""


def notice(result: LoginVerdict, obtain_days_after: int) -> Notice:
    """Returns the text for a refusal; `obtain_days_after` are calendar days in Asia/Tokyo."""
    found = _NOTICES[result]
    return replace(
        found,
        reason=_filled(found.reason, obtain_days_after),
        next_step=_filled(found.next_step, obtain_days_after),
    )


def _filled(text: LocalizedText, days: int) -> LocalizedText:
    return LocalizedText(
        ja=text.ja.replace("{days}", str(days)), en=text.en.replace("{days}", str(days))
    )
