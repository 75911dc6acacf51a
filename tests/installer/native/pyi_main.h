/* Replaces PyInstaller's header, so that installer/native/start.c calls the stand-in. */
#pragma once

#include <wchar.h>

typedef struct {
    int argc;
    wchar_t **argv_w;
} PYI_CONTEXT;

extern PYI_CONTEXT *const global_pyi_ctx;

int pyi_main(PYI_CONTEXT *context);
