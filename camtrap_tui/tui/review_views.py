"""What the review screen says, as rows of text made from the session; no state of its own."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from textual.content import Content

from camtrap_tui.commands import Command, keys_sign
from camtrap_tui.domain.expected import Relatives
from camtrap_tui.domain.models import Run
from camtrap_tui.domain.pace import spell_duration
from camtrap_tui.domain.text import counted
from camtrap_tui.services.picture_views import BoxMark, Picture, Region
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.review_items import Item
from camtrap_tui.tui.line import one_row

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR_CELLS = 6
# More of them would push what people said off a small screen.
_MOST_BOXES = 3
# Of what one person said; the rest of a long note is read with its key.
_MOST_ROWS_EACH = 3
# From so many columns on the status line says more of the pace.
_WIDE = 110
NOT_EXPECTED = "! not expected here"
# A burst longer than this is shown as a window around the picture in view.
_STRIP_CELLS = 15


def bar(score: float, cells: int = _BAR_CELLS) -> str:
    """Return a score from 0 to 1 as a bar of eighths of cells, always `cells` wide."""
    eighths = round(min(max(score, 0.0), 1.0) * cells * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[part] if part else "")).ljust(cells)


def short_score(score: float | None) -> str:
    """Return a score as `.93`; 1.0 is `1.0`, and no score is empty."""
    if score is None:
        return ""
    text = f"{score:.2f}"
    return text.removeprefix("0") if score < 0.995 else "1.0"


def spread(left: str, middle: str, right: str, width: int) -> Content:
    """Return one row: `left` and `right` at the edges, `middle` between, cut where need be.

    What is long on the right takes no more than a quarter, so that both sides can be told.
    """
    end = Content(right).truncate(max(width // 4, 1), ellipsis=True)
    centre = Content.styled(middle, "bold")
    taken = centre.cell_length + end.cell_length
    begin = Content(left).truncate(max(width - taken - 4, 1), ellipsis=True)
    gap = max(width - begin.cell_length - taken - 2, 1)
    return Content.assemble(begin, " " * gap, centre, "  ", end)


def status_line(session: ReviewSession, survey: str, width: int, place: str = "") -> Content:
    """Return the survey and filter, the place, the pace with the time left, and the grader."""
    here = f"{session.position + 1:,}/{len(session.queue):,}" if session.queue else "0/0"
    if not session.is_open:
        here = "opening …"
    name = f"{survey} · {session.title}"
    who = "read-only" if session.store.db.read_only else session.grader or "no name yet"
    parts = [place or here, *_pace_parts(session, is_wide=width >= _WIDE)]
    return spread(name, " · ".join(parts), who, width)


def _pace_parts(session: ReviewSession, *, is_wide: bool) -> list[str]:
    """Return pictures an hour and the time left; where there is room, seconds a picture and the
    share accepted between them."""
    pace = session.pace
    rate, each, share = pace.per_hour, pace.seconds_each, session.accepted_share
    if rate is None or each is None:
        return [f"{session.left:,} to grade"] if session.queue else []
    parts = [f"{rate:,.0f}/h"]
    if is_wide:
        parts.append(f"{each:.1f} s" if each < 99.5 else f"{each:,.0f} s")
        parts += [f"{share:.0%} accepted"] if share is not None else []
    left = pace.hours_left(session.left)
    return [*parts, f"{spell_duration(left)} left"] if left else parts


def undo_line(session: ReviewSession, sign: str, width: int) -> str:
    """Return what the undo key takes back, before it does; empty where that is nothing."""
    what = "" if session.store.db.read_only else session.next_undo()
    line = f"{sign} undoes {what}" if what else ""
    return line if len(line) <= width else f"{line[: width - 1]}…"


def behind(question: str, said: str) -> str:
    """Return what was asked and waits for its answer, with what there is to say behind it."""
    if not question or question in said:
        return said
    return f"{question.partition(' (')[0]}  {said}" if said else question


def fitting(parts: Sequence[str], width: int) -> str:
    """Return the first of `parts`, whole, and as many after it as fit on its line."""
    said = ""
    for part in filter(None, parts):
        longer = f"{said}  {part}" if said else part
        if said and len(longer) > width:
            break
        said = longer
    return said


def strip_line(session: ReviewSession, item: Item, width: int) -> Content:
    """Return the burst with the picture's place in it, its time, camera and file name."""
    if not session.policy.shows_names:
        return Content(_nameless_strip(session, item))
    here = item.burst.index(item.image.id)
    first = max(0, min(here - _STRIP_CELLS // 2, len(item.burst) - _STRIP_CELLS))
    window = item.burst[first : first + _STRIP_CELLS]
    graded = session.store.grades.graded_among(window)
    signs = " ".join(
        "▮" if key == item.image.id else "✓" if key in graded else "·" for key in window
    )
    time = item.image.timestamp or "no time"
    burst = f"{signs}  burst {here + 1} of {len(item.burst)}"
    text = f"{burst}   {time}   {item.deployment or 'no camera'}   {item.name}"
    if len(text) > width:
        text = f"{signs} {here + 1}/{len(item.burst)}  {time}  {item.deployment}  {item.name}"
    return Content(text)


def _nameless_strip(session: ReviewSession, item: Item) -> str:
    """Return the picture's time alone: cameras and files may be called after what is on them,
    and who has graded the frames beside it is no help either."""
    parts = [item.image.timestamp or "no time"]
    if session.policy.kind == "blind" and not session.hides_machine:
        parts.append("you saw the AI's answer: a change counts as assisted")
    return "   ".join(parts)


def panel_rows(
    session: ReviewSession, item: Item, width: int, signs: Mapping[str, str]
) -> list[Content]:
    """Return the panel: the prediction and guesses, boxes, quick keys, people's words, marks."""
    rows = [*_machine_rows(session, item, width, signs), *_box_rows(item)]
    if pending := session.pending:
        rows += [Content(""), Content.styled(f"◦ {pending}", "bold")]
    quick = session.quick_taxa()
    if quick:
        rows.append(Content(""))
        for number, taxon in enumerate(quick, 1):
            rows.append(Content(f"{signs[f'quick_{number}']} {taxon.name}"))
    rows += _people_rows(session, item, width)
    return rows


def _machine_rows(
    session: ReviewSession, item: Item, width: int, signs: Mapping[str, str]
) -> list[Content]:
    if session.hides_machine:
        return _hidden_rows(session, signs)
    run, allows = session.run_in_view, session.policy.allows
    if run is None:
        starts = [Content(f"{signs['runs']} starts them")] if allows("runs") else []
        return [Content("no predictions yet"), *starts]
    signs = {key: sign if allows(key) else " " for key, sign in signs.items()}
    rows = [_run_row(run, width)]
    prediction = item.prediction
    if prediction is None or prediction.outcome == "pending":
        rows.append(Content("not predicted yet"))
    elif prediction.outcome == "failed":
        rows.append(Content(f"failed: {prediction.reason}"))
    elif item.predicted is not None:
        score = prediction.score
        rows.append(_class_row(signs["accept"], item.predicted.name, score, width, "bold"))
        rows += _surprise_rows(session.surprise(), width, signs)
    for number, guess in enumerate(item.guesses, 1):
        if guess.taxon != item.predicted:
            sign = signs[f"guess_{number}"]
            rows.append(_class_row(sign, guess.taxon.name, guess.score, width, ""))
    if item.also:
        rows.append(Content(f"  also {', '.join(taxon.name for taxon in item.also)}"))
    return rows


def _run_row(run: Run, width: int) -> Content:
    """Return the model and the region that it was fenced for, which stays whole."""
    region = f" · {run.region}" if run.region else ""
    model = one_row(Content(f"SpeciesNet {run.model_version}"))
    shown = model.truncate(max(width - len(region), 1), ellipsis=True)
    return Content.styled(f"{shown.plain}{region}", "dim")


def _hidden_rows(session: ReviewSession, signs: Mapping[str, str]) -> list[Content]:
    rows = [Content.styled("the AI's answer is hidden", "dim")]
    if session.policy.allows("peek"):
        rows.append(Content.styled(f"{signs['peek']} shows it after yours", "dim"))
    return rows


def _surprise_rows(found: Relatives | None, width: int, signs: Mapping[str, str]) -> list[Content]:
    """Return that the prediction is not expected here, and its nearest relatives that are."""
    if found is None:
        return []
    said = f"{NOT_EXPECTED}; nearest:"
    rows = [said if found.members and len(said) <= width else NOT_EXPECTED]
    for number, relative in enumerate(found.members, 1):
        rows.append(f"{signs[f'relative_{number}']} {relative.name}")
    return [Content(row) for row in rows]


def _class_row(sign: str, name: str, score: float | None, width: int, style: str) -> Content:
    room = width - len(sign) - _BAR_CELLS - 7
    shown = one_row(Content(name)).truncate(room, ellipsis=True)
    gap = " " * (room - shown.cell_length)
    row = Content(f"{sign} {shown.plain}{gap} {bar(score or 0.0)} {short_score(score):>3}")
    return row.stylize(style) if style else row


def _box_rows(item: Item) -> list[Content]:
    more = len(item.boxes) - _MOST_BOXES
    return [
        *(
            Content(f"  {box.detection_number} {box.category} box {short_score(box.confidence)}")
            for box in item.boxes[:_MOST_BOXES]
        ),
        *([Content(f"  and {counted(more, 'box', 'boxes')} more")] if more > 0 else []),
    ]


def _people_rows(session: ReviewSession, item: Item, width: int) -> list[Content]:
    rows: list[Content] = []
    if item.votes:
        rows.append(Content(""))
    for vote in item.votes:
        who = "you" if vote.grader == session.grader else vote.grader
        style = "bold" if vote.grader == session.grader else ""
        rows += [Content.styled(row, style) for row in _wrapped(f"✓ {who}: {vote.text}", width)]
    for mark in item.marks:
        who = "you" if mark.grader == session.grader else mark.grader
        said = f"⚑ {who}" if mark.kind == "mark" else f"✎ {who}: {mark.value}"
        rows += map(Content, _wrapped(said, width))
    return rows


def _wrapped(text: str, width: int) -> list[str]:
    """Return what somebody said as a few rows: cut short, it would say something else."""
    return textwrap.wrap(
        text, width, subsequent_indent="  ", max_lines=_MOST_ROWS_EACH, placeholder="…"
    )


def footer_line(commands: tuple[Command, ...], width: int) -> Content:
    """Return as many keys with their names as fit, in the registry's order."""
    parts: list[str | tuple[str, str]] = []
    used = 0
    for command in commands:
        key, name = keys_sign(command).split(" ")[0], command.title.lower()
        length = len(key) + len(name) + (3 if parts else 1)
        if used + length > width:
            break
        used += length
        parts += ["  "] if parts else []
        parts += [(key, "bold"), f" {name}"]
    return Content.assemble(*parts)


def picture(item: Item, zoom: int, *, boxes: bool, contrast: bool) -> Picture:
    """Return what is to be seen of an item: the whole, or the box with the number `zoom`."""
    # The panel says what the first ones are; of the others no colour alone is to tell it.
    marks = tuple(
        BoxMark(
            b.bbox_x,
            b.bbox_y,
            b.bbox_w,
            b.bbox_h,
            b.category,
            f"{b.detection_number}" if n < _MOST_BOXES else f"{b.detection_number} {b.category}",
        )
        for n, b in enumerate(item.boxes)
    )
    region = None
    if zoom:
        box = item.boxes[zoom - 1]
        region = Region(box.bbox_x, box.bbox_y, box.bbox_w, box.bbox_h)
    return Picture(item.path, marks if boxes else (), region, contrast)
