"""Draws what one camera looks at: sky, far bank, river, near bank, and what grows there."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

from pen import Colour, Pen, Sprite, jitter, shade

WIDTH, HEIGHT = 1280, 960
# The black strip at the bottom that holds time, temperature and camera name.
STRIP = 46
FLOOR = HEIGHT - STRIP

Rng = np.random.Generator
Array = np.ndarray


@dataclass
class Backdrop:
    """A camera's fixed view: colours, distance (0 near, 1 far) and where animals can be."""

    colour: Array
    distance: Array
    shore: Array
    horizon: int
    logs: list[tuple[float, float, float]] = field(default_factory=list)
    path_y: float | None = None
    clumps: list[tuple[float, float, float, int, Colour]] = field(default_factory=list)


def noise(rng: Rng, across: int, down: int, width: int = WIDTH, height: int = HEIGHT) -> Array:
    """Smooth noise of about unit spread with so many cells across and down."""
    cells = Image.fromarray(rng.normal(0, 1, (max(2, down), max(2, across))).astype(np.float32))
    return np.asarray(cells.resize((width, height), Image.Resampling.BICUBIC))


def profile(rng: Rng, rough: float, points: int = 9, length: int = WIDTH) -> Array:
    """A wandering line, as a height for every column."""
    line = np.zeros(length)
    for octave in range(4):
        at = np.linspace(0, length, points * 2**octave)
        line += np.interp(np.arange(length), at, rng.normal(0, rough / 1.8**octave, len(at)))
    return line


def draw_backdrop(seed: int) -> Backdrop:
    """The view of the camera with this seed; the same seed gives the same view."""
    rng = np.random.default_rng([seed, 7])
    rows = np.arange(HEIGHT, dtype=np.float32)[:, None]
    horizon = int(rng.uniform(0.17, 0.3) * HEIGHT)
    slope = rng.uniform(-0.16, 0.16)
    across = np.arange(WIDTH)
    shore = rng.uniform(0.42, 0.56) * HEIGHT + slope * (across - WIDTH / 2) + profile(rng, 9)
    shore = np.clip(shore, horizon + 70, 0.66 * HEIGHT)
    colour = sky(rng, rows, horizon)
    far_bank(rng, colour, horizon)
    water(rng, colour, rows, horizon, shore)
    ground(rng, colour, rows, shore)
    distance = np.clip((0.98 * FLOOR - rows) / (0.98 * FLOOR - horizon), 0, 1) ** 1.2
    distance = np.repeat(distance, WIDTH, axis=1).astype(np.float32)
    distance[: horizon - 8] = 1.0
    view = Backdrop(colour, distance, shore, horizon)
    if rng.random() < 0.6:
        lay_path(rng, view)
    furnish(rng, view)
    return view


def sky(rng: Rng, rows: Array, horizon: int) -> Array:
    top = np.array(jitter(rng, (126, 164, 206), 14), np.float32)
    low = np.array(jitter(rng, (216, 222, 222), 8), np.float32)
    part = np.clip(rows / max(horizon, 1), 0, 1)[..., None]
    colour = np.repeat(top * (1 - part) + low * part, WIDTH, axis=1)
    clouds = np.clip(noise(rng, 7, 14) + 0.2, 0, 1.2)[..., None] * rng.uniform(10, 40)
    return (colour + clouds).astype(np.float32)


def far_bank(rng: Rng, colour: Array, horizon: int) -> None:
    """Trees, a skyline or a bridge across the river."""
    columns = np.arange(WIDTH)
    rows = np.arange(HEIGHT)[:, None]
    kind = rng.choice(["trees", "skyline", "bridge"], p=[0.4, 0.35, 0.25])
    if kind == "skyline":
        skyline(rng, colour, horizon)
    low = 26 if kind == "skyline" else rng.uniform(50, 110)
    for layer in range(2):
        crowns = profile(rng, 15, 14) + np.abs(np.sin(columns / rng.uniform(14, 30))) * 9
        line = horizon + 4 - low * (0.95 - 0.45 * layer) - crowns
        tone = np.array(jitter(rng, (94, 118, 88) if layer == 0 else (62, 86, 54), 9), np.float32)
        mask = (rows > line) & (rows <= horizon + 6)
        leaves = 13 * noise(rng, 150, 130) + 12 * noise(rng, 50, 60)
        colour[mask] = tone + leaves[mask][:, None]
    if kind == "bridge":
        bridge(rng, colour, horizon)


def skyline(rng: Rng, colour: Array, horizon: int) -> None:
    x = -20
    while x < WIDTH:
        width, height = int(rng.integers(44, 120)), int(rng.uniform(0.3, 1.0) * (horizon - 14))
        wall = np.array(jitter(rng, (158, 162, 170), 14), np.float32)
        left, right = max(x, 0), min(x + width, WIDTH)
        if right > left:
            block = colour[horizon - height : horizon, left:right]
            block[:] = wall
            for y in range(8, height - 8, 14):
                for at in range(6, right - left - 8, 13):
                    lit = 1.25 if rng.random() < 0.2 else 0.72
                    block[y : y + 7, at : at + 6] = wall * lit
        x += width + int(rng.integers(-6, 40))


def bridge(rng: Rng, colour: Array, horizon: int) -> None:
    deck = horizon - int(rng.uniform(44, 90))
    stone = np.array(jitter(rng, (128, 118, 106)), np.float32)
    colour[deck : deck + 20] = stone
    colour[deck - 12 : deck - 8] = stone * 0.6
    for x in range(0, WIDTH, 26):
        colour[deck - 12 : deck, x : x + 3] = stone * 0.6
    for x in range(int(rng.integers(30, 160)), WIDTH, int(rng.integers(200, 330))):
        colour[deck + 20 : horizon + 12, x : x + 40] = stone * 0.82
        colour[deck + 20 : horizon + 12, x + 30 : x + 40] = stone * 0.6


def water(rng: Rng, colour: Array, rows: Array, horizon: int, shore: Array) -> None:
    """The river mirrors the far bank, broken by ripples."""
    mask = (rows > horizon + 6) & (rows < shore[None, :])
    depth = np.clip((rows - horizon) / 300, 0, 1)
    tone = np.array(jitter(rng, (88, 108, 112), 14), np.float32)
    source = np.clip(2 * (horizon + 6) - np.arange(HEIGHT), 0, HEIGHT - 1).astype(int)
    mirror = colour[source] * 0.78
    mix = (0.3 + 0.5 * depth)[..., None]
    river = mirror * (1 - mix) + tone * mix
    ripples = 9 * noise(rng, 26, 300) + 6 * noise(rng, 70, 420)
    river += (ripples * (0.5 + depth))[..., None]
    colour[mask] = river[mask]


GROUNDS: dict[str, tuple[Colour, Colour]] = {
    "grass": ((98, 116, 58), (70, 92, 42)),
    "mud": ((112, 94, 70), (88, 72, 54)),
    "gravel": ((140, 132, 120), (112, 106, 98)),
    "leaves": ((124, 94, 60), (92, 74, 48)),
}


def ground(rng: Rng, colour: Array, rows: Array, shore: Array) -> None:
    mask = rows >= shore[None, :]
    light, dark = GROUNDS[str(rng.choice(list(GROUNDS), p=[0.45, 0.2, 0.15, 0.2]))]
    first, second = np.array(jitter(rng, light)), np.array(jitter(rng, dark))
    patches = np.clip(0.5 + 0.35 * noise(rng, 8, 10), 0, 1)[..., None]
    base = first * patches + second * (1 - patches)
    near = np.clip((rows - shore[None, :]) / (HEIGHT * 0.45), 0, 1)
    # Fine grain far away, coarse grain near by, which gives the bank its depth.
    grain = noise(rng, 260, 260) * (1 - near) * 11 + noise(rng, 130, 110) * (4 + 9 * near)
    grain += noise(rng, 30, 30) * 8
    edge = np.clip((rows - shore[None, :]) / 26, 0, 1)
    base = (base + grain[..., None]) * (0.62 + 0.38 * edge[..., None])
    colour[mask] = base[mask]


def lay_path(rng: Rng, view: Backdrop) -> None:
    """A trodden or paved track that crosses the near bank."""
    middle = float(rng.uniform(0.7, 0.84) * HEIGHT)
    tilt = rng.uniform(-0.06, 0.06)
    columns, rows = np.arange(WIDTH), np.arange(HEIGHT)[:, None]
    line = middle + tilt * (columns - WIDTH / 2) + profile(rng, 5)
    half = rng.uniform(22, 48)
    soft = np.clip((half - np.abs(rows - line[None, :]) + 5 * noise(rng, 130, 130)) / 12, 0, 1)
    soft *= rows > view.shore[None, :] + 14
    tone = np.array(jitter(rng, ((172, 152, 118), (146, 146, 144))[int(rng.integers(2))]))
    paved = tone + 7 * noise(rng, 200, 160)[..., None]
    view.colour[:] = view.colour * (1 - soft[..., None]) + paved * soft[..., None]
    view.path_y = middle


def furnish(rng: Rng, view: Backdrop) -> None:
    """Grass, stones, logs, trunks and, at the water's edge, reeds."""
    image = Image.fromarray(np.clip(view.colour, 0, 255).astype(np.uint8), "RGB")
    draw = ImageDraw.Draw(image)
    green = jitter(rng, (104, 124, 58), 14)
    for _ in range(int(rng.integers(120, 420))):
        x, t = rng.uniform(0, WIDTH), rng.uniform(0, 1) ** 0.8
        y = view.shore[int(x)] + t * (FLOOR + 20 - view.shore[int(x)])
        if view.path_y is not None and abs(y - view.path_y) < 46:
            continue
        tuft(rng, draw, float(x), float(y), float(7 + 30 * t), 5, jitter(rng, green, 16), 0.0)
    for _ in range(int(rng.integers(2, 8))):
        x = rng.uniform(0, WIDTH)
        t = rng.uniform(0, 1)
        y = view.shore[int(x)] + (rng.uniform(-16, 10) if t < 0.6 else t * 320)
        put(image, stone(rng, rng.uniform(20, 46) * (0.7 + 0.8 * t)), float(x), float(y))
    for _ in range(int(rng.integers(1, 4))):
        x = float(rng.uniform(120, WIDTH - 120))
        y = float(view.shore[int(x)] - rng.uniform(2, 40))
        y = max(y, view.horizon + 60.0)
        length = float(rng.uniform(160, 290))
        put(image, log(rng, length), x, y + 12)
        view.logs.append((x, y + 12 - 0.1 * length, length))
    for _ in range(int(rng.integers(0, 3))):
        trunk(rng, image, view)
    view.colour = np.asarray(image, np.float32).copy()
    reeds = int(rng.integers(3, 9))
    for _ in range(reeds):
        x = float(rng.uniform(-20, WIDTH + 20))
        shore = float(view.shore[int(np.clip(x, 0, WIDTH - 1))])
        view.clumps.append(
            (
                x,
                shore + rng.uniform(-8, 40),
                rng.uniform(50, 130),
                int(rng.integers(8, 26)),
                jitter(rng, (122, 132, 66), 14),
            )
        )
    for _ in range(int(rng.integers(3, 9))):
        view.clumps.append(
            (
                float(rng.uniform(-20, WIDTH + 20)),
                FLOOR + rng.uniform(-6, 60),
                rng.uniform(70, 230),
                int(rng.integers(6, 18)),
                jitter(rng, green, 16),
            )
        )
    for _ in range(int(rng.integers(3, 10))):
        x = float(rng.uniform(0, WIDTH))
        y = float(rng.uniform(view.shore[int(min(x, WIDTH - 1))] + 40, FLOOR))
        view.clumps.append(
            (x, y, rng.uniform(25, 60), int(rng.integers(5, 12)), jitter(rng, green, 16))
        )


def tuft(
    rng: Rng,
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    height: float,
    count: int,
    colour: Colour,
    wind: float,
) -> None:
    """A bunch of grass blades; `wind` bends them all."""
    for _ in range(count):
        foot = x + rng.normal(0, height * 0.22)
        tall = height * rng.uniform(0.6, 1.15)
        lean = tall * (rng.normal(0, 0.22) + wind)
        half = max(0.9, tall * 0.022)
        blade = [
            (foot - half, y),
            (foot - half * 0.8 + lean * 0.35, y - tall * 0.6),
            (foot + lean, y - tall),
            (foot + half * 0.8 + lean * 0.35, y - tall * 0.6),
            (foot + half, y),
        ]
        draw.polygon(blade, fill=shade(colour, rng.uniform(0.65, 1.25)))


def stone(rng: Rng, pixels: float) -> Sprite:
    pen = Pen(pixels, (-1.7, -0.5, 1.7, 1.2))
    flat = rng.uniform(0.5, 0.9)
    pen.blob(
        [
            (-1.1 + rng.normal(0, 0.12), 0.0),
            (-0.7, flat * 0.8),
            (rng.normal(0, 0.2), flat),
            (0.8, flat * 0.7),
            (1.15 + rng.normal(0, 0.12), 0.0),
            (0.0, -0.2),
        ],
        jitter(rng, (128, 124, 116), 16),
    )
    return pen.sprite(rng, fur=14, volume=0.8)


def log(rng: Rng, length: float) -> Sprite:
    pen = Pen(length, (-0.75, -0.3, 0.75, 0.5))
    bark = jitter(rng, (104, 80, 58))
    tilt = rng.uniform(-0.05, 0.05)
    pen.limb([(-0.6, 0.02 - tilt), (0.0, 0.05), (0.6, 0.02 + tilt)], (0.2, 0.22, 0.18), bark)
    pen.oval((0.62, 0.02 + tilt), 0.05, 0.085, shade(bark, 1.5))
    for _ in range(3):
        x = rng.uniform(-0.5, 0.4)
        pen.limb([(x, 0.06), (x + 0.16, 0.07)], (0.012, 0.012), shade(bark, 0.55))
    if rng.random() < 0.5:
        pen.limb([(-0.2, 0.1), (-0.3, 0.3)], (0.07, 0.03), bark)
    return pen.sprite(rng, fur=12, volume=0.8)


def put(image: Image.Image, sprite: Sprite, x: float, y: float) -> None:
    corner = int(x - sprite.foot[0]), int(y - sprite.foot[1])
    image.paste(sprite.image, corner, sprite.image)


def trunk(rng: Rng, image: Image.Image, view: Backdrop) -> None:
    """A tree that stands on the near bank and reaches out of the picture."""
    x = float(
        rng.choice(
            [
                rng.uniform(-10, 170),
                rng.uniform(WIDTH - 170, WIDTH + 10),
                rng.uniform(200, WIDTH - 200),
            ],
            p=[0.4, 0.4, 0.2],
        )
    )
    y = float(rng.uniform(0.62, 0.95) * HEIGHT)
    y = max(y, float(view.shore[int(np.clip(x, 0, WIDTH - 1))]) + 20)
    thick = (y / HEIGHT) ** 2 * rng.uniform(45, 105)
    pen = Pen(1.0, (-260, -40, 260, y + 20))
    bark = jitter(rng, (92, 76, 60))
    lean = rng.uniform(-60, 60)
    pen.limb(
        [(0, 0), (lean * 0.3, y * 0.4), (lean, y + 15)], (thick * 1.25, thick, thick * 0.8), bark
    )
    for side in (-1, 1):
        pen.limb([(side * thick * 0.3, 18), (side * thick * 0.9, -6)], (thick * 0.4, 6), bark)
    for _ in range(14):
        at = rng.uniform(-0.4, 0.4) * thick
        low = rng.uniform(0, y)
        pen.limb(
            [(at + lean * (low / y) ** 2, low), (at + lean * ((low + 70) / y) ** 2, low + 70)],
            (2, 5, 2),
            shade(bark, rng.uniform(0.55, 1.25)),
        )
    put(image, pen.sprite(rng, fur=14, volume=0.8), x, y)
    draw = ImageDraw.Draw(image)
    leaf = jitter(rng, (76, 100, 50))
    for _ in range(int(rng.integers(60, 220))):
        at = x + lean + rng.normal(0, 170)
        high = abs(rng.normal(0, 70))
        size = rng.uniform(6, 17)
        draw.ellipse(
            (at - size, high - size * 0.6, at + size, high + size * 0.6),
            fill=shade(leaf, rng.uniform(0.55, 1.35)),
        )
