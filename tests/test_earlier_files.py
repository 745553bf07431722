"""Files that earlier versions wrote still load, and predict what they predicted then."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from snnres.estimators import load_estimator

SAVED = Path(__file__).parent / "golden" / "saved"


@pytest.fixture(scope="module")
def expected():
    """What the version that wrote the files predicted, and from what."""
    with np.load(SAVED / "expected_version_1.npz") as archive:
        return dict(archive)


def loaded(name):
    return load_estimator(SAVED / f"{name}_version_1.npz")


def test_a_classifier(expected):
    scores = loaded("classifier").decision_function(expected["series"])
    np.testing.assert_allclose(scores, expected["decision_function"], rtol=1e-6, atol=1e-9)


def test_a_regressor_of_a_table(expected):
    told = loaded("regressor").predict(expected["series"][:, 0])
    np.testing.assert_allclose(told, expected["regression"], rtol=1e-6, atol=1e-9)


def test_a_transformer_without_differences(expected):
    np.testing.assert_array_equal(loaded("transformer").transform(expected["series"]), expected["features"])


def test_a_forecaster_goes_on_and_learns_on(expected):
    model = loaded("forecaster")
    np.testing.assert_allclose(model.forecast(10), expected["forecast"], rtol=1e-6)
    low, high = model.target_range_
    np.testing.assert_allclose([low[0], high[0]], [expected["u"].min(), expected["u"].max()])
    before = model.moments_.weight
    assert model.partial_fit(expected["forecast"]).moments_.weight > before


@pytest.mark.parametrize("name", ["classifier", "regressor", "transformer", "forecaster"])
def test_saved_anew_it_is_of_this_version(tmp_path, name):
    again = loaded(name)
    again.save(tmp_path / "model")
    with np.load(tmp_path / "model.npz") as archive:
        header = json.loads(str(archive["header"]))
    assert header["version"] == 3
    assert "SignalScaling" not in str(header)
    assert type(load_estimator(tmp_path / "model")) is type(again)


@pytest.mark.parametrize("record", ["Scale", "SignalScaling"])
def test_records_of_version_1_are_none_of_todays(tmp_path, record):
    loaded("forecaster").save(tmp_path / "model")
    with np.load(tmp_path / "model.npz") as archive:
        arrays = dict(archive)
    header = json.loads(str(arrays["header"]))
    header["estimator"]["attributes"]["input_scale_"]["record"] = record
    np.savez(tmp_path / "model.npz", **arrays | {"header": np.array(json.dumps(header))})
    with pytest.raises(ValueError, match=r"model\.npz"):
        load_estimator(tmp_path / "model")
