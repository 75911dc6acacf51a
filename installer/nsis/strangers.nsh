; Files of somebody else's with which the program does not start (installer/native/files.c). Who reads
; CC-PROGRAM-CHANGED is told to run the setup again; it puts them aside and deletes none.

!define UN ""

; Where this version lies, whatever it does not have; at the top what Windows and Qt would load.
Function SetStrangersAside
  Push "${CONTENTS}"
  Call SetAsideBelow
  ${Do}
    Call FindStranger
    Pop $0
    ${If} $0 == ""
      ${ExitDo}
    ${EndIf}
    Push $0
    Call SetAside
  ${Loop}
FunctionEnd

; [folder below $INSTDIR, with or without anything in it]
Function SetAsideBelow
  Exch $0
  Push $1
  Push $2
  Push $3
  Push $4
  FindFirst $1 $2 "$INSTDIR\$0\*.*"
  ${While} $2 != ""
    ${If} $2 != "."
    ${AndIf} $2 != ".."
      Push "$0\$2"
      Call KindOf
      Pop $3
      Push "$0\$2$3"
      Call IsOurs
      Pop $4
      ${If} $4 == "0"
        Push "$0\$2"
        Call SetAside
      ${ElseIf} $3 == "\"
        Push "$0\$2"
        Call SetAsideBelow
      ${EndIf}
    ${EndIf}
    ClearErrors
    FindNext $1 $2
  ${EndWhile}
  FindClose $1
  ClearErrors
  Pop $4
  Pop $3
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

; [path below $INSTDIR] → "\" for a folder, "?" for one that leads elsewhere, "" for a file.
Function KindOf
  Exch $0
  Push $1
  StrCpy $1 "$INSTDIR\$0"
  System::Call 'kernel32::GetFileAttributesW(w r1) i .r1'
  IntOp $1 $1 & 0x410 ; FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT
  StrCpy $0 ""
  ${If} $1 = 0x10
    StrCpy $0 "\"
  ${ElseIf} $1 = 0x410
    StrCpy $0 "?"
  ${EndIf}
  Pop $1
  Exch $0
FunctionEnd

; → the path below $INSTDIR of what keeps the program from starting, beside the programs or in a folder there;
; "" if there is nothing.
Function FindStranger
  Push ""
  Call FindStrangerIn
FunctionEnd

; ["" or a folder below $INSTDIR, with a backslash at its end] → as FindStranger. Goes no deeper: nor does Qt,
; which looks for plugins in the folders beside the programs.
Function FindStrangerIn
  Exch $0
  Push $1
  Push $2
  Push $3
  Push $4
  StrCpy $4 ""
  FindFirst $1 $2 "$INSTDIR\$0*.*"
  ${While} $2 != ""
    Push "$0$2"
    Call KindOf
    Pop $3
    ${If} $3 == ""
      Push "$0$2"
      Call IsStranger
      Pop $4
    ${ElseIf} $0 == ""
      Push $2
      Call KeepsLibraries
      Pop $4
      ${If} $4 == "1"
        StrCpy $4 ""
      ${ElseIf} $3 == "?"
        StrCpy $4 $2
      ${Else}
        Push "$2\"
        Call FindStrangerIn
        Pop $4
      ${EndIf}
    ${EndIf}
    ${If} $4 != ""
      ${ExitWhile}
    ${EndIf}
    ClearErrors
    FindNext $1 $2
  ${EndWhile}
  FindClose $1
  ClearErrors
  StrCpy $0 $4
  Pop $4
  Pop $3
  Pop $2
  Pop $1
  Exch $0
FunctionEnd

; [folder at the top] → "1" for one whose libraries nobody loads, or that is looked at by itself; "0".
Function KeepsLibraries
  Exch $0
  Push $1
  Push $2
  StrCpy $1 $0 4
  StrCpy $2 $0 9 -9
  ${If} $1 == "app-"
  ${OrIf} $2 == "-incoming"
  ${OrIf} $0 == "set-aside"
  ${OrIf} $0 == "."
  ${OrIf} $0 == ".."
    StrCpy $0 "1"
  ${Else}
    StrCpy $0 "0"
  ${EndIf}
  Pop $2
  Pop $1
  Exch $0
FunctionEnd

; [file below $INSTDIR] → the same if it is a DLL, whatever its name ends in, or tells Qt where plugins are;
; else "".
Function IsStranger
  Exch $0
  Push $1
  Push $2
  Push $3
  StrCpy $1 $0 "" -4
  ${If} $1 == ".exe"
    StrCpy $0 ""
  ${ElseIf} $0 != "qt.conf"
  ${AndIf} $0 != "qt6.conf"
    StrCpy $2 ""
    StrCpy $3 ""
    ClearErrors
    FileOpen $1 "$INSTDIR\$0" r
    FileReadByte $1 $2
    FileReadByte $1 $3
    FileClose $1
    ClearErrors
    ${If} "$2 $3" != "77 90" ; MZ
      StrCpy $0 ""
    ${EndIf}
  ${EndIf}
  Pop $3
  Pop $2
  Pop $1
  Exch $0
FunctionEnd

; [path below $INSTDIR]
Function SetAside
  Exch $0
  Push $1
  Push $2
  ${If} $Aside == ""
    StrCpy $1 1
    ${While} ${FileExists} "$INSTDIR\set-aside\$1\*.*"
      IntOp $1 $1 + 1
    ${EndWhile}
    StrCpy $Aside "set-aside\$1"
  ${EndIf}
  ${GetParent} "$INSTDIR\$Aside\$0" $1
  CreateDirectory "$1"
  ${Log} "not of this program, put into $Aside: $0"
  StrCpy $1 "$INSTDIR\$0"
  StrCpy $2 "$INSTDIR\$Aside\$0"
  Call Rename
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

!undef UN
