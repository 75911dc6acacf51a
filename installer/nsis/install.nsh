; Installing: the new version beside the old one, then the change-over. checks.nsh has what comes before.

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
  Call BeAlone ; a link, a task or the start at logon may have started it meanwhile
  Call SetStrangersAside
  !insertmacro CHANGE_OVER
  Call CompleteProfiles
  Call WriteProfiles
  Call WriteRegistry
  Call WriteShortcut
  Call RemoveOtherVersions
  Call RemoveIncoming
  ${Log} "installed ${VERSION} in $INSTDIR"
FunctionEnd

; The installed version is newer and stays.
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

; Comes back when no program of ours runs, or ends the setup.
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

; Everything, complete and on the disk, in a folder of the setup's own.
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

; [name] Has Windows write the file to the disk: a rename alone would survive a power cut that its contents do
; not. Another program may hold it for a moment.
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

; [name] Puts it from the setup's own folder into its place, in one step.
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

; Renames $1 to $2, whatever was there. Another program may hold one of them for a moment.
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

; The folder is nobody's working folder by then.
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
  ; Windows would write it in some seconds; without it nothing reminds and nothing uninstalls.
  System::Call 'advapi32::RegFlushKey(p -2147483647) i' ; HKEY_CURRENT_USER, as 64 bit
FunctionEnd

; In the language of this setup; one in the other language goes.
Function WriteShortcut
  Delete "$SMPROGRAMS\${TITLE_JA}.lnk"
  Delete "$SMPROGRAMS\${TITLE_EN}.lnk"
  SetOutPath "$INSTDIR" ; becomes the shortcut's working folder
  CreateShortcut "$SMPROGRAMS\$(Title).lnk" "$INSTDIR\${WINDOWS_PROGRAM}" "" "$INSTDIR\${WINDOWS_PROGRAM}" 0 \
    SW_SHOWNORMAL "" "$(ShortcutComment)"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)' ; SHCNE_ASSOCCHANGED
FunctionEnd

; Starts again what the setup has asked to quit.
Function ComeBack
  ${If} $WasRunning = 1
    Exec '"$INSTDIR\${WINDOWS_PROGRAM}" remind'
  ${EndIf}
FunctionEnd

; Leaves what was there before. Once a program is the new one, its libraries stay, and so do the old ones: each
; program has its own until the setup has run again.
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
