"""Structures, constants and functions of crypt32, ncrypt and advapi32 (Windows SDK: wincrypt.h,
ncrypt.h, bcrypt.h). Declarations only, no logic.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_size_t, c_ubyte, c_void_p, c_wchar_p
from ctypes.wintypes import BOOL, DWORD, LONG

from certclient.platform.windows_certificates import CertContextPointer
from certclient.platform.windows_dll import declare, load, not_zero, status

crypt32 = load("crypt32.dll")
ncrypt = load("ncrypt.dll")
advapi32 = load("advapi32.dll")

X509_AND_PKCS7 = 0x10001
"""X509_ASN_ENCODING | PKCS_7_ASN_ENCODING."""


class Blob(ctypes.Structure):
    """CRYPT_DATA_BLOB."""

    _fields_ = (("length", DWORD), ("data", POINTER(c_ubyte)))


class KeyProviderInfo(ctypes.Structure):
    """CRYPT_KEY_PROV_INFO."""

    _fields_ = (
        ("container", c_wchar_p),
        ("provider", c_wchar_p),
        ("provider_type", DWORD),
        ("flags", DWORD),
        ("parameter_count", DWORD),
        ("parameters", c_void_p),
        ("key_spec", DWORD),
    )


class Pkcs1Padding(ctypes.Structure):
    """BCRYPT_PKCS1_PADDING_INFO."""

    _fields_ = (("algorithm", c_wchar_p),)


class PssPadding(ctypes.Structure):
    """BCRYPT_PSS_PADDING_INFO; `salt_length` in bytes."""

    _fields_ = (("algorithm", c_wchar_p), ("salt_length", DWORD))


class UiPolicy(ctypes.Structure):
    """NCRYPT_UI_POLICY."""

    _fields_ = (
        ("version", DWORD),
        ("flags", DWORD),
        ("creation_title", c_wchar_p),
        ("friendly_name", c_wchar_p),
        ("description", c_wchar_p),
    )


class KeyName(ctypes.Structure):
    """NCryptKeyName."""

    _fields_ = (
        ("name", c_wchar_p),
        ("algorithm", c_wchar_p),
        ("legacy_key_spec", DWORD),
        ("flags", DWORD),
    )


Handle = c_size_t
"""HCRYPTPROV, HCRYPTKEY, HCRYPTHASH, NCRYPT_HANDLE: each a ULONG_PTR."""

# Certificate stores

CERT_STORE_PROV_SYSTEM_W = 10
CERT_SYSTEM_STORE_CURRENT_USER = 0x10000
CERT_STORE_READONLY_FLAG = 0x8000
CERT_STORE_ENUM_ARCHIVED_FLAG = 0x200
CERT_STORE_CTRL_COMMIT = 3
CERT_STORE_CTRL_COMMIT_FORCE_FLAG = 1
CERT_STORE_ADD_NEW = 1
CERT_FIND_SHA1_HASH = 0x10000

CERT_KEY_PROV_INFO_PROP_ID = 2
CERT_FRIENDLY_NAME_PROP_ID = 11
CERT_ARCHIVED_PROP_ID = 19

CRYPT_E_EXISTS = 0x80092005

cert_open_store = declare(
    crypt32, "CertOpenStore", not_zero, c_void_p, c_void_p, DWORD, c_void_p, DWORD, c_wchar_p
)
cert_close_store = declare(crypt32, "CertCloseStore", not_zero, BOOL, c_void_p, DWORD)
cert_control_store = declare(
    crypt32, "CertControlStore", not_zero, BOOL, c_void_p, DWORD, DWORD, c_void_p
)
cert_find_certificate_in_store = declare(
    crypt32,
    "CertFindCertificateInStore",
    not_zero,
    CertContextPointer,
    c_void_p,
    DWORD,
    DWORD,
    DWORD,
    c_void_p,
    CertContextPointer,
)
cert_create_certificate_context = declare(
    crypt32, "CertCreateCertificateContext", not_zero, CertContextPointer, DWORD, c_char_p, DWORD
)
cert_add_certificate_context_to_store = declare(
    crypt32,
    "CertAddCertificateContextToStore",
    not_zero,
    BOOL,
    c_void_p,
    CertContextPointer,
    DWORD,
    POINTER(CertContextPointer),
)
cert_set_certificate_context_property = declare(
    crypt32,
    "CertSetCertificateContextProperty",
    not_zero,
    BOOL,
    CertContextPointer,
    DWORD,
    DWORD,
    c_void_p,
)
cert_get_certificate_context_property = declare(
    crypt32,
    "CertGetCertificateContextProperty",
    not_zero,
    BOOL,
    CertContextPointer,
    DWORD,
    c_void_p,
    POINTER(DWORD),
)
cert_duplicate_certificate_context = declare(
    crypt32, "CertDuplicateCertificateContext", not_zero, CertContextPointer, CertContextPointer
)
cert_delete_certificate_from_store = declare(
    crypt32, "CertDeleteCertificateFromStore", not_zero, BOOL, CertContextPointer
)

# CNG keys

MS_KEY_STORAGE_PROVIDER = "Microsoft Software Key Storage Provider"
MS_PLATFORM_CRYPTO_PROVIDER = "Microsoft Platform Crypto Provider"

NCRYPT_SILENT_FLAG = 0x40
NCRYPT_MACHINE_KEY_FLAG = 0x20
NCRYPT_PERSIST_FLAG = 0x80000000
NCRYPT_ALLOW_SIGNING_FLAG = 2
NCRYPT_IMPL_HARDWARE_FLAG = 1
NCRYPT_UI_PROTECT_KEY_FLAG = 1
NCRYPT_UI_FORCE_HIGH_PROTECTION_FLAG = 2
BCRYPT_PAD_PKCS1 = 2
BCRYPT_PAD_PSS = 8

ncrypt_open_storage_provider = declare(
    ncrypt, "NCryptOpenStorageProvider", status, LONG, POINTER(Handle), c_wchar_p, DWORD
)
ncrypt_create_persisted_key = declare(
    ncrypt,
    "NCryptCreatePersistedKey",
    status,
    LONG,
    Handle,
    POINTER(Handle),
    c_wchar_p,
    c_wchar_p,
    DWORD,
    DWORD,
)
ncrypt_open_key = declare(
    ncrypt, "NCryptOpenKey", status, LONG, Handle, POINTER(Handle), c_wchar_p, DWORD, DWORD
)
ncrypt_set_property = declare(
    ncrypt, "NCryptSetProperty", status, LONG, Handle, c_wchar_p, c_void_p, DWORD, DWORD
)
ncrypt_get_property = declare(
    ncrypt,
    "NCryptGetProperty",
    status,
    LONG,
    Handle,
    c_wchar_p,
    c_void_p,
    DWORD,
    POINTER(DWORD),
    DWORD,
)
ncrypt_finalize_key = declare(ncrypt, "NCryptFinalizeKey", status, LONG, Handle, DWORD)
ncrypt_sign_hash = declare(
    ncrypt,
    "NCryptSignHash",
    status,
    LONG,
    Handle,
    c_void_p,
    c_char_p,
    DWORD,
    c_void_p,
    DWORD,
    POINTER(DWORD),
    DWORD,
)
ncrypt_export_key = declare(
    ncrypt,
    "NCryptExportKey",
    status,
    LONG,
    Handle,
    Handle,
    c_wchar_p,
    c_void_p,
    c_void_p,
    DWORD,
    POINTER(DWORD),
    DWORD,
)
ncrypt_enum_keys = declare(
    ncrypt,
    "NCryptEnumKeys",
    status,
    LONG,
    Handle,
    c_wchar_p,
    POINTER(POINTER(KeyName)),
    POINTER(c_void_p),
    DWORD,
)
ncrypt_free_buffer = declare(ncrypt, "NCryptFreeBuffer", status, LONG, c_void_p)
ncrypt_delete_key = declare(ncrypt, "NCryptDeleteKey", status, LONG, Handle, DWORD)
ncrypt_free_object = declare(ncrypt, "NCryptFreeObject", status, LONG, Handle)

# CAPI keys

PROV_RSA_AES = 24
MS_ENH_RSA_AES_PROV = "Microsoft Enhanced RSA and AES Cryptographic Provider"
AT_KEYEXCHANGE = 1
AT_SIGNATURE = 2
CRYPT_VERIFYCONTEXT = 0xF0000000
CRYPT_NEWKEYSET = 8
CRYPT_DELETEKEYSET = 0x10
CRYPT_MACHINE_KEYSET = 0x20
CRYPT_SILENT = 0x40
CRYPT_USER_PROTECTED = 2
CRYPT_FIRST = 1
CRYPT_NEXT = 2
PP_ENUMCONTAINERS = 2
PUBLICKEYBLOB = 6
HP_HASHVAL = 2
CALG_SHA_256 = 0x800C
CALG_SHA_384 = 0x800D
CALG_SHA_512 = 0x800E

crypt_acquire_context = declare(
    advapi32,
    "CryptAcquireContextW",
    not_zero,
    BOOL,
    POINTER(Handle),
    c_wchar_p,
    c_wchar_p,
    DWORD,
    DWORD,
)
crypt_release_context = declare(advapi32, "CryptReleaseContext", not_zero, BOOL, Handle, DWORD)
crypt_gen_key = declare(
    advapi32, "CryptGenKey", not_zero, BOOL, Handle, DWORD, DWORD, POINTER(Handle)
)
crypt_get_user_key = declare(
    advapi32, "CryptGetUserKey", not_zero, BOOL, Handle, DWORD, POINTER(Handle)
)
crypt_destroy_key = declare(advapi32, "CryptDestroyKey", not_zero, BOOL, Handle)
crypt_export_key = declare(
    advapi32,
    "CryptExportKey",
    not_zero,
    BOOL,
    Handle,
    Handle,
    DWORD,
    DWORD,
    c_void_p,
    POINTER(DWORD),
)
crypt_get_prov_param = declare(
    advapi32, "CryptGetProvParam", not_zero, BOOL, Handle, DWORD, c_void_p, POINTER(DWORD), DWORD
)
crypt_set_prov_param = declare(
    advapi32, "CryptSetProvParam", not_zero, BOOL, Handle, DWORD, c_void_p, DWORD
)
crypt_create_hash = declare(
    advapi32, "CryptCreateHash", not_zero, BOOL, Handle, DWORD, Handle, DWORD, POINTER(Handle)
)
crypt_set_hash_param = declare(
    advapi32, "CryptSetHashParam", not_zero, BOOL, Handle, DWORD, c_char_p, DWORD
)
crypt_sign_hash = declare(
    advapi32,
    "CryptSignHashW",
    not_zero,
    BOOL,
    Handle,
    DWORD,
    c_wchar_p,
    DWORD,
    c_void_p,
    POINTER(DWORD),
)
crypt_destroy_hash = declare(advapi32, "CryptDestroyHash", not_zero, BOOL, Handle)
