"""One command for the whole demo model: draw scenes, train both networks side by side, evaluate."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMMITTED = HERE.parent / "demo_model"
TEXTS = ["info.json", "labels.txt", "taxonomy.txt", "geofence.json"]


def start(script: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    print("+", script, *arguments, flush=True)
    return subprocess.Popen(command)


def finish(*running: subprocess.Popen[bytes]) -> None:
    codes = [process.wait() for process in running]
    if any(codes):
        raise SystemExit("a step failed; see above")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for the drawn scenes (about 2.2 GB)")
    parser.add_argument("output", type=Path, help="folder for the finished model")
    parser.add_argument("--scenes", type=int, default=5200)
    parser.add_argument("--detector-epochs", type=int, default=20)
    parser.add_argument("--classifier-epochs", type=int, default=16)
    args = parser.parse_args()
    train, check = args.work / "train", args.work / "validation"
    finish(start("draw_training_set.py", check, "--scenes", "400", "--first-seed", "20000"))
    finish(start("draw_training_set.py", train, "--scenes", str(args.scenes)))
    args.output.mkdir(parents=True, exist_ok=True)
    for name in TEXTS:
        if not (args.output / name).exists():
            shutil.copy(COMMITTED / name, args.output / name)
    finish(
        start(
            "train_detector.py",
            train,
            check,
            args.output / "demo_detector.pt",
            "--epochs",
            str(args.detector_epochs),
        ),
        start(
            "train_classifier.py",
            train,
            check,
            args.output / "demo_classifier.pt",
            "--epochs",
            str(args.classifier_epochs),
        ),
    )
    finish(start("evaluate.py", args.output))


if __name__ == "__main__":
    main()
