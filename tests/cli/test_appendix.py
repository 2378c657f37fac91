# SPDX-License-Identifier: Apache-2.0
"""A site over many runs: every link leads somewhere, nothing leads out, and mistakes are named."""
import csv
import fcntl
import html.parser
import json
import os
import pathlib
import re

import pytest
from ledgers import Ledger

HOSTILE = ["<script>alert(1)</script>", "=cmd()", "../../x", "\"'&", "\u202egnp.exe", "..", "x" * 120]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def tracked(gramme, *words):
    done = gramme("run", "-q", "--period", "10ms", "--region", "DE", *words, "--", "true")
    assert done.returncode == 0, done.stderr


class Links(html.parser.HTMLParser):
    """What a page links to, and what it would run or load."""

    def __init__(self):
        super().__init__()
        self.links, self.scripts, self.bad = [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.links += [attrs[k] for k in ("href", "src") if attrs.get(k)]
        self.bad += [k for k in attrs if k.startswith("on") or k == "style"]
        if tag == "script" and attrs.get("type") != "application/json":
            self.scripts.append(attrs.get("src"))


def links_of(page):
    parser = Links()
    parser.feed(page.read_text())
    return parser


def pages(site):
    return sorted(site.rglob("*.html"))


def test_every_link_leads_to_a_file_of_the_site(gramme):
    for project, experiment in (("a", "x"), ("a", "y"), ("b", "x"), ("", "")):
        tracked(gramme, "-p", project, "-e", experiment, "-n", "n")
    site = gramme.folder / "site"
    done = gramme("appendix", "-o", "site")
    assert done.returncode == 0, done.stderr
    assert "index.html" in done.stdout and done.stderr == ""
    assert len(pages(site)) == int(done.stdout.split()[0])
    reached = {site / "index.html"}
    for page in pages(site):
        for link in links_of(page).links:
            if link.startswith(("#", "data:")):
                continue
            assert "://" not in link and not link.startswith("/"), (page, link)
            target = (page.parent / link.partition("#")[0]).resolve()
            assert target.is_relative_to(site.resolve()) and target.is_file(), (page, link)
            reached.add(target)
    assert {page.resolve() for page in pages(site)} <= {page.resolve() for page in reached}


def test_each_page_has_a_policy_and_no_script_of_another(gramme):
    for name in HOSTILE:
        tracked(gramme, "-p", name, "-e", name, "-n", name)
    site = gramme.folder / "site"
    assert gramme("appendix", "-o", site).returncode == 0
    assert len(list((site / "runs").glob("*.html"))) == len(HOSTILE)
    for page in pages(site):
        parser = links_of(page)
        assert "Content-Security-Policy" in page.read_text()
        assert all(src and re.fullmatch(r"(\.\./)?assets/[a-z]+\.js", src)
                   for src in parser.scripts), page
        assert not parser.bad, page
        assert re.fullmatch(r"[A-Za-z0-9_-]+\.html", page.name), page
    names = [row["experiment"].lstrip("'") for row in
             csv.DictReader((site / "data/index.csv").open(newline=""))]
    assert sorted(names) == sorted(HOSTILE)
    for row in csv.reader((site / "data/index.csv").open(newline="")):
        assert not any(cell[:1] in "=+@" for cell in row if cell), row
    assert not list(gramme.folder.glob("x*")) and not (gramme.folder.parent / "x.html").exists()


def test_the_data_says_what_show_says(gramme):
    tracked(gramme, "-e", "x", "-n", "n")
    shown = gramme.json("show")
    site = gramme.folder / "site"
    assert gramme("appendix", "-o", site).returncode == 0
    (row,) = csv.DictReader((site / "data/index.csv").open(newline=""))
    energy = shown["energy"]["facility_kwh"]
    assert row["facility_kwh"] == ("" if energy is None else row["facility_kwh"])
    if energy:
        assert float(row["facility_kwh"]) == pytest.approx(energy["value"])
    assert json.loads((site / f"data/runs/{shown['id']}.json").read_text())["id"] == shown["id"]
    whole = json.loads((site / "data/index.json").read_text())
    assert whole["schema"] == "gramme.appendix/1"
    assert [run["id"] for run in whole["each_run"]] == [shown["id"]]


def test_a_spec_decides_what_goes_in(gramme):
    tracked(gramme, "-p", "a", "-e", "x", "-n", "n")
    tracked(gramme, "-p", "b", "-e", "y", "-n", "n")
    spec = gramme.folder / "spec.json"
    spec.write_text(json.dumps({"Only a": {
        "filter": "^a/", "description": "As told", "child_experiments":
        {"Ex": {"filter": "x", "executive_summary_variables": ["exp_len_hours"]}}}}))
    site = gramme.folder / "site"
    done = gramme("appendix", "-o", site, "--spec", spec)
    assert done.returncode == 0, done.stderr
    assert "Only a" in (site / "index.html").read_text()
    assert "As told" in (site / "index.html").read_text()
    assert len(list((site / "runs").glob("*.html"))) == 1


@pytest.mark.parametrize("text, says", [
    ("{", "no JSON in line 1"),
    ('{"a": {"filter": "("}}', "a > filter: no regular expression"),
    ('{"a": {"child_experiments": {"b": {"filter": 1}}}}',
     "a > child_experiments > b > filter: a text is expected"),
    ('{"a": {"executive_summary_variables": ["watts"]}}', "'watts'"),
    ('{"a": {"filter": "nothing has this"}}', "fit no run"),
])
def test_a_spec_that_cannot_be_is_named_and_nothing_is_written(gramme, text, says):
    tracked(gramme)
    (gramme.folder / "spec.json").write_text(text)
    done = gramme("appendix", "-o", "site", "--spec", "spec.json")
    assert done.returncode == 1
    assert says in done.stderr
    assert not (gramme.folder / "site").exists()


def test_replace_takes_a_site_s_place_and_nothing_else_s(gramme):
    tracked(gramme, "-e", "one")
    assert gramme("appendix", "-o", "site").returncode == 0
    done = gramme("appendix", "-o", "site")
    assert done.returncode == 1 and "--replace" in done.stderr
    assert gramme("appendix", "-o", "site", "--replace").returncode == 0
    (gramme.folder / "site" / "notes.txt").write_text("mine")
    done = gramme("appendix", "-o", "site", "--replace")
    assert done.returncode == 1 and "notes.txt" in done.stderr
    assert (gramme.folder / "site" / "notes.txt").read_text() == "mine"


def test_a_run_that_cannot_be_read_is_counted_where_it_would_stand(gramme):
    ledger = Ledger(gramme.db)
    for experiment in ("x", "x", "y"):
        spoilt = ledger.run(100, experiment=experiment)
    ledger.run(100, experiment="z")
    ledger.spoil(spoilt)
    done = gramme("appendix", "-o", "site")
    assert done.returncode == 0, done.stderr
    assert len(pages(gramme.folder / "site")) == int(done.stdout.split()[0]) == 1 + 3 + 3
    said = "1 run could not be read"
    told = {page.name: said in page.read_text() for page in pages(gramme.folder / "site")}
    assert {name for name, has in told.items() if has} == {"index.html", "y.html"}
    data = json.loads((gramme.folder / "site/data/index.json").read_text())
    assert (data["runs"], data["finished"], data["unread"]) == (3, 3, 1)
    assert not any(spoilt.lower() in link.lower() for page in pages(gramme.folder / "site")
                   for link in links_of(page).links)


def test_a_site_of_no_run_that_can_be_read_is_none(gramme):
    ledger = Ledger(gramme.db)
    ledger.spoil(ledger.run(100))
    done = gramme("appendix", "-o", "site")
    assert done.returncode == 1 and done.stderr
    assert not (gramme.folder / "site").exists()


def stage(site, name, marker):
    folder = site / name
    (folder / "runs").mkdir(parents=True)
    (folder / "runs" / "a.html").write_text("half done")
    if marker:
        (folder / ".gramme-site").write_text(marker)
    return folder


def test_replace_takes_away_what_an_interrupted_call_left_and_no_more(gramme):
    tracked(gramme)
    site = gramme.folder / "site"
    assert gramme("appendix", "-o", "site").returncode == 0
    left = stage(site, ".gramme-new-aB3xY9", "gramme.site/1\n")
    held = stage(site, ".gramme-new-111111", "gramme.site/1\n")
    others = [stage(site, ".gramme-new-222222", None), stage(site, ".gramme-new-333333", "mine"),
              stage(site, ".gramme-new-4444444", "gramme.site/1\n")]
    (site / ".gramme-new-555555").symlink_to(stage(gramme.folder, "far", "gramme.site/1\n"))
    descriptor = os.open(held, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    done = gramme("appendix", "-o", "site", "--replace")
    os.close(descriptor)
    assert done.returncode == 0, done.stderr
    assert not left.exists() and held.exists()
    assert all((other / "runs" / "a.html").exists() for other in others)
    assert (gramme.folder / "far" / "runs" / "a.html").exists()
    assert len(list(site.glob(".gramme-new-*"))) == 5


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(gramme):
    tracked(gramme)
    (gramme.folder / "closed").mkdir(mode=0o500)
    done = gramme("appendix", "-o", "closed/site")
    assert done.returncode == 1 and "closed/site" in done.stderr


def test_without_a_folder_the_usage_is_told(gramme):
    done = gramme("appendix")
    assert done.returncode == 2 and "-o DIR" in done.stderr


def test_a_full_disk_leaves_nothing_half_done(gramme):
    tracked(gramme)
    done = gramme("appendix", "-o", "/dev/full/site")
    assert done.returncode == 1 and "/dev/full" in done.stderr


def test_the_example_is_a_spec(gramme):
    tracked(gramme, "-p", "rl-energy", "-e", "ppo2", "-n", "pong")
    done = gramme("appendix", "-o", "site", "--spec", ROOT / "examples/appendix-spec.json")
    # Its metrics are not logged here: all but that is right.
    assert done.returncode == 1
    assert "'accuracy'" in done.stderr
