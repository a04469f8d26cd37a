"""Measure pictures: time to decode and to draw, and bytes, at the panes of three terminals.

    python -m tests.bench.bench_picture PICTURE … [--depth 24|256|16|grey|none|shades]
        [--blocks half|sextant|octant] [--thrift 0 … 4]

Medians of the given pictures; times are the best of five, in milliseconds. `ssh -C` is zlib at
level 6, as OpenSSH compresses.
"""

from __future__ import annotations

import argparse
import statistics
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from camtrap_tui.services.picture_decode import Decoded, decode
from camtrap_tui.services.picture_draw import draw
from camtrap_tui.services.picture_views import Frame, View

_T = TypeVar("_T")
# Terminal: columns and rows of the review screen's pane, beside its panel.
_PANES = {"80x24": (53, 20), "120x40": (86, 36), "200x60": (156, 56)}


def _timed(work: Callable[[], _T]) -> tuple[_T, float]:
    best = float("inf")
    result = work()
    for _ in range(5):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return result, 1000 * best


def main() -> None:
    """Print one line a pane, and with several pictures one line a picture before it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--depth", default="24")
    parser.add_argument("--blocks", default="half")
    parser.add_argument("--thrift", type=int, default=0)
    options = parser.parse_args()
    print(f"{'pane':8}{'picture':44}{'cells':>9}{'decode':>8}{'draw':>7}{'bytes':>9}{'ssh -C':>8}")
    for pane, (columns, rows) in _PANES.items():
        lines: list[tuple[float, float, int, int]] = []
        for path in options.pictures:
            view = View(
                path,
                columns,
                rows,
                depth=options.depth,
                blocks=options.blocks,
                thrift=options.thrift,
            )
            decoded, decoding = _timed(lambda view=view: decode(view))  # type: ignore[misc]
            frame, drawing = _timed(lambda view=view, decoded=decoded: draw(view, decoded))  # type: ignore[misc]
            assert isinstance(decoded, Decoded)
            assert isinstance(frame, Frame)
            if not frame.rows:
                print(f"{pane:8}{path.name[:42]:44}{frame.problem}")
                continue
            data = "".join(frame.rows).encode()
            lines.append((decoding, drawing, len(data), len(zlib.compress(data, 6))))
            cells = f"{frame.width}x{len(frame.rows)}"
            _line(pane, path.name, cells, *lines[-1])
        if lines:
            medians = [statistics.median(column) for column in zip(*lines, strict=True)]
            _line(pane, f"median of {len(lines)}", "", *medians)


def _line(
    pane: str, name: str, cells: str, decoding: float, drawing: float, size: float, packed: float
) -> None:
    figures = f"{decoding:>8.1f}{drawing:>7.1f}{size:>9,.0f}{packed:>8,.0f}"
    print(f"{pane:8}{name[:42]:44}{cells:>9}{figures}")


if __name__ == "__main__":
    main()
