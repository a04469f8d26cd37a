"""The errors a user can do something about: one sentence, one hint, one exit code."""

from __future__ import annotations

EXIT_OK = 0
EXIT_FAILURE = 1  # the work could not be done, or not all of it
EXIT_USAGE = 2  # the command was given something it cannot take
EXIT_SIGNAL = 128  # and the signal's number: ended from outside
EXIT_INTERRUPTED = 130  # Ctrl-C, as shells report it


class CamtrapError(Exception):
    """Something went wrong that one sentence explains.

    `message` names the file (and row) that it is about; `hint` says what to do.
    """

    exit_code = EXIT_FAILURE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class UsageError(CamtrapError):
    """The command line, a filter or a setting says something that has no meaning."""

    exit_code = EXIT_USAGE


class FilterError(UsageError):
    """A filter line has no meaning: `what` is wrong at `column` (from 0) of `text`."""

    def __init__(self, text: str, column: int, what: str, hint: str) -> None:
        super().__init__(f"Filter, column {column + 1}: {what}:", hint)
        self.text = text
        self.column = column
        self.what = what


class InputError(CamtrapError):
    """A file or folder from outside cannot be used as it is."""


class StoreError(CamtrapError):
    """The survey file cannot be opened, read or written."""


class ModelError(CamtrapError):
    """The model, or the packages that it needs, cannot be used."""
