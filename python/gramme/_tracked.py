# SPDX-License-Identifier: Apache-2.0
"""The decorator's four kinds of functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Generator, Mapping
from typing import Any, Callable, Optional, TypeVar, cast

from ._run import track

_F = TypeVar("_F", bound=Callable[..., Any])


def wrap(function: _F, options: Mapping[str, Any]) -> _F:
    """The same function, every call of it a run."""
    options = {"name": getattr(function, "__name__", None), **options}
    if inspect.isasyncgenfunction(function):
        wrapped = _async_generator(function, options)
    elif inspect.iscoroutinefunction(function):
        wrapped = _coroutine(function, options)
    elif inspect.isgeneratorfunction(function):
        wrapped = _generator(function, options)
    else:
        wrapped = _function(function, options)
    return cast(_F, functools.wraps(function)(wrapped))


def _function(function: Callable[..., Any], options: Mapping[str, Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with track(**options):
            return function(*args, **kwargs)

    return call


def _coroutine(function: Callable[..., Any], options: Mapping[str, Any]) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        with track(**options):
            return await function(*args, **kwargs)

    return call


def _generator(function: Callable[..., Any], options: Mapping[str, Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with track(**options):
            return (yield from function(*args, **kwargs))

    return call


def _async_generator(
    function: Callable[..., Any], options: Mapping[str, Any]
) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        with track(**options):
            items = function(*args, **kwargs)
            sent: Any = None
            error: Optional[BaseException] = None
            try:
                while True:
                    try:
                        step = items.asend(sent) if error is None else items.athrow(error)
                        item = await step
                    except StopAsyncIteration:
                        return
                    sent = error = None
                    try:
                        sent = yield item
                    except GeneratorExit:
                        raise
                    except BaseException as thrown:  # what the caller threw in is for the inner
                        error = thrown
            finally:
                await items.aclose()

    return call
