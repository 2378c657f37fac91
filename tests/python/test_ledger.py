# SPDX-License-Identifier: Apache-2.0
"""The runs that were kept."""
import datetime

import pytest

import gramme


@pytest.fixture
def three(db):
    for name, experiment in (("a", "e"), ("zz", "e"), ("c", None)):
        with gramme.track(name, experiment=experiment, project="p"):
            pass


def test_newest_first_and_by_what_is_asked(three):
    assert [run.name for run in gramme.ledger()] == ["c", "zz", "a"]
    assert [run.name for run in gramme.ledger(experiment="e")] == ["zz", "a"]
    assert [run.name for run in gramme.ledger(project="p", name="a")] == ["a"]
    assert [run.name for run in gramme.ledger(search="zz")] == ["zz"]
    assert [run.name for run in gramme.ledger(state="failed")] == []
    limited = gramme.ledger(limit=1)
    assert [run.name for run in limited] == ["c"]
    assert limited.total_count == 3


def test_times_of_every_kind(three):
    now = datetime.datetime.now()
    hour = datetime.timedelta(hours=1)
    aware = datetime.datetime.now(datetime.timezone(5 * hour))
    assert len(gramme.ledger(since=now - hour)) == 3
    assert len(gramme.ledger(since=now + hour)) == 0
    assert len(gramme.ledger(since=aware - hour, until=aware + hour)) == 3
    assert len(gramme.ledger(until=aware - hour)) == 0
    assert len(gramme.ledger(since="7d")) == 3
    assert len(gramme.ledger(since=datetime.date.today() - datetime.timedelta(days=2))) == 3


def test_a_ledger_is_a_sequence(three):
    runs = gramme.ledger()
    assert len(runs) == 3 and runs[0].name == "c" and runs[-1].name == "a"
    assert isinstance(runs[:2], gramme.Ledger) and len(runs[:2]) == 2
    assert runs[0] in runs and runs.index(runs[1]) == 1
    assert runs[0].started.tzinfo is not None
    assert repr(runs) == "<gramme.Ledger of 3 runs>"
    total = runs.total()
    known = [run.attributed_j for run in runs if run.attributed_j is not None]
    assert total.runs == 3 and total.unknown_energy == 3 - len(known)
    assert total.attributed_j == pytest.approx(sum(known))


def test_a_sum_of_nothing_known_is_none():
    total = gramme.Ledger([gramme.Row("a", "x")]).total()
    assert total.attributed_j is None and total.carbon_kg is None and total.unknown_carbon == 1


def test_one_run_in_full(three):
    row = gramme.ledger(name="zz")[0]
    assert row.summary().id == gramme.show("zz").id == row.id
    assert gramme.show().name == "c"
    assert gramme.show(row.id[:-1]).name == "zz"


def test_what_is_wrong_is_the_program_s_own_sentence(three):
    with pytest.raises(gramme.GrammeError, match='there is no run "nothing"'):
        gramme.show("nothing")
    with pytest.raises(gramme.GrammeError):
        gramme.ledger(state="happy")
    with pytest.raises(ValueError):
        gramme.ledger(limit=0)
    with pytest.raises(gramme.GrammeError):
        gramme.show("--help")


def test_no_program_is_an_error_of_a_question(db, monkeypatch):
    monkeypatch.setenv("GRAMME", "/nowhere")
    with pytest.raises(gramme.GrammeError, match="/nowhere"):
        gramme.ledger()


def test_an_empty_ledger_is_empty(db):
    assert len(gramme.ledger()) == 0
    assert gramme.ledger().total().attributed_j is None


def test_another_ledger(three, tmp_path):
    with gramme.track("other", db=tmp_path / "o.db"):
        pass
    runs = gramme.ledger(db=tmp_path / "o.db")
    assert [run.name for run in runs] == ["other"]
    assert runs[0].summary().name == "other"


def test_a_frame_of_pandas(three):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = gramme.ledger().frame()
    assert list(frame["name"]) == ["c", "zz", "a"]
    assert frame["attributed_j"].dtype == "float64"
    assert isinstance(frame["started"].dtype, pandas.DatetimeTZDtype)
    empty = gramme.ledger(name="nobody").frame()
    assert len(empty) == 0 and "carbon_kg" in empty
    unknown = gramme.Ledger([gramme.Row("a", "x")]).frame()
    assert unknown["attributed_j"].isna().all() and unknown["started"].isna().all()


def test_a_run_inside_another_is_in_a_total_once(job):
    done = job("""
        with gramme.track("outer", experiment="nest"):
            sum(range(2_000_000))
            with gramme.track("inner", experiment="nest"):
                sum(range(2_000_000))
        rows = gramme.ledger(experiment="nest")
        outer = next(row for row in rows if row.name == "outer")
        inner = next(row for row in rows if row.name == "inner")
        assert inner.inside == outer.id and outer.inside is None and inner.how == "begin"
        total = rows.total()
        assert total.attributed_j == outer.attributed_j, total
        assert (total.runs, total.inside) == (2, 1)
        alone = gramme.ledger(name="inner").total()
        assert alone.attributed_j == inner.attributed_j and alone.inside == 0
        """)
    assert done.returncode == 0, done.stderr
