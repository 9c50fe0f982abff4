"""An organisation's folder as the acceptance tests see it: through the command, and beside it by its files."""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEBUG = ROOT / ".build" / "debug" / "azukari"
SHARED = ROOT.parent / "shared"
WAIT_SECONDS = 300


class Organisation:
    """A folder and what the program says of it."""

    def __init__(self, azukari, folder):
        self.azukari, self.folder = str(azukari), folder

    @classmethod
    def made(cls, azukari, folder, language="en"):
        """A new one, empty."""
        organisation = cls(azukari, folder)
        organisation.run("init", "--name", "Acceptance KK", "--language", language, "--time-zone", "Asia/Tokyo")
        return organisation

    def copy(self, folder):
        shutil.copytree(self.folder, folder)
        return Organisation(self.azukari, folder)

    def words(self, *words):
        return [self.azukari, *map(str, words), "--folder", str(self.folder)]

    def ask(self, *words):
        """Runs the command in the folder above the organisation's; whatever it answers, with its line ends as they are."""
        done = subprocess.run(
            self.words(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder.parent, timeout=WAIT_SECONDS
        )
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        return done

    def run(self, *words, code=0):
        """What the command says on standard output, after it ended with this exit code."""
        done = self.ask(*words)
        assert done.returncode == code, f"{words}: exit {done.returncode}, not {code}: {done.stderr}{done.stdout}"
        return done.stdout

    def refused(self, *words, code=1, saying=""):
        """What the command says on standard error, after it refused."""
        done = self.ask(*words)
        assert done.returncode == code, f"{words}: exit {done.returncode}, not {code}: {done.stderr}{done.stdout}"
        assert saying in done.stderr, f"{words}: `{saying}` is not in: {done.stderr}"
        return done.stderr

    def json(self, *words, code=0):
        return json.loads(self.run(*words, "--json", code=code))

    def query(self, soql):
        return self.json("query", soql)["records"]

    def count(self, what):
        return self.json("query", f"SELECT COUNT() FROM {what}")["totalSize"]

    def changes(self):
        """How many changes the log holds, once everything is sound."""
        findings = self.json("doctor")
        assert all(finding["sound"] for finding in findings), findings
        assert {finding["subject"] for finding in findings} >= {"database", "change log", "evidence log", "sealed files"}, findings
        return int(next(f["message"] for f in findings if f["subject"] == "change log").split()[0])

    def tables(self):
        """Every row of every table, read beside the program: the whole dump."""
        if (self.folder / "azukari.sock").exists():  # A server writes meanwhile, so the files may not be copied.
            return self.dump(f"file:{self.folder / 'azukari.sqlite'}?mode=ro")
        with tempfile.TemporaryDirectory(dir=self.folder.parent) as place:
            for name in os.listdir(self.folder):
                if name.startswith("azukari.sqlite") and not name.endswith("-shm"):
                    shutil.copy(self.folder / name, place)
            return self.dump(f"file:{place}/azukari.sqlite")

    @staticmethod
    def dump(address):
        connection = sqlite3.connect(address, uri=True)
        connection.execute("BEGIN")
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        dump = {}
        for name in names:
            rows = connection.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in rows.description]
            dump[name] = [dict(zip(columns, row)) for row in rows]
        connection.close()
        # Which records have a term is what counts, not whether it is told by a row or by a block.
        dump["az_term"] += [
            {"term": block["term"], "record": record} for block in dump.pop("az_posting")
            for record in records(block["first"], block["ids"])
        ]
        return dump

    def files_holding(self, texts, besides=()):
        """The files with one of the texts in them, whatever the letter case."""
        needles = {text.lower().encode() for text in texts}
        found = []
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.name not in besides:
                data = path.read_bytes().lower()
                found += [f"{path.relative_to(self.folder)}: {needle.decode()}" for needle in sorted(needles) if needle in data]
        return found


def records(first, distances):
    """The records of a block of the search index: the first one, and LEB128 distances, each one less than it is."""
    yield first
    distance, shift = 0, 0
    for byte in distances:
        distance |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            first += distance + 1
            yield first
            distance, shift = 0, 0


# What a right's own records and the product's books are kept in; all else must be the same before and after.
BOOKS = {"az_access", "az_access_record", "az_event", "az_evidence", "az_restriction", "az_sequence", "az_change_position"}
REQUESTS = {"DataSubjectRequest", "DataSubjectRequestStep"}


def told(value):
    """A sealed value without what differs each time it is sealed."""
    if isinstance(value, str) and value.startswith("\x01"):
        return value[:42] if value[1] == "d" else value[:10]
    return value


def comparable(dump):
    """A dump without the books and without the requests' own records and what is kept of them."""
    ids = {row["Id"] for name in REQUESTS for row in dump[name]}
    return {
        name: sorted(repr(sorted((key, told(value)) for key, value in row.items())) for row in rows if not (ids and ids.intersection(row.values())))
        for name, rows in dump.items()
        if name not in BOOKS | REQUESTS and not name.startswith("sqlite_")
    }


def assert_same(before, after):
    """Two dumps are the same, but for the books and the requests."""
    a, b = comparable(before), comparable(after)
    for name in sorted(a.keys() | b.keys()):
        lost, new = set(a.get(name, [])) - set(b.get(name, [])), set(b.get(name, [])) - set(a.get(name, []))
        assert a.get(name) == b.get(name), f"{name} differs: lost {sorted(lost)[:2]}, new {sorted(new)[:2]}"
