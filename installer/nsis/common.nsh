; Functions that setup and uninstaller share. NSIS requires the prefix un. for an uninstaller's functions, so a
; macro defines each of them twice. Comments on functions give [arguments on the stack] → result on the stack.

!macro Log TEXT
  Push `${TEXT}`
  Call ${UN}WriteLog
!macroend
!define Log "!insertmacro Log"

; Logs TEXT, shows it unless the setup is silent, and ends the setup with exit code CODE.
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

; [text] Appends a line with the local time to the log. A log that cannot be written does not stop the setup.
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
    ; /BOM writes one only into an empty file.
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

; Initializes the variables, reads /LOG= and /LANG=, and refuses to run beside another setup or uninstaller of the
; same session.
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
  ; The mutex stays open until the process ends. ?e pushes GetLastError().
  System::Call 'kernel32::CreateMutexW(p 0, i 1, w "Local\${PRODUCT}-setup") p ?e'
  Pop $0
  ${If} $0 = 183 ; ERROR_ALREADY_EXISTS
    ${Refuse} ${CODE_BUSY} "$(AlreadyRunning)"
  ${EndIf}
FunctionEnd

; [switch, e.g. /LOG=] → its value; sets the error flag if the switch is absent. Quotes may enclose the value or,
; as PowerShell writes it, the whole argument, which NSIS's own GetOptions does not recognize.
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

; [file] → "1" if it can be opened for writing or does not exist, "0" if not: Windows locks the file of a running
; program.
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

; → "1" if neither program runs, else "0"; waits up to $0 half seconds for that.
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

; → "1" once neither program runs, "0" if the user cancels. Asks the running program to quit, which it does after
; its current step. Never terminates it: it may be between a step and the step's entry in the journal.
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

; [folder app-…] Removes the files on its list, the folders that are empty then, and the list last. Foreign files
; stay, and so do files at the top that this version has, too (unless $Everything is 1). If a file cannot be
; removed, $Left becomes 1 and the list stays, so that the next run continues from there.
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

; [line of a list] Removes the file, or the folder (trailing backslash) if it is empty by now.
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

; [file below $INSTDIR] Removes it, or sets $Left. Antivirus software may hold a file open for a moment, so it
; retries, for 10 seconds over all files together.
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

; [line of a list] → "1" if it may be removed, else "0".
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

; [line of a list] → "1" if it names something below $INSTDIR, else "0". The list lies in a folder that the user can
; write to, so a line is not trusted: "..", an absolute path, a drive or a stream is refused.
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

; Removes every library folder but this version's, by its list.
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

; Splits off the first id: $0 "a,b" → $1 "a", $0 "b". Changes $2 and $3.
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
