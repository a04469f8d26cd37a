"""Puts animals into a camera's view, lights it by day, dusk or infrared flash, and boxes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import big_bodies
import small_mammals
import water_animals
from backdrop import FLOOR, HEIGHT, STRIP, WIDTH, Array, Backdrop, noise, tuft
from pen import Sprite

Rng = np.random.Generator
Painter = Callable[[Rng, float], Sprite]

# Name: who draws it, and pixels per unit at the shore and at the camera's feet.
CAST: dict[str, tuple[Painter, float, float]] = {
    "great blue heron": (water_animals.heron, 170, 430),
    "mallard": (water_animals.mallard, 62, 150),
    "western pond turtle": (water_animals.turtle, 62, 125),
    "northern raccoon": (small_mammals.raccoon, 85, 220),
    "eastern cottontail": (small_mammals.cottontail, 65, 165),
    "white-tailed deer": (big_bodies.deer, 150, 350),
    "domestic dog": (big_bodies.dog, 115, 270),
    "brown rat": (small_mammals.rat, 58, 120),
    "human": (big_bodies.person, 280, 640),
    "vehicle": (big_bodies.vehicle, 110, 230),
}
# How far out of the picture or behind leaves an animal may be and still be counted.
MIN_VISIBLE = 0.42


@dataclass(frozen=True)
class Light:
    """How a picture is lit; strength, warmth and haze vary within a kind."""

    kind: str
    gain: float
    warmth: float
    haze: float
    sun: float
    grain: float


@dataclass(frozen=True)
class Actor:
    """One animal, person or vehicle: where its feet are, its size and its pose."""

    name: str
    x: float
    y: float
    pixels: float
    mirrored: bool
    pose: int
    wet: bool = False


@dataclass
class Shot:
    """Everything that makes one picture of a camera."""

    light: Light
    actors: list[Actor] = field(default_factory=list)
    wind: float = 0.0
    seed: int = 0
    caption: str = ""


@dataclass(frozen=True)
class Box:
    """What is where, in pixels."""

    name: str
    left: int
    top: int
    right: int
    bottom: int


def random_light(rng: Rng, kind: str | None = None) -> Light:
    kind = kind or str(rng.choice(["day", "dusk", "night"], p=[0.42, 0.18, 0.4]))
    if kind == "day":
        return Light(
            kind,
            rng.uniform(0.82, 1.18),
            rng.uniform(-0.07, 0.09),
            rng.uniform(0, 0.4),
            rng.uniform(-1, 1),
            rng.uniform(1.0, 2.5),
        )
    if kind == "dusk":
        return Light(
            kind,
            rng.uniform(0.55, 0.88),
            rng.uniform(-0.16, 0.22),
            rng.uniform(0.05, 0.3),
            rng.uniform(-1, 1),
            rng.uniform(2.5, 4.5),
        )
    return Light(
        kind, rng.uniform(0.85, 1.7), 0.0, rng.uniform(0, 0.12), 0.0, rng.uniform(3.0, 6.0)
    )


def random_actor(rng: Rng, view: Backdrop, name: str, where: float | None = None) -> Actor:
    """Somewhere the animal could be: ducks on the water, turtles on logs, the rest on the bank."""
    _, far, near = CAST[name]
    x = float(rng.uniform(-0.02, 1.02) * WIDTH) if where is None else where
    shore = float(view.shore[int(np.clip(x, 0, WIDTH - 1))])
    t = float(rng.uniform(0, 1))
    wet = False
    y = shore + 24 + t * (FLOOR - 34 - shore)
    if name == "vehicle" and view.path_y is not None:
        y = view.path_y + rng.uniform(-6, 14)
        t = (y - shore) / (FLOOR - shore)
    if (name == "mallard" and rng.random() < 0.75) or (
        name == "great blue heron" and rng.random() < 0.5
    ):
        wet = True
        t = float(rng.uniform(-0.1, 0.25))
        reach = 0.55 if name == "mallard" else 0.25
        y = shore - rng.uniform(4, reach * (shore - view.horizon))
    if name == "western pond turtle" and view.logs and rng.random() < 0.6:
        at, top, length = view.logs[int(rng.integers(len(view.logs)))]
        x, y, t = at + rng.uniform(-0.2, 0.2) * length, top + 4, length / 500 - 0.4
    pixels = (far + (near - far) * t) * rng.uniform(0.85, 1.15)
    return Actor(
        name, x, float(y), float(pixels), bool(rng.random() < 0.5), int(rng.integers(2**31)), wet
    )


def sprite_of(actor: Actor) -> Sprite:
    rng = np.random.default_rng(actor.pose)
    if actor.name == "mallard":
        sprite = water_animals.duck(rng, actor.pixels, standing=not actor.wet)
    else:
        sprite = CAST[actor.name][0](rng, actor.pixels)
    if actor.wet and actor.name == "great blue heron":
        # Wading: the water hides the lower part of the legs.
        cut = int(sprite.foot[1] - actor.pixels * rng.uniform(0.06, 0.2))
        sprite.image = sprite.image.crop((0, 0, sprite.image.width, max(cut, 8)))
        sprite.foot = (sprite.foot[0], float(cut))
    return sprite.mirrored() if actor.mirrored else sprite


def render(view: Backdrop, shot: Shot) -> tuple[Image.Image, list[Box]]:
    """The finished picture and the boxes of what can be seen in it."""
    rng = np.random.default_rng([shot.seed, 3])
    colour, distance = view.colour.copy(), view.distance.copy()
    drift = np.roll(view.colour, int(rng.integers(3, 60)), axis=1)
    wet = np.arange(HEIGHT)[:, None] < view.shore[None, :] - 26
    wet &= np.arange(HEIGHT)[:, None] > view.horizon + 20
    part = (0.25 * wet)[..., None].astype(np.float32)
    colour += part * (drift - colour)
    order = sorted(shot.actors, key=lambda a: a.y)
    layers = vegetation(view, shot.wind, [a.y for a in order], rng)
    grow(colour, distance, layers[0])
    boxes: list[Box] = []
    shine: list[tuple[float, float, float]] = []
    taken: list[tuple[int, int, int, int]] = []
    for number, actor in enumerate(order):
        if number:
            grow(colour, distance, layers[number])
        cover = np.maximum.reduce([np.asarray(a.getchannel("A")) for a in layers[number + 1 :]])
        sprite = sprite_of(actor)
        if shot.light.kind != "day" and actor.pose % 10 < 3:
            # A slow shutter in poor light smears what moves.
            smear = ImageFilter.BoxBlur((actor.pixels * 0.02 + 1, 0))
            sprite.image = sprite.image.filter(smear)
        left, top = int(actor.x - sprite.foot[0]), int(actor.y - sprite.foot[1])
        box = visible_box(sprite, left, top, cover)
        if box is None or any(overlap(box, other) > 0.3 for other in taken):
            continue
        taken.append(box)
        cast_shadow(colour, sprite, left, top, shot.light, actor.wet)
        stamp(colour, distance, sprite, left, top, actor.y)
        boxes.append(Box(actor.name, *box))
        shine.extend((left + x, top + y, r) for x, y, r in sprite.eyes)
    if order:
        grow(colour, distance, layers[-1])
    image = expose(colour, distance, view, shot, shine, rng)
    if shot.caption:
        caption_strip(image, shot.caption)
    return image, boxes


def vegetation(view: Backdrop, wind: float, rows: list[float], rng: Rng) -> list[Image.Image]:
    """Reeds and grass moved by the wind, in layers: behind, between and before the rows."""
    layers = [Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0)) for _ in range(len(rows) + 1)]
    pens = [ImageDraw.Draw(layer) for layer in layers]
    for number, (x, y, height, count, colour) in enumerate(view.clumps):
        gust = wind * (0.6 + 0.4 * np.sin(x / 170 + wind * 9)) + rng.normal(0, 0.012)
        pen = pens[sum(y > row for row in rows)]
        tuft(
            np.random.default_rng([number, int(x * 10) % 9973 + 10000]),
            pen,
            x,
            y,
            height,
            count,
            colour,
            float(gust),
        )
    return layers


def grow(colour: Array, distance: Array, layer: Image.Image) -> None:
    """Lay one layer of plants over the colours; they stand nearer than what is behind them."""
    box = layer.getbbox()
    if box is not None:
        rgba = np.asarray(layer.crop(box), np.float32)
        blend(colour, rgba[..., :3], rgba[..., 3] / 255, box[0], box[1])
        part = distance[box[1] : box[3], box[0] : box[2]]
        np.minimum(part, np.where(rgba[..., 3] > 128, 0.45, 1.0), out=part)


def visible_box(
    sprite: Sprite, left: int, top: int, cover: Array
) -> tuple[int, int, int, int] | None:
    """The box of what shows inside the picture; none if too little does."""
    alpha = np.asarray(sprite.image.getchannel("A"), np.float32) / 255
    height, width = alpha.shape
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, WIDTH), min(top + height, FLOOR)
    if x1 - x0 < 12 or y1 - y0 < 12:
        return None
    inside = alpha[y0 - top : y1 - top, x0 - left : x1 - left]
    seen = inside * (cover[y0:y1, x0:x1] < 128)
    if seen.sum() < MIN_VISIBLE * alpha.sum():
        return None
    columns, rows = np.flatnonzero(inside.max(0) > 0.3), np.flatnonzero(inside.max(1) > 0.3)
    return (
        x0 + int(columns[0]),
        y0 + int(rows[0]),
        x0 + int(columns[-1]) + 1,
        y0 + int(rows[-1]) + 1,
    )


def overlap(one: tuple[int, int, int, int], two: tuple[int, int, int, int]) -> float:
    """Shared area as a part of the smaller box."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, two)]
    return width * height / min(areas)


def blend(canvas: Array, patch: Array, alpha: Array, left: int, top: int) -> None:
    """Lay a patch on the canvas, whatever of it lies inside."""
    height, width = alpha.shape
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + width, WIDTH), min(top + height, HEIGHT)
    if x1 <= x0 or y1 <= y0:
        return
    cut = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    part = alpha[cut] if canvas.ndim == 2 else alpha[cut][..., None]
    source = patch[cut] if patch.ndim > 1 else patch
    canvas[y0:y1, x0:x1] += part * (source - canvas[y0:y1, x0:x1])


def cast_shadow(
    colour: Array, sprite: Sprite, left: int, top: int, light: Light, wet: bool
) -> None:
    """A shadow on the ground, or a broken mirror image on water."""
    image = sprite.image
    width, height = image.size
    base = top + int(sprite.foot[1])
    if wet:
        flip = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(
            (width, max(4, int(height * 0.7))), Image.Resampling.BOX
        )
        alpha = np.asarray(flip.getchannel("A"), np.float32) / 255
        waves = 0.3 + 0.2 * np.sin(np.arange(flip.height) / 2.2)
        blend(
            colour,
            np.asarray(flip.convert("RGB"), np.float32) * 0.7,
            alpha * waves[:, None].astype(np.float32),
            left,
            base - 3,
        )
        return
    squash = max(4, int(height * (0.16 if light.kind != "day" else 0.3)))
    flat = image.getchannel("A").resize((width, squash), Image.Resampling.BOX)
    lean = 0.0 if light.kind == "night" else light.sun * 1.6
    reach = int(abs(lean) * squash) + 8
    canvas = Image.new("L", (width + 2 * reach, squash + 8), 0)
    canvas.paste(flat, (reach, 4))
    turned = canvas.transform(
        canvas.size,
        Image.Transform.AFFINE,
        (1, lean, -lean * squash, 0, 1, 0),
        Image.Resampling.BILINEAR,
    )
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(3)), np.float32) / 255
    strength = {"day": 0.5, "dusk": 0.3, "night": 0.35}[light.kind]
    blend(
        colour,
        np.array([22.0, 24.0, 26.0], np.float32),
        soft * strength,
        left - reach,
        base - squash + 1,
    )


def stamp(colour: Array, distance: Array, sprite: Sprite, left: int, top: int, foot: float) -> None:
    rgba = np.asarray(sprite.image, np.float32)
    alpha = rgba[..., 3] / 255
    blend(colour, rgba[..., :3], alpha, left, top)
    row = int(np.clip(foot, 0, HEIGHT - 1))
    far = np.full(alpha.shape, distance[row, 0], np.float32)
    blend(distance, far, alpha, left, top)


def expose(
    colour: Array,
    distance: Array,
    view: Backdrop,
    shot: Shot,
    shine: list[tuple[float, float, float]],
    rng: Rng,
) -> Image.Image:
    """Light the colours, add haze, lens and sensor noise, and turn them into a picture."""
    light = shot.light
    x = np.linspace(-1, 1, WIDTH, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, HEIGHT, dtype=np.float32)[:, None]
    rim = x * x + 0.8 * y * y
    if light.kind == "night":
        grey = colour @ np.array([0.36, 0.56, 0.08], np.float32)
        # A flash fades with distance; near grass burns out, the far bank stays black.
        fall = 0.07 + 0.95 * (1 - distance) ** 1.25
        grey = 16 + light.gain * grey * fall * (1.12 - 0.42 * rim) + light.haze * 120
        grey = grey + light.grain * rng.standard_normal(grey.shape, dtype=np.float32)
        image = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8), "L").convert("RGB")
        draw = ImageDraw.Draw(image)
        for ex, ey, radius in shine:
            size = max(radius * 1.15, 1.6)
            draw.ellipse((ex - size, ey - size, ex + size, ey + size), fill=(244, 244, 244))
    else:
        tint = np.array([1 + light.warmth, 1.0, 1 - light.warmth], np.float32)
        air = np.array([206, 212, 216] if light.kind == "day" else [196, 160, 140], np.float32)
        haze = (light.haze * distance)[..., None]
        lit = colour * (1 - haze) + air * haze
        sway = np.random.default_rng([view.horizon, 5])
        dapple = np.ones((1, 1, 1), np.float32)
        if light.kind == "day" and abs(light.sun) > 0.3:
            patches = np.clip(noise(sway, 16, 14), -1.4, 1.4)
            dapple = 1 + 0.13 * patches[..., None]
        lit = lit * dapple * tint * light.gain * (1.04 - 0.14 * rim[..., None])
        grain = np.asarray(rng.standard_normal(rim.shape, dtype=np.float32))
        lit += light.grain * grain[..., None]
        image = Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8), "RGB")
    return image.filter(ImageFilter.GaussianBlur(0.8))


def caption_strip(image: Image.Image, caption: str) -> None:
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, FLOOR, WIDTH, HEIGHT), fill=(8, 8, 10))
    font = ImageFont.load_default(size=27)
    for text, at, anchor in zip(
        caption.split("|"), (24, WIDTH // 2, WIDTH - 24), "lmr", strict=False
    ):
        draw.text(
            (at, FLOOR + STRIP // 2), text, fill=(236, 236, 232), font=font, anchor=anchor + "m"
        )


def random_shot(rng: Rng, view: Backdrop, names: list[str]) -> Shot:
    """A shot of these animals at random places, in random light and wind."""
    hour, minute = int(rng.integers(24)), int(rng.integers(60))
    celsius = int(rng.integers(-6, 33))
    caption = (
        f"2025-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d} {hour:02d}:{minute:02d}:"
        f"{rng.integers(60):02d}|{celsius}\u00b0C {celsius * 9 // 5 + 32}\u00b0F|"
        f"UR{rng.integers(1, 100):03d}"
    )
    actors = [random_actor(rng, view, name) for name in names]
    return Shot(
        random_light(rng), actors, float(rng.normal(0, 0.22)), int(rng.integers(2**31)), caption
    )
