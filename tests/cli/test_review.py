"""`camtrap-tui review`: which file is opened, how, and what it takes to open it."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.cli import group, main
from camtrap_tui.config import Settings
from camtrap_tui.domain.taxonomy import BLANK_UUID
from camtrap_tui.errors import StoreError, UsageError
from camtrap_tui.services.drawing import DrawRequest
from camtrap_tui.services.holdouts import draw
from camtrap_tui.services.leaving import Leaving
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from camtrap_tui.tui import app
from tests.builders import Said, add_images, add_run
from tests.store.test_grades import grade

Opened = dict[str, object]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Stand in for the terminal and the screen; tells what the screen would have got."""
    got: Opened = {}

    def look(
        store: Store, session: ReviewSession, settings: Settings, folder: Path | None = None
    ) -> int:
        got.update(
            path=store.path,
            synchronous=store.db.value("PRAGMA synchronous"),
            grader=session.grader,
            filter=session.filter.text,
            folder=folder,
        )
        return 0

    monkeypatch.setattr(app, "run_review", look)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    return got


def run(*arguments: str | Path) -> None:
    group.main([str(argument) for argument in arguments], standalone_mode=False)


def test_grades_are_written_with_full_durability(opened: Opened, store: Store) -> None:
    add_images(store, [Said()])
    run("review", store.path, "--grader", " ann\t", "--where", "species:raccoon")
    assert opened["synchronous"] == 2
    assert (opened["grader"], opened["filter"]) == ("ann", "species:raccoon")


def test_a_survey_or_a_folder_can_stand_alone(
    opened: Opened, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(store.path)
    assert (opened["path"], opened["folder"]) == (store.path, None)
    (tmp_path / "charts").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    run("../charts")
    assert (opened["path"], opened["folder"]) == (Path("charts.db"), Path("../charts"))
    # Nothing came of it, so nothing is left of it.
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_folder_keeps_its_survey_once_pictures_are_in_it(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "UR011").mkdir()
    monkeypatch.chdir(tmp_path)

    def look(store: Store, *rest: object) -> int:
        add_images(store, [Said()])
        return 0

    monkeypatch.setattr(app, "run_review", look)
    run("UR011")
    assert (tmp_path / "UR011.db").is_file()


def test_a_folder_without_a_name_makes_no_survey(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no name"):
        run("/")
    assert opened == {}
    assert not list(tmp_path.iterdir())


def test_what_does_not_exist_is_said(opened: Opened, store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such survey"):
        run(tmp_path / "none.db")
    with pytest.raises(UsageError, match="no run 7"):
        run("review", store.path, "--run", "7")
    assert opened == {}


def test_without_a_terminal_it_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(UsageError, match="needs a terminal"):
        run(store.path)


def test_how_the_screen_ended_is_the_exit_code(
    opened: Opened, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["camtrap-tui", str(store.path)])
    for code in (0, 1):
        monkeypatch.setattr(app, "run_review", lambda *_, code=code: code)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code


def test_no_escape_of_a_name_reaches_stdout_or_stderr(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nasty = "ann\x1b]0;x\x07\x9b2J"
    (image_id,) = add_images(store, [Said()])
    grade(store, [image_id], "mallard", nasty)
    for survey, code in ((store.path, 0), (tmp_path / f"{nasty}.db", 1)):
        monkeypatch.setattr("sys.argv", ["camtrap-tui", "status", str(survey)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
    printed = "".join(capsys.readouterr())
    assert printed.count("ann\ufffd]0;x\ufffd\ufffd2J") == 3  # the grader; path and hint
    assert not {"\x1b", "\x07", "\x9b"} & set(printed)


def test_what_the_system_says_of_a_path_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = tmp_path / ("x" * 300)
    monkeypatch.setattr("sys.argv", ["camtrap-tui", "status", str(name)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "name too long" in capsys.readouterr().err


def test_a_session_is_left_for_grading_a_holdout_blind(
    store: Store, monkeypatch: pytest.MonkeyPatch, opened: Opened
) -> None:
    run_id = add_run(store).id
    add_images(store, [Said()] * 4, run=store.runs.latest())
    draw(store, run_id, DrawRequest("spring", size=4, minimum=1), "ann")
    sessions: list[ReviewSession] = []

    def leave(_store: Store, session: ReviewSession, *_: object) -> int:
        sessions.append(session)
        if len(sessions) == 1:
            session.grader = "ben"
            session.leaves_for = Leaving("spring", "1/2")
        return 0

    monkeypatch.setattr(app, "run_review", leave)
    run("review", store.path, "--grader", "ann")
    usual, blind = sessions
    assert usual.policy.shows_machine
    assert not blind.policy.shows_machine
    assert blind.grader == "ben"
    assert blind.title == "blind · spring"
    assert blind.leaves_for is None


@pytest.mark.parametrize("graded", [1, 4])
def test_leaving_a_holdout_says_how_to_go_on_or_what_it_was_for(
    store: Store, monkeypatch: pytest.MonkeyPatch, opened: Opened, graded: int
) -> None:
    run_id = add_run(store).id
    add_images(store, [Said()] * 4, run=store.runs.latest())
    request = DrawRequest("spring", size=4, minimum=1, repeat_share=0)
    draw(store, run_id, request, "ann")

    def grade_some(_store: Store, session: ReviewSession, *_more: object) -> int:
        for _ in range(graded):
            session.special(BLANK_UUID, "blank")
        return 0

    said: list[str] = []
    monkeypatch.setattr(app, "run_review", grade_some)
    monkeypatch.setattr("camtrap_tui.cli.review.narrate", said.append)
    run("review", store.path, "--grader", "ann", "--holdout", "spring")
    last = said[-1].splitlines()[-1]
    if graded < 4:
        assert last == f"  To go on: camtrap-tui review {store.path} --holdout spring"
    else:
        says = f"camtrap-tui evaluate {store.path} --holdout spring"
        assert last == f"  How accurate it is: {says}"
