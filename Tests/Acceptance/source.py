"""The data that the acceptance tests load, as Python reads it, and how it is compared with what the program has."""

import csv
import datetime
import io
import json
import subprocess
import sys
import traceback

from organisation import SHARED

DATA = SHARED / "data"


def generate(folder, people, *words):
    subprocess.run([sys.executable, DATA / "generate.py", "--people", str(people), "--truth", "0", "--out", folder, *words], check=True)
    return folder


def rows_of(path):
    """A CSV file as Python reads it."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def records_of(path):
    """The records of an sObject tree."""
    return json.loads(path.read_text(encoding="utf-8"))["records"]


def exported(organisation, object_, columns):
    """The named columns of an object as the program exports them."""
    text = organisation.run("export", f"SELECT {', '.join(columns)} FROM {object_}", "--format", "csv")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def canonical(cell):
    """A cell in one notation: datetimes to the second in UTC, numbers without trailing zeros."""
    for form in ("%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S.%f%z"):
        try:
            return datetime.datetime.strptime(cell, form).replace(tzinfo=datetime.timezone.utc).isoformat()
        except ValueError:
            continue
    return cell


def assert_equal_rows(source, found, columns, what):
    key = lambda row: tuple(canonical(row[column]) for column in columns)
    expected, actual = sorted(map(key, source)), sorted(map(key, found))
    differing = [pair for pair in zip(expected, actual) if pair[0] != pair[1]]
    assert (
        len(expected) == len(actual) and not differing
    ), f"{what}: {len(expected)} rows in the source, {len(actual)} found; {differing[:1]}"


def is_absent():
    """Whether the shared data is not there; says so."""
    if (DATA / "generate.py").exists():
        return False
    print(f"skipped: {DATA} is not there\n0 passed, 0 failed")
    return True


def run(steps, is_a_chain):
    """Runs the steps and ends the program. Of a chain, each stands on the one before."""
    passed = failed = 0
    for step in steps:
        try:
            step()
            passed += 1
            print(f"ok   {step.__name__}", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL {step.__name__}", flush=True)
            traceback.print_exc()
            if is_a_chain:
                break
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or not passed else 0)
