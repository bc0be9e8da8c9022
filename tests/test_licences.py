"""What runs beside the project is listed, and none of it is under the GPL."""

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def licences(root: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location("licences", root / "scripts" / "licences.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("MIT", False),
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0", True),
        ("LGPL-2.1-or-later", False),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("GNU Lesser General Public License v2 or later (LGPLv2+)", False),
        ("MIT AND GPL-2.0-only", True),
        ("MPL-1.1 OR GPL-2.0-only", False),
        ("GPL-2.0-only OR GPL-3.0-only", True),
        ("not stated", True),
    ],
)
def test_the_gpl_is_refused_unless_there_is_a_choice(licences: ModuleType, licence: str, refused: bool) -> None:
    assert licences.is_refused(licence) is refused


def test_the_page_lists_what_is_installed_and_none_of_it_is_refused(licences: ModuleType, root: Path) -> None:
    found = licences.needed(tomllib.loads((root / "pyproject.toml").read_text())["project"])
    assert {"polars", "click", "datasets", "typing-extensions"} <= set(found), (
        "what is asked for, and what that asks for"
    )
    assert [name for name in found if licences.is_refused(licences.licence(name))] == []
    assert licences.PAGE.read_text(encoding="utf-8") == licences.page(found)


def test_extras_that_are_not_for_users_are_left_out(licences: ModuleType) -> None:
    project = {"dependencies": ["click"], "optional-dependencies": {"text": ["sacrebleu"], "dev": ["pytest"]}}
    found = licences.needed(project)
    assert found["click"] == ["core"]
    assert found["sacrebleu"] == ["text"]
    assert "pytest" not in found
