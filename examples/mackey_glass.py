"""Mackey-Glass in closed loop: a reservoir that feeds on its own forecasts, beside linear autoregression.

The delay equation is chaotic at tau = 17. Two linear models stand beside the reservoir: autoregression on the same
latest steps, and the last value, which is what knows nothing.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.linear_model import RidgeCV

from snnres import plotting
from snnres.datasets import mackey_glass
from snnres.estimators import ReservoirForecaster

HORIZON = 200
HISTORY = 200
# In standard deviations of the series: a forecast is valid until it errs by more.
LIMIT = 0.4
# From a history to the forecast of a number of steps.
Forecast = Callable[[np.ndarray, int], np.ndarray]


def autoregression(train: np.ndarray, order: int) -> Forecast:
    """Return linear autoregression of the latest ``order`` steps."""
    rows = np.lib.stride_tricks.sliding_window_view(train, order)
    model = RidgeCV(alphas=np.logspace(-9, 3, 13)).fit(rows[:-1], train[order:])

    def forecast(history: np.ndarray, n_steps: int) -> np.ndarray:
        series = list(history)
        for _ in range(n_steps):
            series.append(model.predict([series[-order:]])[0])
        return np.array(series[len(history) :])

    return forecast


def rms(values: np.ndarray) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(values**2)))


def scores(forecast: Forecast, series: np.ndarray, starts: np.ndarray, horizon: int) -> tuple[float, float, float]:
    """Return the errors of one step and of 84, and the median number of valid steps, over forecasts from the starts."""
    futures = np.stack([series[start : start + horizon] for start in starts])
    told = np.stack([forecast(series[start - HISTORY : start], horizon) for start in starts])
    errors = (told - futures) / series.std()
    late = np.abs(errors) > LIMIT
    valid = np.where(late.any(axis=1), late.argmax(axis=1), horizon)
    return rms(errors[:, 0]), rms(errors[:, :84]), float(np.median(valid))


def main() -> None:
    """Forecast from several places of the test part; print a table and draw the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="mackey_glass", help="folder for the figure")
    parser.add_argument("--train", type=int, default=2000, help="steps to train")
    parser.add_argument("--neurons", type=int, default=500)
    parser.add_argument("--starts", type=int, default=10, help="places to forecast from")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    # 1. The equation integrated, one sample a unit of time.
    series = mackey_glass(args.train + 1000)
    train = series[: args.train]

    # 2. Fit: scale, threshold and readout from the training part alone.
    model = ReservoirForecaster(args.neurons, random_state=args.seed).fit(train)
    models: dict[str, Forecast] = {
        "reservoir": lambda history, n_steps: model.forecast(n_steps, history),
        "autoregression": autoregression(train, model.lags),
        "last value": lambda history, n_steps: np.full(n_steps, history[-1]),
    }

    # 3. Forecast from places that no model has seen, each after the same history.
    starts = np.linspace(args.train + HISTORY, len(series) - HORIZON, args.starts).astype(int)
    print(f"{'NRMSE over':<16}{'1 step':>10}{'84 steps':>10}{'valid steps':>13}")
    for name, forecast in models.items():
        first, loop, valid = scores(forecast, series, starts, HORIZON)
        print(f"{name:<16}{first:>10.4f}{loop:>10.4f}{valid:>13.0f}")

    # 4. The first of them.
    start = int(starts[0])
    figure = plotting.new_figure(width=10)
    title = "Closed loop: each forecast goes into the next"
    ax = plotting.styled(figure.axes[0], title, "steps after the last one seen", "x")
    ax.plot(np.arange(-50, HORIZON), series[start - 50 : start + HORIZON], color="#b0b0b0", lw=4, label="Mackey-Glass")
    for name in ("reservoir", "autoregression"):
        ax.plot(models[name](series[start - HISTORY : start], HORIZON), lw=1.2, label=name)
    ax.axvline(0, color="black", lw=0.8)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    print("wrote", plotting.save_figure(Path(args.output) / "mackey_glass.png", figure))


if __name__ == "__main__":
    main()
