"""The learner's settings: one commented TOML file, read by the app and by every command.

What a command line says comes before `PRODRILL_SANDBOX`, `PRODRILL_THEME`, `PRODRILL_WORKSPACE`, `PRODRILL_EDITOR` and
`PRODRILL_PLAIN`, and those before the file. A key that is not known is refused by its name and line, never passed over.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import fields, replace

from runner.catalog.errors import nearest_name
from runner.learner.errors import SettingsError
from runner.learner.settings_file import TEMPLATE, line_of, settings_file

SANDBOXES = ("auto", "docker", "process")
THEMES = ("auto", "dark", "light", "terminal")
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})


class Settings(Struct, frozen=True):
    """What the learner chose; the empty string leaves a choice to prodrill. `keys` maps ids of bindings to keys."""

    sandbox: str = "auto"
    editor: str = ""
    theme: str = "auto"
    workspace: str = ""
    plain: bool = False
    keys: dict[str, str] = {}


_CHOICES = {"sandbox": SANDBOXES, "theme": THEMES}


def load_settings(env: Mapping[str, str] = os.environ) -> Settings:
    """The file's settings with those of the environment over them; the defaults where there is no file.

    Raises `SettingsError`.
    """
    return _with_environment(read_settings(settings_file()), env)


def read_settings(file: Path) -> Settings:
    """What `file` says; the defaults where it does not exist. Raises `SettingsError`."""
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{file}: cannot be read ({why}). Mend it, or remove it to go by the defaults.") from error
    import tomllib  # only where there is something to read: it costs every start of a command

    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: this is not TOML: {error}. Mend that line.") from error
    return _checked(said, text, file)


def write_template(file: Path) -> bool:
    """Writes the commented file where there is none; whether it did. What is there stays as it is."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(TEMPLATE)
    except FileExistsError:
        return False
    except OSError as error:
        raise SettingsError(
            f"{file}: cannot be written ({error.strerror}). Make its folder writable, or set PRODRILL_HOME."
        ) from error
    return True


def _checked(said: dict[str, Any], text: str, file: Path) -> Settings:
    names = [field.name for field in fields(Settings)]
    settings = Settings()
    for name, value in said.items():
        where = f"{file}, line {line_of(text, name)}"
        if name not in names:
            raise SettingsError(
                f"{where}: there is no setting {name!r}.{_meant(name, names)} There are: {', '.join(names)}."
            )
        settings = replace(settings, **{name: _value(name, value, where, text)})
    return settings


def _value(name: str, value: Any, where: str, text: str) -> Any:
    if name == "keys":
        return _keys(value, where, text)
    if name == "plain":
        if not isinstance(value, bool):
            raise SettingsError(f"{where}: plain should be true or false, but is {value!r}.")
        return value
    if not isinstance(value, str):
        raise SettingsError(f"{where}: {name} should be a text in quotes, but is {value!r}.")
    return _choice(name, value, where)


def _choice(name: str, value: str, where: str) -> str:
    choices = _CHOICES.get(name)
    if choices and value not in choices:
        raise SettingsError(
            f"{where}: {name} should be one of {', '.join(choices)}, but is {value!r}.{_meant(value, choices)}"
        )
    return value


def _meant(name: str, names: Iterable[str]) -> str:
    nearest = nearest_name(name, names)
    return f" Did you mean {nearest!r}?" if nearest else ""


def _keys(value: Any, where: str, text: str) -> dict[str, str]:
    """Whether the ids and the keys are known is the app's to say, which alone has the bindings."""
    if not isinstance(value, dict):
        raise SettingsError(f'{where}: keys should be a table: [keys], and below it a line like "map.next" = "c".')
    for name, key in value.items():
        if not isinstance(key, str) or not key.strip():
            hint = f' Write "{name}" in quotes, because of its dot.' if isinstance(key, dict) else ""
            line = where.rpartition(" ")[0] + f" {line_of(text, name, 'keys')}"
            raise SettingsError(f"{line}: the key of {name} should be a text in quotes, but is {key!r}.{hint}")
    return value


def _with_environment(settings: Settings, env: Mapping[str, str]) -> Settings:
    for name in ("sandbox", "editor", "theme", "workspace"):
        variable = f"PRODRILL_{name.upper()}"
        if value := env.get(variable):
            settings = replace(settings, **{name: _choice(name, value, f"the environment's {variable}")})
    if (plain := env.get("PRODRILL_PLAIN")) is not None:
        settings = replace(settings, plain=_is_on(plain))
    return settings


def _is_on(value: str) -> bool:
    if value.lower() not in _TRUE | _FALSE:
        raise SettingsError(f"the environment's PRODRILL_PLAIN should be 1 or 0, but is {value!r}.")
    return value.lower() in _TRUE
