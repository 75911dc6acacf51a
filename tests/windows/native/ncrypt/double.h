/* A test double of ncrypt.dll for Wine, whose own stores keys in memory only. It stores them in files
   that every user of the machine can read, so it must never ship.

   Environment variables, read at each call:
     CERTCLIENT_TPM   "works", "no-pss", "no-p384", "software" (reports itself as software), "sick"
                      (fails every call); anything else: no TPM
     CERTCLIENT_CARD  "here": a smart card with a provider of its own
     CERTCLIENT_KSP   "missing": there is no software provider
     CERTCLIENT_USER  "cancels": the user declines every prompt about a protected key */

#ifndef CERTCLIENT_DOUBLE_H
#define CERTCLIENT_DOUBLE_H

#include <windows.h>
#include <bcrypt.h>
#include <ncrypt.h>

enum { PROVIDER = 0x50524F56, KEY = 0x4B455930, NAME_LENGTH = 200, TEXT_LENGTH = 200 };

typedef enum { SOFTWARE, TPM, CARD } Kind;

/* The header of a key's file, before the private blob. */
typedef struct {
    DWORD magic;
    DWORD bits; /* 256 and 384: ECDSA; else RSA */
    DWORD export_policy;
    DWORD usage;
    DWORD ui_flags;
    WCHAR ui_title[TEXT_LENGTH];
    WCHAR ui_friendly_name[TEXT_LENGTH];
    WCHAR ui_description[TEXT_LENGTH];
    DWORD blob_length;
} Attributes;

/* tests/support/windows_pc.py overwrites the bytes after this header to damage a key. */
_Static_assert(sizeof(Attributes) == 1224, "Attributes");

/* What an NCRYPT_HANDLE points to; `magic` is PROVIDER or KEY. */
typedef struct {
    DWORD magic;
    Kind kind;
    WCHAR name[NAME_LENGTH];
    Attributes attributes;
    BYTE *blob; /* the private key, NULL until it is finalized */
    BOOL asked, silent;
    HWND window; /* owner of its prompts */
} Object;

/* files.c */
BOOL key_exists(Kind kind, const WCHAR *name);
BOOL write_key(const Object *key, const BYTE *blob);
BYTE *read_key(Kind kind, const WCHAR *name, Attributes *attributes); /* to be freed */
BOOL delete_key(Kind kind, const WCHAR *name);
HANDLE first_key(Kind kind, WCHAR *name); /* INVALID_HANDLE_VALUE at the end */
BOOL next_key(HANDLE search, WCHAR *name);
void note_question(const Object *key);

/* environment */
BOOL setting_is(const WCHAR *variable, const WCHAR *value);

#endif
