# SPDX-License-Identifier: Apache-2.0
"""The package's own house: types, examples in docstrings, the reference, its rules."""
import ast
import doctest
import importlib
import importlib.util
import pathlib
import subprocess
import sys

import pytest
from conftest import ROOT

PACKAGE = ROOT / "python" / "gramme"
OURS = sorted(PACKAGE.glob("*.py"))
ALL = sorted(PACKAGE.rglob("*.py"))
# What may be imported where it is installed; nothing is needed.
OPTIONAL = {"IPython", "pandas", "keras", "lightning", "pytorch_lightning", "transformers",
            "accelerate", "sklearn", "xgboost", "lightgbm", "mlflow", "wandb", "torch",
            "tensorboardX", "tensorflow", "numpy", "joblib"}


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.stem)
def test_examples_in_docstrings_are_true(path, db):
    name = "gramme" if path.stem == "__init__" else f"gramme.{path.stem}"
    if path.stem == "__main__":
        pytest.skip("becomes another program")
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.failed == 0


def test_types_hold():
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports",
         "--follow-imports=silent", "--cache-dir=/dev/null", *map(str, OURS)],
        capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_says_that_it_is_typed():
    assert (PACKAGE / "py.typed").exists()


def test_public_names_are_there_documented_and_typed():
    import gramme

    for name in gramme.__all__:
        thing = getattr(gramme, name)
        assert thing.__doc__, name
        if callable(thing) and not isinstance(thing, type):
            assert "return" in thing.__annotations__, name
    assert set(gramme.__all__) <= set(dir(gramme))
    with pytest.raises(AttributeError, match="banana"):
        gramme.banana


def test_type_checkers_and_readers_see_the_same_names():
    """What __init__ loads lazily is what it shows to type checkers."""
    import gramme

    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    shown = {alias.asname for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
             for alias in node.names if alias.asname}
    assert shown == set(gramme._HOME)
    assert set(gramme.__all__) <= shown


@pytest.mark.parametrize("path", ALL, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_house_rules(path):
    text = path.read_text()
    lines = text.splitlines()
    assert lines[0] == "# SPDX-License-Identifier: Apache-2.0"
    assert path not in OURS or max(map(len, lines)) <= 96
    assert "\t" not in text and not any(line != line.rstrip() for line in lines)
    tree = ast.parse(text, feature_version=(3, 9))
    assert ast.get_docstring(tree), "what is it for?"
    if len(tree.body) > 1:
        assert any(isinstance(node, ast.ImportFrom) and node.module == "__future__"
                   for node in tree.body)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            doc = ast.get_docstring(node, clean=False) or ""
            length = node.end_lineno - node.lineno + 1 - len(doc.splitlines())
            assert length <= 80, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", ALL, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_is_needed_but_python(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.split(".")[0])
    foreign = names - {"gramme"} - OPTIONAL
    if sys.version_info >= (3, 10):
        foreign -= sys.stdlib_module_names
        assert not foreign


def test_the_reference_is_up_to_date(tmp_path):
    if sys.version_info < (3, 9):
        pytest.skip("written by a later Python")
    tool = ROOT / "tools" / "python-reference"
    done = subprocess.run([sys.executable, str(tool), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_guide_s_code_is_python():
    import re

    text = (ROOT / "docs" / "PYTHON.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.S | re.M)
    assert len(blocks) >= 5
    for block in blocks:
        compile(block, "PYTHON.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_the_guide_names_what_there_is():
    import re

    import gramme

    text = (ROOT / "docs" / "PYTHON.md").read_text()
    for name in set(re.findall(r"`gramme\.([a-z_A-Z]+)", text)):
        assert hasattr(gramme, name), name
    for name in set(re.findall(r"`run\.([a-z_]+)", text)):
        assert hasattr(gramme.Run, name) or name in ("summary", "name"), name


def test_paths_of_this_machine_are_in_no_file():
    for path in [*ALL, *pathlib.Path(__file__).parent.glob("*.py")]:
        assert "/" + "work/" not in path.read_text(), path
