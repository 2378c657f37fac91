# SPDX-License-Identifier: Apache-2.0
"""Ledgers made up of runs whose joules are known: forged rows, and what stands beside them."""
import json
import os
import pathlib
import sqlite3
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORGE = pathlib.Path(os.environ.get("GRAMME_BUILD", ROOT / "build")) / "tests/net/forge-run"
NS = 10**9
START_S = 1_717_200_000  # 2024-06-01T00:00:00Z
HARDWARE = {"cpu": {"name": "A processor", "threads": 8}, "memory_bytes": 2**34, "gpus": []}


class Ledger:
    """Each run draws even power for a minute, in rows of a second."""

    def __init__(self, path):
        self.path, self.count = str(path), 0

    def run(self, joules, seconds=60, experiment=None, project=None, place="DE", metrics=(),
            marks=(), hardware=HARDWARE, host="ada", boot=None, kind="measured", **columns):
        rows = "".join(f"{s * NS} {round(joules * 1e6 * s / seconds)}\n"
                       for s in range(seconds + 1))
        start_s = START_S + 3600 * self.count
        self.count += 1
        subprocess.run([str(FORGE), self.path, place, str(start_s * NS)], input=rows, text=True,
                       check=True)
        columns.setdefault("name", "train")
        columns.setdefault("pue", 1.25)
        columns.update(id=f"20240601T{self.count:06d}-{self.count:08x}",
                       boot_id=boot or f"boot of {host}", pue_source="told")
        with sqlite3.connect(self.path) as db:
            (key,) = db.execute("SELECT max(key) FROM run").fetchone()
            columns.update(project=self.named(db, "project", project),
                           experiment=self.named(db, "experiment", experiment, project))
            for name, value in columns.items():
                db.execute(f"UPDATE run SET {name} = ? WHERE key = ?", (value, key))
            db.execute("UPDATE domain SET kind = ? WHERE run = ?", (kind, key))
            db.executemany("INSERT INTO metric VALUES (?, ?, ?, ?)",
                           [(key, int(t * NS), name, value) for t, name, value in metrics])
            db.executemany("INSERT INTO mark VALUES (?, ?, ?)",
                           [(key, int(t * NS), name) for t, name in marks])
            db.execute("INSERT INTO inventory VALUES (?, ?, ?)",
                       (key, json.dumps(hardware) if hardware else None,
                        json.dumps({"os": "Debian 12", "hostname": host})))
        return columns["id"]

    def spoil(self, run):
        """Its rows make no sense from now on."""
        with sqlite3.connect(self.path) as db:
            db.execute("UPDATE block SET packed = substr(packed, 1, 9) WHERE run = "
                       "(SELECT key FROM run WHERE id = ?)", (run,))

    @staticmethod
    def named(db, table, name, project=None):
        if name is None:
            return None
        if table == "project":
            db.execute("INSERT OR IGNORE INTO project (name) VALUES (?)", (name,))
            return db.execute("SELECT key FROM project WHERE name = ?", (name,)).fetchone()[0]
        owner = Ledger.named(db, "project", project)
        found = db.execute("SELECT key FROM experiment WHERE name = ? AND project IS ?",
                           (name, owner)).fetchone()
        if found:
            return found[0]
        return db.execute("INSERT INTO experiment (project, name) VALUES (?, ?)",
                          (owner, name)).lastrowid
