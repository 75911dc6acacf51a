/* icuuc.dll for Wine, which has none. Qt imports these functions, but does without ICU if they report
   an error or return nothing. Signatures: ICU 72, unicode/ucnv.h. */

#define EXPORT __declspec(dllexport)

typedef int UErrorCode;
enum { U_FILE_ACCESS_ERROR = 4 };

EXPORT void *ucnv_open(const char *name, UErrorCode *error)
{
    (void)name;
    *error = U_FILE_ACCESS_ERROR;
    return 0;
}

EXPORT void ucnv_close(void *converter)
{
    (void)converter;
}

EXPORT void ucnv_reset(void *converter)
{
    (void)converter;
}

EXPORT signed char ucnv_getMaxCharSize(const void *converter)
{
    (void)converter;
    return 0;
}

EXPORT const char *ucnv_getName(const void *converter, UErrorCode *error)
{
    (void)converter;
    *error = U_FILE_ACCESS_ERROR;
    return 0;
}

EXPORT int ucnv_countAvailable(void)
{
    return 0;
}

EXPORT const char *ucnv_getAvailableName(int index)
{
    (void)index;
    return 0;
}

EXPORT const char *ucnv_getStandardName(const char *name, const char *standard, UErrorCode *error)
{
    (void)name;
    (void)standard;
    *error = U_FILE_ACCESS_ERROR;
    return 0;
}

/* No converter is ever open, so the rest is never called. */
#define NEVER(name) EXPORT void name(void) { }
NEVER(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
NEVER(UCNV_TO_U_CALLBACK_SUBSTITUTE)
NEVER(ucnv_getToUCallBack)
NEVER(ucnv_getFromUCallBack)
NEVER(ucnv_setToUCallBack)
NEVER(ucnv_setFromUCallBack)
NEVER(ucnv_cbToUWriteUChars)
NEVER(ucnv_cbFromUWriteUChars)
NEVER(ucnv_toUnicode)
NEVER(ucnv_fromUnicode)
NEVER(ucnv_toUCountPending)
NEVER(ucnv_fromUCountPending)
