"""Where in a folder the copy of a picture belongs: by class, by deployment, or as it lay before.

A path depends on the picture and the survey alone, so that a second try finds what the first put
there; no two pictures have one path.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Set
from pathlib import Path

from camtrap_tui.services.copy_request import CopyRequest
from camtrap_tui.services.exports.picture_files import Found
from camtrap_tui.services.exports.picture_names import Names, safe_path
from camtrap_tui.services.exports.pictures import CONFLICT, UNGRADED, Picture, Pictures
from camtrap_tui.services.exports.training import ClassName, classes_of
from camtrap_tui.store.store import Store

# Folders of pictures without a class; no class is called so.
NOT_GRADED, IN_CONFLICT, TOO_FEW = "_not_graded", "_in_conflict", "_too_few_votes"
NOT_PREDICTED, NO_DEPLOYMENT = "_not_predicted", "_no_deployment"


class Places:
    """Says where in the folder a picture belongs: a path that no other picture has there."""

    def __init__(self, store: Store, request: CopyRequest, pictures: Pictures) -> None:
        self._store = store
        self._request = request
        self._names = Names(store)
        self._classes: dict[str, ClassName] = {}
        if request.by == "class":
            run_id = pictures.run.id if pictures.run else 0
            used = store.exporting.said_taxa() | store.exporting.predicted_taxa(run_id)
            self._classes = classes_of(taxon for taxon in store.taxa.all() if taxon.id in used)

    def targets(self, picture: Picture, found: Found) -> list[tuple[str, str]]:
        """Return (folder, path) of each place that a picture is to be at."""
        name = self._names.of(picture.image, found.path)
        match self._request.by:
            case "class":
                return [(folder, f"{folder}/{name}") for folder in self._class_folders(picture)]
            case "deployment":
                folder = self._deployment_folder(picture)
                inside = name.startswith(f"{folder}/")
                # Its folder is there already, unless another picture would be in the way.
                if inside and not self._store.exporting.has_path(name.removeprefix(f"{folder}/")):
                    return [(folder, name)]
                return [(folder, f"{folder}/{name}")]
        return [("", name)]

    def _class_folders(self, picture: Picture) -> list[str]:
        if self._request.class_by == "run":
            machine = picture.machine
            if machine is None or machine.taxon is None:
                return [NOT_PREDICTED]
            return [self._classes[machine.taxon.taxon_uuid].name]
        if picture.state in (UNGRADED, CONFLICT):
            return [NOT_GRADED if picture.state == UNGRADED else IN_CONFLICT]
        if not picture.words:
            return [TOO_FEW]
        named = (self._classes[word.taxon.taxon_uuid].name for word in picture.words)
        return list(dict.fromkeys(named))

    @staticmethod
    def _deployment_folder(picture: Picture) -> str:
        if picture.deployment is None:
            return NO_DEPLOYMENT
        return safe_path(picture.deployment.deployment_id.replace("/", "_").replace("\\", "_"))


def others_in(folder: Path, targets: Set[int], own: Set[str]) -> Iterator[str]:
    """Yield the paths in a folder, one folder after the other, of what is neither at one of the
    `targets`, which are hashes of paths, nor one of the copy's `own` files."""
    for root, folders, files in os.walk(folder):
        folders.sort()
        above = Path(root).relative_to(folder)
        linked = [name for name in folders if Path(root, name).is_symlink()]
        for name in sorted((*files, *linked)):
            # Some file systems give names in another form than they were given.
            path = unicodedata.normalize("NFC", (above / name).as_posix())
            if hash(path) not in targets and path not in own:
                yield path
