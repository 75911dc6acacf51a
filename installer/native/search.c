/* Where Windows, Qt and OpenSSL look for DLLs. What the .exe itself is linked with are KnownDLLs,
   which Windows never takes from a folder. */
#include <windows.h>

#include "start.h"

void search_dlls_safely(void) {
    /* Not the current folder, not PATH, not the folder of the .exe. PyInstaller adds the folder of
       the libraries (SetDllDirectory counts as a user's directory). */
    SetDllDirectoryW(L"");
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_USER_DIRS);

    /* Nor where the environment tells Qt to; and PySide tells Qt where its plugins are. */
    SetEnvironmentVariableW(L"QT_PLUGIN_PATH", NULL);
    SetEnvironmentVariableW(L"QT_QPA_PLATFORM_PLUGIN_PATH", NULL);
    SetEnvironmentVariableW(L"PYSIDE_DISABLE_INTERNAL_QT_CONF", NULL);

    /* Nor OpenSSL for its providers and engines. */
    SetEnvironmentVariableW(L"OPENSSL_CONF", NULL);
    SetEnvironmentVariableW(L"OPENSSL_MODULES", NULL);
    SetEnvironmentVariableW(L"OPENSSL_ENGINES", NULL);

    HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0);

    /* Nothing that a sandboxed browser wrote. */
    PROCESS_MITIGATION_IMAGE_LOAD_POLICY policy = {.NoLowMandatoryLabelImages = 1};
    SetProcessMitigationPolicy(ProcessImageLoadPolicy, &policy, sizeof policy);
}
