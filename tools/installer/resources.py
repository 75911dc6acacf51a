"""Windows resources of both programs: version, names in two languages, and the manifest."""

from __future__ import annotations

from dataclasses import dataclass

from tools.installer.settings import BuildSettings

_LANGUAGES = {"041104B0": "ja", "040904B0": "en"}
"""Language and code page (04B0: Unicode) of each string table."""

MANIFEST = """\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
    <security>
      <requestedPrivileges>
        <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
      </requestedPrivileges>
    </security>
  </trustInfo>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1">
    <application>
      <supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>
    </application>
  </compatibility>
  <application xmlns="urn:schemas-microsoft-com:asm.v3">
    <windowsSettings>
      <dpiAware xmlns="http://schemas.microsoft.com/SMI/2005/WindowsSettings">true/pm</dpiAware>
      <dpiAwareness xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings"\
>PerMonitorV2, PerMonitor</dpiAwareness>
      <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings"\
>true</longPathAware>
    </windowsSettings>
  </application>
  <dependency>
    <dependentAssembly>
      <assemblyIdentity type="win32" name="Microsoft.Windows.Common-Controls" version="6.0.0.0"\
 processorArchitecture="*" publicKeyToken="6595b64144ccf1df" language="*"/>
    </dependentAssembly>
  </dependency>
</assembly>
"""
"""Declares Windows 10 and later, no elevation, sharp rendering on every screen, long paths, and the
common controls 6: a manifest loads these from Windows' side-by-side store, never from our
folder."""


@dataclass(frozen=True, slots=True)
class ProgramResources:
    """One of the two programs. `name`: the file name without .exe; the descriptions appear in the
    task manager, the firewall and the file's properties."""

    name: str
    description_ja: str
    description_en: str


def programs(settings: BuildSettings) -> tuple[ProgramResources, ProgramResources]:
    """The program for the command line, then the one with windows."""
    product = settings.product
    return (
        ProgramResources(
            "certclient", f"{product.title_ja}(コマンド)", f"{product.title_en} (commands)"
        ),
        ProgramResources("certclientw", product.title_ja, product.title_en),
    )


def version_resource(settings: BuildSettings, program: ProgramResources) -> str:
    """The Python expression from which PyInstaller makes the resource VERSIONINFO."""
    numbers = tuple(int(number) for number in settings.numeric_version.split("."))
    tables = ", ".join(
        f"StringTable({code!r}, [{_strings(settings, program, language)}])"
        for code, language in _LANGUAGES.items()
    )
    codes = [number for code in _LANGUAGES for number in (int(code[:4], 16), int(code[4:], 16))]
    return (
        "VSVersionInfo(ffi=FixedFileInfo("
        f"filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0, OS=0x40004, "
        "fileType=1, subtype=0, date=(0, 0)), kids=["
        f"StringFileInfo([{tables}]), VarFileInfo([VarStruct('Translation', {codes})])])\n"
    )


def _strings(settings: BuildSettings, program: ProgramResources, language: str) -> str:
    product = settings.product
    japanese = language == "ja"
    values = {
        "CompanyName": product.publisher,
        "FileDescription": program.description_ja if japanese else program.description_en,
        "FileVersion": settings.numeric_version,
        "InternalName": program.name,
        "LegalCopyright": f"{product.publisher}, Apache License 2.0",
        "OriginalFilename": f"{program.name}.exe",
        "ProductName": product.title_ja if japanese else product.title_en,
        "ProductVersion": settings.version,
    }
    return ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in values.items())
