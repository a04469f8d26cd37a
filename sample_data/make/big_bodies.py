"""Draws what stands tall at the river: deer, dogs, people and vehicles."""

from __future__ import annotations

import numpy as np

from pen import Colour, Pen, Point, Sprite, jitter, leg, shade

Rng = np.random.Generator


def deer(rng: Rng, pixels: float) -> Sprite:
    """A white-tailed deer, buck or doe, head up or grazing."""
    pen = Pen(pixels, (-0.85, -0.05, 1.05, 1.7))
    coat = jitter(rng, (152, 108, 68), 12)
    white, dark = (232, 226, 214), shade(coat, 0.62)
    swing = rng.uniform(-0.12, 0.12)
    for hip, foot, bend in ((-0.36, -0.34 - swing, -0.05), (0.3, 0.3 + swing, 0.01)):
        leg(pen, (hip, 0.6), (foot, 0.0), bend, (0.15, 0.06, 0.05), dark, 0.03)
    tail_up = rng.random() < 0.3
    tip = (-0.66, 1.08) if tail_up else (-0.6, 0.58)
    pen.limb(
        [(-0.5, 0.84), (-0.6, (0.84 + tip[1]) / 2), tip],
        (0.07, 0.11, 0.05),
        white if tail_up else coat,
    )
    pen.blob(
        [
            (-0.55, 0.78),
            (-0.46, 0.92),
            (-0.1, 0.9),
            (0.26, 0.95),
            (0.42, 0.82),
            (0.38, 0.62),
            (0.1, 0.53),
            (-0.26, 0.56),
            (-0.48, 0.6),
        ],
        coat,
    )
    pen.limb([(-0.3, 0.57), (0.0, 0.55), (0.26, 0.58)], (0.02, 0.05, 0.02), shade(white, 0.9))
    for hip, foot, bend in ((-0.42, -0.44 + swing, -0.06), (0.34, 0.36 - swing, 0.02)):
        leg(pen, (hip, 0.68), (foot, 0.0), bend, (0.22, 0.075, 0.055), coat, 0.035)
    grazing = rng.random() < 0.3
    if grazing:
        neck = [(0.34, 0.82), (0.56, 0.58), (0.66, 0.28)]
        muzzle = (0.72, 0.06)
    else:
        turn = rng.uniform(-0.06, 0.1)
        neck = [(0.3, 0.8), (0.46, 1.0), (0.52 + turn, 1.24)]
        muzzle = (0.78 + turn, 1.16 + rng.uniform(-0.05, 0.05))
    pen.limb(neck, (0.3, 0.2, 0.15), coat)
    buck = not grazing and rng.random() < 0.5
    deer_head(pen, rng, neck[-1], muzzle, coat, bool(buck))
    return pen.sprite(rng, fur=9)


def deer_head(pen: Pen, rng: Rng, skull: Point, muzzle: Point, coat: Colour, buck: bool) -> None:
    """Head, big ears, white throat and, on a buck, antlers."""
    x, y = skull
    away = np.array([x - muzzle[0], y - muzzle[1]])
    away = away / (np.hypot(*away) + 1e-6)
    up = np.array([-away[1], away[0]]) if away[0] < 0 else np.array([away[1], -away[0]])
    up = up if up[1] > -0.3 else -up
    if buck:
        horn = jitter(rng, (206, 184, 146), 6)
        spread = rng.uniform(0.8, 1.15)
        for side, tone in ((-0.35, 0.75), (0.3, 1.0)):
            root = np.array([x, y]) + up * 0.06
            beam = [
                root,
                root + (up * 0.2 + away * (0.14 - side * 0.1)) * spread,
                root + (up * 0.38 + away * (0.02 - side * 0.36)) * spread,
            ]
            pen.limb(
                [(float(p[0]), float(p[1])) for p in beam], (0.04, 0.035, 0.016), shade(horn, tone)
            )
            for part in (0.45, 0.8):
                base = beam[0] * (1 - part) + beam[2] * part + away * 0.06
                tine = base + (up * 0.17 - away * 0.05) * spread
                pen.limb(
                    [(float(base[0]), float(base[1])), (float(tine[0]), float(tine[1]))],
                    (0.03, 0.012),
                    shade(horn, tone),
                )
    for side in (-0.1, 0.05):
        ear = np.array([x, y]) + up * 0.15 + away * (0.16 + side)
        pen.limb([(x, y + 0.02), (float(ear[0]), float(ear[1]))], (0.06, 0.05), shade(coat, 0.85))
    pen.limb([skull, ((x + muzzle[0]) / 2, (y + muzzle[1]) / 2), muzzle], (0.17, 0.13, 0.07), coat)
    pen.limb([(x + 0.02, y - 0.07), (x - 0.02, y - 0.18)], (0.08, 0.04), (232, 226, 214))
    pen.oval(muzzle, 0.035, 0.035, (30, 26, 26))
    side_of = np.array([x, y]) * 0.72 + np.array(muzzle) * 0.28 + up * 0.03
    pen.eye((float(side_of[0]), float(side_of[1])), 0.02)


DOG_COATS: list[tuple[Colour, Colour]] = [
    ((44, 40, 40), (150, 100, 60)),
    ((182, 138, 84), (214, 186, 146)),
    ((228, 222, 212), (120, 84, 56)),
    ((132, 92, 58), (226, 220, 208)),
    ((112, 110, 110), (222, 220, 216)),
]


def dog(rng: Rng, pixels: float) -> Sprite:
    """A domestic dog: stocky, tail curled up, collared, ears hanging or pricked."""
    pen = Pen(pixels, (-1.15, -0.08, 1.15, 1.4))
    main, patch = DOG_COATS[int(rng.integers(len(DOG_COATS)))]
    coat, patch = jitter(rng, main), jitter(rng, patch)
    dark = shade(coat, 0.72)
    swing = rng.uniform(-0.2, 0.2)
    for hip, foot in ((-0.4, -0.44 - swing), (0.36, 0.34 + swing)):
        leg(pen, (hip, 0.5), (foot, 0.0), -0.03, (0.2, 0.11, 0.09), dark, 0.07)
    curl = rng.uniform(0.0, 0.25)
    pen.limb(
        [(-0.5, 0.74), (-0.72, 0.92), (-0.72 + curl, 1.14), (-0.56 + curl, 1.16)],
        (0.13, 0.12, 0.09, 0.05),
        coat,
    )
    pen.blob(
        [
            (-0.6, 0.68),
            (-0.46, 0.84),
            (0.0, 0.8),
            (0.36, 0.86),
            (0.52, 0.68),
            (0.42, 0.4),
            (0.1, 0.42),
            (-0.3, 0.48),
            (-0.54, 0.46),
        ],
        coat,
    )
    if rng.random() < 0.6:
        pen.oval((rng.uniform(-0.3, 0.2), 0.7), 0.2, 0.12, patch)
    for hip, foot in ((-0.44, -0.42 + swing), (0.38, 0.42 - swing)):
        leg(pen, (hip, 0.56), (foot, 0.0), 0.03, (0.28, 0.13, 0.1), coat, 0.075)
    head = (0.62 + rng.uniform(-0.04, 0.06), 0.98 + rng.uniform(-0.3, 0.1))
    pen.limb([(0.38, 0.7), (0.52, (0.74 + head[1]) / 2), head], (0.36, 0.28, 0.24), coat)
    if rng.random() < 0.6:
        pen.limb(
            [(0.4, (0.62 + head[1]) / 2), (0.6, (0.5 + head[1]) / 2)],
            (0.06, 0.06),
            jitter(rng, (178, 40, 40), 20),
        )
    dog_head(pen, rng, head, coat, patch)
    return pen.sprite(rng, fur=10)


def dog_head(pen: Pen, rng: Rng, head: Point, coat: Colour, patch: Colour) -> None:
    """A long muzzle, and ears that hang or stand."""
    dark = shade(coat, 0.72)
    pen.oval(head, 0.2, 0.18, coat)
    nose = (head[0] + 0.36, head[1] - 0.08)
    pen.limb([(head[0] + 0.06, head[1] - 0.03), nose], (0.22, 0.14), patch)
    pen.oval((nose[0] + 0.05, nose[1] + 0.03), 0.05, 0.045, (22, 20, 20))
    if rng.random() < 0.6:
        pen.limb(
            [
                (head[0] - 0.06, head[1] + 0.14),
                (head[0] - 0.14, head[1] - 0.02),
                (head[0] - 0.1, head[1] - 0.18),
            ],
            (0.1, 0.15, 0.08),
            shade(dark, 0.85),
        )
    else:
        for x in (-0.14, 0.0):
            pen.polygon(
                [
                    (head[0] + x - 0.06, head[1] + 0.1),
                    (head[0] + x, head[1] + 0.34),
                    (head[0] + x + 0.08, head[1] + 0.12),
                ],
                dark,
            )
    pen.eye((head[0] + 0.08, head[1] + 0.05), 0.028)


SKINS: list[Colour] = [(226, 184, 152), (196, 146, 110), (142, 98, 70), (92, 62, 46)]


def person(rng: Rng, pixels: float) -> Sprite:
    """Somebody who walks or stands, sometimes with a hat or a bag."""
    pen = Pen(pixels, (-0.42, -0.03, 0.42, 1.06))
    skin = jitter(rng, SKINS[int(rng.integers(len(SKINS)))], 6)
    red, green, blue = (int(v) for v in rng.integers(40, 215, 3))
    coat = (red, green, blue)
    trousers = jitter(
        rng, ((44, 52, 78), (70, 62, 52), (40, 40, 44), (120, 110, 90))[int(rng.integers(4))]
    )
    stride = rng.uniform(0.02, 0.17)
    shoe = (38, 32, 30)
    for foot, tone in ((-stride, 0.75), (stride, 1.0)):
        leg(pen, (foot * 0.2, 0.5), (foot, 0.03), 0.02, (0.13, 0.1, 0.07), shade(trousers, tone))
        pen.oval((foot + 0.03, 0.015), 0.06, 0.025, shoe)
    swing = rng.uniform(-0.14, 0.14)
    pen.limb(
        [(0.0, 0.78), (-0.03 - swing, 0.62), (-swing * 1.3, 0.47)],
        (0.08, 0.07, 0.05),
        shade(coat, 0.72),
    )
    if rng.random() < 0.4:
        pen.blob(
            [(-0.2, 0.56), (-0.21, 0.76), (-0.1, 0.82), (-0.06, 0.58)],
            jitter(rng, (150, 60, 40), 40),
        )
    pen.blob(
        [
            (-0.1, 0.48),
            (-0.11, 0.66),
            (-0.13, 0.8),
            (0.0, 0.85),
            (0.13, 0.8),
            (0.1, 0.64),
            (0.1, 0.48),
        ],
        coat,
    )
    pen.limb(
        [(0.02, 0.79), (0.05 + swing, 0.64), (0.04 + swing * 1.5, 0.49)],
        (0.085, 0.07, 0.05),
        shade(coat, 1.12),
    )
    pen.oval((0.04 + swing * 1.5, 0.48), 0.03, 0.03, skin)
    person_head(pen, rng, skin)
    return pen.sprite(rng, fur=5)


def person_head(pen: Pen, rng: Rng, skin: Colour) -> None:
    pen.limb([(0.0, 0.82), (0.01, 0.88)], (0.07, 0.06), shade(skin, 0.85))
    pen.oval((0.015, 0.93), 0.062, 0.076, skin)
    hair = ((50, 36, 26), (30, 28, 28), (150, 120, 70), (140, 138, 136))[int(rng.integers(4))]
    pen.blob(
        [(-0.06, 0.9), (-0.055, 0.99), (0.01, 1.015), (0.07, 0.985), (0.04, 0.965), (-0.02, 0.95)],
        hair,
    )
    if rng.random() < 0.35:
        hat = jitter(rng, (90, 96, 60), 40)
        pen.blob([(-0.06, 0.97), (-0.03, 1.03), (0.04, 1.03), (0.08, 0.97)], hat)
        pen.limb([(-0.08, 0.97), (0.13, 0.965)], (0.025, 0.02), hat)


PAINTS: list[Colour] = [
    (176, 40, 36),
    (46, 84, 146),
    (214, 214, 210),
    (60, 62, 66),
    (40, 104, 74),
    (196, 160, 60),
    (140, 142, 146),
]


def vehicle(rng: Rng, pixels: float) -> Sprite:
    """A car, a van or a pickup truck, from the side; its height is about 1."""
    pen = Pen(pixels, (-1.75, -0.05, 1.75, 1.3))
    paint = jitter(rng, PAINTS[int(rng.integers(len(PAINTS)))])
    glass = jitter(rng, (92, 112, 124), 12)
    kind = rng.choice(["car", "van", "pickup"])
    if kind == "car":
        outline = [
            (-1.5, 0.25),
            (-1.5, 0.6),
            (-1.0, 0.68),
            (-0.6, 1.02),
            (0.3, 1.04),
            (0.78, 0.7),
            (1.4, 0.6),
            (1.52, 0.4),
            (1.5, 0.25),
        ]
        windows = [
            [(-0.86, 0.68), (-0.55, 0.95), (-0.16, 0.96), (-0.16, 0.68)],
            [(-0.08, 0.68), (-0.08, 0.96), (0.26, 0.97), (0.62, 0.7)],
        ]
    elif kind == "van":
        outline = [
            (-1.5, 0.25),
            (-1.5, 1.14),
            (-1.42, 1.2),
            (0.66, 1.2),
            (1.12, 0.76),
            (1.46, 0.66),
            (1.5, 0.25),
        ]
        windows = [
            [(0.2, 0.76), (0.2, 1.1), (0.6, 1.1), (0.9, 0.78)],
            [(-0.5, 0.8), (-0.5, 1.1), (0.08, 1.1), (0.08, 0.8)],
        ]
    else:
        outline = [
            (-1.55, 0.25),
            (-1.55, 0.7),
            (-0.3, 0.7),
            (-0.26, 1.12),
            (0.34, 1.12),
            (0.66, 0.74),
            (1.46, 0.66),
            (1.52, 0.25),
        ]
        windows = [[(-0.18, 0.76), (-0.16, 1.04), (0.3, 1.04), (0.52, 0.76)]]
    pen.polygon(outline, paint)
    pen.polygon([(-1.5, 0.25), (-1.5, 0.38), (1.5, 0.38), (1.5, 0.25)], shade(paint, 0.62))
    for window in windows:
        pen.polygon(window, glass)
    door = shade(paint, 0.6)
    for x in (-0.12, 0.62 if kind != "car" else -0.88):
        pen.limb([(x, 0.66), (x, 0.36)], (0.02, 0.02), door)
    pen.oval((1.42, 0.55), 0.08, 0.06, (244, 238, 200))
    pen.polygon([(-1.52, 0.48), (-1.44, 0.48), (-1.44, 0.62), (-1.52, 0.62)], (196, 30, 26))
    for x in (-0.92, 0.95):
        pen.oval((x, 0.24), 0.29, 0.29, (22, 22, 24))
        pen.oval((x, 0.24), 0.15, 0.15, (168, 168, 170))
    return pen.sprite(rng, fur=3, volume=0.35)
