"""Installs the example plug-in (tests/contract/example_plugin) where this process finds it."""

from __future__ import annotations

import contextlib
import importlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "contract" / "example_plugin"
NAME = "example-json"
GROUP = "certclient.cas"


def install(folder: Path, module: str = "", *, name: str = NAME, target: str = "") -> Path:
    """Lays a plug-in out in `folder` as pip does, and returns `folder`.

    `module`: its source in place of the example's; `name`: of its entry point; `target`: what that
    refers to, by default the module.
    """
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (module_name,) = project["entry-points"][GROUP].values()
    source = module or (SOURCE / f"{module_name}.py").read_text(encoding="utf-8")
    file = f"{module_name}_{name.replace('-', '_')}" if module else module_name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{file}.py").write_text(source, encoding="utf-8")
    distribution = project["name"] if name == NAME else f"certclient-{name}"
    info = folder / f"{distribution.replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(exist_ok=True)
    metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    points = f"[{GROUP}]\n{name} = {target or file}\n"
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    return folder


@contextlib.contextmanager
def plug_ins_in(folder: Path) -> Iterator[None]:
    """Until the block ends, this process finds what is installed in `folder`."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        importlib.invalidate_caches()
        for name in set(sys.modules) - before:
            if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
