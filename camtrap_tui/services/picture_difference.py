"""What has changed since the frame before: bright where something moved, dim where nothing did.

Both frames are compared at the size shown. What a camera itself changes, exposure and noise and
a pixel's worth of shaking, is taken out first.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# Nothing less than this share of the picture's range of light is a change, nor fewer levels.
_LEAST_SHARE = 0.06
_LEAST = 6
# Times the median of what differs: noise seldom goes beyond. Where most of a picture differs,
# an animal may fill it, or the camera was moved: what is more than this share of the range of
# light, or so many levels where that is narrow, is no noise.
_NOISE = 5
_MOST_SHARE = 0.15
_MOST = 18
# Levels from what is hardly a change to what is one.
_RAMP = 14
# Times the least change: so much is one also in a single pixel.
_CLEAR = 3
# Pixels that are looked at to find the exposure.
_SAMPLE = 1000
# Share of the picture's light that unchanged parts keep.
_DIM = 0.38
_AMBER = (255, 176, 0)


def highlighted(seen: Image.Image, mask: Image.Image, *, grey: bool) -> Image.Image:
    """Return an RGB picture in which only what the mask has `changed` is bright.

    `seen` is what is drawn, RGB, as large as the mask: the picture itself, or with more contrast.
    Parts that changed keep their colours, on dim grey; a `grey` picture has none, so there they
    are amber.
    """
    from PIL import Image, ImageOps

    light = seen.convert("L")
    dim = light.point([round(_DIM * level) for level in range(256)]).convert("RGB")
    if grey:
        bright = ImageOps.autocontrast(light, cutoff=(0.5, 0.5))
        vivid = ImageOps.colorize(bright, (70, 40, 0), (255, 236, 190), _AMBER)
    else:
        vivid = ImageOps.autocontrast(seen, cutoff=(0.5, 0.5), preserve_tone=True)
    return Image.composite(vivid, dim, mask)


def share_of(mask: Image.Image) -> float:
    """Return which share of the picture has changed, 0 to 1."""
    return sum(mask.histogram()[1:]) / (mask.width * mask.height)


def changed(image: Image.Image, before: Image.Image) -> Image.Image:
    """Return a mask (L): 0 where nothing changed, 255 where something clearly did.

    Both images are RGB and of one size.
    """
    from PIL import ImageChops, ImageFilter

    most = None
    for now, then in zip(image.split(), before.split(), strict=True):
        then = _exposed_alike(now, then)
        # What lies within the range of a pixel's neighbours may have come from shaking.
        above = ImageChops.subtract(now, then.filter(ImageFilter.MaxFilter(3)))
        below = ImageChops.subtract(then.filter(ImageFilter.MinFilter(3)), now)
        far = ImageChops.add(above, below)
        most = far if most is None else ImageChops.lighter(most, far)
    assert most is not None
    light = image.convert("L")
    noise = ImageChops.difference(light, _exposed_alike(light, before.convert("L")))
    counts = light.histogram()
    span = _level_at(counts, 0.98) - _level_at(counts, 0.02)
    noisy = _NOISE * _level_at(noise.histogram(), 0.5)
    noisy = min(noisy, max(_MOST, round(_MOST_SHARE * span)))
    least = max(_LEAST, round(_LEAST_SHARE * span), noisy)
    mask = most.point([min(max((level - least) * 255 // _RAMP, 0), 255) for level in range(256)])
    # Specks go, but for clear ones, which may be a small animal; what stays is seen with its edge.
    clear = most.point([255 if level >= _CLEAR * least else 0 for level in range(256)])
    mask = ImageChops.lighter(mask.filter(ImageFilter.MedianFilter(3)), clear)
    return mask.filter(ImageFilter.MaxFilter(3))


def _level_at(counts: Sequence[int], share: float) -> int:
    """Return the level that this share of the pixels does not exceed."""
    wanted = share * sum(counts)
    seen = 0
    for level, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return level
    return len(counts) - 1


def _exposed_alike(now: Image.Image, then: Image.Image) -> Image.Image:
    """Return `then` with the gain and offset that bring it nearest to `now` (both L)."""
    xs, ys = then.tobytes(), now.tobytes()
    step = max(1, len(xs) // _SAMPLE)
    xs, ys = xs[::step], ys[::step]
    gain, offset = _line(xs, ys)
    # Once more without what fits worst: that is what moved.
    misfits = sorted(abs(y - gain * x - offset) for x, y in zip(xs, ys, strict=True))
    most = misfits[len(misfits) * 3 // 4]
    fitting = [(x, y) for x, y in zip(xs, ys, strict=True) if abs(y - gain * x - offset) <= most]
    gain, offset = _line([x for x, _ in fitting], [y for _, y in fitting])
    return then.point([min(max(round(gain * level + offset), 0), 255) for level in range(256)])


def _line(xs: Sequence[int], ys: Sequence[int]) -> tuple[float, float]:
    """Return gain and offset of the least squares of y = gain · x + offset."""
    count = len(xs)
    mean_x, mean_y = sum(xs) / count, sum(ys) / count
    spread = sum(map(mul, xs, xs)) / count - mean_x * mean_x
    if spread < 1:
        return 1.0, mean_y - mean_x
    gain = (sum(map(mul, xs, ys)) / count - mean_x * mean_y) / spread
    gain = min(max(gain, 0.2), 5.0)
    return gain, mean_y - gain * mean_x
