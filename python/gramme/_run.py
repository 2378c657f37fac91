# SPDX-License-Identifier: Apache-2.0
"""A run, from the side of the code that is measured.

Every call here belongs to the user's job: none waits for the sampler but `Run.stop`,
`Run.progress` and, for a few milliseconds, `track`; none raises for what goes wrong in the
measuring. There is no thread: what the sampler says is read when somebody asks.
"""

from __future__ import annotations

import atexit
import contextvars
import os
import re
import struct
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Generic,
    Optional,
    TypeVar,
    Union,
    cast,
    overload,
)

from ._errors import GrammeError, is_users, warn
from ._text import clean, name_bytes

if TYPE_CHECKING:
    from ._link import Link
    from ._summary import Forecast, Progress, Summary

_T = TypeVar("_T")
_S = TypeVar("_S", bound="Section")
_F = TypeVar("_F", bound=Callable[..., Any])
_Reporter = Union[str, Callable[["Summary"], object]]
_Path = Union[str, "os.PathLike[str]"]

_READY_S = 0.010  # how long track() waits for the first reading, from when it was called
_CHILD_S = 0.25  # and for the program that forks the sampler, which takes 3 ms
_ANSWER_S = 0.1  # how long progress() waits for an answer
_OPEN_S = 5.0  # and how long none is asked again
_TAGS_MAX = 48  # as options; the program takes 64, and the rest goes over the link
_UNITS_S = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0}
_LOGGERS = ("mlflow", "wandb", "tensorboard")
_END = struct.Struct("=iiQqq")
_STAMP = struct.Struct("=q")

_innermost: contextvars.ContextVar[Optional[Run]]
_going: list[Run] = []  # this interpreter's runs that have begun and not ended, oldest first
_held_by = 0  # the process in which _end_all is registered


class Run:
    """A run that goes on, or has ended. `track` makes one.

    A run that measures nothing (no program, another rank's work, a sampler that was killed) has
    ``active`` False, and every call on it is harmless.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.summary: Optional[Summary] = None
        self._id: Optional[str] = None
        self._control: Optional[str] = None
        self._link: Optional[Link] = None
        self._pid = os.getpid()
        self._began_ns = 0
        self._outer: Optional[Run] = None
        self._of_main = threading.current_thread() is threading.main_thread()
        self._warned = False
        self._stopping = False
        self._quiet = True
        self._db: Optional[str] = None
        self._report_to: tuple[_Reporter, ...] = ()
        self._trouble: list[str] = []
        self._progress: Optional[Progress] = None
        self._asked: Optional[_Question] = None
        self._epochs: Optional[Epochs[Any]] = None
        self._result: dict[bytes, bytes] = {}

    def __repr__(self) -> str:
        return f"<gramme.Run {self.name!r} {self._id or ''} {'on' if self.active else 'off'}>"

    def __reduce__(self) -> tuple[type[Run], tuple[str]]:
        """Sent to another process, with a callback that holds it, it is one that is not active:
        the socket stays here."""
        return Run, (self.name,)

    def __copy__(self) -> Run:
        return self

    def __deepcopy__(self, memo: object) -> Run:
        return self

    # --- what it is ----------------------------------------------------------------------

    @property
    def active(self) -> bool:
        """True while the run goes on, as far as this process knows."""
        return self._link is not None

    @property
    def id(self) -> Optional[str]:
        """Its id in the ledger; None until the sampler has said it (milliseconds after
        `track`), and where nothing is kept."""
        if self._id is None:
            self._hear()
        return self._id

    @property
    def control(self) -> Optional[str]:
        """The socket by which other programs reach the run: ``gramme mark`` in a process with
        GRAMME_CONTROL set to it. None until the sampler has said it."""
        if b"R" not in self._result:
            self._hear()
        return self._control

    # --- telling -------------------------------------------------------------------------

    def mark(self, name: str) -> None:
        """Names this instant; a reading is taken there. Costs some microseconds, never waits.

        >>> current().mark("warm")
        """
        if self._link is not None:
            self._tell(_mark(time.monotonic_ns(), name_bytes(name)))

    def log(self, mapping: Optional[Mapping[str, Any]] = None, /, **metrics: Any) -> None:
        """Logs numbers beside the energy: what `float` takes, tensors of one element too. What
        is no number is left out, with a warning. Never waits for the sampler.

        >>> current().log(loss=0.3, accuracy=0.91)
        >>> current().log({"eval/loss": 0.4})
        """
        if self._link is not None:
            self._numbers(b"V", mapping, metrics)

    def work(self, mapping: Optional[Mapping[str, Any]] = None, /, **units: Any) -> None:
        """Adds work done, 0 or more: the summary then has joules a unit.

        >>> current().work(tokens=4096)
        """
        if self._link is not None:
            self._numbers(b"K", mapping, units)

    def tag(self, mapping: Optional[Mapping[str, Any]] = None, /, **tags: Any) -> None:
        """Puts tags on the run; each value becomes a text.

        >>> current().tag(seed=1)
        """
        if self._link is not None:
            all_tags = self._with(mapping, tags)
            self._tell(*(_message(b"T", _tag(*item)) for item in all_tags.items()))

    def section(self, name: str) -> Section:
        """A context manager around a part of the run, whose joules are summed by name.

        >>> with current().section("eval"):
        ...     pass
        """
        return Section(self, name)

    def epochs(self, iterable: Iterable[_T], *, name: str = "epoch") -> Epochs[_T]:
        """The same items; each pass of the loop is a section, and its number a metric. After
        the first ones `forecast` says what all will have used, where the iterable has a length;
        the metric ``progress``, 0 to 1, tells ``gramme show`` and ``gramme top`` as much.

        >>> [epoch for epoch in current().epochs(range(3))]
        [0, 1, 2]
        """
        return Epochs(self, iterable, name)

    def _with(
        self, mapping: Optional[Mapping[str, Any]], more: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        if mapping is None:
            return more
        try:
            return {**mapping, **more}
        except TypeError:
            self._warn(f"{clean(mapping)[:60]} has no name, and was left out: log(name=value)")
            return more

    def _numbers(
        self, kind: bytes, mapping: Optional[Mapping[str, Any]], more: Mapping[str, Any]
    ) -> None:
        values = more if mapping is None else self._with(mapping, more)
        link, now_ns = self._link, time.monotonic_ns()
        if link is None or link.hold(kind, values, now_ns):
            return
        numbers: dict[str, float] = {}
        for name, value in values.items():
            number = _number(value)
            if number is None:
                self._warn(f"{clean(name)} was not logged: it is no number")
            elif kind == b"K" and number < 0.0:
                self._warn(f"{clean(name)}: work is an amount that was got done, never below 0")
            else:
                numbers[name] = number
        if not numbers:
            return
        try:
            link.note(kind, numbers, now_ns)
        except Exception as error:
            if is_users(error):
                raise
            self._lose(error)

    def _tell(self, *messages: bytes) -> None:
        link = self._link
        if link is None or not messages:
            return
        try:
            link.tell(*messages)
        except Exception as error:
            if is_users(error):
                raise
            self._lose(error)

    # --- asking --------------------------------------------------------------------------

    def progress(self) -> Optional[Progress]:
        """Joules, watts and grams so far. Waits for the answer up to a tenth of a second; the
        last one known, or None, where none comes.

        >>> current().progress() is None
        True
        """
        deadline = time.monotonic() + _ANSWER_S
        while self._asked is not None and self._hear(deadline):
            pass  # an answer that is on its way was asked for earlier
        mine = _Question(None, 0)
        if self._ask(mine):
            while self._asked is mine and self._hear(deadline):
                pass
        return self._progress

    @property
    def forecast(self) -> Optional[Forecast]:
        """What the whole of the epochs will have used; None before the first is through, and
        for epochs without a length. Does not wait.

        >>> current().forecast is None
        True
        """
        self._hear()
        return self._epochs.forecast if self._epochs is not None else None

    def _ask(self, question: _Question, *first: bytes) -> bool:
        """Asks for progress, and tells these messages before, at once. One question is open at
        a time, so that each answer has its own, and the sampler never waits for us to read;
        False: not asked."""
        self._hear()
        is_open = self._asked is not None and self._asked.is_young()
        if is_open or self._link is None or self._pid != os.getpid():
            self._tell(*first)
            return False
        self._asked = question
        self._tell(*first, _message(b"Q"))
        return self._link is not None

    def _hear(self, deadline: float = 0.0) -> bool:
        """Takes what the sampler said; waits for it until the deadline. False: nothing came."""
        link = self._link
        if link is None or self._pid != os.getpid():
            return False
        try:
            messages = link.receive(deadline)
            for kind, data in messages:
                self._take(kind, data)
        except Exception as error:
            if is_users(error):
                raise
            if not self._stopping:
                self._lose(error)
            else:
                self._trouble.append(str(error))
            return False
        return bool(messages)

    def _take(self, kind: bytes, data: bytes) -> None:
        if kind == b"P":
            self._take_progress(data)
        elif kind == b"W":
            self._trouble.append(clean(data.decode("utf-8", "replace")))
        elif kind in (b"R", b"I"):
            self._result[kind] = data
            run_id, _, control = data.decode("utf-8", "replace").partition("\n")
            self._id = run_id or self._id
            self._control = control or self._control
        else:
            self._result[kind] = data

    def _take_progress(self, data: bytes) -> None:
        question, self._asked = self._asked, None
        try:
            import json

            from ._summary import Progress

            self._progress = Progress.from_json(json.loads(data))
        except Exception as error:
            if is_users(error):
                raise
            return  # no JSON; or we are in a handler of a signal that came amid this import
        if question is not None and question.epochs is not None:
            question.epochs.take(question.done, self._progress)

    # --- its end -------------------------------------------------------------------------

    def stop(self, exit_status: int = 0, *, timeout: float = 10.0) -> Optional[Summary]:
        """Ends the run, and returns what it used; None where that is not known. Waits for the
        sampler's last reading (milliseconds), at most ``timeout`` seconds. In a forked child
        it does nothing: the run is its parent's. A second call returns the same again.

        >>> current().stop() is None
        True
        """
        if self._link is None or self._stopping or self._pid != os.getpid():
            return self.summary
        self._stopping = True
        link = self._link
        try:
            self._end(exit_status, time.monotonic_ns(), time.monotonic() + timeout)
        except Exception as error:
            if is_users(error):
                raise
            self._trouble.append(str(error))
        finally:
            self._close()
        self._conclude(link)
        return self.summary

    def _end(self, exit_status: int, ended_ns: int, deadline: float) -> None:
        link = self._link
        assert link is not None
        end = _END.pack(_c_int(exit_status), 0, 0, self._began_ns, ended_ns)
        link.flush(deadline)
        link.tell(_message(b"E", end))
        if not link.flush(deadline):
            raise GrammeError("the sampler did not take the end of the run in time")
        while b"D" not in self._result:
            if not self._hear(deadline):
                if time.monotonic() >= deadline:
                    self._trouble.append("the sampler did not answer in time")
                return

    def _conclude(self, link: Link) -> None:
        """Makes the summary, once the link is closed, and tells who wants to know."""
        try:
            if b"J" in self._result:
                import json

                from ._summary import Summary

                self.summary = Summary.from_json(json.loads(self._result[b"J"]), db=self._db)
                self._id = self._id or self.summary.id
        except Exception as error:
            if is_users(error):
                raise
            self._trouble.append(f"the result could not be read: {error}")
        self._result.clear()
        if self.summary is None:
            words = link.ended_badly() or "; ".join(self._trouble) or "none came"
            self._warn(f"the run has no result: {words}")
        elif self._trouble:
            self._warn("; ".join(self._trouble))
        if self.summary is not None:
            self._report(self.summary)

    def _report(self, summary: Summary) -> None:
        if not self._quiet:
            try:
                print(summary, file=sys.stderr)
            except Exception:  # stderr may be closed
                pass
        for reporter in self._report_to:
            try:
                _reporter(reporter)(summary)
            except Exception as error:
                self._warn(f"the result could not be given to {reporter}: {error!r}")

    def _lose(self, error: Exception) -> None:
        """The sampler is gone, or cannot be understood: one warning, and no more of it."""
        link = self._link
        if link is None:
            return
        if self._pid != os.getpid():
            self._link = None  # the parent will say it
            return
        try:
            for kind, data in link.receive():  # its last words
                if kind == b"W":
                    self._trouble.append(clean(data.decode("utf-8", "replace")))
        except Exception as last:
            if is_users(last):
                raise
        self._close()
        words = "; ".join(self._trouble) or link.ended_badly() or str(error) or repr(error)
        self._warn(f"the run is not measured any more: {words}")

    def _close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            if self in _going:
                _going.remove(self)
            if _innermost.get() is self:
                _innermost.set(self._outer)
            try:
                link.close()
            except Exception as error:
                if is_users(error):
                    raise

    def _warn(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            warn(text)

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.stop(_status_of(error))

    # --- after its end -------------------------------------------------------------------

    def statement(self, form: str = "text", **options: object) -> str:
        """`Summary.statement` of the run. Raises GrammeError before its end, and where it has
        no result.

        >>> current().statement()
        Traceback (most recent call last):
            ...
        gramme._errors.GrammeError: the run has no result (yet)
        """
        return self._have().statement(form, **options)

    def report(self, path: _Path) -> None:
        """`Summary.report` of the run. Raises GrammeError as `statement` does."""
        self._have().report(path)

    def _have(self) -> Summary:
        if self.summary is None:
            raise GrammeError("the run has no result (yet)")
        return self.summary

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For IPython in a terminal."""
        printer.text(repr(self) if self.summary is None else str(self.summary))

    def _repr_html_(self) -> str:
        """For notebooks: its result, or that it goes on."""
        import html

        if self.summary is not None:
            return self.summary._repr_html_()
        return html.escape(repr(self))


_innermost = contextvars.ContextVar("gramme_run", default=None)
_PROGRESS = "progress"  # the metric by which the program knows how much is done, 0 to 1


class _Question:
    """For progress, and on whose behalf: epochs after so many passes, or nobody's."""

    __slots__ = ("epochs", "done", "_until")

    def __init__(self, epochs: Optional[Epochs[Any]], done: int) -> None:
        self.epochs = epochs
        self.done = done
        self._until = time.monotonic() + _OPEN_S

    def is_young(self) -> bool:
        """Its answer may still come."""
        return time.monotonic() < self._until


class Section:
    """Around a part of a run; see `Run.section`. May be entered again, one after another."""

    __slots__ = ("_run", "_name")

    def __init__(self, run: Run, name: str) -> None:
        self._run = run
        self._name = name_bytes(name)

    def __enter__(self: _S) -> _S:
        if self._run._link is not None:
            self._run._tell(_mark(time.monotonic_ns(), self._name + b":begin"))
        return self

    def __exit__(self, *error: object) -> None:
        if self._run._link is not None:
            self._run._tell(_mark(time.monotonic_ns(), self._name + b":end"))


class _Pass(Section):
    """Of epochs: its end is told with what follows, where something does."""

    __slots__ = ("ended",)
    ended: tuple[bytes, ...]

    def __exit__(self, *error: object) -> None:
        self.ended = (_mark(time.monotonic_ns(), self._name + b":end"),)
        if error[0] is not None and self._run._link is not None:
            self._run._tell(*self.ended)


class Epochs(Generic[_T]):
    """The items of an iterable, each pass a section; see `Run.epochs`. Has a length where the
    iterable has one, so that progress bars can be put around it."""

    def __init__(self, run: Run, iterable: Iterable[_T], name: str) -> None:
        self._run = run
        self._iterable = iterable
        self._name = name
        self._done: list[tuple[int, Progress]] = []  # passes through, and what was known then

    def __len__(self) -> int:
        return len(self._iterable)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[_T]:
        run = self._run
        # Of epochs within epochs the outer ones say how much of the run is done.
        total = self._total() if run._epochs is None else None
        run._epochs = self
        self._done = []
        run._ask(_Question(self, 0))
        if total:
            run.log({_PROGRESS: 0.0})
        for index, item in enumerate(self._iterable):
            is_number = isinstance(item, int) and not isinstance(item, bool)
            run.log({self._name: item if is_number else index})
            with _Pass(run, self._name) as one:
                yield item
            if total:
                run.log({_PROGRESS: min((index + 1) / total, 1.0)})
            run._ask(_Question(self, index + 1), *one.ended)

    def _total(self) -> Optional[int]:
        try:
            return len(self)
        except TypeError:
            return None

    def take(self, done: int, progress: Progress) -> None:
        """An answer: the state after that many passes."""
        self._done.append((done, progress))

    @property
    def forecast(self) -> Optional[Forecast]:
        """See `Run.forecast`."""
        from ._forecast import forecast_of

        total = self._total()
        return forecast_of(self._done, total) if total is not None else None


def track(
    name: Optional[str] = None,
    *,
    experiment: Optional[str] = None,
    project: Optional[str] = None,
    tags: Optional[Mapping[str, object]] = None,
    period: Union[float, str, None] = None,
    region: Optional[str] = None,
    pue: Optional[float] = None,
    offline: Optional[bool] = None,
    db: Optional[_Path] = None,
    ranks: str = "node",
    report_to: Union[_Reporter, Iterable[_Reporter]] = (),
    quiet: bool = True,
) -> Run:
    """Tracks this process and its children from here to ``run.stop()``, or to the end of a
    ``with`` block.

    ``name`` is the script's where none is given. ``period`` is the time between samples, in
    seconds or as ``"100ms"``, 1 ms to 1 h. ``region`` is a place, ``"DE"`` or
    ``"aws:us-east-1"``, and ``pue`` the building's overhead, 1 or more; both are else found out
    or taken from the settings. ``offline`` forbids the sampler the network, ``db`` is another
    ledger. ``ranks`` is for distributed jobs: ``"node"`` tracks a node once, ``"each"`` every
    rank (docs/PYTHON.md). ``report_to`` names loggers (``"mlflow"``, ``"wandb"``,
    ``"tensorboard"``) or is called with the `Summary` at the end. ``quiet=False`` prints it.

    Never raises, and takes a few milliseconds: what goes wrong is a `GrammeWarning`, and the
    `Run` then measures nothing.

    >>> with track("bert-finetune", experiment="lr-sweep") as run:         # doctest: +SKIP
    ...     train()
    >>> run.summary.energy.attributed_j                                    # doctest: +SKIP
    Quantity(value=4210.0, low=3900.0, high=4600.0, kind='measured', source='powercap')
    """
    began = time.monotonic()
    run = Run()
    try:
        run.name = clean(name) if name is not None else _default_name()
        run._quiet = quiet
        run._report_to = _reporters(report_to)
        _check_reporters(run)
        run._db = os.path.abspath(os.fspath(db)) if db is not None else None
        options = {
            "experiment": experiment,
            "project": project,
            "period": _period(run, period),
            "region": region,
            "pue": _pue(run, pue),
        }
        _begin(run, options, _mapping(run, tags), ranks, offline)
        _wait_ready(run, began + _READY_S)
    except BaseException as error:
        run._close()
        if not isinstance(error, Exception) or is_users(error):
            raise
        run._warn(f"nothing is measured: {error}")
    return run


def start(
    name: Optional[str] = None,
    *,
    experiment: Optional[str] = None,
    project: Optional[str] = None,
    tags: Optional[Mapping[str, object]] = None,
    period: Union[float, str, None] = None,
    region: Optional[str] = None,
    pue: Optional[float] = None,
    offline: Optional[bool] = None,
    db: Optional[_Path] = None,
    ranks: str = "node",
    report_to: Union[_Reporter, Iterable[_Reporter]] = (),
    quiet: bool = True,
) -> Run:
    """The same as `track`, for code without a ``with``; ``run.stop()`` ends it, or the end of
    the process.

    >>> run = start("preprocessing")                                       # doctest: +SKIP
    >>> run.stop()                                                         # doctest: +SKIP
    """
    return track(
        name,
        experiment=experiment,
        project=project,
        tags=tags,
        period=period,
        region=region,
        pue=pue,
        offline=offline,
        db=db,
        ranks=ranks,
        report_to=report_to,
        quiet=quiet,
    )


def current() -> Run:
    """The innermost run that goes on, of this task or thread; of a thread that began none, the
    main thread's, else the newest; one that is not active where there is none. In a forked
    child it is the parent's, to be told of marks and metrics.

    >>> current().active
    False
    """
    run = _innermost.get()
    while run is not None and not run.active:
        run = run._outer
    if run is None:
        going = [one for one in _going.copy() if one.active]
        of_main = [one for one in going if one._of_main]
        run = (of_main or going or [Run()])[-1]
    return run


@overload
def tracked(function: _F, /) -> _F: ...
@overload
def tracked(function: Optional[str] = None, /, **options: Any) -> Callable[[_F], _F]: ...


def tracked(function: Union[_F, str, None] = None, /, **options: Any) -> Any:
    """A decorator: every call is a run, named after the function. Takes the options of `track`.
    Functions, async functions, generators and async generators; a generator's run lasts from
    its first item to its end.

    >>> @tracked(experiment="lr-sweep")
    ... def train(lr):
    ...     return lr
    """
    if isinstance(function, str):
        options["name"] = function
    elif function is not None:
        from ._tracked import wrap

        return wrap(function, options)
    return _Tracked(options)


class _Tracked:
    """``@tracked(…)`` with its options."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options

    def __call__(self, function: _F) -> _F:
        from ._tracked import wrap

        return wrap(function, self._options)


# --- beginning ---------------------------------------------------------------------------


def _begin(
    run: Run,
    options: Mapping[str, object],
    tags: Mapping[str, object],
    ranks: str,
    offline: Optional[bool],
) -> None:
    from . import _ranks
    from ._link import open_link
    from ._program import environment, find

    if ranks not in ("node", "each"):
        run._warn(f'ranks is "node" or "each", not {ranks!r}; "node" was taken')
    plan = _ranks.plan(ranks, os.environ, cast(Optional[str], options["experiment"]))
    if plan.root is None:
        return
    all_tags = [_tag(*item).decode() for item in {**plan.tags, **tags}.items()]
    words = _words({"name": run.name or None, **options, "experiment": plan.experiment})
    words += [f"--tag={tag}" for tag in all_tags[:_TAGS_MAX]]
    words += [f"--ends-with={os.getpid()}", str(plan.root)]
    run._began_ns = time.monotonic_ns()
    run._link = open_link(find(), words, environment(run._db, offline))
    run._outer = _innermost.get()
    _innermost.set(run)
    _going.append(run)
    _hold()
    run._tell(*(_message(b"T", tag.encode()) for tag in all_tags[_TAGS_MAX:]))


def _words(options: Mapping[str, object]) -> list[str]:
    return [f"--{key}={clean(value)}" for key, value in options.items() if value is not None]


def _period(run: Run, period: Union[float, str, None]) -> Optional[str]:
    """As the program takes it; None with a warning for one that it would not take, since the
    job's measurement is worth more than its period."""
    if period is None:
        return None
    found = re.fullmatch(r"([0-9.]+(?:e[+-]?[0-9]+)?)(us|ms|s|m|h|)", str(period))
    try:
        seconds = float(found[1]) * _UNITS_S[found[2]] if found else 0.0
    except ValueError:
        seconds = 0.0
    if 0.001 <= seconds <= 3600.0:
        return f"{seconds:.9f}s"
    run._warn(f"the period {period!r} is not from 1ms to 1h: one second was taken")
    return None


def _pue(run: Run, pue: Optional[float]) -> Optional[float]:
    try:
        if pue is None or 1.0 <= float(pue) <= 10.0:
            return pue
    except (TypeError, ValueError):
        pass
    run._warn(f"the PUE {pue!r} is not a number from 1 to 10: it was left out")
    return None


def _mapping(run: Run, tags: Optional[Mapping[str, object]]) -> Mapping[str, object]:
    if tags is None or isinstance(tags, Mapping):
        return tags or {}
    run._warn(f"tags are a mapping of names to values, not {tags!r}: they were left out")
    return {}


def _check_reporters(run: Run) -> None:
    """A name that is none is said before the training, not after it."""
    for reporter in run._report_to:
        if callable(reporter) or reporter in _LOGGERS:
            continue
        run._warn(f"report_to is {', '.join(_LOGGERS)} or a function, not {reporter!r}")


def _reporters(report_to: Union[_Reporter, Iterable[_Reporter]]) -> tuple[_Reporter, ...]:
    if isinstance(report_to, str) or callable(report_to):
        return (report_to,)
    return tuple(report_to or ())


def _reporter(reporter: _Reporter) -> Callable[[Summary], object]:
    if callable(reporter):
        return reporter
    import importlib

    module = importlib.import_module(f"{__package__}.loggers.{reporter}")
    return cast("Callable[[Summary], object]", module.log)


def _wait_ready(run: Run, deadline: float) -> None:
    """The first reading, if it comes soon. The program that starts the sampler is waited for
    longer, on a machine that is busy: user code that waits for any child must not get ours."""
    link = run._link
    while link is not None and b"R" not in run._result and run._hear(deadline):
        link = run._link
    if link is not None:
        link.reap(deadline + _CHILD_S)


def _default_name() -> str:
    """The script's, as `gramme run` would name it."""
    script = (getattr(sys, "argv", None) or [""])[0]
    name = os.path.basename(script)
    if name == "__main__.py":  # python -m package
        name = os.path.basename(os.path.dirname(os.path.abspath(script)))
    return clean(name) if name not in ("", "-c", "-") else "python"


def _hold() -> None:
    """Sees to it that runs nobody stops end with this process."""
    global _held_by
    if _held_by == os.getpid():
        return
    _held_by = os.getpid()
    atexit.register(_end_all)
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        # Its children leave by os._exit and run no atexit, but what is registered here.
        from multiprocessing.util import Finalize

        Finalize(None, _end_all, exitpriority=0)


def _end_all() -> None:
    """At the end of this process: runs that nobody stopped, the innermost first. A worker of
    multiprocessing ends while what ended it is in flight; else an exception that ended the
    script is known, and a status that was given to sys.exit is not."""
    status = _status_of(sys.exc_info()[1])
    if status == 0 and any(getattr(sys, name, None) for name in ("last_exc", "last_value")):
        status = 1
    for run in reversed(_going.copy()):
        run.stop(status)


def _status_of(error: Optional[BaseException]) -> int:
    """As a shell would see it."""
    if error is None or isinstance(error, GeneratorExit):
        return 0
    if isinstance(error, SystemExit):
        code = error.code
        if code is None:
            return 0
        return code & 0xFF if isinstance(code, int) else 1
    return 130 if isinstance(error, KeyboardInterrupt) else 1


# --- messages ----------------------------------------------------------------------------


_HEAD = struct.Struct("=cI")


def _message(kind: bytes, data: bytes = b"") -> bytes:
    return _HEAD.pack(kind, len(data)) + data


def _mark(now_ns: int, name: bytes) -> bytes:
    return _HEAD.pack(b"M", _STAMP.size + len(name)) + _STAMP.pack(now_ns) + name


def _tag(key: object, value: object) -> bytes:
    return f"{clean(key)}={clean(value)}".encode("utf-8", "replace")


def _number(value: Any) -> Optional[float]:
    if isinstance(value, int):
        try:
            return float(value)
        except OverflowError:
            return None
    try:
        return float(value)
    except Exception:  # whatever a user's object does when asked for a number
        return None


def _c_int(value: int) -> int:
    try:
        return max(-(2**31), min(int(value), 2**31 - 1))
    except (TypeError, ValueError):
        return 1
