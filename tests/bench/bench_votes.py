"""Time consensus by each rule, and agreement, on a survey with many people's labels.

    python -m tests.bench.bench_votes SURVEY

SURVEY has labels already, as from bench_volunteers by way of `camtrap-tui import-grades`. Each line
gives seconds of wall clock, pictures by state, and for the whole the agreement of its graders.
A measurement, not a test.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

from camtrap_tui.services.agreement import agreement
from camtrap_tui.services.consensus import truth_of
from camtrap_tui.services.consensus_report import COMPARED, STATES, Scope
from camtrap_tui.store.store import Store


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("survey", type=Path)
    with Store.open(options.parse_args().survey) as store:
        votes = store.db.value("SELECT count(*) FROM vote")
        print(f"{votes:,} votes\n{'rule':<12}{'s':>7}" + "".join(f"{s:>13}" for s in STATES))
        for rule in COMPARED:
            start = time.perf_counter()
            states = Counter(one.state for one in truth_of(store, None, rule).values())
            spent = time.perf_counter() - start
            counts = "".join(f"{states[state]:>13,}" for state in STATES)
            print(f"{rule.name:<12}{spent:>7.2f}{counts}", flush=True)
        start = time.perf_counter()
        found = agreement(store, Scope())
        spent = time.perf_counter() - start
    print(f"agreement   {spent:>7.2f}  of {len(found.graders)} graders, {len(found.pairs)} pairs")
    for name, one in (("same", found.same), ("alpha", found.alpha)):
        if one.value is not None and one.low is not None and one.high is not None:
            limits = f"{one.low:.3f} to {one.high:.3f}"
            print(f"{name:<12}{one.value:>7.3f}  {limits}, {one.pictures:,} pictures")


if __name__ == "__main__":
    main()
