"""THE registry of commands and their keys.

From it come the bindings, the footer, the palette, the help screen, `camtrap-tui keys` and
the README's table; tests hold them equal. Nobody else names a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from camtrap_tui.errors import UsageError
from camtrap_tui.key_names import key_of, key_sign


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can ask of a screen.

    `keys` are Textual's names of keys, the first is shown; a command without any stands in the
    palette, until somebody gives it one. `title` names the command, `help` says in a few words
    what it does; `footer` is its rank in the footer, which shows as many as fit; 0 keeps it out.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    group: str
    footer: int = 0


GRADE, MOVE, LOOK, FIND, APP = "Grade", "Move", "Look", "Find", "Application"
GROUPS = (GRADE, MOVE, LOOK, FIND, APP)

_GUESS_HELP = "grade with the model's guess {}"
_RELATIVE_HELP = "not expected here: grade with its relative {} that is"
_QUICK_HELP = "grade with your own frequent species {} at this camera"

REVIEW = (
    Command("accept", ("enter",), "Accept", "grade with the prediction, go on", GRADE, 1),
    Command("blank", ("b",), "Blank", "grade as blank, go on", GRADE, 2),
    Command("human", ("h",), "Human", "grade as human, go on", GRADE),
    Command("vehicle", ("v",), "Vehicle", "grade as vehicle, go on", GRADE),
    *(
        Command(f"guess_{n}", (str(n),), f"Guess {n}", _GUESS_HELP.format(n), GRADE)
        for n in range(1, 6)
    ),
    *(
        Command(f"quick_{n}", (key,), f"Quick species {n}", _QUICK_HELP.format(n), GRADE)
        for n, key in enumerate("67890", 1)
    ),
    *(
        Command(f"relative_{n}", (key,), f"Relative {n}", _RELATIVE_HELP.format(n), GRADE)
        for n, key in enumerate(("w", "y", "comma", "semicolon"), 1)
    ),
    Command("species", ("slash",), "Species", "choose a species by name", GRADE, 3),
    Command("add_species", ("plus",), "Add species", "add a second species to this grade", GRADE),
    Command("count", ("number_sign",), "Count", "say how many, then enter", GRADE),
    Command("individual", ("i",), "Individual", "life stage, sex and behaviour", GRADE),
    Command("unsure", ("s",), "Not sure", "grade as unknown, go on", GRADE),
    Command("again", ("full_stop",), "Same again", "repeat your last grade, go on", GRADE),
    Command(
        "grade_burst", ("e",), "Grade burst", "one grade for the frames you left open", GRADE, 4
    ),
    Command("undo", ("u",), "Undo", "take back your last grade", GRADE, 6),
    Command("redo", ("ctrl+r",), "Redo", "bring back what was undone", GRADE),
    Command("mark", ("m",), "Mark", "mark this picture, or unmark it", GRADE),
    Command("note", ("n",), "Note", "write a note on this picture", GRADE),
    Command("quick_order", (), "Reorder quick keys", "put what you key most now on them", GRADE),
    Command("next", ("right", "j"), "Next", "next picture", MOVE),
    Command("previous", ("left", "k"), "Previous", "previous picture", MOVE),
    Command("next_burst", ("right_square_bracket",), "Next burst", "next burst", MOVE),
    Command("previous_burst", ("left_square_bracket",), "Previous burst", "previous burst", MOVE),
    Command("next_deployment", ("right_curly_bracket",), "Next camera", "next deployment", MOVE),
    Command(
        "previous_deployment",
        ("left_curly_bracket",),
        "Previous camera",
        "previous deployment",
        MOVE,
    ),
    Command("next_day", ("right_parenthesis",), "Next day", "next day of a camera", MOVE),
    Command("previous_day", ("left_parenthesis",), "Previous day", "previous day", MOVE),
    Command(
        "next_disagreement",
        ("greater_than_sign",),
        "Next disagreement",
        "next picture where graders or runs disagree",
        MOVE,
    ),
    Command(
        "previous_disagreement",
        ("less_than_sign",),
        "Previous disagreement",
        "previous such picture",
        MOVE,
    ),
    Command("next_ungraded", ("tab",), "Next ungraded", "next picture without a grade", MOVE),
    Command("go_to", ("colon",), "Go to", "go to a picture by name or number", MOVE),
    Command("zoom", ("z",), "Zoom", "zoom to each box, then the whole picture", LOOK, 5),
    Command("larger", ("equals_sign",), "Larger", "zoom in freely; the arrows move it", LOOK),
    Command("smaller", ("minus",), "Smaller", "zoom out again", LOOK),
    Command("pan_up", ("up",), "Move up", "move up, in a free zoom", LOOK),
    Command("pan_down", ("down",), "Move down", "move down, in a free zoom", LOOK),
    Command("difference", ("d",), "Difference", "what moved since the frame before", LOOK),
    Command("peek", ("p",), "Peek", "blind: the AI's answer for what you graded last", LOOK),
    Command("boxes", ("x",), "Boxes", "show or hide the boxes", LOOK),
    Command("contrast", ("a",), "Contrast", "stretch the contrast of dark pictures", LOOK),
    Command("blocks", (), "Blocks", "test card: which blocks pictures are made of", LOOK),
    Command("open", ("o",), "Open", "open the picture in the system's viewer", LOOK),
    Command("filter", ("f",), "Filter", "choose which pictures to review", FIND, 9),
    Command("sheet", ("g",), "Sheet", "contact sheet: grade pages of pictures", FIND, 7),
    Command("sheet_burst", (), "Sheet of this burst", "contact sheet of the burst alone", FIND),
    Command("sheet_class", (), "Sheet of this class", "contact sheet of the predicted class", FIND),
    Command("charts", ("c",), "Charts", "frequency and hours of the day", FIND, 10),
    Command("holdout", ("t",), "Holdout", "how accurate it is, by what was graded blind", FIND),
    Command(
        "expect", ("exclamation_mark",), "Lives here", "expect this species here, or not", FIND
    ),
    Command("export", ("ctrl+e",), "Export", "write what people said, for other tools", FIND),
    Command("runs", ("r",), "Runs", "start, watch and stop predictions", FIND, 11),
    Command("ledger", ("l",), "Ledger", "how every file and picture ended", FIND, 12),
    Command("help", ("question_mark",), "Help", "all keys", APP, 8),
    Command("palette", ("ctrl+p",), "All commands", "find a command by name", APP),
    Command("cancel", ("escape",), "Cancel", "leave a question, list or prompt", APP),
    Command("repaint", ("ctrl+l",), "Repaint", "draw the whole screen again", APP),
    Command("suspend", ("ctrl+z",), "To the shell", "stop here; the shell's fg comes back", APP),
    Command("quit", ("q", "ctrl+c"), "Quit", "leave; everything keyed is on disk", APP),
)

# What matters more than the usual while something is going on: these first, in this order.
BURST, ADDING, FREE_ZOOM = "burst", "adding", "free_zoom"
UNPREDICTED, UNEXPECTED, READ_ONLY = "unpredicted", "unexpected", "read_only"
BLIND, PEEKED, FINISHED = "blind", "peeked", "finished"
UNCHOSEN = "unchosen"
SITUATIONS: Mapping[str, tuple[str, ...]] = {
    BURST: ("accept", "blank", "species", "cancel", "again", "human", "vehicle", "unsure"),
    ADDING: ("add_species", "species", "accept", "count", "individual", "next", "undo"),
    FREE_ZOOM: ("larger", "smaller", "pan_up", "pan_down", "cancel", "accept", "blank", "species"),
    UNPREDICTED: ("species", "blank", "human", "vehicle", "unsure", "again", "undo", "help"),
    UNEXPECTED: ("accept", "expect", "species", "blank", "grade_burst", "undo", "help", "zoom"),
    BLIND: ("blank", "species", "human", "vehicle", "unsure", "undo", "peek", "larger", "help"),
    PEEKED: ("next_ungraded", "next", "blank", "species", "human", "vehicle", "unsure", "undo"),
    FINISHED: ("quit", "previous", "undo", "blank", "species", "human", "vehicle", "peek", "help"),
    UNCHOSEN: ("draw", "holdout_choose", "back", "help"),
    READ_ONLY: ("next", "previous", "zoom", "sheet", "filter", "charts", "ledger", "help", "quit"),
}

_ALONE = "grade the exception alone with the model's guess {}"

SHEET = (
    Command("sheet_page", ("enter",), "Grade page", "grade the page's rest, turn it", GRADE, 1),
    Command("sheet_except", ("space",), "Exception", "leave this picture out, or not", GRADE, 2),
    Command("sheet_species", ("slash",), "Grade", "the grade of sheet or exception", GRADE, 4),
    Command("sheet_blank", ("b",), "Blank", "blank: for the sheet, or the exception", GRADE),
    Command("sheet_human", ("h",), "Human", "human: for the sheet, or the exception", GRADE),
    Command("sheet_vehicle", ("v",), "Vehicle", "vehicle: for the sheet, or the exception", GRADE),
    Command("sheet_unsure", ("s",), "Not sure", "unknown: for the sheet, or the exception", GRADE),
    *(
        Command(f"sheet_guess_{n}", (str(n),), f"Guess {n}", _ALONE.format(n), GRADE)
        for n in range(1, 6)
    ),
    Command("sheet_undo", ("u",), "Undo", "take back your last grade, or page", GRADE, 3),
    Command("sheet_redo", ("ctrl+r",), "Redo", "bring back what was undone", GRADE),
    Command("sheet_right", ("right",), "Right", "cursor to the right", MOVE),
    Command("sheet_left", ("left",), "Left", "cursor to the left", MOVE),
    Command("sheet_down", ("down",), "Down", "cursor down", MOVE),
    Command("sheet_up", ("up",), "Up", "cursor up", MOVE),
    Command("sheet_detected", ("tab",), "Detection", "to the page's next with a detection", MOVE),
    Command("sheet_next", ("pagedown",), "Next page", "turn the page, grade nothing", MOVE, 8),
    Command("sheet_previous", ("pageup",), "Previous page", "turn the page back", MOVE),
    Command("sheet_smaller", ("minus",), "Smaller", "smaller thumbnails, more a page", LOOK, 5),
    Command("sheet_larger", ("equals_sign",), "Larger", "larger thumbnails, fewer a page", LOOK, 6),
    Command("sheet_help", ("question_mark",), "Help", "all keys", APP, 9),
    Command("sheet_repaint", ("ctrl+l",), "Repaint", "draw the whole screen again", APP),
    Command("suspend", ("ctrl+z",), "To the shell", "stop here; the shell's fg comes back", APP),
    Command("back", ("escape", "g", "q"), "Back", "to review, at this picture", APP, 7),
)

CHARTS = (
    Command("chart_frequency", ("f",), "Frequency", "how often each class occurs", LOOK, 1),
    Command("chart_hours", ("h",), "Hours", "hours of the day of the top ten", LOOK, 2),
    Command("chart_by", ("b",), "By", "count predictions, classifications or truth", LOOK, 3),
    Command("chart_scale", ("s",), "Scale", "linear or log; own or shared", LOOK, 4),
    Command("chart_percent", ("p",), "Percent", "counts or percent", LOOK, 5),
    Command("chart_pictures", ("enter",), "Pictures", "review the pictures of a bar", FIND, 6),
    Command("chart_export", ("e",), "Export", "export the pictures of a bar", FIND),
    Command("chart_next", ("down", "j"), "Next bar", "next bar", MOVE),
    Command("chart_previous", ("up", "k"), "Previous bar", "previous bar", MOVE),
    Command("help", ("question_mark",), "Help", "all keys", APP, 8),
    Command("repaint", ("ctrl+l",), "Repaint", "draw the whole screen again", APP),
    Command("suspend", ("ctrl+z",), "To the shell", "stop here; the shell's fg comes back", APP),
    Command("back", ("escape", "c", "q"), "Back", "back to review", APP, 7),
)

RUNS = (
    Command("run_start", ("enter",), "Start", "start or resume this prediction", FIND, 1),
    Command("run_stop", ("s",), "Stop", "stop after the batch in work", FIND, 2),
    Command("run_folder", ("f",), "Folder", "choose the folder of pictures", FIND, 3),
    Command("run_model", ("m",), "Model", "choose the model", FIND, 4),
    Command("run_country", ("n",), "Country", "country and region for the geofence", FIND, 5),
    Command("run_compare", ("c",), "Compare", "what another run says otherwise", FIND, 9),
    Command("run_refence", ("e",), "Re-fence", "the run in view, for another country", FIND, 10),
    Command("run_view", ("v",), "Show a run", "review with another run in view", FIND),
    Command("run_failures", ("x",), "Failures", "list what failed, with reasons", LOOK, 6),
    Command("run_retry", ("t",), "Retry", "predict, and take up failures again", FIND),
    Command("run_down", ("down", "j"), "Down", "next line of the list", MOVE),
    Command("run_up", ("up", "k"), "Up", "line before", MOVE),
    Command("run_page_down", ("pagedown", "space"), "Page down", "next page of the list", MOVE),
    Command("run_page_up", ("pageup",), "Page up", "page before", MOVE),
    Command("run_refresh", ("g",), "Into the queue", "take new predictions into the queue", FIND),
    Command("help", ("question_mark",), "Help", "all keys", APP, 8),
    Command("repaint", ("ctrl+l",), "Repaint", "draw the whole screen again", APP),
    Command("suspend", ("ctrl+z",), "To the shell", "stop here; the shell's fg comes back", APP),
    Command("back", ("escape", "r", "q"), "Back", "back to review", APP, 7),
)

LEDGER = (
    Command("ledger_open", ("enter",), "Open", "list the line's files; review the file", FIND, 1),
    Command("ledger_down", ("down", "j"), "Down", "next line", MOVE, 2),
    Command("ledger_up", ("up", "k"), "Up", "line before", MOVE, 3),
    Command("ledger_page_down", ("space", "pagedown"), "Page down", "next page", MOVE, 4),
    Command("ledger_page_up", ("pageup",), "Page up", "page before", MOVE, 5),
    Command("ledger_first", ("home",), "First", "first line", MOVE),
    Command("ledger_last", ("end",), "Last", "last line", MOVE),
    Command("help", ("question_mark",), "Help", "all keys", APP, 7),
    Command("repaint", ("ctrl+l",), "Repaint", "draw the whole screen again", APP),
    Command("suspend", ("ctrl+z",), "To the shell", "stop here; the shell's fg comes back", APP),
    Command("back", ("escape", "l", "q"), "Back", "from a list, or back to review", APP, 6),
)

_PAGES = ("strata", "accuracy", "classes", "confusion", "thresholds", "scores", "runs")

HOLDOUT = (
    Command("holdout_open", ("enter",), "Pictures", "review the pictures of a line", FIND, 1),
    Command("holdout_page_next", ("tab",), "Next page", "next page", MOVE, 2),
    *(
        Command(f"holdout_page_{n}", (str(n),), f"Page {n}", f"the page {name}", MOVE)
        for n, name in enumerate(_PAGES, 1)
    ),
    Command("holdout_down", ("down", "j"), "Down", "next line", MOVE),
    Command("holdout_up", ("up", "k"), "Up", "line before", MOVE),
    Command("holdout_page_down", ("space", "pagedown"), "Page down", "further down", MOVE),
    Command("holdout_page_up", ("pageup",), "Page up", "further up", MOVE),
    Command("holdout_right", ("right",), "Right", "next class's thresholds, next cell", MOVE),
    Command("holdout_left", ("left",), "Left", "thresholds or cell before", MOVE),
    Command("holdout_matrix", ("m",), "Matrix", "confusion as a matrix, or as a list", LOOK),
    Command(
        "holdout_grade",
        ("g",),
        "Grade blind",
        "grade this holdout, the AI's answers hidden",
        GRADE,
        3,
    ),
    Command("holdout_adjudicate", ("v",), "Adjudicate", "settle what graders disagree on", GRADE),
    Command("holdout_extend", ("x",), "Extend", "draw more bursts, as a line needs", FIND, 4),
    Command("draw", ("n",), "New", "draw a new holdout", FIND, 5),
    Command("holdout_choose", ("h",), "Holdout", "choose another holdout", FIND, 6),
    Command("holdout_run", ("r",), "Run", "choose the run that is judged", FIND),
    Command("holdout_against", ("a",), "Against", "choose a run to compare it with", FIND),
    Command("holdout_rule", ("c",), "Consensus", "choose what several votes add up to", FIND),
    Command("holdout_export", ("e",), "Export", "write this holdout for other tools", FIND),
    Command("holdout_unit", ("b",), "Unit", "figures about bursts, or about pictures", LOOK),
    Command("help", ("question_mark",), "Help", "all keys", APP, 8),
    Command("repaint", ("ctrl+l",), "Repaint", "draw the whole screen again", APP),
    Command("suspend", ("ctrl+z",), "To the shell", "stop here; the shell's fg comes back", APP),
    Command("back", ("escape", "t", "q"), "Back", "back to review", APP, 7),
)

DRAW = (
    Command("draw_edit", ("enter",), "Change", "change what the line says", FIND, 1),
    Command("draw_now", ("d",), "Draw", "draw the holdout as it is shown", FIND, 2),
    Command("draw_down", ("down", "j"), "Down", "next line", MOVE, 3),
    Command("draw_up", ("up", "k"), "Up", "line before", MOVE, 4),
    Command("draw_page_down", ("space", "pagedown"), "Page down", "more of the strata", MOVE),
    Command("draw_page_up", ("pageup",), "Page up", "strata before", MOVE),
    Command("help", ("question_mark",), "Help", "all keys", APP, 6),
    Command("repaint", ("ctrl+l",), "Repaint", "draw the whole screen again", APP),
    Command("suspend", ("ctrl+z",), "To the shell", "stop here; the shell's fg comes back", APP),
    Command("back", ("escape", "q"), "Back", "draw nothing", APP, 5),
)

EXPORT = (
    Command("export_edit", ("enter",), "Change", "change what the line says", FIND, 1),
    Command("export_now", ("w",), "Write", "write the export as it is shown", FIND, 2),
    Command("export_stop", ("s",), "Stop", "stop what is being written", FIND, 3),
    Command("export_down", ("down", "j"), "Down", "next line", MOVE, 4),
    Command("export_up", ("up", "k"), "Up", "line before", MOVE, 5),
    Command("export_page_down", ("space", "pagedown"), "Page down", "more of the report", MOVE),
    Command("export_page_up", ("pageup",), "Page up", "report before", MOVE),
    Command("help", ("question_mark",), "Help", "all keys", APP, 7),
    Command("repaint", ("ctrl+l",), "Repaint", "draw the whole screen again", APP),
    Command("suspend", ("ctrl+z",), "To the shell", "stop here; the shell's fg comes back", APP),
    Command("back", ("escape", "q"), "Back", "go on; what is being written goes on too", APP, 6),
)

SCREENS: Mapping[str, tuple[Command, ...]] = {
    "review": REVIEW,
    "sheet": SHEET,
    "charts": CHARTS,
    "runs": RUNS,
    "ledger": LEDGER,
    "holdout": HOLDOUT,
    "draw": DRAW,
    "export": EXPORT,
}


def keys_sign(command: Command) -> str:
    """Return all keys of a command as a person reads them."""
    return " ".join(key_sign(key) for key in command.keys)


def remapped(
    screen: str, changes: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[Command, ...]:
    """Return a screen's commands with the keys that the settings give them, by command id.

    Raises UsageError for an id that no screen has, for what is no key, and for a key that two
    commands would share.
    """
    changes = changes or {}
    known = {command.id for commands in SCREENS.values() for command in commands}
    for unknown in changes.keys() - known:
        raise UsageError(
            f"Settings, [keys]: there is no command {unknown!r}:", "see camtrap-tui keys."
        )
    for name, keys in changes.items():
        if not keys:
            raise UsageError(f"Settings, [keys]: {name} has no key:", "give it at least one.")
    # A key that is written twice for one command is one key.
    own = {
        name: tuple(dict.fromkeys(key_of(name, key) for key in keys))
        for name, keys in changes.items()
    }
    commands = tuple(
        replace(command, keys=own.get(command.id, command.keys)) for command in SCREENS[screen]
    )
    taken: dict[str, str] = {}
    for command in commands:
        for key in command.keys:
            if key in taken:
                raise UsageError(
                    f"Settings, [keys]: {key_sign(key)!r} would be both {taken[key]}"
                    f" and {command.id}:",
                    "give one of them another key.",
                )
            taken[key] = command.id
    return commands


def footer(commands: tuple[Command, ...], situation: str = "") -> tuple[Command, ...]:
    """Return the commands that the footer shows, in its order; see SITUATIONS."""
    if situation in SITUATIONS:
        by_id = {command.id: command for command in commands}
        chosen = (by_id[name] for name in SITUATIONS[situation] if name in by_id)
    else:
        chosen = (c for c in sorted(commands, key=lambda c: c.footer) if c.footer)
    return tuple(command for command in chosen if command.keys)
