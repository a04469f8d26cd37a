"""Packages of drawn surveys: ours and other validators accept them, whatever was asked for."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.errors import InputError
from camtrap_tui.services.checking import check_package
from camtrap_tui.services.exports.camtrap_dp import write
from camtrap_tui.services.exports.request import ExportRequest, Options
from tests.camtrap_dp_oracle import needs_standard, second_opinion
from tests.services.exports.dp_packages import table
from tests.services.exports.survey_strategy import SurveyPlan, built, surveys


def placed(plan: SurveyPlan) -> SurveyPlan:
    """Return a plan whose deployments all have a place."""
    there = (
        one if one.latitude is not None else replace(one, latitude=1.5, longitude=-2.5)
        for one in plan.deployments
    )
    return replace(plan, deployments=tuple(there))


_options = st.builds(
    Options,
    level=st.sampled_from((None, "event")),
    decimals=st.sampled_from((None, 0, 2)),
    public=st.booleans(),
)
_requests = st.builds(
    ExportRequest,
    st.just(Path()),
    truth=st.sampled_from(("consensus", "majority")),
    with_machine=st.booleans(),
    people=st.sampled_from(("include", "exclude")),
    options=_options,
)


@needs_standard
@settings(max_examples=25, deadline=None)
@given(plan=surveys(most=5, acts=8).map(placed), request=_requests)
def test_packages_are_accepted_and_tell_what_was_asked_for(
    plan: SurveyPlan, request: ExportRequest
) -> None:
    folder = Path(tempfile.mkdtemp())
    out = folder / "dp"
    try:
        with built(plan) as store:
            try:
                write(store, replace(request, out=out), lambda *_: None)
            except InputError:
                # Nothing of it has a time and an offset, or all of it shows people.
                return
        assert check_package(out).is_valid
        assert second_opinion(out).is_valid
        rows = table(out, "observations")
        methods = {row.get("classificationMethod", "machine") for row in rows}
        assert request.with_machine or methods <= {"human"}
        for row in rows:
            start, end = (datetime.fromisoformat(row[name]) for name in ("eventStart", "eventEnd"))
            assert start <= end
            assert ("mediaID" in row) == (row["observationLevel"] == "media")
            assert request.people == "include" or row["observationType"] != "human"
        public = {row["filePublic"] for row in table(out, "media")}
        assert request.options.public or public == {"false"}
    finally:
        shutil.rmtree(folder)
