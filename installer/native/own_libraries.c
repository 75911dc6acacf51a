#include <windows.h>

#include "start.h"

bool is_own_library(const wchar_t *path) {
    static wchar_t names[4096];
    static bool is_read;
    if (!is_read) {
        /* The last two characters of the buffer stay zero and end the list, even if the value in
           the registry is not terminated. */
        DWORD size = sizeof names - 2 * sizeof *names;
        if (RegGetValueW(HKEY_CURRENT_USER, L"Software\\certclient", L"OwnLibraries",
                         RRF_RT_REG_MULTI_SZ, NULL, names, &size) != ERROR_SUCCESS)
            names[0] = names[1] = 0;
        is_read = true;
    }
    for (const wchar_t *name = names; *name; name += wcslen(name) + 1)
        if (CompareStringOrdinal(name, -1, path, -1, TRUE) == CSTR_EQUAL) return true;
    return false;
}
