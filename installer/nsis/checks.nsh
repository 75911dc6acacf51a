; What is looked at before anything is changed.

!define UN ""

Function .onInit
  Call Begin
  StrCpy $OnlyBank 0
  ${Log} "setup ${VERSION} (${NUMERIC_VERSION}): $Arguments"
  ${IfNot} ${AtLeastWin10}
    ${Refuse} ${CODE_WINDOWS} "$(WindowsTooOld)"
  ${EndIf}
  ReadRegStr $0 HKLM "Software\certclient" "InstallDir" ; the MSI's, whatever the product is called
  ${If} $0 != ""
    ${Refuse} ${CODE_MACHINE} "$(ForAllUsers)"
  ${EndIf}
  Call FindInstalled
  Call CheckFolder
  Call ReadProfiles
  Call CheckVersion
  ${If} $OnlyBank = 0
    Call CheckSpace
  ${EndIf}
FunctionEnd

; The window comes before others: the browser that has just downloaded the setup, say.
Function OnWindow
  BringToFront
FunctionEnd

; Sets $Installed. What the registry says counts only where the program is: its folder may have been deleted by
; hand, and a roaming profile brings the registry of another computer.
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
  Push "/D="
  Call Option
  Pop $0
  ${If} ${Errors}
    StrCpy $INSTDIR "$LOCALAPPDATA\Programs\${PRODUCT}"
  ${EndIf}
  ClearErrors
FunctionEnd

; One program, in one folder: a second one would leave the first one behind, which nothing updates or removes.
; And not among other programs' DLLs, with which it would not start.
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
    Call FindStranger
    Pop $0
    ${If} $0 != ""
      ${Refuse} ${CODE_FOLDER} "$(StrangeFolder)"
    ${EndIf}
  ${EndIf}
FunctionEnd

; An older version does not replace a newer one, unless told so. It may bring a bank that is not here yet.
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

; The old version stays until the new one is there, and on the way everything is unpacked into the folder for
; temporary files as well.
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

; Refuses if less than $2 KB are free where the folder $0 is, or will be. Where Windows does not say how much is,
; writing will show it.
Function CheckRoom
  ${Do}
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
