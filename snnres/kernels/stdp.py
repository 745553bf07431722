"""Spike-timing-dependent plasticity with exponential traces."""

import numpy as np

from .compile import jit

ONE = np.uint32(1)
UNIT = np.float32(1)


@jit
def decay_traces(state, stdp):
    """Let both traces decay by one step. Mutates them."""
    x_pre, x_post = state.x_pre, state.x_post
    for i in range(x_pre.size):
        x_pre[i] *= stdp.decay_pre
        x_post[i] *= stdp.decay_post


@jit
def depress(edges, x_post, stdp, neurons, start, stop):
    """Depress the outgoing synapses of the firing neurons by their targets' traces. Mutates the weights."""
    indptr, target, weight = edges.indptr, edges.target, edges.weight
    for k in range(start, stop):
        j = neurons[k]
        for e in range(indptr[j], indptr[j + ONE]):
            x = x_post[target[e]]
            w = weight[e] * (UNIT - stdp.proportional * x) - stdp.constant * x
            weight[e] = min(max(w, stdp.lower), stdp.upper)


@jit
def potentiate(edges, x_pre, stdp, neurons, start, stop):
    """Potentiate the incoming synapses of the firing neurons by their sources' traces. Mutates the weights."""
    weight, in_indptr, in_source, in_edge = edges.weight, edges.in_indptr, edges.in_source, edges.in_edge
    for k in range(start, stop):
        i = neurons[k]
        for e in range(in_indptr[i], in_indptr[i + ONE]):
            w = weight[in_edge[e]]
            w += (stdp.potentiation * x_pre[in_source[e]]) * (UNIT - w * stdp.saturation)
            weight[in_edge[e]] = min(max(w, stdp.lower), stdp.upper)


@jit
def mark_spikes(state, stdp, neurons, start, stop):
    """Raise both traces of the firing neurons by one, at most to ``trace_max``. Mutates them."""
    x_pre, x_post = state.x_pre, state.x_post
    for k in range(start, stop):
        i = neurons[k]
        x_pre[i] = min(x_pre[i] + UNIT, stdp.trace_max)
        x_post[i] = min(x_post[i] + UNIT, stdp.trace_max)


@jit
def learn(edges, state, stdp, neurons, start, stop):
    """One step of plasticity for the spikes ``neurons[start:stop]``. Mutates weights and traces."""
    decay_traces(state, stdp)
    depress(edges, state.x_post, stdp, neurons, start, stop)
    potentiate(edges, state.x_pre, stdp, neurons, start, stop)
    mark_spikes(state, stdp, neurons, start, stop)
