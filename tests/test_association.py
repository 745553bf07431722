"""The delayed association: what fires when, which action is right, and when the reward comes."""

import numpy as np
import pytest

from snnres.datasets import delayed_association


def test_trials_have_the_layout_that_is_asked_for():
    trials = delayed_association(
        12, n_cues=3, group_size=4, cue_steps=6, action_window=(8, 11), delay=5, rate=1, background_rate=0, seed=0
    )
    # The last step of the window is 10, the reward comes 5 steps later, in the last step of the trial.
    assert trials.reward_step == 15
    assert trials.action_window == slice(8, 11)
    assert trials.spikes.shape == (12, 16, 12)
    assert trials.spikes.dtype == np.uint8
    assert np.bincount(trials.cues).tolist() == [4, 4, 4]
    for spikes, cue in zip(trials.spikes, trials.cues, strict=True):
        expected = np.zeros((16, 12))
        expected[:6, 4 * cue : 4 * cue + 4] = 1
        np.testing.assert_array_equal(spikes, expected)


def test_rates_are_those_given_and_those_of_a_cue_come_on_top():
    trials = delayed_association(200, rate=0.3, background_rate=0.1, seed=1)
    groups = trials.spikes.reshape(200, -1, 2, 10)
    own = np.array([spikes[:, cue] for spikes, cue in zip(groups, trials.cues, strict=True)])
    other = np.array([spikes[:, 1 - cue] for spikes, cue in zip(groups, trials.cues, strict=True)])
    # Of neurons that fire for either reason; of 40,000 and of 100,000 and 150,000 draws, so at four deviations.
    assert own[:, :20].mean() == pytest.approx(1 - 0.7 * 0.9, abs=4 * np.sqrt(0.25 / 40_000))
    assert own[:, 20:].mean() == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 100_000))
    assert other.mean() == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 150_000))


def test_what_was_the_cue_is_over_when_it_is_to_be_remembered():
    trials = delayed_association(20, cue_steps=10, action_window=(10, 20), background_rate=0, seed=0)
    assert trials.spikes[:, trials.action_window].sum() == 0
    assert trials.spikes.any(axis=(1, 2)).all()


def test_the_order_of_cues_does_not_depend_on_their_spikes():
    first, same = (delayed_association(30, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.spikes, same.spikes)
    other = delayed_association(30, delay=9, rate=0.7, group_size=3, seed=3)
    np.testing.assert_array_equal(first.cues, other.cues)
    assert (first.cues != delayed_association(30, seed=4).cues).any()
    assert 0 < np.count_nonzero(np.diff(first.cues)) < 29


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_trials": 0}, ValueError, "n_trials must be"),
        ({"n_cues": 1}, ValueError, "n_cues must be an integer >= 2"),
        ({"group_size": 0}, ValueError, "group_size must be"),
        ({"delay": 0}, ValueError, "delay must be an integer >= 1"),
        ({"cue_steps": 0}, ValueError, "cue_steps must be"),
        (
            {"cue_steps": 75},
            ValueError,
            r"cue_steps must be an integer in \[1, 74\]|cue_steps must be an integer <= 74",
        ),
        ({"action_window": 5}, TypeError, "action_window must be a pair of steps. Got 5 instead"),
        ({"action_window": (5, 5)}, ValueError, r"action_window\[1\] must be an integer >= 6. Got 5 instead"),
        ({"action_window": (-1, 5)}, ValueError, r"action_window\[0\] must be"),
        ({"rate": 1.1}, ValueError, "rate must be"),
        ({"background_rate": -0.1}, ValueError, "background_rate must be"),
        ({"n_trials": 10**6, "group_size": 10**4}, ValueError, "n_trials, the steps of a trial, .* together"),
        ({"seed": "x"}, TypeError, "seed must be"),
    ],
)
def test_trials_that_cannot_be_are_refused(arguments, error, message):
    with pytest.raises(error, match=f"^({message})"):
        delayed_association(**{"n_trials": 4, **arguments})
