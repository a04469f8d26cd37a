"""Draws what lives at the water, each pose afresh: great blue heron, mallard and pond turtle."""

from __future__ import annotations

import numpy as np

from pen import Colour, Pen, Sprite, jitter, leg, shade

Rng = np.random.Generator


def heron(rng: Rng, pixels: float) -> Sprite:
    """A great blue heron: upright, hunched or about to strike."""
    pen = Pen(pixels, (-0.6, -0.12, 0.9, 1.15))
    body = jitter(rng, (108, 124, 142))
    wing, pale, bill = shade(body, 0.72), jitter(rng, (196, 198, 196)), jitter(rng, (214, 170, 70))
    shin = jitter(rng, (98, 86, 70))
    stride = rng.uniform(0.02, 0.16)
    leg(
        pen, (-0.04, 0.44), (-0.04 - stride, 0.0), 0.03, (0.04, 0.024, 0.02), shade(shin, 0.8), 0.04
    )
    leg(pen, (0.0, 0.44), (stride * 0.6, 0.0), -0.03, (0.045, 0.026, 0.022), shin, 0.045)
    pose = rng.choice(["upright", "hunched", "strike"], p=[0.55, 0.2, 0.25])
    lean = rng.uniform(-0.02, 0.03)
    if pose == "upright":
        neck = [(0.1, 0.55), (0.2, 0.64), (0.13 + lean, 0.77), (0.08 + lean, 0.87), (0.15, 0.97)]
    elif pose == "hunched":
        neck = [(0.08, 0.56), (0.19, 0.6), (0.17, 0.7), (0.1, 0.72), (0.14, 0.77)]
    else:
        neck = [(0.1, 0.55), (0.22, 0.6), (0.3, 0.7), (0.41, 0.74), (0.47, 0.68)]
    pen.blob(
        [
            (-0.36, 0.36),
            (-0.2, 0.52),
            (-0.04, 0.61),
            (0.1, 0.62),
            (0.17, 0.54),
            (0.1, 0.44),
            (-0.06, 0.38),
            (-0.22, 0.38),
        ],
        body,
    )
    pen.limb(neck, (0.11, 0.07, 0.055, 0.05, 0.05), pale)
    pen.limb([(0.13, 0.6), (0.12, 0.5), (0.1, 0.42)], (0.06, 0.05, 0.01), pale)
    pen.blob(
        [(-0.4, 0.33), (-0.2, 0.5), (0.0, 0.57), (0.06, 0.5), (-0.08, 0.42), (-0.24, 0.38)], wing
    )
    head = neck[-1]
    dip = -0.02 if pose != "strike" else -0.14
    pen.oval((head[0] + 0.03, head[1]), 0.065, 0.038, pale, tilt=dip * 200)
    tip = (head[0] + 0.3, head[1] + dip)
    pen.polygon([(head[0] + 0.06, head[1] + 0.022), tip, (head[0] + 0.06, head[1] - 0.024)], bill)
    pen.limb(
        [
            (head[0] + 0.06, head[1] + 0.02),
            (head[0] - 0.02, head[1] + 0.03),
            (head[0] - 0.18, head[1] - 0.02),
        ],
        (0.025, 0.028, 0.006),
        (34, 36, 44),
    )
    pen.eye((head[0] + 0.05, head[1] + 0.008), 0.012, (60, 50, 20))
    return pen.sprite(rng, fur=7)


def mallard(rng: Rng, pixels: float) -> Sprite:
    """A mallard, drake or hen, swimming or standing; the scene sets it on water or on land."""
    return duck(rng, pixels, standing=bool(rng.random() < 0.25))


def duck(rng: Rng, pixels: float, standing: bool) -> Sprite:
    """One mallard."""
    pen = Pen(pixels, (-1.2, -0.3, 1.2, 1.6))
    drake = rng.random() < 0.7
    flank = jitter(rng, (168, 164, 156) if drake else (142, 110, 76))
    breast = jitter(rng, (92, 50, 34) if drake else (120, 88, 58))
    head_colour = jitter(rng, (22, 98, 58) if drake else (134, 104, 72), 7)
    bill = jitter(rng, (214, 190, 60) if drake else (196, 120, 46))
    lift = 0.24 if standing else 0.0
    if standing:
        orange = jitter(rng, (222, 116, 40))
        for x in (-0.12, 0.14):
            leg(
                pen,
                (x, 0.3),
                (x + rng.uniform(-0.08, 0.08), 0.0),
                0.02,
                (0.09, 0.06, 0.05),
                orange,
                0.09,
            )
    duck_body(pen, lift, flank, breast, bool(drake))
    duck_head(pen, rng, lift, head_colour, bill, bool(drake))
    return pen.sprite(rng, fur=7)


def duck_body(pen: Pen, lift: float, flank: Colour, breast: Colour, drake: bool) -> None:
    """The boat-shaped body, its tail and the blue mirror of the wing."""
    pen.blob(
        [
            (-0.86, 0.42 + lift),
            (-0.5, 0.5 + lift),
            (0.0, 0.56 + lift),
            (0.46, 0.46 + lift),
            (0.62, 0.22 + lift),
            (0.4, 0.02 + lift),
            (-0.3, -0.02 + lift),
            (-0.66, 0.14 + lift),
        ],
        flank,
    )
    pen.blob(
        [
            (0.3, 0.5 + lift),
            (0.56, 0.42 + lift),
            (0.64, 0.2 + lift),
            (0.44, 0.03 + lift),
            (0.28, 0.1 + lift),
        ],
        breast,
    )
    tail = (30, 30, 32) if drake else shade(flank, 0.8)
    pen.blob(
        [(-0.98, 0.56 + lift), (-0.74, 0.46 + lift), (-0.56, 0.28 + lift), (-0.72, 0.2 + lift)],
        tail,
    )
    pen.blob(
        [
            (-0.7, 0.46 + lift),
            (-0.2, 0.56 + lift),
            (0.22, 0.42 + lift),
            (-0.1, 0.22 + lift),
            (-0.5, 0.28 + lift),
        ],
        shade(flank, 0.78),
    )
    pen.polygon(
        [(-0.3, 0.3 + lift), (-0.08, 0.34 + lift), (-0.1, 0.24 + lift), (-0.3, 0.22 + lift)],
        (58, 76, 150) if drake else shade(flank, 0.6),
    )


def duck_head(
    pen: Pen, rng: Rng, lift: float, head_colour: Colour, bill: Colour, drake: bool
) -> None:
    """Neck, head and bill, and the white collar of a drake."""
    stretch = rng.uniform(-0.06, 0.16)
    head = (0.62 + rng.uniform(-0.08, 0.06), 0.84 + lift + stretch)
    pen.limb([(0.44, 0.4 + lift), (0.52, 0.6 + lift), head], (0.34, 0.24, 0.26), head_colour)
    pen.oval(head, 0.21, 0.17, head_colour)
    if drake:
        pen.limb(
            [(0.36, 0.54 + lift), (0.52, 0.5 + lift), (0.66, 0.52 + lift)],
            (0.05, 0.06, 0.05),
            (236, 236, 230),
        )
    pen.blob(
        [
            (head[0] + 0.16, head[1] + 0.06),
            (head[0] + 0.36, head[1] - 0.01),
            (head[0] + 0.44, head[1] - 0.06),
            (head[0] + 0.17, head[1] - 0.09),
        ],
        bill,
    )
    pen.eye((head[0] + 0.08, head[1] + 0.05), 0.03)


def turtle(rng: Rng, pixels: float) -> Sprite:
    """A western pond turtle: a dark dome, its neck out, often basking."""
    pen = Pen(pixels, (-1.6, -0.2, 1.9, 1.2))
    shell = jitter(rng, (92, 82, 48))
    skin = jitter(rng, (118, 112, 72))
    top = rng.uniform(0.82, 0.98)
    for x, out in ((-0.72, -0.25), (0.66, 0.3)):
        pen.limb([(x, 0.26), (x + out * 0.7, 0.12), (x + out, 0.0)], (0.34, 0.24, 0.2), skin)
    pen.limb([(-0.9, 0.2), (-1.15, 0.14), (-1.32, 0.04)], (0.16, 0.08, 0.02), skin)
    up = rng.uniform(0.0, 0.42)
    reach = rng.uniform(1.15, 1.4)
    pen.limb([(0.7, 0.3), (1.02, 0.34 + up * 0.5), (reach, 0.46 + up)], (0.34, 0.25, 0.22), skin)
    pen.oval((reach + 0.1, 0.48 + up), 0.22, 0.16, skin, tilt=12)
    pen.limb(
        [(0.84, 0.26), (1.1, 0.34 + up * 0.5), (reach, 0.4 + up)],
        (0.03, 0.05, 0.03),
        jitter(rng, (204, 184, 96)),
    )
    pen.oval((0.0, 0.2), 1.02, 0.14, jitter(rng, (186, 164, 92)))
    pen.blob(
        [
            (-1.06, 0.2),
            (-0.86, 0.56),
            (-0.44, top * 0.93),
            (0.02, top),
            (0.5, top * 0.88),
            (0.88, 0.54),
            (1.04, 0.2),
            (0.0, 0.12),
        ],
        shell,
    )
    seam = shade(shell, 0.55)
    for x in (-0.6, -0.2, 0.22, 0.62):
        rise = top * (1.0 - 0.3 * x * x) * 0.93
        pen.limb([(x * 0.85, rise), (x, 0.5), (x * 1.25, 0.2)], (0.04, 0.04, 0.04), seam)
    pen.limb([(-0.86, 0.5), (-0.3, 0.62), (0.3, 0.6), (0.86, 0.48)], (0.03, 0.04, 0.03), seam)
    for x in (-0.4, 0.0, 0.42):
        pen.oval((x, 0.72), 0.1, 0.06, shade(shell, 1.4))
    pen.eye((reach + 0.16, 0.53 + up), 0.035)
    return pen.sprite(rng, fur=6, volume=0.75)
