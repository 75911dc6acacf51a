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
!if "${UN}" == ""
  !define STILL_RUNNING "$(StillRunning)"
!else
  !define STILL_RUNNING "$(UnStillRunning)"
!endif

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
  StrCpy $WasRunning 0
  StrCpy $Everything 0
  StrCpy $Left 0
  StrCpy $Waited 0
  ${GetParameters} $Arguments
  Push "/LOG="
  Call ${UN}Option
  Pop $LogFile
  ${If} $LogFile == ""
    StrCpy $LogFile "$TEMP\${PRODUCT}-setup.log"
  ${EndIf}
  Push "/LANG="
  Call ${UN}Option
  Pop $0
  ${If} $0 == "ja"
    StrCpy $LANGUAGE ${LANG_JAPANESE}
  ${ElseIf} $0 != ""
    StrCpy $LANGUAGE ${LANG_ENGLISH}
  ${EndIf}
  System::Call 'kernel32::CreateMutexW(p 0, i 1, w "Local\${PRODUCT}-setup") p ?e'
  Pop $0
  ${If} $0 = 183 ; ERROR_ALREADY_EXISTS
    ${Refuse} ${CODE_BUSY} "$(AlreadyRunning)"
  ${EndIf}
FunctionEnd

; [switch, as /LOG=] → what follows it; sets the error flag if nobody said it. The value may be in quotes, or the
; whole, as PowerShell writes it (NSIS's own GetOptions does not see that one).
Function ${UN}Option
  Exch $0
  Push $1
  Push $2
  Push $3
  Push $4
  Push $5
  StrLen $5 $0
  System::Call 'kernel32::GetCommandLineW() p .r1'
  System::Call 'shell32::CommandLineToArgvW(p r1, *i .r2) p .r1'
  SetErrors
  ${While} $2 > 1
    IntOp $2 $2 - 1
    IntOp $3 $2 * ${NSIS_PTR_SIZE}
    IntPtrOp $3 $3 + $1
    System::Call '*$3(p .r3)'
    System::Call 'kernel32::lstrcpynW(w .r4, p r3, i ${NSIS_MAX_STRLEN}) p'
    StrCpy $3 $4 $5
    ${If} $3 == $0
      ClearErrors
      ${ExitWhile}
    ${EndIf}
  ${EndWhile}
  System::Call 'kernel32::LocalFree(p r1) p'
  StrCpy $0 ""
  ${IfNot} ${Errors}
    StrCpy $0 $4 "" $5
    ClearErrors
  ${Else}
    SetErrors
  ${EndIf}
  Pop $5
  Pop $4
  Pop $3
  Pop $2
  Pop $1
  Exch $0
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

; → "1" when no program of ours runs any more, "0" if the person gives up. Asks the running program to quit,
; which it does after the step that it is at; never ends it by force.
Function ${UN}QuitRunning
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
      Push "1"
      Return
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${STILL_RUNNING}" /SD IDCANCEL IDRETRY again
    ${Log} "refused (${CODE_RUNNING}): it still runs"
    Push "0"
    Return
    again:
  ${Loop}
FunctionEnd

; [folder app-…] Removes what its list names, the list last, and the folders that are empty then. What
; somebody else put there stays. A file at the top stays if this version has it, too. Where a file cannot be
; removed, $Left is 1 and the list stays, so that the next run goes on.
Function ${UN}RemoveByList
  Exch $0
  Push $1
  Push $2
  Push $3
  StrCpy $3 $Left
  StrCpy $Left 0
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
      Call ${UN}RemoveListed
      ClearErrors
    ${Loop}
    FileClose $1
  ${EndIf}
  ${If} $Left = 0
    Delete "$INSTDIR\$0\${LIST}"
    RMDir "$INSTDIR\$0"
    StrCpy $Left $3
  ${EndIf}
  ClearErrors
  Pop $3
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

; [line of a list] Removes what it names: a file, or a folder that is empty by now.
Function ${UN}RemoveListed
  Exch $0
  Push $1
  Push $0
  Call ${UN}MayGo
  Pop $1
  ${If} $1 == "1"
    StrCpy $1 $0 1 -1
    ${If} $1 == "\"
      RMDir "$INSTDIR\$0"
    ${Else}
      Push $0
      Call ${UN}Remove
    ${EndIf}
  ${EndIf}
  Pop $1
  Pop $0
FunctionEnd

; [file below $INSTDIR] Removes it, or sets $Left. An antivirus program may hold it for a moment; the patience
; is 10 seconds for all files together.
Function ${UN}Remove
  Exch $0
  ${Do}
    Delete "$INSTDIR\$0"
    ${IfNot} ${FileExists} "$INSTDIR\$0"
      ${ExitDo}
    ${EndIf}
    ${If} $Waited >= 20
      ${Log} "cannot remove $0"
      StrCpy $Left 1
      ${ExitDo}
    ${EndIf}
    IntOp $Waited $Waited + 1
    Sleep 500
  ${Loop}
  Pop $0
FunctionEnd

; [line of a list] → "1" if it may be removed.
Function ${UN}MayGo
  Exch $0
  Push $1
  Push $0
  Call ${UN}IsInside
  Pop $1
  !if "${UN}" == ""
    ${If} $Everything = 0
      Push $0
      Call IsKept
      Pop $0
      ${If} $0 != "0"
        StrCpy $1 "0"
      ${EndIf}
    ${EndIf}
  !endif
  StrCpy $0 $1
  Pop $1
  Exch $0
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

!undef STILL_RUNNING
!undef UN
!macroend
