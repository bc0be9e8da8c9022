"""Prints the lowest versions that pyproject.toml allows, as constraints for pip."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def main() -> None:
    """One `name==version` a line, of what the core and the extra `text` need."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    for line in (*project["dependencies"], *project["optional-dependencies"]["text"]):
        requirement = Requirement(line)
        (floor,) = requirement.specifier
        print(f"{requirement.name}=={floor.version}")


if __name__ == "__main__":
    main()
