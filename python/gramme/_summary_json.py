# SPDX-License-Identifier: Apache-2.0
"""gramme.run/1 to a `Summary`. Tolerant: what is missing, or of another type, is not known."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional

from ._summary import (
    Activity,
    Carbon,
    Component,
    Cost,
    Energy,
    Gap,
    Json,
    Mark,
    Metric,
    Note,
    Quality,
    Quantity,
    Section,
    Summary,
    Work,
    number,
    text,
)

_Q = Quantity.from_json


def summary_of(data: Json, db: Optional[str]) -> Summary:
    """See `Summary.from_json`."""
    return Summary(
        id=text(data.get("id")),
        name=text(data.get("name")) or "",
        experiment=text(data.get("experiment")),
        project=text(data.get("project")),
        tags={str(key): str(value) for key, value in _part(data, "tags").items()},
        command=tuple(str(word) for word in _rows(data, "command")),
        state=text(data.get("state")),
        exit_status=_whole(data.get("exit_status")),
        started=time_of(data.get("started")),
        duration_s=number(data.get("duration_s")),
        energy=_energy(_part(data, "energy")),
        carbon=_carbon(_part(data, "carbon")),
        cost=Cost(*(_Q(_part(data, "cost").get(key)) for key in ("scc_usd", "global_scc_usd"))),
        activity=_activity(_part(data, "activity")),
        quality=_quality(_part(data, "quality")),
        marks=tuple(
            Mark(str(row.get("name") or ""), number(row.get("t_s")))
            for row in _objects(data, "marks")
        ),
        metrics={str(k): _metric(v) for k, v in _part(data, "metrics").items()},
        sections=tuple(_section(row) for row in _objects(data, "sections")),
        work={
            str(key): Work(
                number(_get(row, "amount")),
                _whole(_get(row, "count")),
                _Q(_get(row, "j_per_unit")),
            )
            for key, row in _part(data, "work").items()
        },
        inside=text(data.get("inside")),
        raw=data,
        db=db,
    )


def time_of(value: Any) -> Optional[datetime.datetime]:
    """RFC 3339 in UTC, as docs/JSON.md has it, to an aware datetime.

    >>> time_of("2026-11-23T08:37:57.123Z").microsecond
    123000
    """
    if not isinstance(value, str):
        return None
    try:  # fromisoformat takes no Z before Python 3.11
        return datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None


def _part(data: Json, key: str) -> Json:
    part = data.get(key)
    return part if isinstance(part, Mapping) else {}


def _get(row: Any, key: str) -> Any:
    return row.get(key) if isinstance(row, Mapping) else None


def _rows(data: Json, key: str) -> Iterable[Any]:
    rows = data.get(key)
    return rows if isinstance(rows, list) else []


def _objects(data: Json, key: str) -> Iterator[Json]:
    return (row for row in _rows(data, key) if isinstance(row, Mapping))


def _whole(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _energy(data: Json) -> Energy:
    return Energy(
        attributed_j=_Q(data.get("attributed_j")),
        machine_j=_Q(data.get("machine_j")),
        marginal_j=_Q(data.get("marginal_j")),
        reserved_j=_Q(data.get("reserved_j")),
        wall_j=_Q(data.get("wall_j")),
        facility_kwh=_Q(data.get("facility_kwh")),
        policy=text(data.get("policy")),
        components=tuple(_component(row) for row in _objects(data, "components")),
    )


def _component(row: Json) -> Component:
    return Component(
        domain=str(row.get("domain") or ""),
        family=text(row.get("family")),
        device=text(row.get("device")),
        label=text(row.get("label")),
        source=text(row.get("source")),
        kind=text(row.get("kind")),
        machine_j=_Q(row.get("machine_j")),
        attributed_j=_Q(row.get("attributed_j")),
        share_ratio=number(row.get("share_ratio")),
        counted=row.get("counted") is True,
        why_not=text(row.get("why_not")),
        coverage_ratio=number(row.get("coverage_ratio")),
    )


def _carbon(data: Json) -> Carbon:
    region, intensity = _part(data, "region"), _part(data, "intensity_gpkwh")
    return Carbon(
        kg=_Q(data.get("kg")),
        marginal_kg=_Q(data.get("marginal_kg")),
        intensity_gpkwh=_Q(data.get("intensity_gpkwh")),
        pue=_Q(data.get("pue")),
        water_l=_Q(data.get("water_l")),
        zone=text(region.get("zone")) or text(intensity.get("zone")),
        country=text(region.get("country")),
        region_how=text(region.get("how")),
    )


def _activity(data: Json) -> Activity:
    return Activity(
        number(data.get("cpu_s")),
        number(data.get("machine_cpu_s")),
        _whole(data.get("processes_seen")),
        _whole(data.get("processes_ended")),
    )


def _quality(data: Json) -> Quality:
    return Quality(
        number(data.get("coverage_ratio")),
        _whole(data.get("samples")),
        _whole(data.get("missed")),
        tuple(
            Gap(
                str(row.get("domain") or ""),
                number(row.get("from_s")),
                number(row.get("to_s")),
                str(row.get("why") or ""),
            )
            for row in _objects(data, "gaps")
        ),
        tuple(
            Note(str(row.get("code") or ""), str(row.get("text") or ""))
            for row in _objects(data, "warnings")
        ),
    )


def _metric(row: Any) -> Metric:
    values = _get(row, "values")
    pairs = values if isinstance(values, list) else []
    return Metric(
        _whole(_get(row, "count")) or 0,
        number(_get(row, "last")),
        tuple(
            (number(p[0]), number(p[1])) for p in pairs if isinstance(p, list) and len(p) == 2
        ),
    )


def _section(row: Json) -> Section:
    return Section(
        name=str(row.get("name") or ""),
        count=_whole(row.get("count")) or 0,
        duration_s=number(row.get("duration_s")),
        attributed_j=_Q(row.get("attributed_j")),
        machine_j=_Q(row.get("machine_j")),
        coverage_ratio=number(row.get("coverage_ratio")),
        each=tuple(
            (number(one[0]), number(one[1]), number(one[2]))
            for one in _rows(row, "each")
            if isinstance(one, list) and len(one) == 3
        ),
    )
