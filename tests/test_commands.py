"""The registry of keys: no clash, no command that only Caps Lock tells from another."""

from __future__ import annotations

import pytest

from camtrap_tui.commands import GROUPS, SCREENS, SITUATIONS, UNCHOSEN, footer, remapped
from camtrap_tui.errors import UsageError
from camtrap_tui.key_names import key_sign


@pytest.mark.parametrize("screen", SCREENS)
def test_no_key_has_two_commands_whatever_caps_lock_says(screen: str) -> None:
    keys = [key.casefold() for command in SCREENS[screen] for key in command.keys]
    assert len(keys) == len(set(keys))
    assert all(not key.isupper() for command in SCREENS[screen] for key in command.keys)


@pytest.mark.parametrize("screen", SCREENS)
def test_every_command_explains_itself(screen: str) -> None:
    for command in SCREENS[screen]:
        assert command.title
        assert command.help
        assert command.group in GROUPS


def test_keys_are_remapped_by_command_id() -> None:
    commands = {c.id: c for c in remapped("review", {"blank": ("space",)})}
    assert commands["blank"].keys == ("space",)
    assert commands["human"].keys == ("h",)


def test_a_clash_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"both blank and human|both human and blank"):
        remapped("review", {"blank": ("h",)})


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(UsageError, match="fly"):
        remapped("review", {"fly": ("y",)})


def test_the_footer_is_in_its_own_order() -> None:
    assert [c.id for c in footer(SCREENS["review"])][:4] == [
        "accept",
        "blank",
        "species",
        "grade_burst",
    ]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_footer_of_a_situation_names_commands_that_are_there(situation: str) -> None:
    screen = "holdout" if situation == UNCHOSEN else "review"
    shown = [c.id for c in footer(SCREENS[screen], situation)]
    assert shown == list(SITUATIONS[situation])


def test_a_command_without_a_key_stands_in_the_palette_until_it_is_given_one() -> None:
    assert next(c for c in remapped("review") if c.id == "quick_order").keys == ()
    given = remapped("review", {"quick_order": ("f5",)})
    assert next(c for c in given if c.id == "quick_order").keys == ("f5",)
    with pytest.raises(UsageError, match=r"both note and quick_order"):
        remapped("review", {"quick_order": ("n",)})


@pytest.mark.parametrize("key", ["ctrl+i", "ctrl+m", "shift+b", "ctrl+shift+b"])
def test_keys_that_no_terminal_tells_apart_are_refused(key: str) -> None:
    with pytest.raises(UsageError, match="no terminal tells"):
        remapped("review", {"blank": (key,)})


def test_keys_are_shown_as_people_type_them() -> None:
    assert key_sign("slash") == "/"
    assert key_sign("ctrl+r") == "ctrl+r"


@pytest.mark.parametrize("key", ["ctrl-b", "nonsensekey", "", "x y", "B", "hyper+x"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(UsageError, match="no key"):
        remapped("review", {"blank": (key,)})
    with pytest.raises(UsageError, match="has no key"):
        remapped("review", {"blank": ()})


def test_a_key_may_be_given_by_its_sign_and_clashes_all_the_same() -> None:
    with pytest.raises(UsageError, match=r"\'\?\' would be both blank and help"):
        remapped("review", {"blank": ("?",)})
    keys = {c.id: c.keys for c in remapped("review", {"blank": ("ctrl+g", "f5", "space")})}
    assert keys["blank"] == ("ctrl+g", "f5", "space")


def test_a_key_that_is_written_twice_for_one_command_is_one_key() -> None:
    assert next(c for c in remapped("review", {"undo": ("u", "u")}) if c.id == "undo").keys == (
        "u",
    )


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_has_help_and_can_be_painted_again(screen: str) -> None:
    by_key = {key: command.id for command in SCREENS[screen] for key in command.keys}
    assert by_key["question_mark"].endswith("help")
    assert by_key["ctrl+l"].endswith("repaint")


@pytest.mark.parametrize("key", ["ctrl+3", "ctrl+space", "ctrl+enter", "ctrl+comma", "ctrl+plus"])
def test_keys_that_no_terminal_sends_are_refused(key: str) -> None:
    with pytest.raises(UsageError, match="no terminal sends"):
        remapped("review", {"blank": (key,)})
    assert remapped("review", {"blank": ("ctrl+g", "ctrl+up", "shift+f5", "ctrl+backslash")})
