"""The colours that a terminal has, as the parameters of SGR sequences; nearest ones are looked up.

Every depth of colour is a pair of functions of red, green and blue (0 to 255): one gives the
parameters that make a colour the ink, the other those that make it the paper.
"""

from __future__ import annotations

from collections.abc import Callable

RESET = "\x1b[0m"

Rgb = tuple[int, int, int]
Code = Callable[[int, int, int], str]

# xterm's 256 colours: a cube of six levels a channel from 16 on, and from 232 on 24 greys.
_CUBE = (0, 95, 135, 175, 215, 255)
_GREYS = (0, *range(8, 239, 10), 255)
_GREY_NUMBERS = (16, *range(232, 256), 231)
_GREY_OF = tuple(
    str(_GREY_NUMBERS[min(range(len(_GREYS)), key=lambda n: abs(_GREYS[n] - level))])
    for level in range(256)
)
_CUBE_OF = tuple(min(range(6), key=lambda n: abs(_CUBE[n] - level)) for level in range(256))


class _Nearest(dict[int, str]):
    """The nearest of the 256 by colour of 5 bits a channel, worked out when first asked for."""

    def __missing__(self, key: int) -> str:
        r, g, b = (((key >> shift) & 31) * 255 // 31 for shift in (10, 5, 0))
        cube = _CUBE_OF[r], _CUBE_OF[g], _CUBE_OF[b]
        level = min(max((r + g + b) // 3, 8), 238)
        grey = (level - 8 + 5) // 10
        far_cube = sum((v - _CUBE[n]) ** 2 for v, n in zip((r, g, b), cube, strict=True))
        far_grey = sum((v - 8 - 10 * grey) ** 2 for v in (r, g, b))
        number = 232 + grey if far_grey < far_cube else 16 + 36 * cube[0] + 6 * cube[1] + cube[2]
        self[key] = str(number)
        return self[key]


_NEAREST = _Nearest()


def _true_ink(r: int, g: int, b: int) -> str:
    return f"38;2;{r};{g};{b}"


def _true_paper(r: int, g: int, b: int) -> str:
    return f"48;2;{r};{g};{b}"


def _palette_ink(r: int, g: int, b: int) -> str:
    return "38;5;" + _NEAREST[(r >> 3) << 10 | (g >> 3) << 5 | b >> 3]


def _palette_paper(r: int, g: int, b: int) -> str:
    return "48;5;" + _NEAREST[(r >> 3) << 10 | (g >> 3) << 5 | b >> 3]


def _grey_ink(r: int, g: int, b: int) -> str:
    return "38;5;" + _GREY_OF[r] if r == g == b else _palette_ink(r, g, b)


def _grey_paper(r: int, g: int, b: int) -> str:
    return "48;5;" + _GREY_OF[r] if r == g == b else _palette_paper(r, g, b)


# The 16 as Linux's console and VGA show them; other terminals' differ, and people choose their own.
SIXTEEN: tuple[Rgb, ...] = (
    (0, 0, 0),
    (170, 0, 0),
    (0, 170, 0),
    (170, 85, 0),
    (0, 0, 170),
    (170, 0, 170),
    (0, 170, 170),
    (170, 170, 170),
    (85, 85, 85),
    (255, 85, 85),
    (85, 255, 85),
    (255, 255, 85),
    (85, 85, 255),
    (255, 85, 255),
    (85, 255, 255),
    (255, 255, 255),
)


def nearest_of_16(r: int, g: int, b: int) -> int:
    """Return the number of the nearest of the 16."""
    return min(
        range(16),
        key=lambda n: sum((v - w) ** 2 for v, w in zip((r, g, b), SIXTEEN[n], strict=True)),
    )


def ink_of_16(number: int) -> str:
    """Return what makes one of the 16 the ink: 30 to 37, and 90 to 97 for the bright ones."""
    return str(30 + number if number < 8 else 82 + number)


def _ink_16(r: int, g: int, b: int) -> str:
    return ink_of_16(nearest_of_16(r, g, b))


def _paper_16(r: int, g: int, b: int) -> str:
    # The dark one of each pair: bright papers came later, and not to every console.
    return str(40 + nearest_of_16(r, g, b) % 8)


# Depth: (ink, paper). "grey" is the ramp for pixels without colour, the 256 for others.
CODES: dict[str, tuple[Code, Code]] = {
    "24": (_true_ink, _true_paper),
    "256": (_palette_ink, _palette_paper),
    "grey": (_grey_ink, _grey_paper),
    "16": (_ink_16, _paper_16),
}
