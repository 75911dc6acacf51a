/* Restricts where Windows, Qt and OpenSSL look for DLLs. The .exe itself imports only KnownDLLs,
   which Windows never loads from the program's folder. */
#include <windows.h>

#include "start.h"

void search_dlls_safely(void) {
    /* Excludes the current folder, PATH and the folder of the .exe. PyInstaller's bootloader adds
       the library folder later with SetDllDirectory, which LOAD_LIBRARY_SEARCH_USER_DIRS covers. */
    SetDllDirectoryW(L"");
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_USER_DIRS);

    /* Qt must not take plugin paths from the environment. The third variable would switch off the
       configuration by which PySide sets Qt's plugin path. */
    SetEnvironmentVariableW(L"QT_PLUGIN_PATH", NULL);
    SetEnvironmentVariableW(L"QT_QPA_PLATFORM_PLUGIN_PATH", NULL);
    SetEnvironmentVariableW(L"PYSIDE_DISABLE_INTERNAL_QT_CONF", NULL);

    /* The same for OpenSSL's configuration, providers and engines. */
    SetEnvironmentVariableW(L"OPENSSL_CONF", NULL);
    SetEnvironmentVariableW(L"OPENSSL_MODULES", NULL);
    SetEnvironmentVariableW(L"OPENSSL_ENGINES", NULL);

    HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0);

    /* Refuses images of low integrity, which is how a sandboxed browser writes files. */
    PROCESS_MITIGATION_IMAGE_LOAD_POLICY policy = {.NoLowMandatoryLabelImages = 1};
    SetProcessMitigationPolicy(ProcessImageLoadPolicy, &policy, sizeof policy);
}
