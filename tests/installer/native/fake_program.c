/* Replaces Python and everything behind it in tests of the setup: a few kilobytes instead of a hundred
   megabytes. The check of the program's files before it is the real one (installer/native). It appends
   each command line to Z:\keep\calls.txt.

     hold                  runs until `quit`, which it ignores while Z:\keep\busy exists
     quit --wait N         asks it to quit and waits: 0 it has quit, 3 none is running, 5 it still runs
     status --unfinished   prints Z:\keep\unfinished.txt; fails if Z:\keep\dumb exists
     grip FILE             like antivirus software, keeps FILE from being replaced while Z:\keep\grip exists
     remove-data           fails if Z:\keep\dumb exists
     certclient:LINK       opens its window after three seconds, as Python and Qt take them, until `quit`
     has NAME              fails unless the environment has that variable
     anything else         exits at once with 0                                                             */
#include "pyi_main.h"

#include <windows.h>
#include <stdio.h>

#define WISH L"certclient-stand-in-quit"
#define ALIVE L"certclient-stand-in-alive"

static PYI_CONTEXT context;
PYI_CONTEXT *const global_pyi_ctx = &context;

static void note(void)
{
    FILE *file = _wfopen(L"Z:\\keep\\calls.txt", L"ab");
    if (file) {
        const wchar_t *line = GetCommandLineW();
        fwrite(line, sizeof(wchar_t), wcslen(line), file);
        fwrite(L"\n", sizeof(wchar_t), 1, file);
        fclose(file);
    }
}

static int there(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static int hold(void)
{
    HANDLE wish = CreateEventW(NULL, FALSE, FALSE, WISH);
    CreateEventW(NULL, TRUE, TRUE, ALIVE);
    fclose(_wfopen(L"Z:\\keep\\holding", L"wb"));
    for (;;)
        if (WaitForSingleObject(wish, 50) == WAIT_OBJECT_0 && !there(L"Z:\\keep\\busy"))
            return 0;
}

static int quit(int seconds)
{
    HANDLE wish = OpenEventW(EVENT_MODIFY_STATE, FALSE, WISH);
    if (!wish)
        return 3;
    SetEvent(wish);
    CloseHandle(wish);
    for (int left = seconds * 20; left > 0; left--) {
        HANDLE alive = OpenEventW(SYNCHRONIZE, FALSE, ALIVE);
        if (!alive)
            return 0;
        CloseHandle(alive);
        if (there(L"Z:\\keep\\busy"))
            return 5;
        Sleep(50);
    }
    return 5;
}

static int status(void)
{
    char text[4096];
    FILE *file = _wfopen(L"Z:\\keep\\unfinished.txt", L"rb");
    if (there(L"Z:\\keep\\dumb"))
        return 1;
    if (!file)
        return 0;
    fwrite(text, 1, fread(text, 1, sizeof text, file), stdout);
    fclose(file);
    return 0;
}

static int remove_data(void)
{
    if (!there(L"Z:\\keep\\dumb"))
        return 0;
    fputs("not deleted [CC-DATA-REMAINS]\n", stderr);
    return 5;
}

static int grip(const wchar_t *path)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0,
                              NULL);
    if (file == INVALID_HANDLE_VALUE)
        return 1;
    fclose(_wfopen(L"Z:\\keep\\gripping", L"wb"));
    while (there(L"Z:\\keep\\grip"))
        Sleep(20);
    return 0;
}

static int opens(void)
{
    HANDLE wish = CreateEventW(NULL, FALSE, FALSE, WISH);
    MSG message;
    Sleep(3000);
    CreateWindowExW(0, L"STATIC", L"certclient-stand-in", WS_OVERLAPPEDWINDOW | WS_VISIBLE, 50, 50, 200, 100, NULL,
                    NULL, NULL, NULL);
    while (MsgWaitForMultipleObjects(1, &wish, FALSE, INFINITE, QS_ALLINPUT) != WAIT_OBJECT_0)
        while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE))
            DispatchMessageW(&message);
    return 0;
}

int pyi_main(PYI_CONTEXT *given)
{
    const wchar_t *verb = given->argc > 1 ? given->argv_w[1] : L"";
    note();
    if (!wcscmp(verb, L"hold"))
        return hold();
    if (!wcscmp(verb, L"quit"))
        return quit(given->argc > 3 ? _wtoi(given->argv_w[3]) : 0);
    if (!wcscmp(verb, L"status"))
        return status();
    if (!wcscmp(verb, L"grip"))
        return grip(given->argv_w[2]);
    if (!wcscmp(verb, L"remove-data"))
        return remove_data();
    if (!wcsncmp(verb, L"certclient:", 11))
        return opens();
    if (!wcscmp(verb, L"has"))
        return GetEnvironmentVariableW(given->argv_w[2], NULL, 0) == 0;
    return 0;
}
