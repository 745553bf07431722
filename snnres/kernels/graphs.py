"""Random graphs: rewire a ring lattice, pick pairs of neurons, turn arcs into CSR."""

import numpy as np

from .compile import inline_jit, jit
from .prefetch import prefetch

# Entries ahead of the one at work for which memory is asked: of a place, and of where to look that place up.
AHEAD, LOOK_UP = 8, 16
# Entries of a line of memory.
LINE = np.uint64(16)
NEXT = np.uint64(1)
# What is noted of each edge of a ring: whether the arc goes towards its own neuron, and whether it leads elsewhere.
TURNED, MOVED = np.uint8(1), np.uint8(2)


@inline_jit
def in_place(sides, u, w):
    """Whether the ring's edge from u to w, of u's own row, is there and has not been moved."""
    distance = w - u
    if distance < 0:
        distance += sides.shape[0]
    return 0 < distance <= sides.shape[1] and sides[u, distance - 1] < MOVED


@inline_jit
def moved_to(ends, row, w):
    """Whether a moved edge of the row leads to w. Goes by whole lines without early exit, so that it vectorises."""
    hit = False
    for line in range(row, row + np.uint64(~ends[row]) + NEXT, LINE):
        for r in range(line, line + LINE):
            hit |= ends[r] == w
    return hit


@jit
def rewire(ends, sides, degree, lag, nodes, done, candidates):
    """Move the edges of ``nodes[done:]`` at a lag to the next candidates that make no loop or double.

    Each neuron has a row of whole lines of ``ends``: ``~n``, n being how many of its own edges have been moved, where
    they lead, and -1s. So nearly all that is asked for at random stands in a line: 2.0 s for 20 M edges of 10^6
    neurons, against 6.1 for a look at two rows of 100 ends each. Returns how many nodes are done: fewer than all if the
    candidates ran out. A neuron joined to all others keeps its edge. Mutates ``ends``, ``sides`` and ``degree``.
    """
    n_neurons, half = sides.shape
    every, stride = sides.ravel(), np.uint64(ends.size // n_neurons)
    used = 0
    for position in range(done, nodes.size):
        if position + LOOK_UP < nodes.size:
            following = nodes[position + LOOK_UP]
            prefetch(ends, np.uint64(following) * stride)
            prefetch(every, np.uint64(following * half + lag))
        u = nodes[position]
        row = np.uint64(u) * stride
        if degree[u] >= n_neurons - 1:
            continue
        while True:
            if used == candidates.size:
                return position
            if used + LOOK_UP < candidates.size:
                prefetch(ends, np.uint64(candidates[used + LOOK_UP]) * stride)
                prefetch(degree, np.uint64(candidates[used + LOOK_UP]))
            w = np.int64(candidates[used])
            used += 1
            linked = moved_to(ends, row, w) | moved_to(ends, np.uint64(w) * stride, u)
            if not linked and w != u and not in_place(sides, u, w) and not in_place(sides, w, u):
                break
        near = u + lag + 1
        degree[near if near < n_neurons else near - n_neurons] -= 1
        degree[w] += 1
        sides[u, lag] = MOVED
        ends[row] -= 1
        ends[row + np.uint64(~ends[row])] = w
    return nodes.size


@jit
def list_moved(ends, sides, first, last, done, sources, targets):
    """Write the arcs that the moved edges of some neurons became from entry ``done`` on; return the new end."""
    stride = ends.size // sides.shape[0]
    for u in range(first, last):
        r = u * stride
        for lag in range(sides.shape[1]):
            if sides[u, lag] >= MOVED:
                r += 1
                turned = sides[u, lag] & TURNED
                sources[done] = ends[r] if turned else u
                targets[done] = u if turned else ends[r]
                done += 1
    return done


@inline_jit
def ring_targets(sides, j, low, high, targets, count):
    """Write those of the neurons j + low to j + high to which j has an arc of the ring; return the new count.

    Every neuron is written and the count moves on by 0 or 1. ``low`` and ``high`` are on one side of 0.
    """
    n_neurons = sides.shape[0]
    for offset in range(low, high + 1):
        i = j + offset
        if i < 0:
            i += n_neurons
        elif i >= n_neurons:
            i -= n_neurons
        targets[count] = i
        count += np.int64(sides[j, offset - 1] == 0) if offset > 0 else np.int64(sides[i, -offset - 1] == TURNED)
    return count


@jit
def fill_rows(sides, bounds, moved, first, last, indptr, indices, near):
    """Write the rows of some neurons: arcs of the ring that were not moved, and moved ones, ascending together.

    ``moved`` holds the latter, ascending between ``bounds`` of each row; ``near`` is a scratch, an entry a neighbour.
    Mutates ``indptr`` and ``indices``.
    """
    n_neurons, half = sides.shape
    e = indptr[first]
    for j in range(first, last):
        # The ring's neighbours ascend but where it closes.
        count = ring_targets(sides, j, n_neurons - j, half, near, 0)
        count = ring_targets(sides, j, max(-half, -j), -1, near, count)
        count = ring_targets(sides, j, 1, min(half, n_neurons - 1 - j), near, count)
        count = ring_targets(sides, j, -half, -j - 1, near, count)
        m = bounds[j]
        for k in range(count):
            while m < bounds[j + 1] and moved[m] < near[k]:
                indices[e] = moved[m]
                m += 1
                e += 1
            indices[e] = near[k]
            e += 1
        for rest in range(m, bounds[j + 1]):
            indices[e] = moved[rest]
            e += 1
        indptr[j + 1] = e


@jit
def leap(leaps, last, n_candidates):
    """Turn leaps from candidate ``last`` on into the candidates that they reach; return how many are within."""
    for k in range(leaps.size):
        if leaps[k] > n_candidates - 1 - last:
            return k
        last += leaps[k]
        leaps[k] = last
    return leaps.size


@jit
def place_pairs(pairs, row, done, indptr, indices):
    """Write ordered pairs of distinct neurons, counted row by row, ascending, from entry ``done`` on; return the row.

    ``row`` is where the pairs before ended. Mutates ``indptr`` and ``indices``.
    """
    width = indptr.size - 2
    start = row * width
    for k in range(pairs.size):
        while pairs[k] >= start + width:
            row += 1
            start += width
            indptr[row] = done + k
        column = pairs[k] - start
        indices[done + k] = column + (column >= row)
    return row


@jit
def count_ends(neurons, indptr):
    """Count how often each neuron is named, that of neuron i in ``indptr[i + 1]``."""
    for e in range(neurons.size):
        indptr[neurons[e] + 1] += 1


@jit
def group(sources, targets, cursor, grouped):
    """Write the arcs' sources in the order of their targets. Mutates ``cursor``, the next place of each."""
    for e in range(targets.size):
        if e + LOOK_UP < targets.size:
            prefetch(cursor, targets[e + LOOK_UP])
            prefetch(grouped, cursor[targets[e + AHEAD]])
        grouped[cursor[targets[e]]] = sources[e]
        cursor[targets[e]] += 1


@jit
def place_sorted(in_indptr, grouped, first, last, cursor, indices):
    """Write CSR column indices, ascending in each row, from the sources of some targets. Mutates ``cursor``."""
    for target in range(first, last):
        for e in range(in_indptr[target], in_indptr[target + 1]):
            if e + LOOK_UP < grouped.size:
                prefetch(cursor, grouped[e + LOOK_UP])
                prefetch(indices, cursor[grouped[e + AHEAD]])
            row = grouped[e]
            indices[cursor[row]] = target
            cursor[row] += 1


@jit
def attach(edges, m, done, draws):
    """Choose the earlier neurons ``edges[done:, 0]``, each new neuron's m distinct, by the ends of edges before it.

    A draw in [0, 1) picks one of the ends. Returns how many edges are done: fewer than all if the draws ran out.
    Mutates ``edges``.
    """
    used = 0
    for e in range(done, edges.shape[0]):
        own = e - e % m
        while True:
            if used == draws.size:
                return e
            end = int(draws[used] * 2 * own)
            used += 1
            chosen = edges[end >> 1, end & 1]
            new = True
            for other in range(own, e):
                new &= edges[other, 0] != chosen
            if new:
                break
        edges[e, 0] = chosen
    return edges.shape[0]
