# SPDX-License-Identifier: Apache-2.0
"""The runs that were kept, as dataclasses or a pandas frame."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Optional, Union, overload

from ._errors import GrammeError
from ._program import Path, ask
from ._summary import Summary, number, text
from ._summary_json import time_of

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Row:
    """One run of the ledger, plain numbers; None what is not known. ``kind`` is of
    ``attributed_j``; ``source_file`` is the log it was imported from; ``inside`` the id of the
    run whose processes this one's are too, so that its joules are in both."""

    id: str
    name: str
    experiment: Optional[str] = None
    project: Optional[str] = None
    state: Optional[str] = None
    started: Optional[datetime.datetime] = None
    duration_s: Optional[float] = None
    attributed_j: Optional[float] = None
    facility_kwh: Optional[float] = None
    carbon_kg: Optional[float] = None
    kind: Optional[str] = None
    source_file: Optional[str] = None
    how: Optional[str] = None
    inside: Optional[str] = None
    db: Optional[str] = field(default=None, repr=False, compare=False)

    def summary(self) -> Summary:
        """All that is known of it, with intervals. Raises GrammeError."""
        return show(self.id, db=self.db)


@dataclass(frozen=True)
class Total:
    """Sums over runs; ``unknown_energy`` and ``unknown_carbon`` runs are in none of them, and
    the ``inside`` runs ran within others of them, which have their joules."""

    runs: int
    duration_s: float
    attributed_j: Optional[float]
    facility_kwh: Optional[float]
    carbon_kg: Optional[float]
    unknown_energy: int
    unknown_carbon: int
    inside: int = 0


def _is_within(row: Row, by_id: Mapping[str, Row]) -> bool:
    """Whether another of them has its joules: they are known, and it did not end a second, or a
    hundredth of its time, before."""
    seen = {row.id}
    outer = by_id.get(row.inside or "")
    while outer is not None and outer.id not in seen:
        seen.add(outer.id)
        if outer.attributed_j is not None and _lasts_over(outer, row):
            return True
        outer = by_id.get(outer.inside or "")
    return False


def _lasts_over(outer: Row, row: Row) -> bool:
    if outer.started is None or row.started is None:
        return False
    inner_s, outer_s = row.duration_s or 0.0, outer.duration_s or 0.0
    after_s = (row.started - outer.started).total_seconds() + inner_s - outer_s
    return after_s <= max(1.0, inner_s / 100.0)


class Ledger(Sequence[Row]):
    """Runs, newest first; see `ledger`."""

    def __init__(self, rows: Iterable[Row], total_count: Optional[int] = None) -> None:
        self._rows = tuple(rows)
        self.total_count = len(self._rows) if total_count is None else total_count

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Ledger: ...
    def __getitem__(self, at: Union[int, slice]) -> Union[Row, Ledger]:
        if isinstance(at, slice):
            return Ledger(self._rows[at])
        return self._rows[at]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<gramme.Ledger of {len(self)} runs>"

    def total(self) -> Total:
        """What they used together, a run inside another of them once, as in a statement. A sum
        of which nothing is known is None, not 0.

        >>> Ledger([Row("a", "x", attributed_j=2.0), Row("b", "x")]).total().unknown_energy
        1
        """

        by_id = {row.id: row for row in self}
        added = [row for row in self if not _is_within(row, by_id)]

        def sum_of(key: str) -> Optional[float]:
            known = [value for row in added if (value := getattr(row, key)) is not None]
            return sum(known) if known else None

        return Total(
            len(self),
            sum_of("duration_s") or 0.0,
            sum_of("attributed_j"),
            sum_of("facility_kwh"),
            sum_of("carbon_kg"),
            sum(row.attributed_j is None for row in added),
            sum(row.carbon_kg is None for row in added),
            len(self) - len(added),
        )

    def frame(self) -> pandas.DataFrame:
        """As a pandas DataFrame, a row a run, NaN and NaT what is not known. Raises ImportError
        where pandas is not installed.

        >>> ledger(experiment="lr-sweep").frame()["attributed_j"].mean()   # doctest: +SKIP
        4210.0
        """
        import pandas

        columns = [name for name in Row.__dataclass_fields__ if name != "db"]
        frame = pandas.DataFrame([asdict(row) for row in self], columns=columns)
        numbers = ["duration_s", "attributed_j", "facility_kwh", "carbon_kg"]
        frame[numbers] = frame[numbers].astype("float64")
        frame["started"] = pandas.to_datetime(frame["started"], utc=True)
        return frame


def ledger(
    *,
    project: Optional[str] = None,
    experiment: Optional[str] = None,
    name: Optional[str] = None,
    since: Union[str, datetime.date, None] = None,
    until: Union[str, datetime.date, None] = None,
    state: Optional[str] = None,
    search: Optional[str] = None,
    limit: Optional[int] = None,
    db: Optional[Path] = None,
) -> Ledger:
    """The runs that were kept and fit all that is given, newest first.

    ``since`` and ``until`` are about when they began: a date, a datetime (naive ones are
    local), ``"2026-11-01"``, ``"7d"`` ago. ``state`` is ``"running"``, ``"finished"``,
    ``"failed"`` or ``"interrupted"``; ``search`` is a text in the name, experiment, project
    or id. Raises GrammeError with the program's sentence, ValueError for a limit below 1.

    >>> for run in ledger(experiment="lr-sweep"):                          # doctest: +SKIP
    ...     print(run.name, run.attributed_j)
    """
    if limit is not None and limit < 1:
        raise ValueError("limit is 1 or more")
    options = {
        "project": project,
        "experiment": experiment,
        "name": name,
        "since": _time_word(since),
        "until": _time_word(until),
        "state": state,
        "search": search,
        "limit": limit,
    }
    words = [f"--{key}={value}" for key, value in options.items() if value is not None]
    data = _json(ask(["list", "--json", *words], db=db))
    where = str(db) if db is not None else None
    rows = [_row(row, where) for row in data.get("runs", []) if isinstance(row, dict)]
    count = data.get("total")
    return Ledger(rows, count if isinstance(count, int) else None)


def show(run: str = "last", *, db: Optional[Path] = None) -> Summary:
    """One kept run: by its id, the beginning of one, its name (the newest of that name), or
    ``"last"``. Raises GrammeError where there is none.

    >>> show("last").energy.attributed_j.value                             # doctest: +SKIP
    4210.0
    """
    data = _json(ask(["show", "--json", "--", run], db=db))
    return Summary.from_json(data, db=str(db) if db is not None else None)


def _json(words: str) -> Mapping[str, Any]:
    try:
        data = json.loads(words)
    except ValueError as error:
        raise GrammeError(f"the program's answer is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise GrammeError("the program's answer is not what was asked for")
    return data


def _time_word(when: Union[str, datetime.date, None]) -> Optional[str]:
    if isinstance(when, datetime.datetime):
        utc = when.astimezone(datetime.timezone.utc)
        return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    return when.isoformat() if isinstance(when, datetime.date) else when


def _row(data: Mapping[str, Any], db: Optional[str]) -> Row:
    return Row(
        id=str(data.get("id")),
        name=str(data.get("name") or ""),
        experiment=text(data.get("experiment")),
        project=text(data.get("project")),
        state=text(data.get("state")),
        started=time_of(data.get("started")),
        duration_s=number(data.get("duration_s")),
        attributed_j=number(data.get("attributed_j")),
        facility_kwh=number(data.get("facility_kwh")),
        carbon_kg=number(data.get("carbon_kg")),
        kind=text(data.get("kind")),
        source_file=text(data.get("source_file")),
        how=text(data.get("how")),
        inside=text(data.get("inside")),
        db=db,
    )
