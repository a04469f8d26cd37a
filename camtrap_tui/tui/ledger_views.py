"""What the ledger screen says, as rows of text made from the accounts; no state of its own."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content

from camtrap_tui.domain.quality import FLAGS
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.services import listing
from camtrap_tui.services.accounts import Ledger, RunAccount, SourceAccount, meaning_of
from camtrap_tui.services.listing import Wanted
from camtrap_tui.store.accounts import Listed

# Numbers further from their names than this are hard to follow with the eye.
_MOST_CELLS = 90
_NAME_SHARE = 0.55


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the accounts; `wanted` is the list behind its number, None for a heading."""

    content: Content
    wanted: Wanted | None = None
    count: int = 0
    hint: str = ""


def account_rows(ledger: Ledger, width: int) -> list[LedgerRow]:
    """Return both accounts, what does not add up first, in rows of at most `width` cells."""
    width = min(width, _MOST_CELLS)
    rows = [*_discrepancies(ledger, width)]
    rows.append(_heading("Every row of every source"))
    if not ledger.sources:
        rows.append(LedgerRow(Content("  no source yet: camtrap-tui add SURVEY FOLDER")))
    for account in ledger.sources:
        rows += _source_rows(account, width)
    rows += [LedgerRow(Content("")), _heading("Every picture, run by run")]
    if not ledger.runs:
        rows.append(LedgerRow(Content("  no run yet: r on the review screen starts one")))
    for run in ledger.runs:
        rows += _run_rows(run, width)
    flags = {flag: count for flag, count in ledger.flags.items() if count}
    if flags or ledger.unknown:
        rows += [LedgerRow(Content("")), _heading("Pictures to doubt")]
        rows += _wrapped(ledger.unknown, width)
        rows += [
            _number(FLAGS[flag], count, width, Wanted(flag, "image"), f"the flag {flag}")
            for flag, count in flags.items()
        ]
    return rows


def summary(ledger: Ledger) -> str:
    """Return the right end of the title: how many pictures, and whether all adds up."""
    wrong = len(ledger.discrepancies)
    verdict = "adds up" if not wrong else f"{counted(wrong, 'thing does', 'things do')} NOT add up"
    return f"{counted(ledger.images, 'picture')} · {verdict}"


def _heading(text: str) -> LedgerRow:
    return LedgerRow(Content.styled(text, "bold underline"))


def _discrepancies(ledger: Ledger, width: int) -> Iterator[LedgerRow]:
    if not ledger.discrepancies:
        return
    yield _heading("This does not add up")
    for said in ledger.discrepancies:
        yield from _wrapped(said, width)
    yield LedgerRow(Content(""))


def _wrapped(said: str, width: int) -> Iterator[LedgerRow]:
    lines = textwrap.wrap(clean(said), max(width - 4, 20))
    for sign, line in zip(["! ", *["  "] * len(lines)], lines, strict=False):
        yield LedgerRow(Content.styled(f"  {sign}{line}", "bold"))


def _source_rows(account: SourceAccount, width: int) -> Iterator[LedgerRow]:
    source = account.source
    known = "not counted" if source.row_count is None else f"counted {source.row_count:,}"
    yield LedgerRow(_spread(clean(source.location), f"{source.kind}, {known}", width))
    for state, count in account.states.items():
        asked = Wanted(state, "row", None, source.id)
        yield _number(state, count, width, asked, meaning_of(state, "row"))
    if len(account.states) != 1:
        yield LedgerRow(_line("in all", account.rows, width))


def _run_rows(account: RunAccount, width: int) -> Iterator[LedgerRow]:
    run = account.run
    parts = [run.made_by, run.region, "" if run.finished_at else "not finished"]
    about = ", ".join(clean(part) for part in parts if part)
    yield LedgerRow(_spread(f"run {run.id}  {clean(run.model_version)}", about, width))
    for outcome, count in account.outcomes.items():
        asked = Wanted(outcome, "image", run)
        yield _number(outcome, count, width, asked, meaning_of(outcome, "image"))
    yield LedgerRow(_line("in all", sum(account.outcomes.values()), width))


def _number(name: str, count: int, width: int, asked: Wanted, meaning: str) -> LedgerRow:
    shown = clean(name.replace("_", " "))
    return LedgerRow(_line(shown, count, width), asked, count, f"{shown}: {meaning}; ↵ lists them")


def _line(name: str, count: int, width: int) -> Content:
    number = f"{count:,}"
    return Content("    " + _fit(name, width - 4 - len(number)) + number)


def _spread(left: str, right: str, width: int) -> Content:
    room = max(width - len(right) - 4, 8)
    return Content.assemble("  ", (_fit(end_of(left, room), room), "bold"), "  ", right)


def _fit(text: str, cells: int) -> str:
    """Return `text` in exactly `cells` cells, cut at its end where it is longer."""
    return Content(text).truncate(max(cells, 0), ellipsis=True, pad=True).plain


def end_of(text: str, cells: int) -> str:
    """Return the end of `text` in at most `cells` cells: of a path, the file is what counts."""
    if Content(text).cell_length <= cells:
        return text
    kept = text[-cells:]
    while Content(kept).cell_length > max(cells - 1, 0):
        kept = kept[1:]
    return f"…{kept}"


def list_row(asked: Wanted, line: Listed | None, width: int) -> Content:
    """Return one line of a list: the file, then why it is there."""
    if line is None:
        return Content("(no longer in the survey)")
    why = told(asked, line)
    room = max(int(width * _NAME_SHARE), 12) if why else width
    name = end_of(listing.name_of(line), room)
    return Content(f"{_fit(name, room)}  {why}" if why else name)


def told(asked: Wanted, line: Listed) -> str:
    """Return why a line is in its list: the reason, how often it was tried, its row."""
    parts = [listing.reason_of(asked, line)]
    if line.tries > 1:
        parts.append(f"{line.tries:,} tries")
    if line.row_number:
        parts.append(f"row {line.row_number:,}")
    return ", ".join(part for part in parts if part)
