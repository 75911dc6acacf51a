; Uninstalls: removes what the setup wrote, by list. Certificates, settings and unfinished procedures stay unless the
; user decides otherwise.

!define UN "un."

Function un.onInit
  Call un.Begin
  SetShellVarContext current
  StrCpy $DeleteOld 0
  StrCpy $DeleteSettings 0
  ${Log} "uninstall ${VERSION}: $Arguments"
  Call un.FindPending
  ${If} $Asked = 0
    MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(UnUnknown)" /SD IDYES IDYES goes_on
    SetErrorLevel 1
    Quit
  ${ElseIf} $Pending != ""
    ${Log} "not finished: $Pending"
    MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(UnPending)" /SD IDYES IDYES goes_on
    SetErrorLevel 1
    Quit
  ${EndIf}
  goes_on:
FunctionEnd

; Asks the program for the user IDs of unfinished procedures, one a line. Sets $Asked to 1 and $Pending, or $Asked to
; 0 if the program cannot answer.
Function un.FindPending
  StrCpy $Pending ""
  nsExec::ExecToStack /TIMEOUT=60000 '"$INSTDIR\${CONSOLE_PROGRAM}" status --unfinished'
  Pop $0
  Pop $1
  ${If} $0 == "0"
    StrCpy $Asked 1
    Call un.ReadPending
  ${Else}
    StrCpy $Asked 0
    ${Log} "nobody knows what is not finished: $0"
  ${EndIf}
FunctionEnd

; Lines of $1 → $Pending, separated by spaces; cut off with an ellipsis (nsExec returns at most 1024 characters).
Function un.ReadPending
  StrCpy $2 0
  ${Do}
    StrCpy $3 $1 1 $2
    IntOp $2 $2 + 1
    ${If} $3 == ""
    ${OrIf} $2 > 400
      ${ExitDo}
    ${EndIf}
    ${If} $3 == "$\r"
      ${Continue}
    ${EndIf}
    ${If} $3 == "$\n"
      StrCpy $3 " "
    ${EndIf}
    StrCpy $Pending "$Pending$3"
  ${Loop}
  ${If} $3 != ""
    StrCpy $Pending "$Pending…"
  ${EndIf}
FunctionEnd

Function un.ShowChoices
  !insertmacro MUI_HEADER_TEXT "$(UnTitle)" "$(UnSubtitle)"
  GetDlgItem $0 $HWNDPARENT 1
  SendMessage $0 ${WM_SETTEXT} 0 "STR:$(UnButton)" ; NSIS's own Japanese label has half-width katakana
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
  ${If} $Asked = 0
  ${OrIf} $Pending != ""
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
  Pop $0
  ${If} $0 == "0"
    SetErrorLevel ${CODE_RUNNING}
    Quit
  ${EndIf}
  DetailPrint "$(UnRemoving)"
  Call un.AskProgram
  SetOutPath "$TEMP" ; Windows does not remove the working folder of a running process
  Delete "$SMPROGRAMS\${TITLE_JA}.lnk"
  Delete "$SMPROGRAMS\${TITLE_EN}.lnk"
  Call un.RemoveStarts
  RMDir /r "$INSTDIR\${INCOMING}"
  Call un.RemoveOtherVersions
  Call un.RemoveProfiles
  Push "${CONTENTS}"
  Call un.RemoveByList
  ${If} $Left = 1
    ${Log} "not all files could be removed"
    SetErrorLevel ${CODE_ABORTED}
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(UnLeft)" /SD IDOK
    Abort
  ${EndIf}
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Call un.RemoveEntries
  ${Log} "uninstalled ${VERSION}"
SectionEnd

; Leaves to the program what only the program knows: its daily task, which certificates are in use, its data folders.
Function un.AskProgram
  nsExec::ExecToStack '"$INSTDIR\${CONSOLE_PROGRAM}" register-reminder --remove'
  Pop $0
  Pop $1
  ${Log} "daily reminder removed: $0"
  StrCpy $2 0
  ${If} $DeleteOld = 1
    nsExec::ExecToStack '"$INSTDIR\${CONSOLE_PROGRAM}" remove-old --yes'
    Call un.NoteAnswer
  ${EndIf}
  ${If} $DeleteSettings = 1
    nsExec::ExecToStack '"$INSTDIR\${CONSOLE_PROGRAM}" remove-data --yes'
    Call un.NoteAnswer
  ${EndIf}
  ${If} $2 <> 0
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(UnNotDeleted)" /SD IDOK
  ${EndIf}
FunctionEnd

; [exit code, output] If the program failed, sets $2 to 1 and $3 to its output.
Function un.NoteAnswer
  Pop $0
  Pop $1
  ${Log} "deleted what was wished: $0 $1"
  ${If} $0 != "0"
    StrCpy $2 1
    StrCpy $3 $1
  ${EndIf}
FunctionEnd

; Removes the URL scheme, the sender of notifications and the start at logon only if they still point to this
; installation.
Function un.RemoveStarts
  ReadRegStr $0 HKCU "${SCHEME_KEY}\shell\open\command" ""
  ${If} $0 == '"$INSTDIR\${WINDOWS_PROGRAM}" "%1"'
    DeleteRegKey HKCU "${SCHEME_KEY}"
  ${EndIf}
  ReadRegStr $0 HKCU "${NOTIFICATIONS_KEY}" "IconUri"
  ${If} $0 == "$INSTDIR\${CONTENTS}\certclient\resources\program.png"
    DeleteRegKey HKCU "${NOTIFICATIONS_KEY}"
    DeleteRegKey /ifempty HKCU "Software\Classes\AppUserModelId"
  ${EndIf}
  ReadRegStr $0 HKCU "${RUN_KEY}" "${PRODUCT}"
  ${If} $0 == '"$INSTDIR\${WINDOWS_PROGRAM}" remind'
    DeleteRegValue HKCU "${RUN_KEY}" "${PRODUCT}"
  ${EndIf}
FunctionEnd

; Removes the chosen banks' profiles: they are on no list, but in our registry key.
Function un.RemoveProfiles
  ReadRegStr $0 HKCU "${ROOT_KEY}" "Profiles"
  ${DoWhile} $0 != ""
    Call un.FirstId
    ${If} $1 != ""
      Push "profiles\$1.toml"
      Call un.Remove
    ${EndIf}
  ${Loop}
  RMDir "$INSTDIR\profiles"
  ClearErrors
FunctionEnd

; Runs last: until then, Windows' list of programs offers to continue an uninstallation that was stopped halfway.
Function un.RemoveEntries
  DeleteRegValue HKCU "${ROOT_KEY}" "InstallDir"
  DeleteRegValue HKCU "${ROOT_KEY}" "Version"
  DeleteRegValue HKCU "${ROOT_KEY}" "Profiles"
  DeleteRegKey /ifempty HKCU "${ROOT_KEY}"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
FunctionEnd

!undef UN
