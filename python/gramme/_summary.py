# SPDX-License-Identifier: Apache-2.0
"""What a run used, as dataclasses made from gramme.run/1 (docs/JSON.md).

Whatever is not known is None, never 0. Keys that a program of another version does not send are
not known; keys that this one does not know stay in `Summary.raw`.
"""

from __future__ import annotations

import datetime
import html
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional, Union

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Quantity:
    """A number and how sure it is: ``low`` to ``high`` is a 95 % interval, ``kind`` is
    ``"measured"``, ``"derived"``, ``"modelled"`` or ``"assumed"``, ``source`` says from where.

    >>> print(Quantity(49.0, 5.0, 93.0, "modelled", "the processor's TDP"))
    49.0 (5.00 to 93.0), modelled
    """

    value: float
    low: Optional[float] = None
    high: Optional[float] = None
    kind: Optional[str] = None
    source: str = ""

    @classmethod
    def from_json(cls, data: Any) -> Optional[Quantity]:
        """Of a Q; None of null, of what is missing and of what holds no number."""
        value = number(data.get("value")) if isinstance(data, Mapping) else None
        if value is None:
            return None
        kind = data.get("kind")
        return cls(
            value,
            number(data.get("low")),
            number(data.get("high")),
            str(kind) if kind is not None else None,
            str(data.get("source") or ""),
        )

    def text(self, unit: str = "", scale: float = 1.0) -> str:
        """In words, in units of ``scale``.

        >>> Quantity(4210.0, 3900.0, 4600.0, "measured").text("kJ", 1e3)
        '4.21 kJ (3.90 to 4.60), measured'
        """
        words = three_digits(self.value / scale) + (f" {unit}" if unit else "")
        if self.low is not None and self.high is not None:
            words += f" ({three_digits(self.low / scale)} to {three_digits(self.high / scale)})"
        return f"{words}, {self.kind}" if self.kind else words

    def __str__(self) -> str:
        return self.text()

    def __float__(self) -> float:
        return self.value


@dataclass(frozen=True)
class Component:
    """One power domain, counted or not; see ``energy.components`` in docs/JSON.md."""

    domain: str
    family: Optional[str] = None
    device: Optional[str] = None
    label: Optional[str] = None
    source: Optional[str] = None
    kind: Optional[str] = None
    machine_j: Optional[Quantity] = None
    attributed_j: Optional[Quantity] = None
    share_ratio: Optional[float] = None
    counted: bool = False
    why_not: Optional[str] = None
    coverage_ratio: Optional[float] = None


@dataclass(frozen=True)
class Energy:
    """Joules at the component boundary; ``facility_kwh`` is PUE times ``attributed_j``.

    ``attributed_j`` is the run's share by activity, ``machine_j`` what the whole machine drew
    meanwhile, ``marginal_j`` the run's share of what lies above idle, ``reserved_j`` that and
    idle by what was reserved, ``wall_j`` the machine at its plug, by a
    meter of it or modelled: its ``kind`` says which."""

    attributed_j: Optional[Quantity] = None
    machine_j: Optional[Quantity] = None
    marginal_j: Optional[Quantity] = None
    reserved_j: Optional[Quantity] = None
    wall_j: Optional[Quantity] = None
    facility_kwh: Optional[Quantity] = None
    policy: Optional[str] = None
    components: tuple[Component, ...] = ()


@dataclass(frozen=True)
class Carbon:
    """Kilograms of CO2e of ``facility_kwh``, and by which grid (g/kWh), PUE and place."""

    kg: Optional[Quantity] = None
    marginal_kg: Optional[Quantity] = None
    intensity_gpkwh: Optional[Quantity] = None
    pue: Optional[Quantity] = None
    water_l: Optional[Quantity] = None
    zone: Optional[str] = None
    country: Optional[str] = None
    region_how: Optional[str] = None


@dataclass(frozen=True)
class Cost:
    """Social cost of the carbon in dollars: to the run's country, and to all."""

    scc_usd: Optional[Quantity] = None
    global_scc_usd: Optional[Quantity] = None


@dataclass(frozen=True)
class Activity:
    """What the run did: CPU seconds of its own and of the machine, processes."""

    cpu_s: Optional[float] = None
    machine_cpu_s: Optional[float] = None
    processes_seen: Optional[int] = None
    processes_ended: Optional[int] = None


@dataclass(frozen=True)
class Gap:
    """Time whose joules are in no number, in seconds since the start, and why."""

    domain: str
    from_s: Optional[float]
    to_s: Optional[float]
    why: str = ""


@dataclass(frozen=True)
class Note:
    """A warning of the run: a stable ``code`` for programs, and ``text`` for people."""

    code: str
    text: str


@dataclass(frozen=True)
class Quality:
    """How much of the time was measured (0 to 1), samples taken and missed, gaps, warnings."""

    coverage_ratio: Optional[float] = None
    samples: Optional[int] = None
    missed: Optional[int] = None
    gaps: tuple[Gap, ...] = ()
    warnings: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Mark:
    """An instant with a name, in seconds since the start."""

    name: str
    t_s: Optional[float]


@dataclass(frozen=True)
class Metric:
    """A logged number: how often, its last value, and all ``(t_s, value)`` pairs."""

    count: int
    last: Optional[float]
    values: tuple[tuple[Optional[float], Optional[float]], ...] = ()


@dataclass(frozen=True)
class Section:
    """All times a section of one name was passed through, together.

    ``each`` holds ``(from_s, to_s, attributed_j)`` of every one."""

    name: str
    count: int
    duration_s: Optional[float] = None
    attributed_j: Optional[Quantity] = None
    machine_j: Optional[Quantity] = None
    coverage_ratio: Optional[float] = None
    each: tuple[tuple[Optional[float], Optional[float], Optional[float]], ...] = ()


@dataclass(frozen=True)
class Work:
    """Work of one unit: how much in all, in how many calls, and joules a unit."""

    amount: Optional[float]
    count: Optional[int] = None
    j_per_unit: Optional[Quantity] = None


@dataclass(frozen=True)
class Progress:
    """A run so far: seconds, joules (its share; the machine's), watts now, kg CO2e."""

    t_s: Optional[float] = None
    attributed_j: Optional[float] = None
    machine_j: Optional[float] = None
    power_w: Optional[float] = None
    carbon_kg: Optional[float] = None
    kind: Optional[str] = None

    @classmethod
    def from_json(cls, data: Json) -> Progress:
        """Of what the sampler answers."""
        return cls(
            t_s=number(data.get("t_s")),
            attributed_j=number(data.get("attributed_j")),
            machine_j=number(data.get("machine_j")),
            power_w=number(data.get("power_w")),
            carbon_kg=number(data.get("carbon_kg")),
            kind=text(data.get("kind")),
        )


@dataclass(frozen=True)
class Forecast:
    """What the whole of some epochs will have used, once ``done`` of ``total`` are through.

    The quantities are those at the end of the last epoch: what is known so far, and the epochs
    to come like those that were, less a beginning that was not (METHOD E-21). ``low`` to
    ``high`` is a 95 % interval by how much the epochs differed; None after a single one. The
    meter's own error is not in it."""

    done: int
    total: int
    duration_s: Optional[Quantity] = None
    attributed_j: Optional[Quantity] = None
    carbon_kg: Optional[Quantity] = None

    def __str__(self) -> str:
        parts = [f"after {self.done} of {self.total}:"]
        for quantity, unit, scale in (
            (self.duration_s, "s", 1.0),
            (self.attributed_j, "J", 1.0),
            (self.carbon_kg, "g CO2e", 1e-3),
        ):
            if quantity is not None:
                parts.append(quantity.text(unit, scale) + ";")
        return " ".join(parts).rstrip(";:")


@dataclass(frozen=True)
class Summary:
    """What one run used. ``raw`` is all of gramme.run/1 as it came.

    >>> summary = Summary.from_json({"id": "20261123T083757-7f3a9c", "name": "train.py",
    ...     "energy": {"attributed_j": {"value": 49.0, "low": 5.0, "high": 93.0,
    ...                                 "kind": "modelled", "source": "TDP"}}})
    >>> summary.energy.attributed_j.value
    49.0
    >>> summary.carbon.kg is None
    True
    """

    id: Optional[str]
    name: str
    experiment: Optional[str] = None
    project: Optional[str] = None
    tags: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    state: Optional[str] = None
    exit_status: Optional[int] = None
    started: Optional[datetime.datetime] = None
    duration_s: Optional[float] = None
    energy: Energy = field(default_factory=Energy)
    carbon: Carbon = field(default_factory=Carbon)
    cost: Cost = field(default_factory=Cost)
    activity: Activity = field(default_factory=Activity)
    quality: Quality = field(default_factory=Quality)
    marks: tuple[Mark, ...] = ()
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    work: Mapping[str, Work] = field(default_factory=dict)
    inside: Optional[str] = None
    raw: Json = field(default_factory=dict, repr=False)
    db: Optional[str] = field(default=None, repr=False, compare=False)

    @classmethod
    def from_json(cls, data: Json, *, db: Optional[str] = None) -> Summary:
        """Of a gramme.run/1 (docs/JSON.md); ``db`` is its ledger, None: the usual."""
        from ._summary_json import summary_of

        return summary_of(data, db)

    def flat(self) -> dict[str, Union[float, str]]:
        """Plain numbers for loggers; what is not known is left out.

        >>> Summary.from_json({"name": "x", "duration_s": 1.5}).flat()
        {'gramme/duration_s': 1.5}
        """
        flat: dict[str, Union[float, str]] = {}
        energy, carbon = self.energy, self.carbon
        for key, quantity in (
            ("energy{}_j", energy.attributed_j),
            ("machine{}_j", energy.machine_j),
            ("marginal{}_j", energy.marginal_j),
            ("reserved{}_j", energy.reserved_j),
            ("wall{}_j", energy.wall_j),
            ("facility{}_kwh", energy.facility_kwh),
            ("carbon{}_kg", carbon.kg),
            ("carbon_marginal{}_kg", carbon.marginal_kg),
            ("intensity{}_gpkwh", carbon.intensity_gpkwh),
            ("pue{}", carbon.pue),
            ("water{}_l", carbon.water_l),
        ):
            if quantity is not None:
                _put(flat, key.format(""), quantity.value)
                _put(flat, key.format("_low"), quantity.low)
                _put(flat, key.format("_high"), quantity.high)
        _put(flat, "duration_s", self.duration_s)
        _put(flat, "cpu_s", self.activity.cpu_s)
        _put(flat, "coverage_ratio", self.quality.coverage_ratio)
        for section in self.sections:
            if section.attributed_j is not None:
                _put(flat, f"section/{section.name}/energy_j", section.attributed_j.value)
            _put(flat, f"section/{section.name}/duration_s", section.duration_s)
        for unit, work in self.work.items():
            _put(flat, f"work/{unit}", work.amount)
            if work.j_per_unit is not None:
                _put(flat, f"j_per/{unit}", work.j_per_unit.value)
        for key, word in (
            ("kind", energy.attributed_j.kind if energy.attributed_j else None),
            ("run", self.id),
            ("state", self.state),
            ("zone", carbon.zone),
        ):
            if word is not None:
                flat[f"gramme/{key}"] = word
        return flat

    def statement(self, form: str = "text", **options: object) -> str:
        """The statement of this run in one of the program's forms: ``"text"``, ``"markdown"``,
        ``"latex"``, ``"neurips"``, … (``gramme statement --help``).

        ``options`` are the program's: ``long=True``, ``embodied_kg=1300``. Raises GrammeError,
        with the program's sentence, where there is no such form or the run is not kept.

        >>> gramme.show("last").statement("latex")                         # doctest: +SKIP
        """
        from ._program import ask

        words = ["statement", f"--format={form}"]
        for key, value in options.items():
            option = "--" + key.replace("_", "-")
            if value is True:
                words.append(option)
            elif value is not None and value is not False:
                words.append(f"{option}={value}")
        return ask([*words, "--", self._kept()], db=self.db)

    def report(self, path: object) -> None:
        """Writes the run's page, one HTML file that opens anywhere. Raises GrammeError.

        >>> gramme.show("last").report("r.html")                           # doctest: +SKIP
        """
        from ._program import ask

        ask(["report", f"--output={path}", "--", self._kept()], db=self.db)

    def _kept(self) -> str:
        from ._errors import GrammeError

        if self.id is None:
            raise GrammeError("this run is not in a ledger")
        return self.id

    def __str__(self) -> str:
        lines = [self._headline(), "  energy   " + self._energy_words()]
        if self.carbon.kg is not None:
            lines.append("  carbon   " + self._carbon_words())
        else:
            lines.append("  carbon   not known" + self._why("kg"))
        lines += [f"  section  {_section_words(section)}" for section in self.sections[:8]]
        lines += [
            f"  work     {work.amount:.12g} {unit}: {work.j_per_unit.text('J each')}"
            for unit, work in self.work.items()
            if work.j_per_unit is not None and work.amount is not None
        ]
        return "\n".join(lines)

    def _headline(self) -> str:
        from ._text import clean

        parts = [clean(self.name)]
        if self.duration_s is not None:
            parts.append(duration_words(self.duration_s))
        if self.state not in (None, "finished"):
            parts.append(str(self.state))
        if self.id is not None:
            parts.append(self.id)
        return "gramme: " + ", ".join(parts)

    def _energy_words(self) -> str:
        joules = self.energy.attributed_j
        if joules is None:
            return "not known" + self._why("attributed_j")
        unit, scale = joule_unit(joules.high if joules.high is not None else joules.value)
        return joules.text(unit, scale)

    def _carbon_words(self) -> str:
        assert self.carbon.kg is not None
        words = self.carbon.kg.text(*gram_unit(self.carbon.kg.value))
        return f"{words}; grid of {self.carbon.zone}" if self.carbon.zone else words

    def _why(self, key: str) -> str:
        from ._text import clean

        for note in self.quality.warnings:
            if note.code == f"unknown-{key}":
                return f" ({clean(note.text)})"
        return ""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For IPython in a terminal."""
        printer.text(str(self))

    def _repr_html_(self) -> str:
        """For notebooks."""
        rows = [
            ("run", html.escape(self.id or "not kept")),
            ("time", duration_words(self.duration_s) if self.duration_s is not None else ""),
            ("energy", html.escape(self._energy_words())),
            ("carbon", html.escape(self._carbon_words()) if self.carbon.kg else "not known"),
        ]
        rows += [("section", html.escape(_section_words(one))) for one in self.sections[:8]]
        body = "".join(
            f"<tr><th style='text-align:left'>{head}</th>"
            f"<td style='text-align:left'>{cell}</td></tr>"
            for head, cell in rows
            if cell
        )
        return f"<table><caption>{html.escape(self.name)}</caption>{body}</table>"


def _put(flat: dict[str, Union[float, str]], key: str, value: Optional[float]) -> None:
    if value is not None:
        flat[f"gramme/{key}"] = value


def _section_words(section: Section) -> str:
    from ._text import clean

    words = clean(section.name) + (f" x {section.count}" if section.count != 1 else "")
    if section.duration_s is not None:
        words += ", " + duration_words(section.duration_s)
    if section.attributed_j is None:
        return words + ": not known"
    unit, scale = joule_unit(section.attributed_j.value)
    return f"{words}: {section.attributed_j.text(unit, scale)}"


def number(value: Any) -> Optional[float]:
    """A finite number as a float, else None.

    >>> number(3), number(None), number(float("nan")), number(True)
    (3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def text(value: Any) -> Optional[str]:
    """A text, else None."""
    return value if isinstance(value, str) else None


def three_digits(value: float) -> str:
    """A number for people.

    >>> three_digits(49), three_digits(0.00123), three_digits(1234567.0), three_digits(0.0)
    ('49.0', '0.00123', '1230000', '0')
    """
    if value == 0.0 or not math.isfinite(value):
        return f"{value:.0f}" if value == 0.0 else "not known"
    if abs(value) < 1e-4:
        return f"{value:.2e}"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):.{max(digits, 0)}f}"


def joule_unit(joules: float) -> tuple[str, float]:
    """The unit that suits, and how many joules it is.

    >>> joule_unit(4.2e3), joule_unit(7.2e6)
    (('kJ', 1000.0), ('kWh', 3600000.0))
    """
    for unit, scale in (("kWh", 3.6e6), ("kJ", 1e3), ("J", 1.0)):
        if abs(joules) >= scale:
            return unit, scale
    return ("mJ", 1e-3) if joules else ("J", 1.0)


def gram_unit(kilograms: float) -> tuple[str, float]:
    """The same of CO2e in kilograms.

    >>> gram_unit(0.004)
    ('g CO2e', 0.001)
    """
    for unit, scale in (("t", 1e3), ("kg", 1.0), ("g", 1e-3), ("mg", 1e-6)):
        if abs(kilograms) >= scale:
            return f"{unit} CO2e", scale
    return "ug CO2e", 1e-9


def duration_words(seconds: float) -> str:
    """A length of time for people.

    >>> duration_words(0.25), duration_words(75), duration_words(7325)
    ('0.25 s', '1 min 15 s', '2 h 2 min')
    """
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min" if hours else f"{minutes} min {rest} s"
