/* A PKCS#11 module in front of SoftHSM that behaves as the middleware of other vendors does.
 *
 * The file that SHIM_FILE names, or SHIM itself, holds the behaviours, separated by commas: a name,
 * or name=number. They are read at every call, so that a test can change them while the module is
 * loaded, in whichever process. SHIM_MODULE names the real
 * module. Only what is listed here changes; every other call goes straight through.
 *
 * Slots and tokens
 *   twin           one token in two slots, as a card with two PINs
 *   free-slot      beside each token an empty slot with its manufacturer, model and serial number
 *   one-serial     every token has the serial number 0000000000000000
 *   same-serial    every token has the serial number 1234
 *   same-label     every token has the label "USB"
 *   unknown-card   a card in a reader, which the module does not know
 *   no-card        a reader without a card
 *   no-reader      no slot at all
 *   uninitialised  no token is set up
 *   flags=N        added to the flags of each token
 *   free=N         bytes of free memory, of 65536
 * Start
 *   init=N         C_Initialize returns N
 *   slots=N        C_GetSlotList returns N
 * Key generation
 *   refuse=N       an attribute that must not be in a template of C_GenerateKeyPair
 *   refuse-false   no attribute CKA_ENCRYPT or CKA_DECRYPT may be false (tpm2-pkcs11)
 *   refusal=N      what both return; CKR_GENERAL_ERROR by default
 *   no-empty-id    CKA_ID must not be empty (CKR_ATTRIBUTE_VALUE_INVALID)
 *   no-ec          no CKM_EC_KEY_PAIR_GEN and no CKM_ECDSA
 *   no-ecdsa       no CKM_ECDSA
 *   ec-bits=N      the largest EC key, by the mechanism's info
 *   rsa-bits=N     the same of RSA keys
 *   extractable    the private key comes out extractable
 *   generate=N     C_GenerateKeyPair returns N
 * Objects
 *   no-set         no attribute can be changed (CKR_ATTRIBUTE_READ_ONLY)
 *   set=N          the same with N
 *   raw-point      CKA_EC_POINT is the point alone, not an OCTET STRING
 *   write=N        C_CreateObject returns N and writes nothing
 *   write-refuse=N an attribute that must not be in its template
 *   write-late=N   C_CreateObject writes, and returns N
 *   write-half=N   C_CreateObject writes half of a certificate, and returns N
 *   destroy=N      C_DestroyObject returns N
 *   with-public    the private key's public half goes with it
 * Signatures
 *   no-pss         no CKM_RSA_PKCS_PSS
 *   pss-listed     the same, but it is in the list
 *   pss-fails=N    CKM_RSA_PKCS_PSS is in the list, and C_SignInit returns N for it
 *   pss-wrong      PSS signatures are wrong
 *   no-pkcs1       no CKM_RSA_PKCS
 *   always-auth    each signature needs a C_Login of its own
 *   sign-pin=N     the PIN of that C_Login, if it is another one
 *   always-auth-silent  the same, and no attribute of the key says so
 *
 * SHIM_CALLS, if set, names a file to which the names of some calls are appended.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long ulong;
typedef unsigned char byte;
typedef ulong (*function)();

struct list {
    byte version[2];
    function call[68];
};
struct attribute {
    ulong type;
    void *value;
    ulong length;
};

enum { /* positions in CK_FUNCTION_LIST */
    INITIALIZE = 0,
    GET_FUNCTION_LIST = 3,
    GET_SLOT_LIST = 4,
    GET_SLOT_INFO = 5,
    GET_TOKEN_INFO = 6,
    GET_MECHANISM_LIST = 7,
    GET_MECHANISM_INFO = 8,
    OPEN_SESSION = 12,
    CLOSE_ALL_SESSIONS = 14,
    LOGIN = 18,
    CREATE_OBJECT = 20,
    DESTROY_OBJECT = 22,
    GET_ATTRIBUTE_VALUE = 24,
    SET_ATTRIBUTE_VALUE = 25,
    FIND_OBJECTS_INIT = 26,
    FIND_OBJECTS = 27,
    FIND_OBJECTS_FINAL = 28,
    SIGN_INIT = 42,
    SIGN = 43,
    GENERATE_KEY_PAIR = 59,
};
enum {
    OK = 0,
    GENERAL_ERROR = 0x05,
    ATTRIBUTE_READ_ONLY = 0x10,
    ATTRIBUTE_TYPE_INVALID = 0x12,
    ATTRIBUTE_VALUE_INVALID = 0x13,
    MECHANISM_INVALID = 0x70,
    PIN_INCORRECT = 0xA0,
    TOKEN_NOT_PRESENT = 0xE0,
    TOKEN_NOT_RECOGNIZED = 0xE1,
    USER_NOT_LOGGED_IN = 0x101,
    BUFFER_TOO_SMALL = 0x150,
};
enum {
    RSA_PKCS_KEY_PAIR_GEN = 0x00,
    RSA_PKCS = 0x01,
    RSA_PKCS_PSS = 0x0D,
    EC_KEY_PAIR_GEN = 0x1040,
    ECDSA = 0x1041,
};
enum {
    CLASS = 0x00,
    VALUE = 0x11,
    ENCRYPT = 0x104,
    DECRYPT = 0x105,
    ID = 0x102,
    EXTRACTABLE = 0x162,
    EC_POINT = 0x181,
    ALWAYS_AUTHENTICATE = 0x202,
};
enum { CERTIFICATE = 1, PUBLIC_KEY = 2, PRIVATE_KEY = 3 };
enum { MOST_SLOTS = 64, CONTEXT_SPECIFIC = 2, TOKEN_PRESENT = 1, TOKEN_INITIALIZED = 0x400 };
enum { TOKEN_FLAGS = 96, TOKEN_MEMORY = 96 + 7 * sizeof(ulong) }; /* in CK_TOKEN_INFO */
enum { SLOT_FLAGS = 96 };                                          /* in CK_SLOT_INFO */

#define SECOND 0x100000000UL    /* added to the slot of a twin */
#define FREE_SLOT 0x200000000UL /* added to the slot of an empty one */
#define READER 0x300000000UL    /* a reader without a token that can be used */
#define REAL(slot) ((slot) & 0xffffffffUL)
#define KIND(slot) ((slot) & 0xf00000000UL)

static struct list ours, *real;
static int authenticated;  /* by a C_Login for the next signature */
static int pss;            /* the signature that was begun is one */
static char right_pin[64]; /* of the last login */

static const char *behaviours(void) {
    static __thread char text[1024];
    const char *path = getenv("SHIM_FILE");
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file) return getenv("SHIM");
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

/* Whether the behaviour `name` was chosen; its number goes to `value`. */
static int has(const char *name, ulong *value) {
    const char *at = behaviours();
    size_t length = strlen(name);
    for (; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        if (strncmp(at, name, length)) continue;
        if (at[length] == '=' && value) *value = strtoul(at + length + 1, NULL, 0);
        if (at[length] == '=' || at[length] == ',' || !at[length]) return 1;
    }
    return 0;
}

static void record(const char *name) {
    const char *path = getenv("SHIM_CALLS");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) return;
    fprintf(file, "%s\n", name);
    fclose(file);
}

static ulong initialize(void *arguments) {
    ulong result;
    if (has("init", &result)) return result;
    return real->call[INITIALIZE](arguments);
}

static ulong get_slot_list(byte present, ulong *slots, ulong *count) {
    ulong found[MOST_SLOTS], shown[3 * MOST_SLOTS], n = MOST_SLOTS, many = 0, result, i;
    byte info[400];
    if (has("slots", &result)) return result;
    if (has("unknown-card", NULL) || (has("no-card", NULL) && !present)) shown[many++] = READER;
    if (!has("unknown-card", NULL) && !has("no-card", NULL) && !has("no-reader", NULL)) {
        if ((result = real->call[GET_SLOT_LIST](present, found, &n))) return result;
        for (i = 0; i < n; i++) {
            real->call[GET_TOKEN_INFO](found[i], info);
            shown[many++] = found[i];
            if (!(*(ulong *)(info + TOKEN_FLAGS) & TOKEN_INITIALIZED)) continue;
            if (has("twin", NULL)) shown[many++] = found[i] | SECOND;
            if (has("free-slot", NULL)) shown[many++] = found[i] | FREE_SLOT;
        }
    }
    if (slots && *count < many) {
        *count = many;
        return BUFFER_TOO_SMALL;
    }
    if (slots) memcpy(slots, shown, many * sizeof(ulong));
    *count = many;
    return OK;
}

static ulong get_slot_info(ulong slot, byte *info) {
    if (KIND(slot) != READER) return real->call[GET_SLOT_INFO](REAL(slot), info);
    memset(info, ' ', SLOT_FLAGS);
    memcpy(info, "ACME Reader 00", 14);
    memset(info + SLOT_FLAGS, 0, sizeof(ulong) + 4);
    *(ulong *)(info + SLOT_FLAGS) = 6 | (has("unknown-card", NULL) ? TOKEN_PRESENT : 0);
    return OK;
}

static void append(byte *field, const char *text) {
    int end = 31;
    while (end > 0 && field[end] == ' ') end--;
    memcpy(field + end + 1, text, strlen(text));
}

static ulong get_token_info(ulong slot, byte *info) {
    ulong value = 0, result, *memory = (ulong *)(info + TOKEN_MEMORY);
    if (KIND(slot) == READER)
        return has("unknown-card", NULL) ? TOKEN_NOT_RECOGNIZED : TOKEN_NOT_PRESENT;
    if ((result = real->call[GET_TOKEN_INFO](REAL(slot), info))) return result;
    if (has("same-label", NULL)) memcpy(memset(info, ' ', 32), "USB", 3);
    if (has("twin", NULL)) append(info, KIND(slot) == SECOND ? " (Sign PIN)" : " (User PIN)");
    if (has("one-serial", NULL)) memset(info + 80, '0', 16);
    if (has("same-serial", NULL)) memcpy(memset(info + 80, ' ', 16), "1234", 4);
    if (KIND(slot) == FREE_SLOT) {
        memset(info, ' ', 32);
        *(ulong *)(info + TOKEN_FLAGS) &= ~(TOKEN_INITIALIZED | 8UL);
    }
    if (has("uninitialised", NULL))
        *(ulong *)(info + TOKEN_FLAGS) &= ~(TOKEN_INITIALIZED | 8UL);
    if (has("flags", &value)) *(ulong *)(info + TOKEN_FLAGS) |= value;
    if (has("free", &value)) {
        memory[0] = memory[2] = 65536;
        memory[1] = memory[3] = value;
    }
    return OK;
}

static int hidden(ulong mechanism) {
    if (mechanism == EC_KEY_PAIR_GEN) return has("no-ec", NULL);
    return mechanism == ECDSA && (has("no-ec", NULL) || has("no-ecdsa", NULL));
}

static ulong get_mechanism_list(ulong slot, ulong *mechanisms, ulong *count) {
    ulong result = real->call[GET_MECHANISM_LIST](REAL(slot), mechanisms, count), i, kept = 0;
    if (result || !mechanisms) return result;
    for (i = 0; i < *count; i++) {
        if (mechanisms[i] == RSA_PKCS_PSS && has("no-pss", NULL)) continue;
        if (mechanisms[i] == RSA_PKCS && has("no-pkcs1", NULL)) continue;
        if (hidden(mechanisms[i])) continue;
        mechanisms[kept++] = mechanisms[i];
    }
    *count = kept;
    return OK;
}

static ulong get_mechanism_info(ulong slot, ulong mechanism, ulong *info) {
    ulong result, most;
    if (mechanism == RSA_PKCS_PSS && (has("no-pss", NULL) || has("pss-listed", NULL)))
        return MECHANISM_INVALID;
    if (mechanism == RSA_PKCS && has("no-pkcs1", NULL)) return MECHANISM_INVALID;
    if (hidden(mechanism)) return MECHANISM_INVALID;
    result = real->call[GET_MECHANISM_INFO](REAL(slot), mechanism, info);
    if (!result && mechanism == EC_KEY_PAIR_GEN && has("ec-bits", &most)) info[1] = most;
    if (!result && mechanism == RSA_PKCS_KEY_PAIR_GEN && has("rsa-bits", &most)) info[1] = most;
    return result;
}

static ulong open_session(ulong slot, ulong flags, void *data, void *notify, ulong *session) {
    return real->call[OPEN_SESSION](REAL(slot), flags, data, notify, session);
}

static ulong close_all_sessions(ulong slot) { return real->call[CLOSE_ALL_SESSIONS](REAL(slot)); }

static ulong login(ulong session, ulong user, const char *pin, ulong length) {
    ulong result, value;
    char wanted[sizeof right_pin];
    memcpy(wanted, right_pin, sizeof wanted);
    record(user == CONTEXT_SPECIFIC ? "C_Login context-specific" : "C_Login");
    if (user != CONTEXT_SPECIFIC) {
        result = real->call[LOGIN](session, user, pin, length);
        if (!result && pin && length < sizeof right_pin)
            memcpy(memset(right_pin, 0, sizeof right_pin), pin, length);
        return result;
    }
    /* SoftHSM makes no such keys, and would not look at the PIN of a user who is logged in. */
    if (has("sign-pin", &value)) snprintf(wanted, sizeof wanted, "%lu", value);
    authenticated = pin && length == strlen(wanted) && !memcmp(pin, wanted, length);
    return authenticated ? OK : PIN_INCORRECT;
}

static struct attribute *named(struct attribute *template, ulong count, ulong type) {
    for (ulong i = 0; i < count; i++)
        if (template[i].type == type) return &template[i];
    return NULL;
}

static int is_false(struct attribute *one) { return one && one->value && !*(byte *)one->value; }

static ulong create_object(ulong session, struct attribute *template, ulong count, ulong *object) {
    ulong result, refused;
    struct attribute *value = named(template, count, VALUE);
    record("C_CreateObject");
    if (has("write", &result)) return result;
    if (has("write-refuse", &refused) && named(template, count, refused))
        return ATTRIBUTE_VALUE_INVALID;
    if (has("write-half", &result)) {
        if (value) value->length /= 2;
        real->call[CREATE_OBJECT](session, template, count, object);
        if (value) value->length *= 2;
        return result;
    }
    if (has("write-late", &result)) {
        real->call[CREATE_OBJECT](session, template, count, object);
        return result;
    }
    return real->call[CREATE_OBJECT](session, template, count, object);
}

static ulong class_of(ulong session, ulong object) {
    ulong class = ~0UL;
    struct attribute wanted = {CLASS, &class, sizeof class};
    real->call[GET_ATTRIBUTE_VALUE](session, object, &wanted, 1UL);
    return class;
}

static void destroy_public_half(ulong session, ulong object) {
    byte id[256];
    ulong class = PUBLIC_KEY, half, count = 0;
    struct attribute same[2] = {{CLASS, &class, sizeof class}, {ID, id, sizeof id}};
    if (real->call[GET_ATTRIBUTE_VALUE](session, object, &same[1], 1UL)) return;
    real->call[FIND_OBJECTS_INIT](session, same, 2UL);
    real->call[FIND_OBJECTS](session, &half, 1UL, &count);
    real->call[FIND_OBJECTS_FINAL](session);
    if (count) real->call[DESTROY_OBJECT](session, half);
}

static ulong destroy_object(ulong session, ulong object) {
    ulong result;
    if (has("destroy", &result)) return result;
    if (has("with-public", NULL) && class_of(session, object) == PRIVATE_KEY)
        destroy_public_half(session, object);
    return real->call[DESTROY_OBJECT](session, object);
}

/* The value of a two-octet header and a point becomes the point; asked with a buffer, its length is
 * what the caller was told. */
static ulong raw_point(ulong session, ulong object, struct attribute *point) {
    byte whole[256];
    struct attribute wanted = {EC_POINT, whole, sizeof whole};
    ulong result = real->call[GET_ATTRIBUTE_VALUE](session, object, &wanted, 1UL);
    if (result) return result;
    if (point->value && point->length >= wanted.length - 2)
        memcpy(point->value, whole + 2, wanted.length - 2);
    point->length = wanted.length - 2;
    return OK;
}

static ulong get_attribute_value(ulong session, ulong object, struct attribute *t, ulong count) {
    if (has("raw-point", NULL) && count > 1 && named(t, count, EC_POINT))
        return ATTRIBUTE_TYPE_INVALID;
    if (has("raw-point", NULL) && count == 1 && t->type == EC_POINT)
        return raw_point(session, object, t);
    ulong result = real->call[GET_ATTRIBUTE_VALUE](session, object, t, count);
    struct attribute *always = named(t, count, ALWAYS_AUTHENTICATE);
    struct attribute *extractable = named(t, count, EXTRACTABLE);
    if (always && always->value && always->length == 1 && has("always-auth", NULL))
        *(byte *)always->value = 1;
    if (extractable && extractable->value && extractable->length == 1 && has("extractable", NULL))
        *(byte *)extractable->value = 1;
    return result;
}

static ulong set_attribute_value(ulong session, ulong object, void *template, ulong count) {
    ulong result = ATTRIBUTE_READ_ONLY;
    if (has("no-set", NULL) || has("set", &result)) return result;
    return real->call[SET_ATTRIBUTE_VALUE](session, object, template, count);
}

static ulong generate_key_pair(ulong session, void *mechanism, struct attribute *public,
                               ulong publics, struct attribute *private, ulong privates,
                               ulong *public_key, ulong *private_key) {
    ulong refused = ~0UL, refusal = GENERAL_ERROR, result;
    struct attribute *id = named(private, privates, ID);
    record("C_GenerateKeyPair");
    has("refuse", &refused);
    has("refusal", &refusal);
    if (has("generate", &result)) return result;
    if (named(public, publics, refused) || named(private, privates, refused)) return refusal;
    if (has("refuse-false", NULL) && (is_false(named(public, publics, ENCRYPT)) ||
                                      is_false(named(private, privates, DECRYPT))))
        return refusal;
    if (has("no-empty-id", NULL) && id && !id->length) return ATTRIBUTE_VALUE_INVALID;
    return real->call[GENERATE_KEY_PAIR](session, mechanism, public, publics, private, privates,
                                         public_key, private_key);
}

static ulong sign_init(ulong session, ulong *mechanism, ulong key) {
    ulong result;
    pss = mechanism[0] == RSA_PKCS_PSS;
    if (pss && (has("no-pss", NULL) || has("pss-listed", NULL))) return MECHANISM_INVALID;
    if (pss && has("pss-fails", &result)) return result;
    if (mechanism[0] == RSA_PKCS && has("no-pkcs1", NULL)) return MECHANISM_INVALID;
    authenticated = 0;
    return real->call[SIGN_INIT](session, mechanism, key);
}

static ulong sign(ulong session, void *data, ulong size, byte *signature, ulong *length) {
    ulong result = real->call[SIGN](session, data, size, signature, length);
    int each = has("always-auth", NULL) || has("always-auth-silent", NULL);
    if (!signature || result) return result;
    record("C_Sign");
    if (each && !authenticated) {
        memset(signature, 0, *length);
        return USER_NOT_LOGGED_IN;
    }
    if (pss && has("pss-wrong", NULL)) signature[0] ^= 1;
    return OK;
}

ulong C_GetFunctionList(struct list **list) {
    if (!real) {
        const char *path = getenv("SHIM_MODULE");
        void *library = dlopen(path ? path : "/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW);
        ulong (*get)(struct list **) = library ? dlsym(library, "C_GetFunctionList") : NULL;
        if (!get || get(&real)) return GENERAL_ERROR;
        ours = *real;
        ours.call[INITIALIZE] = (function)initialize;
        ours.call[GET_FUNCTION_LIST] = (function)C_GetFunctionList;
        ours.call[GET_SLOT_LIST] = (function)get_slot_list;
        ours.call[GET_SLOT_INFO] = (function)get_slot_info;
        ours.call[GET_TOKEN_INFO] = (function)get_token_info;
        ours.call[GET_MECHANISM_LIST] = (function)get_mechanism_list;
        ours.call[GET_MECHANISM_INFO] = (function)get_mechanism_info;
        ours.call[OPEN_SESSION] = (function)open_session;
        ours.call[CLOSE_ALL_SESSIONS] = (function)close_all_sessions;
        ours.call[LOGIN] = (function)login;
        ours.call[CREATE_OBJECT] = (function)create_object;
        ours.call[DESTROY_OBJECT] = (function)destroy_object;
        ours.call[GET_ATTRIBUTE_VALUE] = (function)get_attribute_value;
        ours.call[SET_ATTRIBUTE_VALUE] = (function)set_attribute_value;
        ours.call[SIGN_INIT] = (function)sign_init;
        ours.call[SIGN] = (function)sign;
        ours.call[GENERATE_KEY_PAIR] = (function)generate_key_pair;
    }
    *list = &ours;
    return OK;
}
