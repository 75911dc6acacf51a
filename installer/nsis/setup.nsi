; The setup that a customer double-clicks. tools/installer/nsis.py writes build.nsh beside a list of the
; files and runs makensis; docs/install.md tells what the setup does, its switches and exit codes.
;
; A power cut leaves the old version or the new one working, never half of each. Everything is written into a
; folder of the setup's own first, where no program looks, and is on the disk before anything else happens. Then
; each file takes its place in one rename: the libraries in a folder named after their version (app-1.2.0),
; beside the old one's; then the programs (certclientw.exe, …), each of which knows its own folder's name. The
; old version's folder goes last, by the list of files that it brought with it. Wherever this stops or fails,
; each program has its own libraries.

Unicode true
Target amd64-unicode
!include "build.nsh"

!include "MUI2.nsh"
!include "LogicLib.nsh"
!include "FileFunc.nsh"
!include "TextFunc.nsh"
!include "WordFunc.nsh"
!include "WinVer.nsh"
!include "nsDialogs.nsh"

!define ROOT_KEY "Software\${PRODUCT}"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${PRODUCT}"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define SCHEME_KEY "Software\Classes\certclient"
!define LIST "installed.lst"
!define SECONDS_TO_QUIT 30

; Exit codes, beside NSIS's own (0 done, 1 cancelled, 2 aborted): docs/install.md
!define CODE_ABORTED 2
!define CODE_BUSY 10
!define CODE_RUNNING 11
!define CODE_DOWNGRADE 12
!define CODE_PROFILE 13
!define CODE_SPACE 14
!define CODE_WINDOWS 15
!define CODE_MACHINE 16
!define CODE_FOLDER 17

Name "$(Title)"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\${PRODUCT}"
InstallDirRegKey HKCU "${ROOT_KEY}" "InstallDir"
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10
XPStyle on
CRCCheck force
AllowSkipFiles off
SetDateSave off
ShowInstDetails nevershow
ShowUninstDetails nevershow
BrandingText "${PRODUCT} ${VERSION}"
!ifdef QUICK
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 64
!endif
!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
  !finalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${BANNER}"
!define MUI_WELCOMEFINISHPAGE_BITMAP_STRETCH "FitControl"
!define MUI_ABORTWARNING
!define MUI_ABORTWARNING_TEXT "$(AbortWarning)"
!define MUI_UNABORTWARNING
!define MUI_UNABORTWARNING_TEXT "$(UnAbortWarning)"
!define MUI_CUSTOMFUNCTION_GUIINIT OnWindow

!define MUI_WELCOMEPAGE_TITLE "$(WelcomeTitle)"
!define MUI_WELCOMEPAGE_TEXT "$(WelcomeText)"
!insertmacro MUI_PAGE_WELCOME
!define MUI_PAGE_HEADER_TEXT "$(LicenceTitle)"
!define MUI_PAGE_HEADER_SUBTEXT "$(LicenceSubtitle)"
!define MUI_LICENSEPAGE_TEXT_TOP " "
!define MUI_LICENSEPAGE_TEXT_BOTTOM "$(LicenceBottom)"
!define MUI_LICENSEPAGE_BUTTON "$(InstallButton)"
!insertmacro MUI_PAGE_LICENSE "$(LicenceFile)"
!define MUI_PAGE_HEADER_SUBTEXT "$(InstallSubtitle)"
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_TITLE "$(FinishTitle)"
!define MUI_FINISHPAGE_TEXT "$(FinishText)"
!define MUI_FINISHPAGE_RUN "$INSTDIR\${WINDOWS_PROGRAM}"
!define MUI_FINISHPAGE_RUN_TEXT "$(FinishRun)"
!define MUI_FINISHPAGE_NOREBOOTSUPPORT
!insertmacro MUI_PAGE_FINISH

UninstPage custom un.ShowChoices un.LeaveChoices
!define MUI_PAGE_HEADER_TEXT "$(UnTitle)"
!define MUI_PAGE_HEADER_SUBTEXT "$(UnRunningSubtitle)"
!insertmacro MUI_UNPAGE_INSTFILES

; The first is for systems in any other language.
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Japanese"
!include "en.nsh"
!include "ja.nsh"
SetFont /LANG=${LANG_JAPANESE} "Meiryo UI" 9
SetFont /LANG=${LANG_ENGLISH} "Segoe UI" 9

VIProductVersion "${NUMERIC_VERSION}"
VIFileVersion "${NUMERIC_VERSION}"
!macro VERSION_RESOURCE LANGUAGE TITLE
  VIAddVersionKey /LANG=${LANGUAGE} "ProductName" "${TITLE}"
  VIAddVersionKey /LANG=${LANGUAGE} "FileDescription" "${TITLE} ${VERSION}"
  VIAddVersionKey /LANG=${LANGUAGE} "CompanyName" "${PUBLISHER}"
  VIAddVersionKey /LANG=${LANGUAGE} "LegalCopyright" "Apache-2.0"
  VIAddVersionKey /LANG=${LANGUAGE} "ProductVersion" "${VERSION}"
  VIAddVersionKey /LANG=${LANGUAGE} "FileVersion" "${NUMERIC_VERSION}"
!macroend
!insertmacro VERSION_RESOURCE ${LANG_ENGLISH} "${TITLE_EN}"
!insertmacro VERSION_RESOURCE ${LANG_JAPANESE} "${TITLE_JA}"

Var Arguments
Var LogFile
Var Profiles     ; ids, each between commas: ",a,b,"
Var Installed    ; version (four numbers) of the program that is here, "" if there is none
Var OnlyBank     ; that version is newer and stays: only a bank is added
Var WasRunning   ; it was asked to quit, and did
Var First        ; no version was here before
Var Fresh        ; this version's folder was not there before
Var Changed      ; a program is the new one
Var Aside        ; where strangers are put, "" while there were none
Var Everything   ; what is removed by list goes even if this version has it, too
Var Left         ; a file could not be removed
Var Waited       ; half seconds, for files to be removed
Var Asked        ; the program has told what is not finished
Var Pending      ; user IDs of procedures that are not finished
Var DeleteOld
Var DeleteSettings
Var KeepBox
Var SettingsBox

!include "common.nsh"
!include "files.nsh"
!insertmacro COMMON ""
!insertmacro COMMON "un."
!include "profiles.nsh"
!include "strangers.nsh"
!include "install.nsh"
!include "checks.nsh"
!include "uninstall.nsh"
