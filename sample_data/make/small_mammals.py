"""Draws the small mammals of the bank, each pose afresh: raccoon, cottontail and rat."""

from __future__ import annotations

import numpy as np

from pen import Colour, Pen, Point, Sprite, jitter, leg, shade

Rng = np.random.Generator


def raccoon(rng: Rng, pixels: float) -> Sprite:
    """A northern raccoon: arched grey back, black mask, ringed bushy tail."""
    pen = Pen(pixels, (-1.75, -0.15, 1.4, 1.6))
    coat = jitter(rng, (126, 118, 108))
    dark, pale = shade(coat, 0.42), jitter(rng, (210, 204, 192), 6)
    if rng.random() < 0.25:
        return raccoon_sitting(pen, rng, coat)
    swing = rng.uniform(-0.25, 0.25)
    for hip, foot in ((-0.52, -0.62 - swing), (0.42, 0.4 + swing)):
        leg(pen, (hip, 0.42), (foot, 0.02), -0.04, (0.26, 0.17, 0.13), shade(dark, 1.1), 0.11)
    ringed_tail(pen, rng, coat, (-0.66, 0.56))
    pen.blob(
        [
            (-0.84, 0.5),
            (-0.66, 0.86),
            (-0.2, 1.02),
            (0.24, 0.9),
            (0.56, 0.7),
            (0.62, 0.42),
            (0.3, 0.28),
            (-0.3, 0.24),
            (-0.72, 0.3),
        ],
        coat,
    )
    for hip, foot in ((-0.56, -0.5 + swing), (0.46, 0.56 - swing)):
        leg(pen, (hip, 0.44), (foot, 0.0), 0.04, (0.32, 0.19, 0.14), dark, 0.12)
    drop = rng.uniform(-0.2, 0.16)
    raccoon_face(pen, (0.78, 0.68 + drop), coat, pale, turn=rng.uniform(0.0, 0.16))
    return pen.sprite(rng, fur=13)


def raccoon_sitting(pen: Pen, rng: Rng, coat: Colour) -> Sprite:
    """A raccoon on its haunches that looks into the camera."""
    dark, pale = shade(coat, 0.42), jitter(rng, (210, 204, 192), 6)
    ringed_tail(pen, rng, coat, (-0.4, 0.2))
    pen.blob(
        [
            (-0.52, 0.04),
            (-0.5, 0.5),
            (-0.3, 0.92),
            (0.0, 1.02),
            (0.3, 0.92),
            (0.5, 0.5),
            (0.52, 0.04),
            (0.0, -0.02),
        ],
        coat,
    )
    pen.oval((0.0, 0.42), 0.26, 0.36, shade(pale, 0.86))
    for side in (-1, 1):
        leg(pen, (side * 0.32, 0.62), (side * 0.14, 0.06), side * 0.06, (0.2, 0.15, 0.12), dark)
        pen.oval((side * 0.34, 0.05), 0.17, 0.08, dark)
    raccoon_face(pen, (0.0, 1.1), coat, pale, turn=0.0)
    return pen.sprite(rng, fur=13)


def ringed_tail(pen: Pen, rng: Rng, coat: Colour, root: Point) -> None:
    """The bushy tail, five dark rings on it."""
    lift = rng.uniform(-0.2, 0.35)
    path = [
        root,
        (root[0] - 0.4, root[1] - 0.08 + lift * 0.4),
        (root[0] - 0.9, root[1] - 0.2 + lift),
    ]
    pen.limb(path, (0.24, 0.32, 0.16), shade(coat, 1.12))
    for t in (0.24, 0.42, 0.6, 0.78, 0.95):
        x = (1 - t) ** 2 * path[0][0] + 2 * t * (1 - t) * path[1][0] + t**2 * path[2][0]
        y = (1 - t) ** 2 * path[0][1] + 2 * t * (1 - t) * path[1][1] + t**2 * path[2][1]
        pen.oval((x, y), 0.045, 0.15 - 0.06 * abs(t - 0.5), (34, 30, 28), tilt=10 - 30 * lift)


def raccoon_face(pen: Pen, at: Point, coat: Colour, pale: Colour, turn: float) -> None:
    """The masked face; `turn` moves the muzzle aside."""
    x, y = at
    for side in (-1, 1):
        pen.blob(
            [(x + side * 0.13, y + 0.2), (x + side * 0.28, y + 0.42), (x + side * 0.34, y + 0.16)],
            pale,
        )
        pen.blob(
            [(x + side * 0.17, y + 0.2), (x + side * 0.27, y + 0.35), (x + side * 0.31, y + 0.17)],
            shade(coat, 0.6),
        )
    pen.blob(
        [
            (x - 0.4, y + 0.02),
            (x - 0.26, y + 0.26),
            (x, y + 0.32),
            (x + 0.26, y + 0.26),
            (x + 0.4, y + 0.02),
            (x + 0.2, y - 0.2),
            (x - 0.2, y - 0.2),
        ],
        coat,
    )
    pen.blob([(x - 0.38, y + 0.04), (x, y + 0.2), (x + 0.38, y + 0.04), (x, y - 0.12)], pale)
    for side in (-1, 1):
        eye = x + side * 0.18 + turn * 0.5
        pen.oval((eye, y + 0.03), 0.15, 0.085, (26, 23, 22), tilt=-side * 24)
    pen.oval((x + turn, y - 0.12), 0.17, 0.12, pale)
    pen.oval((x + turn * 1.4, y - 0.1), 0.065, 0.05, (20, 18, 18))
    for side in (-1, 1):
        pen.eye((x + side * 0.17 + turn * 0.5, y + 0.04), 0.038)


def cottontail(rng: Rng, pixels: float) -> Sprite:
    """An eastern cottontail: crouched, upright or in mid hop, with long ears."""
    pen = Pen(pixels, (-1.3, -0.1, 1.3, 1.9))
    coat = jitter(rng, (146, 120, 88))
    under, white = shade(coat, 1.28), jitter(rng, (238, 236, 230), 4)
    pose = rng.choice(["crouched", "upright", "hop"], p=[0.5, 0.25, 0.25])
    if pose == "upright":
        pen.oval((-0.42, 0.2), 0.16, 0.16, white)
        pen.blob(
            [
                (-0.42, 0.1),
                (-0.4, 0.5),
                (-0.16, 0.86),
                (0.1, 0.98),
                (0.26, 0.7),
                (0.24, 0.2),
                (0.0, 0.0),
            ],
            coat,
        )
        pen.blob([(0.08, 0.8), (0.26, 0.66), (0.24, 0.2), (0.06, 0.1)], under)
        pen.oval((-0.1, 0.08), 0.32, 0.1, shade(coat, 0.9))
        pen.limb([(0.16, 0.62), (0.34, 0.5), (0.3, 0.4)], (0.14, 0.1, 0.08), shade(coat, 0.9))
        head = (0.16, 1.08)
    else:
        stretch = 0.3 if pose == "hop" else 0.0
        pen.oval((-0.76 - stretch, 0.42), 0.17, 0.16, white)
        pen.limb(
            [(0.34, 0.3), (0.44 + stretch, 0.16), (0.46 + stretch * 1.4, 0.02)],
            (0.22, 0.14, 0.1),
            shade(coat, 0.85),
        )
        pen.blob(
            [
                (-0.74 - stretch, 0.3),
                (-0.66 - stretch, 0.66),
                (-0.24, 0.84),
                (0.2, 0.74),
                (0.46, 0.5),
                (0.38, 0.14),
                (-0.2, 0.06),
                (-0.6 - stretch, 0.06),
            ],
            coat,
        )
        pen.oval((-0.36 - stretch, 0.32), 0.36, 0.3, shade(coat, 0.94))
        pen.oval((-0.28 - stretch * 1.6, 0.06), 0.36, 0.08, under)
        head = (0.56 + stretch * 0.3, 0.74 + rng.uniform(-0.16, 0.1))
    rabbit_head(pen, rng, head, coat, white)
    return pen.sprite(rng, fur=12)


def rabbit_head(pen: Pen, rng: Rng, at: Point, coat: Colour, white: Colour) -> None:
    """A round head with two long ears."""
    x, y = at
    back = rng.uniform(-0.3, 0.12)
    for offset, tone in ((-0.02, 0.8), (0.08, 1.0)):
        tip = (x + offset + back, y + 0.72)
        pen.limb(
            [(x + offset - 0.06, y + 0.16), (x + offset - 0.04 + back * 0.5, y + 0.46), tip],
            (0.12, 0.19, 0.07),
            shade(coat, tone),
        )
        pen.limb(
            [
                (x + offset - 0.05, y + 0.24),
                (x + offset - 0.02 + back * 0.5, y + 0.46),
                (tip[0], tip[1] - 0.08),
            ],
            (0.05, 0.1, 0.02),
            (176, 132, 116),
        )
    pen.oval((x, y), 0.3, 0.25, coat, tilt=-8)
    pen.oval((x + 0.2, y - 0.06), 0.14, 0.13, shade(coat, 1.12))
    pen.oval((x + 0.12, y - 0.17), 0.16, 0.08, white)
    pen.oval((x + 0.32, y - 0.02), 0.035, 0.03, (84, 52, 48))
    pen.eye((x + 0.09, y + 0.07), 0.058)


def rat(rng: Rng, pixels: float) -> Sprite:
    """A brown rat: long low body, pointed nose, long naked tail."""
    pen = Pen(pixels, (-3.4, -0.15, 1.9, 1.5))
    coat = jitter(rng, (104, 84, 66))
    naked = jitter(rng, (166, 130, 116))
    upright = rng.random() < 0.2
    wave = rng.uniform(-0.3, 0.45)
    pen.limb(
        [(-0.9, 0.32), (-1.5, 0.16), (-2.1, 0.12 + max(wave, -0.05)), (-2.9, 0.14 + wave * 0.5)],
        (0.18, 0.11, 0.08, 0.03),
        naked,
    )
    if upright:
        pen.blob(
            [
                (-1.0, 0.1),
                (-0.96, 0.6),
                (-0.4, 1.0),
                (0.1, 1.06),
                (0.3, 0.7),
                (0.16, 0.2),
                (-0.3, 0.02),
            ],
            coat,
        )
        pen.limb([(0.1, 0.7), (0.4, 0.6), (0.46, 0.72)], (0.14, 0.09, 0.08), naked)
        nose = (0.86, 1.1)
        pen.limb([(0.0, 0.96), (0.4, 1.08), nose], (0.56, 0.44, 0.1), coat)
    else:
        step = rng.uniform(-0.12, 0.12)
        for x in (-0.7, -0.46, 0.4, 0.62):
            pen.limb(
                [(x, 0.24), (x + step, 0.1), (x + step + 0.08, 0.02)], (0.22, 0.12, 0.08), naked
            )
            step = -step
        arch = rng.uniform(0.74, 1.0)
        pen.blob(
            [
                (-1.06, 0.26),
                (-0.92, 0.62),
                (-0.4, arch),
                (0.16, arch * 0.92),
                (0.62, 0.6),
                (0.66, 0.26),
                (0.0, 0.12),
                (-0.7, 0.1),
            ],
            coat,
        )
        nose = (1.42, 0.34 + rng.uniform(-0.12, 0.2))
        pen.limb([(0.46, 0.46), (0.9, (0.46 + nose[1]) / 2 + 0.06), nose], (0.6, 0.44, 0.1), coat)
        pen.limb([(-0.6, 0.18), (0.1, 0.14), (0.6, 0.22)], (0.06, 0.12, 0.06), shade(coat, 1.35))
    ear = (nose[0] - 0.62, nose[1] + 0.34)
    pen.oval(ear, 0.16, 0.18, naked)
    pen.oval(ear, 0.1, 0.12, shade(naked, 0.75))
    pen.oval(nose, 0.07, 0.06, (206, 140, 130))
    pen.eye((nose[0] - 0.36, nose[1] + 0.14), 0.055)
    return pen.sprite(rng, fur=12)
