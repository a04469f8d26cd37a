"""One key has one name, whatever terminal, multiplexer or protocol sends it."""

from __future__ import annotations

import pytest
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser

from camtrap_tui.commands import SCREENS
from camtrap_tui.tui.driver import _key_event
from camtrap_tui.tui.keyboard import Key, of_character, of_sequence, with_alt

# Modifiers of kitty's protocol: caps lock is 64, num lock 128, one more for none at all.
_CAPS, _NUM = 65, 129
_NAMES = {
    "up": ("[A", "OA", "[1;1A", f"[1;{_CAPS}A", f"[1;{_NUM}A", "[57419u", f"[57419;{_NUM}u"),
    "down": ("[B", "OB", "[57420u"),
    "right": ("[C", "OC", "[1;1:1C", "[1;1:2C", "[57418u"),
    "left": ("[D", "OD", "[57417u"),
    "home": ("[H", "OH", "[1~", "[7~", "[57423u"),
    "end": ("[F", "OF", "[4~", "[8~", "[57424u"),
    "pageup": ("[5~", f"[5;{_CAPS}~", "[57421u"),
    "pagedown": ("[6~", "[57422u"),
    "delete": ("[3~", "[57426u"),
    "f1": ("OP", "[P", "[11~", "[[A"),
    "f3": ("OR", "[13~", "[[C"),
    "f5": ("[15~", "[[E"),
    "f12": ("[24~",),
    "enter": ("OM", "[13u", "[13;1u", f"[13;{_CAPS}u", "[57414u", "[13;1;13u"),
    "escape": ("[27u", f"[27;{_NUM}u"),
    "tab": ("[9u",),
    "backspace": ("[127u",),
    "shift+tab": ("[Z", "[9;2u", f"[9;{_CAPS + 1}u", "[1;2Z"),
    "space": ("[32u", "[32;1;32u", f"[32;{_CAPS};32u", "O "),
    "1": ("Oq", "[49u", "[49;1;49u", f"[49;{_CAPS};49u", "[57400u", f"[57400;{_NUM};49u"),
    "0": ("Op", "[48;1;48u", "[57399u"),
    "b": ("[98u", "[98;1;98u", "[98;1:2;98u", f"[98;{_NUM};98u", "[27;1;98~"),
    "B": ("[98;2;66u", f"[98;{_CAPS};66u", "[98:66;2;66u"),
    "slash": ("Oo", "[47;1;47u", "[57410u", "[55;2;47u"),
    "minus": ("Om", "[45;1;45u", "[57412u"),
    "plus": ("Ok", "[43;2;43u", "[61;2;43u", "[57413u"),
    "ctrl+r": ("[114;5u", f"[114;{_CAPS + 4}u", "[27;5;114~"),
    "alt+b": ("[98;3u",),
    "shift+up": ("[1;2A",),
    "ctrl+right": ("[1;5C", "O5C"),
}
_NO_KEYS = (
    *("[1;2R", "[1;5R", "[12;40R", "[1;2P", "[15;5~", "[98;1:3;98u", "[1;1:3A", "[57358u"),
    *("[57441;2u", "[98;9u", "[98;9;98u", "[200~", "[201~", "[E", "[G", "[99999999u", "[u", "[;5u"),
    *("[I", "[O", "[?1u", "[0n", "[1;0A", "[1;999999A", "OZ", "[[F", "[12b", "[49;1;49;2;3u"),
)


@pytest.mark.parametrize(
    ("name", "sequence"), [(name, end) for name, ends in _NAMES.items() for end in ends]
)
def test_every_way_to_send_a_key_is_that_key(name: str, sequence: str) -> None:
    key = of_sequence(f"\x1b{sequence}")
    assert key is not None
    assert _key_event(key).key == name


@pytest.mark.parametrize("sequence", _NO_KEYS)
def test_what_is_no_key_is_none(sequence: str) -> None:
    assert of_sequence(f"\x1b{sequence}") is None


def _of_textual(data: str) -> list[tuple[str, str | None]]:
    return [
        (event.key, event.character)
        for event in XTermParser().feed(data)
        if isinstance(event, events.Key)
    ]


@pytest.mark.parametrize("character", [*map(chr, range(128)), *"éßд漢→"])
def test_characters_have_the_names_that_textual_gives_them(character: str) -> None:
    if character in "\x1b":
        return
    key = of_character(character)
    assert key is not None
    event = _key_event(key)
    assert [(event.key, event.character)] == _of_textual(character)


def test_sequences_that_both_know_have_the_names_that_textual_gives_them() -> None:
    for sequence, named in ANSI_SEQUENCES_KEYS.items():
        if not isinstance(named, tuple) or len(named) > 1 or not sequence.startswith("\x1b"):
            continue
        key = of_sequence(sequence)
        if key is not None:
            assert _key_event(key).key == named[0].value, sequence


def test_every_key_of_the_registry_can_be_typed() -> None:
    typed = {_key_event(key).key for key in map(of_character, map(chr, range(128))) if key}
    typed |= {_key_event(Key(name)).key for name in _NAMES}
    missing = {
        key
        for commands in SCREENS.values()
        for command in commands
        for key in command.keys
        if key not in typed
    }
    assert not missing


@pytest.mark.parametrize("character", "b1/é")
def test_a_key_with_alt_is_no_text(character: str) -> None:
    key = with_alt(character)
    assert key is not None
    event = _key_event(key)
    assert event.key.startswith("alt+")
    assert event.character is None


@pytest.mark.parametrize("character", ["\x85", "\x9b", chr(0xDC9B), "\ufffd"])
def test_what_nobody_types_is_no_key(character: str) -> None:
    assert of_character(character) is None
    assert with_alt(character) is None
