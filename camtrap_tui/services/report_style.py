"""How a report looks: on a screen, light and dark, and on paper; colours that can be read.

Every colour is a role in a palette, of which the style sheet is made: what stands on what, and how
far they must differ, is in `TEXT_ON` and `SHAPE_ON` (WCAG 2.1, 1.4.3 and 1.4.11), and tested.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache

LIGHT = {
    "page": "#ffffff",
    "panel": "#f4f6f8",
    "text": "#1b2126",
    "muted": "#545d66",
    "rule": "#c9d1d8",
    "link": "#0a57a8",
    "people": "#1d63ad",
    "machine": "#a8470a",
    "warn": "#8a1c1c",
    "warn-page": "#fdf1f0",
}
DARK = {
    "page": "#14181c",
    "panel": "#1d2329",
    "text": "#e5e9ec",
    "muted": "#a9b3bc",
    "rule": "#3d4750",
    "link": "#86bdf7",
    "people": "#6cb0f5",
    "machine": "#f0a35c",
    "warn": "#ffb4ab",
    "warn-page": "#321a1a",
}
# (what is read, what it stands on): at least 4.5 to 1.
TEXT_ON = (
    ("text", "page"),
    ("text", "panel"),
    ("muted", "page"),
    ("muted", "panel"),
    ("link", "page"),
    ("link", "panel"),
    ("warn", "warn-page"),
    ("text", "warn-page"),
    ("people", "page"),
    ("machine", "page"),
)
# (what is seen, what it stands on): at least 3 to 1.
SHAPE_ON = (
    ("people", "page"),
    ("machine", "page"),
    ("people", "panel"),
    ("machine", "panel"),
)

# The edge of a table that goes on beyond the page is shaded: what covers the shade scrolls with it.
_RULES = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);
 font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;
 overflow-wrap:anywhere}
header,main,footer,nav{max-width:76rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1,h2,h3,h4{line-height:1.25;text-wrap:balance}
h1{font-size:clamp(1.6rem,1.2rem + 2vw,2.4rem);margin:0 0 .25rem}
h2{font-size:1.45rem;margin:3rem 0 .75rem;padding-top:1rem;border-top:1px solid var(--rule)}
h3{font-size:1.15rem;margin:2rem 0 .5rem}
h4{font-size:1rem;margin:1.5rem 0 .4rem}
p,ul,ol{margin:.5rem 0;max-width:44rem}
ul,ol{padding-left:1.4rem}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);
 outline-offset:2px}
small,.muted,caption,figcaption{color:var(--muted)}
code{font:.92em/1.4 ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace}
.skip{position:absolute;left:-100rem}
.skip:focus{left:1rem;top:.5rem;background:var(--page);padding:.5rem}
nav ol{list-style:none;padding:0;margin:1rem 0 0;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;
 max-width:none}
nav a{display:inline-block;padding:.3rem 0}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,11.5rem),1fr));gap:.75rem;
 margin:1.25rem 0}
.facts div{background:var(--panel);border-radius:.5rem;padding:.6rem .8rem}
.facts dt{color:var(--muted);font-size:.85rem}
.facts dd{margin:0;font-size:1.2rem;font-weight:600;font-variant-numeric:tabular-nums}
.facts dd small{display:block;font-weight:400;font-size:.82rem}
.pairs{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.15rem 1rem;margin:.75rem 0}
.pairs dt{color:var(--muted)}
.pairs dd{margin:0;min-width:0}
.say{background:var(--panel);border-left:.3rem solid var(--link);border-radius:.25rem;
 padding:.5rem 1rem;margin:1rem 0;max-width:48rem}
.say.warn,.notes{background:var(--warn-page);border-left:.3rem solid var(--warn)}
.notes{border-radius:.25rem;padding:.5rem 1rem .5rem 2.2rem;max-width:48rem;margin:1rem 0}
.say p{margin:.3rem 0}
.scroll{overflow-x:auto;margin:.75rem 0;max-width:100%;
 background:linear-gradient(to right,var(--page) 40%,transparent) 0 0/3rem 100% local,
 linear-gradient(to left,var(--page) 40%,transparent) 100% 0/3rem 100% local,
 linear-gradient(to right,var(--rule),transparent) 0 0/.7rem 100% scroll,
 linear-gradient(to left,var(--rule),transparent) 100% 0/.7rem 100% scroll;
 background-repeat:no-repeat}
table{border-collapse:separate;border-spacing:0;font-size:.92rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.25rem 0;caption-side:top}
th,td{text-align:left;vertical-align:top;padding:.3rem .7rem;border-bottom:1px solid var(--rule);
 max-width:30rem;overflow-wrap:break-word}
th:first-child,td:first-child{padding-left:.2rem}
thead th{border-bottom:2px solid var(--rule);vertical-align:bottom;font-weight:600}
tbody th{font-weight:500}
caption span{display:inline-block;position:sticky;left:0;max-width:calc(100vw - 2.5rem)}
tbody th,tfoot th{position:sticky;left:0;background:var(--page)}
tfoot th,tfoot td{border-top:1px solid var(--rule);font-weight:600}
.n{text-align:right;white-space:nowrap}
.keep{white-space:nowrap}
.name{min-width:7rem;max-width:16rem}
.wide{min-width:8.5rem}
.long{min-width:12rem;overflow-wrap:anywhere}
.matrix td{text-align:right}
.matrix th.n{white-space:normal;min-width:4rem}
.matrix small{display:block;white-space:nowrap;font-weight:400}
.matrix .same{background:var(--panel);font-weight:600}
details{margin:.75rem 0}
summary{cursor:pointer;color:var(--link);padding:.35rem 0}
figure{margin:1rem 0;min-width:0}
figcaption{font-size:.92rem;margin:.25rem 0 .5rem}
figcaption strong{color:var(--text)}
svg{display:block;overflow:visible}
svg text{fill:var(--text);font:11px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;
 font-variant-numeric:tabular-nums}
svg .soft{fill:var(--muted)}
svg .axis{stroke:var(--muted);stroke-width:1}
svg .grid{stroke:var(--rule);stroke-width:1}
.people{fill:var(--people)}
.machine{fill:var(--machine)}
.machine-soft{fill:var(--page)}
.machine-edge{stroke:var(--machine);stroke-width:1}
.range{stroke:var(--text);stroke-width:2}
.dot{fill:var(--text)}
.hollow{fill:var(--page);stroke:var(--text);stroke-width:1.5}
.chart{width:100%;height:auto;max-width:34rem}
.interval{display:inline-block;vertical-align:-.15em;margin-right:.5rem}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:0 2.5rem}
.many{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr));
 gap:.25rem 2rem}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;padding:0;list-style:none}
.legend svg{display:inline-block;vertical-align:-.15em;margin-right:.4rem}
footer{margin-top:3rem;padding-bottom:3rem;color:var(--muted)}
@media (max-width:40rem){
 .pairs{grid-template-columns:1fr;gap:0}
 .pairs dd{margin-bottom:.5rem}
 th,td{padding:.3rem .5rem;max-width:70vw}
 .name{max-width:40vw}
 .interval{display:block;margin:.25rem 0}
 .facts{grid-template-columns:1fr 1fr;gap:.5rem}
}
@media (forced-colors:active){
 .people,.machine,.dot{fill:CanvasText}
 .range,.machine-edge,.hollow{stroke:CanvasText}
}
"""
_PAPER = """
@page{margin:16mm 14mm}
@media print{
 body{font-size:10pt}
 header,main,footer,nav{max-width:none;padding:0}
 header{padding-top:0}
 .skip{display:none}
 a{text-decoration:underline}
 h2{margin-top:1.6rem}
 h1,h2,h3,h4,summary,caption,figcaption{break-after:avoid}
 figure,tr,.say,.facts div,.notes li,.short,.matrix{break-inside:avoid}
 thead,thead tr{break-after:avoid}
 thead{display:table-header-group}
 tfoot{display:table-row-group}
 p,li{orphans:3;widows:3}
 .scroll{overflow:visible;background:none}
 table{font-size:8.5pt;max-width:100%}
 tbody th,tfoot th,caption span{position:static;max-width:none}
 th,td{padding:.15rem .4rem;min-width:0}
 .interval{display:none}
 .matrix th.n{min-width:0}
 .pair{grid-template-columns:1fr 1fr}
 .many{grid-template-columns:1fr 1fr}
 .facts{grid-template-columns:repeat(4,1fr)}
 details::details-content{content-visibility:visible;display:block;height:auto}
 summary{list-style:none;color:var(--muted)}
 summary::-webkit-details-marker{display:none}
 *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
"""


@cache
def style_sheet() -> str:
    """Return the style sheet."""
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_named(DARK)}}}}}"
    schemes = f":root{{color-scheme:light;{_named(LIGHT)}}}"
    scheme = "@media screen{:root{color-scheme:light dark}}"
    return f"{schemes}\n{scheme}\n{dark}{_RULES}{_PAPER.strip()}\n"


def policy() -> str:
    """Return the Content-Security-Policy of the page: this style sheet, and nothing else at all."""
    digest = base64.b64encode(hashlib.sha256(style_sheet().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _named(palette: Mapping[str, str]) -> str:
    return "".join(f"--{role}:{colour};" for role, colour in palette.items())
