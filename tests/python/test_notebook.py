# SPDX-License-Identifier: Apache-2.0
"""The magics, in a real IPython."""
import warnings

import pytest

import gramme

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("IPython", reason="IPython is not installed")

from IPython.core.interactiveshell import InteractiveShell  # noqa: E402
from IPython.utils.capture import capture_output  # noqa: E402


@pytest.fixture
def shell(db, monkeypatch, tmp_path):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "gramme")
    yield shell
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


def run(shell, text):
    with capture_output() as said:
        result = shell.run_cell(text)
    return result, said


def test_a_cell_is_a_run(shell):
    result, said = run(shell, "%%gramme warm-up --experiment e --tag seed=1 --tag lr=0.1\n"
                       "x = 6\nimport gramme\ngramme.current().log(x=x)\nx * 7")
    assert result.success and result.result == 42
    assert shell.user_ns["x"] == 6
    kept = gramme.show("warm-up")
    assert kept.experiment == "e" and kept.tags == {"seed": "1", "lr": "0.1"}
    assert kept.metrics["x"].last == 6.0
    shown = [output.data for output in said.outputs]
    assert any("warm-up" in data.get("text/html", "") for data in shown), shown


def test_a_cell_s_error_is_the_cell_s(shell):
    result, said = run(shell, "%%gramme bad\n1/0")
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert gramme.show("bad").state == "failed"


def test_a_syntax_error_is_no_run_that_goes_on(shell):
    result, _ = run(shell, "%%gramme bad\n1 +")
    assert not result.success
    assert not gramme.current().active


def test_a_cell_may_have_magics_and_end_in_silence(shell):
    result, said = run(shell, "%%gramme\n%time y = 1\ny;")
    assert result.success and result.result is None
    assert "time" in said.stdout
    assert shell.user_ns["y"] == 1
    assert gramme.show("last").name == "cell"


def test_an_option_that_is_wrong_is_one_line(shell):
    result, said = run(shell, "%%gramme --banana\nz = 1")
    assert not result.success and "z" not in shell.user_ns
    assert len(gramme.ledger()) == 0


def test_kept_runs_are_at_hand(shell):
    with gramme.track("kept"):
        pass
    result, said = run(shell, "%gramme last")
    assert result.result.name == "kept"
    result, said = run(shell, "%gramme nothing")
    assert isinstance(result.error_in_exec, gramme.GrammeError)


def test_a_run_over_several_cells(shell):
    run(shell, "import gramme\nr = gramme.start('cells')")
    run(shell, "r.log(x=1)")
    result, _ = run(shell, "r.stop()")
    assert result.result.metrics["x"].last == 1.0


def test_a_run_is_shown_richly(shell):
    result, _ = run(shell, "gramme_run = __import__('gramme').track('rich')\ngramme_run")
    page = shell.display_formatter.format(result.result)[0]["text/html"]
    assert "rich" in page and "on" in page
    result.result.stop()
    assert "<table>" in shell.display_formatter.format(result.result)[0]["text/html"]


def test_it_can_be_taken_out_again(shell):
    shell.run_line_magic("unload_ext", "gramme")
    assert "gramme" not in shell.magics_manager.magics["cell"]
