/* The texts come from the program's message catalogue: tools/installer/bootloader.py generates
   texts.h. */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#include "start.h"
#include "texts.h"

#define LONGEST_TEXT (LONGEST_PATH + 2048)

#if defined(WINDOWED)
/* As in certclient.windowed: without a user to close the box, the exit code has to be enough. */
static bool nobody_is_there(void) {
    for (int i = 1; i < __argc; i++)
        if (!wcscmp(__wargv[i], L"--unattended")) return true;
    return false;
}
#else
static void write_out(const wchar_t *text) {
    HANDLE out = GetStdHandle(STD_ERROR_HANDLE);
    DWORD mode, written;
    /* Succeeds only for a console. A pipe or file gets UTF-8. */
    if (GetConsoleMode(out, &mode)) {
        WriteConsoleW(out, text, (DWORD)wcslen(text), &written, NULL);
        return;
    }
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = malloc((size_t)size + 1);
    if (bytes == NULL) return;
    WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, size, NULL, NULL);
    WriteFile(out, bytes, (DWORD)size - 1, &written, NULL);
    free(bytes);
}
#endif

void report_damage(const wchar_t *culprit) {
    static wchar_t text[LONGEST_TEXT];
    bool japanese = PRIMARYLANGID(GetUserDefaultUILanguage()) == LANG_JAPANESE;
    const wchar_t *title = japanese ? TITLE_JA : TITLE_EN;
    _snwprintf(text, LONGEST_TEXT - 1, japanese ? TEXT_JA : TEXT_EN, culprit);
#if defined(WINDOWED)
    if (!nobody_is_there()) MessageBoxW(NULL, text, title, MB_ICONERROR | MB_SETFOREGROUND);
#else
    write_out(title);
    write_out(L"\r\n");
    write_out(text);
    write_out(L"\r\n");
#endif
}
