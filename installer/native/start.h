/* What certclient.exe and certclientw.exe do before Python begins. */
#pragma once

#include <stdbool.h>
#include <wchar.h>

#define MOST_FILES 4096
#define LONGEST_PATH 32768

/* Looks for DLLs in System32 and in our own folder only, from now on; Qt for its plugins, too. */
void search_dlls_safely(void);

/* Compares the files of the program with the list inside of this .exe. Files that were looked at
   cannot be changed until the process ends. False: `culprit` names what is missing, changed or
   foreign, relative to the program's folder. */
bool files_are_ours(wchar_t *culprit, size_t size);

/* SHA-256 by Windows itself. */
bool open_hashing(void);
bool sha256(const void *data, size_t size, unsigned char digest[32]);

/* Whether the person who uses this computer has named the Qt library `path` as one of their own:
   HKCU\Software\certclient, OwnLibraries (REG_MULTI_SZ). The LGPL gives them that right. */
bool is_own_library(const wchar_t *path);

/* Tells why the program does not start: a box (none for `--unattended`), or stderr of the command
   line. */
void tell(const wchar_t *culprit);
