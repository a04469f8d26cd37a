"""Guesses which column of a manifest is which, by its headings and by what stands below them.

A guess is only ever proposed: whoever adds the manifest sees it before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.domain.timestamps import is_table_time
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.pictures_on_disk import is_picture_name, is_video_name
from camtrap_tui.services.tables import MANIFEST_COLUMNS, Head

# At least so much of a column's first values must be of a kind to be taken for it.
_MOST = 0.8
_LONGEST_VALUE = 60
Kind = Callable[[Sequence[str]], bool]
_NO_WORD = re.compile(r"[\W_]+")
_URL = re.compile(r"(?:https?|s3|ftp|gs)://\S", re.IGNORECASE)
_MD5 = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)

# The usual other headings, the likeliest first; compared without case, spaces and signs.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "mediaID": (
        "id", "imageid", "imgid", "photoid", "pictureid", "assetid", "fileid", "uuid", "guid",
        "mediauuid", "imageuuid", "bildid", "idimage", "idimagen", "identifiant",
    ),
    "publicURL": (
        "url", "imageurl", "mediaurl", "fileurl", "downloadurl", "link", "imagelink", "href",
        "accessuri", "uri", "address", "src", "s3url", "s3uri", "location", "filepath", "path",
        "adresse", "lien", "enlace", "direccion",
    ),
    "timestamp": (
        "datetimeoriginal", "datetime", "exifdatetimeoriginal", "dateandtime", "capturetime",
        "captureddatetime", "capturedat", "captured", "datetaken", "takenat", "takenon",
        "phototime", "photodatetime", "imagedatetime", "localdatetime", "eventdate", "time",
        "date", "createdate", "aufnahmezeit", "zeitstempel", "datumzeit", "datum", "horodatage",
        "dateetheure", "dateheure", "fechayhora", "fechahora", "fecha",
    ),
    "filePath": ("path", "relativefilepath", "relativepath", "fullpath", "relpath", "file"),
    "fileName": (
        "file", "imagename", "imagefile", "photoname", "picturename", "originalfilename",
        "basename", "image", "photo", "name", "dateiname", "datei", "fichier", "nomfichier",
        "nomdufichier", "archivo", "nombrearchivo", "bild", "imagen",
    ),
    "deploymentID": (
        "deployment", "deploymentname", "stationid", "station", "stationname", "cameraid",
        "camera", "cameraname", "siteid", "site", "sitename", "locationid", "locationname",
        "location", "placename", "standort", "kamera", "camara", "cámara", "caméra", "estacion",
        "estación", "emplacement",
    ),
    "folderName": (
        "folder", "directory", "dir", "relativepath", "subfolder", "foldername",
        "ordner", "verzeichnis", "dossier", "carpeta",
    ),
    "contentMD5": ("md5", "md5sum", "filemd5", "hash", "checksum", "contenthash", "filehash"),
    "latitude": ("lat", "decimallatitude", "breitengrad", "breite", "latitud"),
    "longitude": (
        "lon", "lng", "long", "decimallongitude", "längengrad", "länge", "longitud",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guess:
    """How a manifest's columns are taken: our name to its heading.

    `guessed` are those that neither stand under our name nor were named by whoever asked;
    `examples` is a value of each.
    """

    columns: dict[str, str]
    guessed: tuple[str, ...]
    examples: dict[str, str]

    @property
    def as_options(self) -> str:
        """The options that say what was guessed."""
        pairs = (f"{name}={self.columns[name]}" for name in self.guessed)
        return " ".join(f'--map "{pair}"' if " " in pair else f"--map {pair}" for pair in pairs)


def guess_columns(file: Path, head: Head, named: Mapping[str, str]) -> Guess:
    """Return which column is which; `named` was said by whoever asks ("" for no column).

    Raises UsageError for a name that is not ours, InputError for a heading that the table does
    not have, and where nothing names a picture.
    """
    guessing = Guessing(head)
    check_named(file, head, named, MANIFEST_COLUMNS, "a manifest")
    for name, heading in named.items():
        guessing.take(name, heading, "named")
    for name in MANIFEST_COLUMNS:
        exact = next((h for h in head.headings if h.casefold() == name.casefold()), None)
        if exact is not None and name not in guessing.how:
            guessing.take(name, exact, "exact")
    for name in SYNONYMS:
        if name not in guessing.how:
            guessing.by_heading(name)
    for name in ("publicURL", "timestamp", "mediaID", "filePath", "fileName"):
        if name not in guessing.how:
            guessing.by_values(name)
    columns = {name: heading for name, heading in guessing.columns.items() if heading}
    if not columns.keys() & {"mediaID", "publicURL", "filePath", "fileName"}:
        raise InputError(
            f"{file}: no column names a picture (it has {', '.join(head.headings) or 'none'}).",
            "Say which does with --map mediaID=COLUMN, publicURL=COLUMN or filePath=COLUMN.",
        )
    return Guess(
        {name: columns[name] for name in MANIFEST_COLUMNS if name in columns},
        tuple(n for n in MANIFEST_COLUMNS if n in columns and guessing.how[n] == "guessed"),
        {name: guessing.example(heading) for name, heading in columns.items()},
    )


def check_named(
    file: Path, head: Head, named: Mapping[str, str], names: Sequence[str], what: str
) -> None:
    """Raise UsageError for a name that is none of `names`, the columns of `what`, and InputError
    for a heading that the table does not have."""
    for name, heading in named.items():
        if name not in names:
            raise UsageError(
                f"There is no column {name!r} of {what}:", f"choose from {', '.join(names)}."
            )
        known = {column.casefold() for column in head.headings}
        if heading and heading.casefold() not in known:
            raise InputError(
                f"{file}: there is no column {heading!r}.", f"It has {', '.join(head.headings)}."
            )


class Guessing:
    """The columns of one table that are taken already, and how.

    `synonyms` are the usual headings of each of our names, `kinds` tells what its values are.
    """

    def __init__(
        self,
        head: Head,
        synonyms: Mapping[str, Sequence[str]] = SYNONYMS,
        kinds: Mapping[str, Kind] | None = None,
    ) -> None:
        self._head = head
        self._synonyms = synonyms
        self._kinds = KINDS if kinds is None else kinds
        self._values = [
            [row[k] for row in head.rows if k < len(row) and row[k]]
            for k in range(len(head.headings))
        ]
        self.columns: dict[str, str] = {}
        self.how: dict[str, str] = {}
        self._taken: set[str] = set()

    def take(self, name: str, heading: str, how: str) -> None:
        """Take a column for what it was found to be."""
        self.columns[name], self.how[name] = heading, how
        self._taken.add(heading.casefold())

    def by_heading(self, name: str) -> None:
        """Take the column whose heading is a usual one for `name`, unless its values deny it."""
        plain = [_NO_WORD.sub("", heading.casefold()) for heading in self._head.headings]
        for synonym in (name.casefold(), *self._synonyms[name]):
            for k, heading in enumerate(plain):
                if heading == synonym and self._free(k) and self._is(name, k, without=True):
                    self.take(name, self._head.headings[k], "guessed")
                    return

    def by_values(self, name: str) -> None:
        """Take the one column whose values are what `name` holds, whatever its heading."""
        if name in ("filePath", "fileName") and self.columns.keys() & {"filePath", "fileName"}:
            return
        if name == "mediaID":
            found = [k for k in self._columns() if self._free(k) and self._all(k, _is_md5)]
        else:
            found = [k for k in self._columns() if self._free(k) and self._is(name, k)]
        if len(found) == 1:
            self.take(name, self._head.headings[found[0]], "guessed")

    def example(self, heading: str) -> str:
        """Return the first value below a heading."""
        k = next(n for n in self._columns() if self._same(n, heading))
        return next((value[:_LONGEST_VALUE] for value in self._values[k]), "")

    def _columns(self) -> range:
        return range(len(self._head.headings))

    def _same(self, k: int, heading: str) -> bool:
        return self._head.headings[k].casefold() == heading.casefold()

    def _free(self, k: int) -> bool:
        return bool(self._head.headings[k]) and self._head.headings[k].casefold() not in self._taken

    def _is(self, name: str, k: int, *, without: bool = False) -> bool:
        """Tell whether a column's values are what `name` holds; `without` any, what is said."""
        if not self._values[k]:
            return without
        kind = self._kinds.get(name)
        return kind(self._values[k]) if kind else True

    def _all(self, k: int, is_so: Callable[[str], bool]) -> bool:
        return mostly(is_so)(self._values[k])


def mostly(is_so: Callable[[str], bool]) -> Kind:
    """Return what tells whether most of a column's values are so."""

    def check(values: Sequence[str]) -> bool:
        return bool(values) and sum(map(is_so, values)) >= _MOST * len(values)

    return check


def _is_url(value: str) -> bool:
    return bool(_URL.match(value))


def _is_md5(value: str) -> bool:
    return bool(_MD5.fullmatch(value))


def _is_file(value: str) -> bool:
    return not _is_url(value) and (is_picture_name(value) or is_video_name(value))


def _is_name(value: str) -> bool:
    return _is_file(value) and "/" not in value and "\\" not in value


def _is_path(value: str) -> bool:
    return _is_file(value) and not _is_name(value)


def _is_folder(value: str) -> bool:
    return not _is_url(value) and not _is_file(value)


def _is_degrees(value: str) -> bool:
    try:
        return -180 <= float(value.replace(",", ".")) <= 180
    except ValueError:
        return False


KINDS: dict[str, Kind] = {
    "publicURL": mostly(_is_url),
    "timestamp": mostly(is_table_time),
    "filePath": mostly(_is_path),
    "fileName": mostly(_is_name),
    "folderName": mostly(_is_folder),
    "deploymentID": mostly(_is_folder),
    "contentMD5": mostly(_is_md5),
    "latitude": mostly(_is_degrees),
    "longitude": mostly(_is_degrees),
}
