"""The rows behind a number of the ledger: ids at once, what they are a page at a time.

A list is of source rows in a state, of images in an outcome of a run, or of images with a
quality flag; it says how what is amiss with them is taken up again.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from camtrap_tui.domain.cells import write_cell
from camtrap_tui.domain.models import Run
from camtrap_tui.domain.quality import FLAGS, KEPT_FLAGS
from camtrap_tui.domain.text import clean, quoted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.charts import choose_run
from camtrap_tui.services.quality import flags_unknown
from camtrap_tui.store.accounts import OUTCOMES, STATES, Accounts, Behind, Listed
from camtrap_tui.store.store import Store

WHATS = tuple(dict.fromkeys((*STATES, *OUTCOMES, *FLAGS)))
LIST_COLUMNS = (
    "source",
    "row_number",
    "file_path",
    "url",
    "media_id",
    "state",
    "reason",
    "tries",
    "run",
)
_REMOTE_MODEL = ("kaggle:", "hf:")
_WEB_KINDS = ("manifest", "s3", "camtrap_dp")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list: a state (of one source), an outcome of a run, or a flag.

    `behind` says what its ids are of: source rows, or images.
    """

    what: str
    behind: Behind
    run: Run | None = None
    source_id: int | None = None


def wanted(store: Store, what: str, run_id: int | None = None) -> Wanted:
    """Return what a word asks for; dashes and underscores are the same.

    `pending` is a state of rows, and with a run an outcome. An outcome without a run is that
    of the newest. Raises UsageError for a word, or a run, that the survey does not have, and
    for a run where the list is of none.
    """
    name = what.strip().casefold().replace("-", "_")
    if name not in WHATS:
        raise UsageError(f"There is no list {clean(what)!r}:", f"choose from {', '.join(WHATS)}.")
    if run_id is not None:
        choose_run(store, run_id)
    runs = store.runs.all()
    run = next((run for run in reversed(runs) if run_id in (None, run.id)), None)
    if name in OUTCOMES and (name not in STATES or run_id is not None):
        if run is None:
            raise UsageError(
                f"{store.path}: nothing has been predicted yet, so nothing is {name}.",
                "Run camtrap-tui predict or import first.",
            )
        return Wanted(name, "image", run)
    if run_id is not None:
        raise UsageError(f"{name} has nothing to do with a run:", "leave --run out.")
    return Wanted(name, "row" if name in STATES else "image")


def ids(store: Store, asked: Wanted) -> array[int]:
    """Return the ids of what is asked for, 8 bytes each; takes up to a second a million."""
    accounts = Accounts(store.db)
    if asked.behind == "row":
        return accounts.row_ids(asked.what, asked.source_id)
    if asked.what in FLAGS:
        return store.flags.ids(asked.what)
    assert asked.run is not None
    return accounts.image_ids(asked.run.id, asked.what)


def page(store: Store, asked: Wanted, of: Sequence[int]) -> list[Listed]:
    """Return the lines of some ids, in their order."""
    accounts = Accounts(store.db)
    if asked.behind == "row":
        return accounts.rows(of)
    return accounts.outcomes(asked.run.id if asked.run else None, of)


def walk(store: Store, asked: Wanted, of: Sequence[int]) -> Iterator[Listed]:
    """Yield the lines of all ids; memory does not grow with them."""
    run_id = asked.run.id if asked.run else None
    return Accounts(store.db).walk(of, run_id, asked.behind)


def name_of(line: Listed) -> str:
    """Return what a person knows a line by: its path, else its address, else its id."""
    return clean(line.file_path or line.url or line.media_id or f"row {line.row_number}")


def reason_of(asked: Wanted, line: Listed) -> str:
    """Return why a line is where it is; of a flag what the flag means."""
    return FLAGS.get(asked.what, "") or clean(line.reason or "")


def as_json(asked: Wanted, line: Listed) -> dict[str, str | int | None]:
    """Return a line as JSON's types, by `LIST_COLUMNS`."""
    values = (
        line.source,
        line.row_number or None,
        line.file_path,
        line.url,
        line.media_id,
        asked.what,
        reason_of(asked, line) or None,
        line.tries,
        asked.run.id if asked.run else None,
    )
    return dict(zip(LIST_COLUMNS, values, strict=True))


def cells(asked: Wanted, line: Listed) -> list[str]:
    """Return a line as cells of `LIST_COLUMNS`, which no spreadsheet takes for formulas."""
    return [
        write_cell(clean(value)) if isinstance(value, str) else "" if value is None else str(value)
        for value in as_json(asked, line).values()
    ]


def how_to_go_on(store: Store, asked: Wanted) -> str:
    """Return the command that takes up again what is listed, as a sentence; "" for none."""
    survey, run = quoted(str(store.path)), asked.run
    sources = store.images.sources().values()
    has_web = any(source.kind in _WEB_KINDS for source in sources)
    folders = [source.location for source in sources if source.kind == "folder"]
    folder = quoted(folders[0]) if len(folders) == 1 else "FOLDER"
    if asked.behind == "image":
        match asked.what:
            case "failed" | "pending" | "never_asked" if run and run.kind == "import":
                return f"To predict the pictures yourself: camtrap-tui predict {survey} {folder}"
            case "failed" | "pending" | "never_asked" if run and run.parent_run_id:
                those = f"--list {asked.what} --run {run.parent_run_id}"
                return f"As in the run it was made of: camtrap-tui status {survey} {those}"
            case "failed" if run:
                command = f"camtrap-tui predict {survey}{_options(run)} --retry"
                return f"To take them up again: {command}"
            case "pending" | "never_asked" if run:
                return f"To predict them: camtrap-tui predict {survey}{_options(run)}"
            case flag if flag in KEPT_FLAGS:
                return flags_unknown(store)
        return ""
    match asked.what:
        case "missing":
            web = f"To ask for them again: camtrap-tui fetch {survey} --retry. " if has_web else ""
            return f"{web}To find what was moved: camtrap-tui relink {survey} FOLDER"
        case "unreadable" if has_web:
            return f"To ask for them again: camtrap-tui fetch {survey} --retry"
        case "unreadable":
            return f"To read them again, once they are repaired: camtrap-tui add {survey} {folder}"
        case "pending" if has_web:
            return f"To fetch them: camtrap-tui fetch {survey}"
        case "pending":
            return f"To say where they lie: camtrap-tui add {survey} FOLDER"
    return ""


def _options(run: Run) -> str:
    """Return the options that ask for this run again."""
    parts = []
    if run.input_size:
        width, _, quality = run.input_size.partition(" q")
        sizes = ["--width", width, "--quality", quality] if quality else ["--original"]
        parts += ["--fetch", *sizes]
    if run.model_name:
        is_remote = run.model_name.startswith(_REMOTE_MODEL)
        parts += ["--model", run.model_name if is_remote else f"FOLDER/{run.model_name}"]
    if run.country:
        parts += ["--country", run.country]
    if run.admin1_region:
        parts += ["--admin1-region", run.admin1_region]
    if not run.geofenced and not run.country:
        parts.append("--no-geofence")
    return "".join(f" {quoted(part)}" for part in parts)
