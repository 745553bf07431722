"""What files of versions 1 to 3 call otherwise than today's, or lack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..encoding.standardiser import Standardiser
from ..features import FeatureOptions
from .pathways import QUICK, Pathway
from .ridge import LEAVE_ONE_OUT


def scale(mean: NDArray[np.float64], divisor: NDArray[np.float64]) -> Standardiser:
    """Return a record that could have one divisor for all its columns."""
    return Standardiser(mean, np.broadcast_to(divisor, mean.shape).copy())


def signal_scaling(mean: Any, sd: Any, delta_sd: Any, hold: int) -> dict[str, Any]:
    """Return the attributes that a record of them has become."""
    delta_scaling = None if delta_sd is None else Standardiser(np.zeros(len(delta_sd)), delta_sd)
    return {"scaling_": Standardiser(mean, sd), "delta_scaling_": delta_scaling, "hold_": hold}


def within(limits: tuple[Any, Any], margin: float = 0.1) -> tuple[Any, Any]:
    """Return the range of which these were the limits, a part of it wider on either side."""
    low, high = limits
    beyond = margin * (high - low) / (1 + 2 * margin)
    return low + beyond, high - beyond


# In place of classes that are no more, by their names.
FORMER_RECORDS: dict[str, Callable[..., Any]] = {"Scale": scale, "SignalScaling": signal_scaling}


def former_parameters(kind: type, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of an estimator with those that say what it was before there were others."""
    names = {field for base in kind.__mro__ for field in getattr(base, "__annotations__", ())}
    if "memory" in names:
        return {"memory": QUICK, "taps": 0} | parameters
    return {"max_delay": 0} | parameters if "lags" in parameters else parameters


def former_part(name: str, attributes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the name of a class and its attributes as they are today."""
    if name != "LeaveOneOutRidgeClassifier":
        return name, attributes
    new = {f"left_out_{key}": attributes[f"loo_{key}"] for key in ("loss_", "accuracy_") if f"loo_{key}" in attributes}
    kept = {key: value for key, value in attributes.items() if not key.startswith("loo_")}
    # Neither was kept then.
    return "SummedRidgeClassifier", kept | new | {"penalty_by_": LEAVE_ONE_OUT, "gram_": None, "n_left_out_": None}


def renamed(kind: type, parameters: dict[str, Any], attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of an estimator under today's names."""
    kept = dict(attributes)
    if isinstance(kept.get("scaling_"), dict):
        kept |= kept["scaling_"]
    if "limits_" in kept:
        kept["target_range_"] = within(kept.pop("limits_"))
    if "run_" in kept:
        kept["hold_"] = kept["run_"].hold
    elif parameters.get("memory") == QUICK:
        features = parameters["features"]
        names = (features,) if isinstance(features, str) else tuple(features)
        deltas = kept["delta_scaling_"] is not None
        network, hold = kept.pop("network_"), kept.pop("hold_")
        kept["pathways_"] = [Pathway(QUICK, network, hold, deltas, names, FeatureOptions().final_taus)]
        kept |= {"memory_": QUICK, "errors_": {}}
    if kept.keys() & {"pathways_", "run_"}:
        # What was not measured then.
        kept["current_ratio_"] = None
    return kept
