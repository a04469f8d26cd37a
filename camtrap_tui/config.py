"""Settings: defaults < TOML < environment < options; an unknown key is an error.

The file lies where the system keeps settings (`camtrap-tui --help` names it), or where
CAMTRAP_TUI_CONFIG points.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from camtrap_tui.errors import UsageError

ENVIRONMENT_PREFIX = "CAMTRAP_TUI_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose once."""

    grader: str = ""
    """Whose grades these are; asked once and remembered."""
    model: str = ""
    """SpeciesNet's model: a folder, or a name it downloads; empty for its default."""
    country: str = ""
    """Three letters (ISO 3166) for the geofence; empty for none."""
    admin1_region: str = ""
    """Two letters of the state, for the United States; empty for none."""
    color: str = "auto"
    """Colours of pictures: auto, 24, 256, 16, grey, or none."""
    blocks: str = "half"
    """What pictures are made of: half blocks, sextant or octant."""
    line: str = "auto"
    """How fast the line is: auto (it is measured where it can be), or kilobits a second."""
    nudge: str = "50"
    """Minutes of grading after which a pause is proposed; off for never."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys by command id, instead of the usual ones."""


COLORS = ("auto", "24", "256", "16", "grey", "none")
BLOCKS = ("half", "sextant", "octant")
# TOML's strings of one line.
_TEXT = r'"(?:[^"\\]|\\.)*"' + r"|'[^']*'"
_TEXT_FIELDS = tuple(f.name for f in fields(Settings) if f.name != "keys")


def config_path() -> Path:
    """Return where the settings file lies, whether it exists or not."""
    named = os.environ.get(f"{ENVIRONMENT_PREFIX}CONFIG")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_config_dir("camtrap-tui")) / "config.toml"


def load_settings(options: Mapping[str, str | None] | None = None) -> Settings:
    """Return the settings, with `options` (by field name, None for not given) on top.

    Raises UsageError that names the file and the key for what it cannot take.
    """
    path = config_path()
    settings = _from_toml(path) if path.is_file() else Settings()
    given = {
        name: os.environ[f"{ENVIRONMENT_PREFIX}{name.upper()}"]
        for name in _TEXT_FIELDS
        if os.environ.get(f"{ENVIRONMENT_PREFIX}{name.upper()}")
    }
    given |= {name: value for name, value in (options or {}).items() if value is not None}
    settings = replace(settings, **given)  # type: ignore[arg-type]
    if settings.color not in COLORS:
        raise UsageError(f"color {settings.color!r}:", f"choose from {', '.join(COLORS)}.")
    if settings.blocks not in BLOCKS:
        raise UsageError(f"blocks {settings.blocks!r}:", f"choose from {', '.join(BLOCKS)}.")
    if settings.line != "auto" and not _is_number(settings.line):
        raise UsageError(f"line {settings.line!r}:", 'write "auto", or kilobits a second, as "64".')
    if settings.nudge != "off" and not _is_number(settings.nudge):
        raise UsageError(f"nudge {settings.nudge!r}:", 'write minutes, as "50", or "off".')
    return settings


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 7 and int(text) > 0


def _from_toml(path: Path) -> Settings:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: {error}.", "Correct the settings file, or remove it.") from None
    values: dict[str, Any] = {}
    for key, value in data.items():
        if key == "keys" and isinstance(value, dict):
            values["keys"] = {name: _key_names(path, name, keys) for name, keys in value.items()}
        elif key in _TEXT_FIELDS and isinstance(value, str):
            values[key] = value
        elif key in _TEXT_FIELDS:
            raise UsageError(f"{path}: {key} must be text in quotes.", "Correct the settings file.")
        else:
            known = ", ".join((*_TEXT_FIELDS, "[keys]"))
            raise UsageError(f"{path}: there is no setting {key!r}.", f"The settings are {known}.")
    return Settings(**values)


def _key_names(path: Path, command: str, keys: object) -> tuple[str, ...]:
    names = [keys] if isinstance(keys, str) else keys
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(
            f"{path}: keys.{command} must be a key or a list of keys.",
            'For example: blank = "b" or next = ["right", "j"].',
        )
    return tuple(names)


def remember(name: str, value: str) -> None:
    """Write one setting into the file, leaving all else there as it is.

    A file that says so already is not touched. Raises UsageError where the file cannot be read
    or written, or is no settings file.
    """
    path = config_path()
    try:
        now = _from_toml(path) if path.is_file() else Settings()
        if getattr(now, name) != value:
            _write(path.resolve(), name, value)  # not a link to where it is kept
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: {said}.", f"Give {name} by an option instead.") from None


def _write(path: Path, name: str, value: str) -> None:
    text = path.read_bytes().decode() if path.is_file() else ""
    lines = text.split("\n")
    end = "\r" if "\r\n" in text else ""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    line = f'{name} = "{quoted}"'
    top = next((n for n, old in enumerate(lines) if old.lstrip().startswith("[")), len(lines))
    said = re.compile(rf"""\s*(?:{name}|"{name}"|'{name}')\s*=\s*(?:{_TEXT})(?P<rest>.*)""")
    for number, old in enumerate(lines[:top]):
        if found := said.match(old):
            lines[number] = f"{line}{found['rest']}"
            break
    else:
        lines.insert(0, f"{line}{end}")
    written = "\n".join(lines) if text else f"{line}\n"
    if not _says(written, name, value):
        raise UsageError(f"{path}: {name} cannot be changed there.", f"Write {line} yourself.")
    path.parent.mkdir(parents=True, exist_ok=True)
    # As safe from a crash as from another session that writes at the same time.
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(written.encode())
        if path.is_file():
            beside.chmod(path.stat().st_mode)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _says(text: str, name: str, value: str) -> bool:
    try:
        return tomllib.loads(text).get(name) == value
    except tomllib.TOMLDecodeError:
        return False
