/* The sign that the program is starting: a small window, shown at once, while the files are checked
   and Python and Qt start. It runs in a thread of its own and closes itself as soon as this process
   shows another window; if the process hands its request to a running instance, it ends with it. */
#include <windows.h>

#include "start.h"
#include "texts.h"

#if defined(WINDOWED)

#define WIDTH 380
#define HEIGHT 96
#define MARGIN 24
#define ICON 32
#define LOOK_EVERY 100   /* milliseconds */
#define LONGEST_SHOWN 90 /* seconds */
#define SCHEME L"certclient:"

static const wchar_t *text;
static HFONT font;
static HICON icon;
static int dpi = 96;
static int looks;

static int scaled(int length) {
    return MulDiv(length, dpi, 96);
}

static BOOL CALLBACK is_other_window(HWND window, LPARAM splash) {
    DWORD process;
    GetWindowThreadProcessId(window, &process);
    if (window == (HWND)splash || process != GetCurrentProcessId() || !IsWindowVisible(window))
        return TRUE;
    return FALSE; /* found: ends the enumeration */
}

static void paint(HWND window) {
    PAINTSTRUCT state;
    RECT place;
    HDC canvas = BeginPaint(window, &state);
    GetClientRect(window, &place);
    FillRect(canvas, &place, GetSysColorBrush(COLOR_WINDOW));
    DrawIconEx(canvas, scaled(MARGIN), (place.bottom - scaled(ICON)) / 2, icon, scaled(ICON),
               scaled(ICON), 0, NULL, DI_NORMAL);
    place.left = scaled(MARGIN + ICON + MARGIN / 2);
    SelectObject(canvas, font);
    SetBkMode(canvas, TRANSPARENT);
    SetTextColor(canvas, GetSysColor(COLOR_WINDOWTEXT));
    DrawTextW(canvas, text, -1, &place, DT_SINGLELINE | DT_VCENTER | DT_NOPREFIX);
    EndPaint(window, &state);
}

static LRESULT CALLBACK handle(HWND window, UINT message, WPARAM first, LPARAM second) {
    switch (message) {
    case WM_PAINT:
        paint(window);
        return 0;
    case WM_TIMER:
        if (!EnumWindows(is_other_window, (LPARAM)window) ||
            ++looks > LONGEST_SHOWN * 1000 / LOOK_EVERY)
            DestroyWindow(window);
        return 0;
    case WM_CLOSE: /* Alt+F4 would only hide that the program goes on starting. */
        return 0;
    case WM_DESTROY:
        PostQuitMessage(0);
        return 0;
    }
    return DefWindowProcW(window, message, first, second);
}

static HFONT message_font(void) {
    NONCLIENTMETRICSW metrics = {.cbSize = sizeof metrics};
    SystemParametersInfoW(SPI_GETNONCLIENTMETRICS, sizeof metrics, &metrics, 0);
    return CreateFontIndirectW(&metrics.lfMessageFont);
}

static HWND create(void) {
    HINSTANCE self = GetModuleHandleW(NULL);
    WNDCLASSW class = {.lpfnWndProc = handle,
                       .hInstance = self,
                       .hCursor = LoadCursorW(NULL, (LPCWSTR)IDC_APPSTARTING),
                       .lpszClassName = L"certclient-splash"};
    dpi = (int)GetDpiForSystem();
    font = message_font();
    /* 1: the group of icons that PyInstaller writes. */
    icon = LoadImageW(self, MAKEINTRESOURCEW(1), IMAGE_ICON, scaled(ICON), scaled(ICON), 0);
    if (icon == NULL) icon = LoadIconW(NULL, (LPCWSTR)IDI_APPLICATION);
    if (!RegisterClassW(&class)) return NULL;
    int left = (GetSystemMetrics(SM_CXSCREEN) - scaled(WIDTH)) / 2;
    int top = (GetSystemMetrics(SM_CYSCREEN) - scaled(HEIGHT)) / 2;
    /* The text is the title as well, for screen readers. */
    return CreateWindowExW(WS_EX_DLGMODALFRAME, class.lpszClassName, text, WS_POPUP | WS_BORDER,
                           left, top, scaled(WIDTH), scaled(HEIGHT), NULL, NULL, self, NULL);
}

static DWORD WINAPI run(void *unused) {
    MSG message;
    (void)unused;
    HWND window = create();
    if (window == NULL) return 0;
    ShowWindow(window, SW_SHOW);
    UpdateWindow(window);
    /* A running instance that takes over the request may then come to the front. */
    AllowSetForegroundWindow(ASFW_ANY);
    SetTimer(window, 1, LOOK_EVERY, NULL);
    while (GetMessageW(&message, NULL, 0, 0) > 0) DispatchMessageW(&message);
    return 0;
}

static bool opens_a_window(int count, wchar_t **arguments) {
    /* A double click, and a link of the bank's page. `remind` may have nothing to show; everything
       else runs for the setup or an administrator. */
    return count == 1 || !_wcsnicmp(arguments[1], SCHEME, wcslen(SCHEME));
}

void show_splash(int count, wchar_t **arguments) {
    if (!opens_a_window(count, arguments)) return;
    bool japanese = PRIMARYLANGID(GetUserDefaultUILanguage()) == LANG_JAPANESE;
    text = japanese ? STARTING_JA : STARTING_EN;
    HANDLE thread = CreateThread(NULL, 0, run, NULL, 0, NULL);
    if (thread != NULL) CloseHandle(thread);
}

#else
void show_splash(int count, wchar_t **arguments) {
    (void)count, (void)arguments;
}
#endif
