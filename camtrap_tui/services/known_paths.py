"""Finds the images of a survey that the paths of imported records mean, though written elsewhere.

`/data/UR011/DCIM/1.JPG` and `D:\\survey\\UR011\\DCIM\\1.JPG` are one picture where the survey has
`UR011/DCIM/1.JPG` once: the rule is that of `placing`. What might be another's is a new image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice

from camtrap_tui.services.import_writer import ImportWriter
from camtrap_tui.services.places import deployment_of, portable, stem_media_id
from camtrap_tui.services.placing import Listing, Match
from camtrap_tui.store.candidates import Candidates
from camtrap_tui.store.sources import KnownImage
from camtrap_tui.store.store import Store

_PAGE = 1000


def unite_known(store: Store, writer: ImportWriter) -> None:
    """Give what a file's records say to the images that their paths mean, where these are known.

    The writer has made new images of the records that no id and no exact path led to; those
    that turn out to be known go. Call it when all records are written, in their transaction.
    """
    if writer.first_new == 1 or not writer.counts.new_images:
        return
    with closing(Candidates()) as candidates:
        _list(store, writer.first_new, candidates)
        listing = Listing("", candidates)
        deployments = {key: one.deployment_id for key, one in store.images.deployments().items()}
        for page in store.joining.images_from(writer.first_new):
            matches = [(key, path, listing.match(path, media_id)) for key, path, media_id in page]
            found = [(key, path, match) for key, path, match in matches if match]
            known = store.sources.images([int(match.means) for _, _, match in found])
            candidates.note_finds(
                (key, bool(candidates.at(path)), match.means, match.is_sure)
                for key, path, match in found
                if match.is_sure or _may_be(path, match, known, deployments, candidates)
            )
        _take(store, writer, candidates.finds())
    store.joining.drop_empty_deployments(writer.last_deployment)


def _list(store: Store, first_new: int, candidates: Candidates) -> None:
    """List the paths of the images that were there before, each with the image's row id."""
    for page in store.joining.paths_before(first_new):
        candidates.add_meanings(
            (listed, str(image_id))
            for _, path, image_id, location in page
            for listed in _paths(portable(path), location)
        )


def _paths(path: str, location: str | None) -> Iterator[str]:
    """Yield a path, and where it tells no deployment, also with the folders above that do."""
    yield path
    if location is None or deployment_of(path, ""):
        return
    folders = portable(location).split("/")
    for n in range(len(folders) - 1, -1, -1):
        path = f"{folders[n]}/{path}"
        if deployment_of(path, ""):
            yield path
            return


def _may_be(
    path: str,
    match: Match,
    known: Mapping[int, KnownImage],
    deployments: Mapping[int, str],
    candidates: Candidates,
) -> bool:
    """Tell whether the end of a path is enough to know an image by.

    Cameras name their files alike: an end with nothing but their own folders counts only where
    no other image has it, and no deployment says that it is another camera's.
    """
    end = match.end
    if deployment_of(end, "") or stem_media_id(end):
        return True
    if {*candidates.at(end), *candidates.ending_with(end)} != {match.means}:
        return False
    told = deployment_of(path, "").casefold()
    image = known[int(match.means)]
    has = deployments.get(image.deployment_id or 0, "").casefold()
    return not (told and has) or told == has


def _take(store: Store, writer: ImportWriter, finds: Iterator[tuple[int, int, str | None]]) -> None:
    """Give images what was found to mean them, the surest first; nothing has two records."""
    counts = writer.counts
    while page := list(islice(finds, _PAGE)):
        known = store.sources.images([int(means) for _, _, means in page if means])
        pairs: list[tuple[int, int, bool]] = []
        contested: list[int] = []
        for key, is_path, means in page:
            if means is None or not writer.claim(int(means)):
                contested.append(key)
                continue
            pairs.append((key, int(means), bool(known[int(means)].has_picture)))
            counts.by_path += is_path
            counts.by_suffix += not is_path
        counts.new_images -= len(pairs)
        counts.known_images += len(pairs)
        _name(store, writer, contested)
        store.joining.unite(writer.run_id, pairs)


def _name(store: Store, writer: ImportWriter, contested: Sequence[int]) -> None:
    for image in store.images.by_ids(contested):
        writer.counts.note_odd(
            f"{image.file_path}: other records may mean the same picture as surely, or do more so;"
            " this one is a new image"
        )
