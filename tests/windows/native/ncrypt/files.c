/* Stores keys as files: %LOCALAPPDATA%\certclient-ncrypt-double\<kind>-<name in hex>.key. Appends a
   line to questions.txt for each prompt that Windows would show about a protected key. */

#include "double.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static void folder(WCHAR *path)
{
    WCHAR base[MAX_PATH];
    if (!GetEnvironmentVariableW(L"LOCALAPPDATA", base, MAX_PATH))
        wcscpy(base, L"C:");
    swprintf(path, MAX_PATH, L"%ls\\certclient-ncrypt-double", base);
    CreateDirectoryW(path, NULL);
}

static void file_name(Kind kind, const WCHAR *name, WCHAR *path)
{
    size_t used;
    folder(path);
    used = wcslen(path);
    used += swprintf(path + used, 32, L"\\%d-", (int)kind);
    for (; *name && used < 4 * MAX_PATH - 16; name++)
        used += swprintf(path + used, 8, L"%04x", (unsigned)*name);
    wcscpy(path + used, L".key");
}

static void name_of(const WCHAR *file, WCHAR *name)
{
    unsigned letter;
    for (file += 2; swscanf(file, L"%4x", &letter) == 1 && file[0] != L'.'; file += 4)
        *name++ = (WCHAR)letter;
    *name = 0;
}

BOOL key_exists(Kind kind, const WCHAR *name)
{
    WCHAR path[4 * MAX_PATH];
    file_name(kind, name, path);
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

BOOL write_key(const Object *key, const BYTE *blob)
{
    WCHAR path[4 * MAX_PATH], unfinished[4 * MAX_PATH];
    FILE *file;
    BOOL written;
    file_name(key->kind, key->name, path);
    swprintf(unfinished, 4 * MAX_PATH, L"%ls.%lu", path, GetCurrentThreadId());
    file = _wfopen(unfinished, L"wb");
    if (!file)
        return FALSE;
    written = fwrite(&key->attributes, sizeof key->attributes, 1, file) == 1 &&
              fwrite(blob, key->attributes.blob_length, 1, file) == 1;
    return !fclose(file) && written &&
           MoveFileExW(unfinished, path, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
}

BYTE *read_key(Kind kind, const WCHAR *name, Attributes *attributes)
{
    WCHAR path[4 * MAX_PATH];
    FILE *file;
    BYTE *blob = NULL;
    file_name(kind, name, path);
    file = _wfopen(path, L"rb");
    if (!file)
        return NULL;
    if (fread(attributes, sizeof *attributes, 1, file) == 1 && attributes->magic == KEY) {
        blob = malloc(attributes->blob_length);
        if (blob && fread(blob, attributes->blob_length, 1, file) != 1) {
            free(blob);
            blob = NULL;
        }
    }
    fclose(file);
    return blob;
}

BOOL delete_key(Kind kind, const WCHAR *name)
{
    WCHAR path[4 * MAX_PATH];
    file_name(kind, name, path);
    return DeleteFileW(path);
}

HANDLE first_key(Kind kind, WCHAR *name)
{
    WCHAR path[MAX_PATH], pattern[MAX_PATH + 16];
    WIN32_FIND_DATAW found;
    HANDLE search;
    folder(path);
    swprintf(pattern, MAX_PATH + 16, L"%ls\\%d-*.key", path, (int)kind);
    search = FindFirstFileW(pattern, &found);
    if (search != INVALID_HANDLE_VALUE)
        name_of(found.cFileName, name);
    return search;
}

BOOL next_key(HANDLE search, WCHAR *name)
{
    WIN32_FIND_DATAW found;
    if (!FindNextFileW(search, &found))
        return FALSE;
    name_of(found.cFileName, name);
    return TRUE;
}

void note_question(const Object *key)
{
    WCHAR path[MAX_PATH], file_path[MAX_PATH + 16];
    FILE *file;
    folder(path);
    swprintf(file_path, MAX_PATH + 16, L"%ls\\questions.txt", path);
    file = _wfopen(file_path, L"a, ccs=UTF-8");
    if (!file)
        return;
    fwprintf(file, L"%ls|%lu|%ls|%ls|%llu\n", key->name, key->attributes.ui_flags,
             key->attributes.ui_friendly_name, key->attributes.ui_description,
             (unsigned long long)(ULONG_PTR)key->window);
    fclose(file);
}

BOOL setting_is(const WCHAR *variable, const WCHAR *value)
{
    WCHAR found[64];
    DWORD length = GetEnvironmentVariableW(variable, found, 64);
    return length > 0 && length < 64 && !wcscmp(found, value);
}
