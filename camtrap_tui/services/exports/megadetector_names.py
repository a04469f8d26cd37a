"""Names of classes that no two taxa share, and that no category of a detector has.

Timelapse wants them so. A name stays as people know it where it can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from camtrap_tui.domain.models import Taxon

# Categories of detections; Timelapse takes a file whose classes have one for another program's.
_TAKEN = frozenset({"animal", "person", "vehicle", "empty", "whole picture"})


def class_names(taxa: Sequence[Taxon]) -> dict[int, str]:
    """Return the name of each taxon by its id, sorted by name; whatever the case, none is twice.

    A name that several have gets the scientific one, `duck (Aix sponsa)`; where that is the same
    too, the start of the taxon's uuid.
    """
    names = {taxon.id: _plain(taxon) for taxon in taxa}
    for field in ("scientific_name", "taxon_uuid"):
        often = Counter(name.casefold() for name in names.values())
        for taxon in taxa:
            said: str = getattr(taxon, field)
            if often[names[taxon.id].casefold()] > 1 and said and said != names[taxon.id]:
                names[taxon.id] = f"{names[taxon.id]} ({said})"
    uuids = {taxon.id: taxon.taxon_uuid for taxon in taxa}
    return dict(sorted(names.items(), key=lambda one: (one[1].casefold(), uuids[one[0]])))


def _plain(taxon: Taxon) -> str:
    name = taxon.name.strip() or taxon.taxon_uuid
    return f"{name} (unspecified)" if name.casefold() in _TAKEN else name
