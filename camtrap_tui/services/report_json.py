"""A report as JSON: the numbers of the page, in the shapes that the single commands print."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from camtrap_tui.services.accounts import ledger_json
from camtrap_tui.services.agreement import agreement_json
from camtrap_tui.services.charts import frequency_json, hours_json
from camtrap_tui.services.consensus_report import report_json as votes_json
from camtrap_tui.services.deployments import deployment_json
from camtrap_tui.services.evaluation_tables import evaluation_json
from camtrap_tui.services.exports.camtrapr_effort import DAY, Gap, Stay
from camtrap_tui.services.holdouts import progress_json
from camtrap_tui.services.report import SurveyReport
from camtrap_tui.services.sessions import session_json


def report_json(found: SurveyReport) -> dict[str, Any]:
    """Return a report for JSON; each part is as the command that has it prints it."""
    efforts = {stay.deployment.id: _effort_json(stay) for stay in found.stays}
    return {
        "title": found.title,
        "made_at": found.made_at,
        "software": found.software,
        "file": found.path.name,
        "survey": asdict(found.survey),
        "where": found.filter.filter,
        "where_in_words": found.filter.words,
        "pictures": found.filter.pictures,
        "ungraded": found.filter.ungraded,
        "run": found.run_id,
        "ledger": ledger_json(found.ledger),
        "sources": [asdict(account.source) for account in found.ledger.sources],
        "deployments": [
            deployment_json(listed) | {"effort": efforts.get(listed.deployment.id)}
            for listed in found.deployments
        ],
        "without_deployment": found.without_deployment,
        "frequency": {table.by: frequency_json(table) for table in found.frequency},
        "hours": {table.by: hours_json(table) for table in found.hours},
        "hours_too": {table.by: hours_json(table) for table in found.hours_too},
        "graders": [asdict(grader) for grader in found.graders],
        "sessions": [session_json(session, found.names) for session in found.sessions],
        "agreement": agreement_json(found.agreement),
        "votes": votes_json(found.votes),
        "conflicts": [
            asdict(one) | {"votes": [{"grader": g, "words": w} for g, w in one.votes]}
            for one in found.conflicts
        ],
        "holdouts": [
            {
                "holdout": progress_json(one.progress),
                "agreement": agreement_json(one.agreement),
                "evaluation": evaluation_json(one.evaluation) if one.evaluation else None,
                "why_not": one.why_not or None,
            }
            for one in found.holdouts
        ],
        "runs": [asdict(account.run) for account in found.ledger.runs],
    }


def _effort_json(stay: Stay) -> dict[str, Any]:
    return {
        "from": stay.setup,
        "to": stay.retrieval,
        "from_source": stay.setup_source,
        "to_source": stay.retrieval_source,
        "days": Gap(stay.setup, stay.retrieval).seconds / DAY,
        "days_with_pictures": stay.days,
        "pictures_outside": stay.outside,
        "gaps": [asdict(gap) for gap in stay.gaps],
    }
