; Installs the new version beside the old one, then changes over. checks.nsh runs before.

!define UN ""

Section "main"
  SetShellVarContext current
  StrCpy $First 0
  StrCpy $Fresh 0
  StrCpy $Changed 0
  StrCpy $Aside ""
  Call BeAlone
  ${If} $OnlyBank = 1
    Call AddBank
  ${Else}
    Call Install
  ${EndIf}
  ${If} ${Silent}
    Call ComeBack
  ${EndIf}
SectionEnd

Function Install
  Call LookAround
  DetailPrint "$(Copying)"
  Call Write
  Call BeAlone ; again: a link, a scheduled task or the logon may have started the program meanwhile
  Call SetForeignFilesAside
  !insertmacro CHANGE_OVER
  Call CompleteProfiles
  Call WriteProfiles
  Call WriteRegistry
  Call WriteShortcut
  Call RemoveOtherVersions
  Call RemoveIncoming
  ${Log} "installed ${VERSION} in $INSTDIR"
FunctionEnd

; Adds only the bank's profile; the installed version is newer and stays.
Function AddBank
  ClearErrors
  !insertmacro PROFILES
  ${If} ${Errors}
    ${Log} "the bank's file could not be written"
    Abort "$(CannotWrite)"
  ${EndIf}
  Call CompleteProfiles
  Call WriteProfiles
  Call RemoveIncoming
  ${Log} "added a bank to $Installed in $INSTDIR"
FunctionEnd

; Returns once neither program runs; ends the setup if the user does not want to wait.
Function BeAlone
  StrCpy $0 1
  Call NothingRuns
  Pop $0
  ${If} $0 == "0"
    Call QuitRunning
    Pop $0
    ${If} $0 == "0"
      Call TakeBack
      SetErrorLevel ${CODE_RUNNING}
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd

; Sets $First and $Fresh, by which TakeBack knows what an aborted setup may remove.
Function LookAround
  ${If} ${FileExists} "$INSTDIR\${CONSOLE_PROGRAM}"
  ${OrIf} ${FileExists} "$INSTDIR\${WINDOWS_PROGRAM}"
    StrCpy $First 0
  ${Else}
    StrCpy $First 1
  ${EndIf}
  ${If} ${FileExists} "$INSTDIR\${CONTENTS}\*.*"
    StrCpy $Fresh 0
  ${Else}
    StrCpy $Fresh 1
  ${EndIf}
FunctionEnd

; Writes all files into the setup's own folder and flushes them to the disk.
Function Write
  Call RemoveIncoming
  ClearErrors
  !insertmacro FILES
  WriteUninstaller "$INSTDIR\${INCOMING}\uninstall.exe"
  ${If} ${Errors}
    ${Log} "the files could not be written"
    Abort "$(CannotWrite)"
  ${EndIf}
  !insertmacro FLUSH
FunctionEnd

; [name] Flushes the file to the disk. Without that, a power cut could keep the rename and lose the contents.
; Retries for 10 seconds, as another program (antivirus software) may hold the file for a moment.
Function Flush
  Exch $0
  Push $1
  Push $2
  Push $3
  StrCpy $3 0
  ${Do}
    StrCpy $2 "$INSTDIR\${INCOMING}\$0"
    ; GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, OPEN_EXISTING
    System::Call 'kernel32::CreateFileW(w r2, i 0x40000000, i 5, p 0, i 3, i 0, p 0) p .r1'
    System::Call 'kernel32::FlushFileBuffers(p r1) i .r2'
    System::Call 'kernel32::CloseHandle(p r1)'
    ${If} $2 <> 0
      ${ExitDo}
    ${EndIf}
    IntOp $3 $3 + 1
    ${If} $3 >= 20
      ${Log} "$0 does not get to the disk"
      Abort "$(CannotWrite)"
    ${EndIf}
    Sleep 500
  ${Loop}
  Pop $3
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

; [name] Moves the file from the setup's own folder into place, in one rename.
Function MoveIn
  Exch $0
  Push $1
  Push $2
  StrCpy $1 "$INSTDIR\${INCOMING}\$0"
  StrCpy $2 "$INSTDIR\$0"
  Call Rename
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

; Renames $1 to $2 and replaces what was there. Retries for 10 seconds, as another program may hold one of them for a
; moment.
Function Rename
  Push $3
  Push $4
  StrCpy $4 0
  ${Do}
    ; MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH
    System::Call 'kernel32::MoveFileExW(w r1, w r2, i 9) i .r3'
    ${If} $3 <> 0
      ${ExitDo}
    ${EndIf}
    IntOp $4 $4 + 1
    ${If} $4 >= 20
      ${Log} "cannot write $2"
      Abort "$(CannotWrite)"
    ${EndIf}
    Sleep 500
  ${Loop}
  Pop $4
  Pop $3
FunctionEnd

; Changes the working folder first: Windows does not remove that of a running process.
Function RemoveIncoming
  SetOutPath "$TEMP"
  RMDir /r "$INSTDIR\${INCOMING}"
  ClearErrors
FunctionEnd

Function WriteRegistry
  WriteRegStr HKCU "${ROOT_KEY}" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "${ROOT_KEY}" "Version" "${NUMERIC_VERSION}"
  WriteRegStr HKCU "${RUN_KEY}" "${PRODUCT}" '"$INSTDIR\${WINDOWS_PROGRAM}" remind'
  WriteRegStr HKCU "${SCHEME_KEY}" "" "URL:${PRODUCT}"
  WriteRegStr HKCU "${SCHEME_KEY}" "URL Protocol" ""
  WriteRegStr HKCU "${SCHEME_KEY}\DefaultIcon" "" '"$INSTDIR\${WINDOWS_PROGRAM}",0'
  WriteRegStr HKCU "${SCHEME_KEY}\shell\open\command" "" '"$INSTDIR\${WINDOWS_PROGRAM}" "%1"'
  ; Who sends notifications with buttons (src/certclient/platform/windows_toasts.py)
  WriteRegStr HKCU "${NOTIFICATIONS_KEY}" "DisplayName" "$(Title)"
  WriteRegStr HKCU "${NOTIFICATIONS_KEY}" "IconUri" "$INSTDIR\${CONTENTS}\certclient\resources\program.png"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "$(Title)"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${WINDOWS_PROGRAM},0"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Contact" "${CONTACT}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  ; Windows writes the registry to the disk some seconds later. After a power cut in between, there would be neither
  ; the reminder at logon nor an entry to uninstall the program.
  System::Call 'advapi32::RegFlushKey(p -2147483647) i' ; HKEY_CURRENT_USER, as 64 bit
FunctionEnd

; Creates the shortcut in the setup's language and removes one in the other language.
Function WriteShortcut
  Delete "$SMPROGRAMS\${TITLE_JA}.lnk"
  Delete "$SMPROGRAMS\${TITLE_EN}.lnk"
  SetOutPath "$INSTDIR" ; becomes the shortcut's working folder
  CreateShortcut "$SMPROGRAMS\$(Title).lnk" "$INSTDIR\${WINDOWS_PROGRAM}" "" "$INSTDIR\${WINDOWS_PROGRAM}" 0 \
    SW_SHOWNORMAL "" "$(ShortcutComment)"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)' ; SHCNE_ASSOCCHANGED
FunctionEnd

; Restarts the program that the setup asked to quit.
Function ComeBack
  ${If} $WasRunning = 1
    Exec '"$INSTDIR\${WINDOWS_PROGRAM}" remind'
  ${EndIf}
FunctionEnd

; Restores the state before the setup. Once one program has been replaced, both versions' libraries stay: each
; program needs its own until the setup has run again.
Function TakeBack
  Call RemoveIncoming
  ${If} $First = 1
    StrCpy $Everything 1
    Push "${CONTENTS}"
    Call RemoveByList
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
  ${ElseIf} $Fresh = 1
  ${AndIf} $Changed = 0
    Push "${CONTENTS}"
    Call RemoveByList
  ${EndIf}
  ClearErrors
FunctionEnd

Function .onInstFailed
  ${Log} "failed"
  Call TakeBack
  Call ComeBack
  SetErrorLevel ${CODE_ABORTED}
FunctionEnd

!undef UN
