# SPDX-License-Identifier: Apache-2.0
"""`gramme list` finds runs by a word, by state, and page by page."""
import pytest


@pytest.fixture
def ledger(gramme):
    for words in (["-n", "warm up"], ["-n", "ResNet", "-p", "paper", "-e", "deep"],
                  ["-n", "last"]):
        command = ["false"] if "last" in words else ["true"]
        gramme("run", "-q", *words, "--", *command)
    return gramme


def names(answer):
    return [run["name"] for run in answer["runs"]]


@pytest.mark.parametrize("words, fits", [
    ([], ["last", "ResNet", "warm up"]),
    (["--search", "resNET"], ["ResNet"]), (["--search", "PAPER"], ["ResNet"]),
    (["--search", "dee"], ["ResNet"]), (["--search", "m u"], ["warm up"]),
    (["--search", "%"], []), (["--search", ""], ["last", "ResNet", "warm up"]),
    (["--state", "failed"], ["last"]), (["--state", "finished"], ["ResNet", "warm up"]),
    (["--state", "running"], []),
    (["--search", "a", "--state", "finished", "-p", "paper"], ["ResNet"])])
def test_only_what_fits_is_listed_and_the_total_says_how_many(ledger, words, fits):
    answer = ledger.json("list", *words)
    assert names(answer) == fits
    assert answer["total"] == len(fits)


def test_a_run_is_found_by_its_id(ledger):
    run = ledger.json("list")["runs"][1]
    assert names(ledger.json("list", "--search", run["id"].upper())) == [run["name"]]


def test_pages_are_cut_from_one_list_and_know_its_length(ledger):
    pages = [ledger.json("list", "--limit", 2, "--offset", at) for at in (0, 2, 4)]
    assert [names(page) for page in pages] == [["last", "ResNet"], ["warm up"], []]
    assert [page["total"] for page in pages] == [3, 3, 3]
    assert names(ledger.json("list", "--offset", 1)) == ["ResNet", "warm up"]


def test_a_list_that_nothing_fits_says_so_and_not_that_there_are_no_runs(ledger):
    done = ledger("list", "--search", "nothing of the kind")
    assert (done.returncode, done.stdout) == (0, "No run fits.\n")


@pytest.mark.parametrize("words", [["--offset", "-1"], ["--offset", "x"], ["--limit", "0"],
                                   ["--offset", "99999999999999999999"]])
def test_what_is_no_number_of_runs_is_refused(gramme, words):
    done = gramme("list", *words)
    assert done.returncode == 2 and words[1] in done.stderr


def test_what_is_no_state_is_refused_with_the_states_there_are(ledger):
    done = ledger("list", "--state", "lost")
    assert done.returncode == 1
    assert "'lost'" in done.stderr and "interrupted" in done.stderr
