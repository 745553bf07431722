"""A part of the suite again, without the compiler and with its bounds checks: once as plain Python, once guarded."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import snnres

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
# Small cases that between them run every kernel.
SELECTION = (
    *(f"test_network.py::test_equals_the_reference[{seed}]" for seed in range(3)),
    "test_network.py::test_chunks_equal_the_whole",
    *(f"test_plasticity.py::test_equals_the_reference[{seed}]" for seed in range(2)),
    "test_topology.py::test_without_rewiring_it_is_the_ring",
    "test_topology.py::test_a_full_graph_cannot_be_rewired",
    "test_topology.py::test_small_world_is_a_simple_graph_of_the_exact_size[9-4-1.0]",
    "test_topology.py::test_probability_one_is_every_pair",
    "test_features.py::test_every_feature_by_its_definition[options3-0]",
    "test_features.py::test_trains_of_different_lengths",
    "test_features.py::test_lempel_ziv_complexity_of_the_published_example",
    "test_features.py::test_several_values_of_trains_of_different_lengths",
    "test_extractor.py::test_all_at_once_are_each_alone",
    "test_recording.py::test_making_a_recording_copies",
    "test_batch.py::test_turning_bytes",
    *(f"test_batch.py::test_equals_a_loop[0-{kind}]" for kind in ("spikes", "both")),
    "test_drive.py::test_chunks_equal_the_whole",
    "test_monitor.py::test_equals_the_reference_step_by_step[0-plastic-delays-taps-3]",
    "test_monitor.py::test_a_batch_gives_what_a_loop_gives[1-True]",
    "test_topology_graphs.py::test_scale_free_grows_by_m_edges[4-100]",
    "test_random.py::test_equals_the_plain_model_bit_for_bit[where1]",
    "test_noise.py::test_equals_the_reference[PoissonNoise-values1]",
    "test_synapse_models.py::test_equals_the_reference[195]",
    "test_clamp.py::test_equals_the_reference[1-True-delays1]",
    "test_clamp.py::test_a_batch_equals_one_by_one[1]",
    *(f"test_competition.py::test_equals_the_reference[True-0-{kind}]" for kind in ("groups", "inhibit")),
    "test_step.py::test_equals_the_reference",
    "test_rules.py::test_all_rules_compiled_equal_the_reference",
    "test_rules.py::test_modulated_signed_delayed_and_kept_up_compiled_equals_the_reference",
    "uncompiled_rules.py::test_mstdp_is_the_rule_times_the_reward_of_its_step[2.0]",
    *(
        f"test_cells.py::test_equals_plain_numpy[{kind}]"
        for kind in ("generalized-1", "generalized-2", "generalized-21")
    ),
    *(f"test_cells.py::test_equals_plain_numpy[{kind}-0]" for kind in ("izhikevich", "exponential", "integrator")),
    "test_cells.py::test_margins_are_from_the_true_threshold",
    *(f"test_shares.py::test_any_number_of_threads_gives_the_same[{kind}]" for kind in ("lively", "full")),
    "test_packed.py::test_a_batch_gives_the_same[1]",
    "test_shares.py::test_threads_wait_for_each_other",
    "test_shares.py::test_who_comes_late_does_not_begin",
)
# Of these the bounds checks would compile again what they compile for others; for each takes some seconds.
WITHOUT_CHECKS = (
    *(f"test_network.py::test_equals_the_reference[{seed}]" for seed in (1, 2)),
    "test_network.py::test_chunks_equal_the_whole",
    "test_plasticity.py::test_equals_the_reference[1]",
    "test_drive.py::test_chunks_equal_the_whole",
    "test_batch.py::test_equals_a_loop[0-spikes]",
    "test_monitor.py::test_a_batch_gives_what_a_loop_gives[1-True]",
    "test_monitor.py::test_equals_the_reference_step_by_step[0-plastic-delays-taps-3]",
    "test_clamp.py::test_a_batch_equals_one_by_one[1]",
    *(f"test_competition.py::test_equals_the_reference[True-0-{kind}]" for kind in ("groups", "inhibit")),
    "test_step.py::test_equals_the_reference",
    *(f"test_cells.py::test_equals_plain_numpy[generalized-{seed}]" for seed in (1, 2)),
    "test_cells.py::test_equals_plain_numpy[integrator-0]",
    "test_cells.py::test_margins_are_from_the_true_threshold",
    "test_shares.py::test_any_number_of_threads_gives_the_same[lively]",
    "uncompiled_rules.py::test_mstdp_is_the_rule_times_the_reward_of_its_step[2.0]",
)


def kernels():
    """Module and name of every compiled function: those with a decorator of the compile policy or of a verb."""
    for folder in ("kernels", "parts"):
        for path in sorted((Path(snnres.__file__).parent / folder).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and any(
                    ast.unparse(decorator) == "jit" or ast.unparse(decorator).split("(")[0].endswith(".of")
                    for decorator in node.decorator_list
                ):
                    yield f"{path.stem}.{node.name}"


@pytest.mark.parametrize("setting", ["NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK"])
def test_the_same_results(setting, tmp_path):
    # Code compiled with other settings must not be found in the cache.
    seen = tmp_path / "seen"
    environment = os.environ | {setting: "1", "NUMBA_CACHE_DIR": str(tmp_path), "SNNRES_KERNELS_SEEN": str(seen)}
    compiled = setting != "NUMBA_DISABLE_JIT"
    cases = [case for case in SELECTION if not (compiled and case in WITHOUT_CHECKS)]
    plugin = () if compiled else ("-p", "kernels_seen")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", *plugin, *cases]
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
    if not compiled:
        assert set(kernels()) - set(seen.read_text().split()) == set()
