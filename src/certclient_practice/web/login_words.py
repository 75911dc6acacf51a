"""What the login page says to whom it does not let in: why, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass, replace

from certclient.model.profile import Words
from certclient_practice.bank.login import LoginResult


@dataclass(frozen=True, slots=True)
class Notice:
    title: Words
    why: Words
    next_step: Words


_RESTART = Words(
    ja="ブラウザをすべて閉じて開き直し、新しい電子証明書を選択してください。",
    en="Close all browser windows, open the browser again and choose the new certificate.",
)
_BRANCH = Words(ja="お取引店へお問い合わせください。", en="Please ask your branch.")

_NOTICES: dict[LoginResult, Notice] = {
    LoginResult.NO_CERTIFICATE: Notice(
        Words(ja="電子証明書が選択されていません", en="No certificate was chosen"),
        Words(
            ja="ログインには電子証明書が必要ですが、ブラウザから提示されませんでした。",
            en="Logging in needs a client certificate, but the browser showed none.",
        ),
        Words(
            ja="専用USBをお使いの場合は接続し、ブラウザを開き直してください。"
            "電子証明書をお持ちでない場合は「電子証明書取得」へ進んでください。",
            en="Connect the USB token if you use one, and open the browser again. "
            "Without a certificate, obtain one first.",
        ),
    ),
    LoginResult.UNKNOWN: Notice(
        Words(ja="この電子証明書は登録されていません", en="This certificate is not on file"),
        Words(
            ja="提示された電子証明書は、この練習用銀行の台帳にありません。",
            en="The certificate shown is not in this practice bank's register.",
        ),
        Words(
            ja="ブラウザを開き直し、別の電子証明書を選択してください。",
            en="Open the browser again and choose another certificate.",
        ),
    ),
    LoginResult.EXPIRED: Notice(
        Words(ja="電子証明書の有効期限が切れています", en="The certificate has expired"),
        Words(
            ja="有効期限を過ぎた電子証明書ではログインできません。",
            en="A certificate past its validity cannot log in.",
        ),
        Words(
            ja="有効期限日から{days}日以内は「電子証明書取得」から取得できます。"
            "それ以降は、お取引店窓口で再発行をお申し出ください。",
            en="Within {days} days of the expiry date, obtain a new one with an issue code. "
            "Later, ask your branch for a reissue.",
        ),
    ),
    LoginResult.TOO_LATE: Notice(
        Words(ja="電子証明書の有効期限が切れています", en="The certificate has expired"),
        Words(
            ja="有効期限日から{days}日を超過したため、電子証明書を取得できません。",
            en="More than {days} days have passed since the expiry date: it cannot be obtained "
            "anew here.",
        ),
        Words(
            ja="お取引店窓口で再発行をお申し出ください。"
            "利用者の方は、まず貴社の管理者の方にご相談ください。",
            en="Ask your branch for a reissue. Users: ask your administrator first.",
        ),
    ),
    LoginResult.NOT_YET_VALID: Notice(
        Words(
            ja="電子証明書の有効期間がまだ始まっていません", en="The certificate is not valid yet"
        ),
        Words(
            ja="有効期間の開始前の電子証明書です。",
            en="The validity of this certificate begins later.",
        ),
        _BRANCH,
    ),
    LoginResult.REVOKED: Notice(
        Words(ja="電子証明書は失効しています", en="The certificate is revoked"),
        Words(
            ja="この電子証明書は失効手続きが済んでおり、使用できません。",
            en="This certificate was revoked and cannot be used any more.",
        ),
        _BRANCH,
    ),
    LoginResult.SUPERSEDED: Notice(
        Words(ja="電子証明書は更新済みです", en="The certificate was replaced"),
        Words(
            ja="新しい電子証明書が発行されたため、この電子証明書は使用できません。",
            en="A newer certificate took its place.",
        ),
        _RESTART,
    ),
    LoginResult.WRONG_ROLE: Notice(
        Words(ja="ログインの種類が異なります", en="That is the other kind of login"),
        Words(
            ja="管理者と利用者では、ログインの入口と電子証明書が異なります。",
            en="Administrators and users log in at different places, each with their own "
            "certificate.",
        ),
        Words(
            ja="ログイン画面へ戻り、もう一方のログインを選択してください。"
            "別の電子証明書を選択する場合は、ブラウザを開き直してください。",
            en="Go back to the login page and choose the other login. To choose another "
            "certificate, close all browser windows first.",
        ),
    ),
    LoginResult.UNCONFIRMED: Notice(
        Words(ja="電子証明書の確認が済んでいません", en="The certificate is not confirmed yet"),
        Words(
            ja="発行された電子証明書が正しく保存されたことを、銀行がまだ確認していません。",
            en="The bank has not heard yet that the new certificate was installed.",
        ),
        Words(
            ja="更新の手続きを再開し、完了してからログインしてください。"
            "期限までに完了しない場合、この電子証明書は失効します。",
            en="Resume the renewal and log in when it is done. "
            "If it is not finished in time, this certificate is revoked.",
        ),
    ),
}
"""Every LoginResult but WELCOME; `{days}` is how long a certificate can be obtained anew."""


def notice(result: LoginResult, obtain_days_after: int) -> Notice:
    """The words for a refusal; `obtain_days_after` in days, as in the bank's policy."""
    found = _NOTICES[result]
    return replace(
        found,
        why=_filled(found.why, obtain_days_after),
        next_step=_filled(found.next_step, obtain_days_after),
    )


def _filled(text: Words, days: int) -> Words:
    return Words(ja=text.ja.replace("{days}", str(days)), en=text.en.replace("{days}", str(days)))
