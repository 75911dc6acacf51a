<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>AboutCorner</name>
    <message>
        <source>Vers&amp;ion {0}</source>
        <translation>バージョン(&amp;I) {0}</translation>
    </message>
    <message>
        <source>About this program</source>
        <translation>このソフトについて</translation>
    </message>
</context>
<context>
    <name>AboutSummary</name>
    <message>
        <source>certclient, for client certificates</source>
        <translation>電子証明書の更新ソフト certclient</translation>
    </message>
    <message>
        <source>This program is licensed under the Apache License 2.0. It comes without any warranty. The text is on the next page.</source>
        <translation>このソフトのライセンスは Apache License 2.0 です。保証はありません。本文は「ライセンス」のページにあります。</translation>
    </message>
    <message>
        <source>Qt and PySide6 (LGPL 3)</source>
        <translation>QtとPySide6（LGPL 3）</translation>
    </message>
    <message>
        <source>Open the page with Qt&apos;s &amp;source</source>
        <translation>Qtのソースコードのページを開く(&amp;S)</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>バージョン</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>金融機関</translation>
    </message>
    <message>
        <source>none is set up</source>
        <translation>まだ設定されていません</translation>
    </message>
    <message>
        <source>The windows are made with Qt and PySide6, under the GNU Lesser General Public License, version 3. They are separate files in the folders PySide6 and shiboken6, where this program is installed. You may replace those files by your own versions of them.
Their source is at {address}. On request you also get it from whoever gave you this program, for three years, for no more than the cost of the copy.</source>
        <translation>このソフトの画面は、QtとPySide6を使って作られています。どちらもGNU LGPL（Lesser General Public License）バージョン3に従って使用しています。これらは、このソフトをインストールした場所のPySide6とshiboken6というフォルダーに、独立したファイルとして入っています。お客様は、このファイルをご自分の版に置き換えることができます。
ソースコードは {address} にあります。また、このソフトの提供元にご請求いただければ、受け取った日から3年間、複製の実費だけでお渡しします。</translation>
    </message>
</context>
<context>
    <name>AboutWindow</name>
    <message>
        <source>About this program</source>
        <translation>このソフトについて</translation>
    </message>
    <message>
        <source>&amp;Program</source>
        <translation>このソフト(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Licence</source>
        <translation>ライセンス(&amp;L)</translation>
    </message>
    <message>
        <source>Parts by &amp;others</source>
        <translation>他社のソフトウェア(&amp;O)</translation>
    </message>
    <message>
        <source>The text of the licence</source>
        <translation>ライセンスの本文</translation>
    </message>
    <message>
        <source>&amp;Copy for the support desk</source>
        <translation>サポート窓口へ伝える内容をコピー(&amp;C)</translation>
    </message>
</context>
<context>
    <name>ActionLine</name>
    <message>
        <source>&amp;Undo putting away</source>
        <translation>しまうのを取り消す(&amp;U)</translation>
    </message>
    <message>
        <source>The certificate of {user} (valid until {until}) was put away.</source>
        <translation>{user} の電子証明書（有効期限 {until}）をしまいました。</translation>
    </message>
    <message>
        <source>The certificate of {user} (valid until {until}) was brought back. Browsers offer it again.</source>
        <translation>{user} の電子証明書（有効期限 {until}）を元に戻しました。ブラウザーの選択画面に、また出るようになります。</translation>
    </message>
    <message>
        <source>The certificate of {user} (valid until {until}) was deleted for good.</source>
        <translation>{user} の電子証明書（有効期限 {until}）を完全に削除しました。</translation>
    </message>
</context>
<context>
    <name>ActionRow</name>
    <message>
        <source>&amp;Obtain a certificate</source>
        <translation>電子証明書取得(&amp;O)</translation>
    </message>
    <message>
        <source>Renew &amp;all</source>
        <translation>すべて更新(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>ヘルプ(&amp;H)</translation>
    </message>
    <message>
        <source>言語 / Lan&amp;guage</source>
        <translation>言語 / Language(&amp;G)</translation>
    </message>
    <message>
        <source>Men&amp;u</source>
        <translation>メニュー(&amp;U)</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>電子証明書</translation>
    </message>
    <message>
        <source>Text si&amp;ze</source>
        <translation>文字の大きさ(&amp;Z)</translation>
    </message>
    <message>
        <source>&amp;Larger (Ctrl and +)</source>
        <translation>大きくする(&amp;L)（Ctrlと+）</translation>
    </message>
    <message>
        <source>&amp;Smaller (Ctrl and -)</source>
        <translation>小さくする(&amp;S)（Ctrlと-）</translation>
    </message>
    <message>
        <source>&amp;Normal (Ctrl and 0)</source>
        <translation>元の大きさ(&amp;N)（Ctrlと0）</translation>
    </message>
</context>
<context>
    <name>AwaitPage</name>
    <message>
        <source>Waiting for the new PC</source>
        <translation>新しいパソコンを待っています</translation>
    </message>
    <message>
        <source>Move of {user}. Once the new PC has its certificate and has logged in, it shows a confirmation number. Enter it here.</source>
        <translation>{user} の引っ越しです。新しいパソコンで電子証明書を取得し、ログインを確かめると、確認番号が表示されます。その番号をここに入力してください。</translation>
    </message>
    <message>
        <source>Con&amp;firmation number of the new PC</source>
        <translation>新しいパソコンの確認番号(&amp;F)</translation>
    </message>
    <message>
        <source>12 digits, as in 6041-2770-3915</source>
        <translation>12桁の数字です（例：6041-2770-3915）</translation>
    </message>
    <message>
        <source>The certificate on this PC has been revoked; it no longer logs in.</source>
        <translation>このパソコンの電子証明書は失効しました。このパソコンではログインできません。</translation>
    </message>
    <message>
        <source>Until the new PC has its certificate, this PC logs in as before. You may close this window and switch the PC off: the move is remembered.</source>
        <translation>新しいパソコンで電子証明書を取得するまでは、このパソコンで今までどおりログインできます。この画面を閉じても、電源を切ってもかまいません。続きから始められます。</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Show the sheet</source>
        <translation>メモを見る(&amp;S)</translation>
    </message>
    <message>
        <source>Call the move &amp;off</source>
        <translation>取りやめる(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>BatchTexts</name>
    <message>
        <source>Renew all certificates</source>
        <translation>すべての電子証明書を更新</translation>
    </message>
    <message>
        <source>{n} succeeded</source>
        <translation>{n}件成功</translation>
    </message>
    <message>
        <source>{n} failed</source>
        <translation>{n}件失敗</translation>
    </message>
    <message>
        <source>{n} waiting</source>
        <translation>{n}件は発行待ち</translation>
    </message>
    <message>
        <source>{n} stopped on the way</source>
        <translation>{n}件は途中</translation>
    </message>
    <message>
        <source>{n} skipped</source>
        <translation>{n}件スキップ</translation>
    </message>
    <message>
        <source>{n} not begun</source>
        <translation>{n}件は始めていません</translation>
    </message>
    <message>
        <source>, </source>
        <translation>・</translation>
    </message>
    <message>
        <source>Looking for certificates that are due.</source>
        <translation>更新が必要な電子証明書を探しています。</translation>
    </message>
    <message>
        <source>No certificate has to be renewed now.</source>
        <translation>いま更新が必要な電子証明書はありません。</translation>
    </message>
    <message>
        <source>It stops after this step. You can go on with it later.</source>
        <translation>この手順が済んだら止めます。続きは、あとで再開できます。</translation>
    </message>
    <message>
        <source>The PINs are checked first. Nothing has been changed yet.</source>
        <translation>はじめにPINを確かめています。まだ何も変更していません。</translation>
    </message>
    <message>
        <source>One after the other. You may close this window: it goes on by itself, and nothing is lost even if the PC is switched off.</source>
        <translation>1件ずつ順番に更新しています。この画面は閉じてもかまいません。手続きはそのまま続きます。途中でパソコンの電源が切れても、何も失われません。</translation>
    </message>
    <message>
        <source>With the button below you agree that the ticked certificates are renewed, each where it is stored now. New keys are made there and never leave that place. If one fails, the others are renewed all the same.</source>
        <translation>下のボタンを押すと、チェックの付いた電子証明書を、それぞれ今の保存先で更新することに同意したものとして始めます。新しい鍵は保存先の中で作り、そこから出ることはありません。1件がうまくいかなくても、残りの更新は続けます。</translation>
    </message>
    <message>
        <source>Before logging in, close all windows of the browser once and reopen it.</source>
        <translation>ログインの前に、ブラウザーの画面をすべて一度閉じて、開き直してください。</translation>
    </message>
    <message>
        <source>What waits for the bank goes on by itself; you need not do anything.</source>
        <translation>発行待ちのものは、発行されしだい自動で続きを行います。お客さまの操作は不要です。</translation>
    </message>
    <message>
        <source>Where it failed, no certificate was deleted. What to do is said below.</source>
        <translation>失敗したものも、電子証明書は削除していません。次にすることは、それぞれの欄をご覧ください。</translation>
    </message>
    <message>
        <source>{chosen} of {count} will be renewed</source>
        <translation>{count}件のうち{chosen}件を更新します</translation>
    </message>
    <message>
        <source>&amp;Renew all</source>
        <translation>すべて更新(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Renew these {n}</source>
        <translation>{n}件を更新する(&amp;R)</translation>
    </message>
    <message>
        <source>{place} “{name}”</source>
        <translation>{place}「{name}」</translation>
    </message>
    <message>
        <source>{bank} / {place} / valid until {until}</source>
        <translation>{bank}／{place}／有効期限 {until}</translation>
    </message>
    <message>
        <source>cannot be renewed now</source>
        <translation>今は更新できません</translation>
    </message>
    <message>
        <source>waits for its turn</source>
        <translation>順番を待っています</translation>
    </message>
    <message>
        <source>waits for what you have to enter</source>
        <translation>入力を待っています</translation>
    </message>
    <message>
        <source>waiting for the bank</source>
        <translation>金融機関の発行を待っています</translation>
    </message>
    <message>
        <source>stopped on the way; you can go on with it later</source>
        <translation>途中で止めました（あとで再開できます）</translation>
    </message>
    <message>
        <source>renewed</source>
        <translation>更新しました</translation>
    </message>
    <message>
        <source>renewed, but the login test failed</source>
        <translation>更新しましたが、ログインの確認ができませんでした</translation>
    </message>
    <message>
        <source>could not be renewed</source>
        <translation>更新できませんでした</translation>
    </message>
    <message>
        <source>skipped, as you wished</source>
        <translation>スキップしました</translation>
    </message>
    <message>
        <source>not begun</source>
        <translation>始めていません</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>今回は更新しません</translation>
    </message>
    <message>
        <source>under way</source>
        <translation>始めています</translation>
    </message>
    <message>
        <source>waiting for the bank to issue it</source>
        <translation>金融機関の発行を待っています</translation>
    </message>
    <message>
        <source>step {number} of {count}: {step}</source>
        <translation>更新中（{number}/{count}）：{step}</translation>
    </message>
    <message>
        <source>Renew this one</source>
        <translation>この1件を更新</translation>
    </message>
    <message>
        <source>Try this one again</source>
        <translation>この1件をもう一度</translation>
    </message>
</context>
<context>
    <name>Browser</name>
    <message>
        <source>Certificate information</source>
        <translation>証明書情報</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>Details of selected certificate:</source>
        <translation>選択した証明書の詳細:</translation>
    </message>
    <message>
        <source>Choose this one: {name}, issued by {issuer}, valid until {until}, serial {serial}</source>
        <translation>これを選びます：{name}、発行者 {issuer}、有効期限 {until}、シリアル番号 {serial}</translation>
    </message>
    <message>
        <source>User Identification Request</source>
        <translation>個人証明書の要求</translation>
    </message>
    <message>
        <source>“{site}” has requested that you identify yourself with a certificate:</source>
        <translation>“{site}” があなたの個人証明書を求めています:</translation>
    </message>
    <message>
        <source>Select a certificate for authentication</source>
        <translation>認証用の証明書の選択</translation>
    </message>
    <message>
        <source>Site {site}:443 needs your credentials:</source>
        <translation>サイト {site}:443 では資格情報が必要です:</translation>
    </message>
    <message>
        <source>Select a certificate</source>
        <translation>証明書の選択</translation>
    </message>
    <message>
        <source>Select a certificate to authenticate yourself to {site}:443</source>
        <translation>{site}:443 での認証に使用する証明書を選択してください</translation>
    </message>
    <message>
        <source>Issuer: {issuer}   Serial: {serial}</source>
        <translation>発行元：{issuer}&#x3000;シリアル番号：{serial}</translation>
    </message>
    <message>
        <source>Issued to: {name}</source>
        <translation>発行対象: {name}</translation>
    </message>
    <message>
        <source>Serial number: {serial}</source>
        <translation>シリアル番号: {serial}</translation>
    </message>
    <message>
        <source>Valid until {until}</source>
        <translation>有効期限: {until}</translation>
    </message>
    <message>
        <source>Issued by: {issuer}</source>
        <translation>発行者: {issuer}</translation>
    </message>
    <message>
        <source>This one</source>
        <translation>これを選びます</translation>
    </message>
</context>
<context>
    <name>ByHandPage</name>
    <message>
        <source>Log in with your browser</source>
        <translation>ブラウザーでログインしてください</translation>
    </message>
    <message>
        <source>This PC cannot test the login by itself. Close all browser windows, open the bank&apos;s page and log in. Come back here when it has worked: only then may the old PC end its certificate.</source>
        <translation>このパソコンでは、ログインを自動で確かめられません。ブラウザーをすべて閉じてから、金融機関の画面を開いてログインしてください。ログインできたら、ここに戻ってください。元のパソコンの電子証明書を失効するのは、そのあとです。</translation>
    </message>
    <message>
        <source>The login &amp;worked</source>
        <translation>ログインできました(&amp;W)</translation>
    </message>
    <message>
        <source>Open the &amp;login page</source>
        <translation>ログイン画面を開く(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>戻る(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>CardMenu</name>
    <message>
        <source>&amp;Details</source>
        <translation>詳細(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Renew certificate</source>
        <translation>証明書更新(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Change the PIN…</source>
        <translation>PINを変更する(&amp;C)…</translation>
    </message>
    <message>
        <source>&amp;Put away</source>
        <translation>しまう(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Bring back</source>
        <translation>元に戻す(&amp;B)</translation>
    </message>
    <message>
        <source>Gi&amp;ve up…</source>
        <translation>やめる(&amp;V)…</translation>
    </message>
    <message>
        <source>Revo&amp;ke this certificate…</source>
        <translation>この電子証明書を失効する(&amp;K)…</translation>
    </message>
    <message>
        <source>Delete &amp;for good…</source>
        <translation>完全に削除(&amp;F)…</translation>
    </message>
</context>
<context>
    <name>CardTexts</name>
    <message>
        <source>Renew &amp;now</source>
        <translation>今すぐ更新する(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Renew certificate</source>
        <translation>証明書更新(&amp;R)</translation>
    </message>
    <message>
        <source>Obtain a &amp;new certificate</source>
        <translation>電子証明書取得(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Whom to ask</source>
        <translation>窓口へ連絡(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>続ける(&amp;C)</translation>
    </message>
    <message>
        <source>Answ&amp;er</source>
        <translation>入力する(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;See its window</source>
        <translation>画面を開く(&amp;S)</translation>
    </message>
    <message>
        <source>Renew &amp;later</source>
        <translation>後で更新する(&amp;L)</translation>
    </message>
    <message>
        <source>It can be renewed once its USB token is plugged in.</source>
        <translation>専用USBを差し込むと、更新できます。</translation>
    </message>
    <message>
        <source>Its USB token is not plugged in. This is as it was last seen.</source>
        <translation>専用USBが差し込まれていません。前に確かめたときの内容です。</translation>
    </message>
    <message>
        <source>After this moment it cannot be renewed any more.</source>
        <translation>期限を過ぎると、更新できなくなります。</translation>
    </message>
    <message>
        <source>Please do it soon: after this moment you cannot log in any more.</source>
        <translation>お急ぎください。期限を過ぎると、ログインできなくなります。</translation>
    </message>
    <message>
        <source>After this moment you cannot log in any more.</source>
        <translation>期限を過ぎると、ログインできなくなります。</translation>
    </message>
    <message>
        <source>Please renew your certificate</source>
        <translation>電子証明書の更新をお願いします</translation>
    </message>
    <message>
        <source>You are not reminded again: it cannot be renewed any more then.</source>
        <translation>「後で更新する」を選ぶと、受付の終了までにもう一度お知らせすることはできません。</translation>
    </message>
    <message>
        <source>If you choose “Renew later”, you are reminded again in two hours.</source>
        <translation>「後で更新する」を選ぶと、2時間後にもう一度お知らせします。</translation>
    </message>
    <message>
        <source>If you choose “Renew later”, you are reminded again on {0}.</source>
        <translation>「後で更新する」を選ぶと、{0}にもう一度お知らせします。</translation>
    </message>
    <message>
        <source>You are reminded again on {0}.</source>
        <translation>{0}にもう一度お知らせします。</translation>
    </message>
    <message>
        <source>Your certificate has expired</source>
        <translation>電子証明書の有効期限が切れています</translation>
    </message>
    <message>
        <source>It can only be reissued. Please ask {0}.</source>
        <translation>再発行の手続きが必要です。{0}にお問い合わせください。</translation>
    </message>
    <message>
        <source>You can still log in with it, but not renew it. Until {0} you can obtain a new one with an issue code from your bank.</source>
        <translation>期限まではログインできますが、更新はできません。{0}までは、金融機関から受け取る発行コードで、新しい電子証明書を取得できます。</translation>
    </message>
    <message>
        <source>Renewal closed at {0}</source>
        <translation>更新の受付は{0}に終了しました</translation>
    </message>
    <message>
        <source>Until {0} you can obtain a new one with an issue code from your bank.</source>
        <translation>{0}までは、金融機関から受け取る発行コードで、新しい電子証明書を取得できます。</translation>
    </message>
    <message>
        <source>The bank has revoked your certificate</source>
        <translation>お使いの電子証明書は、金融機関により失効しています</translation>
    </message>
    <message>
        <source>You can neither log in with it nor renew it. Please obtain a new certificate with an issue code from your bank.</source>
        <translation>ログインも更新もできません。金融機関から発行コードを受け取り、新しい電子証明書を取得してください。</translation>
    </message>
    <message>
        <source>If you do not know why it was revoked, please ask {0}.</source>
        <translation>失効した理由に心当たりがないときは、{0}にお問い合わせください。</translation>
    </message>
    <message>
        <source>The bank does not accept your certificate</source>
        <translation>お使いの電子証明書は金融機関で使えません</translation>
    </message>
    <message>
        <source>Please obtain a new certificate with an issue code.</source>
        <translation>発行コードで、新しい電子証明書を取得してください。</translation>
    </message>
    <message>
        <source>If you have no issue code that works, please ask your bank for one.</source>
        <translation>発行コードがお手元にないときや、使えないときは、金融機関に発行をご依頼ください。</translation>
    </message>
    <message>
        <source>It can only be used on the PC or USB token on which it was made: the key that belongs to it is there.</source>
        <translation>この電子証明書は、作ったときのパソコンまたは専用USBでしか使えません。使うための鍵がそちらにあるためです。</translation>
    </message>
    <message>
        <source>The bank may not know yet that it has arrived.</source>
        <translation>受け取ったことが、まだ金融機関に伝わっていないかもしれません。</translation>
    </message>
    <message>
        <source>Until then there is nothing to do.</source>
        <translation>それまで、していただくことはありません。</translation>
    </message>
    <message>
        <source>This bank&apos;s settings are missing on this computer.</source>
        <translation>この金融機関の設定が、このパソコンにありません。</translation>
    </message>
    <message>
        <source>The procedure goes on as soon as you have answered.</source>
        <translation>ご入力いただくと、手続きが進みます。</translation>
    </message>
    <message>
        <source>It stopped on the way. “Continue” goes on from there. So far: {0}.</source>
        <translation>途中で止まっています。「続ける」を押すと、続きから始めます（ここまで：{0}）。</translation>
    </message>
    <message>
        <source>About to go on.</source>
        <translation>まもなく続きを始めます。</translation>
    </message>
    <message>
        <source>About to begin.</source>
        <translation>まもなく始めます。</translation>
    </message>
    <message>
        <source>{0}.</source>
        <translation>{0}。</translation>
    </message>
    <message>
        <source>{0}. Another program on this PC is doing it.</source>
        <translation>{0}。このパソコンの別のプログラムが進めています。</translation>
    </message>
    <message>
        <source>The bank is issuing it. There is nothing to do meanwhile.</source>
        <translation>金融機関が発行の手続きをしています。その間、していただくことはありません。</translation>
    </message>
    <message>
        <source>The bank is issuing it; it is asked again by itself after {0}. You may switch the PC off.</source>
        <translation>金融機関が発行の手続きをしています。{0}より後に、自動でもう一度確かめます。パソコンの電源を切ってもかまいません。</translation>
    </message>
    <message>
        <source>Plug in the USB token “{0}” first.</source>
        <translation>先に専用USB「{0}」を差し込んでください。</translation>
    </message>
    <message>
        <source>“Continue” asks for the code from your letter once more.</source>
        <translation>「続ける」を押すと、お手元の書面にある発行コードをもう一度伺います。</translation>
    </message>
    <message>
        <source>You are moving to a new PC. “Move to a new PC” in the menu goes on.</source>
        <translation>新しいパソコンに移る途中です。メニューの「新しいパソコンに移る」で続けられます。</translation>
    </message>
</context>
<context>
    <name>CertificateModel</name>
    <message>
        <source>User ID</source>
        <translation>ユーザID</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>区分</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>金融機関</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>保存先</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>有効期限</translation>
    </message>
    <message>
        <source>Days left</source>
        <translation>残り日数</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状態</translation>
    </message>
</context>
<context>
    <name>CertificatePage</name>
    <message>
        <source>Which user ID moves?</source>
        <translation>どのユーザIDで移りますか</translation>
    </message>
    <message>
        <source>Each user ID has a certificate of its own. Move one by one.</source>
        <translation>電子証明書はユーザIDごとにあります。ひとつずつ移ってください。</translation>
    </message>
    <message>
        <source>{bank}, {user} (already begun)</source>
        <translation>{bank}&#x3000;{user}（引っ越しの途中）</translation>
    </message>
    <message>
        <source>{bank}, {user} (valid until {until})</source>
        <translation>{bank}&#x3000;{user}（有効期限 {until}）</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>戻る(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>キャンセル(&amp;C)</translation>
    </message>
</context>
<context>
    <name>CertificateTable</name>
    <message>
        <source>Certificates</source>
        <translation>電子証明書の一覧</translation>
    </message>
</context>
<context>
    <name>CheckReportDialog</name>
    <message>
        <source>certificate-check.pdf</source>
        <translation>電子証明書の確認.pdf</translation>
    </message>
    <message>
        <source>certificate-check.txt</source>
        <translation>電子証明書の確認.txt</translation>
    </message>
    <message>
        <source>Text (*.txt)</source>
        <translation>テキスト (*.txt)</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>コピーしました。</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>保存しました：{path}</translation>
    </message>
    <message>
        <source>Could not be saved: {path}</source>
        <translation>保存できませんでした：{path}</translation>
    </message>
    <message>
        <source>For the help desk</source>
        <translation>お問い合わせ用の文書</translation>
    </message>
    <message>
        <source>This is all that is saved or printed. It holds no PIN, no code and no password. Please read it before you pass it on.</source>
        <translation>保存や印刷をするのは、下の内容がすべてです。PIN、発行コード、パスワードは含まれません。お渡しになる前に、ご確認ください。</translation>
    </message>
    <message>
        <source>The report</source>
        <translation>文書の内容</translation>
    </message>
    <message>
        <source>Save as &amp;text</source>
        <translation>テキストで保存(&amp;T)</translation>
    </message>
    <message>
        <source>P&amp;rint</source>
        <translation>印刷(&amp;R)</translation>
    </message>
    <message>
        <source>Copy &amp;everything</source>
        <translation>すべてコピー(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Save as PDF</source>
        <translation>PDFで保存(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>CheckWindow</name>
    <message>
        <source>Ready to renew?</source>
        <translation>更新できますか？</translation>
    </message>
    <message>
        <source>This checks whether a renewal would work on this computer. It changes nothing, and it uses no PIN attempt and no login at the bank.</source>
        <translation>このパソコンで更新できる状態かどうかを確かめます。何も変更しません。PINの残り回数は減らず、金融機関へのログインもしません。</translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>確認中</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
    <message>
        <source>Check &amp;again</source>
        <translation>もう一度確かめる(&amp;A)</translation>
    </message>
    <message>
        <source>For the &amp;help desk…</source>
        <translation>お問い合わせ用の文書(&amp;H)…</translation>
    </message>
    <message>
        <source>When it is mended, please check again.</source>
        <translation>直したあとで、もう一度確かめてください。</translation>
    </message>
</context>
<context>
    <name>CheckingLine</name>
    <message>
        <source>This is the list as last seen. It is being checked…</source>
        <translation>前回確認した一覧を表示しています。現在の状態を確認中です…</translation>
    </message>
</context>
<context>
    <name>ChecksPage</name>
    <message>
        <source>Preparing to obtain the certificate</source>
        <translation>電子証明書取得前処理中</translation>
    </message>
    <message>
        <source>Preparing the certificate renewal</source>
        <translation>電子証明書更新前処理中</translation>
    </message>
    <message>
        <source>Please read what is marked, then go on.</source>
        <translation>「注意」の項目をお読みになってから、次へお進みください。</translation>
    </message>
    <message>
        <source>Checking whether everything is ready. It goes on by itself.</source>
        <translation>更新できるかどうかを確かめています。終わると、自動的に次の画面に進みます。</translation>
    </message>
    <message>
        <source>Way to the internet (proxy)</source>
        <translation>インターネットへの経路（プロキシ）</translation>
    </message>
    <message>
        <source>Connection to the bank&apos;s server</source>
        <translation>金融機関のサーバーとの接続</translation>
    </message>
    <message>
        <source>The server is the bank&apos;s own, nobody listens in between</source>
        <translation>接続先が本物で、通信が途中で見られていないこと</translation>
    </message>
    <message>
        <source>Date and time of this PC</source>
        <translation>パソコンの日付と時刻</translation>
    </message>
    <message>
        <source>The bank&apos;s settings in this program</source>
        <translation>このソフトに入っている金融機関の設定</translation>
    </message>
    <message>
        <source>Certificate store of this PC</source>
        <translation>このパソコンの電子証明書の保存先</translation>
    </message>
    <message>
        <source>Software of the USB token</source>
        <translation>専用USBの管理ソフト</translation>
    </message>
    <message>
        <source>USB token</source>
        <translation>専用USB</translation>
    </message>
    <message>
        <source>Key of the present certificate</source>
        <translation>今の電子証明書の鍵</translation>
    </message>
    <message>
        <source>Used at the PC itself, not over remote desktop</source>
        <translation>リモートデスクトップ（遠隔操作）ではないこと</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>良好</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>注意</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>問題あり</translation>
    </message>
    <message>
        <source>not needed</source>
        <translation>対象外</translation>
    </message>
    <message>
        <source>not checked yet</source>
        <translation>まだ確かめていません</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>キャンセル(&amp;C)</translation>
    </message>
    <message>
        <source>Check &amp;again</source>
        <translation>もう一度確かめる(&amp;A)</translation>
    </message>
    <message>
        <source>The certificate cannot be obtained yet</source>
        <translation>まだ電子証明書を取得できません</translation>
    </message>
    <message>
        <source>The renewal cannot begin yet</source>
        <translation>まだ更新を始められません</translation>
    </message>
    <message>
        <source>Nothing has been started, and nothing was changed. Please see to what is marked, then check again.</source>
        <translation>何も始めていません。電子証明書はそのままです。下の内容をご確認のうえ、「もう一度確かめる」を押してください。</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
</context>
<context>
    <name>CloseBox</name>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
</context>
<context>
    <name>CodeAdvice</name>
    <message>
        <source>A wrong user ID has the same effect: please compare it, too.</source>
        <translation>ユーザIDが違っているときも、ここで止まります。ユーザIDもお確かめください。</translation>
    </message>
    <message>
        <source>One of the characters is not possible.</source>
        <translation>使われない文字が含まれています。</translation>
    </message>
    <message>
        <source>You typed {count} characters.</source>
        <translation>入力したのは{count}文字です。</translation>
    </message>
    <message>
        <source>the letter {letter} and the digit {digit}</source>
        <translation>英字の「{letter}」と数字の「{digit}」</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Some characters look alike: {pairs}.</source>
        <translation>見間違えやすい文字があります：{pairs}。手紙と見比べてください。</translation>
    </message>
    <message>
        <source>You typed {count} characters. Are there as many in the letter?</source>
        <translation>入力したコードは{count}文字です。手紙の発行コードと同じ文字数か、お確かめください。</translation>
    </message>
    <message>
        <source>The bank does not say how many tries are left. After several wrong codes it may lock the code.</source>
        <translation>あと何回試せるかは、金融機関が知らせないため分かりません。続けてまちがえると、発行コードを使えなくすることがあります。</translation>
    </message>
    <message>
        <source>This is the last try: after another one the code is locked.</source>
        <translation>試せるのはあと1回です。まちがえると、この発行コードは使えなくなります。</translation>
    </message>
    <message>
        <source>{left} more tries. After {attempts} wrong codes the bank locks the code; those entered on other PCs count, too.</source>
        <translation>あと{left}回まで試せます。{attempts}回まちがえると、金融機関がこの発行コードを使えなくします（ほかのパソコンで試した回数も数えます）。</translation>
    </message>
    <message>
        <source>This program found that; nothing was sent to the bank, and no try is lost.</source>
        <translation>このソフトが気づいたため、金融機関には送っていません。試せる回数は減っていません。</translation>
    </message>
    <message>
        <source>If the letter does not help, please ask: {contact}</source>
        <translation>案内を見ても分からないときは、ご相談ください：{contact}</translation>
    </message>
</context>
<context>
    <name>Consent</name>
    <message>
        <source>Stored in</source>
        <translation>保存先</translation>
    </message>
    <message>
        <source>{place} “{name}”</source>
        <translation>{place}「{name}」</translation>
    </message>
    <message>
        <source>With “Obtain” you agree to this:</source>
        <translation>「取得する」を押すと同意する内容：</translation>
    </message>
    <message>
        <source>With “Renew” you agree to this:</source>
        <translation>「更新する」を押すと同意する内容：</translation>
    </message>
    <message>
        <source>{bank}: the certificate of {user} is obtained and stored in: {place}</source>
        <translation>{bank}&#x3000;{user}
電子証明書を取得し、{place}に保存します。</translation>
    </message>
    <message>
        <source>{bank}: the certificate of {user} is obtained.</source>
        <translation>{bank}&#x3000;{user}
電子証明書を取得します。</translation>
    </message>
    <message>
        <source>{bank}: the certificate of {user} ({role}), valid until {until}, is renewed and stored in: {place}</source>
        <translation>{bank}&#x3000;{user}（{role}）
有効期限 {until} の電子証明書を更新し、{place}に保存します。</translation>
    </message>
    <message>
        <source>{bank}: the certificate of {user} ({role}), valid until {until}, is renewed.</source>
        <translation>{bank}&#x3000;{user}（{role}）
有効期限 {until} の電子証明書を更新します。</translation>
    </message>
    <message>
        <source>Please choose above where the certificate is to be stored.</source>
        <translation>電子証明書の保存先を、上から選んでください。</translation>
    </message>
    <message>
        <source>No place can be used at the moment. Plug the token in, for example.</source>
        <translation>いま使える保存先がありません。専用USBを差し込むなどして、お待ちください。</translation>
    </message>
    <message>
        <source>A new key is made in the chosen place and never leaves it.</source>
        <translation>新しい鍵を作ります。鍵が保存先から出ることはありません。</translation>
    </message>
    <message>
        <source>The present certificate stays as it is until the new one has proven that it works.</source>
        <translation>今の電子証明書は、新しいものが使えると確かめるまで残します。</translation>
    </message>
    <message>
        <source>Where is the new certificate to be stored?</source>
        <translation>新しい電子証明書の保存先をお選びください。</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>くわしい内容(&amp;D)</translation>
    </message>
</context>
<context>
    <name>ConsentPage</name>
    <message>
        <source>Revoke the certificate on this PC</source>
        <translation>このパソコンの電子証明書を失効します</translation>
    </message>
    <message>
        <source>Remove the certificate from this PC</source>
        <translation>このパソコンから電子証明書を取り除きます</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>金融機関</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>ユーザID</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>シリアル番号</translation>
    </message>
    <message>
        <source>I have the &amp;issue code, and understand that this cannot be undone</source>
        <translation>発行コードは手元にあります。元に戻せないことも分かりました(&amp;I)</translation>
    </message>
    <message>
        <source>I &amp;understand that this cannot be undone</source>
        <translation>元に戻せないことが分かりました(&amp;U)</translation>
    </message>
    <message>
        <source>This bank issues no certificate for the new PC before this one is revoked. Until the new PC has obtained one, you cannot log in anywhere. Do it when the new PC is ready.</source>
        <translation>この金融機関では、この電子証明書を失効してからでないと、新しいパソコンの電子証明書を発行できません。新しいパソコンで取得するまでは、どのパソコンでもログインできません。新しいパソコンの準備ができてから失効してください。</translation>
    </message>
    <message>
        <source>The new PC has logged in. The certificate on this PC is now revoked at the bank, and removed with its key.</source>
        <translation>新しいパソコンでログインできました。このパソコンの電子証明書を金融機関で失効し、鍵とともに取り除きます。</translation>
    </message>
    <message>
        <source>The certificate and its key are removed from this PC.</source>
        <translation>このパソコンから、電子証明書と鍵を取り除きます。</translation>
    </message>
    <message>
        <source>&amp;Revoke</source>
        <translation>失効する(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Revoke and remove</source>
        <translation>失効して取り除く(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>取り除く(&amp;R)</translation>
    </message>
    <message>
        <source>Call the move &amp;off</source>
        <translation>取りやめる(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Show the sheet</source>
        <translation>メモを見る(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>CopyButton</name>
    <message>
        <source>Copy &amp;all</source>
        <translation>すべてコピー(&amp;A)</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>コピーしました</translation>
    </message>
</context>
<context>
    <name>DetailsDialog</name>
    <message>
        <source>Certificate details</source>
        <translation>電子証明書の詳細</translation>
    </message>
    <message>
        <source>&amp;Revoke this certificate…</source>
        <translation>この電子証明書を失効する(&amp;R)…</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>金融機関</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>区分</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>保存先</translation>
    </message>
    <message>
        <source>Valid from</source>
        <translation>有効期間の開始</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>有効期限</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>シリアル番号</translation>
    </message>
    <message>
        <source>Issuer</source>
        <translation>発行元</translation>
    </message>
    <message>
        <source>Fingerprint (SHA-256)</source>
        <translation>拇印（SHA-256）</translation>
    </message>
    <message>
        <source>Cannot be read</source>
        <translation>読み取れません</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>できること</translation>
    </message>
    <message>
        <source>Not accepted by the bank</source>
        <translation>金融機関で使えません</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状態</translation>
    </message>
    <message>
        <source>Revoked by the bank</source>
        <translation>金融機関により失効しています</translation>
    </message>
    <message>
        <source>Revoked at your request</source>
        <translation>お客さまの手続きで失効しました</translation>
    </message>
    <message>
        <source>Known since</source>
        <translation>分かった日時</translation>
    </message>
</context>
<context>
    <name>DiagnosisDialog</name>
    <message>
        <source>The facts are being collected…</source>
        <translation>情報を集めています…</translation>
    </message>
    <message>
        <source>{path}
Give this file to the bank&apos;s help desk.</source>
        <translation>{path}
このファイルを、金融機関のヘルプデスクに渡してください。</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>保存しました</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save facts for the help desk</source>
        <translation>調査用の情報を保存</translation>
    </message>
    <message>
        <source>The bank&apos;s help desk can find out with them what went wrong. All that is saved is shown below; there is no PIN, code or password in it, and nothing is sent.</source>
        <translation>うまくいかない原因を、金融機関のヘルプデスクが調べるための情報です。保存されるのは、下に表示されている内容だけです。暗証番号、発行コード、パスワードは含まれません。どこにも送信されません。</translation>
    </message>
    <message>
        <source>&amp;Save…</source>
        <translation>保存(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
    <message>
        <source>Include &amp;user IDs and serial numbers</source>
        <translation>ユーザIDとシリアル番号も含める(&amp;U)</translation>
    </message>
    <message>
        <source>What is saved</source>
        <translation>保存される内容</translation>
    </message>
</context>
<context>
    <name>DonePage</name>
    <message>
        <source>The procedure is finished</source>
        <translation>手続きは完了しています</translation>
    </message>
    <message>
        <source>The certificate is installed already.</source>
        <translation>電子証明書はすでに保存されています。</translation>
    </message>
    <message>
        <source>The certificate has been obtained and saved to the USB token</source>
        <translation>電子証明書の取得と専用USBへの保存が完了いたしました</translation>
    </message>
    <message>
        <source>The certificate has been renewed and saved to the USB token</source>
        <translation>電子証明書の更新と専用USBへの保存が完了いたしました</translation>
    </message>
    <message>
        <source>The certificate has been installed</source>
        <translation>電子証明書のインストールが完了しました</translation>
    </message>
    <message>
        <source>Close this &amp;window</source>
        <translation>このウィンドウを閉じる(&amp;W)</translation>
    </message>
    <message>
        <source>Try to log &amp;in</source>
        <translation>ログインを試す(&amp;I)</translation>
    </message>
    <message>
        <source>Log &amp;in now</source>
        <translation>今すぐログイン(&amp;I)</translation>
    </message>
    <message>
        <source>New deadline: {until}</source>
        <translation>新しい有効期限：{until}</translation>
    </message>
    <message>
        <source>What to do now</source>
        <translation>これからしていただくこと</translation>
    </message>
</context>
<context>
    <name>EmptyPage</name>
    <message>
        <source>Obtain &amp;your first certificate</source>
        <translation>電子証明書を取得する(&amp;Y)</translation>
    </message>
    <message>
        <source>&amp;Practise</source>
        <translation>練習する(&amp;P)</translation>
    </message>
    <message>
        <source>Practising in another window</source>
        <translation>別のウィンドウで練習中です</translation>
    </message>
    <message>
        <source>No bank can be used on this computer</source>
        <translation>このパソコンで使える金融機関の設定がありません</translation>
    </message>
    <message>
        <source>The lines below say what is wrong with the bank&apos;s settings.</source>
        <translation>金融機関の設定に誤りがあります。内容は下に表示しています。</translation>
    </message>
    <message>
        <source>No bank is set up on this computer</source>
        <translation>このパソコンには、金融機関の設定がありません</translation>
    </message>
    <message>
        <source>The settings of your bank are missing. Install the program from your bank&apos;s page again, or ask whoever looks after your computers.</source>
        <translation>お取引の金融機関の設定が見つかりません。金融機関のページからもう一度インストールするか、パソコンを管理されている方にお問い合わせください。</translation>
    </message>
    <message>
        <source>You can also try everything out with a practice bank: “Practise” opens a window of its own, with certificates that are not real. Closing it removes them.</source>
        <translation>金融機関の設定がなくても、練習用の銀行で一通り試せます。「練習する」を押すと、別のウィンドウが開きます。そこで使う電子証明書は本物ではなく、閉じると消えます。</translation>
    </message>
    <message>
        <source>Looking for certificates…</source>
        <translation>電子証明書を探しています…</translation>
    </message>
    <message>
        <source>There is no certificate yet</source>
        <translation>電子証明書がまだありません</translation>
    </message>
    <message>
        <source>For your first certificate, have the letter at hand that the bank sent you: it has your user ID and the issue code. If your certificate is on a USB token, plug it in; it then appears here by itself.</source>
        <translation>はじめて電子証明書を取得されるときは、金融機関からお送りした手順書をお手元にご用意ください。ユーザIDと発行コードが書かれています。電子証明書が専用USBに入っている場合は、専用USBを接続してください。自動的にここに表示されます。</translation>
    </message>
    <message>
        <source>About the USB token and its software</source>
        <translation>専用USBのご案内および管理ソフトのダウンロードページはこちら</translation>
    </message>
    <message>
        <source>No certificate was found</source>
        <translation>電子証明書が見つかりません</translation>
    </message>
    <message>
        <source>Error code: {0}</source>
        <translation>エラーコード：{0}</translation>
    </message>
    <message>
        <source>If you have a USB token: the software that belongs to it is not installed on this PC. Please install it first.</source>
        <translation>専用USBをお使いの場合：専用USBの管理ソフトが、このパソコンに入っていません。先に管理ソフトをインストールしてください。</translation>
    </message>
</context>
<context>
    <name>EnrollmentWizard</name>
    <message>
        <source>Obtain a certificate</source>
        <translation>電子証明書取得</translation>
    </message>
    <message>
        <source>Certificate renewal</source>
        <translation>電子証明書の更新</translation>
    </message>
</context>
<context>
    <name>ErrorPanel</name>
    <message>
        <source>Error code: {code}</source>
        <translation>エラーコード：{code}</translation>
    </message>
    <message>
        <source>Copy for the &amp;support desk</source>
        <translation>お問い合わせ用にコピーする(&amp;S)</translation>
    </message>
    <message>
        <source>Copied. Paste it into a message to the support desk.</source>
        <translation>コピーしました。お問い合わせのメールなどに貼り付けてください。</translation>
    </message>
</context>
<context>
    <name>Expander</name>
    <message>
        <source>&amp;More</source>
        <translation>くわしく(&amp;M)</translation>
    </message>
    <message>
        <source>unfolded</source>
        <translation>開いています</translation>
    </message>
    <message>
        <source>folded</source>
        <translation>閉じています</translation>
    </message>
</context>
<context>
    <name>Failure</name>
    <message>
        <source>What to do next</source>
        <translation>次にしていただくこと</translation>
    </message>
    <message>
        <source>Error code: {code}</source>
        <translation>エラーコード：{code}</translation>
    </message>
    <message>
        <source>Copy for the &amp;support desk</source>
        <translation>お問い合わせ用にコピーする(&amp;S)</translation>
    </message>
    <message>
        <source>Copied. Paste it into a message to the support desk.</source>
        <translation>コピーしました。お問い合わせのメールなどに貼り付けてください。</translation>
    </message>
</context>
<context>
    <name>Help</name>
    <message>
        <source>Edge, Chrome and Firefox all offer the certificates saved in Windows: Firefox reads them by itself, and nothing has to be imported into it.</source>
        <translation>Edge、Chrome、Firefoxのどれでも、Windowsに保存した電子証明書を選べます。Firefoxは自動的に読み取りますので、取り込む必要はありません。</translation>
    </message>
    <message>
        <source>Each browser has a certificate store of its own, except that Chrome, Chromium and Edge share one. Log in with the browser whose name the list shows; without a name, there is only one.</source>
        <translation>電子証明書の保存先は、ブラウザーごとに分かれています（Chrome・Chromium・Edgeは共通です）。一覧の「保存先」に名前が出ているブラウザーでログインしてください。名前が出ていないときは、保存先は1つだけです。</translation>
    </message>
    <message>
        <source>There is no certificate on this computer yet.</source>
        <translation>このパソコンには、まだ電子証明書がありません。</translation>
    </message>
    <message>
        <source>Issued by</source>
        <translation>発行者</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>有効期限</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>シリアル番号</translation>
    </message>
    <message>
        <source>Saved in</source>
        <translation>保存先</translation>
    </message>
    <message>
        <source>No bank is set up on this computer.</source>
        <translation>このパソコンには、金融機関が設定されていません。</translation>
    </message>
    <message>
        <source>Users ask</source>
        <translation>利用者の方</translation>
    </message>
    <message>
        <source>Administrators ask</source>
        <translation>管理者の方</translation>
    </message>
    <message>
        <source>{bank}: about the USB token and its software</source>
        <translation>{bank}：専用USBのご案内および管理ソフトのダウンロードページ</translation>
    </message>
    <message>
        <source>Open {name} in the browser</source>
        <translation>{name}をブラウザーで開く</translation>
    </message>
    <message>
        <source>This is about what the browser shows. Your own certificates are in it.</source>
        <translation>図は、ブラウザーに表示される画面の目安です。お使いの電子証明書で描いています。</translation>
    </message>
    <message>
        <source>This is about what the browser shows, with an example of a certificate.</source>
        <translation>図は、ブラウザーに表示される画面の目安です（電子証明書は例です）。</translation>
    </message>
    <message>
        <source>With several user IDs: choose the certificate of the one with which you log in.</source>
        <translation>ユーザIDが2つ以上あるときは、ログインするユーザIDのものを選びます。</translation>
    </message>
    <message>
        <source>Your bank</source>
        <translation>ご利用の金融機関</translation>
    </message>
    <message>
        <source>your user ID</source>
        <translation>お使いのユーザID</translation>
    </message>
    <message>
        <source>the certification authority of {bank}</source>
        <translation>{bank}の認証局</translation>
    </message>
    <message>
        <source>today</source>
        <translation>今日</translation>
    </message>
    <message>
        <source>in a year</source>
        <translation>1年後</translation>
    </message>
    <message>
        <source>a year ago</source>
        <translation>1年前</translation>
    </message>
    <message>
        <source>soon</source>
        <translation>まもなく</translation>
    </message>
    <message>
        <source>Ready to renew? Check now</source>
        <translation>更新できますか？ 今すぐ確かめる</translation>
    </message>
    <message>
        <source>Telephone</source>
        <translation>電話</translation>
    </message>
    <message>
        <source>Hours</source>
        <translation>受付時間</translation>
    </message>
</context>
<context>
    <name>HelpWindow</name>
    <message>
        <source>Help</source>
        <translation>ヘルプ</translation>
    </message>
    <message>
        <source>&amp;About this program ({0})</source>
        <translation>このソフトについて（{0}）(&amp;A)</translation>
    </message>
    <message>
        <source>User&apos;s &amp;guide</source>
        <translation>ご利用の手引き(&amp;G)</translation>
    </message>
    <message>
        <source>Nothing was found.</source>
        <translation>見つかりませんでした。別の言葉でお試しください。</translation>
    </message>
    <message>
        <source>&amp;Search</source>
        <translation>探す(&amp;S)</translation>
    </message>
    <message>
        <source>such as: PIN, letter, browser</source>
        <translation>例：PIN、手紙、ブラウザー</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>項目</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>Keepsakes</name>
    <message>
        <source>&amp;Copy</source>
        <translation>コピー(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Print…</source>
        <translation>印刷(&amp;P)…</translation>
    </message>
    <message>
        <source>Save as P&amp;DF…</source>
        <translation>PDFで保存(&amp;D)…</translation>
    </message>
    <message>
        <source>Next year into the c&amp;alendar…</source>
        <translation>来年の予定をカレンダーへ(&amp;A)…</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>金融機関</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>ユーザID</translation>
    </message>
    <message>
        <source>Issuer</source>
        <translation>発行元</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>シリアル番号</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>有効期限</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>コピーしました。</translation>
    </message>
    <message>
        <source>certificate.pdf</source>
        <translation>電子証明書.pdf</translation>
    </message>
    <message>
        <source>certificate-renewal.ics</source>
        <translation>電子証明書の更新.ics</translation>
    </message>
    <message>
        <source>Renew the certificate of {user}</source>
        <translation>電子証明書の更新（{user}）</translation>
    </message>
    <message>
        <source>Last day to renew the certificate of {user}</source>
        <translation>電子証明書の更新期限（{user}）</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>保存しました：{path}</translation>
    </message>
    <message>
        <source>Could not be saved: {path}</source>
        <translation>保存できませんでした：{path}</translation>
    </message>
</context>
<context>
    <name>KeyHint</name>
    <message>
        <source>CapsLock is on: letters are typed as capitals.</source>
        <translation>CapsLockがオンです。英字が大文字で入力されます。</translation>
    </message>
    <message>
        <source>NumLock is off: the number pad types no digits.</source>
        <translation>NumLockがオフです。テンキーでは数字が入力されません。</translation>
    </message>
    <message>
        <source>The Japanese input method is on. Please turn it off and type half-width letters.</source>
        <translation>日本語入力がオンです。オフにして、半角で入力してください。</translation>
    </message>
</context>
<context>
    <name>Letter</name>
    <message>
        <source>Example of the letter</source>
        <translation>手順書の例</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>ユーザID</translation>
    </message>
    <message>
        <source>letters and digits</source>
        <translation>英字と数字</translation>
    </message>
    <message>
        <source>Issue code</source>
        <translation>発行コード</translation>
    </message>
    <message>
        <source>The layout of your bank&apos;s letter may differ.</source>
        <translation>実際の手順書の形は、金融機関によって違います。</translation>
    </message>
</context>
<context>
    <name>LetterPage</name>
    <message>
        <source>Obtain a certificate</source>
        <translation>電子証明書取得</translation>
    </message>
    <message>
        <source>&amp;Bank</source>
        <translation>金融機関(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;User ID</source>
        <translation>ユーザID(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Issue code</source>
        <translation>発行コード(&amp;I)</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>ユーザID</translation>
    </message>
    <message>
        <source>Issue code</source>
        <translation>発行コード</translation>
    </message>
    <message>
        <source>The link that was opened has brought an issue code. Anybody can write such a link: go on only if you have followed it on your bank&apos;s page or in its message.</source>
        <translation>開いたリンクに、発行コードが含まれています。このようなリンクは誰でも作れます。金融機関のページまたは金融機関からのご案内で押したリンクの場合だけ、お進みください。</translation>
    </message>
    <message>
        <source>Both are in the letter or message from your bank. Please type the issue code with its hyphens. Spaces do not matter, nor do full-width characters.</source>
        <translation>どちらも、金融機関からの手順書やお知らせに書かれています。発行コードは、ハイフンも含めて入力してください。空白や全角文字は、そのまま入力してもかまいません。</translation>
    </message>
    <message>
        <source>Both are in the letter or message from your bank. Spaces and dashes do not matter, nor do full-width characters.</source>
        <translation>どちらも、金融機関からお届けした案内に書かれています。全角・半角、空白、ハイフンの違いは、そのままでかまいません。</translation>
    </message>
    <message>
        <source>Please have the letter from your bank at hand.</source>
        <translation>金融機関からの案内（手順書）をお手元にご用意ください。</translation>
    </message>
    <message>
        <source>Renewal closed at {time}. The certificate is still valid until {end}, but it cannot be renewed. Until {until} you can obtain a new one with an issue code.</source>
        <translation>更新の受付は{time}に終了しました。電子証明書の有効期限は {end} ですが、もう更新はできません。{until}までは、発行コードで新しい電子証明書を取得できます。</translation>
    </message>
    <message>
        <source>The certificate has expired ({expired}), so it cannot be renewed. Until {until} you can obtain a new one with an issue code.</source>
        <translation>電子証明書の有効期限（{expired}）を過ぎたため、更新ではなく「取得」になります。{until}まで、発行コードで新しい電子証明書を取得できます。</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>キャンセル(&amp;C)</translation>
    </message>
</context>
<context>
    <name>LetterPicture</name>
    <message>
        <source>User ID</source>
        <translation>ユーザID</translation>
    </message>
    <message>
        <source>Issue code</source>
        <translation>発行コード</translation>
    </message>
</context>
<context>
    <name>LinkFollower</name>
    <message>
        <source>The link is for a bank that is not set up on this computer.</source>
        <translation>このリンクの金融機関は、このパソコンに設定されていません。</translation>
    </message>
    <message>
        <source>The certificate that the link is about is not on this computer. If it is on a USB token, plug it in and choose it in the list.</source>
        <translation>リンクの電子証明書は、このパソコンにありません。専用USBに入っている場合は、専用USBを接続して、一覧から選んでください。</translation>
    </message>
    <message>
        <source>Plug in the USB token “{0}” first.</source>
        <translation>先に専用USB「{0}」を差し込んでください。</translation>
    </message>
    <message>
        <source>{user}: it can be renewed from {day}.</source>
        <translation>{user} の電子証明書は、{day}から更新できます。</translation>
    </message>
    <message>
        <source>The procedure that the link is about has begun already. Please go on in its window.</source>
        <translation>リンクの手続きは、すでに始まっています。開いている手続きの画面で、お続けください。</translation>
    </message>
    <message>
        <source>A window that another link has opened is still open. Finish it or close it first, then follow the link once more.</source>
        <translation>別のリンクで開いた画面が、まだ開いています。その手続きを終えるか画面を閉じてから、もう一度リンクを押してください。</translation>
    </message>
</context>
<context>
    <name>LossQuestion</name>
    <message>
        <source>Stop here?</source>
        <translation>中止しますか？</translation>
    </message>
    <message>
        <source>Close?</source>
        <translation>閉じますか？</translation>
    </message>
    <message>
        <source>What you have typed will be lost. Stop here?</source>
        <translation>入力した内容は消えます。中止しますか？</translation>
    </message>
    <message>
        <source>What you have typed will be lost. Close the window?</source>
        <translation>入力した内容は消えます。このウィンドウを閉じますか？</translation>
    </message>
</context>
<context>
    <name>LostPage</name>
    <message>
        <source>&amp;Obtain a certificate</source>
        <translation>電子証明書取得(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Print…</source>
        <translation>印刷(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>戻る(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>MainMenu</name>
    <message>
        <source>&amp;Move to a new PC…</source>
        <translation>新しいパソコンに移る(&amp;M)…</translation>
    </message>
    <message>
        <source>Ready to rene&amp;w?</source>
        <translation>更新できますか？(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Practise</source>
        <translation>練習する(&amp;P)</translation>
    </message>
    <message>
        <source>A practice bank opens in a window of its own, with a yellow banner. This takes a few seconds. Nothing in it is real, and your own certificates are not touched. Closing it removes everything.</source>
        <translation>練習用の金融機関が、黄色い帯の付いた別のウィンドウで開きます。数秒かかります。本物ではなく、お使いの電子証明書には触れません。そのウィンドウを閉じると、すべて消えます。</translation>
    </message>
    <message>
        <source>You are practising in another window. Close that one to begin anew.</source>
        <translation>別のウィンドウで練習中です。初めからやり直すときは、そのウィンドウを閉じてください。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Client certificates</source>
        <translation>電子証明書の更新と取得</translation>
    </message>
    <message>
        <source>Plug in the USB token “{0}” first.</source>
        <translation>先に専用USB「{0}」を差し込んでください。</translation>
    </message>
    <message>
        <source>It can be renewed from {0}.</source>
        <translation>{0}から更新できます。</translation>
    </message>
    <message>
        <source>This certificate cannot be renewed.</source>
        <translation>この電子証明書は更新できません。</translation>
    </message>
    <message>
        <source>The certificate of {user}, valid until {until}, and its key will be deleted for good. This cannot be undone.

Serial number: {serial}</source>
        <translation>{user} の電子証明書（有効期限 {until}）と、その鍵を完全に削除します。元には戻せません。

シリアル番号：{serial}</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>削除する(&amp;D)</translation>
    </message>
</context>
<context>
    <name>MoveDonePage</name>
    <message>
        <source>The move is complete</source>
        <translation>引っ越しが終わりました</translation>
    </message>
    <message>
        <source>The certificate of {user} and its key have been removed from this PC. From now on, log in on the new PC.</source>
        <translation>{user} の電子証明書と鍵を、このパソコンから取り除きました。これからは、新しいパソコンでログインしてください。</translation>
    </message>
    <message>
        <source>Please call your bank and have the old certificate revoked: {contact}</source>
        <translation>元の電子証明書の失効は、金融機関にお電話でお申し出ください。下のユーザIDとシリアル番号をお伝えください。&#x3000;{contact}</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>ユーザID</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>シリアル番号</translation>
    </message>
    <message>
        <source>Issuer</source>
        <translation>発行元</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>MoveNumberCard</name>
    <message>
        <source>Confirmation number for the old PC</source>
        <translation>元のパソコンに入力する確認番号</translation>
    </message>
    <message>
        <source>Write it on the sheet and enter it on the old PC, in “Move to a new PC”. It is no secret. If there is no old PC any more, you do not need it.</source>
        <translation>この番号をメモに書いて、元のパソコンの「新しいパソコンに移る」に入力してください。秘密の番号ではありません。元のパソコンがもうないときは、必要ありません。</translation>
    </message>
    <message>
        <source>It is shown once this PC has logged in: open “Move to a new PC” in the menu, choose “This is the new PC” and test the login there.</source>
        <translation>確認番号は、このパソコンでログインできることを確かめると表示されます。メニューの「新しいパソコンに移る」を開き、「このパソコンは新しいほうです」を選んで、ログインを確かめてください。</translation>
    </message>
</context>
<context>
    <name>MovePage</name>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>MoveWindow</name>
    <message>
        <source>Move to a new PC</source>
        <translation>新しいパソコンに移る</translation>
    </message>
</context>
<context>
    <name>NewPage</name>
    <message>
        <source>On the new PC</source>
        <translation>新しいパソコンですること</translation>
    </message>
    <message>
        <source>Have the user ID and the issue code at hand. Your bank gives the code.</source>
        <translation>ユーザIDと発行コードを手元に用意します。発行コードは金融機関から受け取ります。</translation>
    </message>
    <message>
        <source>Obtain the certificate here.</source>
        <translation>このパソコンで、電子証明書を取得します。</translation>
    </message>
    <message>
        <source>Once the login is tested, the confirmation number is shown.</source>
        <translation>ログインを確かめると、確認番号が表示されます。</translation>
    </message>
    <message>
        <source>Which certificate is the new one?</source>
        <translation>新しく取得した電子証明書はどれですか。</translation>
    </message>
    <message>
        <source>There is no certificate on this PC yet.</source>
        <translation>このパソコンには、まだ電子証明書がありません。</translation>
    </message>
    <message>
        <source>{user} (valid from {day})</source>
        <translation>{user}（{day} から有効）</translation>
    </message>
    <message>
        <source>&amp;Obtain a certificate</source>
        <translation>電子証明書取得(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Test the login</source>
        <translation>ログインを確かめる(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>戻る(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>NewPinDialog</name>
    <message>
        <source>The two PINs are not the same.</source>
        <translation>2つのPINが同じではありません。</translation>
    </message>
    <message>
        <source>C&amp;hange the PIN</source>
        <translation>PINを変更する(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>キャンセル(&amp;C)</translation>
    </message>
    <message>
        <source>Please choose a new PIN for “{name}”</source>
        <translation>「{name}」の新しいPINを決めてください</translation>
    </message>
    <message>
        <source>The token did not take that PIN: it does not follow the token&apos;s rules, or it is the same as before. The PIN has not changed.</source>
        <translation>そのPINは専用USBが受け付けませんでした。専用USBの決まりに合わないか、今のPINと同じです。PINは変わっていません。</translation>
    </message>
    <message>
        <source>&amp;New PIN</source>
        <translation>新しいPIN(&amp;N)</translation>
    </message>
    <message>
        <source>New PIN &amp;again</source>
        <translation>新しいPIN（もう一度）(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Show what I type</source>
        <translation>入力した文字を表示する(&amp;S)</translation>
    </message>
    <message>
        <source>You need it for every login and renewal. Nobody can tell it to you later.</source>
        <translation>このPINは、ログインや更新のたびに必要です。忘れたときに、お教えできる人はいません。</translation>
    </message>
    <message>
        <source>{least} to {most} characters.</source>
        <translation>{least}～{most}文字です。</translation>
    </message>
</context>
<context>
    <name>NextSteps</name>
    <message>
        <source>After logging out, remove the USB token from the PC at once. That protects you from fraudulent transfers.</source>
        <translation>ログアウト後は、すみやかに専用USBをパソコンから取り外してください。不正送金被害を防ぐためです。</translation>
    </message>
    <message>
        <source>Plug the USB token into the PC before you log in with this certificate. {choose}</source>
        <translation>この電子証明書を使用してログインを行う場合は、専用USBをパソコンに接続してからログインしてください。{choose}</translation>
    </message>
    <message>
        <source>Log in to internet banking.</source>
        <translation>インターネットバンキングにログインしてください。</translation>
    </message>
    <message>
        <source>If a browser is open, close all its windows once.</source>
        <translation>ブラウザーを開いているときは、一度すべて閉じてください。</translation>
    </message>
    <message>
        <source>Close all windows of the browser once. Running now: {names}</source>
        <translation>ブラウザーを一度すべて閉じてください（今開いているもの：{names}）。</translation>
    </message>
    <message>
        <source>If the browser asks which certificate, choose “{name}” that is valid until {until}.</source>
        <translation>電子証明書を選ぶ画面では「{name}」（有効期限 {until}）を選んでください。</translation>
    </message>
    <message>
        <source>You can log in only from the PC on which this certificate is installed.</source>
        <translation>※ この電子証明書がインストールされたパソコン以外ではログインできません。</translation>
    </message>
    <message>
        <source>The certificate is valid for one year.</source>
        <translation>※ 電子証明書の有効期間は1年です。</translation>
    </message>
    <message>
        <source>The old certificate is put away: browsers do not offer it any more.</source>
        <translation>※ 古い電子証明書は、ブラウザーに表示されないようにしまいました（元に戻せます）。</translation>
    </message>
    <message>
        <source>Until it is known that the new certificate logs in, the old one is left as it was. The new one has the serial number {serial}.</source>
        <translation>※ 新しい電子証明書でログインできると分かるまで、古い電子証明書もしまわずに残してあります。新しいほうのシリアル番号は {serial} です。</translation>
    </message>
    <message>
        <source>The old certificate could not be put away, and browsers still offer it. When you log in, choose the new one (serial number {serial}).</source>
        <translation>※ 古い電子証明書をしまえなかったため、ブラウザーの選択画面に残っています。ログインのときは、新しいほう（シリアル番号 {serial}）を選んでください。</translation>
    </message>
</context>
<context>
    <name>NoteLines</name>
    <message>
        <source>{place} cannot be used: {title}. {next}</source>
        <translation>{place}は使えません：{title}。{next}</translation>
    </message>
    <message>
        <source>A certificate ({name}, fingerprint {fingerprint}) cannot be renewed, because it cannot be read whose it is.</source>
        <translation>だれのものか読み取れない電子証明書があります（表示名：{name}、拇印 {fingerprint}）。更新できません。</translation>
    </message>
</context>
<context>
    <name>NoticeCard</name>
    <message>
        <source>Renew &amp;now</source>
        <translation>今すぐ更新する(&amp;N)</translation>
    </message>
    <message>
        <source>Obtain a &amp;new certificate</source>
        <translation>電子証明書取得(&amp;N)</translation>
    </message>
    <message>
        <source>Renew &amp;later</source>
        <translation>後で更新する(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Later</source>
        <translation>後で(&amp;L)</translation>
    </message>
    <message>
        <source>Please renew your certificate</source>
        <translation>電子証明書の更新をお願いします</translation>
    </message>
    <message>
        <source>The bank has revoked your certificate</source>
        <translation>お使いの電子証明書は、金融機関により失効しています</translation>
    </message>
    <message>
        <source>The bank does not accept your certificate</source>
        <translation>お使いの電子証明書は金融機関で使えません</translation>
    </message>
    <message>
        <source>Renewal closed at {0}</source>
        <translation>更新の受付は{0}に終了しました</translation>
    </message>
    <message>
        <source>Your certificate has expired</source>
        <translation>電子証明書の有効期限が切れています</translation>
    </message>
    <message>
        <source>{bank}, {user}: valid until {until}.</source>
        <translation>{bank}の電子証明書（{user}）の有効期限は {until} です。</translation>
    </message>
    <message>
        <source>{bank}, {user}: you can neither log in with it nor renew it. Please obtain a new certificate with an issue code from your bank. If you do not know why it was revoked, please ask {contact}.</source>
        <translation>{bank} {user}：この電子証明書ではログインも更新もできません。金融機関から発行コードを受け取り、新しい電子証明書を取得してください。失効した理由に心当たりがないときは、{contact}にお問い合わせください。</translation>
    </message>
    <message>
        <source>{bank}, {user}: please obtain a new certificate with an issue code. If you have no issue code that works, please ask your bank for one.</source>
        <translation>{bank}の電子証明書（{user}）：発行コードで新しい電子証明書を取得してください。発行コードがお手元にない、または使えない場合は、金融機関に発行をご依頼ください。</translation>
    </message>
    <message>
        <source>{bank}, {user}: valid until {until}. You can still log in with it, but not renew it. Until {day} you can obtain a new one with an issue code from your bank.</source>
        <translation>{bank}の電子証明書（{user}）の有効期限は {until} です。期限までログインはできますが、更新はできません。{day}までは、金融機関から受け取る発行コードで新しい電子証明書を取得できます。</translation>
    </message>
    <message>
        <source>{bank}, {user}: it ended on {until}. Until {day} you can obtain a new one with an issue code.</source>
        <translation>{bank}の電子証明書（{user}）は {until} に期限が切れました。{day}までは、発行コードで新しい電子証明書を取得できます。</translation>
    </message>
    <message>
        <source>{bank}, {user}: it ended on {until}. It can only be reissued. Please ask {contact}.</source>
        <translation>{bank}の電子証明書（{user}）は {until} に期限が切れました。再発行の手続きが必要です。{contact}にお問い合わせください。</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>ほかに%n件あります</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) are left.</source>
        <translation>
            <numerusform>あと%n日です。</numerusform>
        </translation>
    </message>
    <message>
        <source>Today is the last day.</source>
        <translation>本日が最終日です。</translation>
    </message>
    <message>
        <source>You are not reminded again: it cannot be renewed any more then.</source>
        <translation>「後で更新する」を選ぶと、受付の終了までにもう一度お知らせすることはできません。</translation>
    </message>
    <message>
        <source>If you choose “Renew later”, you are reminded again in two hours.</source>
        <translation>「後で更新する」を選ぶと、2時間後にもう一度お知らせします。</translation>
    </message>
    <message>
        <source>If you choose “Renew later”, you are reminded again on {0}.</source>
        <translation>「後で更新する」を選ぶと、{0}にもう一度お知らせします。</translation>
    </message>
</context>
<context>
    <name>NoticePage</name>
    <message>
        <source>Certificate renewal notice</source>
        <translation>電子証明書更新通知</translation>
    </message>
    <message>
        <source>Please renew your certificate.</source>
        <translation>電子証明書の更新をお願いします。</translation>
    </message>
    <message>
        <source>The certificate has to be renewed before it expires. If you choose “Renew later”, you will be reminded again on {0}.</source>
        <translation>電子証明書は期限までに更新が必要です。「後で更新する」を選ぶと、{0}にもう一度お知らせします。</translation>
    </message>
    <message>
        <source>Today is the last day.</source>
        <translation>本日が有効期限です。本日中に更新してください。</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left.</source>
        <translation>
            <numerusform>有効期限まで、あと%n日です。</numerusform>
        </translation>
    </message>
    <message>
        <source>Renew &amp;now</source>
        <translation>今すぐ更新する(&amp;N)</translation>
    </message>
    <message>
        <source>Renew &amp;later</source>
        <translation>後で更新する(&amp;L)</translation>
    </message>
    <message>
        <source>It can be renewed until {deadline}.</source>
        <translation>更新できるのは {deadline} までです。</translation>
    </message>
</context>
<context>
    <name>NoticesPage</name>
    <message>
        <source>&amp;Search in the licences</source>
        <translation>ライセンスの中をさがす(&amp;S)</translation>
    </message>
    <message>
        <source>Parts by others</source>
        <translation>他社のソフトウェア</translation>
    </message>
    <message>
        <source>The text of the licence</source>
        <translation>ライセンスの本文</translation>
    </message>
    <message numerus="yes">
        <source>%n part(s)</source>
        <translation>
            <numerusform>%n件</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NumberPage</name>
    <message>
        <source>The new PC logs in</source>
        <translation>新しいパソコンでログインできます</translation>
    </message>
    <message>
        <source>Confirmation number of {user}</source>
        <translation>{user} の確認番号</translation>
    </message>
    <message>
        <source>Write it on the sheet and enter it on the old PC, in “Move to a new PC”. It is no secret. If there is no old PC any more, you do not need it.</source>
        <translation>この番号をメモに書いて、元のパソコンの「新しいパソコンに移る」に入力してください。秘密の番号ではありません。元のパソコンがもうないときは、必要ありません。</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>OlderCertificatesLine</name>
    <message numerus="yes">
        <source>%n older certificate(s) that were put away are no longer used.</source>
        <translation>
            <numerusform>しまってある古い電子証明書が%n件あります。もう使われません。</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete older certificate&amp;s…</source>
        <translation>古い電子証明書を削除(&amp;S)…</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n older certificate(s) for good, with the keys?</source>
        <translation>
            <numerusform>しまってある古い電子証明書%n件を、鍵とともに完全に削除しますか？</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>削除する(&amp;D)</translation>
    </message>
    <message>
        <source>{user}, valid until {until} ({place})</source>
        <translation>{user}&#x3000;有効期限 {until}（{place}）</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>ほかに%n件</numerusform>
        </translation>
    </message>
    <message>
        <source>The certificates in use stay, and of each user ID the one that was put away last.</source>
        <translation>今お使いの電子証明書と、最後にしまったもの（ユーザIDごとに1つ）は残ります。</translation>
    </message>
    <message>
        <source>This cannot be undone.</source>
        <translation>削除すると、元に戻せません。</translation>
    </message>
    <message numerus="yes">
        <source>%n older certificate(s) were deleted for good.</source>
        <translation>
            <numerusform>しまってあった古い電子証明書%n件を、完全に削除しました。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OthersSection</name>
    <message numerus="yes">
        <source>%n certificate(s) that are not in use</source>
        <translation>
            <numerusform>今は使っていない電子証明書（%n件）</numerusform>
        </translation>
    </message>
    <message>
        <source>open</source>
        <translation>開いています</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>閉じています</translation>
    </message>
</context>
<context>
    <name>OwnerCard</name>
    <message>
        <source>Error code: {0}</source>
        <translation>エラーコード：{0}</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>有効期限</translation>
    </message>
    <message>
        <source>&amp;More</source>
        <translation>その他(&amp;M)</translation>
    </message>
</context>
<context>
    <name>PausedPage</name>
    <message>
        <source>Stopped on the way</source>
        <translation>途中で止めました</translation>
    </message>
    <message>
        <source>As you wished, it stopped after a step. What is done is recorded, and the present certificate works as before. You can go on now or later from the main window.</source>
        <translation>ご指示により、手順の区切りで止めました。済んだところまでは記録されており、今お使いの電子証明書はそのまま使えます。続きは、今すぐでも、あとでメイン画面からでも再開できます。</translation>
    </message>
    <message>
        <source>So far: {state}</source>
        <translation>ここまでの進み具合：{state}</translation>
    </message>
    <message>
        <source>As you wished, it stopped before anything was changed. The present certificate works as before. You can start again at any time.</source>
        <translation>ご希望により、何も変更しないうちに止めました。今お使いの電子証明書は、これまでどおり使えます。いつでもやり直せます。</translation>
    </message>
    <message>
        <source>Go &amp;on</source>
        <translation>続ける(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>PinChangeTask</name>
    <message>
        <source>The PIN of the USB token has been changed.</source>
        <translation>専用USBのPINを変更しました。</translation>
    </message>
</context>
<context>
    <name>PinDialog</name>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>キャンセル(&amp;C)</translation>
    </message>
</context>
<context>
    <name>PlaceChoice</name>
    <message>
        <source>The present certificate is here.</source>
        <translation>今の保存先</translation>
    </message>
    <message>
        <source>Save to the USB token</source>
        <translation>専用USBに保存する</translation>
    </message>
    <message>
        <source>Save to the &amp;USB token</source>
        <translation>専用USBに保存する(&amp;U)</translation>
    </message>
    <message>
        <source>Save to this PC</source>
        <translation>パソコンに保存する</translation>
    </message>
    <message>
        <source>Save to this &amp;PC</source>
        <translation>パソコンに保存する(&amp;P)</translation>
    </message>
    <message>
        <source>Your administrator&apos;s settings do not allow this place.</source>
        <translation>会社の管理者の設定により、この保存先はご利用いただけません。</translation>
    </message>
    <message>
        <source>This bank does not allow this place.</source>
        <translation>この金融機関では、この保存先はご利用いただけません。</translation>
    </message>
</context>
<context>
    <name>PracticeLetter</name>
    <message>
        <source>This is the practice bank. Nothing here is real, and your own certificates are not touched.

To practise renewing: the certificate of {renewing} ends in {days} days.
To practise obtaining: user ID {user}, issue code {code}

Closing the window removes everything.</source>
        <translation>これは練習銀行です。ここで使うものはすべて練習用で、お手元の電子証明書には触れません。

更新の練習：{renewing} の電子証明書は、あと{days}日で期限が切れます。
取得の練習：ユーザID {user}、発行コード {code}

ウィンドウを閉じると、すべて消えます。</translation>
    </message>
</context>
<context>
    <name>ProblemPage</name>
    <message>
        <source>The new certificate is stored, but the bank does not know yet that it has arrived. Please leave this PC on and online for a moment: this program tries again by itself.</source>
        <translation>新しい電子証明書は保存されましたが、受け取りをまだ金融機関に連絡できていません。しばらくの間、パソコンの電源を切らず、インターネットにつないだままにしてください。このソフトが自動で連絡し直します。</translation>
    </message>
    <message>
        <source>&amp;Try again</source>
        <translation>もう一度試す(&amp;T)</translation>
    </message>
    <message>
        <source>Choose another &amp;place</source>
        <translation>別の保存先を選ぶ(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Obtain a certificate</source>
        <translation>電子証明書取得(&amp;O)</translation>
    </message>
    <message>
        <source>About the US&amp;B token, and its software for download</source>
        <translation>専用USBのご案内および管理ソフトのダウンロードページはこちら(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
    <message>
        <source>What is done so far is recorded. Nothing is lost.</source>
        <translation>済んだところまでは記録されています。失われたものはありません。</translation>
    </message>
    <message>
        <source>Nothing has been changed.</source>
        <translation>何も変更していません。</translation>
    </message>
</context>
<context>
    <name>ProcedureCleanup</name>
    <message>
        <source>Give up the procedure of {0}?</source>
        <translation>{0} の手続きをやめますか？</translation>
    </message>
    <message>
        <source>&amp;Give it up</source>
        <translation>手続きをやめる(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation>やめずに残す(&amp;K)</translation>
    </message>
    <message>
        <source>The unfinished key and, if it has arrived, the new certificate are deleted.</source>
        <translation>作りかけの鍵と、届いていれば新しい電子証明書を削除します。</translation>
    </message>
    <message>
        <source>The authority that issues certificates is told that it is not wanted.</source>
        <translation>電子証明書が発行されていれば、受け取らないことを認証局（電子証明書を発行するところ）に伝えます。</translation>
    </message>
    <message>
        <source>To obtain one later, you need an issue code again.</source>
        <translation>あとで取得するときは、もう一度、発行コードが必要です。</translation>
    </message>
    <message>
        <source>The certificate you use now stays as it is. You can renew it again later.</source>
        <translation>今お使いの電子証明書は、そのままです。更新は、あとでもう一度できます。</translation>
    </message>
    <message>
        <source>The procedure of {0} was nearly done, so it was finished.</source>
        <translation>{0} の手続きは、ほとんど済んでいたため、最後まで済ませました。</translation>
    </message>
    <message>
        <source>The procedure of {0} was given up.</source>
        <translation>{0} の手続きをやめました。</translation>
    </message>
    <message>
        <source>No certificate uses this key. Your certificates stay as they are.</source>
        <translation>どの電子証明書にも使われていない鍵です。今お使いの電子証明書は、そのままです。</translation>
    </message>
    <message>
        <source>If you have begun a renewal with this USB token on another PC, do not delete the key, but go on there.</source>
        <translation>この専用USBの更新や取得を、別のパソコンで始めていて途中のときは、削除せずに、そのパソコンで続けてください。</translation>
    </message>
    <message>
        <source>This cannot be undone.</source>
        <translation>削除した鍵は、元に戻せません。</translation>
    </message>
    <message>
        <source>Delete the unused key {number} ({place})?</source>
        <translation>使われていない鍵を削除しますか？（番号 {number}、{place}）</translation>
    </message>
    <message>
        <source>&amp;Delete the key</source>
        <translation>鍵を削除する(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Keep the key</source>
        <translation>残しておく(&amp;K)</translation>
    </message>
    <message>
        <source>The unused key was deleted.</source>
        <translation>使われていない鍵を削除しました。</translation>
    </message>
</context>
<context>
    <name>ProxyLoginDialog</name>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>キャンセル(&amp;C)</translation>
    </message>
    <message>
        <source>User name and password of the proxy</source>
        <translation>プロキシのユーザ名とパスワード</translation>
    </message>
    <message>
        <source>The device that relays your company&apos;s traffic to the Internet, the proxy {proxy}, wants to know who you are. Please enter the user name and password for it, not those of internet banking. If you do not know them, ask the person who manages your PCs.</source>
        <translation>会社からインターネットへの中継をする装置（プロキシ）{proxy} が、利用者の確認を求めています。プロキシのユーザ名とパスワードを入力してください。インターネットバンキングのものではありません。分からないときは、社内のパソコン担当の方にお尋ねください。</translation>
    </message>
    <message>
        <source>The proxy describes itself as: {realm}</source>
        <translation>プロキシの説明：{realm}</translation>
    </message>
    <message>
        <source>The user name or the password was wrong. After several wrong ones, the proxy may lock you out.</source>
        <translation>ユーザ名かパスワードが違います。何度も間違えると、プロキシを使えなくなることがあります。</translation>
    </message>
    <message>
        <source>&amp;User name:</source>
        <translation>ユーザ名(&amp;U)：</translation>
    </message>
    <message>
        <source>&amp;Password:</source>
        <translation>パスワード(&amp;P)：</translation>
    </message>
    <message>
        <source>&amp;Store them on this PC</source>
        <translation>このパソコンに保存する(&amp;S)</translation>
    </message>
</context>
<context>
    <name>QuestionPanel</name>
    <message>
        <source>Please enter: {what}</source>
        <translation>{what}を入力してください</translation>
    </message>
    <message>
        <source>Please enter the master password</source>
        <translation>マスターパスワードを入力してください</translation>
    </message>
    <message>
        <source>Please enter the current PIN of “{name}”</source>
        <translation>「{name}」の今のPINを入力してください</translation>
    </message>
    <message>
        <source>Please enter the PIN of “{name}”</source>
        <translation>専用USB「{name}」のPINを入力してください</translation>
    </message>
    <message>
        <source>Please enter the PIN of the USB token</source>
        <translation>専用USBのPINを入力してください</translation>
    </message>
    <message>
        <source>&amp;Show what I type</source>
        <translation>入力した文字を表示する(&amp;S)</translation>
    </message>
    <message>
        <source>I know that this is the &amp;last try: after another wrong PIN the token is locked</source>
        <translation>最後の1回であることを理解しました(&amp;L)（まちがえると専用USBがロックされます）</translation>
    </message>
    <message>
        <source>&amp;PIN</source>
        <translation>PIN(&amp;P)</translation>
    </message>
    <message>
        <source>PIN of the USB token</source>
        <translation>専用USBのPIN</translation>
    </message>
    <message>
        <source>PIN of the USB token {name}</source>
        <translation>専用USB {name} のPIN</translation>
    </message>
    <message>
        <source>Please enter the PIN of the USB token. It is the token&apos;s own PIN, not the one of internet banking, and goes to the token only.</source>
        <translation>専用USBのPIN（専用USBの暗証番号）を入力してください。インターネットバンキングの暗証番号とは別のものです。PINは専用USBにだけ送られます。</translation>
    </message>
    <message>
        <source>Please enter the PIN of “{name}”. It is the token&apos;s own PIN, not the one of internet banking, and goes to the token only.</source>
        <translation>専用USB「{name}」のPIN（専用USBの暗証番号）を入力してください。インターネットバンキングの暗証番号とは別のものです。PINは専用USBにだけ送られます。</translation>
    </message>
    <message>
        <source>The PIN was wrong.</source>
        <translation>PINが違います。</translation>
    </message>
    <message>
        <source>The PIN was wrong ({count} times so far).</source>
        <translation>PINが違います（{count}回目）。</translation>
    </message>
    <message>
        <source> A locked token can neither log in nor renew until it is unlocked. Who can help: {contact}</source>
        <translation>ロックされると、解除されるまで、この専用USBではログインも更新もできません。ロックの解除のご相談先：{contact}</translation>
    </message>
    <message>
        <source> The token does not tell how many tries are left. If the PIN is wrong several times in a row, it will be locked.</source>
        <translation>残りの回数は、この専用USBからはわかりません。続けて間違えると、専用USBがロックされて使えなくなります。</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>It is used to renew: {ids}</source>
        <translation>{ids} の更新に使います。</translation>
    </message>
    <message>
        <source>It is remembered until these renewals are over, and stored nowhere.</source>
        <translation>この更新が終わるまでのあいだだけ覚えておき、どこにも保存しません。</translation>
    </message>
    <message>
        <source>Place: {name}</source>
        <translation>保存先：{name}</translation>
    </message>
    <message>
        <source>&amp;Master password</source>
        <translation>マスターパスワード(&amp;M)</translation>
    </message>
    <message>
        <source>Master password</source>
        <translation>マスターパスワード</translation>
    </message>
    <message>
        <source>Your browser&apos;s certificates on this PC are protected by a master password, which you chose yourself. It is not the one of internet banking, and does not leave this PC.</source>
        <translation>このパソコンのブラウザーの電子証明書は、ご自身で設定したマスターパスワードで守られています。ネットバンキングのパスワードとは別のもので、このパソコンの外に出ることはありません。</translation>
    </message>
    <message>
        <source>The master password was wrong.</source>
        <translation>マスターパスワードが違います。</translation>
    </message>
    <message>
        <source>The master password was wrong ({count} times so far).</source>
        <translation>マスターパスワードが違います（{count}回目）。</translation>
    </message>
    <message>
        <source>The bank wants it for the certificate of {user}. It is sent to the bank, encrypted, and kept nowhere.</source>
        <translation>{user} の電子証明書の手続きに、金融機関が必要としています。暗号化して金融機関に送り、どこにも保存しません。</translation>
    </message>
    <message>
        <source>{what}: what was entered is wrong.</source>
        <translation>{what}が違います。</translation>
    </message>
    <message>
        <source>{what}: what was entered is wrong ({count} times so far).</source>
        <translation>{what}が違います（{count}回目）。</translation>
    </message>
    <message>
        <source>Please type the code from your letter again: it is the same one, and this PC has not kept it.</source>
        <translation>お手元の案内にある発行コードを、もう一度入力してください。前と同じものです（このパソコンには残していません）。</translation>
    </message>
    <message>
        <source>The answer that says so cannot be verified. If the code is the one in your letter, enter it once more or contact your bank.</source>
        <translation>この返事が本物かどうかは、確認できていません。案内のとおりのときは、もう一度入力するか、金融機関にご連絡ください。</translation>
    </message>
    <message>
        <source> The bank refused it.</source>
        <translation>金融機関が受け付けませんでした。</translation>
    </message>
    <message>
        <source>However often it is wrong, nothing is locked.</source>
        <translation>何度まちがえても、ロックされることはありません。</translation>
    </message>
</context>
<context>
    <name>RehearsalBanner</name>
    <message>
        <source>Rehearsal with the practice bank. Nothing here is real.</source>
        <translation>リハーサル：練習用の金融機関です。実際の手続きではありません。</translation>
    </message>
</context>
<context>
    <name>RenewAllDialog</name>
    <message>
        <source>Renew all</source>
        <translation>すべて更新</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>電子証明書の一覧</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>戻る(&amp;B)</translation>
    </message>
    <message>
        <source>S&amp;kip these</source>
        <translation>この分をスキップ(&amp;K)</translation>
    </message>
    <message>
        <source>S&amp;kip this USB token</source>
        <translation>この専用USBをスキップ(&amp;K)</translation>
    </message>
    <message>
        <source>S&amp;kip this one</source>
        <translation>この1件をスキップ(&amp;K)</translation>
    </message>
    <message>
        <source>S&amp;top after this step</source>
        <translation>この手順が済んだら止める(&amp;T)</translation>
    </message>
</context>
<context>
    <name>ResultTexts</name>
    <message>
        <source>“Renew all” is over</source>
        <translation>「すべて更新」が終わりました</translation>
    </message>
    <message>
        <source>The certificate could not be issued</source>
        <translation>電子証明書を発行できませんでした</translation>
    </message>
    <message>
        <source>The new certificate is ready</source>
        <translation>新しい電子証明書の準備ができました</translation>
    </message>
    <message>
        <source>“Renew all” is over: {done} succeeded, {failed} failed.</source>
        <translation>「すべて更新」が終わりました：{done}件成功・{failed}件失敗</translation>
    </message>
    <message>
        <source> {waiting} waiting for the bank.</source>
        <translation>（{waiting}件は金融機関の発行待ち）</translation>
    </message>
    <message>
        <source>{user} ({bank}): {state}</source>
        <translation>{user}（{bank}）：{state}</translation>
    </message>
    <message>
        <source>the certificate could not be issued. {0}</source>
        <translation>電子証明書を発行できませんでした。{0}</translation>
    </message>
    <message>
        <source>the bank is issuing the certificate. It goes on by itself.</source>
        <translation>金融機関の発行を待っています。発行されると自動で続きを行います。</translation>
    </message>
    <message>
        <source>the new certificate is installed. It is valid until {0}.</source>
        <translation>新しい電子証明書をお使いいただけます（有効期限 {0}）。</translation>
    </message>
    <message>
        <source>{title}. {next} (error code: {code})</source>
        <translation>{title}。{next}（エラーコード：{code}）</translation>
    </message>
</context>
<context>
    <name>RevocationTask</name>
    <message>
        <source>The bank is being asked to revoke the certificate. Please wait.</source>
        <translation>金融機関に失効を申請しています。しばらくお待ちください。</translation>
    </message>
    <message>
        <source>The certificate has been revoked at the bank. It and its key were deleted here.</source>
        <translation>電子証明書を金融機関で失効しました。電子証明書と鍵を、ここから完全に削除しました。</translation>
    </message>
    <message>
        <source>The certificate has been revoked at the bank. It was put away here.</source>
        <translation>電子証明書を金融機関で失効しました。ここでは、しまいました。</translation>
    </message>
    <message>
        <source>The certificate has been revoked at the bank, but could not be removed here ({0}). It no longer logs in. You can delete it with “Delete for good”.</source>
        <translation>電子証明書を金融機関で失効しましたが、ここからは取り除けませんでした（{0}）。もうログインには使えません。「完全に削除」で削除できます。</translation>
    </message>
</context>
<context>
    <name>RevokeDialog</name>
    <message>
        <source>&amp;Revoke</source>
        <translation>失効する(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>キャンセル(&amp;C)</translation>
    </message>
    <message>
        <source>Revoke a certificate</source>
        <translation>電子証明書の失効</translation>
    </message>
    <message>
        <source>Revoke this certificate?</source>
        <translation>この電子証明書を失効しますか？</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>金融機関</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>ユーザID</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>保存先</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>有効期限</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>シリアル番号</translation>
    </message>
    <message>
        <source>Once it is revoked, nobody can log in with this certificate any more. This cannot be undone.</source>
        <translation>失効すると、この電子証明書では、だれもログインできなくなります。取り消すことはできません。</translation>
    </message>
    <message>
        <source>It is the last valid certificate of this user ID. After its revocation you cannot log in until your bank has given you an issue code for a new one.</source>
        <translation>このユーザIDの有効な電子証明書は、これが最後です。失効すると、金融機関から発行コードを受け取って新しい電子証明書を取得するまで、ログインできません。</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>失効する理由</translation>
    </message>
    <message>
        <source>The PC or USB token is &amp;given away or scrapped, or its user has left</source>
        <translation>パソコンや専用USBを譲る・捨てる、使っていた方が退職した(&amp;G)</translation>
    </message>
    <message>
        <source>The PC or USB token was &amp;lost or stolen</source>
        <translation>パソコンや専用USBをなくした、盗まれた(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Somebody else may have used it</source>
        <translation>ほかの人に使われたおそれがある(&amp;S)</translation>
    </message>
    <message>
        <source>Afterwards &amp;delete the certificate and its key here</source>
        <translation>失効したあと、電子証明書と鍵をここから完全に削除する(&amp;D)</translation>
    </message>
    <message>
        <source>I &amp;understand that nobody can log in with it any more</source>
        <translation>だれもログインできなくなることを理解しました(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Type the user ID “{0}” to confirm</source>
        <translation>確認のため、ユーザID「{0}」を入力してください(&amp;T)</translation>
    </message>
</context>
<context>
    <name>RowTexts</name>
    <message>
        <source>Cannot be read</source>
        <translation>読み取れません</translation>
    </message>
    <message>
        <source>Renewal has closed</source>
        <translation>更新の受付は終了しました</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation>
            <numerusform>あと%n日</numerusform>
        </translation>
    </message>
    <message>
        <source>Today is the last day</source>
        <translation>本日が最終日です</translation>
    </message>
    <message numerus="yes">
        <source>Expired %n day(s) ago</source>
        <translation>
            <numerusform>%n日前に期限切れ</numerusform>
        </translation>
    </message>
    <message>
        <source>Plug in “{0}”</source>
        <translation>「{0}」を差し込んでください</translation>
    </message>
    <message>
        <source>Revoked by the bank</source>
        <translation>金融機関により失効しています</translation>
    </message>
    <message>
        <source>Not valid before {0}</source>
        <translation>{0}から有効です</translation>
    </message>
    <message>
        <source>Renew from {0}</source>
        <translation>{0}から更新できます</translation>
    </message>
    <message>
        <source>{0} (its key shows with the PIN)</source>
        <translation>{0}（鍵は PIN の入力後に確認）</translation>
    </message>
    <message>
        <source>Waits for what you have to enter</source>
        <translation>入力を待っています</translation>
    </message>
    <message>
        <source>Under way (step {number} of {count})</source>
        <translation>手続き中です（{number}/{count}）</translation>
    </message>
    <message>
        <source>Waiting for the bank</source>
        <translation>金融機関の発行を待っています</translation>
    </message>
    <message>
        <source>Stopped by an error</source>
        <translation>途中で止まりました</translation>
    </message>
    <message>
        <source>Not finished yet</source>
        <translation>手続きの途中です</translation>
    </message>
    <message>
        <source>Renew now</source>
        <translation>更新をお急ぎください</translation>
    </message>
    <message>
        <source>Replaced by a newer one</source>
        <translation>新しいものに更新済み</translation>
    </message>
    <message>
        <source>The same as in the other place</source>
        <translation>ほかの保存先と同じもの</translation>
    </message>
    <message>
        <source>Put away</source>
        <translation>しまってあります</translation>
    </message>
    <message>
        <source>Its key is missing</source>
        <translation>鍵がありません</translation>
    </message>
    <message>
        <source>Not accepted by the bank</source>
        <translation>金融機関で使えません</translation>
    </message>
</context>
<context>
    <name>RunSteps</name>
    <message>
        <source>It stops after this step. You can go on with it later.</source>
        <translation>この手順が済んだら止めます。続きは、あとで再開できます。</translation>
    </message>
    <message>
        <source>You may close this window: it goes on by itself, and nothing is lost even if the PC is switched off. Leave the USB token plugged in, if you use one.</source>
        <translation>この画面は閉じてもかまいません。手続きはそのまま続きます。途中でパソコンの電源が切れても、何も失われず、続きから再開できます。専用USBをお使いのときは、接続したままにしてください。</translation>
    </message>
    <message numerus="yes">
        <source>%n second(s) so far</source>
        <translation>
            <numerusform>%n秒経過</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SaveFactsButton</name>
    <message>
        <source>Save facts for the help &amp;desk…</source>
        <translation>調査用の情報を保存(&amp;D)…</translation>
    </message>
</context>
<context>
    <name>SelectionRow</name>
    <message>
        <source>&amp;Details</source>
        <translation>詳細(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Put away</source>
        <translation>しまう(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Bring back</source>
        <translation>元に戻す(&amp;B)</translation>
    </message>
    <message>
        <source>Delete &amp;for good…</source>
        <translation>完全に削除(&amp;F)…</translation>
    </message>
</context>
<context>
    <name>SheetPage</name>
    <message>
        <source>What the new PC needs</source>
        <translation>新しいパソコンで必要なもの</translation>
    </message>
    <message>
        <source>Nothing changes on this PC for now. It logs in as before, and you can call the move off.</source>
        <translation>このパソコンでは、まだ何も変わりません。今までどおりログインでき、取りやめることもできます。</translation>
    </message>
    <message>
        <source>&amp;Begin the move</source>
        <translation>引っ越しを始める(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Print…</source>
        <translation>印刷(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>Shell</name>
    <message>
        <source>The link that was opened is not one that this program understands. Nothing was done. Please choose below what you want to do.</source>
        <translation>開かれたリンクは、このソフトでは扱えません。何も行っていません。ご希望の操作を、この画面からお選びください。</translation>
    </message>
    <message>
        <source>{0}: open the window and continue.</source>
        <translation>{0}：画面を開いて「続ける」を押してください。</translation>
    </message>
    <message>
        <source>The bank does not know yet that your certificate has arrived</source>
        <translation>電子証明書の受け取りを、まだ金融機関に連絡できていません</translation>
    </message>
    <message>
        <source>Your certificate can be fetched now</source>
        <translation>電子証明書を受け取れます</translation>
    </message>
    <message>
        <source>Please leave this PC on and online for a moment</source>
        <translation>しばらくの間、パソコンの電源を切らず、インターネットにつないだままにしてください</translation>
    </message>
    <message>
        <source>The new certificate is stored, but the bank does not know yet that it has arrived. This program goes on telling it by itself.</source>
        <translation>新しい電子証明書は保存されましたが、受け取りをまだ金融機関に連絡できていません。このソフトが自動で連絡し直します。</translation>
    </message>
</context>
<context>
    <name>SmallNotice</name>
    <message>
        <source>Client certificates</source>
        <translation>電子証明書の更新と取得</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Start obtaining the certificate</source>
        <translation>電子証明書取得開始</translation>
    </message>
    <message>
        <source>Start the certificate renewal</source>
        <translation>電子証明書更新開始</translation>
    </message>
    <message>
        <source>Saving to the USB token takes about 30 seconds to 1 minute; leave it plugged in until it is done. Beforehand, the token has to be ordered from your bank and its software installed.</source>
        <translation>専用USBに保存する場合は、30秒〜1分程度時間がかかりますので、保存が完了するまで、専用USBを接続したままお待ちください。専用USBをご利用いただくには、事前に利用申込と、管理ソフトのインストールが必要です。</translation>
    </message>
    <message>
        <source>About the USB token, and its &amp;software for download</source>
        <translation>専用USBのご案内および管理ソフトのダウンロードページはこちら(&amp;S)</translation>
    </message>
    <message>
        <source>On the way, Windows itself asks whether the key may be used. Please choose “OK” or “Allow”; if the key has a password, enter it.</source>
        <translation>途中で、鍵を使ってよいかをWindowsが確認する画面が出ます。［OK］または［許可］を選んでください。鍵にパスワードを付けている場合は、そのパスワードを入力します。</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>キャンセル(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Obtain</source>
        <translation>取得する(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Renew</source>
        <translation>更新する(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>戻る(&amp;B)</translation>
    </message>
    <message>
        <source>Stored in {place}</source>
        <translation>保存先：{place}</translation>
    </message>
</context>
<context>
    <name>StepList</name>
    <message>
        <source>{step}, done</source>
        <translation>{step}、済み</translation>
    </message>
    <message>
        <source>{step}, current step</source>
        <translation>{step}、いまここ</translation>
    </message>
    <message>
        <source>{step}, stopped here</source>
        <translation>{step}、ここで止まりました</translation>
    </message>
    <message>
        <source>{step}, still to come</source>
        <translation>{step}、これから</translation>
    </message>
</context>
<context>
    <name>TablePart</name>
    <message>
        <source>{shown} of {total} certificates are shown.</source>
        <translation>{total}件のうち{shown}件を表示しています。</translation>
    </message>
    <message>
        <source>User ID, bank, place …</source>
        <translation>ユーザID、金融機関、保存先など</translation>
    </message>
    <message>
        <source>Find certificates</source>
        <translation>電子証明書の絞り込み</translation>
    </message>
    <message>
        <source>&amp;Quick search:</source>
        <translation>絞り込み(&amp;Q)：</translation>
    </message>
    <message>
        <source>&amp;View order</source>
        <translation>並べ替え(&amp;V)</translation>
    </message>
    <message>
        <source>The most urgent first</source>
        <translation>お急ぎのものから</translation>
    </message>
    <message>
        <source>By user ID</source>
        <translation>ユーザID順</translation>
    </message>
    <message>
        <source>By bank</source>
        <translation>金融機関順</translation>
    </message>
    <message>
        <source>By place</source>
        <translation>保存先順</translation>
    </message>
    <message>
        <source>By date</source>
        <translation>有効期限順</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Please obtain a new certificate</source>
        <translation>新しい電子証明書を取得してください</translation>
    </message>
    <message>
        <source>Please renew your certificate</source>
        <translation>電子証明書の更新をお願いします</translation>
    </message>
    <message>
        <source>{bank}, {user}: the bank does not accept the certificate.</source>
        <translation>{bank}の電子証明書（{user}）は、金融機関で使えません。</translation>
    </message>
    <message>
        <source>{bank}, {user}: valid until {until}.</source>
        <translation>{bank}の電子証明書（{user}）の有効期限は {until} です。</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) are left.</source>
        <translation>
            <numerusform>あと%n日です。</numerusform>
        </translation>
    </message>
    <message>
        <source>Today is the last day.</source>
        <translation>本日が最終日です。</translation>
    </message>
    <message>
        <source>It has expired.</source>
        <translation>有効期限が切れています。</translation>
    </message>
    <message>
        <source>A renewal would not make it valid for longer. Please ask your bank.</source>
        <translation>更新しても有効期限は延びません。金融機関にお問い合わせください。</translation>
    </message>
    <message>
        <source>It can only be obtained anew, with an issue code.</source>
        <translation>発行コードで新しい電子証明書を取得してください。</translation>
    </message>
    <message>
        <source>Its renewal is not finished yet.</source>
        <translation>手続きが途中です。続きから始められます。</translation>
    </message>
    <message>
        <source>&amp;Renew now</source>
        <translation>今すぐ更新する(&amp;R)</translation>
    </message>
    <message>
        <source>Obtain a &amp;new certificate</source>
        <translation>電子証明書取得(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>開く(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>終了(&amp;Q)</translation>
    </message>
    <message numerus="yes">
        <source>%n certificate(s) being renewed or obtained</source>
        <translation>
            <numerusform>%n件の手続きをしています</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n certificate(s) waiting to be issued</source>
        <translation>
            <numerusform>発行待ちの電子証明書：%n件</numerusform>
        </translation>
    </message>
    <message>
        <source>Client certificates</source>
        <translation>電子証明書の更新と取得</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>後で</translation>
    </message>
    <message>
        <source>Obtain now</source>
        <translation>電子証明書取得</translation>
    </message>
    <message>
        <source>Renew now</source>
        <translation>今すぐ更新する</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation>
            <numerusform>あと%n日</numerusform>
        </translation>
    </message>
    <message>
        <source>expired</source>
        <translation>期限切れ</translation>
    </message>
    <message>
        <source>last day</source>
        <translation>本日が最終日</translation>
    </message>
    <message numerus="yes">
        <source>%n more due</source>
        <translation>
            <numerusform>ほかに%n件</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UpdateLine</name>
    <message>
        <source>Please install the new version of this program</source>
        <translation>新しい版をインストールしてください</translation>
    </message>
    <message>
        <source>A new version of this program is available</source>
        <translation>新しい版があります</translation>
    </message>
    <message>
        <source>{bank} no longer supports the version that you use. The new one is {version}. Until it is installed, renewing may not work.</source>
        <translation>お使いの版は、{bank}で使えなくなりました。新しい版は {version} です。インストールするまで、電子証明書の更新ができないことがあります。</translation>
    </message>
    <message>
        <source>{bank} offers version {version}. You can go on working meanwhile.</source>
        <translation>{bank}から、このソフトの新しい版（{version}）が出ています。今の版のまま作業を続けても大丈夫です。</translation>
    </message>
    <message>
        <source>Open the bank&apos;s do&amp;wnload page</source>
        <translation>ダウンロードページを開く(&amp;W)</translation>
    </message>
    <message>
        <source>No&amp;t now</source>
        <translation>あとで(&amp;T)</translation>
    </message>
</context>
<context>
    <name>WaitingPage</name>
    <message>
        <source>Next look: {time}</source>
        <translation>次に確かめるとき：{time}</translation>
    </message>
    <message>
        <source>The bank has received the request and is working on it. This program asks again by itself and then installs the certificate.</source>
        <translation>申請は金融機関に届いていて、電子証明書の発行を待っています。このソフトが自動で確かめ、発行されたら続きを行います。</translation>
    </message>
    <message>
        <source>You may close this window and switch the PC off: the request is not lost. When the PC is on again, it goes on by itself. When the certificate is ready, the icon next to the clock tells you.</source>
        <translation>このウィンドウは閉じてもかまいません。パソコンの電源を切っても、申請は失われません。次にパソコンをお使いになるとき、続きを行います。電子証明書ができたら、時計の横のアイコンでお知らせします。</translation>
    </message>
</context>
<context>
    <name>WhichPage</name>
    <message>
        <source>Move to a new PC</source>
        <translation>新しいパソコンに移る</translation>
    </message>
    <message>
        <source>This is the &amp;old PC</source>
        <translation>このパソコンは元のほうです(&amp;O)</translation>
    </message>
    <message>
        <source>It logs in today. You see what the new one needs, and end this one at last.</source>
        <translation>今までログインに使ってきたパソコンです。新しいパソコンで必要なものを確かめ、最後にこちらを片付けます。</translation>
    </message>
    <message>
        <source>There is no certificate on this PC.</source>
        <translation>このパソコンには電子証明書がありません。</translation>
    </message>
    <message>
        <source>This is the ne&amp;w PC</source>
        <translation>このパソコンは新しいほうです(&amp;W)</translation>
    </message>
    <message>
        <source>You get a certificate here, and the number that the old PC asks for.</source>
        <translation>ここで電子証明書を取得し、元のパソコンに入力する確認番号を表示します。</translation>
    </message>
    <message>
        <source>The old PC is &amp;lost or broken</source>
        <translation>前のパソコンをなくした、壊れた(&amp;L)</translation>
    </message>
    <message>
        <source>Whom to call first, and what this PC needs.</source>
        <translation>まずどこに電話するか、このパソコンで何が必要かを表示します。</translation>
    </message>
    <message>
        <source>A USB token just moves with you</source>
        <translation>専用USBは、差し替えるだけで移れます</translation>
    </message>
    <message>
        <source>{users}: the certificate is on the USB token. Install the token&apos;s software and this program on the new PC, and plug the token in there. Nothing else is needed.</source>
        <translation>{users}：電子証明書は専用USBに入っています。新しいパソコンに専用USBの管理ソフトとこのソフトを入れて、専用USBを差し込んでください。ほかには何も必要ありません。</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>キャンセル(&amp;C)</translation>
    </message>
</context>
<context>
    <name>WhoHelps</name>
    <message>
        <source>If you are not sure, ask:</source>
        <translation>ご自身で対応できます。わからないときのご相談先</translation>
    </message>
    <message>
        <source>Who can help:</source>
        <translation>お問い合わせ先</translation>
    </message>
    <message>
        <source>Telephone {number}</source>
        <translation>電話 {number}</translation>
    </message>
</context>
<context>
    <name>WizardFrame</name>
    <message>
        <source>Details</source>
        <translation>入力</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>確認</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>保存先</translation>
    </message>
    <message>
        <source>Renewal</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>Issue</source>
        <translation>取得</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完了</translation>
    </message>
</context>
<context>
    <name>WizardPage</name>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
</context>
<context>
    <name>WorkPage</name>
    <message>
        <source>Issuing the certificate</source>
        <translation>電子証明書発行処理中</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>次へ(&amp;N)</translation>
    </message>
    <message>
        <source>Correct the &amp;user ID</source>
        <translation>ユーザIDを直す(&amp;U)</translation>
    </message>
    <message>
        <source>S&amp;top here</source>
        <translation>中止する(&amp;T)</translation>
    </message>
    <message>
        <source>S&amp;top after this step</source>
        <translation>この手順が済んだら止める(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>閉じる(&amp;C)</translation>
    </message>
    <message>
        <source>Please wait</source>
        <translation>お待ちください</translation>
    </message>
    <message>
        <source>The bank is being asked. This takes a few seconds.</source>
        <translation>金融機関に問い合わせています。数秒かかります。</translation>
    </message>
</context>
<context>
    <name>_LeftoverLine</name>
    <message>
        <source>{place}: a key that no certificate uses was left by an interrupted procedure (number {number}). It does no harm there.</source>
        <translation>{place}に、中断した手続きの鍵が、使われないまま残っています（番号 {number}）。そのままでも、ログインや更新に支障はありません。</translation>
    </message>
    <message>
        <source>Cl&amp;ear away…</source>
        <translation>片付ける(&amp;E)…</translation>
    </message>
    <message>
        <source>Clear away: {0}</source>
        <translation>片付ける：{0}</translation>
    </message>
    <message>
        <source>Left behind</source>
        <translation>使われていない鍵</translation>
    </message>
</context>
<context>
    <name>_ResultLine</name>
    <message>
        <source>Mar&amp;k as seen</source>
        <translation>確認しました(&amp;K)</translation>
    </message>
    <message>
        <source>Mark as seen</source>
        <translation>確認しました</translation>
    </message>
    <message>
        <source>Mark as seen: {0}</source>
        <translation>確認しました：{0}</translation>
    </message>
</context>
<context>
    <name>holder</name>
    <message>
        <source>Bank</source>
        <translation>金融機関</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>ユーザID</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>区分</translation>
    </message>
    <message>
        <source>Present certificate</source>
        <translation>今の電子証明書</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>シリアル番号</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>有効期限</translation>
    </message>
</context>
</TS>
