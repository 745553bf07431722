"""Which action a cue asks for, learnt from a reward that comes long after the action: three-factor learning.

Each of three cues is a burst of spikes in a group of input neurons of its own. The network acts by the group of outputs
that fires the most; whether that was right it is told 50 steps later, when all spikes of the action are over. Spike
timing alone (STDP), and reward that meets nothing but the spikes of its own step, leave it at chance; where each
synapse keeps a trace of what STDP would have done, an eligibility, reward finds the synapses that earned it
(Izhikevich, Cerebral Cortex 17 (2007) 2443-2452). Network, cues and input spikes are the same for all three.
"""

import argparse
from pathlib import Path

import numpy as np

from snnres import SNN, SimulationParams, STDPParams, plotting
from snnres.datasets import AssociationTrials, delayed_association
from snnres.parts import MSTDP, MSTDPET, EscapeNoise, GeneralizedLIF, Modulation, Plasticity

N_CUES, GROUP, DELAY = 3, 10, 50
# Output neurons for each action. Those of different actions inhibit each other, so that one wins; and they fire at
# random near their threshold, so that each action is tried.
OUTPUTS = 5
INHIBITION = 1.0
CELL = GeneralizedLIF(1.0, 0.2, 2, floor=-1.0, escape=EscapeNoise(rate=0.5, slope=0.1))
# So far above the threshold an input neuron fires for certain.
AMPLITUDE = 3.0
RULE = STDPParams(
    tau_plus=5.0, tau_minus=5.0, A_plus=1.0, A_minus=0.3, weight_update_rule="additive", W_max=1.0, eta=0.05
)
# A reward counts as far as it differs from the latest ones: what is always rewarded is no news.
LEARNERS: dict[str, Modulation | None] = {
    "reward and eligibility (MSTDPET)": MSTDPET(tau_e=50.0, tau_baseline=20.0),
    "reward without eligibility (MSTDP)": MSTDP(tau_baseline=20.0),
    "no reward (STDP alone)": None,
}
# Trials over which the share of right actions is taken.
WINDOW = 20


def network(modulation: Modulation | None, seed: int) -> SNN:
    """Return a network whose synapses from inputs to outputs learn, while outputs inhibit those of other actions."""
    n_inputs, n_outputs = N_CUES * GROUP, N_CUES * OUTPUTS
    weights = np.zeros((n_inputs + n_outputs, n_inputs + n_outputs), dtype=np.float32)
    weights[:n_inputs, n_inputs:] = np.random.default_rng(seed).uniform(0.15, 0.25, (n_inputs, n_outputs))
    action = np.arange(n_outputs) // OUTPUTS
    weights[n_inputs:, n_inputs:] = np.where(action[:, None] != action, -INHIBITION, 0)
    return SNN(
        SimulationParams(
            adjacency_matrix=weights,
            output_neurons=np.arange(n_inputs, n_inputs + n_outputs),
            membrane_potentials=np.zeros(n_inputs + n_outputs),
            cell=CELL,
            current_amplitude=AMPLITUDE,
            seed=seed,
        ),
        Plasticity(RULE, sources=range(n_inputs), modulation=modulation),
    )


def right_actions(modulation: Modulation | None, trials: AssociationTrials, seed: int) -> list[bool]:
    """Let a network act and learn; return for each trial whether it did what the cue asked for."""
    snn, rng = network(modulation, seed), np.random.default_rng(seed)
    acted = trials.action_window.stop
    # Nothing but in the last step of the trial, when it is told whether it was right.
    rewards = np.full(trials.reward_step + 1 - acted, np.nan)
    right = []
    for spikes, cue in zip(trials.spikes, trials.cues, strict=True):
        snn.set_input_spike_times(spikes[:acted].T)
        snn.set_reward(None)
        counts = snn.simulate()[trials.action_window].sum(axis=0).reshape(N_CUES, OUTPUTS).sum(axis=1)
        right.append(bool(rng.choice(np.flatnonzero(counts == counts.max())) == cue))
        snn.set_input_spike_times(spikes[acted:].T)
        if modulation is not None:
            rewards[-1] = 1.0 if right[-1] else -1.0
            snn.set_reward(rewards)
        snn.simulate()
    return right


def main() -> None:
    """Let all three learn from several seeds, print how often they are right, and draw how they came to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="delayed_association", help="folder for the figure")
    parser.add_argument("--trials", type=int, default=200, help="to learn in, 50 or more")
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()

    # 1. Whether actions were right, by learner: (n_trials, n_seeds).
    tasks = [
        delayed_association(args.trials, n_cues=N_CUES, group_size=GROUP, delay=DELAY, seed=seed)
        for seed in range(args.seeds)
    ]
    right = {
        name: np.array([right_actions(modulation, trials, seed) for seed, trials in enumerate(tasks)]).T
        for name, modulation in LEARNERS.items()
    }

    # 2. What they reach.
    print(
        f"share of right actions in the last 50 of {args.trials} trials, {args.seeds} seeds (chance {1 / N_CUES:.2f})"
    )
    print(f"{'':<36}{'mean':>6}{'worst':>7}{'best':>6}")
    for name, table in right.items():
        last = table[-50:].mean(axis=0)
        print(f"{name:<36}{last.mean():>6.2f}{last.min():>7.2f}{last.max():>6.2f}")

    # 3. Learning curves.
    ax = plotting.new_figure().axes[0]
    plotting.learning_curve(
        right, ax, references={"chance": 1 / N_CUES}, window=WINDOW, title=f"Reward {DELAY} steps after the action"
    )
    ax.set(xlabel="trial", ylabel=f"right actions, share of the last {WINDOW}", ylim=(0, 1.05))
    ax.legend(loc=(0.55, 0.5), frameon=False)
    print("wrote", plotting.save_figure(Path(args.output) / "delayed_association.png", ax))


if __name__ == "__main__":
    main()
