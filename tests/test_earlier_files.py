"""Files that earlier versions wrote still load, and predict what they predicted then."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from snnres.estimators import load_estimator

SAVED = Path(__file__).parent / "golden" / "saved"


@pytest.fixture(scope="module", params=[1, 2])
def version(request):
    """A version of the files; those of 2 were written as there were neither taps nor delays yet."""
    return request.param


@pytest.fixture(scope="module")
def expected(version):
    """What the version that wrote the files predicted, and from what."""
    with np.load(SAVED / f"expected_version_{version}.npz") as archive:
        return dict(archive)


@pytest.fixture
def loaded(version):
    return lambda name: load_estimator(SAVED / f"{name}_version_{version}.npz")


def test_a_classifier(expected, loaded):
    scores = loaded("classifier").decision_function(expected["series"])
    np.testing.assert_allclose(scores, expected["decision_function"], rtol=1e-6, atol=1e-9)


def test_a_regressor_of_a_table(expected, loaded):
    told = loaded("regressor").predict(expected["series"][:, 0])
    np.testing.assert_allclose(told, expected["regression"], rtol=1e-6, atol=1e-9)


def test_a_transformer_without_differences(expected, loaded):
    np.testing.assert_array_equal(loaded("transformer").transform(expected["series"]), expected["features"])


def test_a_forecaster_goes_on_and_learns_on(expected, loaded):
    model = loaded("forecaster")
    np.testing.assert_allclose(model.forecast(10), expected["forecast"], rtol=1e-6)
    low, high = model.target_range_
    np.testing.assert_allclose([low[0], high[0]], [expected["u"].min(), expected["u"].max()])
    before = model.moments_.weight
    assert model.partial_fit(expected["forecast"]).moments_.weight > before


@pytest.mark.parametrize("name", ["classifier", "regressor", "transformer", "forecaster"])
def test_saved_anew_it_is_of_this_version(tmp_path, loaded, name):
    again = loaded(name)
    again.save(tmp_path / "model")
    with np.load(tmp_path / "model.npz") as archive:
        header = json.loads(str(archive["header"]))
    assert header["version"] == 4
    assert "SignalScaling" not in str(header)
    assert type(load_estimator(tmp_path / "model")) is type(again)


@pytest.mark.filterwarnings("ignore:the recurrent current is")
def test_fitted_anew_a_transformer_is_as_it_was(expected, loaded):
    again = loaded("transformer").fit(expected["series"])
    np.testing.assert_array_equal(again.transform(expected["series"]), expected["features"])


@pytest.mark.filterwarnings("ignore:each left out in turn", "ignore:the recurrent current is")
@pytest.mark.parametrize("name", ["classifier", "regressor", "transformer"])
def test_its_parameters_say_what_it_was(expected, loaded, name):
    """Fitted anew to other data, it is as it was in that version, without taps, delays and choice."""
    model = loaded(name)
    assert (model.memory, model.taps, model.memory_, model.errors_) == ("quick", 0, "quick", {})
    assert model.current_ratio_ is None
    model.fit(expected["series"], np.arange(18) % 2)
    arrays = model.network_.to_arrays()[1]
    assert model.memory_ == "quick"
    assert model.network_.get_topology().nnz > 0
    assert "taps" not in arrays
    assert "delays" not in arrays


def test_a_forecaster_of_before_has_no_delays(expected, loaded):
    model = loaded("forecaster")
    assert (model.max_delay, model.current_ratio_, model.network_.max_delay) == (0, None, 1)
    model.set_params(lags=1, input_fan_in=1).fit(expected["u"])
    assert (model.network_.max_delay, model.hold_) == (1, 8)
    assert model.current_ratio_ > 0.05


@pytest.mark.parametrize("record", ["Scale", "SignalScaling"])
def test_records_of_version_1_are_none_of_todays(tmp_path, loaded, record):
    loaded("forecaster").save(tmp_path / "model")
    with np.load(tmp_path / "model.npz") as archive:
        arrays = dict(archive)
    header = json.loads(str(arrays["header"]))
    header["estimator"]["attributes"]["input_scale_"]["record"] = record
    np.savez(tmp_path / "model.npz", **arrays | {"header": np.array(json.dumps(header))})
    with pytest.raises(ValueError, match=r"model\.npz"):
        load_estimator(tmp_path / "model")


@pytest.fixture(scope="module")
def third():
    """What an estimator of version 3 predicted, whose readouts were scikit-learn's ridge regressions."""
    with np.load(SAVED / "expected_version_3.npz") as archive:
        return dict(archive)


def test_a_classifier_of_version_3(third, tmp_path):
    model = load_estimator(SAVED / "classifier_version_3.npz")
    np.testing.assert_allclose(
        model.decision_function(third["series"]), third["decision_function"], rtol=1e-5, atol=1e-7
    )
    assert (model.memory_, model.errors_.keys()) == ("quick", {"quick", "memory"})
    assert (model.readout_.penalty_by_, model.readout_.n_left_out_) == ("leave-one-out", None)
    assert model.readout_.left_out_accuracy_ == third["loo_accuracy"]
    model.save(tmp_path / "model")
    again = load_estimator(tmp_path / "model")
    np.testing.assert_array_equal(again.predict(third["series"]), model.predict(third["series"]))


def test_a_regressor_of_version_3(third):
    told = load_estimator(SAVED / "regressor_version_3.npz").predict(third["series"][:, 0])
    np.testing.assert_allclose(told, third["regression"], rtol=1e-5, atol=1e-7)
