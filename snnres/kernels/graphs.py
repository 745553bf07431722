"""Random graphs: rewire a ring lattice, turn arcs into CSR."""

from .compile import jit


@jit
def linked(heads, u, w):
    """Whether an edge of either neuron's own row joins u and w. No early exit, so that it vectorises."""
    hit = False
    for lag in range(heads.shape[1]):
        hit |= (heads[u, lag] == w) | (heads[w, lag] == u)
    return hit


@jit
def rewire(heads, degree, lag, nodes, done, candidates):
    """Move the edges ``(u, heads[u, lag])`` of ``nodes[done:]`` to the next candidates that make no loop or double.

    Returns how many nodes are done: fewer than all if the candidates ran out. A neuron joined to all others keeps
    its edge. Mutates ``heads`` and ``degree``.
    """
    used = 0
    for position in range(done, nodes.size):
        u = nodes[position]
        if degree[u] >= degree.size - 1:
            continue
        while True:
            if used == candidates.size:
                return position
            w = candidates[used]
            used += 1
            if w != u and not linked(heads, u, w):
                break
        degree[heads[u, lag]] -= 1
        degree[w] += 1
        heads[u, lag] = w
    return nodes.size


@jit
def count_ends(neurons, indptr):
    """Turn ``indptr``, zeros at first, into the row bounds of a list of neurons to be grouped."""
    for e in range(neurons.size):
        indptr[neurons[e] + 1] += 1
    for i in range(indptr.size - 1):
        indptr[i + 1] += indptr[i]


@jit
def group(sources, targets, cursor, grouped):
    """Write the arcs' sources in the order of their targets. ``cursor`` holds the groups' starts and is mutated."""
    for e in range(targets.size):
        grouped[cursor[targets[e]]] = sources[e]
        cursor[targets[e]] += 1


@jit
def place_sorted(in_indptr, grouped, cursor, indices):
    """Write CSR column indices, ascending in each row, from sources grouped by target. Mutates ``cursor``."""
    for target in range(in_indptr.size - 1):
        for e in range(in_indptr[target], in_indptr[target + 1]):
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
