"""What each word of a filter means, and the values that are the same in every survey.

The completions, the help of the command line, and the README's table are made of these.
"""

from __future__ import annotations

from camtrap_tui.domain.quality import FLAGS

# Word: (what it chooses by, an example).
WORDS = {
    "species": ("the prediction: part of a name, a group, or the =whole name", "species:raccoon"),
    "truth": ("what its graders agree on, or an adjudicator says", "truth:mallard"),
    "class": ("any class of the classifier above a score", "class:mallard>0.3"),
    "score": ("the prediction's score", "score:<0.8"),
    "has": ("a box of at least 0.2", "has:animal"),
    "camera": ("the deployment, or part of its name", "camera:UR011"),
    "date": ("days of camera time", "date:2024-06-01..2024-06-15"),
    "hour": ("hours of camera time", "hour:20-5"),
    "changed": ("the run of this number predicts something else", "changed:1"),
    "was": ("what another run said, or the run of a number", "was:1:raccoon"),
    "state": ("what was done with it", "state:ungraded"),
    "grader": ("who graded it", "grader:ben"),
    "flag": ("what is doubtful about it", "flag:no_time"),
    "name": ("part of its path, or the beginning of its media id", "name:IMG_00"),
    "note": ("part of a note on it", "note:limping"),
    "holdout": ("drawn for the holdout of this name", "holdout:river2024"),
    "split": ("the part that fine-tuning gives it", "split:train"),
    "order": ("which comes first", "order:score"),
}

STATES = {
    "ungraded": "nobody has graded it",
    "graded": "somebody has graded it",
    "mine": "you have graded it",
    "unsure": "somebody was not sure",
    "marked": "somebody marked it",
    "noted": "somebody wrote a note on it",
    "conflict": "its graders contradict each other, and nobody has settled it",
    "corrected": "somebody graded it as something else than predicted",
    "changed": "another run predicts something else",
    "unexpected": "the run predicts what is not expected here (camtrap-tui expect)",
    "unpredicted": "the run has no prediction",
    "failed": "the run failed on it",
}

ORDERS = {
    "time": "camera by camera, in time",
    "score": "least sure first",
    "-score": "most sure first",
    "burst": "whole bursts in time, that with the least sure picture first",
    "-burst": "whole bursts in time, that with the most sure picture first",
    "random": "shuffled; random:7 is another shuffle, the same everywhere",
    "disagreement": "graders in conflict, then runs that differ, then graders and run",
}

HAS = {
    "animal": "a box of an animal",
    "human": "a box of a human",
    "vehicle": "a box of a vehicle",
}

PARTS = {
    "train": "a model is trained with it",
    "val": "training is watched by it",
    "test": "the trained model is tested by it",
}

# Values that every survey has, with what they mean.
VALUES: dict[str, dict[str, str]] = {
    "state": STATES,
    "order": ORDERS,
    "has": HAS,
    "flag": FLAGS,
    "split": PARTS,
}
