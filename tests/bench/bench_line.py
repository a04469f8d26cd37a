"""Measure the screen over slow lines: how far words are behind, when pictures are whole.

    python -m tests.bench.bench_line [--survey X.db] [--sizes 120x40] [--lines 64/300 1000/80]
        [--modes ssh ssh-C silent tmux tmux-set] [--keys j*20] [--every 0.2]

For every size, line (kbit/s and ms there and back) and mode the app is started in a
pseudo-terminal at the far end of that line, on the survey given or on the demo. When its first
picture is whole, keys are typed at a steady pace. Printed are, in seconds: how long after each
key the status line says so (p50, p95, max), how long after the last key the last byte came
(the last picture is whole then), how long the first picture took from the start; and bytes: on
the line for those keys, in eight idle seconds, and reports asked for while idle.

ssh: the terminal answers cursor reports when they have arrived. ssh-C: the same, compressed.
silent: nothing answers. tmux: something in between answers at once, and nobody has said how
quick the line is. tmux-set: the same with --line. none: unpaced, as on a local terminal.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.slow_line import FarTerminal, Link, lags

_SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
_COUNTER = r"(\d[\d,]*)/\d"
_IDLE_S = 8.0
_HEAD = (
    f"{'size':8}{'line':>12}{'mode':>10}{'p50':>7}{'p95':>7}{'max':>7}{'whole':>7}"
    f"{'first':>7}{'bytes':>9}{'queue s':>9}{'idle B':>7}"
)


def _command(survey: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "camtrap_tui", "review", str(survey), *options]


def _environ(mode: str, settings: Path) -> dict[str, str]:
    plain = {
        name: value
        for name, value in os.environ.items()
        if name not in ("TMUX", "STY", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "NO_COLOR")
    }
    plain |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
    plain |= {"CAMTRAP_TUI_CONFIG": str(settings)}
    if mode != "none":
        plain |= _SSH
    if mode.startswith("tmux"):
        plain |= {"TMUX": "/nowhere,1,0", "TERM": "tmux-256color"}
    return plain


def _measure(
    survey: Path,
    size: tuple[int, int],
    line: tuple[float, float],
    mode: str,
    pace: tuple[int, float],
) -> str:
    kbits, milliseconds = line
    answers = {"silent": "nobody", "tmux": "multiplexer", "tmux-set": "multiplexer"}
    link = Link(
        1000 * kbits, milliseconds / 1000, answers.get(mode, "terminal"), packed=mode == "ssh-C"
    )
    terminal = FarTerminal(link)
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "config.toml")
        # A new one each time: the app goes on where a grader was.
        settings.write_text(f'grader = "bench {time.time_ns()}"\n')
        options = ["--line", f"{kbits:g}"] if mode == "tmux-set" else []
        began = time.monotonic()
        command = _command(survey, "--where", "order:time", *options)
        terminal.start(command, size, _environ(mode, settings))
        terminal.wait_for("1/", 60)
        terminal.run(time.monotonic() + 120, quiet=1.5 + link.round_trip)
        first = terminal.arrived[-1][0] - began
        start, sent = len(terminal.arrived), terminal.sent
        terminal.behind = 0.0
        count, every = pace
        now = time.monotonic() + 0.1
        keys = [now + n * every for n in range(count)]
        for at in keys:
            terminal.type("j", at)
        terminal.run(keys[-1] + 300, quiet=2.0 + 2 * link.round_trip)
        behind = [lag for lag in lags(terminal, keys, start, _COUNTER) if lag is not None]
        whole = terminal.arrived[-1][0] - keys[-1]
        used, queued, written = terminal.sent - sent, terminal.behind, terminal.written
        terminal.run(time.monotonic() + _IDLE_S)
        idle = terminal.written - written
        terminal.close()
    if not behind:
        return f"{size[0]}x{size[1]:<5}{mode:>10}: no key was answered"
    behind.sort()
    p95 = behind[min(len(behind) - 1, int(0.95 * len(behind)))]
    times = (statistics.median(behind), p95, behind[-1], whole, first)
    never = "" if len(behind) == count else f"  {count - len(behind)} keys never shown"
    return (
        f"{size[0]}x{size[1]:<5}{f'{kbits:g}k/{milliseconds:g}ms':>12}{mode:>10}"
        f"{''.join(f'{t:>7.2f}' for t in times)}{used:>9,}{queued:>9.2f}{idle:>7}{never}"
    )


def _pair(text: str, between: str) -> tuple[float, float]:
    one, other = text.split(between)
    return float(one), float(other)


def main() -> None:
    """Print the table, line by line as it is measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--survey", type=Path)
    parser.add_argument("--sizes", nargs="+", default=["80x24", "120x40", "200x60"])
    parser.add_argument("--lines", nargs="+", default=["64/300", "256/150", "1000/80"])
    parser.add_argument("--modes", nargs="+", default=["ssh", "ssh-C", "silent", "tmux-set"])
    parser.add_argument("--keys", type=int, default=20)
    parser.add_argument("--every", type=float, default=0.2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        survey = options.survey or Path(folder, "demo", "demo.db")
        if options.survey is None:
            demo = [sys.executable, "-m", "camtrap_tui", "demo", "--no-review", "--into"]
            subprocess.run([*demo, str(survey.parent)], check=True, capture_output=True)
        print(_HEAD)
        for size in options.sizes:
            columns, rows = (int(part) for part in size.split("x"))
            for line in options.lines:
                for mode in options.modes:
                    pace = (options.keys, options.every)
                    print(
                        _measure(survey, (columns, rows), _pair(line, "/"), mode, pace), flush=True
                    )


if __name__ == "__main__":
    main()
