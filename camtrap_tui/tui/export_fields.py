"""The lines of the form that exports: what each says, and how it is changed.

A line stands there only where it means something to the format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from textual.content import Content

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.request import CONSENSUS, ExportRequest, Options
from camtrap_tui.tui.dialogs import Dialog, Row, text_dialog
from camtrap_tui.tui.export_asked import Asked, Kind, Known

Choices = Sequence[tuple[str, str]]
USUAL = "as usual"
_YES_NO = (("no", ""), ("yes", ""))
_PEOPLE = (
    ("include", "pictures of people like any other"),
    ("exclude", "pictures that show people are left out, and counted"),
    ("blur", "people are blurred in the copies; only where pictures go along"),
)
_BY = {"none": "as they are", "class": "a class each", "deployment": "a deployment each"}
_RULES = (
    (CONSENSUS, "what all who name something agree on, or an adjudicator"),
    ("majority", "what more than half of the graders say"),
    ("weighted", "votes weigh by the graders' measured skill"),
)


@dataclass(frozen=True, slots=True)
class FormField:
    """One line: `name` is what a format `takes`, empty for what all take. With `choices` it is
    chosen from a list; with `is_free` what is typed is taken where no row has it."""

    label: str
    name: str
    said: Callable[[Asked], str]
    changed: Callable[[Asked, str, Known], Asked]
    hint: str
    choices: Callable[[Known], Choices] | None = None
    is_free: bool = False


def begin(known: Known, last: Asked | None, holdout: str, grader: str) -> Asked:
    """Return what the form begins with: what was asked for last, of the filter in view or of a
    holdout, and the run in view."""
    format = last.format if last is not None else known.formats[0]
    if holdout and "holdout" not in format.takes:
        format = next(one for one in known.formats if "holdout" in one.takes)
    request = ExportRequest(proposed(known.survey, format))
    if last is not None and last.format == format:
        request = last.request
    request = replace(
        request, where=known.where, grader=grader, holdout=holdout, run_id=known.run_id
    )
    return replace(last or Asked(format, request), format=format, request=_kept(request, format))


def fields_of(asked: Asked, known: Known) -> list[FormField]:
    """Return the lines that mean something to the format, and of which there is a choice."""
    takes = asked.takes
    return [
        field
        for field in FIELDS
        if not field.name
        or (field.name in takes and (field.choices is None or len(field.choices(known)) > 1))
    ]


def proposed(survey: Path, format: Kind) -> Path:
    """Return where an export may go: beside the survey, called after it and the format."""
    survey = survey.absolute()
    end = PurePath(format.example).suffix if format.writes == "file" else ""
    return survey.with_name(f"{survey.stem}-{format.name}{end}")


def field_dialog(
    field: FormField, asked: Asked, known: Known, take: Callable[[Asked], None]
) -> Dialog:
    """Return the question for what a line is to say."""

    def change(text: str) -> str:
        take(field.changed(asked, text, known))
        return ""

    if field.choices is None:
        return text_dialog(f"{field.label}:", change, field.said(asked), field.hint)
    choices = field.choices(known)

    def rows(typed: str) -> list[Row]:
        plain = typed.casefold().strip()
        if field.is_free and any(sign in plain for sign in ":@"):
            return []  # a filter is taken as it is typed, also where it is part of another
        wide = max(len(clean(name)) for name, _ in choices) + 2
        return [
            Row(Content.assemble((f"{clean(name):<{wide}}", "bold"), clean(means)), means, name)
            for name, means in choices
            if plain in name.casefold()
        ]

    def take_row(typed: str, row: Row | None) -> str:
        if row is None and not (field.is_free and typed.strip()):
            raise UsageError("Nothing like that can be chosen.", "Choose with ↑ and ↓.")
        return change(str(row.value) if row is not None else typed.strip())

    return Dialog(f"{field.label}:", take_row, rows, hint=field.hint)


def _to_format(asked: Asked, name: str, known: Known) -> Asked:
    """Return what is asked for in another format, without what that cannot take."""
    format = next(one for one in known.formats if one.name == name)
    request = asked.request
    if request.out == proposed(known.survey, asked.format):
        request = replace(request, out=proposed(known.survey, format))
    if request.run_id is None:
        request = replace(request, run_id=known.run_id)
    return replace(asked, format=format, request=_kept(request, format))


def _kept(request: ExportRequest, format: Kind) -> ExportRequest:
    """Return the request without what means nothing to the format."""
    usual = ExportRequest(request.out)
    names = ("run_id", "holdout", "truth", "with_machine", "people")
    dropped = {name: getattr(usual, name) for name in names if name not in format.takes}
    options = {
        name: getattr(usual.options, name) for name in Options.__slots__ if name not in format.takes
    }
    return replace(request, **dropped, options=replace(request.options, **options))


def _to_place(asked: Asked, text: str, _known: Known) -> Asked:
    if not text.strip():
        raise UsageError("To where?", f"Type a {asked.format.writes}'s name.")
    return replace(asked, request=replace(asked.request, out=_path(text)))


def _filters(known: Known) -> Choices:
    own = [(known.where, "the filter in view")] if known.where else []
    return [*own, ("all", "all pictures of the survey")]


def _to_filter(asked: Asked, text: str, _known: Known) -> Asked:
    return _with(asked, where="" if text == "all" else text)


def _with(asked: Asked, **values: object) -> Asked:
    return replace(asked, request=replace(asked.request, **values))  # type: ignore[arg-type]


def _with_option(asked: Asked, name: str, value: object) -> Asked:
    options = replace(asked.request.options, **{name: value})  # type: ignore[arg-type]
    return replace(asked, request=replace(asked.request, options=options))


def _option_said(name: str) -> Callable[[Asked], str]:
    def said(asked: Asked) -> str:
        value = getattr(asked.request.options, name)
        return ("yes" if value else "no") if isinstance(value, bool) else str(value or "")

    return said


def _flag(label: str, name: str, hint: str) -> FormField:
    return FormField(
        label,
        name,
        _option_said(name),
        lambda asked, text, _: _with_option(asked, name, text == "yes"),
        hint,
        lambda _: _YES_NO,
    )


def _choice(label: str, name: str, hint: str, choices: Choices) -> FormField:
    return FormField(
        label,
        name,
        _option_said(name),
        lambda asked, text, _: _with_option(asked, name, None if text == USUAL else text),
        hint,
        lambda _: [(USUAL, ""), *choices],
    )


def _number(
    label: str, name: str, hint: str, most: float, *, least: int = 0, is_whole: bool = False
) -> FormField:
    def said(asked: Asked) -> str:
        value = getattr(asked.request.options, name)
        return "" if value is None else f"{value:g}"

    def changed(asked: Asked, text: str, _known: Known) -> Asked:
        plain = text.strip()
        if not plain:
            return _with_option(asked, name, None)
        shape = r"\d{1,6}" if is_whole else r"\d{0,6}(\.\d{1,6})?"
        if not re.fullmatch(shape, plain, re.ASCII) or not least <= float(plain) <= most:
            raise UsageError(f"{clean(plain)!r}:", f"type a number from {least} to {most:,}.")
        return _with_option(asked, name, int(plain) if is_whole else float(plain))

    return FormField(label, name, said, changed, hint)


def _run_said(asked: Asked) -> str:
    return f"{asked.request.run_id}" if asked.request.run_id is not None else "the newest"


def _path(text: str) -> Path:
    try:
        return Path(text.strip()).expanduser().absolute()
    except RuntimeError:  # nobody has this name
        return Path(text.strip()).absolute()


def _to_metadata(asked: Asked, text: str, _known: Known) -> Asked:
    path = _path(text) if text.strip() else None
    if path is not None and not path.is_file():
        raise UsageError(f"{path}:", "there is no such file.")
    return _with_option(asked, "metadata", path)


def _to_columns(asked: Asked, text: str, _known: Known) -> Asked:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    columns = tuple((ours.strip(), heading.strip()) for ours, _, heading in pairs)
    if not all(ours and heading for ours, heading in columns):
        raise UsageError(f"{clean(text)!r}:", "write it as in label=Species, count=Number.")
    return _with_option(asked, "columns", columns)


def _to_base(asked: Asked, text: str, _known: Known) -> Asked:
    return _with_option(asked, "base", _path(text) if text.strip() else None)


FIELDS: tuple[FormField, ...] = (
    FormField(
        "Format",
        "",
        lambda a: a.format.name,
        _to_format,
        "what is to read it; the list says what each is made for",
        lambda known: [(format.name, format.made_for) for format in known.formats],
    ),
    FormField("To", "", lambda a: str(a.request.out), _to_place, "a file, or a folder to be made"),
    FormField(
        "Pictures",
        "",
        lambda a: a.request.where or "all",
        _to_filter,
        "choose, or type a filter",
        _filters,
        is_free=True,
    ),
    FormField(
        "Folders",
        "by",
        lambda a: _BY[a.by],
        lambda a, text, _: replace(a, by=text),  # type: ignore[arg-type]
        "what the folders are that the pictures lie in",
        lambda _: list(_BY.items()),
    ),
    FormField(
        "Class by",
        "class_by",
        lambda a: a.class_by,
        lambda a, text, _: replace(a, class_by=text),  # type: ignore[arg-type]
        "whose word the class is",
        lambda _: (("truth", "people's"), ("run", "the run's")),
    ),
    FormField(
        "Files",
        "how",
        lambda a: "links" if a.how == "link" else "copies",
        lambda a, text, _: replace(a, how="link" if text == "links" else "copy"),
        "whether there is a second file of each picture",
        lambda _: (("copies", "also where the originals go"), ("links", "to where they are")),
    ),
    FormField(
        "Holdout",
        "holdout",
        lambda a: a.request.holdout or "none",
        lambda a, text, _: _with(a, holdout="" if text == "none" else text),
        "the pictures that were drawn for it alone, by what was graded blind",
        lambda known: [("none", ""), *((name, "") for name in known.holdouts)],
    ),
    FormField(
        "Said by",
        "truth",
        lambda a: a.request.truth,
        lambda a, text, _: _with(a, truth=text),
        "whose word it is, where people graded",
        lambda known: [*_RULES, *((name, "this grader's own word") for name in known.graders)],
        is_free=True,
    ),
    FormField(
        "Run",
        "run_id",
        _run_said,
        lambda a, text, _: _with(a, run_id=int(text)),
        "whose word the machine's is",
        lambda known: [
            (str(run.id), f"{run.model_version} {run.region or ''}".rstrip()) for run in known.runs
        ],
    ),
    FormField(
        "Machine",
        "with_machine",
        lambda a: "where nobody graded" if a.request.with_machine else "left out",
        lambda a, text, _: _with(a, with_machine=text != "left out"),
        "whether the machine's word is in it where nobody has graded",
        lambda _: (
            ("left out", "people's words alone"),
            ("where nobody graded", "marked as the machine's"),
        ),
    ),
    FormField(
        "People",
        "people",
        lambda a: a.request.people,
        lambda a, text, _: _with(a, people=text),
        "what becomes of pictures that show people",
        lambda _: _PEOPLE,
    ),
    _flag("Each grader", "all_graders", "a row for each grader, not one for all"),
    _flag("Schema", "schema", "what the columns hold, in a file beside it"),
    _flag("For Excel", "excel", "as Excel reads it best, with .excel in its name"),
    _choice(
        "Level",
        "level",
        "what an observation is about",
        (("media", "each picture"), ("event", "each burst")),
    ),
    _number("Decimals", "decimals", "of coordinates; empty for all", 6, is_whole=True),
    FormField(
        "Columns",
        "columns",
        lambda a: ", ".join("=".join(pair) for pair in a.request.options.columns),
        _to_columns,
        "as in label=Species, count=Number; empty: as usual",
    ),
    _choice(
        "With pictures",
        "pictures",
        "whether the pictures go along",
        (("none", ""), ("copy", "copied"), ("link", "links to where they are")),
    ),
    FormField(
        "Metadata",
        "metadata",
        _option_said("metadata"),
        _to_metadata,
        "a datapackage.json whose project, contributors and licences are taken over",
    ),
    _flag("Public", "public", "anybody may see the pictures, but those that may show people"),
    FormField(
        "Paths from",
        "base",
        _option_said("base"),
        _to_base,
        "the folder that paths of pictures are relative to; empty for their source's",
    ),
    _flag("Boxes only", "boxes_only", "boxes without classes"),
    _number("Padding", "padding", "around a crop, as a share of its box; empty: as usual", 2),
    _number("Confidence", "confidence", "boxes below it are left out; empty: as usual", 1),
    _number(
        "Gap in days",
        "gap_days",
        "without a picture for longer a camera counts as not working; empty: never",
        100_000,
        least=1,
        is_whole=True,
    ),
    _number(
        "Independence",
        "independence_min",
        "minutes between two records of a species; empty: as usual",
        100_000,
        is_whole=True,
    ),
)
