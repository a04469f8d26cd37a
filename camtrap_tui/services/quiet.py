"""Imports speciesnet without its noise, and turns what its import can lack into sentences.

Use it only in the process that predicts: the import takes seconds and a gigabyte, puts
yolov5's folder on sys.path and sets OMP_NUM_THREADS for whatever is started afterwards.
"""

from __future__ import annotations

import logging
import os
import warnings
from typing import Any

from camtrap_tui.errors import ModelError

_SET_BY_YOLOV5 = ("OMP_NUM_THREADS", "NUMEXPR_MAX_THREADS")


def import_speciesnet() -> Any:
    """Return the package `speciesnet`; its loggers keep to errors, its warnings are hidden.

    Raises ModelError where the extra, or a library of the system that it needs, is missing.
    """
    from camtrap_tui.services.model_folder import need_speciesnet

    need_speciesnet()
    warnings.filterwarnings("ignore")
    # matplotlib, which yolov5 imports, asks for a screen unless told not to.
    os.environ.setdefault("MPLBACKEND", "Agg")
    import PIL.ImageFile

    strict = PIL.ImageFile.LOAD_TRUNCATED_IMAGES
    before = {name: os.environ.get(name) for name in _SET_BY_YOLOV5}
    try:
        import speciesnet
        from absl import logging as absl_logging
    except ImportError as error:
        raise _explain(error) from error
    finally:
        # speciesnet makes Pillow accept truncated files, for the whole process.
        PIL.ImageFile.LOAD_TRUNCATED_IMAGES = strict
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
    absl_logging.set_verbosity(absl_logging.FATAL)
    logging.getLogger("yolov5").setLevel(logging.ERROR)
    return speciesnet


def _explain(error: ImportError) -> ModelError:
    said = str(error)
    if "libGL" in said or "libgthread" in said or "libglib" in said:
        return ModelError(
            f"OpenCV, which SpeciesNet needs, cannot be loaded: {said}.",
            "On Debian and Ubuntu: apt install libgl1 libglib2.0-0",
        )
    return ModelError(
        f"SpeciesNet cannot be loaded: {said}.",
        "Install the extra again: pip install --force-reinstall 'camtrap-tui[speciesnet]'",
    )
