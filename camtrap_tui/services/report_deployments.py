"""The part of a report about deployments: how long each was in the field, what was taken there.

The effort is that of the tables for R; where cameras stand is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from camtrap_tui.domain.text import counted
from camtrap_tui.domain.timestamps import offset_text
from camtrap_tui.services.deployments import ListedDeployment
from camtrap_tui.services.exports.camtrapr_effort import DAY, RECORDED, Gap, Stay
from camtrap_tui.services.report import SurveyReport
from camtrap_tui.services.report_blocks import Cell, long_table, paragraph, section
from camtrap_tui.services.report_html import Html, tag

_HEADINGS = (
    *("deployment", "place", "from", "to", "known by", "days", "days with pictures"),
    *("longest gap, days", "offset", "images", "first picture", "last picture", "to doubt"),
)
_NUMBERS = (5, 7)
_KNOWN_BY = {
    (True, True): "recorded dates",
    (True, False): "recorded start, last picture",
    (False, True): "first picture, recorded end",
    (False, False): "its pictures",
}


def deployments_part(found: SurveyReport) -> Html:
    """Return the deployments with their effort and what was photographed there."""
    if not found.deployments:
        return section("deployments", "Deployments and effort", paragraph("None is known."))
    stays = {stay.deployment.id: stay for stay in found.stays}
    rows = [_row(one, stays.get(one.deployment.id)) for one in found.deployments]
    shown = [k for k in range(len(_HEADINGS)) if k == 0 or any(row[k] for row in rows)]
    homeless = found.without_deployment
    return section(
        "deployments",
        "Deployments and effort",
        paragraph(_effort(found), " Times are the cameras' local ones."),
        long_table(
            "Deployments",
            [_HEADINGS[k] for k in shown],
            [[row[k] for k in shown] for row in rows],
            right=[shown.index(k) for k in _NUMBERS if k in shown],
        ),
        paragraph(f"{counted(homeless, 'image')} without a deployment.") if homeless else None,
        paragraph(
            tag(
                "small",
                "Where no dates are recorded, the whole days of the first and the last picture"
                " stand in: the camera may have been up longer. A gap is a time without a picture,"
                " of a day or more, which is no proof of a failure, and counts as effort."
                " Coordinates are left out, since the page is made to be sent around.",
            )
        ),
    )


def _effort(found: SurveyReport) -> str:
    recorded = [stay for stay in found.stays if _is_recorded(stay)]
    parts = [
        f"{sum(map(_days, some)):,.1f} camera-days by {how} ({counted(len(some), 'deployment')})"
        for some, how in (
            (recorded, "recorded dates"),
            ([stay for stay in found.stays if not _is_recorded(stay)], "days of pictures"),
        )
        if some
    ]
    lost = len(found.deployments) - len(found.stays)
    if lost:
        parts.append(f"nothing is known of {counted(lost, 'deployment')}")
    told = "; ".join(parts)
    return f"{told[:1].upper()}{told[1:]}."


def _is_recorded(stay: Stay) -> bool:
    return stay.setup_source == stay.retrieval_source == RECORDED


def _days(stay: Stay) -> float:
    return Gap(stay.setup, stay.retrieval).seconds / DAY


def _row(listed: ListedDeployment, stay: Stay | None) -> Sequence[Cell]:
    one, taken = listed.deployment, listed.taken
    offset = one.utc_offset_min
    gap = max((gap.seconds / DAY for gap in stay.gaps), default=None) if stay else None
    ends = (stay.setup_source == RECORDED, stay.retrieval_source == RECORDED) if stay else None
    return (
        one.deployment_id,
        one.location_name or one.location_id,
        _time(stay.setup) if stay else None,
        _time(stay.retrieval) if stay else None,
        _KNOWN_BY[ends] if ends else "not known",
        _keep(f"{_days(stay):,.1f}") if stay else None,
        stay.days if stay else None,
        None if gap is None else _keep(f"{gap:,.1f}"),
        None if offset is None else _keep(f"UTC{offset_text(offset)}"),
        taken.images,
        _time(taken.first),
        _time(taken.last),
        ", ".join(f"{flag.replace('_', ' ')} {n:,}" for flag, n in listed.flags.items()),
    )


def _time(time: str | None) -> Html | None:
    """Return a camera's local time to the minute, on one line."""
    return _keep(time.replace("T", " ")[:16]) if time else None


def _keep(text: str) -> Html:
    return tag("span", text, class_="keep")
