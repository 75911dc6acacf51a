; Uninstalling: what was written goes, by list. Certificates stay, and so do settings and what is not finished
; yet, unless somebody decides otherwise.

!define UN "un."

Function un.onInit
  Call un.Begin
  SetShellVarContext current
  StrCpy $DeleteOld 0
  StrCpy $DeleteSettings 0
  ${Log} "uninstall ${VERSION}: $Arguments"
  Call un.FindPending
  ${If} $Pending != ""
    ${Log} "not finished: $Pending"
    MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(UnPending)" /SD IDYES IDYES goes_on
    SetErrorLevel 1
    Quit
    goes_on:
  ${EndIf}
FunctionEnd

; Sets $Pending to the user IDs of procedures that are not finished. Asks the program itself.
Function un.FindPending
  StrCpy $Pending ""
  ReadRegStr $0 HKCU "${ROOT_KEY}" "Profiles"
  Call un.FirstId ; of ",a,b,": nothing
  Call un.FirstId
  nsExec::ExecToStack '"$INSTDIR\${CONSOLE_PROGRAM}" status --json --profile "$1"'
  Pop $0
  Pop $1
  ${If} $0 != 0
    ${Log} "status: $0"
    Return
  ${EndIf}
  StrLen $3 '"user_id": "'
  StrCpy $2 0
  ${Do}
    StrCpy $4 $1 $3 $2
    ${If} $4 == ""
      ${ExitDo}
    ${EndIf}
    IntOp $2 $2 + 1
    ${If} $4 == '"user_id": "'
      IntOp $2 $2 - 1
      IntOp $2 $2 + $3
      ${Do}
        StrCpy $4 $1 1 $2
        IntOp $2 $2 + 1
        ${If} $4 == '"'
        ${OrIf} $4 == ""
          ${ExitDo}
        ${EndIf}
        StrCpy $Pending "$Pending$4"
      ${Loop}
      StrCpy $Pending "$Pending "
    ${EndIf}
  ${Loop}
FunctionEnd

Function un.ShowChoices
  !insertmacro MUI_HEADER_TEXT "$(UnTitle)" "$(UnSubtitle)"
  GetDlgItem $0 $HWNDPARENT 1
  SendMessage $0 ${WM_SETTEXT} 0 "STR:$(UnButton)" ; NSIS writes it in half-width letters
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0u 100% 26u "$(UnText)"
  Pop $0
  ${NSD_CreateCheckbox} 0 30u 100% 12u "$(UnKeep)"
  Pop $KeepBox
  ${NSD_Check} $KeepBox
  ${NSD_CreateLabel} 12u 44u 95% 34u "$(UnKeepNote)"
  Pop $0
  ${NSD_CreateCheckbox} 0 84u 100% 12u "$(UnSettings)"
  Pop $SettingsBox
  ${NSD_CreateLabel} 12u 98u 95% 26u "$(UnSettingsNote)"
  Pop $0
  ${If} $Pending != ""
    EnableWindow $SettingsBox 0
  ${EndIf}
  nsDialogs::Show
FunctionEnd

Function un.LeaveChoices
  ${NSD_GetState} $KeepBox $0
  ${NSD_GetState} $SettingsBox $DeleteSettings
  StrCpy $DeleteOld 0
  ${If} $0 <> ${BST_CHECKED}
    MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(UnReallyDelete)" IDYES really
    Abort
    really:
    StrCpy $DeleteOld 1
  ${EndIf}
FunctionEnd

Section "Uninstall"
  SetShellVarContext current
  Call un.QuitRunning
  DetailPrint "$(UnRemoving)"
  nsExec::ExecToStack '"$INSTDIR\${CONSOLE_PROGRAM}" register-reminder --remove'
  Pop $0
  Pop $1
  ${Log} "daily reminder removed: $0"
  ${If} $DeleteOld = 1
    nsExec::ExecToStack '"$INSTDIR\${CONSOLE_PROGRAM}" remove-old --yes'
    Pop $0
    Pop $1
    ${Log} "old certificates removed: $0 $1"
  ${EndIf}
  SetOutPath "$TEMP"
  Call un.RemoveRegistry
  Delete "$SMPROGRAMS\${TITLE_JA}.lnk"
  Delete "$SMPROGRAMS\${TITLE_EN}.lnk"
  Call un.RemoveOtherVersions
  Call un.RemoveProfiles
  Push "${CONTENTS}"
  Call un.RemoveByList
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  ${If} $DeleteSettings = 1
    Call un.RemoveSettings
  ${EndIf}
  ${Log} "uninstalled ${VERSION}"
SectionEnd

; The scheme and the start at logon only where they are still ours.
Function un.RemoveRegistry
  ReadRegStr $0 HKCU "${SCHEME_KEY}\shell\open\command" ""
  ${If} $0 == '"$INSTDIR\${WINDOWS_PROGRAM}" "%1"'
    DeleteRegKey HKCU "${SCHEME_KEY}"
  ${EndIf}
  ReadRegStr $0 HKCU "${RUN_KEY}" "${PRODUCT}"
  ${If} $0 == '"$INSTDIR\${WINDOWS_PROGRAM}" remind'
    DeleteRegValue HKCU "${RUN_KEY}" "${PRODUCT}"
  ${EndIf}
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
FunctionEnd

; The chosen banks' files, then our own key, which says which those are.
Function un.RemoveProfiles
  ReadRegStr $0 HKCU "${ROOT_KEY}" "Profiles"
  ${DoWhile} $0 != ""
    Call un.FirstId
    ${If} $1 != ""
      Delete "$INSTDIR\profiles\$1.toml"
    ${EndIf}
  ${Loop}
  RMDir "$INSTDIR\profiles"
  ClearErrors
  DeleteRegValue HKCU "${ROOT_KEY}" "InstallDir"
  DeleteRegValue HKCU "${ROOT_KEY}" "Version"
  DeleteRegValue HKCU "${ROOT_KEY}" "Profiles"
  DeleteRegKey /ifempty HKCU "${ROOT_KEY}"
FunctionEnd

; Journal, reminders, log and what was chosen in the windows. Never while something is not finished.
Function un.RemoveSettings
  ${If} $Pending != ""
    Return
  ${EndIf}
  Delete "$LOCALAPPDATA\${DATA}\journal.sqlite"
  Delete "$LOCALAPPDATA\${DATA}\journal.sqlite-wal"
  Delete "$LOCALAPPDATA\${DATA}\journal.sqlite-shm"
  Delete "$LOCALAPPDATA\${DATA}\reminders.json"
  Delete "$LOCALAPPDATA\${DATA}\daily-reminder.txt"
  Delete "$LOCALAPPDATA\${DATA}\*.lock"
  Delete "$LOCALAPPDATA\${DATA}\Logs\certclient.log*"
  RMDir "$LOCALAPPDATA\${DATA}\Logs"
  RMDir "$LOCALAPPDATA\${DATA}"
  Delete "$APPDATA\${DATA}\settings.ini"
  RMDir "$APPDATA\${DATA}"
  ClearErrors
  ${Log} "settings removed"
FunctionEnd

!undef UN
