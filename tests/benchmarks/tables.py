"""What a section finds: tables, as plain text and as Markdown, and curves."""

from typing import Any, NamedTuple


class Table(NamedTuple):
    """Rows of values under ``columns``, which maps each head to the format of its numbers ("" for text)."""

    title: str
    columns: dict[str, str]
    rows: list[tuple[Any, ...]]
    notes: tuple[str, ...] = ()

    def cells(self):
        return [
            [cell(value, form) for value, form in zip(row, self.columns.values(), strict=True)] for row in self.rows
        ]

    def text(self):
        cells, heads = self.cells(), list(self.columns)
        widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
        lines = [
            "  "
            + "  ".join(
                text.rjust(width) if form else text.ljust(width)
                for text, width, form in zip(row, widths, self.columns.values(), strict=True)
            ).rstrip()
            for row in (heads, *cells)
        ]
        return "\n".join([self.title, *filter(str.strip, lines), *(f"  {note}" for note in self.notes)])

    def markdown(self):
        rule = ["---:" if form else "---" for form in self.columns.values()]
        lines = ["| " + " | ".join(row) + " |" for row in (list(self.columns), rule, *self.cells())]
        table = ["\n".join(lines)] if self.columns else []
        return "\n\n".join(
            [f"**{self.title}**", *table, *filter(None, ["\n".join(f"- {note}" for note in self.notes)])]
        )

    def content(self):
        return self._asdict()


class Curves(NamedTuple):
    """Lines of points (x, y) by name, drawn on logarithmic axes into a file called ``name``."""

    name: str
    title: str
    x: str
    y: str
    lines: dict[str, list[tuple[float, float]]]

    def content(self):
        return self._asdict()


def cell(value, form):
    if value is None:
        return "-"
    return value if isinstance(value, str) else format(value, form)


def absent(title, why):
    """Return what stands in place of a table that this machine or these options have no means for."""
    return Table(title, {}, [], (f"left out: {why}",))


def versions(rivals):
    """Return a line for each opponent."""
    return tuple(
        f"{rival.name}: " + ", ".join(f"{name} {number}" for name, number in rival.versions.items()) for rival in rivals
    )
