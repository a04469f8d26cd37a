"""What the environment tells of a line."""

from __future__ import annotations

import pytest

from camtrap_tui.tui.line_kind import LineKind, line_kind, started_from

_SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", "TERM": "xterm-256color"}


def test_a_local_terminal_is_not_paced() -> None:
    assert line_kind("auto", {"TERM": "xterm-256color"}) == LineKind()
    assert not line_kind("auto", {"TERM": "tmux-256color", "TMUX": "/t,1,0"}).is_far


def test_on_plain_ssh_answers_tell() -> None:
    assert line_kind("auto", _SSH) == LineKind(is_far=True, answers_tell=True)


@pytest.mark.parametrize(
    "more",
    [
        {"TMUX": "/tmp/tmux-0/default,1,0"},
        {"STY": "1.pts"},
        {"ZELLIJ": "0"},
        {"TERM": "screen"},
        {"TERM": "tmux-256color"},
        {"TERM": "dumb"},
    ],
)
def test_what_answers_for_itself_or_not_at_all_tells_nothing(more: dict[str, str]) -> None:
    kind = line_kind("auto", _SSH | more)
    assert (kind.is_far, kind.answers_tell) == (True, False)
    assert kind.rate > 0


@pytest.mark.parametrize("above", [["bash", "mosh-server"], ["fish", "tmux: server"]])
def test_what_leaves_no_mark_is_known_by_the_programs_above(above: list[str]) -> None:
    assert not line_kind("auto", _SSH, above).answers_tell


def test_mosh_is_always_a_line() -> None:
    assert line_kind("auto", {"TERM": "xterm-256color"}, ["bash", "mosh-server"]).is_far


def test_a_configured_rate_is_kilobits_a_second() -> None:
    assert line_kind("64", {"TERM": "xterm"}) == LineKind(is_far=True, rate=8_000)
    assert line_kind("64", _SSH) == LineKind(is_far=True, answers_tell=True, rate=8_000)


def test_the_programs_above_have_names() -> None:
    assert all(isinstance(name, str) for name in started_from())
