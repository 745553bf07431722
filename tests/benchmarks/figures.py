"""Curves as figures."""

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt


def draw(curves, folder):
    """Write a figure into a folder and return its path."""
    figure, ax = plt.subplots(figsize=(5.5, 4), layout="constrained")
    for name, points in curves.lines.items():
        ax.plot(*zip(*points, strict=True), marker="o", markersize=4, label=name)
    ax.set(xscale="log", yscale="log", xlabel=curves.x, ylabel=curves.y, title=curves.title)
    ax.grid(alpha=0.3)
    ax.legend(frameon=False)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{curves.name}.png"
    figure.savefig(path, dpi=150)
    plt.close(figure)
    return path
