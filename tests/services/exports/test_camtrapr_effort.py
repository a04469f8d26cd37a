"""How long cameras were up: recorded dates, what stands in for them, gaps that prove nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.models import Deployment
from camtrap_tui.services.exports.camtrapr import camera_columns, camera_row
from camtrap_tui.services.exports.camtrapr_effort import (
    BETWEEN,
    DAY,
    FROM_PICTURES,
    MOST_PROBLEMS,
    NO_PICTURE,
    RECORDED,
    Camera,
    Gap,
    cameras,
    seconds,
    stays,
)

CAMERA = Deployment(1, "UR011", "river", 41.9, -87.6, -360, camera_id="cam 7")


def rows(
    *deployments: Deployment, gap_days: int | None = None, **pictures: list[str]
) -> list[Camera]:
    """Return the rows of these deployments; pictures are their times, by the deployment."""
    keys = {one.deployment_id: one.id for one in deployments}
    times = sorted((keys[name], time) for name, found in pictures.items() for time in found)
    return cameras(stays(deployments, times)[0], gap_days)


def june(*days: int) -> list[str]:
    """Return noon of these days of June."""
    return [f"2024-06-{day:02} 12:00:00" for day in days]


def test_recorded_dates_hold() -> None:
    one = replace(
        CAMERA, deployment_start="2024-05-30 09:00:00", deployment_end="2024-06-20 17:30:00"
    )
    (camera,) = rows(one, UR011=june(1, 2, 10))
    row = dict(zip(camera_columns(0), camera_row(camera, 0), strict=True))
    assert (row["Station"], row["Camera"]) == ("river", "cam 7")
    assert (row["Setup_date"], row["Setup_source"]) == ("2024-05-30 09:00:00", RECORDED)
    assert (row["Retrieval_date"], row["Retrieval_source"]) == ("2024-06-20 17:30:00", RECORDED)
    assert (row["days_up"], row["utc_offset_min"]) == ("21.35", "-360")
    assert (row["days_with_pictures"], row["n_pictures"]) == ("3", "3")
    # The camera may have stopped before somebody fetched it: the longest gap is the last.
    assert (row["longest_gap_days"], row["longest_gap_to"]) == ("10.2", "2024-06-20 17:30:00")


def test_whole_days_of_pictures_stand_in_and_say_so() -> None:
    (camera,) = rows(replace(CAMERA, deployment_start="2024-05-30 09:00:00"), UR011=june(1, 10))
    assert camera.setup.setup_source == RECORDED
    assert (camera.retrieval.retrieval, camera.retrieval.retrieval_source) == (
        "2024-06-10 23:59:59",
        FROM_PICTURES,
    )
    (single,) = rows(CAMERA, UR011=june(3))
    # One picture is a day of effort: camtrapR stops where setup is retrieval.
    assert (single.setup.setup, single.retrieval.retrieval) == (
        "2024-06-03 00:00:00",
        "2024-06-03 23:59:59",
    )


def test_a_recorded_date_that_pictures_contradict_is_told() -> None:
    late = replace(CAMERA, deployment_start="2024-07-01 00:00:00")
    (camera,) = rows(late, UR011=june(3, 5))
    assert (camera.setup.setup, camera.setup.setup_source) == ("2024-06-03 00:00:00", FROM_PICTURES)
    assert camera.stays[0].outside == 2
    both = replace(late, deployment_end="2024-06-30 00:00:00")
    (camera,) = rows(both, UR011=june(3, 5))
    assert camera.setup.setup_source == camera.retrieval.retrieval_source == FROM_PICTURES


def test_gaps_are_those_of_the_pictures_where_they_contradict_a_date() -> None:
    for date in ("deployment_start", "deployment_end"):
        year = "2025" if date == "deployment_start" else "2023"
        wrong = replace(CAMERA, **{date: f"{year}-06-01 00:00:00"})  # type: ignore[arg-type]
        (camera,) = rows(wrong, gap_days=7, UR011=june(1, 20, 22))
        assert camera.longest_gap == Gap("2024-06-01 12:00:00", "2024-06-20 12:00:00")
        assert [problem.gap for problem in camera.problems] == [camera.longest_gap]


def test_a_day_that_two_deployments_share_is_one_day() -> None:
    later = replace(CAMERA, id=2, deployment_id="UR011b")
    (camera,) = rows(CAMERA, later, UR011=june(1, 4), UR011b=["2024-06-04 12:05:00", *june(6)])
    assert [stay.days for stay in camera.stays] == [2, 2]
    assert camera.days == 3


def test_a_deployment_of_which_nothing_is_known_is_no_row() -> None:
    start = replace(CAMERA, deployment_start="2024-06-01 00:00:00")
    for one in (CAMERA, start):
        found, lost = stays([one], [])
        assert (found, lost) == ([], [one])
    found, lost = stays([replace(start, deployment_end="2024-06-02 00:00:00")], [])
    assert (len(found), lost) == (1, [])


def test_a_gap_without_pictures_is_a_problem_only_where_asked_for() -> None:
    pictures = june(1, 2, 12, 13, 20)
    (camera,) = rows(CAMERA, UR011=pictures)
    assert camera.problems == ()
    assert camera.longest_gap == Gap("2024-06-02 12:00:00", "2024-06-12 12:00:00")
    assert camera.seconds_up == 20 * DAY - 1
    (camera,) = rows(CAMERA, gap_days=7, UR011=pictures)
    assert [(p.gap.start, p.gap.end, p.why) for p in camera.problems] == [
        ("2024-06-02 12:00:00", "2024-06-12 12:00:00", NO_PICTURE)
    ]
    assert camera.seconds_up == 10 * DAY - 1
    # Seven days are not more than seven.
    (camera,) = rows(CAMERA, gap_days=7, UR011=june(1, 8))
    assert camera.problems == ()


def test_deployments_of_one_camera_at_a_place_are_one_row_with_the_time_between() -> None:
    later = replace(CAMERA, id=2, deployment_id="UR011b")
    (camera,) = rows(CAMERA, later, UR011=june(1, 4), UR011b=june(20, 22))
    assert len(camera.stays) == 2
    assert [(p.gap.start, p.gap.end, p.why) for p in camera.problems] == [
        ("2024-06-04 23:59:59", "2024-06-20 00:00:00", BETWEEN)
    ]
    other = replace(later, camera_id=None)
    found = rows(CAMERA, other, UR011=june(1, 4), UR011b=june(20, 22))
    assert [(one.station, one.camera) for one in found] == [("river", "UR011b"), ("river", "cam 7")]


def test_a_deployment_inside_of_another_ends_nothing() -> None:
    def stay(key: int, start: str, end: str) -> Deployment:
        return replace(
            CAMERA,
            id=key,
            deployment_id=f"UR{key}",
            deployment_start=f"2024-{start} 12:00:00",
            deployment_end=f"2024-{end} 12:00:00",
        )

    whole, inside = stay(1, "06-01", "06-30"), stay(2, "06-05", "06-06")
    (camera,) = rows(whole, inside, stay(3, "07-01", "07-10"))
    # A whole day between two deployments is a problem, an hour less is none.
    assert [problem.gap for problem in camera.problems] == [
        Gap("2024-06-30 12:00:00", "2024-07-01 12:00:00")
    ]
    sooner = replace(stay(3, "07-01", "07-10"), deployment_start="2024-07-01 11:00:00")
    (camera,) = rows(whole, inside, sooner)
    assert camera.problems == ()


def test_no_more_problems_than_camtrapr_reads() -> None:
    days = [datetime(2024, 1, 1) + timedelta(days=n * 10 + n) for n in range(13)]
    pictures = [day.strftime("%Y-%m-%d %H:%M:%S") for day in days]
    (camera,) = rows(CAMERA, gap_days=5, UR011=pictures)
    assert len(camera.problems) == MOST_PROBLEMS
    assert camera.more_problems == 12 - MOST_PROBLEMS
    assert "Problem9_to" in camera_columns(MOST_PROBLEMS)


_times = st.lists(st.integers(0, 60 * DAY), min_size=1, max_size=30).map(sorted)
_dates = st.one_of(st.none(), st.integers(0, 60 * DAY))


def _time(second: int) -> str:
    moment = datetime(2024, 6, 1) + timedelta(seconds=second)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


@given(st.lists(st.tuples(_dates, _dates, _times), min_size=1, max_size=3), st.integers(1, 9))
def test_rows_are_what_camera_operation_takes(
    drawn: list[tuple[int | None, int | None, list[int]]], gap_days: int
) -> None:
    deployments, times = [], []
    for key, (start, end, pictures) in enumerate(drawn, 1):
        deployments.append(
            replace(
                CAMERA,
                id=key,
                deployment_id=f"UR{key:03}",
                deployment_start=None if start is None else _time(start),
                deployment_end=None if end is None else _time(end),
            )
        )
        times += [(key, _time(second)) for second in pictures]
    (camera,) = cameras(stays(deployments, times)[0], gap_days)
    setup, retrieval = camera.setup.setup, camera.retrieval.retrieval
    assert setup < retrieval
    ends = [setup]
    for problem in camera.problems:
        # In order, inside of setup and retrieval, and never one over another.
        assert ends[-1] <= problem.gap.start < problem.gap.end <= retrieval
        ends.append(problem.gap.end)
        least = DAY if problem.why == BETWEEN else gap_days * DAY + 1
        assert problem.gap.seconds >= least
        for stay in camera.stays:
            own = [t for key, t in times if key == stay.deployment.id]
            known = [t for t in own if stay.setup <= t <= stay.retrieval]
            assert not any(problem.gap.start < t < problem.gap.end for t in known)
    assert 0 <= camera.seconds_up <= seconds(retrieval) - seconds(setup)
    if len(drawn) == 1 and not camera.more_problems:
        (stay,) = camera.stays
        ends = [stay.setup] if stay.setup_source == RECORDED else []
        ends += sorted(time for _, time in times if stay.setup <= time <= stay.retrieval)
        ends += [stay.retrieval] if stay.retrieval_source == RECORDED else []
        between = [Gap(*pair) for pair in pairwise(ends)]
        wanted = [gap for gap in between if gap.seconds > gap_days * DAY]
        assert [problem.gap for problem in camera.problems] == wanted
