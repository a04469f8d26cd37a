"""A short list of species with the quirks of GBIF's, and labels to hold against it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.taxonomy import parse_label
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.domain.animals import row

# As GBIF gives them: turtles are a class without an order, `-` is empty, one species stands twice,
# a hybrid, a subspecies, a plant, an insect, and birds that nobody has named closer than the order.
GBIF_LIST = """\
kingdom,phylum,class,order,species,taxonId
Animalia,Arthropoda,Insecta,Hymenoptera,Apis mellifera,1341976
Animalia,Chordata,Aves,Accipitriformes,-,3242735
Animalia,Chordata,Aves,Anseriformes,Aix sponsa,2498387
Animalia,Chordata,Aves,Anseriformes,Anas acuta x platyrhynchos,10983852
Animalia,Chordata,Aves,Anseriformes,Anas platyrhynchos,9761484
Animalia,Chordata,Aves,Gruiformes,Fulica americana,2474393
Animalia,Chordata,Mammalia,Carnivora,Canis latrans,5219153
Animalia,Chordata,Mammalia,Lagomorpha,Sylvilagus floridanus,2436886
Animalia,Chordata,Mammalia,Rodentia,Castor canadensis,2439838
Animalia,Chordata,Mammalia,Rodentia,Sciurus carolinensis,5219681
Animalia,Chordata,Testudines,-,Apalone spinifera,2442680
Animalia,Chordata,Testudines,-,Chelydra serpentina,2441905
Animalia,Chordata,Testudines,-,Chrysemys picta,2443133
Animalia,Chordata,Testudines,-,Trachemys scripta,2443002
Animalia,Chordata,Testudines,-,Trachemys scripta elegans,6157026
Plantae,Tracheophyta,Magnoliopsida,Rosales,Morus alba,5361889
"""

_ID = "446887df-3477-4f4a-a434-{:012d}"
_LABELS = (
    "reptilia;testudines;emydidae;emys;marmorata;western pond turtle",
    "reptilia;testudines;;;;turtle order",
    "reptilia;;;;;reptile",
    "mammalia;rodentia;dasyproctidae;dasyprocta;punctata;central american agouti",
    "mammalia;rodentia;sciuridae;sciurus;carolinensis;eastern gray squirrel",
    "mammalia;rodentia;sciuridae;;;sciuridae family",
    "mammalia;carnivora;procyonidae;procyon;lotor;northern raccoon",
    "mammalia;carnivora;procyonidae;;;procyonidae family",
    "mammalia;carnivora;canidae;canis;lupus dingo;dingo",
    "mammalia;lagomorpha;leporidae;sylvilagus;floridanus;eastern cottontail",
    "aves;anseriformes;anatidae;anas;platyrhynchos;mallard",
    "aves;anseriformes;anatidae;anas;;anas species",
    "aves;anseriformes;anatidae;aix;sponsa;wood duck",
    "aves;gruiformes;rallidae;fulica;americana;american coot",
    "aves;accipitriformes;accipitridae;buteo;jamaicensis;red-tailed hawk",
    "aves;accipitriformes;;;;accipitriformes order",
    "aves;suliformes;sulidae;morus;;morus species",
    "amphibia;;;;;amphibian",
)
LABELS = tuple(f"{_ID.format(number)};{label}" for number, label in enumerate(_LABELS))


def labelled(*labels: str) -> list[Taxon]:
    """Return taxa as a survey has them, in this order."""
    return [replace(row(parse_label(label)), id=number) for number, label in enumerate(labels, 1)]


def write_list(folder: Path, text: str = GBIF_LIST, name: str = "species.csv") -> Path:
    """Write a list, and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def predict(store: Store, *names: str) -> list[int]:
    """Add the labels, and a picture for each name, in this order; return the image ids."""
    with store.db.transaction():
        store.taxa.add(map(parse_label, LABELS), "model")
    images = add_images(store, [Said("blank") for _ in names])
    ids = {taxon.name: taxon.id for taxon in store.taxa.all()}
    with store.db.transaction():
        for image_id, name in zip(images, names, strict=True):
            store.db.execute(
                "UPDATE prediction SET taxon_id = ? WHERE image_id = ?", [ids[name], image_id]
            )
    return images
