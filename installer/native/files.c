/* Checks the program's files against the list in the .exe: resource FILES (RT_RCDATA), UTF-8,
   written by installer/certclient.spec. The first line is the name of the library folder; each
   further line is one file: its SHA-256 in lower-case hexadecimal, `L` (the user may replace this
   library) or `-`, and its path below that folder. */
#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "start.h"

#define WORKERS 4
#define PREFIX 67 /* characters before the path: 64 of the hash, a space, the letter, a space */

typedef struct {
    unsigned char digest[32];
    bool replaceable;
    wchar_t *path;
} Listed;

static Listed listed[MOST_FILES];
static LONG count;
static wchar_t program[LONGEST_PATH]; /* folder of the .exe, with a trailing backslash */
static wchar_t contents[MAX_PATH];    /* name of the library folder below it */
static volatile LONG next_file;
static volatile LONG wrong_file = -1;


static wchar_t *wide(const char *text, int length) {
    int size = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, length, NULL, 0);
    wchar_t *made = calloc((size_t)size + 1, sizeof *made);
    if (made == NULL || size == 0) abort();
    MultiByteToWideChar(CP_UTF8, 0, text, length, made, size);
    return made;
}

static int digit(char letter) {
    return letter <= '9' ? letter - '0' : letter - 'a' + 10;
}

static bool read_line(const char *line, int length) {
    Listed *file = &listed[count];
    if (contents[0] == 0) {
        wchar_t *name = wide(line, length);
        wcsncpy(contents, name, MAX_PATH - 1);
        free(name);
        return true;
    }
    if (count >= MOST_FILES || length <= PREFIX) return false;
    for (int i = 0; i < 32; i++)
        file->digest[i] = (unsigned char)(digit(line[2 * i]) << 4 | digit(line[2 * i + 1]));
    file->replaceable = line[65] == 'L';
    file->path = wide(line + PREFIX, length - PREFIX);
    count++;
    return true;
}

static bool read_list(void) {
    HRSRC found = FindResourceW(NULL, L"FILES", RT_RCDATA);
    HGLOBAL loaded = found ? LoadResource(NULL, found) : NULL;
    const char *text = loaded ? LockResource(loaded) : NULL;
    if (text == NULL) return false;
    const char *end = text + SizeofResource(NULL, found);
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        if (line_end == NULL || !read_line(text, (int)(line_end - text))) return false;
        text = line_end + 1;
    }
    return count > 0;
}

static bool find_program(void) {
    DWORD length = GetModuleFileNameW(NULL, program, LONGEST_PATH);
    wchar_t *name = wcsrchr(program, L'\\');
    if (length == 0 || length >= LONGEST_PATH || name == NULL) return false;
    name[1] = 0;
    return true;
}

static bool join(wchar_t *target, const wchar_t *folder, const wchar_t *name) {
    bool fits = wcslen(program) + wcslen(folder) + wcslen(name) + 3 < LONGEST_PATH;
    if (fits) {
        wcscpy(target, program);
        wcscat(target, folder);
        if (*folder) wcscat(target, L"\\");
        wcscat(target, name);
    }
    return fits;
}

/* The handle stays open on purpose: with FILE_SHARE_READ alone, no other process can write, rename
   or delete the file between this check and the end of our process. */
static bool is_as_listed(const Listed *file, wchar_t *path) {
    LARGE_INTEGER size;
    unsigned char digest[32];
    if (!join(path, contents, file->path)) return false;
    HANDLE opened = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                                FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    if (opened == INVALID_HANDLE_VALUE || !GetFileSizeEx(opened, &size)) return false;
    /* CreateFileMapping fails for an empty file. */
    if (size.QuadPart == 0) return sha256("", 0, digest) && !memcmp(digest, file->digest, 32);
    HANDLE mapping = CreateFileMappingW(opened, NULL, PAGE_READONLY, 0, 0, NULL);
    void *data = mapping ? MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0) : NULL;
    if (data == NULL) return false;
    bool good = sha256(data, (size_t)size.QuadPart, digest);
    UnmapViewOfFile(data);
    CloseHandle(mapping);
    return good && !memcmp(digest, file->digest, sizeof digest);
}

static DWORD WINAPI work(void *unused) {
    (void)unused;
    wchar_t *path = malloc(LONGEST_PATH * sizeof *path);
    if (path == NULL) abort();
    for (;;) {
        LONG index = InterlockedIncrement(&next_file) - 1;
        if (index >= count || wrong_file >= 0) break;
        const Listed *file = &listed[index];
        if (!is_as_listed(file, path) && !(file->replaceable && is_own_library(file->path)))
            InterlockedCompareExchange(&wrong_file, index, -1);
    }
    free(path);
    return 0;
}

static void compare_all(void) {
    HANDLE threads[WORKERS];
    DWORD started = 0;
    is_own_library(L""); /* fills its cache before there are threads */
    for (int i = 0; i < WORKERS - 1; i++) {
        HANDLE thread = CreateThread(NULL, 0, work, NULL, 0, NULL);
        if (thread != NULL) threads[started++] = thread;
    }
    work(NULL);
    WaitForMultipleObjects(started, threads, TRUE, INFINITE);
}

static bool is_listed(const wchar_t *path) {
    for (LONG i = 0; i < count; i++)
        if (CompareStringOrdinal(listed[i].path, -1, path, -1, TRUE) == CSTR_EQUAL) return true;
    return false;
}

static bool ends_with(const wchar_t *name, const wchar_t *end) {
    size_t length = wcslen(name), tail = wcslen(end);
    return length >= tail && _wcsicmp(name + length - tail, end) == 0;
}

/* Whether Python would import the file or follow it (.pth). */
static bool is_python(const wchar_t *name) {
    static const wchar_t *ends[] = {L".py", L".pyc", L".pyw", L".pyd", L".pth", L".zip", L".egg"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(name, ends[i])) return true;
    return false;
}

/* Whether Windows would load the file as a DLL: LoadLibrary ignores the extension, so the content
   decides. For a file that cannot be opened, the extension does. */
static bool is_dll(const wchar_t *path) {
    char magic[2] = {0, 0};
    DWORD length = 0;
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) return ends_with(path, L".dll");
    bool is_read = ReadFile(file, magic, 2, &length, NULL);
    CloseHandle(file);
    return is_read && length == 2 && magic[0] == 'M' && magic[1] == 'Z';
}

/* Qt reads its plugin path from this file if it lies beside the .exe. */
static bool leads_qt(const wchar_t *name) {
    return !_wcsicmp(name, L"qt.conf") || !_wcsicmp(name, L"qt6.conf");
}

/* Folders beside the .exe that nothing is loaded from: other versions' libraries (our own folder is
   checked against the list), files that a setup is about to install, and files that it set aside.
   KeepsLibraries in installer/nsis/foreign_files.nsh is the same rule. */
static bool keeps_libraries(const wchar_t *name) {
    return !_wcsnicmp(name, L"app-", 4) || !_wcsicmp(name, L"set-aside") ||
           ends_with(name, L"-incoming");
}

static bool is_foreign(const WIN32_FIND_DATAW *found, const wchar_t *path, const wchar_t *inner,
                       bool at_top) {
    if (inner) return !is_listed(inner) && (is_python(found->cFileName) || is_dll(path));
    if (at_top && leads_qt(found->cFileName)) return true;
    return !ends_with(found->cFileName, L".exe") && is_dll(path);
}

/* Looks for foreign files in `folder`, a path below the program's folder. `inner` is the same path
   below the library folder, or NULL outside of it. Outside, only DLLs and Qt's configuration count,
   beside the .exe and one level below, because that is where Qt looks for plugins (platforms,
   imageformats, styles, ...). */
static bool has_foreign_file(const wchar_t *folder, const wchar_t *inner, wchar_t *culprit) {
    WIN32_FIND_DATAW found;
    bool at_top = !*folder;
    /* On the heap: 128 KB for each level of the recursion. */
    wchar_t *path = malloc(2 * LONGEST_PATH * sizeof *path);
    if (path == NULL) abort();
    wchar_t *name = path + LONGEST_PATH;
    bool foreign = false;
    HANDLE search = join(path, folder, L"*") ? FindFirstFileW(path, &found) : INVALID_HANDLE_VALUE;
    if (search == INVALID_HANDLE_VALUE) {
        /* A folder that cannot be listed cannot be checked. */
        free(path);
        wcscpy(culprit, folder);
        return true;
    }
    do {
        if (!wcscmp(found.cFileName, L".") || !wcscmp(found.cFileName, L"..")) continue;
        if (!join(path, folder, found.cFileName)) continue;
        wcscpy(name, inner && *inner ? inner : L"");
        if (*name) wcscat(name, L"\\");
        wcscat(name, found.cFileName);
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) {
            if (!inner && (!at_top || keeps_libraries(found.cFileName))) continue;
            /* The target of a junction or symbolic link can change after the check. */
            if (found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT)
                foreign = true;
            else
                foreign = has_foreign_file(path + wcslen(program), inner ? name : NULL, culprit);
            if (foreign && *culprit) break;
        } else {
            foreign = is_foreign(&found, path, inner ? name : NULL, at_top);
        }
        if (foreign) wcscpy(culprit, path + wcslen(program));
    } while (!foreign && FindNextFileW(search, &found));
    FindClose(search);
    free(path);
    return foreign;
}

bool files_are_ours(wchar_t *culprit, size_t size) {
    *culprit = 0;
    if (!find_program() || !read_list() || !open_hashing()) {
        wcsncpy(culprit, L"certclient.exe", size - 1);
        return false;
    }
    if (has_foreign_file(L"", NULL, culprit) || has_foreign_file(contents, L"", culprit)) return false;
    compare_all();
    if (wrong_file < 0) return true;
    wcscpy(culprit, contents);
    wcscat(culprit, L"\\");
    wcsncat(culprit, listed[wrong_file].path, size - wcslen(culprit) - 1);
    return false;
}
