/* The functions of ncrypt.dll that we use, with the results that Microsoft documents. bcrypt does the
   RSA and the ECDSA. See double.h. */

#include "double.h"

#include <stdlib.h>
#include <wchar.h>

#ifndef NTE_USER_CANCELLED
#define NTE_USER_CANCELLED ((SECURITY_STATUS)0x80090036)
#endif
#ifndef NTE_DEVICE_NOT_READY
#define NTE_DEVICE_NOT_READY ((SECURITY_STATUS)0x80090030)
#endif

static Object *object(NCRYPT_HANDLE handle, DWORD magic)
{
    Object *found = (Object *)handle;
    return found && found->magic == magic ? found : NULL;
}

static NCRYPT_HANDLE new_object(DWORD magic, Kind kind, const WCHAR *name)
{
    Object *made = calloc(1, sizeof *made);
    made->magic = magic;
    made->kind = kind;
    made->attributes.magic = KEY;
    made->attributes.bits = 2048;
    made->attributes.usage = NCRYPT_ALLOW_ALL_USAGES;
    wcsncpy(made->name, name, NAME_LENGTH - 1);
    return (NCRYPT_HANDLE)made;
}

SECURITY_STATUS WINAPI NCryptOpenStorageProvider(NCRYPT_PROV_HANDLE *provider, LPCWSTR name,
                                                 DWORD flags)
{
    (void)flags;
    if (!name || !wcscmp(name, MS_KEY_STORAGE_PROVIDER)) {
        if (setting_is(L"CERTCLIENT_KSP", L"missing"))
            return NTE_KEYSET_NOT_DEF;
        *provider = new_object(PROVIDER, SOFTWARE, MS_KEY_STORAGE_PROVIDER);
        return ERROR_SUCCESS;
    }
    if (!wcscmp(name, L"Microsoft Smart Card Key Storage Provider") &&
        setting_is(L"CERTCLIENT_CARD", L"here")) {
        *provider = new_object(PROVIDER, CARD, name);
        return ERROR_SUCCESS;
    }
    if (wcscmp(name, L"Microsoft Platform Crypto Provider"))
        return NTE_KEYSET_NOT_DEF;
    if (!setting_is(L"CERTCLIENT_TPM", L"works") && !setting_is(L"CERTCLIENT_TPM", L"no-pss") &&
        !setting_is(L"CERTCLIENT_TPM", L"no-p384") && !setting_is(L"CERTCLIENT_TPM", L"software") &&
        !setting_is(L"CERTCLIENT_TPM", L"sick"))
        return NTE_DEVICE_NOT_READY;
    *provider = new_object(PROVIDER, TPM, name);
    return ERROR_SUCCESS;
}

static BOOL is_sick(const Object *provider)
{
    return provider->kind == TPM && setting_is(L"CERTCLIENT_TPM", L"sick");
}

SECURITY_STATUS WINAPI NCryptCreatePersistedKey(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE *key,
                                                LPCWSTR algorithm, LPCWSTR name, DWORD spec,
                                                DWORD flags)
{
    Object *owner = object(provider, PROVIDER);
    DWORD bits = 2048;
    (void)spec;
    if (!owner)
        return NTE_INVALID_HANDLE;
    if (is_sick(owner))
        return NTE_INTERNAL_ERROR;
    if (!wcscmp(algorithm, BCRYPT_ECDSA_P256_ALGORITHM))
        bits = 256;
    else if (!wcscmp(algorithm, BCRYPT_ECDSA_P384_ALGORITHM))
        bits = 384;
    else if (wcscmp(algorithm, BCRYPT_RSA_ALGORITHM))
        return NTE_NOT_SUPPORTED;
    if (bits == 384 && owner->kind == TPM && setting_is(L"CERTCLIENT_TPM", L"no-p384"))
        return NTE_NOT_SUPPORTED;
    if (!name)
        return NTE_NOT_SUPPORTED;
    if (wcslen(name) >= NAME_LENGTH)
        return NTE_INVALID_PARAMETER;
    if (key_exists(owner->kind, name) && !(flags & NCRYPT_OVERWRITE_KEY_FLAG))
        return NTE_EXISTS;
    *key = new_object(KEY, owner->kind, name);
    object(*key, KEY)->attributes.bits = bits;
    return ERROR_SUCCESS;
}

static void set_ui_policy(Attributes *attributes, const NCRYPT_UI_POLICY *policy)
{
    attributes->ui_flags = policy->dwFlags;
    if (policy->pszCreationTitle)
        wcsncpy(attributes->ui_title, policy->pszCreationTitle, TEXT_LENGTH - 1);
    if (policy->pszFriendlyName)
        wcsncpy(attributes->ui_friendly_name, policy->pszFriendlyName, TEXT_LENGTH - 1);
    if (policy->pszDescription)
        wcsncpy(attributes->ui_description, policy->pszDescription, TEXT_LENGTH - 1);
}

SECURITY_STATUS WINAPI NCryptSetProperty(NCRYPT_HANDLE handle, LPCWSTR name, PBYTE value, DWORD length,
                                         DWORD flags)
{
    Object *key = object(handle, KEY);
    (void)flags;
    if (!key)
        return NTE_INVALID_HANDLE;
    if (!wcscmp(name, NCRYPT_WINDOW_HANDLE_PROPERTY) && length == sizeof(HWND)) {
        key->window = *(HWND *)value;
        return ERROR_SUCCESS;
    }
    if (key->blob)
        return NTE_INVALID_PARAMETER; /* a finalized key cannot be changed */
    if (!wcscmp(name, NCRYPT_UI_POLICY_PROPERTY) && length == sizeof(NCRYPT_UI_POLICY))
        set_ui_policy(&key->attributes, (NCRYPT_UI_POLICY *)value);
    else if (length != sizeof(DWORD))
        return NTE_INVALID_PARAMETER;
    else if (!wcscmp(name, NCRYPT_LENGTH_PROPERTY))
        key->attributes.bits = *(DWORD *)value;
    else if (!wcscmp(name, NCRYPT_EXPORT_POLICY_PROPERTY))
        key->attributes.export_policy = *(DWORD *)value;
    else if (!wcscmp(name, NCRYPT_KEY_USAGE_PROPERTY))
        key->attributes.usage = *(DWORD *)value;
    else
        return NTE_NOT_SUPPORTED;
    return ERROR_SUCCESS;
}

static SECURITY_STATUS give_number(DWORD number, PBYTE value, DWORD size, DWORD *length)
{
    *length = sizeof number;
    if (!value)
        return ERROR_SUCCESS;
    if (size < sizeof number)
        return NTE_BUFFER_TOO_SMALL;
    *(DWORD *)value = number;
    return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI NCryptGetProperty(NCRYPT_HANDLE handle, LPCWSTR name, PBYTE value, DWORD size,
                                         DWORD *length, DWORD flags)
{
    Object *key = object(handle, KEY), *provider = object(handle, PROVIDER);
    (void)flags;
    if (provider && is_sick(provider))
        return NTE_INTERNAL_ERROR;
    if (provider && !wcscmp(name, NCRYPT_IMPL_TYPE_PROPERTY)) {
        BOOL hardware = provider->kind == TPM && !setting_is(L"CERTCLIENT_TPM", L"software");
        DWORD kind = hardware ? NCRYPT_IMPL_HARDWARE_FLAG : NCRYPT_IMPL_SOFTWARE_FLAG;
        return give_number(kind, value, size, length);
    }
    if (!key)
        return NTE_NOT_SUPPORTED;
    if (!wcscmp(name, NCRYPT_LENGTH_PROPERTY))
        return give_number(key->attributes.bits, value, size, length);
    if (!wcscmp(name, NCRYPT_EXPORT_POLICY_PROPERTY))
        return give_number(key->attributes.export_policy, value, size, length);
    if (!wcscmp(name, NCRYPT_KEY_USAGE_PROPERTY))
        return give_number(key->attributes.usage, value, size, length);
    return NTE_NOT_SUPPORTED;
}

static BOOL is_ec(const Object *key) { return key->attributes.bits < 512; }

static BCRYPT_ALG_HANDLE algorithm_of(const Object *key)
{
    static BCRYPT_ALG_HANDLE rsa, p256, p384;
    BCRYPT_ALG_HANDLE *provider = !is_ec(key) ? &rsa : key->attributes.bits == 256 ? &p256 : &p384;
    const WCHAR *name = !is_ec(key)                     ? BCRYPT_RSA_ALGORITHM
                        : key->attributes.bits == 256 ? BCRYPT_ECDSA_P256_ALGORITHM
                                                      : BCRYPT_ECDSA_P384_ALGORITHM;
    if (!*provider)
        BCryptOpenAlgorithmProvider(provider, name, NULL, 0);
    return *provider;
}

static const WCHAR *private_type(const Object *key)
{
    return is_ec(key) ? BCRYPT_ECCPRIVATE_BLOB : BCRYPT_RSAFULLPRIVATE_BLOB;
}

static const WCHAR *public_type(const Object *key)
{
    return is_ec(key) ? BCRYPT_ECCPUBLIC_BLOB : BCRYPT_RSAPUBLIC_BLOB;
}

/* Maps bcrypt's STATUS_… to a result of ncrypt; only bugs lead to failures here. */
static SECURITY_STATUS as_status(NTSTATUS status)
{
    return BCRYPT_SUCCESS(status) ? ERROR_SUCCESS : NTE_FAIL;
}

/* The prompt about a protected key: one at its creation, one for each handle that signs. */
static SECURITY_STATUS ask(Object *key, DWORD flags)
{
    if (!key->attributes.ui_flags || key->asked)
        return ERROR_SUCCESS;
    if (key->silent || flags & NCRYPT_SILENT_FLAG)
        return NTE_SILENT_CONTEXT;
    note_question(key);
    if (setting_is(L"CERTCLIENT_USER", L"cancels"))
        return NTE_USER_CANCELLED;
    key->asked = TRUE;
    return ERROR_SUCCESS;
}

/* Wine's bcrypt makes P-384 keys and does not import them: such a key lives as long as the process that
   made it. */
typedef struct Living {
    struct Living *next;
    BYTE *blob;
    DWORD length;
    BCRYPT_KEY_HANDLE pair;
} Living;
static Living *living;

static void keep_alive(const Object *key, BCRYPT_KEY_HANDLE pair)
{
    Living *made = calloc(1, sizeof *made);
    made->blob = malloc(key->attributes.blob_length);
    memcpy(made->blob, key->blob, key->attributes.blob_length);
    made->length = key->attributes.blob_length;
    made->pair = pair;
    made->next = living;
    living = made;
}

static BCRYPT_KEY_HANDLE living_key(const Object *key)
{
    BCRYPT_KEY_HANDLE pair = NULL;
    for (Living *one = living; one && !pair; one = one->next)
        if (one->length == key->attributes.blob_length && !memcmp(one->blob, key->blob, one->length))
            BCryptDuplicateKey(one->pair, &pair, NULL, 0, 0);
    return pair;
}

SECURITY_STATUS WINAPI NCryptFinalizeKey(NCRYPT_KEY_HANDLE handle, DWORD flags)
{
    Object *key = object(handle, KEY);
    BCRYPT_KEY_HANDLE pair;
    BYTE blob[8192];
    ULONG length;
    SECURITY_STATUS answer;
    if (!key || key->blob)
        return NTE_INVALID_HANDLE;
    answer = ask(key, flags);
    if (answer != ERROR_SUCCESS)
        return answer;
    if (!BCRYPT_SUCCESS(BCryptGenerateKeyPair(algorithm_of(key), &pair, key->attributes.bits, 0)) ||
        !BCRYPT_SUCCESS(BCryptFinalizeKeyPair(pair, 0)) ||
        !BCRYPT_SUCCESS(BCryptExportKey(pair, NULL, private_type(key), blob, sizeof blob, &length,
                                        0)))
        return NTE_FAIL;
    key->attributes.blob_length = length;
    key->blob = malloc(length);
    memcpy(key->blob, blob, length);
    if (key->attributes.bits == 384)
        keep_alive(key, pair);
    else
        BCryptDestroyKey(pair);
    return write_key(key, blob) ? ERROR_SUCCESS : NTE_PERM;
}

/* Imports the key for a single operation: after a PSS signature, Wine's bcrypt refuses the same handle
   for other paddings. */
static BCRYPT_KEY_HANDLE fresh_key(const Object *key)
{
    BCRYPT_KEY_HANDLE pair = NULL;
    if (key->attributes.bits == 384)
        return living_key(key);
    BCryptImportKeyPair(algorithm_of(key), NULL, private_type(key), &pair, key->blob,
                        key->attributes.blob_length, 0);
    return pair;
}

static void release(Object *found)
{
    found->magic = 0;
    free(found->blob);
    free(found);
}

SECURITY_STATUS WINAPI NCryptOpenKey(NCRYPT_PROV_HANDLE provider, NCRYPT_KEY_HANDLE *handle,
                                     LPCWSTR name, DWORD spec, DWORD flags)
{
    Object *owner = object(provider, PROVIDER), *key;
    BCRYPT_KEY_HANDLE pair;
    (void)spec;
    if (!owner)
        return NTE_INVALID_HANDLE;
    if (is_sick(owner))
        return NTE_INTERNAL_ERROR;
    key = (Object *)new_object(KEY, owner->kind, name);
    key->silent = (flags & NCRYPT_SILENT_FLAG) != 0;
    key->blob = read_key(owner->kind, name, &key->attributes);
    if (!key->blob) {
        release(key);
        return NTE_BAD_KEYSET;
    }
    pair = fresh_key(key);
    if (!pair) {
        release(key);
        return NTE_BAD_KEY_STATE; /* damaged: Windows' result for a key that DPAPI cannot decrypt */
    }
    BCryptDestroyKey(pair);
    *handle = (NCRYPT_KEY_HANDLE)key;
    return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI NCryptExportKey(NCRYPT_KEY_HANDLE handle, NCRYPT_KEY_HANDLE wrapper,
                                       LPCWSTR type, NCryptBufferDesc *parameters, PBYTE output,
                                       DWORD size, DWORD *length, DWORD flags)
{
    Object *key = object(handle, KEY);
    BCRYPT_KEY_HANDLE pair;
    NTSTATUS status;
    (void)parameters;
    (void)flags;
    if (!key || !key->blob)
        return NTE_INVALID_HANDLE;
    if (wcscmp(type, public_type(key)) &&
        !(key->attributes.export_policy & NCRYPT_ALLOW_PLAINTEXT_EXPORT_FLAG))
        return NTE_NOT_SUPPORTED;
    if (wrapper)
        return NTE_NOT_SUPPORTED;
    pair = fresh_key(key);
    status = BCryptExportKey(pair, NULL, type, output, size, length, 0);
    BCryptDestroyKey(pair);
    return as_status(status);
}

SECURITY_STATUS WINAPI NCryptSignHash(NCRYPT_KEY_HANDLE handle, VOID *padding, PBYTE hash,
                                      DWORD hash_length, PBYTE output, DWORD size, DWORD *length,
                                      DWORD flags)
{
    Object *key = object(handle, KEY);
    BCRYPT_KEY_HANDLE pair;
    SECURITY_STATUS answer;
    NTSTATUS status;
    if (!key || !key->blob)
        return NTE_INVALID_HANDLE;
    if (!(key->attributes.usage & NCRYPT_ALLOW_SIGNING_FLAG))
        return NTE_PERM;
    if (key->kind == TPM && (flags & BCRYPT_PAD_PSS) && setting_is(L"CERTCLIENT_TPM", L"no-pss"))
        return NTE_NOT_SUPPORTED;
    answer = output ? ask(key, flags) : ERROR_SUCCESS;
    if (answer != ERROR_SUCCESS)
        return answer;
    if (is_ec(key) && (padding || flags & (BCRYPT_PAD_PKCS1 | BCRYPT_PAD_PSS)))
        return NTE_INVALID_PARAMETER;
    if (is_ec(key) && !output) {
        *length = key->attributes.bits / 4; /* Wine's bcrypt does not tell it */
        return ERROR_SUCCESS;
    }
    pair = fresh_key(key);
    status = BCryptSignHash(pair, padding, hash, hash_length, output, size, length,
                            flags & (BCRYPT_PAD_PKCS1 | BCRYPT_PAD_PSS));
    BCryptDestroyKey(pair);
    return as_status(status);
}

SECURITY_STATUS WINAPI NCryptDeleteKey(NCRYPT_KEY_HANDLE handle, DWORD flags)
{
    Object *key = object(handle, KEY);
    BOOL deleted;
    (void)flags;
    if (!key)
        return NTE_INVALID_HANDLE;
    deleted = delete_key(key->kind, key->name);
    if (deleted)
        release(key); /* on failure the caller still owns the handle */
    return deleted ? ERROR_SUCCESS : NTE_BAD_KEYSET;
}

SECURITY_STATUS WINAPI NCryptFreeObject(NCRYPT_HANDLE handle)
{
    Object *found = object(handle, KEY) ? object(handle, KEY) : object(handle, PROVIDER);
    if (!found)
        return NTE_INVALID_HANDLE;
    release(found);
    return ERROR_SUCCESS;
}

typedef struct {
    NCryptKeyName answer;
    WCHAR name[NAME_LENGTH];
} Listed;

/* `*state` points to an allocated search handle, so that NCryptFreeBuffer frees it like a name. */
SECURITY_STATUS WINAPI NCryptEnumKeys(NCRYPT_PROV_HANDLE provider, LPCWSTR scope, NCryptKeyName **name,
                                      PVOID *state, DWORD flags)
{
    Object *owner = object(provider, PROVIDER);
    Listed *listed = calloc(1, sizeof *listed);
    BOOL found;
    (void)scope;
    (void)flags;
    if (!owner || is_sick(owner)) {
        free(listed);
        return owner ? NTE_INTERNAL_ERROR : NTE_INVALID_HANDLE;
    }
    if (!*state) {
        HANDLE search = first_key(owner->kind, listed->name);
        found = search != INVALID_HANDLE_VALUE;
        if (found) {
            *state = malloc(sizeof search);
            *(HANDLE *)*state = search;
        }
    } else {
        found = next_key(*(HANDLE *)*state, listed->name);
    }
    if (!found) {
        free(listed);
        return NTE_NO_MORE_ITEMS;
    }
    listed->answer.pszName = listed->name;
    listed->answer.pszAlgid = (LPWSTR)BCRYPT_RSA_ALGORITHM;
    *name = &listed->answer;
    return ERROR_SUCCESS;
}

SECURITY_STATUS WINAPI NCryptFreeBuffer(PVOID buffer)
{
    free(buffer);
    return ERROR_SUCCESS;
}
