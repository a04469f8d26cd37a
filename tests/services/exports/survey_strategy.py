"""Draws small surveys with all that real ones have, for tests of what goes out and comes back.

`surveys()` draws plans: plain values, so that a failure prints what it failed on and shrinks.
`built(plan)` makes the survey of one, a real file that is gone afterwards.
"""

from __future__ import annotations

from hypothesis import strategies as st

from camtrap_tui.domain.models import Deployment
from camtrap_tui.domain.text import clean_name
from tests.builders import md5
from tests.services.exports.survey_plans import (
    HOLDOUT,
    TAXA,
    Act,
    Box,
    Frame,
    Seen,
    SurveyPlan,
    Word,
    built,
    copied,
)

__all__ = ["GRADERS", "HOLDOUT", "SurveyPlan", "built", "copied", "names", "paths", "surveys"]

GRADERS = ("ann", "Ben O'Neil", "zoë 漢")
# In text that was cleaned where it came in, whatever else it holds.
HARD_NAMES = (
    "=cmd|' /C calc'!A0", "-UR011", "+1", "@home", "'tis", '"quoted", twice ""', "a;b", "a,b",
    "a | b", "00123", "12e45678", "1/2", "true", "Été e\u0301", "漢字 🦝", "[b]x[/b]", "x" * 120,
    "100% <i>&amp;</i>", "\ufffd]52;c;", "con", "..a", "3.0", "2024-06-27",
)  # fmt: skip
_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))
names = st.one_of(
    st.sampled_from(HARD_NAMES), st.text(_LETTERS, min_size=1, max_size=8).map(clean_name)
).filter(lambda name: bool(name) and clean_name(name) == name)
# Parts of paths: nothing that leads out of a folder, no sign that stands for a byte.
_parts = names.map(lambda name: name.replace("/", "-").replace("\\", "-").replace("%", "-"))
paths = st.lists(_parts.filter(lambda part: part.strip(".") != ""), min_size=1, max_size=3).map(
    "/".join
)

_unit = st.one_of(
    st.floats(0.01, 1.0), st.integers(1, 100).map(lambda n: n / 100), st.sampled_from((1.0, 0.2))
)
_place = st.integers(0, len(TAXA) - 1)
_coordinates = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@st.composite
def _deployments(draw: st.DrawFn) -> tuple[Deployment, ...]:
    found = []
    for name in draw(st.lists(names, min_size=1, max_size=3, unique_by=str.casefold)):
        latitude, longitude = draw(st.one_of(st.just((None, None)), _coordinates))
        start, end = draw(
            st.sampled_from(
                (
                    (None, None),
                    ("2024-06-01 10:00:00", None),
                    ("2024-06-01 00:00:00", "2024-07-31 23:59:59"),
                )
            )
        )
        found.append(
            Deployment(
                0,
                name,
                draw(st.one_of(st.none(), names)),
                latitude,
                longitude,
                draw(st.sampled_from((None, 0, -360, 330, 840))),
                draw(st.one_of(st.none(), names)),
                draw(st.sampled_from((None, 30.0, 187.5))),
                draw(st.one_of(st.none(), names)),
                start,
                end,
            )
        )
    return tuple(found)


@st.composite
def _boxes(draw: st.DrawFn) -> Box:
    x, y = draw(_unit) * 0.5, draw(_unit) * 0.5
    classes = draw(st.lists(st.tuples(_place, _unit), max_size=3, unique_by=lambda one: one[0]))
    return Box(
        draw(st.sampled_from(("animal", "animal", "human", "vehicle"))),
        draw(_unit),
        (x, y, draw(_unit) * (1 - x), draw(_unit) * (1 - y)),
        tuple(sorted(classes, key=lambda one: -one[1])),
    )


_seen = st.builds(
    Seen,
    st.sampled_from(("predicted",) * 6 + ("failed", "pending")),
    st.one_of(st.none(), _place),
    _unit,
    st.lists(_boxes(), max_size=3).map(
        lambda found: tuple(sorted(found, key=lambda box: -box.confidence))
    ),
    st.one_of(st.none(), _place),
)
_behaviors = st.one_of(st.none(), st.sampled_from(("eats", "swims; runs", "=runs")))
_words = st.builds(
    Word,
    _place,
    st.one_of(st.none(), st.integers(1, 120)),
    st.sampled_from((None, None, "adult", "subadult", "juvenile")),
    st.sampled_from((None, None, "female", "male")),
    _behaviors,
)


@st.composite
def _frames(draw: st.DrawFn, deployments: int, most: int) -> tuple[Frame, ...]:
    number = draw(st.integers(1, most))
    ids = draw(
        st.lists(
            st.one_of(st.integers(0, 10**6).map(lambda n: md5(str(n))), names),
            min_size=number,
            max_size=number,
            unique_by=str.casefold,
        )
    )
    # Cameras call their files alike.
    named = st.one_of(st.just("100MEDIA/IMG_0001.JPG"), paths.map("{}.JPG".format))
    found, taken = [], set()
    for media_id in ids:
        source, path = draw(st.integers(0, 1)), draw(named)
        while (source, path.casefold()) in taken:
            path = f"again/{path}"
        taken.add((source, path.casefold()))
        found.append(
            Frame(
                media_id,
                path,
                source,
                draw(st.sampled_from((None, *range(deployments), *range(deployments)))),
                draw(st.sampled_from((None, 131, 131, 132, 0, 1439))),
                draw(st.integers(0, 59)),
                draw(st.sampled_from(("exif", "metadata", "filename"))),
                draw(st.sampled_from((None, None, "-05:00", "+05:30"))),
                draw(st.sampled_from((None, (1280, 960), (960, 1280)))),
                draw(st.booleans()),
                draw(st.one_of(st.none(), st.none(), _coordinates)),
                draw(_seen),
            )
        )
    return tuple(found)


# Redo means something after undo alone: both, so that it happens.
_KINDS = (
    *("grade",) * 8, *("blind",) * 3, *("undo",) * 3, "redo", "redo",
    "bulk", "adjudicate", "import", "note",
)  # fmt: skip


@st.composite
def _acts(draw: st.DrawFn, frames: int, graders: tuple[str, ...]) -> Act:
    kind, grader = draw(st.sampled_from(_KINDS)), draw(st.sampled_from(graders))
    if kind in ("undo", "redo"):
        return Act(kind, grader)
    frame = st.integers(0, frames - 1)
    if kind == "bulk":
        some = draw(st.lists(frame, min_size=1, max_size=frames, unique=True))
    else:
        some = [draw(frame)]
    if kind == "note":
        return Act(kind, grader, tuple(some), text=draw(st.one_of(st.just(""), names)))
    words = tuple(draw(st.lists(_words, max_size=3)))
    return Act(kind, grader, tuple(some), words, not words and draw(st.booleans()))


@st.composite
def surveys(
    draw: st.DrawFn, most: int = 6, graders: tuple[str, ...] = GRADERS, acts: int = 14
) -> SurveyPlan:
    """Plans of surveys of up to `most` pictures, in which these graders do up to `acts` things."""
    deployments = draw(_deployments())
    frames = draw(_frames(len(deployments), most))
    place = st.integers(0, len(deployments) - 1)
    shift = st.sampled_from((3600, -3600, 86400 * 31, -1, 5 * 3600 + 1))
    shifts = draw(st.lists(st.tuples(place, shift), max_size=2, unique_by=lambda one: one[0]))
    return SurveyPlan(
        deployments,
        tuple(shifts),
        frames,
        tuple(draw(st.lists(_acts(len(frames), graders), max_size=acts))),
        draw(st.sampled_from((True, True, True, False))),
        draw(st.sampled_from((0, 2, 6))),
    )
