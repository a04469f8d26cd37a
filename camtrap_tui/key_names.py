"""Names of keys: as Textual has them, as people read them, and as they write them in settings."""

from __future__ import annotations

from camtrap_tui.errors import UsageError

_KEY_SIGNS = {
    "enter": "↵",
    "slash": "/",
    "plus": "+",
    "number_sign": "#",
    "full_stop": ".",
    "colon": ":",
    "question_mark": "?",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "right_curly_bracket": "}",
    "left_curly_bracket": "{",
    "right_parenthesis": ")",
    "left_parenthesis": "(",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "right": "→",
    "left": "←",
    "up": "↑",
    "down": "↓",
    "escape": "esc",
    "minus": "-",
    "equals_sign": "=",
    "comma": ",",
    "semicolon": ";",
    "exclamation_mark": "!",
}


def key_sign(key: str) -> str:
    """Return how a key is shown to a person: `slash` is `/`."""
    return _KEY_SIGNS.get(key, key)


_SIGNS = {
    *("slash", "plus", "number_sign", "full_stop", "colon", "question_mark", "minus"),
    *("right_square_bracket", "left_square_bracket", "equals_sign"),
    *("right_curly_bracket", "left_curly_bracket", "less_than_sign", "greater_than_sign"),
    *("right_parenthesis", "left_parenthesis", "comma", "semicolon", "apostrophe", "at"),
    *("quotation_mark", "exclamation_mark", "dollar_sign", "percent_sign", "ampersand"),
    *("asterisk", "backslash", "tilde", "circumflex_accent", "underscore", "grave_accent"),
    "vertical_line",
}
# Names of keys that are words, as Textual knows them; letters and digits are their own names.
_NAMED_KEYS = {
    *_KEY_SIGNS,
    *("space", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"),
    *_SIGNS,
    *(f"f{number}" for number in range(1, 13)),
}
# A terminal sends the same for both, and only the second ever arrives.
_SAME_KEYS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+j": "enter", "ctrl+h": "backspace"}
# Terminals send letters with ctrl, and keys that move or are numbered; of signs only these.
_NOT_WITH_CTRL = {"enter", "space", "tab", "backspace", "escape", *_SIGNS} - {
    *("backslash", "right_square_bracket", "circumflex_accent", "underscore"),
}
_SIGN_KEYS = {sign: key for key, sign in _KEY_SIGNS.items()} | {" ": "space"}


def key_of(command_id: str, key: str) -> str:
    """Return a key of the settings by Textual's name (`?` is `question_mark`).

    Raises UsageError for what is no key, or one that no terminal sends; `command_id` has it.
    """
    name = _SIGN_KEYS.get(key, key)
    last = name.rpartition("+")[2]
    modifiers = name.split("+")[:-1]
    plain = len(last) == 1 and (last.islower() or last.isdecimal())
    if "ctrl" in modifiers and (last in _NOT_WITH_CTRL or last.isdecimal()):
        raise UsageError(
            f"Settings, [keys], {command_id}: no terminal sends {key!r}:", "choose another key."
        )
    if name in _SAME_KEYS or (plain and "shift" in modifiers):
        same = _SAME_KEYS.get(name, last.upper())
        raise UsageError(
            f"Settings, [keys], {command_id}: no terminal tells {key!r} from {same}:",
            "choose another key.",
        )
    if not (plain or last in _NAMED_KEYS) or not set(modifiers) <= {"ctrl", "shift", "alt"}:
        raise UsageError(
            f"Settings, [keys], {command_id}: there is no key {key!r}:",
            'write one such as "b", "space", "f5" or "ctrl+g" (small letters).',
        )
    return name
