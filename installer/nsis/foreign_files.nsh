; Foreign files that keep the program from starting (installer/native/files.c has the same rules). The advice with
; CC-PROGRAM-CHANGED is to run the setup again; the setup sets such files aside and deletes none.

!define UN ""

; In this version's library folder: every file that is not on its list. At the top: what Windows or Qt would load.
Function SetForeignFilesAside
  Push "${CONTENTS}"
  Call SetAsideBelow
  ${Do}
    Call FindForeignFile
    Pop $0
    ${If} $0 == ""
      ${ExitDo}
    ${EndIf}
    Push $0
    Call SetAside
  ${Loop}
FunctionEnd

; [folder below $INSTDIR] Sets aside everything in it that is not on this version's list.
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

; [path below $INSTDIR] → "\" for a folder, "?" for a junction or symbolic link to one, "" for a file.
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

; → the path below $INSTDIR of the first foreign file or link, beside the programs or in a folder there; "" if none.
Function FindForeignFile
  Push ""
  Call FindForeignFileIn
FunctionEnd

; ["" or a folder below $INSTDIR, with a trailing backslash] → as FindForeignFile. Descends one level only, as Qt does,
; which looks for plugins in the folders beside the programs.
Function FindForeignFileIn
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
      Call IsForeignFile
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
        Call FindForeignFileIn
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

; [folder at the top] → "1" if nothing is loaded from it, or if it is checked against its list; else "0". The same
; rule as keeps_libraries in installer/native/files.c.
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

; [file below $INSTDIR] → the same if it is a DLL by content, whatever its extension, or Qt's configuration (which
; sets the plugin path); else "".
Function IsForeignFile
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

; [path below $INSTDIR] Moves it below set-aside\<n>, a new folder for each run of the setup.
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
