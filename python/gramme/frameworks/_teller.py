# SPDX-License-Identifier: Apache-2.0
"""What the callbacks have in common: whose run they tell, open sections, no failure."""
from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar, cast

from .._errors import warn

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .._run import Epochs, Run
    from .._summary import Summary

Hook = TypeVar("Hook", bound=Callable[..., Any])


def harmless(hook: Hook) -> Hook:
    """A hook that warns where it would have raised: a callback's exception ends a training."""

    @functools.wraps(hook)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return hook(*args, **kwargs)
        except Exception as error:
            warn(f"{hook.__qualname__} failed: {type(error).__name__}: {error}")
            return None

    return cast(Hook, wrapped)


def numbers(values: Optional[Mapping[Any, Any]]) -> dict[str, float]:
    """What of a framework's logs is a number, arrays and tensors of one element included.

    >>> numbers({"loss": 0.5, "name": "resnet", "lr": None, "right": True})
    {'loss': 0.5, 'right': 1.0}
    """
    return dict(_numbers(values or {}))


def _numbers(values: Mapping[Any, Any]) -> Iterator[tuple[str, float]]:
    for name, value in values.items():
        if value is None or isinstance(value, (str, bytes)):
            continue
        try:
            yield str(name), float(value)
        except (TypeError, ValueError, RuntimeError):
            continue  # a list, a histogram, a tensor of many elements


class Teller:
    """The run a callback tells. Copies and pickles carry the settings, never a started run:
    frameworks copy callbacks into other processes and other trainings.

    Raises TypeError for an option that `gramme.track` does not have."""

    def __init__(self, run: Optional[Run] = None, **options: Any) -> None:
        from .._run import track

        for option in options:
            if option != "name" and option not in (track.__kwdefaults__ or {}):
                raise TypeError(f"gramme.track has no option {option!r}")
        self.given = run
        self.options = options
        self.summary: Optional[Summary] = None
        self._own: Optional[Run] = None
        self._joined: Optional[Run] = None
        self._open: list[tuple[str, AbstractContextManager[Any]]] = []
        self._epochs: Optional[Epochs[int]] = None
        self._passed = 0  # epochs of those

    def __getstate__(self) -> dict[str, Any]:
        return {"given": None, "options": self.options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["given"], **state["options"])  # type: ignore[misc]

    def __deepcopy__(self, memo: object) -> Teller:
        return Teller(self.given, **self.options)

    @property
    def run(self) -> Run:
        """Whom to tell; an inert run between trainings."""
        from .._run import current

        return self._joined or self._own or self.given or current()

    @property
    def begun(self) -> bool:
        """Between `begin` and `end`."""
        return self._own is not None or self._joined is not None

    def begin(self, name: str, *, silent: bool = False, **options: Any) -> None:
        """Joins the run that is given or active, else starts one of this name. What an earlier
        training left open, for it was ended by an exception, ends first. ``silent``: another
        process tells. ``options`` go before the user's."""
        from .._run import Run, current, track

        self.end(1)
        run = self.given if self.given is not None else current()
        if run.active or silent:
            self._joined = Run() if silent else run
            return
        options = {**self.options, **options}
        self._own = track(options.pop("name", None) or name, **options)

    def end(self, exit_status: int = 0) -> None:
        """Leaves all sections, and stops the run if it was started here."""
        self.leave_all()
        self._epochs = None
        own, self._own, self._joined = self._own, None, None
        if own is not None:
            self.summary = own.stop(exit_status)

    def enter(self, name: str) -> None:
        """Begins a section."""
        section = self.run.section(name)
        section.__enter__()
        self._open.append((name, section))

    def leave(self, name: str) -> None:
        """Ends the innermost open section of this name, and those within it that a framework
        did not end; nothing when there is none."""
        if not any(name == opened for opened, _ in self._open):
            return
        while self._open:
            opened, section = self._open.pop()
            section.__exit__(None, None, None)
            if opened == name:
                return

    def leave_all(self) -> None:
        while self._open:
            self._open.pop()[1].__exit__(None, None, None)

    def enter_epoch(self, number: int, total: Optional[int] = None) -> None:
        """Begins an epoch, as `Run.epochs` does: a section and its number; after the first ones
        the run has a forecast, where ``total`` is known."""
        from .._run import Epochs, _Question

        run = self.run
        if self._epochs is None and total is not None:
            self._epochs = run._epochs = Epochs(run, range(total), "epoch")
            self._passed = 0
            run._ask(_Question(self._epochs, 0))
        run.log(epoch=number)
        self.enter("epoch")

    def leave_epoch(self) -> None:
        """Ends it; nothing where none was begun."""
        from .._run import _Question

        if self.is_in("epoch"):
            self.leave("epoch")
            if self._epochs is not None:
                self._passed += 1
                self.run._ask(_Question(self._epochs, self._passed))

    def is_in(self, name: str) -> bool:
        """Whether a section of this name is open."""
        return any(name == opened for opened, _ in self._open)

    def log(self, values: Optional[Mapping[Any, Any]]) -> None:
        """The numbers of it, as metrics."""
        found = numbers(values)
        if found:
            self.run.log(found)

    def __del__(self) -> None:
        # A training that an exception ended: no framework's hook told of it.
        try:
            if self._own is not None:
                self.end(1)
        except Exception:
            pass
