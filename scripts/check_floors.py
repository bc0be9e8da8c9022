"""Checks, in an environment of the lowest versions, that they are those that pyproject.toml names as its floors."""

import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def main() -> None:
    """Exits with the floors that nothing can be installed with."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    wrong = []
    for line in (*project["dependencies"], *project["optional-dependencies"]["text"]):
        requirement = Requirement(line)
        (floor,) = requirement.specifier
        if Version(floor.version) != Version(found := version(requirement.name)):
            wrong.append(f"{line} resolves to {found}: raise the floor")
    sys.exit("\n".join(wrong) or None)


if __name__ == "__main__":
    main()
