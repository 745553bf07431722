"""Fits that end well or change nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

Estimator = TypeVar("Estimator")
Arguments = ParamSpec("Arguments")


def all_or_nothing(
    fit: Callable[Concatenate[Estimator, Arguments], Any],
) -> Callable[Concatenate[Estimator, Arguments], Estimator]:
    """Let a method fit a copy, whose attributes become the estimator's own in one step once all went well.

    So a refusal or an interrupt leaves what was fitted before. The method may set attributes but must not change what
    they hold in place: the copy is shallow.
    """

    @wraps(fit)
    def fit_or_leave(self: Estimator, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Estimator:
        draft = copy.copy(self)
        fit(draft, *args, **kwargs)
        self.__dict__ = draft.__dict__
        return self

    return fit_or_leave
