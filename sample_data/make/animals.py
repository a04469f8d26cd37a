"""Draws the wild birds, the turtle and the small mammals of the river, each pose afresh."""

from __future__ import annotations

import numpy as np

from pen import Pen, Point, Sprite, jitter, shade

Rng = np.random.Generator


def leg(pen: Pen, hip: Point, foot: Point, bend: float, widths: tuple[float, float, float],
        colour: tuple[int, int, int], paw: float = 0.0) -> None:
    """A leg from hip to foot, its joint pushed forwards by `bend`."""
    knee = ((hip[0] + foot[0]) / 2 + bend, (hip[1] + foot[1]) / 2)
    pen.limb([hip, knee, foot], widths, colour)
    if paw:
        pen.oval((foot[0] + paw * 0.6, foot[1] + paw * 0.35), paw, paw * 0.5, colour)


def heron(rng: Rng, pixels: float) -> Sprite:
    """A great blue heron: upright, hunched or about to strike."""
    pen = Pen(pixels, (-0.6, -0.12, 0.9, 1.15))
    body = jitter(rng, (108, 124, 142))
    wing, pale, bill = shade(body, 0.72), jitter(rng, (196, 198, 196)), jitter(rng, (214, 170, 70))
    shin = jitter(rng, (98, 86, 70))
    stride = rng.uniform(0.02, 0.16)
    leg(pen, (-0.04, 0.44), (-0.04 - stride, 0.0), 0.03, (0.04, 0.024, 0.02), shade(shin, 0.8), 0.04)
    leg(pen, (0.0, 0.44), (stride * 0.6, 0.0), -0.03, (0.045, 0.026, 0.022), shin, 0.045)
    pose = rng.choice(["upright", "hunched", "strike"], p=[0.55, 0.2, 0.25])
    lean = rng.uniform(-0.02, 0.03)
    if pose == "upright":
        neck = [(0.1, 0.55), (0.2, 0.64), (0.13 + lean, 0.77), (0.08 + lean, 0.87), (0.15, 0.97)]
    elif pose == "hunched":
        neck = [(0.08, 0.56), (0.19, 0.6), (0.17, 0.7), (0.1, 0.72), (0.14, 0.77)]
    else:
        neck = [(0.1, 0.55), (0.22, 0.6), (0.3, 0.7), (0.41, 0.74), (0.47, 0.68)]
    pen.blob([(-0.36, 0.36), (-0.2, 0.52), (-0.04, 0.61), (0.1, 0.62), (0.17, 0.54), (0.1, 0.44),
              (-0.06, 0.38), (-0.22, 0.38)], body)
    pen.limb(neck, (0.11, 0.07, 0.055, 0.05, 0.05), pale)
    pen.limb([(0.13, 0.6), (0.12, 0.5), (0.1, 0.42)], (0.06, 0.05, 0.01), pale)
    pen.blob([(-0.4, 0.33), (-0.2, 0.5), (0.0, 0.57), (0.06, 0.5), (-0.08, 0.42), (-0.24, 0.38)],
             wing)
    head = neck[-1]
    dip = -0.02 if pose != "strike" else -0.14
    pen.oval((head[0] + 0.03, head[1]), 0.065, 0.038, pale, tilt=dip * 200)
    tip = (head[0] + 0.3, head[1] + dip)
    pen.polygon([(head[0] + 0.06, head[1] + 0.022), tip, (head[0] + 0.06, head[1] - 0.024)], bill)
    pen.limb([(head[0] + 0.06, head[1] + 0.02), (head[0] - 0.02, head[1] + 0.03),
              (head[0] - 0.18, head[1] - 0.02)], (0.025, 0.028, 0.006), (34, 36, 44))
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
            leg(pen, (x, 0.3), (x + rng.uniform(-0.08, 0.08), 0.0), 0.02, (0.09, 0.06, 0.05),
                orange, 0.09)
    pen.blob([(-0.86, 0.42 + lift), (-0.5, 0.5 + lift), (0.0, 0.56 + lift), (0.46, 0.46 + lift),
              (0.62, 0.22 + lift), (0.4, 0.02 + lift), (-0.3, -0.02 + lift), (-0.66, 0.14 + lift)],
             flank)
    pen.blob([(0.3, 0.5 + lift), (0.56, 0.42 + lift), (0.64, 0.2 + lift), (0.44, 0.03 + lift),
              (0.28, 0.1 + lift)], breast)
    tail = (30, 30, 32) if drake else shade(flank, 0.8)
    pen.blob([(-0.98, 0.56 + lift), (-0.74, 0.46 + lift), (-0.56, 0.28 + lift),
              (-0.72, 0.2 + lift)], tail)
    pen.blob([(-0.7, 0.46 + lift), (-0.2, 0.56 + lift), (0.22, 0.42 + lift), (-0.1, 0.22 + lift),
              (-0.5, 0.28 + lift)], shade(flank, 0.78))
    pen.polygon([(-0.3, 0.3 + lift), (-0.08, 0.34 + lift), (-0.1, 0.24 + lift),
                 (-0.3, 0.22 + lift)], (58, 76, 150) if drake else shade(flank, 0.6))
    stretch = rng.uniform(-0.06, 0.16)
    head = (0.62 + rng.uniform(-0.08, 0.06), 0.84 + lift + stretch)
    pen.limb([(0.44, 0.4 + lift), (0.52, 0.6 + lift), head], (0.34, 0.24, 0.26), head_colour)
    pen.oval(head, 0.21, 0.17, head_colour)
    if drake:
        pen.limb([(0.36, 0.54 + lift), (0.52, 0.5 + lift), (0.66, 0.52 + lift)],
                 (0.05, 0.06, 0.05), (236, 236, 230))
    pen.blob([(head[0] + 0.16, head[1] + 0.06), (head[0] + 0.36, head[1] - 0.01),
              (head[0] + 0.44, head[1] - 0.06), (head[0] + 0.17, head[1] - 0.09)], bill)
    pen.eye((head[0] + 0.08, head[1] + 0.05), 0.03)
    return pen.sprite(rng, fur=7)


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
    pen.limb([(0.84, 0.26), (1.1, 0.34 + up * 0.5), (reach, 0.4 + up)], (0.03, 0.05, 0.03),
             jitter(rng, (204, 184, 96)))
    pen.oval((0.0, 0.2), 1.02, 0.14, jitter(rng, (186, 164, 92)))
    pen.blob([(-1.06, 0.2), (-0.86, 0.56), (-0.44, top * 0.93), (0.02, top), (0.5, top * 0.88),
              (0.88, 0.54), (1.04, 0.2), (0.0, 0.12)], shell)
    seam = shade(shell, 0.55)
    for x in (-0.6, -0.2, 0.22, 0.62):
        rise = top * (1.0 - 0.3 * x * x) * 0.93
        pen.limb([(x * 0.85, rise), (x, 0.5), (x * 1.25, 0.2)], (0.04, 0.04, 0.04), seam)
    pen.limb([(-0.86, 0.5), (-0.3, 0.62), (0.3, 0.6), (0.86, 0.48)], (0.03, 0.04, 0.03), seam)
    for x in (-0.4, 0.0, 0.42):
        pen.oval((x, 0.72), 0.1, 0.06, shade(shell, 1.4))
    pen.eye((reach + 0.16, 0.53 + up), 0.035)
    return pen.sprite(rng, fur=6, volume=0.75)


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
    pen.blob([(-0.84, 0.5), (-0.66, 0.86), (-0.2, 1.02), (0.24, 0.9), (0.56, 0.7), (0.62, 0.42),
              (0.3, 0.28), (-0.3, 0.24), (-0.72, 0.3)], coat)
    for hip, foot in ((-0.56, -0.5 + swing), (0.46, 0.56 - swing)):
        leg(pen, (hip, 0.44), (foot, 0.0), 0.04, (0.32, 0.19, 0.14), dark, 0.12)
    drop = rng.uniform(-0.2, 0.16)
    raccoon_face(pen, (0.78, 0.68 + drop), coat, pale, turn=rng.uniform(0.0, 0.16))
    return pen.sprite(rng, fur=13)


def raccoon_sitting(pen: Pen, rng: Rng, coat: tuple[int, int, int]) -> Sprite:
    """A raccoon on its haunches that looks into the camera."""
    dark, pale = shade(coat, 0.42), jitter(rng, (210, 204, 192), 6)
    ringed_tail(pen, rng, coat, (-0.4, 0.2))
    pen.blob([(-0.52, 0.04), (-0.5, 0.5), (-0.3, 0.92), (0.0, 1.02), (0.3, 0.92), (0.5, 0.5),
              (0.52, 0.04), (0.0, -0.02)], coat)
    pen.oval((0.0, 0.42), 0.26, 0.36, shade(pale, 0.86))
    for side in (-1, 1):
        leg(pen, (side * 0.32, 0.62), (side * 0.14, 0.06), side * 0.06, (0.2, 0.15, 0.12), dark)
        pen.oval((side * 0.34, 0.05), 0.17, 0.08, dark)
    raccoon_face(pen, (0.0, 1.1), coat, pale, turn=0.0)
    return pen.sprite(rng, fur=13)


def ringed_tail(pen: Pen, rng: Rng, coat: tuple[int, int, int], root: Point) -> None:
    """The bushy tail, five dark rings on it."""
    lift = rng.uniform(-0.2, 0.35)
    path = [root, (root[0] - 0.4, root[1] - 0.08 + lift * 0.4), (root[0] - 0.9, root[1] - 0.2 + lift)]
    pen.limb(path, (0.24, 0.32, 0.16), shade(coat, 1.12))
    for t in (0.24, 0.42, 0.6, 0.78, 0.95):
        x = (1 - t) ** 2 * path[0][0] + 2 * t * (1 - t) * path[1][0] + t**2 * path[2][0]
        y = (1 - t) ** 2 * path[0][1] + 2 * t * (1 - t) * path[1][1] + t**2 * path[2][1]
        pen.oval((x, y), 0.045, 0.15 - 0.06 * abs(t - 0.5), (34, 30, 28), tilt=10 - 30 * lift)


def raccoon_face(pen: Pen, at: Point, coat: tuple[int, int, int], pale: tuple[int, int, int],
                 turn: float) -> None:
    """The masked face; `turn` moves the muzzle aside."""
    x, y = at
    for side in (-1, 1):
        pen.blob([(x + side * 0.13, y + 0.2), (x + side * 0.28, y + 0.42), (x + side * 0.34, y + 0.16)],
                 pale)
        pen.blob([(x + side * 0.17, y + 0.2), (x + side * 0.27, y + 0.35), (x + side * 0.31, y + 0.17)],
                 shade(coat, 0.6))
    pen.blob([(x - 0.4, y + 0.02), (x - 0.26, y + 0.26), (x, y + 0.32), (x + 0.26, y + 0.26),
              (x + 0.4, y + 0.02), (x + 0.2, y - 0.2), (x - 0.2, y - 0.2)], coat)
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
        pen.blob([(-0.42, 0.1), (-0.4, 0.5), (-0.16, 0.86), (0.1, 0.98), (0.26, 0.7), (0.24, 0.2),
                  (0.0, 0.0)], coat)
        pen.blob([(0.08, 0.8), (0.26, 0.66), (0.24, 0.2), (0.06, 0.1)], under)
        pen.oval((-0.1, 0.08), 0.32, 0.1, shade(coat, 0.9))
        pen.limb([(0.16, 0.62), (0.34, 0.5), (0.3, 0.4)], (0.14, 0.1, 0.08), shade(coat, 0.9))
        head = (0.16, 1.08)
    else:
        stretch = 0.3 if pose == "hop" else 0.0
        pen.oval((-0.76 - stretch, 0.42), 0.17, 0.16, white)
        pen.limb([(0.34, 0.3), (0.44 + stretch, 0.16), (0.46 + stretch * 1.4, 0.02)],
                 (0.22, 0.14, 0.1), shade(coat, 0.85))
        pen.blob([(-0.74 - stretch, 0.3), (-0.66 - stretch, 0.66), (-0.24, 0.84), (0.2, 0.74),
                  (0.46, 0.5), (0.38, 0.14), (-0.2, 0.06), (-0.6 - stretch, 0.06)], coat)
        pen.oval((-0.36 - stretch, 0.32), 0.36, 0.3, shade(coat, 0.94))
        pen.oval((-0.28 - stretch * 1.6, 0.06), 0.36, 0.08, under)
        head = (0.56 + stretch * 0.3, 0.74 + rng.uniform(-0.16, 0.1))
    rabbit_head(pen, rng, head, coat, white)
    return pen.sprite(rng, fur=12)


def rabbit_head(pen: Pen, rng: Rng, at: Point, coat: tuple[int, int, int],
                white: tuple[int, int, int]) -> None:
    """A round head with two long ears."""
    x, y = at
    back = rng.uniform(-0.3, 0.12)
    for offset, tone in ((-0.02, 0.8), (0.08, 1.0)):
        tip = (x + offset + back, y + 0.72)
        pen.limb([(x + offset - 0.06, y + 0.16), (x + offset - 0.04 + back * 0.5, y + 0.46), tip],
                 (0.12, 0.19, 0.07), shade(coat, tone))
        pen.limb([(x + offset - 0.05, y + 0.24), (x + offset - 0.02 + back * 0.5, y + 0.46),
                  (tip[0], tip[1] - 0.08)], (0.05, 0.1, 0.02), (176, 132, 116))
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
    pen.limb([(-0.9, 0.32), (-1.5, 0.16), (-2.1, 0.12 + max(wave, -0.05)), (-2.9, 0.14 + wave * 0.5)],
             (0.18, 0.11, 0.08, 0.03), naked)
    if upright:
        pen.blob([(-1.0, 0.1), (-0.96, 0.6), (-0.4, 1.0), (0.1, 1.06), (0.3, 0.7), (0.16, 0.2),
                  (-0.3, 0.02)], coat)
        pen.limb([(0.1, 0.7), (0.4, 0.6), (0.46, 0.72)], (0.14, 0.09, 0.08), naked)
        nose = (0.86, 1.1)
        pen.limb([(0.0, 0.96), (0.4, 1.08), nose], (0.56, 0.44, 0.1), coat)
    else:
        step = rng.uniform(-0.12, 0.12)
        for x in (-0.7, -0.46, 0.4, 0.62):
            pen.limb([(x, 0.24), (x + step, 0.1), (x + step + 0.08, 0.02)], (0.22, 0.12, 0.08), naked)
            step = -step
        arch = rng.uniform(0.74, 1.0)
        pen.blob([(-1.06, 0.26), (-0.92, 0.62), (-0.4, arch), (0.16, arch * 0.92), (0.62, 0.6),
                  (0.66, 0.26), (0.0, 0.12), (-0.7, 0.1)], coat)
        nose = (1.42, 0.34 + rng.uniform(-0.12, 0.2))
        pen.limb([(0.46, 0.46), (0.9, (0.46 + nose[1]) / 2 + 0.06), nose], (0.6, 0.44, 0.1), coat)
        pen.limb([(-0.6, 0.18), (0.1, 0.14), (0.6, 0.22)], (0.06, 0.12, 0.06), shade(coat, 1.35))
    ear = (nose[0] - 0.62, nose[1] + 0.34)
    pen.oval(ear, 0.16, 0.18, naked)
    pen.oval(ear, 0.1, 0.12, shade(naked, 0.75))
    pen.oval(nose, 0.07, 0.06, (206, 140, 130))
    pen.eye((nose[0] - 0.36, nose[1] + 0.14), 0.055)
    return pen.sprite(rng, fur=12)
