# SPDX-License-Identifier: Apache-2.0
"""A run as people use it, with the real program."""
import asyncio
import re
import threading
import time
import warnings

import pytest

from conftest import wait_for

import gramme


def burn(seconds=0.03):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.fixture(autouse=True)
def ledger_of_its_own(db):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # none is expected here
        yield


def test_two_lines_give_a_summary():
    with gramme.track("two lines") as run:
        assert run.active
        burn()
    assert not run.active
    assert run.summary.name == "two lines"
    assert run.summary.state == "finished"
    assert run.summary.exit_status == 0
    assert run.summary.duration_s > 0
    assert run.summary.id == run.id == gramme.show("last").id


def test_what_is_given_is_on_the_record():
    with gramme.track("n", experiment="e", project="p", tags={"seed": 1, "lr": "0.1"},
                      period=0.25, region="FR", pue=1.25) as run:
        run.tag(late="yes")
    summary = run.summary
    assert (summary.experiment, summary.project) == ("e", "p")
    assert summary.tags == {"seed": "1", "lr": "0.1", "late": "yes"}
    assert summary.raw["tracker"]["period_s"] == 0.25
    assert summary.carbon.pue.value == 1.25
    assert summary.carbon.country == "FRA"


@pytest.mark.parametrize("period, seconds", [(0.1, 0.1), ("250ms", 0.25), (2, 2.0)])
def test_a_period_is_seconds_or_a_text(period, seconds):
    with gramme.track(period=period) as run:
        pass
    assert run.summary.raw["tracker"]["period_s"] == seconds


def test_many_tags_are_all_kept():
    tags = {f"key{i}": i for i in range(100)}
    with gramme.track(tags=tags) as run:
        pass
    assert run.summary.tags == {key: str(value) for key, value in tags.items()}


def test_a_name_may_be_hostile():
    with gramme.track("--help\n\x1b[31m\0ä" + "x" * 500, tags={"-x": "--y\0"}) as run:
        run.mark("\x1b]0;evil\x07" + "ü" * 200)
        run.mark("\ud800")
    assert run.summary.name.startswith("--help\ufffd\ufffd[31m\ufffdä")
    assert "\x1b" not in run.summary.marks[0].name
    assert run.summary.tags["-x"] == "--y\ufffd"
    assert len(run.summary.marks) == 2


def test_another_ledger_can_be_named(tmp_path):
    with gramme.track("elsewhere", db=tmp_path / "other.db") as run:
        pass
    assert gramme.show(run.id, db=tmp_path / "other.db").name == "elsewhere"
    assert run.summary.statement()  # finds it there by itself
    with pytest.raises(gramme.GrammeError):
        gramme.show(run.id)


def test_marks_and_metrics_stand_at_their_time():
    with gramme.track() as run:
        run.mark("a")
        time.sleep(0.1)
        run.log(loss=0.5)
        run.log({"eval/loss": 0.25}, accuracy=True)
    (mark,) = run.summary.marks
    metrics = run.summary.metrics
    assert mark.name == "a"
    assert metrics["loss"].last == 0.5
    assert metrics["loss"].values[0][0] - mark.t_s >= 0.05
    assert metrics["eval/loss"].last == 0.25
    assert metrics["accuracy"].last == 1.0


def test_many_metrics_at_once_are_all_kept():
    with gramme.track() as run:
        run.log({f"a rather long name of a metric/{i}": i for i in range(500)})
    assert len(run.summary.metrics) == 500
    assert all(one.last == int(name.split("/")[1]) for name, one in run.summary.metrics.items())


def test_what_is_no_number_is_left_out_with_one_warning():
    class Bad:
        def __float__(self):
            raise RuntimeError("on the wrong device")

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with gramme.track() as run:
            run.log(text="x", good=1.0, none=None, bad=Bad())
            run.log(text="y")
    assert [w.category for w in said] == [gramme.GrammeWarning]
    assert "text was not logged" in str(said[0].message)
    assert said[0].filename == __file__
    assert set(run.summary.metrics) == {"good"}


def test_sections_are_summed_by_name():
    with gramme.track("x", period=0.05) as run:
        wait_for(lambda: run.id)  # from here on it is measured
        for _ in range(3):
            with run.section("eval"):
                time.sleep(0.05)
        with run.section("save"):
            pass
    sections = {s.name: s for s in run.summary.sections}
    assert sections["eval"].count == 3
    assert 0.14 <= sections["eval"].duration_s <= run.summary.duration_s
    assert sections["save"].count == 1
    assert len(sections["eval"].each) == 3


def test_a_section_ends_with_an_exception():
    with pytest.raises(KeyError):
        with gramme.track() as run:
            with run.section("bad"):
                raise KeyError
    assert [s.name for s in run.summary.sections] == ["bad"]
    assert run.summary.state == "failed"


def test_epochs_are_sections_with_a_number():
    with gramme.track() as run:
        assert [epoch for epoch in run.epochs(range(5, 8))] == [5, 6, 7]
        assert list(run.epochs("ab", name="letter")) == ["a", "b"]
        assert len(run.epochs([1, 2])) == 2
    sections = {s.name: s.count for s in run.summary.sections}
    assert sections == {"epoch": 3, "letter": 2}
    assert [v for _, v in run.summary.metrics["epoch"].values] == [5.0, 6.0, 7.0]
    assert run.summary.metrics["letter"].last == 1.0


def test_epochs_of_a_loop_that_breaks_are_closed():
    with gramme.track() as run:
        for epoch in run.epochs(range(10)):
            if epoch == 1:
                break
    (section,) = run.summary.sections
    assert section.count == 2


def test_epochs_without_a_length_have_no_forecast():
    with gramme.track() as run:
        for _ in run.epochs(iter(range(3))):
            assert run.forecast is None
        with pytest.raises(TypeError):
            len(run.epochs(iter([1])))


def test_the_whole_is_forecast_after_the_first_epochs():
    seen = []
    with gramme.track(period=0.05) as run:
        for _ in run.epochs(range(5)):
            burn(0.08)
            seen.append(run.forecast)
        run.progress()
    assert seen[0] is None
    last = seen[-1]
    assert (last.done, last.total) == (4, 5)
    # As far as this run tells: the fifth took about as long as the four before.
    assert last.duration_s.value == pytest.approx(run.summary.duration_s, rel=0.6)
    assert last.duration_s.low <= last.duration_s.value <= last.duration_s.high
    assert last.attributed_j.value > 0


def test_progress_is_what_was_used_so_far():
    with gramme.track(period=0.05) as run:
        burn(0.15)
        first = run.progress()
        burn(0.15)
        second = run.progress()
    assert 0 < first.t_s < second.t_s <= run.summary.duration_s + 0.001
    assert first.attributed_j < second.attributed_j
    assert second.attributed_j <= run.summary.energy.attributed_j.value * 1.5


def test_work_gives_joules_a_unit():
    with gramme.track() as run:
        for _ in range(4):
            run.work(tokens=1024, samples=8)
        burn()
    work = run.summary.work["tokens"]
    assert (work.amount, work.count) == (4096.0, 4)
    assert work.j_per_unit.value == pytest.approx(
        run.summary.energy.attributed_j.value / 4096, rel=0.01)


def test_the_id_is_known_while_it_goes_on(kept):
    with gramme.track("going") as run:
        end = time.monotonic() + 5
        while run.id is None and time.monotonic() < end:
            time.sleep(0.005)
        assert re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]{8}", run.id)
        assert kept("going", state="running").id == run.id


def test_start_and_stop_without_a_with():
    run = gramme.start("plain")
    summary = run.stop(exit_status=3)
    assert (summary.state, summary.exit_status) == ("failed", 3)
    assert run.stop() is summary  # again: the same, and nothing happens


def test_a_run_that_has_ended_takes_everything_in_silence():
    run = gramme.start()
    run.stop()
    run.mark("x")
    run.log(loss="no number")
    run.work(x=1)
    run.tag(a=1)
    with run.section("x"):
        pass
    assert list(run.epochs([1, 2])) == [1, 2]
    assert run.progress() is None
    assert run.forecast is None


# --- how it ends -----------------------------------------------------------------------------

@pytest.mark.parametrize("error, status, state", [
    (ValueError("x"), 1, "failed"),
    (KeyboardInterrupt(), 130, "interrupted"),
    (SystemExit(), 0, "finished"),
    (SystemExit(7), 7, "failed"),
    (SystemExit(-1), 255, "failed"),
    (SystemExit("a text"), 1, "failed"),
    (asyncio.CancelledError(), 1, "failed"),
])
def test_the_exception_is_passed_on_and_its_status_kept(error, status, state):
    with pytest.raises(type(error)) as raised:
        with gramme.track() as run:
            raise error
    assert raised.value is error
    assert run.summary.exit_status == status
    assert run.summary.state in (state, "failed")


# --- several at a time -----------------------------------------------------------------------

def test_runs_may_be_nested():
    with gramme.track("outer") as outer:
        assert gramme.current() is outer
        with gramme.track("inner") as inner:
            assert gramme.current() is inner
            gramme.current().log(x=1)
        assert gramme.current() is outer
        gramme.current().log(x=2)
    assert not gramme.current().active
    assert inner.summary.metrics["x"].last == 1.0
    assert outer.summary.metrics["x"].last == 2.0
    assert inner.summary.inside in (outer.id, None)


def test_runs_may_overlap_and_end_in_any_order():
    one, two, three = (gramme.start(name) for name in ("one", "two", "three"))
    assert one.stop().name == "one"
    assert gramme.current() is three
    assert three.stop().name == "three"
    assert gramme.current() is two
    assert two.stop().name == "two"
    assert not gramme.current().active


def test_threads_may_log_at_once_and_have_runs_of_their_own():
    with gramme.track("all") as run:
        def work(number):
            assert gramme.current() is run
            for step in range(200):
                run.log({f"t{number}": step})
            with gramme.track(f"thread {number}") as own:
                assert gramme.current() is own
                own.log(mine=number)
            summaries[number] = own.summary

        summaries = {}
        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert gramme.current() is run
    for number in range(8):
        metric = run.summary.metrics[f"t{number}"]
        assert [int(v) for _, v in metric.values] == list(range(200))
        assert summaries[number].metrics["mine"].last == number


def test_a_run_may_be_stopped_by_another_thread():
    run = gramme.start("x")
    results = []
    threads = [threading.Thread(target=lambda: results.append(run.stop())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert run.summary is not None
    assert not run.active and not gramme.current().active


def test_tasks_of_asyncio_have_their_own_run():
    async def one(name):
        with gramme.track(name) as run:
            await asyncio.sleep(0.02)
            assert gramme.current() is run
            gramme.current().log(x=len(name))
            await asyncio.sleep(0)
        return run

    async def main():
        return await asyncio.gather(*(one("a" * n) for n in range(1, 5)))

    for run in asyncio.run(main()):
        assert run.summary.metrics["x"].last == len(run.name)


# --- the decorator ---------------------------------------------------------------------------

def test_a_function_s_call_is_a_run():
    @gramme.tracked
    def train(lr, *, steps=1):
        """Trains."""
        gramme.current().log(lr=lr)
        return lr * steps

    assert train(0.5, steps=4) == 2.0
    assert train.__name__ == "train" and train.__doc__ == "Trains."
    assert gramme.show("train").metrics["lr"].last == 0.5
    train(0.5)
    assert len(gramme.ledger(name="train")) == 2


@pytest.mark.parametrize("decorator", [
    gramme.tracked(name="named", experiment="e"), gramme.tracked("named", experiment="e")])
def test_the_decorator_takes_the_options_of_track(decorator):
    @decorator
    def f():
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        f()
    kept = gramme.show("named")
    assert (kept.experiment, kept.state) == ("e", "failed")


def test_a_coroutine_s_run_lasts_until_it_returns():
    @gramme.tracked()
    async def fetch():
        await asyncio.sleep(0.1)
        return 7

    assert asyncio.run(fetch()) == 7
    assert gramme.show("fetch").duration_s >= 0.02  # to the return, not to the first await


def test_a_generator_s_run_lasts_from_its_first_item_to_its_end():
    @gramme.tracked
    def items():
        got = yield 1
        try:
            yield got
        except KeyError:
            yield "caught"
        return "end"

    made = items()
    assert len(gramme.ledger()) == 0
    assert next(made) == 1
    assert made.send("sent") == "sent"
    assert made.throw(KeyError()) == "caught"
    with pytest.raises(StopIteration) as ended:
        next(made)
    assert ended.value.value == "end"
    assert gramme.show("items").state == "finished"


def test_a_generator_that_is_left_early_is_a_finished_run():
    @gramme.tracked
    def items():
        yield from range(100)

    for item in items():
        if item == 3:
            break
    del item
    assert gramme.show("items").state == "finished"


def test_an_async_generator_is_passed_through_whole():
    @gramme.tracked
    async def items():
        got = yield 1
        try:
            yield got
        except KeyError:
            yield "caught"
        yield "last"

    async def main():
        made = items()
        seen = [await made.asend(None), await made.asend("sent"), await made.athrow(KeyError())]
        seen += [item async for item in made]
        return seen

    assert asyncio.run(main()) == [1, "sent", "caught", "last"]
    assert gramme.show("items").state == "finished"


# --- results ---------------------------------------------------------------------------------

def test_statement_and_report_of_a_run(tmp_path):
    with gramme.track("paper") as run:
        with pytest.raises(gramme.GrammeError, match="no result"):
            run.statement()
        burn()
    assert "paper" in run.statement()
    assert "\\" in run.statement("latex", long=True)
    with pytest.raises(gramme.GrammeError, match="banana"):
        run.statement("banana")
    run.report(tmp_path / "r.html")
    assert "<html" in (tmp_path / "r.html").read_text()


def test_who_wants_the_result_gets_it():
    got = []
    with gramme.track("x", report_to=[got.append]) as run:
        pass
    assert got == [run.summary]
    with gramme.track("y", report_to=got.append) as run:
        pass
    assert got[1] is run.summary


def test_a_reporter_that_fails_is_one_warning():
    def bad(summary):
        raise RuntimeError("no server")

    got = []
    with pytest.warns(gramme.GrammeWarning, match="no server") as said:
        with gramme.track("x", report_to=[bad, got.append]) as run:
            pass
    assert len(said) == 1
    assert got == [run.summary]


def test_it_prints_only_when_asked(capfd):
    with gramme.track("x"):
        pass
    assert capfd.readouterr() == ("", "")
    with gramme.track("loud", quiet=False):
        pass
    out, err = capfd.readouterr()
    assert out == "" and "loud" in err and "energy" in err


@pytest.mark.parametrize("options, words", [
    ({"period": "10xs"}, "the period '10xs'"), ({"period": 0}, "the period 0"),
    ({"pue": 0.5}, "the PUE 0.5"), ({"tags": ["a"]}, "tags are a mapping"),
    ({"report_to": "wandbb"}, "not 'wandbb'"), ({"region": "Atlantis"}, "Atlantis"),
])
def test_an_option_that_is_wrong_costs_a_warning_and_no_run(db, options, words):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with gramme.track("wrong", **options) as run:
            assert run.active
    assert words in str(seen[0].message)
    assert run.summary is not None and run.summary.state == "finished"


def test_work_is_never_below_nothing(db):
    with gramme.track("work") as run:
        with pytest.warns(gramme.GrammeWarning, match="never below 0"):
            run.work(tokens=-5)
        run.work(tokens=7)
    assert run.summary.work["tokens"].amount == 7
