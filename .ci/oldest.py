"""Print the oldest versions that pyproject.toml allows, as constraints for pip: a lower bound becomes the version."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Not a requirement of the project, but of an old matplotlib, which calls what newer ones warn about.
OF_THAT_TIME = ("pyparsing<3.3",)


def oldest(pyproject: str) -> list[str]:
    """Return a constraint for each requirement with a lower bound, those of the extras included."""
    project = tomllib.loads(pyproject)["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    bounds = (re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement) for group in groups for requirement in group)
    return sorted(f"{bound[1]}=={bound[2]}" for bound in bounds if bound)


if __name__ == "__main__":
    print(*oldest((ROOT / "pyproject.toml").read_text(encoding="utf-8")), *OF_THAT_TIME, sep="\n")
