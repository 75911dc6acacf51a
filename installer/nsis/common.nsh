; What setup and uninstaller share. NSIS wants an uninstaller's functions to be named un.something, so each is
; made twice.

!macro Log TEXT
  Push `${TEXT}`
  Call ${UN}WriteLog
!macroend
!define Log "!insertmacro Log"

; Ends with an exit code of our own: `Tell` is also shown to who sits there.
!macro Refuse CODE TEXT
  ${Log} "refused (${CODE}): ${TEXT}"
  MessageBox MB_OK|MB_ICONEXCLAMATION `${TEXT}` /SD IDOK
  SetErrorLevel ${CODE}
  Quit
!macroend
!define Refuse "!insertmacro Refuse"

!macro COMMON UN_
!define UN "${UN_}"

; [text] → one line of the log, with the time. A log that cannot be written is no reason to stop.
Function ${UN}WriteLog
  Exch $0
  Push $1
  Push $2
  Push $3
  Push $4
  Push $5
  Push $6
  Push $7
  Push $8
  ${GetTime} "" "L" $1 $2 $3 $4 $5 $6 $7
  ClearErrors
  FileOpen $8 $LogFile a
  ${IfNot} ${Errors}
    FileSeek $8 0 END
    FileWriteUTF16LE /BOM $8 "$3-$2-$1 $5:$6:$7 $0$\r$\n"
    FileClose $8
  ${EndIf}
  ClearErrors
  Pop $8
  Pop $7
  Pop $6
  Pop $5
  Pop $4
  Pop $3
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

; /LOG=, /LANG=, and that nobody else sets up at the same time.
Function ${UN}Begin
  ${GetParameters} $Arguments
  ClearErrors
  ${GetOptions} $Arguments "/LOG=" $LogFile
  ${If} ${Errors}
  ${OrIf} $LogFile == ""
    StrCpy $LogFile "$TEMP\${PRODUCT}-setup.log"
  ${EndIf}
  ClearErrors
  ${GetOptions} $Arguments "/LANG=" $0
  ${IfNot} ${Errors}
    ${If} $0 == "ja"
      StrCpy $LANGUAGE ${LANG_JAPANESE}
    ${Else}
      StrCpy $LANGUAGE ${LANG_ENGLISH}
    ${EndIf}
  ${EndIf}
  System::Call 'kernel32::CreateMutexW(p 0, i 1, w "Local\${PRODUCT}-setup") p ?e'
  Pop $0
  ${If} $0 = 183 ; ERROR_ALREADY_EXISTS
    ${Refuse} ${CODE_BUSY} "$(AlreadyRunning)"
  ${EndIf}
FunctionEnd

; [file] → "1" if it can be written or is not there, "0" if a program runs from it.
Function ${UN}IsFree
  Exch $0
  Push $1
  ${If} ${FileExists} "$0"
    ClearErrors
    FileOpen $1 "$0" a
    ${If} ${Errors}
      StrCpy $0 "0"
    ${Else}
      FileClose $1
      StrCpy $0 "1"
    ${EndIf}
    ClearErrors
  ${Else}
    StrCpy $0 "1"
  ${EndIf}
  Pop $1
  Exch $0
FunctionEnd

; → "1" if no program of ours runs; waits up to $0 half seconds for it.
Function ${UN}NothingRuns
  ${Do}
    Push "$INSTDIR\${CONSOLE_PROGRAM}"
    Call ${UN}IsFree
    Pop $1
    Push "$INSTDIR\${WINDOWS_PROGRAM}"
    Call ${UN}IsFree
    Pop $2
    ${If} "$1$2" == "11"
      Push "1"
      Return
    ${EndIf}
    IntOp $0 $0 - 1
    ${If} $0 <= 0
      Push "0"
      Return
    ${EndIf}
    Sleep 500
  ${Loop}
FunctionEnd

; Asks the running program to quit, which it does after the step that it is at; never ends it by force. Does
; not come back while it runs.
Function ${UN}QuitRunning
  StrCpy $WasRunning 0
  ${Do}
    ${If} ${FileExists} "$INSTDIR\${CONSOLE_PROGRAM}"
      DetailPrint "$(AskingToQuit)"
      nsExec::ExecToStack '"$INSTDIR\${CONSOLE_PROGRAM}" quit --wait ${SECONDS_TO_QUIT}'
      Pop $3
      Pop $4
      ${Log} "quit: $3"
      ${If} $3 == 0
        StrCpy $WasRunning 1
      ${EndIf}
    ${EndIf}
    StrCpy $0 10
    Call ${UN}NothingRuns
    Pop $0
    ${If} $0 == "1"
      Return
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(StillRunning)" /SD IDCANCEL IDRETRY again
    ${Log} "refused (${CODE_RUNNING}): it still runs"
    SetErrorLevel ${CODE_RUNNING}
    Quit
    again:
  ${Loop}
FunctionEnd

; [folder app-…] Removes what its list names, the list last, and the folders that are empty then. What
; somebody else put there stays. A file at the top stays if this version has it, too.
Function ${UN}RemoveByList
  Exch $0
  Push $1
  Push $2
  Push $3
  ${Log} "removing the files of $0"
  ClearErrors
  FileOpen $1 "$INSTDIR\$0\${LIST}" r
  ${IfNot} ${Errors}
    ${Do}
      FileReadUTF16LE $1 $2
      ${If} ${Errors}
        ${ExitDo}
      ${EndIf}
      ${TrimNewLines} $2 $2
      Push $2
      Call ${UN}IsInside
      Pop $3
      ${If} $3 == "1"
        StrCpy $3 $2 1 -1
        ${If} $3 == "\"
          RMDir "$INSTDIR\$2"
        ${Else}
          Push $2
          Call ${UN}IsKept
          Pop $3
          ${If} $3 == "0"
            Delete "$INSTDIR\$2"
          ${EndIf}
        ${EndIf}
      ${EndIf}
      ClearErrors
    ${Loop}
    FileClose $1
  ${EndIf}
  Delete "$INSTDIR\$0\${LIST}"
  RMDir "$INSTDIR\$0"
  ClearErrors
  Pop $3
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

; [line of a list] → "1" if it names something below $INSTDIR.
Function ${UN}IsInside
  Exch $0
  Push $1
  Push $2
  Push $3
  StrCpy $1 $0 1
  ${If} $0 == ""
  ${OrIf} $1 == "\"
    StrCpy $0 "0"
  ${Else}
    StrLen $3 $0
    StrCpy $2 0
    ${While} $2 < $3
      StrCpy $1 $0 2 $2
      ${If} $1 == ".."
        StrCpy $0 "0"
        ${ExitWhile}
      ${EndIf}
      StrCpy $1 $0 1 $2
      ${If} $1 == ":"
        StrCpy $0 "0"
        ${ExitWhile}
      ${EndIf}
      IntOp $2 $2 + 1
    ${EndWhile}
    ${If} $0 != "0"
      StrCpy $0 "1"
    ${EndIf}
  ${EndIf}
  Pop $3
  Pop $2
  Pop $1
  Exch $0
FunctionEnd

; Every version's folder but ours.
Function ${UN}RemoveOtherVersions
  Push $1
  Push $2
  FindFirst $1 $2 "$INSTDIR\app-*"
  ${While} $2 != ""
    ${If} $2 != "${CONTENTS}"
    ${AndIf} ${FileExists} "$INSTDIR\$2\${LIST}"
      Push $2
      Call ${UN}RemoveByList
    ${EndIf}
    FindNext $1 $2
  ${EndWhile}
  FindClose $1
  ClearErrors
  Pop $2
  Pop $1
FunctionEnd

; $0 "a,b" → $1 "a", $0 "b"
Function ${UN}FirstId
  StrCpy $2 0
  ${Do}
    StrCpy $3 $0 1 $2
    ${If} $3 == ""
      StrCpy $1 $0
      StrCpy $0 ""
      Return
    ${EndIf}
    ${If} $3 == ","
      StrCpy $1 $0 $2
      IntOp $2 $2 + 1
      StrCpy $0 $0 "" $2
      Return
    ${EndIf}
    IntOp $2 $2 + 1
  ${Loop}
FunctionEnd

!undef UN
!macroend
