"""What keeps activity in its range: thresholds, scaled weights, moved synapses; pure functions of arrays."""

from .rewiring import rewire
from .scaling import scaling_factors, synaptic_scaling
from .thresholds import input_mean_current, mean_field_threshold

__all__ = ["input_mean_current", "mean_field_threshold", "rewire", "scaling_factors", "synaptic_scaling"]
