"""What notebooks show: tables, lines and small rasters as HTML that needs nothing else, neither script nor file."""

import html

import numpy as np
from numpy.typing import NDArray

# Of a raster, in pixels: the plot itself, and the room for its labels at the left and below.
WIDTH, HEIGHT = 600, 150
LEFT, BELOW = 20, 18
MOST_DOTS = 2000


def html_table(caption: str, rows: list[list[str]]) -> str:
    """Return rows of cells as an HTML table, the first row its head and the first column that of each row."""
    head, *body = rows
    top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    lines = [
        f"<tr><th>{html.escape(name)}</th>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
        for name, *cells in body
    ]
    return (
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{top}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def html_lines(text: str) -> str:
    """Return each line of a text as a paragraph."""
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))


def thinned(bounds: NDArray[np.int64], entries: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return group and value of entries in groups: of all, or of 2000 that are drawn at random, always the same ones.

    Evenly spaced ones would show a pattern of their own where firing is regular.
    """
    n_dots = min(len(entries), MOST_DOTS)
    chosen = np.sort(np.random.default_rng(0).choice(len(entries), n_dots, replace=False, shuffle=False))
    return np.searchsorted(bounds, chosen, side="right") - 1, entries[chosen].astype(np.int64)


def raster_svg(
    times: NDArray[np.int64], rows: NDArray[np.int64], n_steps: int, n_rows: int, row_name: str, n_spikes: int
) -> str:
    """Return a dot for each spike as SVG, row 0 at the bottom, in the colour of the text around it.

    ``n_spikes`` is how many there are, also of those that are not among ``times``; the label says if some are not.
    """
    x = np.rint((times + 0.5) * (WIDTH / max(n_steps, 1))).astype(int)
    y = np.rint(HEIGHT - (rows + 0.5) * (HEIGHT / max(n_rows, 1))).astype(int)
    dots = "".join(f"M{a} {b}h0" for a, b in zip(x.tolist(), y.tolist(), strict=True))
    shown = "" if len(times) == n_spikes else f", {len(times)} of {n_spikes} spikes shown"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="raster of spikes" '
        f'width="{WIDTH + LEFT}" height="{HEIGHT + BELOW}" viewBox="{-LEFT} 0 {WIDTH + LEFT} {HEIGHT + BELOW}" '
        f'style="max-width:100%" fill="currentColor" font-size="12">'
        f'<path d="M0 0V{HEIGHT}H{WIDTH}" fill="none" stroke="currentColor"/>'
        f'<path d="{dots}" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>'
        f'<text x="0" y="{HEIGHT + 13}">time: {n_steps} steps{shown}</text>'
        f'<text transform="rotate(-90)" x="{-HEIGHT}" y="-6">{n_rows} {html.escape(row_name)}</text></svg>'
    )
