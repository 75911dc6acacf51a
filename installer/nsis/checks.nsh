; Checks that run before the setup changes anything.

!define UN ""

Function .onInit
  Call Begin
  StrCpy $OnlyBank 0
  ${Log} "setup ${VERSION} (${NUMERIC_VERSION}): $Arguments"
  ${IfNot} ${AtLeastWin10}
    ${Refuse} ${CODE_WINDOWS} "$(WindowsTooOld)"
  ${EndIf}
  ReadRegStr $0 HKLM "Software\certclient" "InstallDir" ; written by the MSI, whatever the product is called
  ${If} $0 != ""
    ${Refuse} ${CODE_MACHINE} "$(ForAllUsers)"
  ${EndIf}
  Call FindInstalled
  Call CheckFolder
  Call ReadProfiles
  Call CheckVersion
  Call ChooseWelcome
  ${If} $OnlyBank = 0
    Call CheckSpace
  ${EndIf}
FunctionEnd

; Brings the window in front of others, such as the browser that has just downloaded the setup.
Function OnWindow
  BringToFront
FunctionEnd

; Sets $Installed. The registry counts only if the program is there: its folder may have been deleted by hand, and a
; roaming profile brings along the registry of another computer.
Function FindInstalled
  StrCpy $Installed ""
  ReadRegStr $0 HKCU "${ROOT_KEY}" "InstallDir"
  ${If} $0 == ""
    Return
  ${EndIf}
  ${If} ${FileExists} "$0\${WINDOWS_PROGRAM}"
  ${OrIf} ${FileExists} "$0\${CONSOLE_PROGRAM}"
    ReadRegStr $Installed HKCU "${ROOT_KEY}" "Version"
    ${Log} "installed: $Installed in $0"
    Return
  ${EndIf}
  ${Log} "no longer in $0"
  ; InstallDirRegKey has set $INSTDIR from the stale entry, unless /D= was given.
  Push "/D="
  Call Option
  Pop $0
  ${If} ${Errors}
    StrCpy $INSTDIR "$LOCALAPPDATA\Programs\${PRODUCT}"
  ${EndIf}
  ClearErrors
FunctionEnd

; Refuses a second folder: the program in the first one would stay behind, and nothing would update or remove it.
; Also refuses a folder with foreign DLLs, beside which the program would not start.
Function CheckFolder
  ${If} $Installed != ""
    ReadRegStr $0 HKCU "${ROOT_KEY}" "InstallDir"
    ${If} $0 != $INSTDIR
      ${Refuse} ${CODE_FOLDER} "$(OtherFolder)"
    ${EndIf}
    Return
  ${EndIf}
  ${IfNot} ${FileExists} "$INSTDIR\${WINDOWS_PROGRAM}"
  ${AndIfNot} ${FileExists} "$INSTDIR\${CONSOLE_PROGRAM}"
    Call FindForeignFile
    Pop $0
    ${If} $0 != ""
      ${Refuse} ${CODE_FOLDER} "$(StrangeFolder)"
    ${EndIf}
  ${EndIf}
FunctionEnd

; An older version replaces a newer one only with /ALLOWDOWNGRADE. Without it, it may still add a bank.
Function CheckVersion
  ${If} $Installed == ""
    Return
  ${EndIf}
  ${VersionCompare} "$Installed" "${NUMERIC_VERSION}" $1
  Push "/ALLOWDOWNGRADE"
  Call Option
  Pop $0
  ${IfNot} ${Errors}
  ${OrIf} $1 <> 1
    ClearErrors
    Return
  ${EndIf}
  ClearErrors
  Call ForgetKnownProfiles
  ReadRegStr $0 HKCU "${UNINSTALL_KEY}" "DisplayVersion"
  ${If} $Profiles == ","
    ${Refuse} ${CODE_DOWNGRADE} "$(Downgrade)"
  ${EndIf}
  StrCpy $OnlyBank 1
  ${Log} "only a bank is added: $Profiles"
  MessageBox MB_OK|MB_ICONINFORMATION "$(OnlyBankText)" /SD IDOK
FunctionEnd

; Sets the first page's title and text by what is installed: nothing, this version, or another one.
Function ChooseWelcome
  StrCpy $FirstTitle "$(WelcomeTitle)"
  StrCpy $FirstText "$(WelcomeText)"
  ${If} $Installed == ""
    Return
  ${EndIf}
  ReadRegStr $0 HKCU "${UNINSTALL_KEY}" "DisplayVersion"
  ${VersionCompare} "$Installed" "${NUMERIC_VERSION}" $1
  ${If} $OnlyBank = 1
    StrCpy $FirstText "$(OnlyBankText)"
  ${ElseIf} $1 = 0
    StrCpy $FirstTitle "$(RepairTitle)"
    StrCpy $FirstText "$(RepairText)"
  ${Else}
    StrCpy $FirstTitle "$(UpdateTitle)"
    StrCpy $FirstText "$(UpdateText)"
  ${EndIf}
FunctionEnd

; Requires room for the whole version, as the old one stays until the new one is in place, and as much again for
; temporary files: twice if both are on one drive.
Function CheckSpace
  ${GetRoot} "$INSTDIR" $0
  ${GetRoot} "$TEMP" $1
  StrCpy $2 ${SIZE_KB}
  ${If} $0 == $1
    IntOp $2 $2 * 2
  ${EndIf}
  StrCpy $0 "$INSTDIR"
  Call CheckRoom
  StrCpy $0 "$TEMP"
  Call CheckRoom
FunctionEnd

; Refuses if less than $2 KB are free for the folder $0, which need not exist yet. If Windows cannot say how much is
; free, the check passes: copying will fail if there is too little.
Function CheckRoom
  ${Do}
    ; Fails for a folder that does not exist yet; then its parent is asked.
    System::Call 'kernel32::GetDiskFreeSpaceExW(w "$0\", *l .r3, p 0, p 0) i .r4'
    ${If} $4 <> 0
      ${ExitDo}
    ${EndIf}
    ${GetParent} "$0" $0
    ${If} $0 == ""
      Return
    ${EndIf}
  ${Loop}
  System::Int64Op $3 / 1024
  Pop $3
  System::Int64Op $3 < $2
  Pop $4
  ${If} $4 = 1
    IntOp $1 $2 / 1024
    IntOp $1 $1 + 1
    ${Refuse} ${CODE_SPACE} "$(NoSpace)"
  ${EndIf}
FunctionEnd

!undef UN
