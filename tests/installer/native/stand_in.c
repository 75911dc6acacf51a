/* Stands for certclient.exe and certclientw.exe in tests of the setup: a few kilobytes in place of a hundred
   megabytes. Notes each command line in Z:\keep\calls.txt.

     hold             runs until `quit` comes; with Z:\keep\busy there, it does not hear it
     quit --wait N    asks it to quit and waits: 0 it did, 3 nobody runs, 5 it runs on
     status --json    prints Z:\keep\status.json
     anything else    ends at once with 0                                                                  */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

#define WISH L"certclient-stand-in-quit"
#define ALIVE L"certclient-stand-in-alive"

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
    FILE *file = _wfopen(L"Z:\\keep\\status.json", L"rb");
    if (!file)
        return 0;
    fwrite(text, 1, fread(text, 1, sizeof text, file), stdout);
    fclose(file);
    return 0;
}

int wmain(int count, wchar_t **words)
{
    const wchar_t *verb = count > 1 ? words[1] : L"";
    note();
    if (!wcscmp(verb, L"hold"))
        return hold();
    if (!wcscmp(verb, L"quit"))
        return quit(count > 3 ? _wtoi(words[3]) : 0);
    if (!wcscmp(verb, L"status"))
        return status();
    return 0;
}
