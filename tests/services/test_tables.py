"""Tables as programs write them: what could shift or swallow cells is never taken as it looks."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from camtrap_tui.errors import InputError
from camtrap_tui.services.adding import AddReport, AddRequest, add_source
from camtrap_tui.services.manifest_columns import guess_columns
from camtrap_tui.services.tables import read_head, read_lines
from camtrap_tui.store.store import Store

HEADING = "mediaID,folderName,fileName,publicURL\n"
NAMES = ("mediaID", "folderName", "fileName", "publicURL")


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def add(store: Store, file: Path) -> AddReport:
    columns = {name: name for name in NAMES}
    return add_source(store, AddRequest(str(file), "manifest", columns))


def ends(store: Store) -> list[tuple[str, str | None]]:
    return store.db.execute("SELECT state, reason FROM source_row ORDER BY row_number").fetchall()


@pytest.mark.parametrize(
    "text",
    [
        'a,"U,a.jpg,https://x.example/a.jpg\nb,U,b.jpg,https://x.example/b.jpg\n',
        'a,U,"a.jpg,https://x.example/a.jpg\nb,U,"b.jpg",https://x.example/b.jpg\n',
    ],
)
def test_an_open_quote_swallows_no_rows(store: Store, tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="row 2: a quotation mark is not closed"):
        add(store, table(tmp_path, HEADING + text))

    assert store.images.sources() == {}


def test_cells_that_moved_are_no_picture(store: Store, tmp_path: Path) -> None:
    report = add(
        store,
        table(
            tmp_path,
            f"{HEADING}a,Site, North,a.jpg,https://x.example/a.jpg\n"
            "b,Site,b.jpg,https://x.example/b.jpg,,,\n",
        ),
    )

    reason = "the row has 5 cells, more than there are headings"
    assert ends(store) == [("unreadable", reason), ("pending", None)]
    assert store.images.count() == report.new_images == 1


def test_rows_that_may_have_been_cut_off_are_told(store: Store, tmp_path: Path) -> None:
    report = add(store, table(tmp_path, f"{HEADING}a,U,a.jpg,https://x.example/a.jpg\nb,U,b.j"))

    assert report.states == {"pending": 2}
    assert "1 row has fewer cells than headings." in report.notes
    assert report.examples == ("row 3: cells are missing at its end",)


@pytest.mark.parametrize("sign", [";", "|", ","])
def test_a_first_line_that_names_the_separator_is_none_of_the_table(
    tmp_path: Path, sign: str
) -> None:
    text = f"sep={sign}\r\nmediaID{sign}fileName\r\na{sign}a;b.jpg\r\n".replace(
        "a;b.jpg", "a.jpg" if sign == ";" else "a;b.jpg"
    )
    file = table(tmp_path, text)

    assert read_head(file).headings == ["mediaID", "fileName"]
    assert [(line.number, line.media_id) for line in read_lines(file)] == [(2, "a")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (gzip.compress(HEADING.encode(), mtime=0), "packed by gzip: unpack it"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\xff", "a workbook or a ZIP file"),
        (HEADING.encode("utf-16"), "Save the table again as CSV UTF-8"),
    ],
)
def test_what_is_no_text_says_what_to_do(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "manifest.csv"
    file.write_bytes(data)

    with pytest.raises(InputError, match=said):
        read_head(file)


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (
            "Bild-ID;Adresse;Aufnahmezeit;Ordner;Dateiname",
            ("mediaID", "publicURL", "timestamp", "folderName", "fileName"),
        ),
        (
            "ID image;Lien;Horodatage;Dossier;Fichier",
            ("mediaID", "publicURL", "timestamp", "folderName", "fileName"),
        ),
        (
            "ID imagen;Enlace;Fecha y hora;Carpeta;Archivo",
            ("mediaID", "publicURL", "timestamp", "folderName", "fileName"),
        ),
    ],
)
def test_headings_may_be_of_other_languages(
    tmp_path: Path, headings: str, columns: tuple[str, ...]
) -> None:
    line = "x1;https://x.example/a.jpg;2024-06-27 02:14:05;UR011;a.jpg"
    file = table(tmp_path, f"{headings}\n{line}\n")

    guess = guess_columns(file, read_head(file), {})

    assert guess.columns == dict(zip(columns, headings.split(";"), strict=True))
    assert set(guess.guessed) == set(columns)
