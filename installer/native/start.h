/* What certclient.exe and certclientw.exe do before Python begins. */
#pragma once

#include <stdbool.h>
#include <wchar.h>

#define MOST_FILES 4096
#define LONGEST_PATH 32768

/* Restricts the DLL search of this process to System32 and our library folder, and removes the
   environment variables by which Qt, PySide and OpenSSL would load from elsewhere. */
void search_dlls_safely(void);

/* Compares the program's files with the list in this .exe. The files stay locked against changes
   until the process ends. If it returns false, `culprit` (`size` characters) holds the path of the
   missing, changed or foreign file, relative to the program's folder. */
bool files_are_ours(wchar_t *culprit, size_t size);

/* SHA-256 by Windows' bcrypt.dll. Call open_hashing() first; both return false if Windows fails. */
bool open_hashing(void);
bool sha256(const void *data, size_t size, unsigned char digest[32]);

/* Whether the user has declared the library `path` (below the library folder) as their own build:
   HKCU\Software\certclient, value OwnLibraries (REG_MULTI_SZ). LGPL 3, section 4, grants that
   right. The first call reads the registry and is not thread-safe. */
bool is_own_library(const wchar_t *path);

/* Shows certclientw.exe's small window "starting" in a thread of its own, if these arguments will
   open a window. It closes itself when this process shows any other window. */
void show_splash(int count, wchar_t **arguments);

/* Reports why the program does not start: certclientw.exe in a message box (none with
   `--unattended`), certclient.exe on stderr. */
void report_damage(const wchar_t *culprit);
