"""Balancing a pole on a cart from reward alone: gymnasium's CartPole-v1, several seeds, learning curves.

In each step of the cart its position and speed and the pole's angle and speed become spikes, and a push to the left or
to the right is chosen. An episode ends when the pole falls over or the cart leaves its track, or after 500 steps; its
return is the number of steps. All learners have the same episodes to learn in. Needs ``pip install "snnres[rl]"``.
"""

import argparse
import functools
from pathlib import Path
from typing import Protocol

import numpy as np

from snnres import SNN, SimulationParams, STDPParams, plotting
from snnres.parts import MSTDPET, EscapeNoise, GeneralizedLIF, Plasticity

try:
    import gymnasium
except ImportError:
    raise SystemExit('This example needs gymnasium: pip install "snnres[rl]"') from None

# The place code: where each of the four observations is cut off, and how many places there are along each. An input
# neuron stands for a place in all four; so far apart are its neighbours in units of the width of its field.
BOUNDS = np.array([2.4, 1.5, 0.21, 1.5])
PLACES = (5, 3, 5, 5)
CENTRES = [np.linspace(-1, 1, number) for number in PLACES]
SPACING = 1 / 0.6
PEAK_RATE = 0.5
# Steps of spikes in one step of the cart.
STEPS = 10
N_INPUTS = int(np.prod(PLACES))

# What a later reward is worth, a step of the cart earlier; how long it is remembered which inputs led to an action.
DISCOUNT, MEMORY = 0.98, 0.9
VALUE_RATE, POLICY_RATE = 0.02, 0.3

# The spiking network: outputs for either push, which inhibit those of the other and fire at random near threshold.
OUTPUTS = 5
INHIBITION = 1.0
CELL = GeneralizedLIF(1.0, 0.2, 2, floor=-1.0, escape=EscapeNoise(rate=0.5, slope=0.1))
# So far above the threshold an input neuron fires for certain.
AMPLITUDE = 3.0
RULE = STDPParams(
    tau_plus=4.0, tau_minus=4.0, A_plus=1.0, A_minus=0.3, weight_update_rule="additive", W_max=1.0, eta=0.02
)
MODULATION = MSTDPET(tau_e=-STEPS / np.log(DISCOUNT * MEMORY))

# The search among linear policies: episodes of a round, the best of which set out the next one.
ROUND, BEST = 10, 3
# Episodes over which returns are averaged.
WINDOW = 20


def encode(observation: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return spikes (N_INPUTS, STEPS), uint8, that tell of an observation."""
    scaled = np.clip(observation / BOUNDS, -1, 1)
    along = [
        np.exp(-0.5 * ((x - centres) * SPACING / (centres[1] - centres[0])) ** 2)
        for x, centres in zip(scaled, CENTRES, strict=True)
    ]
    activation = functools.reduce(np.multiply.outer, along).reshape(-1, 1)
    return (rng.random((N_INPUTS, STEPS), dtype=np.float32) < PEAK_RATE * activation).astype(np.uint8)


class Agent(Protocol):
    """What can be put before the cart: made from a seed, asked in each step, told at the end of an episode."""

    def act(self, observation: np.ndarray) -> int:
        """Return 0 to push to the left, 1 to push to the right."""

    def end(self, n_steps: int, failed: bool) -> None:
        """Take note that an episode has ended: after how many steps, and whether it was lost."""


class RandomPolicy:
    """Pushes at random and learns nothing."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def act(self, observation: np.ndarray) -> int:
        """Return either push with equal chance."""
        return int(self.rng.integers(2))

    def end(self, n_steps: int, failed: bool) -> None:
        """Learn nothing."""


class LinearPolicy:
    """The sign of a weighted sum of the scaled observations, weights found by the cross-entropy method."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.mean, self.spread = np.zeros(len(BOUNDS)), np.ones(len(BOUNDS))
        self.tried: list[tuple[int, np.ndarray]] = []
        self.weights = self.drawn()

    def drawn(self) -> np.ndarray:
        """Return weights to try in an episode."""
        return self.rng.normal(self.mean, self.spread)

    def act(self, observation: np.ndarray) -> int:
        """Return the push that the weights of this episode decide on."""
        return int(observation / BOUNDS @ self.weights > 0)

    def end(self, n_steps: int, failed: bool) -> None:
        """Draw other weights; after a round, from about where its best were."""
        self.tried.append((n_steps, self.weights))
        if len(self.tried) == ROUND:
            best = np.array([weights for _, weights in sorted(self.tried, key=lambda pair: -pair[0])[:BEST]])
            self.mean, self.spread = best.mean(axis=0), best.std(axis=0) + 0.05
            self.tried = []
        self.weights = self.drawn()


class Critic:
    """Predicts from the input spikes the rewards to come, of which there is one: -1 when all is lost.

    By how much it errs from one step of the cart to the next is what the synapses that led to the latest actions are
    rewarded or punished with (Barto, Sutton and Anderson, IEEE Transactions on Systems, Man, and Cybernetics 13 (1983)
    834-846).
    """

    def __init__(self) -> None:
        self.values = np.zeros(N_INPUTS)
        self.forget()

    def forget(self) -> None:
        """Begin an episode."""
        self.rates: np.ndarray | None = None
        self.visited = np.zeros(N_INPUTS)

    def error(self, rates: np.ndarray) -> float | None:
        """Return what is better than predicted now that the inputs have these rates; None in the first step."""
        error = None if self.rates is None else self.learn(DISCOUNT * (rates @ self.values))
        self.visited = DISCOUNT * MEMORY * self.visited + rates
        self.rates = rates
        return error

    def learn(self, outcome: float) -> float:
        """Learn from how much an outcome differs from what was predicted, and return it."""
        error = float(outcome - self.rates @ self.values)
        self.values += VALUE_RATE * error * self.visited
        return error


class ActorCritic:
    """Softmax policy on the counts of the input spikes, without a network, taught by the critic."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.critic, self.weights = Critic(), np.zeros(N_INPUTS)
        self.eligible = np.zeros(N_INPUTS)

    def act(self, observation: np.ndarray) -> int:
        """Learn from what the latest push led to, and choose the next."""
        rates = encode(observation, self.rng).mean(axis=1) / PEAK_RATE
        error = self.critic.error(rates)
        if error is not None:
            self.weights += POLICY_RATE * error * self.eligible
        right = 1 / (1 + np.exp(-rates @ self.weights))
        action = int(self.rng.random() < right)
        self.eligible = DISCOUNT * MEMORY * self.eligible + (action - right) * rates
        return action

    def end(self, n_steps: int, failed: bool) -> None:
        """Learn from the loss, if it was one."""
        if failed:
            self.weights += POLICY_RATE * self.critic.learn(-1.0) * self.eligible
        self.critic.forget()
        self.eligible[:] = 0


class SpikingActorCritic:
    """A spiking network in place of the softmax policy: the critic's error is the reward of its plasticity.

    Every input neuron has synapses to the outputs for either push; those that fire more often decide. A synapse is
    eligible as spike-timing-dependent plasticity would change it (MSTDPET), and changes with the next errors. After
    Fremaux, Sprekeler and Gerstner, PLOS Computational Biology 9 (2013) e1003024, where the critic has spikes too.
    """

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.critic, self.episodes = Critic(), 0
        n_outputs = 2 * OUTPUTS
        weights = np.zeros((N_INPUTS + n_outputs, N_INPUTS + n_outputs))
        weights[:N_INPUTS, N_INPUTS:] = self.rng.uniform(0.05, 0.15, (N_INPUTS, n_outputs))
        push = np.arange(n_outputs) // OUTPUTS
        weights[N_INPUTS:, N_INPUTS:] = np.where(push[:, None] != push, -INHIBITION, 0)
        self.network = SNN(
            SimulationParams(
                adjacency_matrix=weights,
                output_neurons=np.arange(N_INPUTS, N_INPUTS + n_outputs),
                membrane_potentials=np.zeros(N_INPUTS + n_outputs),
                cell=CELL,
                current_amplitude=AMPLITUDE,
                seed=seed,
            ),
            Plasticity(RULE, sources=range(N_INPUTS), modulation=MODULATION),
        )

    def act(self, observation: np.ndarray) -> int:
        """Let the network run for a step of the cart, rewarded for what the latest push led to."""
        spikes = encode(observation, self.rng)
        error = self.critic.error(spikes.mean(axis=1) / PEAK_RATE)
        counts = self.network.step(spikes[:, 0], reward=error).astype(int)
        for column in spikes.T[1:]:
            counts += self.network.step(column)
        left, right = counts.reshape(2, OUTPUTS).sum(axis=1)
        return int(self.rng.integers(2)) if left == right else int(right > left)

    def end(self, n_steps: int, failed: bool) -> None:
        """Learn from the loss, if it was one, and come to rest."""
        if failed:
            self.network.step(reward=self.critic.learn(-1.0))
        self.critic.forget()
        self.episodes += 1
        self.network.reset(trial=self.episodes)


AGENTS: dict[str, type[Agent]] = {
    "random policy": RandomPolicy,
    "linear policy": LinearPolicy,
    "actor-critic without a network": ActorCritic,
    "spiking network (MSTDPET)": SpikingActorCritic,
}


def returns_of(kind: type[Agent], seed: int, n_episodes: int) -> list[int]:
    """Return the steps that an agent lasts in each of the episodes in which it learns."""
    cart, agent = gymnasium.make("CartPole-v1"), kind(seed)
    returns = []
    for episode in range(n_episodes):
        # A seed for the first; the others go on from it.
        observation, _ = cart.reset(seed=None if episode else seed)
        n_steps, failed, out_of_time = 0, False, False
        while not (failed or out_of_time):
            observation, _, failed, out_of_time, _ = cart.step(agent.act(observation))
            n_steps += 1
        agent.end(n_steps, failed)
        returns.append(n_steps)
    cart.close()
    return returns


def main() -> None:
    """Let all agents learn from several seeds, print what they reach, and draw how they got there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="cartpole", help="folder for the figure")
    parser.add_argument("--episodes", type=int, default=100, help="to learn in, 20 or more")
    parser.add_argument("--seeds", type=int, default=4)
    args = parser.parse_args()

    # 1. Returns by agent, (n_episodes, n_seeds).
    returns = {
        name: np.array([returns_of(kind, seed, args.episodes) for seed in range(args.seeds)]).T
        for name, kind in AGENTS.items()
    }

    # 2. What they are worth in the end, by seed: their mean, and how the seeds differ.
    print(f"mean return over the last {WINDOW} of {args.episodes} episodes, {args.seeds} seeds (500: never fails)")
    print(f"{'':<30}{'mean':>7}{'sd':>7}{'worst':>7}{'best':>7}")
    for name, table in returns.items():
        last = table[-WINDOW:].mean(axis=0)
        print(f"{name:<30}{last.mean():>7.1f}{last.std():>7.1f}{last.min():>7.1f}{last.max():>7.1f}")

    # 3. Learning curves; what does not learn is a line to compare with.
    chance = float(returns.pop("random policy").mean())
    ax = plotting.new_figure().axes[0]
    plotting.learning_curve(returns, ax, references={"random policy": chance}, window=WINDOW, title="CartPole-v1")
    ax.set_ylim(0, 520)
    ax.legend(loc=(0.66, 0.1), frameon=False)
    print("wrote", plotting.save_figure(Path(args.output) / "cartpole.png", ax))


if __name__ == "__main__":
    main()
