"""The modules of one kata, which lie beside each other in a folder that is no package.

`probes.py` is loaded by path, so it cannot import its neighbours; and two katas may both have a `judges.py`.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_loaded: dict[Path, ModuleType] = {}


def beside(here: str | Path, name: str) -> ModuleType:
    """The module `name` from the folder of the file `here`: `judges = beside(__file__, "judges")`.

    A file is loaded once, whichever of its neighbours asks, so they share its classes and constants. Its module is
    called after folder and file (`unsafe_retries_judges`). Raises ModuleNotFoundError where there is no such file.
    """
    asking = Path(here).resolve()
    file = asking.with_name(f"{name}.py")
    if file not in _loaded:
        if not file.is_file():
            help_ = f"Add it, or correct the name in beside(__file__, {name!r})."
            raise ModuleNotFoundError(f"{file} is missing, and {asking.name} needs it. {help_}", name=name)
        _load(f"{file.parent.name.replace('-', '_')}_{name}", file)
    return _loaded[file]


def _load(full_name: str, file: Path) -> None:
    """Known before it has run, as a neighbour that asks back needs it; dataclasses look in `sys.modules`."""
    spec = importlib.util.spec_from_file_location(full_name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    _loaded[file] = sys.modules[full_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del _loaded[file], sys.modules[full_name]
        raise
