; Installing: checks that change nothing, then the new version beside the old one, then the change-over.

!define UN ""

Function .onInit
  Call Begin
  ${Log} "setup ${VERSION} (${NUMERIC_VERSION}): $Arguments"
  ${IfNot} ${AtLeastWin10}
    ${Refuse} ${CODE_WINDOWS} "$(WindowsTooOld)"
  ${EndIf}
  ReadRegStr $0 HKLM "Software\certclient" "InstallDir" ; the MSI's, whatever the product is called
  ${If} $0 != ""
    ${Refuse} ${CODE_MACHINE} "$(ForAllUsers)"
  ${EndIf}
  Call CheckVersion
  Call ReadProfiles
  Call CheckSpace
FunctionEnd

; The banner's letters are as large as the rest wants them.
Function OnWindow
  BringToFront
FunctionEnd

Function CheckVersion
  ReadRegStr $0 HKCU "${ROOT_KEY}" "Version"
  ${If} $0 == ""
    Return
  ${EndIf}
  ${Log} "installed: $0"
  ${VersionCompare} "$0" "${NUMERIC_VERSION}" $1
  ${If} $1 == 1
    ClearErrors
    ${GetOptions} $Arguments "/ALLOWDOWNGRADE" $2
    ${If} ${Errors}
      ReadRegStr $0 HKCU "${UNINSTALL_KEY}" "DisplayVersion"
      ${Refuse} ${CODE_DOWNGRADE} "$(Downgrade)"
    ${EndIf}
    ClearErrors
  ${EndIf}
FunctionEnd

; The old version stays until the new one is there.
Function CheckSpace
  CreateDirectory "$LOCALAPPDATA\Programs"
  ${DriveSpace} "$LOCALAPPDATA\Programs" "/D=F /S=K" $0
  ${If} ${Errors}
    ClearErrors
    Return
  ${EndIf}
  ClearErrors
  ${GetOptions} $Arguments "/SPACE=" $1 ; for tests: how much is wanted, in KB
  ${If} ${Errors}
    StrCpy $1 ${SIZE_KB}
  ${EndIf}
  ClearErrors
  System::Int64Op $0 < $1
  Pop $2
  ${If} $2 = 1
    IntOp $1 $1 / 1024
    IntOp $1 $1 + 1
    ${Refuse} ${CODE_SPACE} "$(NoSpace)"
  ${EndIf}
FunctionEnd

Section "main"
  SetShellVarContext current
  Call QuitRunning
  SetOutPath "$INSTDIR"
  ${If} ${FileExists} "$INSTDIR\${CONTENTS}\*.*"
    StrCpy $Fresh 0
  ${Else}
    StrCpy $Fresh 1
  ${EndIf}
  DetailPrint "$(Copying)"
  ClearErrors
  !insertmacro FILES
  ${If} ${Errors}
    ${Log} "the files could not be written"
    Abort "$(CannotWrite)"
  ${EndIf}
  ; From here on, each of these is the old or the new one.
  WriteUninstaller "$INSTDIR\uninstall.exe.new"
  !insertmacro CHANGE_OVER
  Push "uninstall.exe"
  Call MoveIn
  Call CompleteProfiles
  Call WriteProfiles
  Call WriteRegistry
  Call WriteShortcut
  Call RemoveOtherVersions
  SetOutPath "$TEMP" ; so that the folder is nobody's working folder
  ${If} ${Silent}
  ${AndIf} $WasRunning = 1
    Exec '"$INSTDIR\${WINDOWS_PROGRAM}" remind'
  ${EndIf}
  ${Log} "installed ${VERSION} in $INSTDIR"
SectionEnd

; [name] Makes name.new name, in one step. An antivirus program may hold it for a moment.
Function MoveIn
  Exch $0
  Push $1
  Push $2
  StrCpy $2 20
  ${Do}
    ; MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH
    System::Call 'kernel32::MoveFileExW(w "$INSTDIR\$0.new", w "$INSTDIR\$0", i 9) i .r1'
    ${If} $1 <> 0
      ${ExitDo}
    ${EndIf}
    IntOp $2 $2 - 1
    ${If} $2 <= 0
      ${Log} "cannot replace $0"
      Abort "$(CannotWrite)"
    ${EndIf}
    Sleep 500
  ${Loop}
  Pop $2
  Pop $1
  Pop $0
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

; What was written of a version that is not the installed one goes again.
Function .onInstFailed
  ${Log} "failed"
  ${If} $Fresh = 1
    Push "${CONTENTS}"
    Call RemoveByList
  ${EndIf}
  !insertmacro FORGET_NEW
  SetErrorLevel ${CODE_ABORTED}
FunctionEnd

!undef UN
