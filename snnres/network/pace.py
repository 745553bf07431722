"""How much of a run is done at a time: little enough that Ctrl-C, which waits for it, is answered at once."""

# How much larger than the one before a chunk may be.
GROWTH = 4
# Neurons and synapses that are visited in a second where every synapse draws a random number.
SLOWEST = 2 * 10**8


class Pace:
    """Steps and spikes that the next chunk of a run may have, found from how long the last one took.

    Spikes are bounded, too: a network that was silent may of a sudden fire with all it has, a hundred times the work.

    Parameters
    ----------
    seconds : float
        What a chunk shall take.
    n_neurons, n_synapses : int
        Sizes of the network, of which in the first chunk every step may visit everything.
    """

    def __init__(self, seconds: float, n_neurons: int, n_synapses: int) -> None:
        self.seconds = seconds
        self.steps = max(1, int(seconds * SLOWEST) // (n_neurons + n_synapses))
        self.first_spikes = self.spikes = int(seconds * SLOWEST) * n_neurons // max(n_synapses, 1)

    def learn(self, seconds: float, steps: int, spikes: int) -> None:
        """Take in how long a chunk of so many steps took, and how many spikes it had."""
        factor = min(self.seconds / max(seconds, 1e-9), GROWTH)
        self.steps = max(1, int(steps * factor))
        self.spikes = max(self.first_spikes, int(GROWTH * spikes * factor))
