"""An image is shown from its folder, else from its copy, and no copy that is not whole counts."""

from __future__ import annotations

from pathlib import Path

from camtrap_tui.domain.models import CachedFile
from camtrap_tui.services.locating import Locator, Place
from camtrap_tui.store.store import Store
from tests.builders import NOW, image


def put(store: Store, folder: Path, cache: Path, url: str | None) -> int:
    with store.db.transaction():
        source = store.images.source("folder", str(folder), NOW)
        key = store.images.add(image("a", source_id=source.id, file_path="a.jpg", url=url))
        store.ledger.put_files([(source.id, "a.jpg", "here", None, key, None, None)])
        manifest = store.images.source("manifest", "/m.csv", NOW)
        store.db.execute(
            "INSERT INTO source_row (source_id, row_number, file_path, state, image_id)"
            " VALUES (?, 2, 'a.jpg', 'here', ?)",
            [manifest.id, key],
        )
        cache_id = store.caches.use(str(cache), NOW)
        store.caches.put(CachedFile(key, cache_id, "x/a.jpg", "", 4, 1, 1, "1280 q75", NOW))
    return key


def test_the_folder_comes_first_then_the_copy(store: Store, tmp_path: Path) -> None:
    folder, cache = tmp_path / "pictures", tmp_path / "cache"
    key = put(store, folder, cache, "https://example.org/a.jpg")
    locator = Locator(store)
    (where,) = store.caches.whereabouts([key])
    (known,) = store.images.by_ids([key])
    assert locator.place(where) is None
    assert locator.look(known) == (folder / "a.jpg", "https://example.org/a.jpg")
    (cache / "x").mkdir(parents=True)
    (cache / "x/a.jpg").write_bytes(b"hal")
    assert locator.place(where) is None
    (cache / "x/a.jpg").write_bytes(b"four")
    assert locator.place(where) == Place(cache / "x/a.jpg", "1280 q75")
    assert locator.look(known) == (cache / "x/a.jpg", None)
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"own")
    assert locator.place(where) == Place(folder / "a.jpg", None)
    assert locator.look(known) == (folder / "a.jpg", None)


def test_a_folder_that_is_away_is_told_from_a_file_that_is_gone(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    key = put(store, folder, tmp_path / "cache", None)
    (where,) = store.caches.whereabouts([key])
    assert Locator(store).root_is_gone(where) == folder
    folder.mkdir()
    assert Locator(store).root_is_gone(where) is None
