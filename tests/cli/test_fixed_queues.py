"""`camtrap-tui review --holdout …`: which options go together, and what they open."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from camtrap_tui.cli.fixed_queues import FixedRequest, fixed_request, fixed_session
from camtrap_tui.cli.review import review_command
from camtrap_tui.domain.taxonomy import HUMAN_UUID
from camtrap_tui.errors import CamtrapError, UsageError
from camtrap_tui.services.adjudicating import AdjudicationSession
from camtrap_tui.services.blind import BlindSession
from camtrap_tui.store.store import Store
from tests.blind_builder import sampled_survey


def asked(*options: str) -> FixedRequest | None:
    """Return what `review river.db …` would open."""
    context = review_command.make_context("review", ["river.db", *options])
    return fixed_request(context.params, context.params["where"])


def test_without_these_options_it_is_the_usual_review() -> None:
    assert asked() is None
    assert asked("--where", "species:mallard") is None


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--share", "1/2"], "--holdout"),
        (["--holdout", "h", "--share", "1/2", "--adjudicate"], "--holdout"),
        (["--holdout", "h", "--overlap", "0.1"], "--share"),
        (["--hide-votes"], "--adjudicate"),
        (["--holdout", "h", "--rule", "majority"], "--adjudicate"),
        (["--holdout", "h", "--where", "species:mallard"], "as it was drawn"),
        (["--holdout", ""], "--holdout says nothing"),
        (["--holdout", "h", "--share", " "], "--share says nothing"),
        (["--adjudicate", "--rule", ""], "--rule says nothing"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: list[str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        asked(*options)


@pytest.mark.parametrize(
    "options",
    [
        ["--holdout", "river 2024"],
        ["--holdout", "h", "--share", "2/3"],
        ["--holdout", "h", "--share", "2/3", "--overlap", "0"],
        ["--holdout", "h", "--adjudicate", "--hide-votes"],
        ["--adjudicate", "--rule", "majority:2", "--where", "camera:UR011 hour:20-5"],
    ],
)
def test_what_is_said_at_the_end_asks_for_the_same_again(options: list[str]) -> None:
    request = asked(*options)
    assert request is not None
    assert asked(*shlex.split(request.text)) == request


def test_an_overlap_is_dealt_unless_it_is_left_out() -> None:
    request = asked("--holdout", "h", "--share", "2/3")
    assert request is not None
    assert request.overlap == 0.2


def test_a_share_is_opened_blind(store: Store, tmp_path: Path) -> None:
    sampled = sampled_survey(store, tmp_path, 1, drawn=20, repeats=0.0)
    request = FixedRequest(holdout="river2024", share="1/2", overlap=0.2)
    session = fixed_session(store, "ann", None, request)
    assert isinstance(session, BlindSession)
    assert len(session.queue) == 12
    assert session.title == f"blind · {sampled.holdout.name}"
    session.special(HUMAN_UUID, "human")
    session.peek()
    # The run that it was drawn from is the one whose word is kept from its graders.
    assert session.run_in_view == store.runs.all()[0]


def test_conflicts_are_opened_for_an_adjudicator(store: Store, tmp_path: Path) -> None:
    cas = sampled_survey(store, tmp_path, 1, drawn=40).session("cas")
    for _ in cas.queue:
        cas.special(HUMAN_UUID, "human")
    session = fixed_session(store, "eve", None, FixedRequest(adjudicate=True))
    assert isinstance(session, AdjudicationSession)
    assert session.title == "conflicts"


@pytest.mark.parametrize(
    ("grader", "request_", "why"),
    [
        ("", FixedRequest(holdout="river2024"), "--grader"),
        ("ann", FixedRequest(holdout="x"), "no holdout 'x'"),
        ("ann", FixedRequest(holdout="river2024", share="4/3"), "no share"),
        ("ann", FixedRequest(holdout="river2024", adjudicate=True), "in conflict"),
        ("ann", FixedRequest(adjudicate=True, rule="loudest"), "loudest"),
    ],
)
def test_what_cannot_be_opened_says_why(
    store: Store, tmp_path: Path, grader: str, request_: FixedRequest, why: str
) -> None:
    sampled_survey(store, tmp_path, 1, drawn=4, graded_before=False)
    with pytest.raises(CamtrapError, match=why):
        fixed_session(store, grader, None, request_)


def test_help_names_the_options() -> None:
    said = CliRunner().invoke(review_command, ["--help"]).output
    for option in ("--holdout", "--share", "--overlap", "--adjudicate", "--hide-votes", "--rule"):
        assert option in said
