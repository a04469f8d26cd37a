"""The demo model's classes, under the labels that SpeciesNet itself gives them."""

from __future__ import annotations

# The order is the order of the classifier's outputs.
LABELS = [
    "96fe1a07-7ef1-4a2f-99e1-ec2c9a78b532;aves;pelecaniformes;ardeidae;ardea;herodias;"
    "great blue heron",
    "3eb4472d-b8da-4bd8-9533-7b9b4e844f6a;aves;anseriformes;anatidae;anas;platyrhynchos;mallard",
    "446887df-3477-4f4a-a434-852f96ba48d9;reptilia;testudines;emydidae;emys;marmorata;"
    "western pond turtle",
    "b57debc1-dff2-48d3-a400-f2b5021e71b0;mammalia;carnivora;procyonidae;procyon;lotor;"
    "northern raccoon",
    "667a4650-a141-4c4e-844e-58cdeaeb4ae1;mammalia;lagomorpha;leporidae;sylvilagus;floridanus;"
    "eastern cottontail",
    "5c7ce479-8a45-40b3-ae21-7c97dfae22f5;mammalia;cetartiodactyla;cervidae;odocoileus;virginianus;"
    "white-tailed deer",
    "3d80f1d6-b1df-4966-9ff4-94053c7a902a;mammalia;carnivora;canidae;canis;familiaris;domestic dog",
    "ff803ff7-ed2b-4520-9304-99b408657f47;mammalia;rodentia;muridae;rattus;norvegicus;brown rat",
    "990ae9dd-7a59-4344-afcb-1b7b21368000;mammalia;primates;hominidae;homo;sapiens;human",
    "e2895ed5-780b-48f6-8a11-9e27cb594511;;;;;;vehicle",
    "f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank",
]
NAMES = [label.split(";")[-1] for label in LABELS]
BLANK = NAMES.index("blank")
DETECTOR_CLASSES = ["animal", "person", "vehicle"]


def detector_class(name: str) -> int:
    return {"human": 1, "vehicle": 2}.get(name, 0)


def scientific_name(name: str) -> str:
    """Genus and species as one writes them; empty for what has none."""
    parts = LABELS[NAMES.index(name)].split(";")
    return f"{parts[4].capitalize()} {parts[5]}" if parts[4] else ""
