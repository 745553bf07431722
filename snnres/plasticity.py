"""Learning rules: from the user's parameters to the kernels' constants."""

import math

import numpy as np

from .kernels.structs import STDPConstants
from .params import STDPParams


def stdp_constants(params: STDPParams) -> STDPConstants:
    """Return the constants of a rule, computed in double and rounded once to float32."""
    multiplicative = params.weight_update_rule == "multiplicative"
    depression = params.eta * params.effective_A_minus
    return STDPConstants(
        decay_pre=np.float32(math.exp(-1.0 / params.tau_plus)),
        decay_post=np.float32(math.exp(-1.0 / params.tau_minus)),
        potentiation=np.float32(params.eta * params.A_plus),
        saturation=np.float32(1.0 / params.W_max if multiplicative else 0.0),
        proportional=np.float32(depression / params.W_max if multiplicative else 0.0),
        constant=np.float32(0.0 if multiplicative else depression),
        lower=np.float32(0.0 if params.clip else -np.inf),
        upper=np.float32(params.W_max if params.clip else np.inf),
        trace_max=np.float32(1.0 if params.nearest_neighbor else np.inf),
    )
