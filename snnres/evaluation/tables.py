"""Rows of cells as text and as HTML."""

import html


def aligned(rows: list[list[str]]) -> str:
    """Return rows of cells as text, the first column flush left and the others flush right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]).rstrip()
        for row in rows
    )


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
