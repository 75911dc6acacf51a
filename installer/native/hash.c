/* SHA-256 with bcrypt.dll, which uses the processor's SHA instructions. It is loaded at run time
   and from System32 only: it is no KnownDLL, and Windows would resolve a static import before
   search_dlls_safely() runs. */
#include <windows.h>

#include <bcrypt.h>

#include "start.h"

static BCRYPT_ALG_HANDLE algorithm;
static NTSTATUS(WINAPI *create)(BCRYPT_ALG_HANDLE, BCRYPT_HASH_HANDLE *, PUCHAR, ULONG, PUCHAR,
                                ULONG, ULONG);
static NTSTATUS(WINAPI *update)(BCRYPT_HASH_HANDLE, PUCHAR, ULONG, ULONG);
static NTSTATUS(WINAPI *finish)(BCRYPT_HASH_HANDLE, PUCHAR, ULONG, ULONG);
static NTSTATUS(WINAPI *destroy)(BCRYPT_HASH_HANDLE);

bool open_hashing(void) {
    HMODULE library = LoadLibraryExW(L"bcrypt.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    NTSTATUS(WINAPI * open)(BCRYPT_ALG_HANDLE *, LPCWSTR, LPCWSTR, ULONG);
    if (library == NULL) return false;
    open = (void *)GetProcAddress(library, "BCryptOpenAlgorithmProvider");
    create = (void *)GetProcAddress(library, "BCryptCreateHash");
    update = (void *)GetProcAddress(library, "BCryptHashData");
    finish = (void *)GetProcAddress(library, "BCryptFinishHash");
    destroy = (void *)GetProcAddress(library, "BCryptDestroyHash");
    if (!open || !create || !update || !finish || !destroy) return false;
    return open(&algorithm, BCRYPT_SHA256_ALGORITHM, NULL, 0) >= 0;
}

bool sha256(const void *data, size_t size, unsigned char digest[32]) {
    BCRYPT_HASH_HANDLE hash;
    if (size > MAXLONG || create(algorithm, &hash, NULL, 0, NULL, 0, 0) < 0) return false;
    bool good = update(hash, (PUCHAR)data, (ULONG)size, 0) >= 0 && finish(hash, digest, 32, 0) >= 0;
    destroy(hash);
    return good;
}
