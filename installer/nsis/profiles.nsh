; Chooses the bank: by /PROFILE=id[,id…], else by the setup's file name (certclient-setup-<id>.exe), which breaks no
; signature; else the bank chosen before; else the first in this setup.

!define UN ""

; Sets $Profiles to the requested ids, "," for none. Refuses an id that is not in this setup.
Function ReadProfiles
  Push "/PROFILE="
  Call Option
  Pop $0
  ${If} ${Errors}
    Call NameOfSetup
    Pop $0
  ${EndIf}
  StrCpy $Profiles ","
  ${Do}
    ${If} $0 == ""
      ${ExitDo}
    ${EndIf}
    Call FirstId
    ${If} $1 == ""
      ${Continue}
    ${EndIf}
    Push $1
    Call IsProfile
    Pop $2
    ${If} $2 == "0"
      ${Refuse} ${CODE_PROFILE} "$(UnknownProfile)"
    ${EndIf}
    Push $2 ; in the setup's spelling: ids match regardless of case
    Call AddProfile
  ${Loop}
FunctionEnd

; [id] Adds it to $Profiles unless it is there.
Function AddProfile
  Exch $0
  ${WordFind} "$Profiles" "," "E/$0" $R9
  ${If} ${Errors}
    StrCpy $Profiles "$Profiles$0,"
  ${EndIf}
  ClearErrors
  Pop $0
FunctionEnd

; → the id in the setup's file name, "" if there is none. The first character that an id cannot have ends it, as
; browsers and Windows append " (1)" or " - コピー".
Function NameOfSetup
  StrLen $2 "${SETUP_NAME}-"
  StrCpy $0 $EXEFILE $2
  StrCpy $1 ""
  ${If} $0 == "${SETUP_NAME}-"
    ${Do}
      StrCpy $3 $EXEFILE 1 $2
      ${If} $3 == ""
        ${ExitDo}
      ${EndIf}
      ${WordFind} "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,0,1,2,3,4,5,6,7,8,9,-" "," "E/$3" $4
      ${If} ${Errors}
        ${ExitDo}
      ${EndIf}
      StrCpy $1 "$1$3"
      IntOp $2 $2 + 1
    ${Loop}
    ClearErrors
    StrCpy $3 $1 1 -1
    ${If} $3 == "-"
      StrCpy $1 $1 -1
    ${EndIf}
  ${EndIf}
  Push $1
FunctionEnd

; Adds the banks chosen before; if there is none at all, the first bank.
Function CompleteProfiles
  ReadRegStr $0 HKCU "${ROOT_KEY}" "Profiles"
  ${DoWhile} $0 != ""
    Call FirstId
    ${If} $1 != ""
      Push $1
      Call AddProfile
    ${EndIf}
  ${Loop}
  ${If} $Profiles == ","
    Push "${DEFAULT_PROFILE}"
    Call AddProfile
  ${EndIf}
FunctionEnd

; Removes from $Profiles the banks that the installed program has.
Function ForgetKnownProfiles
  StrCpy $0 $Profiles
  StrCpy $Profiles ","
  ${DoWhile} $0 != ""
    Call FirstId
    ${If} $1 != ""
    ${AndIfNot} ${FileExists} "$INSTDIR\profiles\$1.toml"
      Push $1
      Call AddProfile
    ${EndIf}
  ${Loop}
FunctionEnd

; Puts the chosen banks' profiles where the program reads them, each in one rename. The installed version's own copy
; takes precedence: if an older setup adds a bank, the newer version may have a newer profile for it.
Function WriteProfiles
  CreateDirectory "$INSTDIR\profiles"
  CreateDirectory "$INSTDIR\${INCOMING}\profiles"
  StrCpy $0 $Profiles
  ${DoWhile} $0 != ""
    Call FirstId
    StrCpy $2 "$INSTDIR\profiles-available\$1.toml"
    ${IfNot} ${FileExists} "$2"
      StrCpy $2 "$INSTDIR\${INCOMING}\profiles-available\$1.toml"
    ${EndIf}
    ${If} $1 != ""
    ${AndIf} ${FileExists} "$2"
      CopyFiles /SILENT "$2" "$INSTDIR\${INCOMING}\profiles\$1.toml"
      Push "profiles\$1.toml"
      Call Flush
      Push "profiles\$1.toml"
      Call MoveIn
    ${EndIf}
  ${Loop}
  WriteRegStr HKCU "${ROOT_KEY}" "Profiles" "$Profiles"
  ${Log} "profiles: $Profiles"
FunctionEnd

!undef UN
