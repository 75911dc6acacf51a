/* A DLL that nobody asked for: leaves a note where it was loaded. */
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
    (void)self, (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) {
        HANDLE note = CreateFileW(L"C:\\loaded.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
        CloseHandle(note);
    }
    return TRUE;
}
