"""The form of a table in data/: a header of `# key: value` lines, then CSV with one header row."""
import csv


class Table:
    """meta: dict of the header; columns: names; rows: list of dicts, all text."""

    def __init__(self, path):
        self.path = path
        self.name = path.rsplit("/", 1)[-1].removesuffix(".csv")
        self.meta = {}
        with open(path, encoding="utf-8", newline="") as f:
            lines = f.readlines()
        while lines and lines[0].startswith("# "):
            key, _, value = lines.pop(0)[2:].partition(": ")
            self.meta[key] = value.strip()
        reader = csv.DictReader(lines, strict=True)
        self.columns = reader.fieldnames or []
        self.rows = list(reader)
        for row in self.rows:
            if None in row or None in row.values():
                raise ValueError(f"{path}: a row with too few or too many fields: {row}")
