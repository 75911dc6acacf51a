/* Entry point of both programs: shows that the program is starting, checks the files, then runs PyInstaller's unchanged bootloader. It
   takes the place of the bootloader's own main.c (tools/installer/bootloader.py). */
#include <windows.h>

#include "pyi_main.h"
#include "start.h"

#define REFUSED 6 /* exit code, certclient.cli.exit_codes */

/* Keeps MinGW's runtime from expanding wildcards in arguments. */
extern int _CRT_glob;
int _CRT_glob = 0;

static int start(int count, wchar_t **arguments) {
    static wchar_t culprit[LONGEST_PATH];
    search_dlls_safely();
    show_splash(count, arguments);
    if (!files_are_ours(culprit, LONGEST_PATH)) {
        report_damage(culprit);
        return REFUSED;
    }
    global_pyi_ctx->argc = count;
    global_pyi_ctx->argv_w = arguments;
    return pyi_main(global_pyi_ctx);
}

#if defined(WINDOWED)
int WINAPI wWinMain(HINSTANCE self, HINSTANCE before, LPWSTR line, int show) {
    (void)self, (void)before, (void)line, (void)show;
    return start(__argc, __wargv);
}
#else
int wmain(int count, wchar_t **arguments) {
    return start(count, arguments);
}
#endif
