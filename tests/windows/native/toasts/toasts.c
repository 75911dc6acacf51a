/* Windows.UI.Notifications and Windows.Data.Xml.Dom for Wine, which has neither: what the program's notifications
   need of them. Show appends the notification to the file in the environment's CERTCLIENT_TOASTS, in UTF-16: the
   application's ID, the notification's tag and its XML, each followed by a line feed. Interfaces: Windows SDK,
   windows.ui.notifications.idl and windows.data.xml.dom.idl. */

#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <string.h>

typedef void *String; /* HSTRING */

static const wchar_t *(WINAPI *string_text)(String, UINT32 *);
static HRESULT(WINAPI *string_create)(const wchar_t *, UINT32, String *);
static HRESULT(WINAPI *string_delete)(String);

typedef struct Object Object;

/* A WinRT object with up to two interfaces; each is IInspectable as well. */
enum { INTERFACES = 2 };

struct Interface {
    const void *table;
    Object *owner;
};

struct Kind {
    const wchar_t *name;
    const GUID *ids[INTERFACES];
    const void *tables[INTERFACES];
};

struct Object {
    struct Interface interfaces[INTERFACES];
    const struct Kind *kind;
    volatile LONG references;
    String text; /* an XML document's XML, a notifier's application ID */
    String tag;
    Object *content; /* a notification's document */
};

static const GUID UNKNOWN = {0x00000000, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static const GUID INSPECTABLE = {0xAF86E2E0, 0xB12D, 0x4C6A, {0x9C, 0x5A, 0xD7, 0xAA, 0x65, 0x10, 0x1E, 0x90}};
static const GUID AGILE = {0x94EA2B94, 0xE9CC, 0x49E0, {0xC0, 0xFF, 0xEE, 0x64, 0xCA, 0x8F, 0x5B, 0x90}};
static const GUID FACTORY = {0x00000035, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static const GUID DOCUMENT = {0xF7F3A506, 0x1E87, 0x42D6, {0xBC, 0xFB, 0xB8, 0xC8, 0x09, 0xFA, 0x54, 0x94}};
static const GUID DOCUMENT_IO = {0x6CD0E74E, 0xEE65, 0x4489, {0x9E, 0xBF, 0xCA, 0x43, 0xE8, 0x7B, 0xA6, 0x37}};
static const GUID TOAST_FACTORY = {0x04124B20, 0x82C6, 0x4229, {0xB1, 0x09, 0xFD, 0x9E, 0xD4, 0x66, 0x2B, 0x53}};
static const GUID TOAST = {0x997E2675, 0x059E, 0x4E60, {0x8B, 0x06, 0x17, 0x60, 0x91, 0x7C, 0x8B, 0x80}};
static const GUID TOAST_2 = {0x9DFB9FD1, 0x143A, 0x490E, {0x90, 0xBF, 0xB9, 0xFB, 0xA7, 0x13, 0x2D, 0xE7}};
static const GUID MANAGER = {0x50AC103F, 0xD235, 0x4598, {0xBB, 0xEF, 0x98, 0xFE, 0x4D, 0x1A, 0x3A, 0xD4}};
static const GUID NOTIFIER = {0x75927B93, 0x03F3, 0x41EC, {0x91, 0xD3, 0x6E, 0x5B, 0xAC, 0x1B, 0x38, 0xE7}};

static Object *object_of(void *pointer)
{
    return ((struct Interface *)pointer)->owner;
}

static Object *create(const struct Kind *kind)
{
    Object *made = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *made);
    int index;
    for (index = 0; index < INTERFACES; index++) {
        made->interfaces[index].table = kind->tables[index];
        made->interfaces[index].owner = made;
    }
    made->kind = kind;
    made->references = 1;
    return made;
}

static HRESULT WINAPI query(void *self, const GUID *id, void **found)
{
    Object *object = object_of(self);
    int index;
    *found = NULL;
    if (IsEqualGUID(id, &UNKNOWN) || IsEqualGUID(id, &INSPECTABLE) || IsEqualGUID(id, &AGILE))
        *found = &object->interfaces[0];
    for (index = 0; index < INTERFACES && !*found; index++)
        if (object->kind->ids[index] && IsEqualGUID(id, object->kind->ids[index]))
            *found = &object->interfaces[index];
    if (!*found)
        return E_NOINTERFACE;
    InterlockedIncrement(&object->references);
    return S_OK;
}

static ULONG WINAPI add_reference(void *self)
{
    return InterlockedIncrement(&object_of(self)->references);
}

static ULONG WINAPI release(void *self)
{
    Object *object = object_of(self);
    LONG left = InterlockedDecrement(&object->references);
    if (left == 0) {
        string_delete(object->text);
        string_delete(object->tag);
        if (object->content)
            release(&object->content->interfaces[0]);
        HeapFree(GetProcessHeap(), 0, object);
    }
    return left;
}

static HRESULT WINAPI interface_ids(void *self, ULONG *count, GUID **ids)
{
    (void)self;
    *count = 0;
    *ids = NULL;
    return S_OK;
}

static HRESULT WINAPI class_name(void *self, String *name)
{
    const wchar_t *text = object_of(self)->kind->name;
    return string_create(text, wcslen(text), name);
}

static HRESULT WINAPI trust(void *self, int *level)
{
    (void)self;
    *level = 0; /* BaseTrust */
    return S_OK;
}

static HRESULT WINAPI missing(void)
{
    return E_NOTIMPL;
}

#define BASE query, add_reference, release, interface_ids, class_name, trust

static HRESULT keep(String *place, String text)
{
    UINT32 length;
    const wchar_t *letters = string_text(text, &length);
    string_delete(*place);
    *place = NULL;
    return string_create(letters, length, place);
}

/* XmlDocument */

static HRESULT WINAPI load_xml(void *self, String xml)
{
    UINT32 length;
    const wchar_t *letters = string_text(xml, &length);
    if (length == 0 || letters[0] != L'<')
        return 0xC00CE556; /* MSXML: not a document */
    return keep(&object_of(self)->text, xml);
}

static const void *const document_table[] = {BASE, missing};
static const void *const document_io_table[] = {BASE, load_xml, missing, missing};
static const struct Kind document = {
    L"Windows.Data.Xml.Dom.XmlDocument", {&DOCUMENT, &DOCUMENT_IO}, {document_table, document_io_table}};

/* ToastNotification */

static HRESULT WINAPI put_tag(void *self, String tag)
{
    UINT32 length;
    string_text(tag, &length);
    return length > 64 ? E_INVALIDARG : keep(&object_of(self)->tag, tag);
}

static HRESULT WINAPI take(void *self, void *value)
{
    (void)self;
    (void)value;
    return S_OK;
}

static const void *const toast_table[] = {BASE, missing, take, missing, missing, missing, missing, missing, missing,
                                          missing};
static const void *const toast_2_table[] = {BASE, put_tag, missing, take, missing, missing, missing};
static const struct Kind toast = {
    L"Windows.UI.Notifications.ToastNotification", {&TOAST, &TOAST_2}, {toast_table, toast_2_table}};

static HRESULT WINAPI create_toast(void *self, void *content, void **made)
{
    Object *notification = create(&toast);
    (void)self;
    notification->content = object_of(content);
    InterlockedIncrement(&notification->content->references);
    *made = &notification->interfaces[0];
    return S_OK;
}

/* ToastNotifier */

static void append(HANDLE file, String text)
{
    UINT32 length;
    DWORD written;
    const wchar_t *letters = string_text(text, &length);
    WriteFile(file, letters, length * sizeof *letters, &written, NULL);
    WriteFile(file, L"\n", sizeof *letters, &written, NULL);
}

static HRESULT WINAPI show(void *self, void *shown)
{
    wchar_t path[MAX_PATH];
    Object *notification = object_of(shown);
    HANDLE file;
    if (!GetEnvironmentVariableW(L"CERTCLIENT_TOASTS", path, MAX_PATH))
        return E_FAIL;
    file = CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ, NULL, OPEN_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return HRESULT_FROM_WIN32(GetLastError());
    append(file, object_of(self)->text);
    append(file, notification->tag);
    append(file, notification->content->text);
    CloseHandle(file);
    return S_OK;
}

/* The user's choice: CERTCLIENT_TOASTS_SETTING=1 means that notifications of this program are off. */
static HRESULT WINAPI setting(void *self, int *value)
{
    wchar_t text[2];
    (void)self;
    *value = GetEnvironmentVariableW(L"CERTCLIENT_TOASTS_SETTING", text, 2) ? text[0] - L'0' : 0;
    return S_OK;
}

static const void *const notifier_table[] = {BASE, show, missing, setting, missing, missing, missing};
static const struct Kind notifier = {L"Windows.UI.Notifications.ToastNotifier", {&NOTIFIER}, {notifier_table}};

static HRESULT WINAPI create_notifier(void *self, String application, void **made)
{
    Object *one = create(&notifier);
    (void)self;
    *made = &one->interfaces[0];
    return keep(&one->text, application);
}

/* Factories */

static HRESULT WINAPI create_document(void *self, void **made)
{
    (void)self;
    *made = &create(&document)->interfaces[0];
    return S_OK;
}

static const void *const plain_factory_table[] = {BASE, missing};
static const void *const document_factory_table[] = {BASE, create_document};
static const void *const toast_factory_table[] = {BASE, create_toast};
static const void *const manager_table[] = {BASE, missing, create_notifier, missing};
static const struct Kind document_factory = {
    L"Windows.Data.Xml.Dom.XmlDocument", {&FACTORY}, {document_factory_table}};
static const struct Kind toast_factory = {
    L"Windows.UI.Notifications.ToastNotification", {&FACTORY, &TOAST_FACTORY}, {plain_factory_table, toast_factory_table}};
static const struct Kind manager_factory = {
    L"Windows.UI.Notifications.ToastNotificationManager", {&FACTORY, &MANAGER}, {plain_factory_table, manager_table}};

static const struct Kind *const factories[] = {&document_factory, &toast_factory, &manager_factory};

__declspec(dllexport) HRESULT WINAPI DllGetActivationFactory(String class, void **factory)
{
    HMODULE combase = GetModuleHandleW(L"combase.dll");
    const wchar_t *name;
    size_t index;
    string_text = (void *)GetProcAddress(combase, "WindowsGetStringRawBuffer");
    string_create = (void *)GetProcAddress(combase, "WindowsCreateString");
    string_delete = (void *)GetProcAddress(combase, "WindowsDeleteString");
    name = string_text(class, NULL);
    for (index = 0; index < sizeof factories / sizeof *factories; index++) {
        if (wcscmp(name, factories[index]->name) == 0) {
            *factory = &create(factories[index])->interfaces[0];
            return S_OK;
        }
    }
    return CLASS_E_CLASSNOTAVAILABLE;
}

__declspec(dllexport) HRESULT WINAPI DllCanUnloadNow(void)
{
    return S_FALSE;
}
