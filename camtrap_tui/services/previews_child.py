"""The process that makes a preview's pages with MegaDetector's own tools: `-m` it, with a job.

Whatever they print goes where its parent has it go; when the parent is gone, so is all of this.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

# The width of the pictures in pixels, and at most so many of them in a page.
WIDTH, FIGURES = 1200, 500
UNREADABLE = "unreadable.json"
_LOOKED_AT = (320, 320)


def main() -> None:
    """Make the pages that the job in the file named on the command line asks for.

    Its `clean` is a folder that must not outlive the parent, who holds the other end of stdin.
    """
    job: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    threading.Thread(target=_watch, args=(Path(job["clean"]),), daemon=True).start()
    results, images = Path(job["results"]), Path(job["images"])
    data: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))
    bad = [one["file"] for one in data["images"] if not _can_be_read(images / one["file"])]
    (results.parent / UNREADABLE).write_text(json.dumps(bad), encoding="utf-8")
    data["images"] = [one for one in data["images"] if one["file"] not in set(bad)]
    if not data["images"]:
        return
    results.write_text(json.dumps(data), encoding="utf-8")
    if job["kind"] == "pages":
        _make_pages(job)
    else:
        _make_pictures(job)


def _make_pages(job: dict[str, Any]) -> None:
    from megadetector.postprocessing import postprocess_batch_results as tools

    options = tools.PostProcessingOptions()
    options.md_results_file = job["results"]
    options.image_base_dir = job["images"]
    options.output_dir = job["out"]
    options.confidence_threshold = float(job["confidence"])
    # What a run says in the end is its word, however sure it is of it.
    options.classification_confidence_threshold = 0.0
    options.num_images_to_sample = -1
    options.viz_target_width = WIDTH
    options.link_images_to_originals = False
    options.include_classification_category_report = False
    options.job_name_string = job["title"]
    options.model_version_string = job["model"]
    options.max_figures_per_html_file = FIGURES
    options.parallelize_rendering_n_cores = job["threads"]
    options.output_html_encoding = "utf-8"
    tools.process_batch_results(options)


def _make_pictures(job: dict[str, Any]) -> None:
    from megadetector.visualization import visualize_detector_output as tools

    out = Path(job["out"])
    tools.visualize_detector_output(
        job["results"],
        str(out / "pictures"),
        images_dir=job["images"],
        confidence_threshold=float(job["confidence"]),
        output_image_width=WIDTH,
        classification_confidence_threshold=0.0,
        html_output_file=str(out / "index.html"),
        html_output_options={
            "headerHtml": f"<h2>{job['title']}</h2><p>{job['model']}</p><p>{job['about']}</p>",
            "pageTitle": job["title"],
            "maxFiguresPerHtmlFile": FIGURES,
        },
        parallelize_rendering_n_cores=job["threads"],
    )


def _can_be_read(path: Path) -> bool:
    """Tell whether a picture is whole; a JPEG is decoded at an eighth of its size."""
    import PIL.Image

    try:
        with PIL.Image.open(path) as picture:
            picture.draft("RGB", _LOOKED_AT)
            picture.load()
    except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError):
        return False
    return True


def _watch(folder: Path) -> None:
    while os.read(0, 4096):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main()
