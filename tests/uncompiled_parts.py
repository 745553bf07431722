"""What holds of every combination of parts, on many random ones; without the compiler, which takes seconds for each.

    NUMBA_DISABLE_JIT=1 python -m pytest -n0 tests/uncompiled_parts.py

test_part_properties.py runs it so.
"""

import pytest
from test_part_properties import PROPERTIES

SEEDS = range(24)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_holds(name, seed, tmp_path):
    PROPERTIES[name](seed, tmp_path)
