<?xml version='1.0' encoding='utf-8'?>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>AboutCorner</name>
    <message>
        <source>Vers&amp;ion {0}</source>
        <translation>Vers&amp;ion {0}</translation>
    </message>
    <message>
        <source>About this program</source>
        <translation>About this program</translation>
    </message>
</context>
<context>
    <name>AboutSummary</name>
    <message>
        <source>certclient, for client certificates</source>
        <translation>certclient, for client certificates</translation>
    </message>
    <message>
        <source>This program is licensed under the Apache License 2.0. It comes without any warranty. The text is on the next page.</source>
        <translation>This program is licensed under the Apache License 2.0. It comes without any warranty. The text is on the next page.</translation>
    </message>
    <message>
        <source>Qt and PySide6 (LGPL 3)</source>
        <translation>Qt and PySide6 (LGPL 3)</translation>
    </message>
    <message>
        <source>Open the page with Qt's &amp;source</source>
        <translation>Open the page with Qt's &amp;source</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>Bank</translation>
    </message>
    <message>
        <source>none is set up</source>
        <translation>none is set up</translation>
    </message>
    <message>
        <source>The windows are made with Qt and PySide6, under the GNU Lesser General Public License, version 3. They are separate files in the folders PySide6 and shiboken6, where this program is installed. You may replace those files by your own versions of them.
Their source is at {address}. On request you also get it from whoever gave you this program, for three years, for no more than the cost of the copy.</source>
        <translation>The windows are made with Qt and PySide6, under the GNU Lesser General Public License, version 3. They are separate files in the folders PySide6 and shiboken6, where this program is installed. You may replace those files by your own versions of them.
Their source is at {address}. On request you also get it from whoever gave you this program, for three years, for no more than the cost of the copy.</translation>
    </message>
</context>
<context>
    <name>AboutWindow</name>
    <message>
        <source>About this program</source>
        <translation>About this program</translation>
    </message>
    <message>
        <source>&amp;Program</source>
        <translation>&amp;Program</translation>
    </message>
    <message>
        <source>&amp;Licence</source>
        <translation>&amp;Licence</translation>
    </message>
    <message>
        <source>Parts by &amp;others</source>
        <translation>Parts by &amp;others</translation>
    </message>
    <message>
        <source>The text of the licence</source>
        <translation>The text of the licence</translation>
    </message>
    <message>
        <source>&amp;Copy for the support desk</source>
        <translation>&amp;Copy for the support desk</translation>
    </message>
</context>
<context>
    <name>ActionLine</name>
    <message>
        <source>&amp;Undo putting away</source>
        <translation>&amp;Undo putting away</translation>
    </message>
    <message>
        <source>The certificate of {user} (valid until {until}) was put away.</source>
        <translation>The certificate of {user} (valid until {until}) was put away.</translation>
    </message>
    <message>
        <source>The certificate of {user} (valid until {until}) was brought back. Browsers offer it again.</source>
        <translation>The certificate of {user} (valid until {until}) was brought back. Browsers offer it again.</translation>
    </message>
    <message>
        <source>The certificate of {user} (valid until {until}) was deleted for good.</source>
        <translation>The certificate of {user} (valid until {until}) was deleted for good.</translation>
    </message>
</context>
<context>
    <name>ActionRow</name>
    <message>
        <source>&amp;Obtain a certificate</source>
        <translation>&amp;Obtain a certificate</translation>
    </message>
    <message>
        <source>Renew &amp;all</source>
        <translation>Renew &amp;all</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Help</translation>
    </message>
    <message>
        <source>言語 / Lan&amp;guage</source>
        <translation>言語 / Lan&amp;guage</translation>
    </message>
    <message>
        <source>Men&amp;u</source>
        <translation>Men&amp;u</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>Certificates</translation>
    </message>
    <message>
        <source>Text si&amp;ze</source>
        <translation>Text si&amp;ze</translation>
    </message>
    <message>
        <source>&amp;Larger (Ctrl and +)</source>
        <translation>&amp;Larger (Ctrl and +)</translation>
    </message>
    <message>
        <source>&amp;Smaller (Ctrl and -)</source>
        <translation>&amp;Smaller (Ctrl and -)</translation>
    </message>
    <message>
        <source>&amp;Normal (Ctrl and 0)</source>
        <translation>&amp;Normal (Ctrl and 0)</translation>
    </message>
</context>
<context>
    <name>AwaitPage</name>
    <message>
        <source>Waiting for the new PC</source>
        <translation>Waiting for the new PC</translation>
    </message>
    <message>
        <source>Move of {user}. Once the new PC has its certificate and has logged in, it shows a confirmation number. Enter it here.</source>
        <translation>Move of {user}. Once the new PC has its certificate and has logged in, it shows a confirmation number. Enter it here.</translation>
    </message>
    <message>
        <source>Con&amp;firmation number of the new PC</source>
        <translation>Con&amp;firmation number of the new PC</translation>
    </message>
    <message>
        <source>12 digits, as in 6041-2770-3915</source>
        <translation>12 digits, as in 6041-2770-3915</translation>
    </message>
    <message>
        <source>The certificate on this PC has been revoked; it no longer logs in.</source>
        <translation>The certificate on this PC has been revoked; it no longer logs in.</translation>
    </message>
    <message>
        <source>Until the new PC has its certificate, this PC logs in as before. You may close this window and switch the PC off: the move is remembered.</source>
        <translation>Until the new PC has its certificate, this PC logs in as before. You may close this window and switch the PC off: the move is remembered.</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Next</translation>
    </message>
    <message>
        <source>&amp;Show the sheet</source>
        <translation>&amp;Show the sheet</translation>
    </message>
    <message>
        <source>Call the move &amp;off</source>
        <translation>Call the move &amp;off</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>BatchTexts</name>
    <message>
        <source>Renew all certificates</source>
        <translation>Renew all certificates</translation>
    </message>
    <message>
        <source>{n} succeeded</source>
        <translation>{n} succeeded</translation>
    </message>
    <message>
        <source>{n} failed</source>
        <translation>{n} failed</translation>
    </message>
    <message>
        <source>{n} waiting</source>
        <translation>{n} waiting</translation>
    </message>
    <message>
        <source>{n} stopped on the way</source>
        <translation>{n} stopped on the way</translation>
    </message>
    <message>
        <source>{n} skipped</source>
        <translation>{n} skipped</translation>
    </message>
    <message>
        <source>{n} not begun</source>
        <translation>{n} not begun</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>Looking for certificates that are due.</source>
        <translation>Looking for certificates that are due.</translation>
    </message>
    <message>
        <source>No certificate has to be renewed now.</source>
        <translation>No certificate has to be renewed now.</translation>
    </message>
    <message>
        <source>It stops after this step. You can go on with it later.</source>
        <translation>It stops after this step. You can go on with it later.</translation>
    </message>
    <message>
        <source>The PINs are checked first. Nothing has been changed yet.</source>
        <translation>The PINs are checked first. Nothing has been changed yet.</translation>
    </message>
    <message>
        <source>One after the other. You may close this window: it goes on by itself, and nothing is lost even if the PC is switched off.</source>
        <translation>One after the other. You may close this window: it goes on by itself, and nothing is lost even if the PC is switched off.</translation>
    </message>
    <message>
        <source>With the button below you agree that the ticked certificates are renewed, each where it is stored now. New keys are made there and never leave that place. If one fails, the others are renewed all the same.</source>
        <translation>With the button below you agree that the ticked certificates are renewed, each where it is stored now. New keys are made there and never leave that place. If one fails, the others are renewed all the same.</translation>
    </message>
    <message>
        <source>Before logging in, close all windows of the browser once and reopen it.</source>
        <translation>Before logging in, close all windows of the browser once and reopen it.</translation>
    </message>
    <message>
        <source>What waits for the bank goes on by itself; you need not do anything.</source>
        <translation>What waits for the bank goes on by itself; you need not do anything.</translation>
    </message>
    <message>
        <source>Where it failed, no certificate was deleted. What to do is said below.</source>
        <translation>Where it failed, no certificate was deleted. What to do is said below.</translation>
    </message>
    <message>
        <source>{chosen} of {count} will be renewed</source>
        <translation>{chosen} of {count} will be renewed</translation>
    </message>
    <message>
        <source>&amp;Renew all</source>
        <translation>&amp;Renew all</translation>
    </message>
    <message>
        <source>&amp;Renew these {n}</source>
        <translation>&amp;Renew these {n}</translation>
    </message>
    <message>
        <source>{place} “{name}”</source>
        <translation>{place} “{name}”</translation>
    </message>
    <message>
        <source>{bank} / {place} / valid until {until}</source>
        <translation>{bank} / {place} / valid until {until}</translation>
    </message>
    <message>
        <source>cannot be renewed now</source>
        <translation>cannot be renewed now</translation>
    </message>
    <message>
        <source>waits for its turn</source>
        <translation>waits for its turn</translation>
    </message>
    <message>
        <source>waits for what you have to enter</source>
        <translation>waits for what you have to enter</translation>
    </message>
    <message>
        <source>waiting for the bank</source>
        <translation>waiting for the bank</translation>
    </message>
    <message>
        <source>stopped on the way; you can go on with it later</source>
        <translation>stopped on the way; you can go on with it later</translation>
    </message>
    <message>
        <source>renewed</source>
        <translation>renewed</translation>
    </message>
    <message>
        <source>renewed, but the login test failed</source>
        <translation>renewed, but the login test failed</translation>
    </message>
    <message>
        <source>could not be renewed</source>
        <translation>could not be renewed</translation>
    </message>
    <message>
        <source>skipped, as you wished</source>
        <translation>skipped, as you wished</translation>
    </message>
    <message>
        <source>not begun</source>
        <translation>not begun</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>left out</translation>
    </message>
    <message>
        <source>under way</source>
        <translation>under way</translation>
    </message>
    <message>
        <source>waiting for the bank to issue it</source>
        <translation>waiting for the bank to issue it</translation>
    </message>
    <message>
        <source>step {number} of {count}: {step}</source>
        <translation>step {number} of {count}: {step}</translation>
    </message>
    <message>
        <source>Renew this one</source>
        <translation>Renew this one</translation>
    </message>
    <message>
        <source>Try this one again</source>
        <translation>Try this one again</translation>
    </message>
</context>
<context>
    <name>Browser</name>
    <message>
        <source>Certificate information</source>
        <translation>Certificate information</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>Details of selected certificate:</source>
        <translation>Details of selected certificate:</translation>
    </message>
    <message>
        <source>Choose this one: {name}, issued by {issuer}, valid until {until}, serial {serial}</source>
        <translation>Choose this one: {name}, issued by {issuer}, valid until {until}, serial {serial}</translation>
    </message>
    <message>
        <source>User Identification Request</source>
        <translation>User Identification Request</translation>
    </message>
    <message>
        <source>“{site}” has requested that you identify yourself with a certificate:</source>
        <translation>“{site}” has requested that you identify yourself with a certificate:</translation>
    </message>
    <message>
        <source>Select a certificate for authentication</source>
        <translation>Select a certificate for authentication</translation>
    </message>
    <message>
        <source>Site {site}:443 needs your credentials:</source>
        <translation>Site {site}:443 needs your credentials:</translation>
    </message>
    <message>
        <source>Select a certificate</source>
        <translation>Select a certificate</translation>
    </message>
    <message>
        <source>Select a certificate to authenticate yourself to {site}:443</source>
        <translation>Select a certificate to authenticate yourself to {site}:443</translation>
    </message>
    <message>
        <source>Issuer: {issuer}   Serial: {serial}</source>
        <translation>Issuer: {issuer}   Serial: {serial}</translation>
    </message>
    <message>
        <source>Issued to: {name}</source>
        <translation>Issued to: {name}</translation>
    </message>
    <message>
        <source>Serial number: {serial}</source>
        <translation>Serial number: {serial}</translation>
    </message>
    <message>
        <source>Valid until {until}</source>
        <translation>Valid until {until}</translation>
    </message>
    <message>
        <source>Issued by: {issuer}</source>
        <translation>Issued by: {issuer}</translation>
    </message>
    <message>
        <source>This one</source>
        <translation>This one</translation>
    </message>
</context>
<context>
    <name>ByHandPage</name>
    <message>
        <source>Log in with your browser</source>
        <translation>Log in with your browser</translation>
    </message>
    <message>
        <source>This PC cannot test the login by itself. Close all browser windows, open the bank's page and log in. Come back here when it has worked: only then may the old PC end its certificate.</source>
        <translation>This PC cannot test the login by itself. Close all browser windows, open the bank's page and log in. Come back here when it has worked: only then may the old PC end its certificate.</translation>
    </message>
    <message>
        <source>The login &amp;worked</source>
        <translation>The login &amp;worked</translation>
    </message>
    <message>
        <source>Open the &amp;login page</source>
        <translation>Open the &amp;login page</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Back</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>CardMenu</name>
    <message>
        <source>&amp;Details</source>
        <translation>&amp;Details</translation>
    </message>
    <message>
        <source>&amp;Renew certificate</source>
        <translation>&amp;Renew certificate</translation>
    </message>
    <message>
        <source>&amp;Change the PIN…</source>
        <translation>&amp;Change the PIN…</translation>
    </message>
    <message>
        <source>&amp;Put away</source>
        <translation>&amp;Put away</translation>
    </message>
    <message>
        <source>&amp;Bring back</source>
        <translation>&amp;Bring back</translation>
    </message>
    <message>
        <source>Gi&amp;ve up…</source>
        <translation>Gi&amp;ve up…</translation>
    </message>
    <message>
        <source>Revo&amp;ke this certificate…</source>
        <translation>Revo&amp;ke this certificate…</translation>
    </message>
    <message>
        <source>Delete &amp;for good…</source>
        <translation>Delete &amp;for good…</translation>
    </message>
</context>
<context>
    <name>CardTexts</name>
    <message>
        <source>Renew &amp;now</source>
        <translation>Renew &amp;now</translation>
    </message>
    <message>
        <source>&amp;Renew certificate</source>
        <translation>&amp;Renew certificate</translation>
    </message>
    <message>
        <source>Obtain a &amp;new certificate</source>
        <translation>Obtain a &amp;new certificate</translation>
    </message>
    <message>
        <source>&amp;Whom to ask</source>
        <translation>&amp;Whom to ask</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>&amp;Continue</translation>
    </message>
    <message>
        <source>Answ&amp;er</source>
        <translation>Answ&amp;er</translation>
    </message>
    <message>
        <source>&amp;See its window</source>
        <translation>&amp;See its window</translation>
    </message>
    <message>
        <source>Renew &amp;later</source>
        <translation>Renew &amp;later</translation>
    </message>
    <message>
        <source>It can be renewed once its USB token is plugged in.</source>
        <translation>It can be renewed once its USB token is plugged in.</translation>
    </message>
    <message>
        <source>Its USB token is not plugged in. This is as it was last seen.</source>
        <translation>Its USB token is not plugged in. This is as it was last seen.</translation>
    </message>
    <message>
        <source>After this moment it cannot be renewed any more.</source>
        <translation>After this moment it cannot be renewed any more.</translation>
    </message>
    <message>
        <source>Please do it soon: after this moment you cannot log in any more.</source>
        <translation>Please do it soon: after this moment you cannot log in any more.</translation>
    </message>
    <message>
        <source>After this moment you cannot log in any more.</source>
        <translation>After this moment you cannot log in any more.</translation>
    </message>
    <message>
        <source>Please renew your certificate</source>
        <translation>Please renew your certificate</translation>
    </message>
    <message>
        <source>You are not reminded again: it cannot be renewed any more then.</source>
        <translation>You are not reminded again: it cannot be renewed any more then.</translation>
    </message>
    <message>
        <source>If you choose “Renew later”, you are reminded again in two hours.</source>
        <translation>If you choose “Renew later”, you are reminded again in two hours.</translation>
    </message>
    <message>
        <source>If you choose “Renew later”, you are reminded again on {0}.</source>
        <translation>If you choose “Renew later”, you are reminded again on {0}.</translation>
    </message>
    <message>
        <source>You are reminded again on {0}.</source>
        <translation>You are reminded again on {0}.</translation>
    </message>
    <message>
        <source>Your certificate has expired</source>
        <translation>Your certificate has expired</translation>
    </message>
    <message>
        <source>It can only be reissued. Please ask {0}.</source>
        <translation>It can only be reissued. Please ask {0}.</translation>
    </message>
    <message>
        <source>You can still log in with it, but not renew it. Until {0} you can obtain a new one with an issue code from your bank.</source>
        <translation>You can still log in with it, but not renew it. Until {0} you can obtain a new one with an issue code from your bank.</translation>
    </message>
    <message>
        <source>Renewal closed at {0}</source>
        <translation>Renewal closed at {0}</translation>
    </message>
    <message>
        <source>Until {0} you can obtain a new one with an issue code from your bank.</source>
        <translation>Until {0} you can obtain a new one with an issue code from your bank.</translation>
    </message>
    <message>
        <source>The bank has revoked your certificate</source>
        <translation>The bank has revoked your certificate</translation>
    </message>
    <message>
        <source>You can neither log in with it nor renew it. Please obtain a new certificate with an issue code from your bank.</source>
        <translation>You can neither log in with it nor renew it. Please obtain a new certificate with an issue code from your bank.</translation>
    </message>
    <message>
        <source>If you do not know why it was revoked, please ask {0}.</source>
        <translation>If you do not know why it was revoked, please ask {0}.</translation>
    </message>
    <message>
        <source>The bank does not accept your certificate</source>
        <translation>The bank does not accept your certificate</translation>
    </message>
    <message>
        <source>Please obtain a new certificate with an issue code.</source>
        <translation>Please obtain a new certificate with an issue code.</translation>
    </message>
    <message>
        <source>If you have no issue code that works, please ask your bank for one.</source>
        <translation>If you have no issue code that works, please ask your bank for one.</translation>
    </message>
    <message>
        <source>It can only be used on the PC or USB token on which it was made: the key that belongs to it is there.</source>
        <translation>It can only be used on the PC or USB token on which it was made: the key that belongs to it is there.</translation>
    </message>
    <message>
        <source>The bank may not know yet that it has arrived.</source>
        <translation>The bank may not know yet that it has arrived.</translation>
    </message>
    <message>
        <source>Until then there is nothing to do.</source>
        <translation>Until then there is nothing to do.</translation>
    </message>
    <message>
        <source>This bank's settings are missing on this computer.</source>
        <translation>This bank's settings are missing on this computer.</translation>
    </message>
    <message>
        <source>The procedure goes on as soon as you have answered.</source>
        <translation>The procedure goes on as soon as you have answered.</translation>
    </message>
    <message>
        <source>It stopped on the way. “Continue” goes on from there. So far: {0}.</source>
        <translation>It stopped on the way. “Continue” goes on from there. So far: {0}.</translation>
    </message>
    <message>
        <source>About to go on.</source>
        <translation>About to go on.</translation>
    </message>
    <message>
        <source>About to begin.</source>
        <translation>About to begin.</translation>
    </message>
    <message>
        <source>{0}.</source>
        <translation>{0}.</translation>
    </message>
    <message>
        <source>{0}. Another program on this PC is doing it.</source>
        <translation>{0}. Another program on this PC is doing it.</translation>
    </message>
    <message>
        <source>The bank is issuing it. There is nothing to do meanwhile.</source>
        <translation>The bank is issuing it. There is nothing to do meanwhile.</translation>
    </message>
    <message>
        <source>The bank is issuing it; it is asked again by itself after {0}. You may switch the PC off.</source>
        <translation>The bank is issuing it; it is asked again by itself after {0}. You may switch the PC off.</translation>
    </message>
    <message>
        <source>Plug in the USB token “{0}” first.</source>
        <translation>Plug in the USB token “{0}” first.</translation>
    </message>
    <message>
        <source>“Continue” asks for the code from your letter once more.</source>
        <translation>“Continue” asks for the code from your letter once more.</translation>
    </message>
    <message>
        <source>You are moving to a new PC. “Move to a new PC” in the menu goes on.</source>
        <translation>You are moving to a new PC. “Move to a new PC” in the menu goes on.</translation>
    </message>
</context>
<context>
    <name>CertificateModel</name>
    <message>
        <source>User ID</source>
        <translation>User ID</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Role</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>Bank</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>Valid until</translation>
    </message>
    <message>
        <source>Days left</source>
        <translation>Days left</translation>
    </message>
    <message>
        <source>State</source>
        <translation>State</translation>
    </message>
</context>
<context>
    <name>CertificatePage</name>
    <message>
        <source>Which user ID moves?</source>
        <translation>Which user ID moves?</translation>
    </message>
    <message>
        <source>Each user ID has a certificate of its own. Move one by one.</source>
        <translation>Each user ID has a certificate of its own. Move one by one.</translation>
    </message>
    <message>
        <source>{bank}, {user} (already begun)</source>
        <translation>{bank}, {user} (already begun)</translation>
    </message>
    <message>
        <source>{bank}, {user} (valid until {until})</source>
        <translation>{bank}, {user} (valid until {until})</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Next</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Back</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Cancel</translation>
    </message>
</context>
<context>
    <name>CertificateTable</name>
    <message>
        <source>Certificates</source>
        <translation>Certificates</translation>
    </message>
</context>
<context>
    <name>CheckReportDialog</name>
    <message>
        <source>certificate-check.pdf</source>
        <translation>certificate-check.pdf</translation>
    </message>
    <message>
        <source>certificate-check.txt</source>
        <translation>certificate-check.txt</translation>
    </message>
    <message>
        <source>Text (*.txt)</source>
        <translation>Text (*.txt)</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Save</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Copied.</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>Saved: {path}</translation>
    </message>
    <message>
        <source>Could not be saved: {path}</source>
        <translation>Could not be saved: {path}</translation>
    </message>
    <message>
        <source>For the help desk</source>
        <translation>For the help desk</translation>
    </message>
    <message>
        <source>This is all that is saved or printed. It holds no PIN, no code and no password. Please read it before you pass it on.</source>
        <translation>This is all that is saved or printed. It holds no PIN, no code and no password. Please read it before you pass it on.</translation>
    </message>
    <message>
        <source>The report</source>
        <translation>The report</translation>
    </message>
    <message>
        <source>Save as &amp;text</source>
        <translation>Save as &amp;text</translation>
    </message>
    <message>
        <source>P&amp;rint</source>
        <translation>P&amp;rint</translation>
    </message>
    <message>
        <source>Copy &amp;everything</source>
        <translation>Copy &amp;everything</translation>
    </message>
    <message>
        <source>&amp;Save as PDF</source>
        <translation>&amp;Save as PDF</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>CheckWindow</name>
    <message>
        <source>Ready to renew?</source>
        <translation>Ready to renew?</translation>
    </message>
    <message>
        <source>This checks whether a renewal would work on this computer. It changes nothing, and it uses no PIN attempt and no login at the bank.</source>
        <translation>This checks whether a renewal would work on this computer. It changes nothing, and it uses no PIN attempt and no login at the bank.</translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>Checking</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
    <message>
        <source>Check &amp;again</source>
        <translation>Check &amp;again</translation>
    </message>
    <message>
        <source>For the &amp;help desk…</source>
        <translation>For the &amp;help desk…</translation>
    </message>
    <message>
        <source>When it is mended, please check again.</source>
        <translation>When it is mended, please check again.</translation>
    </message>
</context>
<context>
    <name>CheckingLine</name>
    <message>
        <source>This is the list as last seen. It is being checked…</source>
        <translation>This is the list as last seen. It is being checked…</translation>
    </message>
</context>
<context>
    <name>ChecksPage</name>
    <message>
        <source>Preparing to obtain the certificate</source>
        <translation>Preparing to obtain the certificate</translation>
    </message>
    <message>
        <source>Preparing the certificate renewal</source>
        <translation>Preparing the certificate renewal</translation>
    </message>
    <message>
        <source>Please read what is marked, then go on.</source>
        <translation>Please read what is marked, then go on.</translation>
    </message>
    <message>
        <source>Checking whether everything is ready. It goes on by itself.</source>
        <translation>Checking whether everything is ready. It goes on by itself.</translation>
    </message>
    <message>
        <source>Way to the internet (proxy)</source>
        <translation>Way to the internet (proxy)</translation>
    </message>
    <message>
        <source>Connection to the bank's server</source>
        <translation>Connection to the bank's server</translation>
    </message>
    <message>
        <source>The server is the bank's own, nobody listens in between</source>
        <translation>The server is the bank's own, nobody listens in between</translation>
    </message>
    <message>
        <source>Date and time of this PC</source>
        <translation>Date and time of this PC</translation>
    </message>
    <message>
        <source>The bank's settings in this program</source>
        <translation>The bank's settings in this program</translation>
    </message>
    <message>
        <source>Certificate store of this PC</source>
        <translation>Certificate store of this PC</translation>
    </message>
    <message>
        <source>Software of the USB token</source>
        <translation>Software of the USB token</translation>
    </message>
    <message>
        <source>USB token</source>
        <translation>USB token</translation>
    </message>
    <message>
        <source>Key of the present certificate</source>
        <translation>Key of the present certificate</translation>
    </message>
    <message>
        <source>Used at the PC itself, not over remote desktop</source>
        <translation>Used at the PC itself, not over remote desktop</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>not needed</source>
        <translation>not needed</translation>
    </message>
    <message>
        <source>not checked yet</source>
        <translation>not checked yet</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Cancel</translation>
    </message>
    <message>
        <source>Check &amp;again</source>
        <translation>Check &amp;again</translation>
    </message>
    <message>
        <source>The certificate cannot be obtained yet</source>
        <translation>The certificate cannot be obtained yet</translation>
    </message>
    <message>
        <source>The renewal cannot begin yet</source>
        <translation>The renewal cannot begin yet</translation>
    </message>
    <message>
        <source>Nothing has been started, and nothing was changed. Please see to what is marked, then check again.</source>
        <translation>Nothing has been started, and nothing was changed. Please see to what is marked, then check again.</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Next</translation>
    </message>
</context>
<context>
    <name>CloseBox</name>
    <message>
        <source>Close</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>CodeAdvice</name>
    <message>
        <source>A wrong user ID has the same effect: please compare it, too.</source>
        <translation>A wrong user ID has the same effect: please compare it, too.</translation>
    </message>
    <message>
        <source>One of the characters is not possible.</source>
        <translation>One of the characters is not possible.</translation>
    </message>
    <message>
        <source>You typed {count} characters.</source>
        <translation>You typed {count} characters.</translation>
    </message>
    <message>
        <source>the letter {letter} and the digit {digit}</source>
        <translation>the letter {letter} and the digit {digit}</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>Some characters look alike: {pairs}.</source>
        <translation>Some characters look alike: {pairs}.</translation>
    </message>
    <message>
        <source>You typed {count} characters. Are there as many in the letter?</source>
        <translation>You typed {count} characters. Are there as many in the letter?</translation>
    </message>
    <message>
        <source>The bank does not say how many tries are left. After several wrong codes it may lock the code.</source>
        <translation>The bank does not say how many tries are left. After several wrong codes it may lock the code.</translation>
    </message>
    <message>
        <source>This is the last try: after another one the code is locked.</source>
        <translation>This is the last try: after another one the code is locked.</translation>
    </message>
    <message>
        <source>{left} more tries. After {attempts} wrong codes the bank locks the code; those entered on other PCs count, too.</source>
        <translation>{left} more tries. After {attempts} wrong codes the bank locks the code; those entered on other PCs count, too.</translation>
    </message>
    <message>
        <source>This program found that; nothing was sent to the bank, and no try is lost.</source>
        <translation>This program found that; nothing was sent to the bank, and no try is lost.</translation>
    </message>
    <message>
        <source>If the letter does not help, please ask: {contact}</source>
        <translation>If the letter does not help, please ask: {contact}</translation>
    </message>
</context>
<context>
    <name>Consent</name>
    <message>
        <source>Stored in</source>
        <translation>Stored in</translation>
    </message>
    <message>
        <source>{place} “{name}”</source>
        <translation>{place} “{name}”</translation>
    </message>
    <message>
        <source>With “Obtain” you agree to this:</source>
        <translation>With “Obtain” you agree to this:</translation>
    </message>
    <message>
        <source>With “Renew” you agree to this:</source>
        <translation>With “Renew” you agree to this:</translation>
    </message>
    <message>
        <source>{bank}: the certificate of {user} is obtained and stored in: {place}</source>
        <translation>{bank}: the certificate of {user} is obtained and stored in: {place}</translation>
    </message>
    <message>
        <source>{bank}: the certificate of {user} is obtained.</source>
        <translation>{bank}: the certificate of {user} is obtained.</translation>
    </message>
    <message>
        <source>{bank}: the certificate of {user} ({role}), valid until {until}, is renewed and stored in: {place}</source>
        <translation>{bank}: the certificate of {user} ({role}), valid until {until}, is renewed and stored in: {place}</translation>
    </message>
    <message>
        <source>{bank}: the certificate of {user} ({role}), valid until {until}, is renewed.</source>
        <translation>{bank}: the certificate of {user} ({role}), valid until {until}, is renewed.</translation>
    </message>
    <message>
        <source>Please choose above where the certificate is to be stored.</source>
        <translation>Please choose above where the certificate is to be stored.</translation>
    </message>
    <message>
        <source>No place can be used at the moment. Plug the token in, for example.</source>
        <translation>No place can be used at the moment. Plug the token in, for example.</translation>
    </message>
    <message>
        <source>A new key is made in the chosen place and never leaves it.</source>
        <translation>A new key is made in the chosen place and never leaves it.</translation>
    </message>
    <message>
        <source>The present certificate stays as it is until the new one has proven that it works.</source>
        <translation>The present certificate stays as it is until the new one has proven that it works.</translation>
    </message>
    <message>
        <source>Where is the new certificate to be stored?</source>
        <translation>Where is the new certificate to be stored?</translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation>&amp;Details</translation>
    </message>
</context>
<context>
    <name>ConsentPage</name>
    <message>
        <source>Revoke the certificate on this PC</source>
        <translation>Revoke the certificate on this PC</translation>
    </message>
    <message>
        <source>Remove the certificate from this PC</source>
        <translation>Remove the certificate from this PC</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>Bank</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>User ID</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>Serial number</translation>
    </message>
    <message>
        <source>I have the &amp;issue code, and understand that this cannot be undone</source>
        <translation>I have the &amp;issue code, and understand that this cannot be undone</translation>
    </message>
    <message>
        <source>I &amp;understand that this cannot be undone</source>
        <translation>I &amp;understand that this cannot be undone</translation>
    </message>
    <message>
        <source>This bank issues no certificate for the new PC before this one is revoked. Until the new PC has obtained one, you cannot log in anywhere. Do it when the new PC is ready.</source>
        <translation>This bank issues no certificate for the new PC before this one is revoked. Until the new PC has obtained one, you cannot log in anywhere. Do it when the new PC is ready.</translation>
    </message>
    <message>
        <source>The new PC has logged in. The certificate on this PC is now revoked at the bank, and removed with its key.</source>
        <translation>The new PC has logged in. The certificate on this PC is now revoked at the bank, and removed with its key.</translation>
    </message>
    <message>
        <source>The certificate and its key are removed from this PC.</source>
        <translation>The certificate and its key are removed from this PC.</translation>
    </message>
    <message>
        <source>&amp;Revoke</source>
        <translation>&amp;Revoke</translation>
    </message>
    <message>
        <source>&amp;Revoke and remove</source>
        <translation>&amp;Revoke and remove</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Remove</translation>
    </message>
    <message>
        <source>Call the move &amp;off</source>
        <translation>Call the move &amp;off</translation>
    </message>
    <message>
        <source>&amp;Show the sheet</source>
        <translation>&amp;Show the sheet</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>CopyButton</name>
    <message>
        <source>Copy &amp;all</source>
        <translation>Copy &amp;all</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copy</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copied</translation>
    </message>
</context>
<context>
    <name>DetailsDialog</name>
    <message>
        <source>Certificate details</source>
        <translation>Certificate details</translation>
    </message>
    <message>
        <source>&amp;Revoke this certificate…</source>
        <translation>&amp;Revoke this certificate…</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>Bank</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Role</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>Valid from</source>
        <translation>Valid from</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>Valid until</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>Serial number</translation>
    </message>
    <message>
        <source>Issuer</source>
        <translation>Issuer</translation>
    </message>
    <message>
        <source>Fingerprint (SHA-256)</source>
        <translation>Fingerprint (SHA-256)</translation>
    </message>
    <message>
        <source>Cannot be read</source>
        <translation>Cannot be read</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>What to do</translation>
    </message>
    <message>
        <source>Not accepted by the bank</source>
        <translation>Not accepted by the bank</translation>
    </message>
    <message>
        <source>State</source>
        <translation>State</translation>
    </message>
    <message>
        <source>Revoked by the bank</source>
        <translation>Revoked by the bank</translation>
    </message>
    <message>
        <source>Revoked at your request</source>
        <translation>Revoked at your request</translation>
    </message>
    <message>
        <source>Known since</source>
        <translation>Known since</translation>
    </message>
</context>
<context>
    <name>DiagnosisDialog</name>
    <message>
        <source>The facts are being collected…</source>
        <translation>The facts are being collected…</translation>
    </message>
    <message>
        <source>{path}
Give this file to the bank's help desk.</source>
        <translation>{path}
Give this file to the bank's help desk.</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Saved</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Save</translation>
    </message>
    <message>
        <source>Save facts for the help desk</source>
        <translation>Save facts for the help desk</translation>
    </message>
    <message>
        <source>The bank's help desk can find out with them what went wrong. All that is saved is shown below; there is no PIN, code or password in it, and nothing is sent.</source>
        <translation>The bank's help desk can find out with them what went wrong. All that is saved is shown below; there is no PIN, code or password in it, and nothing is sent.</translation>
    </message>
    <message>
        <source>&amp;Save…</source>
        <translation>&amp;Save…</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
    <message>
        <source>Include &amp;user IDs and serial numbers</source>
        <translation>Include &amp;user IDs and serial numbers</translation>
    </message>
    <message>
        <source>What is saved</source>
        <translation>What is saved</translation>
    </message>
</context>
<context>
    <name>DonePage</name>
    <message>
        <source>The procedure is finished</source>
        <translation>The procedure is finished</translation>
    </message>
    <message>
        <source>The certificate is installed already.</source>
        <translation>The certificate is installed already.</translation>
    </message>
    <message>
        <source>The certificate has been obtained and saved to the USB token</source>
        <translation>The certificate has been obtained and saved to the USB token</translation>
    </message>
    <message>
        <source>The certificate has been renewed and saved to the USB token</source>
        <translation>The certificate has been renewed and saved to the USB token</translation>
    </message>
    <message>
        <source>The certificate has been installed</source>
        <translation>The certificate has been installed</translation>
    </message>
    <message>
        <source>Close this &amp;window</source>
        <translation>Close this &amp;window</translation>
    </message>
    <message>
        <source>Try to log &amp;in</source>
        <translation>Try to log &amp;in</translation>
    </message>
    <message>
        <source>Log &amp;in now</source>
        <translation>Log &amp;in now</translation>
    </message>
    <message>
        <source>New deadline: {until}</source>
        <translation>New deadline: {until}</translation>
    </message>
    <message>
        <source>What to do now</source>
        <translation>What to do now</translation>
    </message>
</context>
<context>
    <name>EmptyPage</name>
    <message>
        <source>Obtain &amp;your first certificate</source>
        <translation>Obtain &amp;your first certificate</translation>
    </message>
    <message>
        <source>&amp;Practise</source>
        <translation>&amp;Practise</translation>
    </message>
    <message>
        <source>Practising in another window</source>
        <translation>Practising in another window</translation>
    </message>
    <message>
        <source>No bank can be used on this computer</source>
        <translation>No bank can be used on this computer</translation>
    </message>
    <message>
        <source>The lines below say what is wrong with the bank's settings.</source>
        <translation>The lines below say what is wrong with the bank's settings.</translation>
    </message>
    <message>
        <source>No bank is set up on this computer</source>
        <translation>No bank is set up on this computer</translation>
    </message>
    <message>
        <source>The settings of your bank are missing. Install the program from your bank's page again, or ask whoever looks after your computers.</source>
        <translation>The settings of your bank are missing. Install the program from your bank's page again, or ask whoever looks after your computers.</translation>
    </message>
    <message>
        <source>You can also try everything out with a practice bank: “Practise” opens a window of its own, with certificates that are not real. Closing it removes them.</source>
        <translation>You can also try everything out with a practice bank: “Practise” opens a window of its own, with certificates that are not real. Closing it removes them.</translation>
    </message>
    <message>
        <source>Looking for certificates…</source>
        <translation>Looking for certificates…</translation>
    </message>
    <message>
        <source>There is no certificate yet</source>
        <translation>There is no certificate yet</translation>
    </message>
    <message>
        <source>For your first certificate, have the letter at hand that the bank sent you: it has your user ID and the issue code. If your certificate is on a USB token, plug it in; it then appears here by itself.</source>
        <translation>For your first certificate, have the letter at hand that the bank sent you: it has your user ID and the issue code. If your certificate is on a USB token, plug it in; it then appears here by itself.</translation>
    </message>
    <message>
        <source>About the USB token and its software</source>
        <translation>About the USB token and its software</translation>
    </message>
    <message>
        <source>No certificate was found</source>
        <translation>No certificate was found</translation>
    </message>
    <message>
        <source>Error code: {0}</source>
        <translation>Error code: {0}</translation>
    </message>
    <message>
        <source>If you have a USB token: the software that belongs to it is not installed on this PC. Please install it first.</source>
        <translation>If you have a USB token: the software that belongs to it is not installed on this PC. Please install it first.</translation>
    </message>
</context>
<context>
    <name>EnrollmentWizard</name>
    <message>
        <source>Obtain a certificate</source>
        <translation>Obtain a certificate</translation>
    </message>
    <message>
        <source>Certificate renewal</source>
        <translation>Certificate renewal</translation>
    </message>
</context>
<context>
    <name>ErrorPanel</name>
    <message>
        <source>Error code: {code}</source>
        <translation>Error code: {code}</translation>
    </message>
    <message>
        <source>Copy for the &amp;support desk</source>
        <translation>Copy for the &amp;support desk</translation>
    </message>
    <message>
        <source>Copied. Paste it into a message to the support desk.</source>
        <translation>Copied. Paste it into a message to the support desk.</translation>
    </message>
</context>
<context>
    <name>Expander</name>
    <message>
        <source>&amp;More</source>
        <translation>&amp;More</translation>
    </message>
    <message>
        <source>unfolded</source>
        <translation>unfolded</translation>
    </message>
    <message>
        <source>folded</source>
        <translation>folded</translation>
    </message>
</context>
<context>
    <name>Failure</name>
    <message>
        <source>What to do next</source>
        <translation>What to do next</translation>
    </message>
    <message>
        <source>Error code: {code}</source>
        <translation>Error code: {code}</translation>
    </message>
    <message>
        <source>Copy for the &amp;support desk</source>
        <translation>Copy for the &amp;support desk</translation>
    </message>
    <message>
        <source>Copied. Paste it into a message to the support desk.</source>
        <translation>Copied. Paste it into a message to the support desk.</translation>
    </message>
</context>
<context>
    <name>Help</name>
    <message>
        <source>Edge, Chrome and Firefox all offer the certificates saved in Windows: Firefox reads them by itself, and nothing has to be imported into it.</source>
        <translation>Edge, Chrome and Firefox all offer the certificates saved in Windows: Firefox reads them by itself, and nothing has to be imported into it.</translation>
    </message>
    <message>
        <source>Each browser has a certificate store of its own, except that Chrome, Chromium and Edge share one. Log in with the browser whose name the list shows; without a name, there is only one.</source>
        <translation>Each browser has a certificate store of its own, except that Chrome, Chromium and Edge share one. Log in with the browser whose name the list shows; without a name, there is only one.</translation>
    </message>
    <message>
        <source>There is no certificate on this computer yet.</source>
        <translation>There is no certificate on this computer yet.</translation>
    </message>
    <message>
        <source>Issued by</source>
        <translation>Issued by</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>Valid until</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>Serial number</translation>
    </message>
    <message>
        <source>Saved in</source>
        <translation>Saved in</translation>
    </message>
    <message>
        <source>No bank is set up on this computer.</source>
        <translation>No bank is set up on this computer.</translation>
    </message>
    <message>
        <source>Users ask</source>
        <translation>Users ask</translation>
    </message>
    <message>
        <source>Administrators ask</source>
        <translation>Administrators ask</translation>
    </message>
    <message>
        <source>{bank}: about the USB token and its software</source>
        <translation>{bank}: about the USB token and its software</translation>
    </message>
    <message>
        <source>Open {name} in the browser</source>
        <translation>Open {name} in the browser</translation>
    </message>
    <message>
        <source>This is about what the browser shows. Your own certificates are in it.</source>
        <translation>This is about what the browser shows. Your own certificates are in it.</translation>
    </message>
    <message>
        <source>This is about what the browser shows, with an example of a certificate.</source>
        <translation>This is about what the browser shows, with an example of a certificate.</translation>
    </message>
    <message>
        <source>With several user IDs: choose the certificate of the one with which you log in.</source>
        <translation>With several user IDs: choose the certificate of the one with which you log in.</translation>
    </message>
    <message>
        <source>Your bank</source>
        <translation>Your bank</translation>
    </message>
    <message>
        <source>your user ID</source>
        <translation>your user ID</translation>
    </message>
    <message>
        <source>the certification authority of {bank}</source>
        <translation>the certification authority of {bank}</translation>
    </message>
    <message>
        <source>today</source>
        <translation>today</translation>
    </message>
    <message>
        <source>in a year</source>
        <translation>in a year</translation>
    </message>
    <message>
        <source>a year ago</source>
        <translation>a year ago</translation>
    </message>
    <message>
        <source>soon</source>
        <translation>soon</translation>
    </message>
    <message>
        <source>Ready to renew? Check now</source>
        <translation>Ready to renew? Check now</translation>
    </message>
    <message>
        <source>Telephone</source>
        <translation>Telephone</translation>
    </message>
    <message>
        <source>Hours</source>
        <translation>Hours</translation>
    </message>
</context>
<context>
    <name>HelpWindow</name>
    <message>
        <source>Help</source>
        <translation>Help</translation>
    </message>
    <message>
        <source>&amp;About this program ({0})</source>
        <translation>&amp;About this program ({0})</translation>
    </message>
    <message>
        <source>User's &amp;guide</source>
        <translation>User's &amp;guide</translation>
    </message>
    <message>
        <source>Nothing was found.</source>
        <translation>Nothing was found.</translation>
    </message>
    <message>
        <source>&amp;Search</source>
        <translation>&amp;Search</translation>
    </message>
    <message>
        <source>such as: PIN, letter, browser</source>
        <translation>such as: PIN, letter, browser</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Pages</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>Keepsakes</name>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Copy</translation>
    </message>
    <message>
        <source>&amp;Print…</source>
        <translation>&amp;Print…</translation>
    </message>
    <message>
        <source>Save as P&amp;DF…</source>
        <translation>Save as P&amp;DF…</translation>
    </message>
    <message>
        <source>Next year into the c&amp;alendar…</source>
        <translation>Next year into the c&amp;alendar…</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>Bank</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>User ID</translation>
    </message>
    <message>
        <source>Issuer</source>
        <translation>Issuer</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>Serial number</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>Valid until</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Copied.</translation>
    </message>
    <message>
        <source>certificate.pdf</source>
        <translation>certificate.pdf</translation>
    </message>
    <message>
        <source>certificate-renewal.ics</source>
        <translation>certificate-renewal.ics</translation>
    </message>
    <message>
        <source>Renew the certificate of {user}</source>
        <translation>Renew the certificate of {user}</translation>
    </message>
    <message>
        <source>Last day to renew the certificate of {user}</source>
        <translation>Last day to renew the certificate of {user}</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Save</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>Saved: {path}</translation>
    </message>
    <message>
        <source>Could not be saved: {path}</source>
        <translation>Could not be saved: {path}</translation>
    </message>
</context>
<context>
    <name>KeyHint</name>
    <message>
        <source>CapsLock is on: letters are typed as capitals.</source>
        <translation>CapsLock is on: letters are typed as capitals.</translation>
    </message>
    <message>
        <source>NumLock is off: the number pad types no digits.</source>
        <translation>NumLock is off: the number pad types no digits.</translation>
    </message>
    <message>
        <source>The Japanese input method is on. Please turn it off and type half-width letters.</source>
        <translation>The Japanese input method is on. Please turn it off and type half-width letters.</translation>
    </message>
</context>
<context>
    <name>Letter</name>
    <message>
        <source>Example of the letter</source>
        <translation>Example of the letter</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>User ID</translation>
    </message>
    <message>
        <source>letters and digits</source>
        <translation>letters and digits</translation>
    </message>
    <message>
        <source>Issue code</source>
        <translation>Issue code</translation>
    </message>
    <message>
        <source>The layout of your bank's letter may differ.</source>
        <translation>The layout of your bank's letter may differ.</translation>
    </message>
</context>
<context>
    <name>LetterPage</name>
    <message>
        <source>Obtain a certificate</source>
        <translation>Obtain a certificate</translation>
    </message>
    <message>
        <source>&amp;Bank</source>
        <translation>&amp;Bank</translation>
    </message>
    <message>
        <source>&amp;User ID</source>
        <translation>&amp;User ID</translation>
    </message>
    <message>
        <source>&amp;Issue code</source>
        <translation>&amp;Issue code</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>User ID</translation>
    </message>
    <message>
        <source>Issue code</source>
        <translation>Issue code</translation>
    </message>
    <message>
        <source>The link that was opened has brought an issue code. Anybody can write such a link: go on only if you have followed it on your bank's page or in its message.</source>
        <translation>The link that was opened has brought an issue code. Anybody can write such a link: go on only if you have followed it on your bank's page or in its message.</translation>
    </message>
    <message>
        <source>Both are in the letter or message from your bank. Please type the issue code with its hyphens. Spaces do not matter, nor do full-width characters.</source>
        <translation>Both are in the letter or message from your bank. Please type the issue code with its hyphens. Spaces do not matter, nor do full-width characters.</translation>
    </message>
    <message>
        <source>Both are in the letter or message from your bank. Spaces and dashes do not matter, nor do full-width characters.</source>
        <translation>Both are in the letter or message from your bank. Spaces and dashes do not matter, nor do full-width characters.</translation>
    </message>
    <message>
        <source>Please have the letter from your bank at hand.</source>
        <translation>Please have the letter from your bank at hand.</translation>
    </message>
    <message>
        <source>Renewal closed at {time}. The certificate is still valid until {end}, but it cannot be renewed. Until {until} you can obtain a new one with an issue code.</source>
        <translation>Renewal closed at {time}. The certificate is still valid until {end}, but it cannot be renewed. Until {until} you can obtain a new one with an issue code.</translation>
    </message>
    <message>
        <source>The certificate has expired ({expired}), so it cannot be renewed. Until {until} you can obtain a new one with an issue code.</source>
        <translation>The certificate has expired ({expired}), so it cannot be renewed. Until {until} you can obtain a new one with an issue code.</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Next</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Cancel</translation>
    </message>
</context>
<context>
    <name>LetterPicture</name>
    <message>
        <source>User ID</source>
        <translation>User ID</translation>
    </message>
    <message>
        <source>Issue code</source>
        <translation>Issue code</translation>
    </message>
</context>
<context>
    <name>LinkFollower</name>
    <message>
        <source>The link is for a bank that is not set up on this computer.</source>
        <translation>The link is for a bank that is not set up on this computer.</translation>
    </message>
    <message>
        <source>The certificate that the link is about is not on this computer. If it is on a USB token, plug it in and choose it in the list.</source>
        <translation>The certificate that the link is about is not on this computer. If it is on a USB token, plug it in and choose it in the list.</translation>
    </message>
    <message>
        <source>Plug in the USB token “{0}” first.</source>
        <translation>Plug in the USB token “{0}” first.</translation>
    </message>
    <message>
        <source>{user}: it can be renewed from {day}.</source>
        <translation>{user}: it can be renewed from {day}.</translation>
    </message>
    <message>
        <source>The procedure that the link is about has begun already. Please go on in its window.</source>
        <translation>The procedure that the link is about has begun already. Please go on in its window.</translation>
    </message>
    <message>
        <source>A window that another link has opened is still open. Finish it or close it first, then follow the link once more.</source>
        <translation>A window that another link has opened is still open. Finish it or close it first, then follow the link once more.</translation>
    </message>
</context>
<context>
    <name>LossQuestion</name>
    <message>
        <source>Stop here?</source>
        <translation>Stop here?</translation>
    </message>
    <message>
        <source>Close?</source>
        <translation>Close?</translation>
    </message>
    <message>
        <source>What you have typed will be lost. Stop here?</source>
        <translation>What you have typed will be lost. Stop here?</translation>
    </message>
    <message>
        <source>What you have typed will be lost. Close the window?</source>
        <translation>What you have typed will be lost. Close the window?</translation>
    </message>
</context>
<context>
    <name>LostPage</name>
    <message>
        <source>&amp;Obtain a certificate</source>
        <translation>&amp;Obtain a certificate</translation>
    </message>
    <message>
        <source>&amp;Print…</source>
        <translation>&amp;Print…</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Back</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>MainMenu</name>
    <message>
        <source>&amp;Move to a new PC…</source>
        <translation>&amp;Move to a new PC…</translation>
    </message>
    <message>
        <source>Ready to rene&amp;w?</source>
        <translation>Ready to rene&amp;w?</translation>
    </message>
    <message>
        <source>&amp;Practise</source>
        <translation>&amp;Practise</translation>
    </message>
    <message>
        <source>A practice bank opens in a window of its own, with a yellow banner. This takes a few seconds. Nothing in it is real, and your own certificates are not touched. Closing it removes everything.</source>
        <translation>A practice bank opens in a window of its own, with a yellow banner. This takes a few seconds. Nothing in it is real, and your own certificates are not touched. Closing it removes everything.</translation>
    </message>
    <message>
        <source>You are practising in another window. Close that one to begin anew.</source>
        <translation>You are practising in another window. Close that one to begin anew.</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Client certificates</source>
        <translation>Client certificates</translation>
    </message>
    <message>
        <source>Plug in the USB token “{0}” first.</source>
        <translation>Plug in the USB token “{0}” first.</translation>
    </message>
    <message>
        <source>It can be renewed from {0}.</source>
        <translation>It can be renewed from {0}.</translation>
    </message>
    <message>
        <source>This certificate cannot be renewed.</source>
        <translation>This certificate cannot be renewed.</translation>
    </message>
    <message>
        <source>The certificate of {user}, valid until {until}, and its key will be deleted for good. This cannot be undone.

Serial number: {serial}</source>
        <translation>The certificate of {user}, valid until {until}, and its key will be deleted for good. This cannot be undone.

Serial number: {serial}</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Delete</translation>
    </message>
</context>
<context>
    <name>MoveDonePage</name>
    <message>
        <source>The move is complete</source>
        <translation>The move is complete</translation>
    </message>
    <message>
        <source>The certificate of {user} and its key have been removed from this PC. From now on, log in on the new PC.</source>
        <translation>The certificate of {user} and its key have been removed from this PC. From now on, log in on the new PC.</translation>
    </message>
    <message>
        <source>Please call your bank and have the old certificate revoked: {contact}</source>
        <translation>Please call your bank and have the old certificate revoked: {contact}</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>User ID</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>Serial number</translation>
    </message>
    <message>
        <source>Issuer</source>
        <translation>Issuer</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>MoveNumberCard</name>
    <message>
        <source>Confirmation number for the old PC</source>
        <translation>Confirmation number for the old PC</translation>
    </message>
    <message>
        <source>Write it on the sheet and enter it on the old PC, in “Move to a new PC”. It is no secret. If there is no old PC any more, you do not need it.</source>
        <translation>Write it on the sheet and enter it on the old PC, in “Move to a new PC”. It is no secret. If there is no old PC any more, you do not need it.</translation>
    </message>
    <message>
        <source>It is shown once this PC has logged in: open “Move to a new PC” in the menu, choose “This is the new PC” and test the login there.</source>
        <translation>It is shown once this PC has logged in: open “Move to a new PC” in the menu, choose “This is the new PC” and test the login there.</translation>
    </message>
</context>
<context>
    <name>MovePage</name>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>MoveWindow</name>
    <message>
        <source>Move to a new PC</source>
        <translation>Move to a new PC</translation>
    </message>
</context>
<context>
    <name>NewPage</name>
    <message>
        <source>On the new PC</source>
        <translation>On the new PC</translation>
    </message>
    <message>
        <source>Have the user ID and the issue code at hand. Your bank gives the code.</source>
        <translation>Have the user ID and the issue code at hand. Your bank gives the code.</translation>
    </message>
    <message>
        <source>Obtain the certificate here.</source>
        <translation>Obtain the certificate here.</translation>
    </message>
    <message>
        <source>Once the login is tested, the confirmation number is shown.</source>
        <translation>Once the login is tested, the confirmation number is shown.</translation>
    </message>
    <message>
        <source>Which certificate is the new one?</source>
        <translation>Which certificate is the new one?</translation>
    </message>
    <message>
        <source>There is no certificate on this PC yet.</source>
        <translation>There is no certificate on this PC yet.</translation>
    </message>
    <message>
        <source>{user} (valid from {day})</source>
        <translation>{user} (valid from {day})</translation>
    </message>
    <message>
        <source>&amp;Obtain a certificate</source>
        <translation>&amp;Obtain a certificate</translation>
    </message>
    <message>
        <source>&amp;Test the login</source>
        <translation>&amp;Test the login</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Back</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>NewPinDialog</name>
    <message>
        <source>The two PINs are not the same.</source>
        <translation>The two PINs are not the same.</translation>
    </message>
    <message>
        <source>C&amp;hange the PIN</source>
        <translation>C&amp;hange the PIN</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Cancel</translation>
    </message>
    <message>
        <source>Please choose a new PIN for “{name}”</source>
        <translation>Please choose a new PIN for “{name}”</translation>
    </message>
    <message>
        <source>The token did not take that PIN: it does not follow the token's rules, or it is the same as before. The PIN has not changed.</source>
        <translation>The token did not take that PIN: it does not follow the token's rules, or it is the same as before. The PIN has not changed.</translation>
    </message>
    <message>
        <source>&amp;New PIN</source>
        <translation>&amp;New PIN</translation>
    </message>
    <message>
        <source>New PIN &amp;again</source>
        <translation>New PIN &amp;again</translation>
    </message>
    <message>
        <source>&amp;Show what I type</source>
        <translation>&amp;Show what I type</translation>
    </message>
    <message>
        <source>You need it for every login and renewal. Nobody can tell it to you later.</source>
        <translation>You need it for every login and renewal. Nobody can tell it to you later.</translation>
    </message>
    <message>
        <source>{least} to {most} characters.</source>
        <translation>{least} to {most} characters.</translation>
    </message>
</context>
<context>
    <name>NextSteps</name>
    <message>
        <source>After logging out, remove the USB token from the PC at once. That protects you from fraudulent transfers.</source>
        <translation>After logging out, remove the USB token from the PC at once. That protects you from fraudulent transfers.</translation>
    </message>
    <message>
        <source>Plug the USB token into the PC before you log in with this certificate. {choose}</source>
        <translation>Plug the USB token into the PC before you log in with this certificate. {choose}</translation>
    </message>
    <message>
        <source>Log in to internet banking.</source>
        <translation>Log in to internet banking.</translation>
    </message>
    <message>
        <source>If a browser is open, close all its windows once.</source>
        <translation>If a browser is open, close all its windows once.</translation>
    </message>
    <message>
        <source>Close all windows of the browser once. Running now: {names}</source>
        <translation>Close all windows of the browser once. Running now: {names}</translation>
    </message>
    <message>
        <source>If the browser asks which certificate, choose “{name}” that is valid until {until}.</source>
        <translation>If the browser asks which certificate, choose “{name}” that is valid until {until}.</translation>
    </message>
    <message>
        <source>You can log in only from the PC on which this certificate is installed.</source>
        <translation>You can log in only from the PC on which this certificate is installed.</translation>
    </message>
    <message>
        <source>The certificate is valid for one year.</source>
        <translation>The certificate is valid for one year.</translation>
    </message>
    <message>
        <source>The old certificate is put away: browsers do not offer it any more.</source>
        <translation>The old certificate is put away: browsers do not offer it any more.</translation>
    </message>
    <message>
        <source>Until it is known that the new certificate logs in, the old one is left as it was. The new one has the serial number {serial}.</source>
        <translation>Until it is known that the new certificate logs in, the old one is left as it was. The new one has the serial number {serial}.</translation>
    </message>
    <message>
        <source>The old certificate could not be put away, and browsers still offer it. When you log in, choose the new one (serial number {serial}).</source>
        <translation>The old certificate could not be put away, and browsers still offer it. When you log in, choose the new one (serial number {serial}).</translation>
    </message>
</context>
<context>
    <name>NoteLines</name>
    <message>
        <source>{place} cannot be used: {title}. {next}</source>
        <translation>{place} cannot be used: {title}. {next}</translation>
    </message>
    <message>
        <source>A certificate ({name}, fingerprint {fingerprint}) cannot be renewed, because it cannot be read whose it is.</source>
        <translation>A certificate ({name}, fingerprint {fingerprint}) cannot be renewed, because it cannot be read whose it is.</translation>
    </message>
</context>
<context>
    <name>NoticeCard</name>
    <message>
        <source>Renew &amp;now</source>
        <translation>Renew &amp;now</translation>
    </message>
    <message>
        <source>Obtain a &amp;new certificate</source>
        <translation>Obtain a &amp;new certificate</translation>
    </message>
    <message>
        <source>Renew &amp;later</source>
        <translation>Renew &amp;later</translation>
    </message>
    <message>
        <source>&amp;Later</source>
        <translation>&amp;Later</translation>
    </message>
    <message>
        <source>Please renew your certificate</source>
        <translation>Please renew your certificate</translation>
    </message>
    <message>
        <source>The bank has revoked your certificate</source>
        <translation>The bank has revoked your certificate</translation>
    </message>
    <message>
        <source>The bank does not accept your certificate</source>
        <translation>The bank does not accept your certificate</translation>
    </message>
    <message>
        <source>Renewal closed at {0}</source>
        <translation>Renewal closed at {0}</translation>
    </message>
    <message>
        <source>Your certificate has expired</source>
        <translation>Your certificate has expired</translation>
    </message>
    <message>
        <source>{bank}, {user}: valid until {until}.</source>
        <translation>{bank}, {user}: valid until {until}.</translation>
    </message>
    <message>
        <source>{bank}, {user}: you can neither log in with it nor renew it. Please obtain a new certificate with an issue code from your bank. If you do not know why it was revoked, please ask {contact}.</source>
        <translation>{bank}, {user}: you can neither log in with it nor renew it. Please obtain a new certificate with an issue code from your bank. If you do not know why it was revoked, please ask {contact}.</translation>
    </message>
    <message>
        <source>{bank}, {user}: please obtain a new certificate with an issue code. If you have no issue code that works, please ask your bank for one.</source>
        <translation>{bank}, {user}: please obtain a new certificate with an issue code. If you have no issue code that works, please ask your bank for one.</translation>
    </message>
    <message>
        <source>{bank}, {user}: valid until {until}. You can still log in with it, but not renew it. Until {day} you can obtain a new one with an issue code from your bank.</source>
        <translation>{bank}, {user}: valid until {until}. You can still log in with it, but not renew it. Until {day} you can obtain a new one with an issue code from your bank.</translation>
    </message>
    <message>
        <source>{bank}, {user}: it ended on {until}. Until {day} you can obtain a new one with an issue code.</source>
        <translation>{bank}, {user}: it ended on {until}. Until {day} you can obtain a new one with an issue code.</translation>
    </message>
    <message>
        <source>{bank}, {user}: it ended on {until}. It can only be reissued. Please ask {contact}.</source>
        <translation>{bank}, {user}: it ended on {until}. It can only be reissued. Please ask {contact}.</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) are left.</source>
        <translation>
            <numerusform>%n day is left.</numerusform>
            <numerusform>%n days are left.</numerusform>
        </translation>
    </message>
    <message>
        <source>Today is the last day.</source>
        <translation>Today is the last day.</translation>
    </message>
    <message>
        <source>You are not reminded again: it cannot be renewed any more then.</source>
        <translation>You are not reminded again: it cannot be renewed any more then.</translation>
    </message>
    <message>
        <source>If you choose “Renew later”, you are reminded again in two hours.</source>
        <translation>If you choose “Renew later”, you are reminded again in two hours.</translation>
    </message>
    <message>
        <source>If you choose “Renew later”, you are reminded again on {0}.</source>
        <translation>If you choose “Renew later”, you are reminded again on {0}.</translation>
    </message>
</context>
<context>
    <name>NoticePage</name>
    <message>
        <source>Certificate renewal notice</source>
        <translation>Certificate renewal notice</translation>
    </message>
    <message>
        <source>Please renew your certificate.</source>
        <translation>Please renew your certificate.</translation>
    </message>
    <message>
        <source>The certificate has to be renewed before it expires. If you choose “Renew later”, you will be reminded again on {0}.</source>
        <translation>The certificate has to be renewed before it expires. If you choose “Renew later”, you will be reminded again on {0}.</translation>
    </message>
    <message>
        <source>Today is the last day.</source>
        <translation>Today is the last day.</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left.</source>
        <translation>
            <numerusform>%n day left.</numerusform>
            <numerusform>%n days left.</numerusform>
        </translation>
    </message>
    <message>
        <source>Renew &amp;now</source>
        <translation>Renew &amp;now</translation>
    </message>
    <message>
        <source>Renew &amp;later</source>
        <translation>Renew &amp;later</translation>
    </message>
    <message>
        <source>It can be renewed until {deadline}.</source>
        <translation>It can be renewed until {deadline}.</translation>
    </message>
</context>
<context>
    <name>NoticesPage</name>
    <message>
        <source>&amp;Search in the licences</source>
        <translation>&amp;Search in the licences</translation>
    </message>
    <message>
        <source>Parts by others</source>
        <translation>Parts by others</translation>
    </message>
    <message>
        <source>The text of the licence</source>
        <translation>The text of the licence</translation>
    </message>
    <message numerus="yes">
        <source>%n part(s)</source>
        <translation>
            <numerusform>%n part</numerusform>
            <numerusform>%n parts</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NumberPage</name>
    <message>
        <source>The new PC logs in</source>
        <translation>The new PC logs in</translation>
    </message>
    <message>
        <source>Confirmation number of {user}</source>
        <translation>Confirmation number of {user}</translation>
    </message>
    <message>
        <source>Write it on the sheet and enter it on the old PC, in “Move to a new PC”. It is no secret. If there is no old PC any more, you do not need it.</source>
        <translation>Write it on the sheet and enter it on the old PC, in “Move to a new PC”. It is no secret. If there is no old PC any more, you do not need it.</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>OlderCertificatesLine</name>
    <message numerus="yes">
        <source>%n older certificate(s) that were put away are no longer used.</source>
        <translation>
            <numerusform>%n older certificate that was put away is no longer used.</numerusform>
            <numerusform>%n older certificates that were put away are no longer used.</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete older certificate&amp;s…</source>
        <translation>Delete older certificate&amp;s…</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n older certificate(s) for good, with the keys?</source>
        <translation>
            <numerusform>Delete %n older certificate for good, with its key?</numerusform>
            <numerusform>Delete %n older certificates for good, with their keys?</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Delete</translation>
    </message>
    <message>
        <source>{user}, valid until {until} ({place})</source>
        <translation>{user}, valid until {until} ({place})</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message>
        <source>The certificates in use stay, and of each user ID the one that was put away last.</source>
        <translation>The certificates in use stay, and of each user ID the one that was put away last.</translation>
    </message>
    <message>
        <source>This cannot be undone.</source>
        <translation>This cannot be undone.</translation>
    </message>
    <message numerus="yes">
        <source>%n older certificate(s) were deleted for good.</source>
        <translation>
            <numerusform>%n older certificate was deleted for good.</numerusform>
            <numerusform>%n older certificates were deleted for good.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OthersSection</name>
    <message numerus="yes">
        <source>%n certificate(s) that are not in use</source>
        <translation>
            <numerusform>%n certificate that is not in use</numerusform>
            <numerusform>%n certificates that are not in use</numerusform>
        </translation>
    </message>
    <message>
        <source>open</source>
        <translation>open</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>closed</translation>
    </message>
</context>
<context>
    <name>OwnerCard</name>
    <message>
        <source>Error code: {0}</source>
        <translation>Error code: {0}</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>Valid until</translation>
    </message>
    <message>
        <source>&amp;More</source>
        <translation>&amp;More</translation>
    </message>
</context>
<context>
    <name>PausedPage</name>
    <message>
        <source>Stopped on the way</source>
        <translation>Stopped on the way</translation>
    </message>
    <message>
        <source>As you wished, it stopped after a step. What is done is recorded, and the present certificate works as before. You can go on now or later from the main window.</source>
        <translation>As you wished, it stopped after a step. What is done is recorded, and the present certificate works as before. You can go on now or later from the main window.</translation>
    </message>
    <message>
        <source>So far: {state}</source>
        <translation>So far: {state}</translation>
    </message>
    <message>
        <source>As you wished, it stopped before anything was changed. The present certificate works as before. You can start again at any time.</source>
        <translation>As you wished, it stopped before anything was changed. The present certificate works as before. You can start again at any time.</translation>
    </message>
    <message>
        <source>Go &amp;on</source>
        <translation>Go &amp;on</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>PinChangeTask</name>
    <message>
        <source>The PIN of the USB token has been changed.</source>
        <translation>The PIN of the USB token has been changed.</translation>
    </message>
</context>
<context>
    <name>PinDialog</name>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Next</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Cancel</translation>
    </message>
</context>
<context>
    <name>PlaceChoice</name>
    <message>
        <source>The present certificate is here.</source>
        <translation>The present certificate is here.</translation>
    </message>
    <message>
        <source>Save to the USB token</source>
        <translation>Save to the USB token</translation>
    </message>
    <message>
        <source>Save to the &amp;USB token</source>
        <translation>Save to the &amp;USB token</translation>
    </message>
    <message>
        <source>Save to this PC</source>
        <translation>Save to this PC</translation>
    </message>
    <message>
        <source>Save to this &amp;PC</source>
        <translation>Save to this &amp;PC</translation>
    </message>
    <message>
        <source>Your administrator's settings do not allow this place.</source>
        <translation>Your administrator's settings do not allow this place.</translation>
    </message>
    <message>
        <source>This bank does not allow this place.</source>
        <translation>This bank does not allow this place.</translation>
    </message>
</context>
<context>
    <name>PracticeLetter</name>
    <message>
        <source>This is the practice bank. Nothing here is real, and your own certificates are not touched.

To practise renewing: the certificate of {renewing} ends in {days} days.
To practise obtaining: user ID {user}, issue code {code}

Closing the window removes everything.</source>
        <translation>This is the practice bank. Nothing here is real, and your own certificates are not touched.

To practise renewing: the certificate of {renewing} ends in {days} days.
To practise obtaining: user ID {user}, issue code {code}

Closing the window removes everything.</translation>
    </message>
</context>
<context>
    <name>ProblemPage</name>
    <message>
        <source>The new certificate is stored, but the bank does not know yet that it has arrived. Please leave this PC on and online for a moment: this program tries again by itself.</source>
        <translation>The new certificate is stored, but the bank does not know yet that it has arrived. Please leave this PC on and online for a moment: this program tries again by itself.</translation>
    </message>
    <message>
        <source>&amp;Try again</source>
        <translation>&amp;Try again</translation>
    </message>
    <message>
        <source>Choose another &amp;place</source>
        <translation>Choose another &amp;place</translation>
    </message>
    <message>
        <source>&amp;Obtain a certificate</source>
        <translation>&amp;Obtain a certificate</translation>
    </message>
    <message>
        <source>About the US&amp;B token, and its software for download</source>
        <translation>About the US&amp;B token, and its software for download</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
    <message>
        <source>What is done so far is recorded. Nothing is lost.</source>
        <translation>What is done so far is recorded. Nothing is lost.</translation>
    </message>
    <message>
        <source>Nothing has been changed.</source>
        <translation>Nothing has been changed.</translation>
    </message>
</context>
<context>
    <name>ProcedureCleanup</name>
    <message>
        <source>Give up the procedure of {0}?</source>
        <translation>Give up the procedure of {0}?</translation>
    </message>
    <message>
        <source>&amp;Give it up</source>
        <translation>&amp;Give it up</translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation>&amp;Keep it</translation>
    </message>
    <message>
        <source>The unfinished key and, if it has arrived, the new certificate are deleted.</source>
        <translation>The unfinished key and, if it has arrived, the new certificate are deleted.</translation>
    </message>
    <message>
        <source>The authority that issues certificates is told that it is not wanted.</source>
        <translation>The authority that issues certificates is told that it is not wanted.</translation>
    </message>
    <message>
        <source>To obtain one later, you need an issue code again.</source>
        <translation>To obtain one later, you need an issue code again.</translation>
    </message>
    <message>
        <source>The certificate you use now stays as it is. You can renew it again later.</source>
        <translation>The certificate you use now stays as it is. You can renew it again later.</translation>
    </message>
    <message>
        <source>The procedure of {0} was nearly done, so it was finished.</source>
        <translation>The procedure of {0} was nearly done, so it was finished.</translation>
    </message>
    <message>
        <source>The procedure of {0} was given up.</source>
        <translation>The procedure of {0} was given up.</translation>
    </message>
    <message>
        <source>No certificate uses this key. Your certificates stay as they are.</source>
        <translation>No certificate uses this key. Your certificates stay as they are.</translation>
    </message>
    <message>
        <source>If you have begun a renewal with this USB token on another PC, do not delete the key, but go on there.</source>
        <translation>If you have begun a renewal with this USB token on another PC, do not delete the key, but go on there.</translation>
    </message>
    <message>
        <source>This cannot be undone.</source>
        <translation>This cannot be undone.</translation>
    </message>
    <message>
        <source>Delete the unused key {number} ({place})?</source>
        <translation>Delete the unused key {number} ({place})?</translation>
    </message>
    <message>
        <source>&amp;Delete the key</source>
        <translation>&amp;Delete the key</translation>
    </message>
    <message>
        <source>&amp;Keep the key</source>
        <translation>&amp;Keep the key</translation>
    </message>
    <message>
        <source>The unused key was deleted.</source>
        <translation>The unused key was deleted.</translation>
    </message>
</context>
<context>
    <name>ProxyLoginDialog</name>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Next</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Cancel</translation>
    </message>
    <message>
        <source>User name and password of the proxy</source>
        <translation>User name and password of the proxy</translation>
    </message>
    <message>
        <source>The device that relays your company's traffic to the Internet, the proxy {proxy}, wants to know who you are. Please enter the user name and password for it, not those of internet banking. If you do not know them, ask the person who manages your PCs.</source>
        <translation>The device that relays your company's traffic to the Internet, the proxy {proxy}, wants to know who you are. Please enter the user name and password for it, not those of internet banking. If you do not know them, ask the person who manages your PCs.</translation>
    </message>
    <message>
        <source>The proxy describes itself as: {realm}</source>
        <translation>The proxy describes itself as: {realm}</translation>
    </message>
    <message>
        <source>The user name or the password was wrong. After several wrong ones, the proxy may lock you out.</source>
        <translation>The user name or the password was wrong. After several wrong ones, the proxy may lock you out.</translation>
    </message>
    <message>
        <source>&amp;User name:</source>
        <translation>&amp;User name:</translation>
    </message>
    <message>
        <source>&amp;Password:</source>
        <translation>&amp;Password:</translation>
    </message>
    <message>
        <source>&amp;Store them on this PC</source>
        <translation>&amp;Store them on this PC</translation>
    </message>
</context>
<context>
    <name>QuestionPanel</name>
    <message>
        <source>Please enter: {what}</source>
        <translation>Please enter: {what}</translation>
    </message>
    <message>
        <source>Please enter the master password</source>
        <translation>Please enter the master password</translation>
    </message>
    <message>
        <source>Please enter the current PIN of “{name}”</source>
        <translation>Please enter the current PIN of “{name}”</translation>
    </message>
    <message>
        <source>Please enter the PIN of “{name}”</source>
        <translation>Please enter the PIN of “{name}”</translation>
    </message>
    <message>
        <source>Please enter the PIN of the USB token</source>
        <translation>Please enter the PIN of the USB token</translation>
    </message>
    <message>
        <source>&amp;Show what I type</source>
        <translation>&amp;Show what I type</translation>
    </message>
    <message>
        <source>I know that this is the &amp;last try: after another wrong PIN the token is locked</source>
        <translation>I know that this is the &amp;last try: after another wrong PIN the token is locked</translation>
    </message>
    <message>
        <source>&amp;PIN</source>
        <translation>&amp;PIN</translation>
    </message>
    <message>
        <source>PIN of the USB token</source>
        <translation>PIN of the USB token</translation>
    </message>
    <message>
        <source>PIN of the USB token {name}</source>
        <translation>PIN of the USB token {name}</translation>
    </message>
    <message>
        <source>Please enter the PIN of the USB token. It is the token's own PIN, not the one of internet banking, and goes to the token only.</source>
        <translation>Please enter the PIN of the USB token. It is the token's own PIN, not the one of internet banking, and goes to the token only.</translation>
    </message>
    <message>
        <source>Please enter the PIN of “{name}”. It is the token's own PIN, not the one of internet banking, and goes to the token only.</source>
        <translation>Please enter the PIN of “{name}”. It is the token's own PIN, not the one of internet banking, and goes to the token only.</translation>
    </message>
    <message>
        <source>The PIN was wrong.</source>
        <translation>The PIN was wrong.</translation>
    </message>
    <message>
        <source>The PIN was wrong ({count} times so far).</source>
        <translation>The PIN was wrong ({count} times so far).</translation>
    </message>
    <message>
        <source> A locked token can neither log in nor renew until it is unlocked. Who can help: {contact}</source>
        <translation> A locked token can neither log in nor renew until it is unlocked. Who can help: {contact}</translation>
    </message>
    <message>
        <source> The token does not tell how many tries are left. If the PIN is wrong several times in a row, it will be locked.</source>
        <translation> The token does not tell how many tries are left. If the PIN is wrong several times in a row, it will be locked.</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>It is used to renew: {ids}</source>
        <translation>It is used to renew: {ids}</translation>
    </message>
    <message>
        <source>It is remembered until these renewals are over, and stored nowhere.</source>
        <translation>It is remembered until these renewals are over, and stored nowhere.</translation>
    </message>
    <message>
        <source>Place: {name}</source>
        <translation>Place: {name}</translation>
    </message>
    <message>
        <source>&amp;Master password</source>
        <translation>&amp;Master password</translation>
    </message>
    <message>
        <source>Master password</source>
        <translation>Master password</translation>
    </message>
    <message>
        <source>Your browser's certificates on this PC are protected by a master password, which you chose yourself. It is not the one of internet banking, and does not leave this PC.</source>
        <translation>Your browser's certificates on this PC are protected by a master password, which you chose yourself. It is not the one of internet banking, and does not leave this PC.</translation>
    </message>
    <message>
        <source>The master password was wrong.</source>
        <translation>The master password was wrong.</translation>
    </message>
    <message>
        <source>The master password was wrong ({count} times so far).</source>
        <translation>The master password was wrong ({count} times so far).</translation>
    </message>
    <message>
        <source>The bank wants it for the certificate of {user}. It is sent to the bank, encrypted, and kept nowhere.</source>
        <translation>The bank wants it for the certificate of {user}. It is sent to the bank, encrypted, and kept nowhere.</translation>
    </message>
    <message>
        <source>{what}: what was entered is wrong.</source>
        <translation>{what}: what was entered is wrong.</translation>
    </message>
    <message>
        <source>{what}: what was entered is wrong ({count} times so far).</source>
        <translation>{what}: what was entered is wrong ({count} times so far).</translation>
    </message>
    <message>
        <source>Please type the code from your letter again: it is the same one, and this PC has not kept it.</source>
        <translation>Please type the code from your letter again: it is the same one, and this PC has not kept it.</translation>
    </message>
    <message>
        <source>The answer that says so cannot be verified. If the code is the one in your letter, enter it once more or contact your bank.</source>
        <translation>The answer that says so cannot be verified. If the code is the one in your letter, enter it once more or contact your bank.</translation>
    </message>
    <message>
        <source> The bank refused it.</source>
        <translation> The bank refused it.</translation>
    </message>
    <message>
        <source>However often it is wrong, nothing is locked.</source>
        <translation>However often it is wrong, nothing is locked.</translation>
    </message>
</context>
<context>
    <name>RehearsalBanner</name>
    <message>
        <source>Rehearsal with the practice bank. Nothing here is real.</source>
        <translation>Rehearsal with the practice bank. Nothing here is real.</translation>
    </message>
</context>
<context>
    <name>RenewAllDialog</name>
    <message>
        <source>Renew all</source>
        <translation>Renew all</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>Certificates</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Next</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Back</translation>
    </message>
    <message>
        <source>S&amp;kip these</source>
        <translation>S&amp;kip these</translation>
    </message>
    <message>
        <source>S&amp;kip this USB token</source>
        <translation>S&amp;kip this USB token</translation>
    </message>
    <message>
        <source>S&amp;kip this one</source>
        <translation>S&amp;kip this one</translation>
    </message>
    <message>
        <source>S&amp;top after this step</source>
        <translation>S&amp;top after this step</translation>
    </message>
</context>
<context>
    <name>ResultTexts</name>
    <message>
        <source>“Renew all” is over</source>
        <translation>“Renew all” is over</translation>
    </message>
    <message>
        <source>The certificate could not be issued</source>
        <translation>The certificate could not be issued</translation>
    </message>
    <message>
        <source>The new certificate is ready</source>
        <translation>The new certificate is ready</translation>
    </message>
    <message>
        <source>“Renew all” is over: {done} succeeded, {failed} failed.</source>
        <translation>“Renew all” is over: {done} succeeded, {failed} failed.</translation>
    </message>
    <message>
        <source> {waiting} waiting for the bank.</source>
        <translation> {waiting} waiting for the bank.</translation>
    </message>
    <message>
        <source>{user} ({bank}): {state}</source>
        <translation>{user} ({bank}): {state}</translation>
    </message>
    <message>
        <source>the certificate could not be issued. {0}</source>
        <translation>the certificate could not be issued. {0}</translation>
    </message>
    <message>
        <source>the bank is issuing the certificate. It goes on by itself.</source>
        <translation>the bank is issuing the certificate. It goes on by itself.</translation>
    </message>
    <message>
        <source>the new certificate is installed. It is valid until {0}.</source>
        <translation>the new certificate is installed. It is valid until {0}.</translation>
    </message>
    <message>
        <source>{title}. {next} (error code: {code})</source>
        <translation>{title}. {next} (error code: {code})</translation>
    </message>
</context>
<context>
    <name>RevocationTask</name>
    <message>
        <source>The bank is being asked to revoke the certificate. Please wait.</source>
        <translation>The bank is being asked to revoke the certificate. Please wait.</translation>
    </message>
    <message>
        <source>The certificate has been revoked at the bank. It and its key were deleted here.</source>
        <translation>The certificate has been revoked at the bank. It and its key were deleted here.</translation>
    </message>
    <message>
        <source>The certificate has been revoked at the bank. It was put away here.</source>
        <translation>The certificate has been revoked at the bank. It was put away here.</translation>
    </message>
    <message>
        <source>The certificate has been revoked at the bank, but could not be removed here ({0}). It no longer logs in. You can delete it with “Delete for good”.</source>
        <translation>The certificate has been revoked at the bank, but could not be removed here ({0}). It no longer logs in. You can delete it with “Delete for good”.</translation>
    </message>
</context>
<context>
    <name>RevokeDialog</name>
    <message>
        <source>&amp;Revoke</source>
        <translation>&amp;Revoke</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Cancel</translation>
    </message>
    <message>
        <source>Revoke a certificate</source>
        <translation>Revoke a certificate</translation>
    </message>
    <message>
        <source>Revoke this certificate?</source>
        <translation>Revoke this certificate?</translation>
    </message>
    <message>
        <source>Bank</source>
        <translation>Bank</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>User ID</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>Valid until</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>Serial number</translation>
    </message>
    <message>
        <source>Once it is revoked, nobody can log in with this certificate any more. This cannot be undone.</source>
        <translation>Once it is revoked, nobody can log in with this certificate any more. This cannot be undone.</translation>
    </message>
    <message>
        <source>It is the last valid certificate of this user ID. After its revocation you cannot log in until your bank has given you an issue code for a new one.</source>
        <translation>It is the last valid certificate of this user ID. After its revocation you cannot log in until your bank has given you an issue code for a new one.</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>Why?</translation>
    </message>
    <message>
        <source>The PC or USB token is &amp;given away or scrapped, or its user has left</source>
        <translation>The PC or USB token is &amp;given away or scrapped, or its user has left</translation>
    </message>
    <message>
        <source>The PC or USB token was &amp;lost or stolen</source>
        <translation>The PC or USB token was &amp;lost or stolen</translation>
    </message>
    <message>
        <source>&amp;Somebody else may have used it</source>
        <translation>&amp;Somebody else may have used it</translation>
    </message>
    <message>
        <source>Afterwards &amp;delete the certificate and its key here</source>
        <translation>Afterwards &amp;delete the certificate and its key here</translation>
    </message>
    <message>
        <source>I &amp;understand that nobody can log in with it any more</source>
        <translation>I &amp;understand that nobody can log in with it any more</translation>
    </message>
    <message>
        <source>&amp;Type the user ID “{0}” to confirm</source>
        <translation>&amp;Type the user ID “{0}” to confirm</translation>
    </message>
</context>
<context>
    <name>RowTexts</name>
    <message>
        <source>Cannot be read</source>
        <translation>Cannot be read</translation>
    </message>
    <message>
        <source>Renewal has closed</source>
        <translation>Renewal has closed</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation>
            <numerusform>%n day left</numerusform>
            <numerusform>%n days left</numerusform>
        </translation>
    </message>
    <message>
        <source>Today is the last day</source>
        <translation>Today is the last day</translation>
    </message>
    <message numerus="yes">
        <source>Expired %n day(s) ago</source>
        <translation>
            <numerusform>Expired %n day ago</numerusform>
            <numerusform>Expired %n days ago</numerusform>
        </translation>
    </message>
    <message>
        <source>Plug in “{0}”</source>
        <translation>Plug in “{0}”</translation>
    </message>
    <message>
        <source>Revoked by the bank</source>
        <translation>Revoked by the bank</translation>
    </message>
    <message>
        <source>Not valid before {0}</source>
        <translation>Not valid before {0}</translation>
    </message>
    <message>
        <source>Renew from {0}</source>
        <translation>Renew from {0}</translation>
    </message>
    <message>
        <source>{0} (its key shows with the PIN)</source>
        <translation>{0} (its key shows with the PIN)</translation>
    </message>
    <message>
        <source>Waits for what you have to enter</source>
        <translation>Waits for what you have to enter</translation>
    </message>
    <message>
        <source>Under way (step {number} of {count})</source>
        <translation>Under way (step {number} of {count})</translation>
    </message>
    <message>
        <source>Waiting for the bank</source>
        <translation>Waiting for the bank</translation>
    </message>
    <message>
        <source>Stopped by an error</source>
        <translation>Stopped by an error</translation>
    </message>
    <message>
        <source>Not finished yet</source>
        <translation>Not finished yet</translation>
    </message>
    <message>
        <source>Renew now</source>
        <translation>Renew now</translation>
    </message>
    <message>
        <source>Replaced by a newer one</source>
        <translation>Replaced by a newer one</translation>
    </message>
    <message>
        <source>The same as in the other place</source>
        <translation>The same as in the other place</translation>
    </message>
    <message>
        <source>Put away</source>
        <translation>Put away</translation>
    </message>
    <message>
        <source>Its key is missing</source>
        <translation>Its key is missing</translation>
    </message>
    <message>
        <source>Not accepted by the bank</source>
        <translation>Not accepted by the bank</translation>
    </message>
</context>
<context>
    <name>RunSteps</name>
    <message>
        <source>It stops after this step. You can go on with it later.</source>
        <translation>It stops after this step. You can go on with it later.</translation>
    </message>
    <message>
        <source>You may close this window: it goes on by itself, and nothing is lost even if the PC is switched off. Leave the USB token plugged in, if you use one.</source>
        <translation>You may close this window: it goes on by itself, and nothing is lost even if the PC is switched off. Leave the USB token plugged in, if you use one.</translation>
    </message>
    <message numerus="yes">
        <source>%n second(s) so far</source>
        <translation>
            <numerusform>%n second so far</numerusform>
            <numerusform>%n seconds so far</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SaveFactsButton</name>
    <message>
        <source>Save facts for the help &amp;desk…</source>
        <translation>Save facts for the help &amp;desk…</translation>
    </message>
</context>
<context>
    <name>SelectionRow</name>
    <message>
        <source>&amp;Details</source>
        <translation>&amp;Details</translation>
    </message>
    <message>
        <source>&amp;Put away</source>
        <translation>&amp;Put away</translation>
    </message>
    <message>
        <source>&amp;Bring back</source>
        <translation>&amp;Bring back</translation>
    </message>
    <message>
        <source>Delete &amp;for good…</source>
        <translation>Delete &amp;for good…</translation>
    </message>
</context>
<context>
    <name>SheetPage</name>
    <message>
        <source>What the new PC needs</source>
        <translation>What the new PC needs</translation>
    </message>
    <message>
        <source>Nothing changes on this PC for now. It logs in as before, and you can call the move off.</source>
        <translation>Nothing changes on this PC for now. It logs in as before, and you can call the move off.</translation>
    </message>
    <message>
        <source>&amp;Begin the move</source>
        <translation>&amp;Begin the move</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Next</translation>
    </message>
    <message>
        <source>&amp;Print…</source>
        <translation>&amp;Print…</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>Shell</name>
    <message>
        <source>The link that was opened is not one that this program understands. Nothing was done. Please choose below what you want to do.</source>
        <translation>The link that was opened is not one that this program understands. Nothing was done. Please choose below what you want to do.</translation>
    </message>
    <message>
        <source>{0}: open the window and continue.</source>
        <translation>{0}: open the window and continue.</translation>
    </message>
    <message>
        <source>The bank does not know yet that your certificate has arrived</source>
        <translation>The bank does not know yet that your certificate has arrived</translation>
    </message>
    <message>
        <source>Your certificate can be fetched now</source>
        <translation>Your certificate can be fetched now</translation>
    </message>
    <message>
        <source>Please leave this PC on and online for a moment</source>
        <translation>Please leave this PC on and online for a moment</translation>
    </message>
    <message>
        <source>The new certificate is stored, but the bank does not know yet that it has arrived. This program goes on telling it by itself.</source>
        <translation>The new certificate is stored, but the bank does not know yet that it has arrived. This program goes on telling it by itself.</translation>
    </message>
</context>
<context>
    <name>SmallNotice</name>
    <message>
        <source>Client certificates</source>
        <translation>Client certificates</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Start obtaining the certificate</source>
        <translation>Start obtaining the certificate</translation>
    </message>
    <message>
        <source>Start the certificate renewal</source>
        <translation>Start the certificate renewal</translation>
    </message>
    <message>
        <source>Saving to the USB token takes about 30 seconds to 1 minute; leave it plugged in until it is done. Beforehand, the token has to be ordered from your bank and its software installed.</source>
        <translation>Saving to the USB token takes about 30 seconds to 1 minute; leave it plugged in until it is done. Beforehand, the token has to be ordered from your bank and its software installed.</translation>
    </message>
    <message>
        <source>About the USB token, and its &amp;software for download</source>
        <translation>About the USB token, and its &amp;software for download</translation>
    </message>
    <message>
        <source>On the way, Windows itself asks whether the key may be used. Please choose “OK” or “Allow”; if the key has a password, enter it.</source>
        <translation>On the way, Windows itself asks whether the key may be used. Please choose “OK” or “Allow”; if the key has a password, enter it.</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Cancel</translation>
    </message>
    <message>
        <source>&amp;Obtain</source>
        <translation>&amp;Obtain</translation>
    </message>
    <message>
        <source>&amp;Renew</source>
        <translation>&amp;Renew</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Back</translation>
    </message>
    <message>
        <source>Stored in {place}</source>
        <translation>Stored in {place}</translation>
    </message>
</context>
<context>
    <name>StepList</name>
    <message>
        <source>{step}, done</source>
        <translation>{step}, done</translation>
    </message>
    <message>
        <source>{step}, current step</source>
        <translation>{step}, current step</translation>
    </message>
    <message>
        <source>{step}, stopped here</source>
        <translation>{step}, stopped here</translation>
    </message>
    <message>
        <source>{step}, still to come</source>
        <translation>{step}, still to come</translation>
    </message>
</context>
<context>
    <name>TablePart</name>
    <message>
        <source>{shown} of {total} certificates are shown.</source>
        <translation>{shown} of {total} certificates are shown.</translation>
    </message>
    <message>
        <source>User ID, bank, place …</source>
        <translation>User ID, bank, place …</translation>
    </message>
    <message>
        <source>Find certificates</source>
        <translation>Find certificates</translation>
    </message>
    <message>
        <source>&amp;Quick search:</source>
        <translation>&amp;Quick search:</translation>
    </message>
    <message>
        <source>&amp;View order</source>
        <translation>&amp;View order</translation>
    </message>
    <message>
        <source>The most urgent first</source>
        <translation>The most urgent first</translation>
    </message>
    <message>
        <source>By user ID</source>
        <translation>By user ID</translation>
    </message>
    <message>
        <source>By bank</source>
        <translation>By bank</translation>
    </message>
    <message>
        <source>By place</source>
        <translation>By place</translation>
    </message>
    <message>
        <source>By date</source>
        <translation>By date</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Please obtain a new certificate</source>
        <translation>Please obtain a new certificate</translation>
    </message>
    <message>
        <source>Please renew your certificate</source>
        <translation>Please renew your certificate</translation>
    </message>
    <message>
        <source>{bank}, {user}: the bank does not accept the certificate.</source>
        <translation>{bank}, {user}: the bank does not accept the certificate.</translation>
    </message>
    <message>
        <source>{bank}, {user}: valid until {until}.</source>
        <translation>{bank}, {user}: valid until {until}.</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) are left.</source>
        <translation>
            <numerusform>%n day is left.</numerusform>
            <numerusform>%n days are left.</numerusform>
        </translation>
    </message>
    <message>
        <source>Today is the last day.</source>
        <translation>Today is the last day.</translation>
    </message>
    <message>
        <source>It has expired.</source>
        <translation>It has expired.</translation>
    </message>
    <message>
        <source>A renewal would not make it valid for longer. Please ask your bank.</source>
        <translation>A renewal would not make it valid for longer. Please ask your bank.</translation>
    </message>
    <message>
        <source>It can only be obtained anew, with an issue code.</source>
        <translation>It can only be obtained anew, with an issue code.</translation>
    </message>
    <message>
        <source>Its renewal is not finished yet.</source>
        <translation>Its renewal is not finished yet.</translation>
    </message>
    <message>
        <source>&amp;Renew now</source>
        <translation>&amp;Renew now</translation>
    </message>
    <message>
        <source>Obtain a &amp;new certificate</source>
        <translation>Obtain a &amp;new certificate</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>&amp;Open</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Quit</translation>
    </message>
    <message numerus="yes">
        <source>%n certificate(s) being renewed or obtained</source>
        <translation>
            <numerusform>%n certificate being renewed or obtained</numerusform>
            <numerusform>%n certificates being renewed or obtained</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n certificate(s) waiting to be issued</source>
        <translation>
            <numerusform>%n certificate waiting to be issued</numerusform>
            <numerusform>%n certificates waiting to be issued</numerusform>
        </translation>
    </message>
    <message>
        <source>Client certificates</source>
        <translation>Client certificates</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Later</translation>
    </message>
    <message>
        <source>Obtain now</source>
        <translation>Obtain now</translation>
    </message>
    <message>
        <source>Renew now</source>
        <translation>Renew now</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation>
            <numerusform>%n day left</numerusform>
            <numerusform>%n days left</numerusform>
        </translation>
    </message>
    <message>
        <source>expired</source>
        <translation>expired</translation>
    </message>
    <message>
        <source>last day</source>
        <translation>last day</translation>
    </message>
    <message numerus="yes">
        <source>%n more due</source>
        <translation>
            <numerusform>%n more due</numerusform>
            <numerusform>%n more due</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UpdateLine</name>
    <message>
        <source>Please install the new version of this program</source>
        <translation>Please install the new version of this program</translation>
    </message>
    <message>
        <source>A new version of this program is available</source>
        <translation>A new version of this program is available</translation>
    </message>
    <message>
        <source>{bank} no longer supports the version that you use. The new one is {version}. Until it is installed, renewing may not work.</source>
        <translation>{bank} no longer supports the version that you use. The new one is {version}. Until it is installed, renewing may not work.</translation>
    </message>
    <message>
        <source>{bank} offers version {version}. You can go on working meanwhile.</source>
        <translation>{bank} offers version {version}. You can go on working meanwhile.</translation>
    </message>
    <message>
        <source>Open the bank's do&amp;wnload page</source>
        <translation>Open the bank's do&amp;wnload page</translation>
    </message>
    <message>
        <source>No&amp;t now</source>
        <translation>No&amp;t now</translation>
    </message>
</context>
<context>
    <name>WaitingPage</name>
    <message>
        <source>Next look: {time}</source>
        <translation>Next look: {time}</translation>
    </message>
    <message>
        <source>The bank has received the request and is working on it. This program asks again by itself and then installs the certificate.</source>
        <translation>The bank has received the request and is working on it. This program asks again by itself and then installs the certificate.</translation>
    </message>
    <message>
        <source>You may close this window and switch the PC off: the request is not lost. When the PC is on again, it goes on by itself. When the certificate is ready, the icon next to the clock tells you.</source>
        <translation>You may close this window and switch the PC off: the request is not lost. When the PC is on again, it goes on by itself. When the certificate is ready, the icon next to the clock tells you.</translation>
    </message>
</context>
<context>
    <name>WhichPage</name>
    <message>
        <source>Move to a new PC</source>
        <translation>Move to a new PC</translation>
    </message>
    <message>
        <source>This is the &amp;old PC</source>
        <translation>This is the &amp;old PC</translation>
    </message>
    <message>
        <source>It logs in today. You see what the new one needs, and end this one at last.</source>
        <translation>It logs in today. You see what the new one needs, and end this one at last.</translation>
    </message>
    <message>
        <source>There is no certificate on this PC.</source>
        <translation>There is no certificate on this PC.</translation>
    </message>
    <message>
        <source>This is the ne&amp;w PC</source>
        <translation>This is the ne&amp;w PC</translation>
    </message>
    <message>
        <source>You get a certificate here, and the number that the old PC asks for.</source>
        <translation>You get a certificate here, and the number that the old PC asks for.</translation>
    </message>
    <message>
        <source>The old PC is &amp;lost or broken</source>
        <translation>The old PC is &amp;lost or broken</translation>
    </message>
    <message>
        <source>Whom to call first, and what this PC needs.</source>
        <translation>Whom to call first, and what this PC needs.</translation>
    </message>
    <message>
        <source>A USB token just moves with you</source>
        <translation>A USB token just moves with you</translation>
    </message>
    <message>
        <source>{users}: the certificate is on the USB token. Install the token's software and this program on the new PC, and plug the token in there. Nothing else is needed.</source>
        <translation>{users}: the certificate is on the USB token. Install the token's software and this program on the new PC, and plug the token in there. Nothing else is needed.</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Next</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Cancel</translation>
    </message>
</context>
<context>
    <name>WhoHelps</name>
    <message>
        <source>If you are not sure, ask:</source>
        <translation>If you are not sure, ask:</translation>
    </message>
    <message>
        <source>Who can help:</source>
        <translation>Who can help:</translation>
    </message>
    <message>
        <source>Telephone {number}</source>
        <translation>Telephone {number}</translation>
    </message>
</context>
<context>
    <name>WizardFrame</name>
    <message>
        <source>Details</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>Checks</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>Renewal</source>
        <translation>Renewal</translation>
    </message>
    <message>
        <source>Issue</source>
        <translation>Issue</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Done</translation>
    </message>
</context>
<context>
    <name>WizardPage</name>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
</context>
<context>
    <name>WorkPage</name>
    <message>
        <source>Issuing the certificate</source>
        <translation>Issuing the certificate</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Next</translation>
    </message>
    <message>
        <source>Correct the &amp;user ID</source>
        <translation>Correct the &amp;user ID</translation>
    </message>
    <message>
        <source>S&amp;top here</source>
        <translation>S&amp;top here</translation>
    </message>
    <message>
        <source>S&amp;top after this step</source>
        <translation>S&amp;top after this step</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Close</translation>
    </message>
    <message>
        <source>Please wait</source>
        <translation>Please wait</translation>
    </message>
    <message>
        <source>The bank is being asked. This takes a few seconds.</source>
        <translation>The bank is being asked. This takes a few seconds.</translation>
    </message>
</context>
<context>
    <name>_LeftoverLine</name>
    <message>
        <source>{place}: a key that no certificate uses was left by an interrupted procedure (number {number}). It does no harm there.</source>
        <translation>{place}: a key that no certificate uses was left by an interrupted procedure (number {number}). It does no harm there.</translation>
    </message>
    <message>
        <source>Cl&amp;ear away…</source>
        <translation>Cl&amp;ear away…</translation>
    </message>
    <message>
        <source>Clear away: {0}</source>
        <translation>Clear away: {0}</translation>
    </message>
    <message>
        <source>Left behind</source>
        <translation>Left behind</translation>
    </message>
</context>
<context>
    <name>_ResultLine</name>
    <message>
        <source>Mar&amp;k as seen</source>
        <translation>Mar&amp;k as seen</translation>
    </message>
    <message>
        <source>Mark as seen</source>
        <translation>Mark as seen</translation>
    </message>
    <message>
        <source>Mark as seen: {0}</source>
        <translation>Mark as seen: {0}</translation>
    </message>
</context>
<context>
    <name>holder</name>
    <message>
        <source>Bank</source>
        <translation>Bank</translation>
    </message>
    <message>
        <source>User ID</source>
        <translation>User ID</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Role</translation>
    </message>
    <message>
        <source>Present certificate</source>
        <translation>Present certificate</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>Serial number</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>Valid until</translation>
    </message>
</context>
</TS>