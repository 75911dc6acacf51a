/* Prints the visible dialogs like a screen reader, one control a line, in UTF-8, separated by tabs:
   "dialog" or "control", "on" or "off" (enabled), "ticked" or "-", and the text. */
#include <windows.h>
#include <stdio.h>

#define LONGEST 4096
#define PATIENCE 2000 /* milliseconds */

static LRESULT ask(HWND window, UINT message, WPARAM first, LPARAM second)
{
    DWORD_PTR answer = 0;
    SendMessageTimeoutW(window, message, first, second, SMTO_ABORTIFHUNG, PATIENCE, &answer);
    return (LRESULT)answer;
}

static void say(HWND window, const char *kind)
{
    wchar_t text[LONGEST] = L"";
    char bytes[3 * LONGEST];
    ask(window, WM_GETTEXT, LONGEST, (LPARAM)text);
    for (wchar_t *letter = text; *letter; letter++)
        if (*letter == L'\r' || *letter == L'\n')
            *letter = L' ';
    WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL);
    printf("%s\t%s\t%s\t%s\n", kind, IsWindowEnabled(window) ? "on" : "off",
           ask(window, BM_GETCHECK, 0, 0) == BST_CHECKED ? "ticked" : "-", bytes);
}

static BOOL CALLBACK each_control(HWND window, LPARAM unused)
{
    (void)unused;
    if (IsWindowVisible(window))
        say(window, "control");
    return TRUE;
}

static BOOL CALLBACK each_window(HWND window, LPARAM unused)
{
    wchar_t class[64];
    GetClassNameW(window, class, 64);
    if (IsWindowVisible(window) && !wcscmp(class, L"#32770")) {
        say(window, "dialog");
        EnumChildWindows(window, each_control, unused);
    }
    return TRUE;
}

int wmain(void)
{
    return !EnumWindows(each_window, 0);
}
