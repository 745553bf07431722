"""Figures of spikes, potentials, weights, memory and learning.

A function without ``ax`` draws where one looks for it. Where ``matplotlib.pyplot`` has been imported, by a script or a
notebook, that is the current axes as long as nothing is drawn in them, or else a figure of its own among pyplot's:
``plt.show()`` and ``plt.savefig()`` find it, and a notebook shows it once, below its cell. Without pyplot it is a
figure of no list, which :func:`save_figure` writes and a notebook shows where it is the value of a cell.

pyplot keeps its figures until they are closed. A loop that draws many gives axes of :func:`new_figure`, which is on no
list and goes when nothing refers to it. pyplot is never imported here, and no setting of matplotlib is changed.

A script shows what it draws::

    import matplotlib.pyplot as plt

    raster(snn)
    plt.show()

Examples
--------
>>> import tempfile
>>> figure = new_figure(2, 1)
>>> spikes = [[0, 1], [1, 0], [1, 1]]
>>> ax = raster(spikes, figure.axes[0])
>>> ax = population_rate(spikes, figure.axes[1])
>>> with tempfile.TemporaryDirectory() as folder:
...     save_figure(f"{folder}/activity.pdf", figure).name
'activity.pdf'
"""

from .canvas import new_figure, save_figure
from .fields import receptive_fields
from .memory import memory_curve
from .returns import learning_curve
from .spikes import isi_histogram, population_rate, raster
from .states import membrane
from .style import styled
from .synapses import adjacency, weight_histogram
from .windows import stdp_window

__all__ = [
    "adjacency",
    "isi_histogram",
    "learning_curve",
    "membrane",
    "memory_curve",
    "new_figure",
    "population_rate",
    "raster",
    "receptive_fields",
    "save_figure",
    "stdp_window",
    "styled",
    "weight_histogram",
]
