; The setup that a customer double-clicks. tools/installer/nsis.py generates build.nsh (settings) and files.nsh
; (the list of files) and runs makensis. docs/install.md describes what the setup does, its switches and its exit
; codes; docs/adr/0013 gives the reasons.
;
; After a power cut, either the old or the new version works, never a mixture. The setup first writes everything
; into a folder of its own that no program reads, and flushes it to the disk. Then it renames each file into
; place: the libraries into a folder named after their version (app-1.2.0), beside the old one; then the programs
; (certclientw.exe, …), each of which contains the name of its own library folder. The old version's folder is
; removed last, by the list of files that it brought along. Wherever this stops or fails, each program still has
; its own libraries.

Unicode true
; Without a 32-bit subsystem, the usual x86 stub does nothing and reports nothing.
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
!define NOTIFICATIONS_KEY "Software\Classes\AppUserModelId\certclient"
!define LIST "installed.lst"
!define SECONDS_TO_QUIT 30

; Exit codes in addition to NSIS's own (0 done, 1 cancelled, 2 aborted): docs/install.md
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
; Per user, so no UAC prompt.
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10
XPStyle on
; `force`: /NCRC cannot switch off the check for a damaged download.
CRCCheck force
AllowSkipFiles off
; Without file times, two builds of the same files are identical.
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
  ; `= 0`: makensis fails if the signing command does.
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

Var FirstTitle   ; title and text of the first page
Var FirstText
!define MUI_WELCOMEPAGE_TITLE "$FirstTitle"
!define MUI_WELCOMEPAGE_TEXT "$FirstText$\r$\n$\r$\n$(WelcomeBottom)"
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

; The first one is the fallback for every other language of Windows.
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
Var Profiles     ; profile ids, each between commas: ",a,b,"
Var Installed    ; installed version (four numbers), "" if none
Var OnlyBank     ; 1: the installed version is newer and stays; only a bank is added
Var WasRunning   ; 1: the program was running and has quit on request
Var First        ; 1: first installation
Var Fresh        ; 1: this version's library folder did not exist before
Var Changed      ; 1: at least one program has been replaced by the new one
Var Aside        ; folder for foreign files, below $INSTDIR; "" until there is one
Var Everything   ; 1: RemoveByList also removes files that this version has, too
Var Left         ; 1: a file could not be removed
Var Waited       ; half seconds spent waiting to remove files
Var Asked        ; 1: the program has reported its unfinished procedures
Var Pending      ; user IDs of unfinished procedures, separated by spaces
Var DeleteOld
Var DeleteSettings
Var KeepBox
Var SettingsBox

!include "common.nsh"
!include "files.nsh"
!insertmacro COMMON ""
!insertmacro COMMON "un."
!include "profiles.nsh"
!include "foreign_files.nsh"
!include "install.nsh"
!include "checks.nsh"
!include "uninstall.nsh"
