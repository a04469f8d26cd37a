"""The filter bar: words and values that fit what is typed, and how many pictures it chooses.

What has to be counted is counted by a thread, so that no key waits for it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from textual.content import Content
from textual.message import Message

from camtrap_tui.domain.filter_completion import Fitting, completed, fitting, typing_at
from camtrap_tui.domain.filter_lexing import SAVED, quoted_part
from camtrap_tui.domain.filter_words import WORDS
from camtrap_tui.errors import CamtrapError, FilterError
from camtrap_tui.services import filtering
from camtrap_tui.services.previewing import Known, Preview, Previewing
from camtrap_tui.services.recording import Recording
from camtrap_tui.tui.dialogs import Dialog, Helper, Row, text_dialog

_HINT = "ctrl+s saves this filter"
_COUNTING = "counting …"
# Columns of an explanation: what the panel has at 80.
_EXPLAINED = 26


class FilterTold(Message, bubble=False):
    """A thread has found out what the filter bar asked for."""

    def __init__(self, told: Known | Preview) -> None:
        super().__init__()
        self.told = told


class FilterBar(Helper):
    """Helps with one filter line."""

    def __init__(
        self,
        session: Recording,
        post: Callable[[Message], object],
        open_queue: Callable[[str], str],
        ask: Callable[[Dialog], None],
    ) -> None:
        """`post` is called from a thread; `open_queue` opens what was typed, and answers with a
        sentence; `ask` asks another dialog instead."""
        self._session = session
        self._open_queue = open_queue
        self._ask = ask
        self._known = Known({})
        self._preview = Preview("", "")
        self._asked: str | None = None
        # What cannot be opened: all of it was meant, also what the cursor stands in.
        self._refused: str | None = None
        # A saved filter that could not be removed, and why.
        self._kept = ("", "")
        run = session.run
        self._previewing = Previewing(
            session.store.path,
            run.id if run else None,
            session.grader,
            lambda told: post(FilterTold(told)),
        )

    def dialog(self) -> Dialog:
        """Return the dialog that this helps with: the session's filter, to be changed."""
        text = self._session.filter.text
        return Dialog("Filter:", self._take, text=f"{text} " if text else "", helper=self)

    def note(self, told: Known | Preview) -> None:
        """Take what the thread has found out."""
        if isinstance(told, Known):
            self._known = told
        else:
            self._preview = told

    def _take(self, text: str, _row: Row | None) -> str:
        try:
            return self._open_queue(text)
        except FilterError:
            self._refused = text
            raise

    # ── while it is typed ────────────────────────────────────────────────────────────────

    def rows(self, text: str, at: int) -> Sequence[Row]:
        """Return what is wrong, if something is, and the words or values that fit."""
        error = self._error(text)
        rows = []
        if error is not None and self.wrong_at(text, at) is not None:
            said = textwrap.wrap(_without_column(error), _EXPLAINED)
            rows = [Row(Content.styled(line, "bold")) for line in said]
        typing = typing_at(text, at)
        fit = [_row(one, typing.word) for one in fitting(typing, self._known.values)]
        hint = [] if typing.word else [Row(Content.styled(_HINT, "dim"))]
        return [*rows, *fit, *hint]

    def told(self, text: str, at: int) -> str:
        """Return how many pictures the filter chooses, or what is expected or wrong."""
        kept, why = self._kept
        if why and text == kept:
            return why
        error = self._error(text)
        if error is None:
            return self._counted(text)
        self._previewing.forget()
        self._asked = None
        if self.wrong_at(text, at) is not None:
            return _without_column(error)
        word = typing_at(text, at).word
        if word in WORDS:
            means, example = WORDS[word]
            return f"{word}: {means}, as in {example}"
        return "tab takes the first that fits, ↵ opens, esc leaves"

    def _counted(self, text: str) -> str:
        line = text.strip()
        if line != self._asked:
            self._asked = line
            self._previewing.ask(line)
        return self._preview.told if self._preview.line == line else _COUNTING

    def wrong_at(self, text: str, at: int) -> int | None:
        """Return the column of a mistake, but for one in the word that is being typed."""
        error = self._error(text)
        if error is None:
            return None
        typing = typing_at(text, at)
        is_typed = at == typing.end and typing.start - 1 <= error.column <= at
        return None if is_typed and text != self._refused else error.column

    def _error(self, text: str) -> FilterError | None:
        try:
            filtering.read_filter(self._session.store, text, self._session.grader)
        except FilterError as error:
            return error
        return None

    def completed(self, text: str, at: int, row: Row) -> tuple[str, int]:
        """Return the line with a row's word or value in the place of what was typed."""
        return completed(text, typing_at(text, at), str(row.value))

    # ── saved filters ────────────────────────────────────────────────────────────────────

    def press(self, key: str, text: str, row: Row | None) -> str | None:
        """Save the filter (ctrl+s), or remove the chosen saved one (ctrl+d)."""
        if key == "ctrl+s":
            # Asked for a name first, whoever mistyped would have to type it all again.
            if self._error(text) is None:
                self._ask(self._save_dialog(text))
            else:
                self._refused = text
            return text
        name = str(row.value) if row is not None else ""
        if key == "ctrl+d" and name.startswith(SAVED):
            return self._removed(name)
        return None

    def _save_dialog(self, text: str) -> Dialog:
        def take(name: str) -> str:
            said = filtering.save_filter(self._session.store, name, text, self._session.grader)
            self._open_queue(SAVED + quoted_part(filtering.saved_name(name)))
            return said

        return text_dialog("Save this filter as:", take, hint=f"a name; then {SAVED}name means it")

    def _removed(self, name: str) -> str:
        """Remove a saved filter; its words are typed then, so that it can be saved again."""
        (one,) = filtering.names_in(name)
        try:
            words = filtering.remove_filter(self._session.store, one)
        except CamtrapError as error:
            self._kept = (name, str(error))
            return name
        values = dict(self._known.values)
        values[SAVED] = [kept for kept in values.get(SAVED, ()) if kept.value != one]
        self._known = Known(values)
        return words

    def closed(self) -> None:
        """Stop counting."""
        self._previewing.close()


def _without_column(error: FilterError) -> str:
    return f"{error.what}: {error.hint}"


def _row(one: Fitting, word: str) -> Row:
    count = f"  {one.count:,}" if one.count is not None else ""
    shown = one.value.removeprefix("=") if word else one.value
    told = f"{shown}: {one.told}" if one.told else f"{shown}{count}"
    parts: list[str | tuple[str, str]] = [shown, (count, "dim")]
    if one.told and not count:
        parts.append((f"  {one.told}", "dim"))
    removal = ". ctrl+d removes it" if shown.startswith(SAVED) and not word else ""
    return Row(Content.assemble(*parts), told + removal, one.value)
