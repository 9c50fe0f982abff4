#!/usr/bin/env python3
"""kill -9 of the real program at random moments of a load, a restriction, its lifting and an erasure: what must hold, holds.

    Tests/Acceptance/crash.py [--azukari PATH] [--seed N] [--kills N] [--keep FOLDER]

Each piece of work is measured once without a kill; then it is killed at moments spread over its time, counted from its first write,
and over the shorter time from when its files change: the sealed file comes or goes, an export that holds the person is removed.
After each kill the folder is opened again: `doctor` finds it sound, a load left whole chunks alone, a person is whole or gone, and the
same command ends the work. AZUKARI_CRASH_SEED is the same as --seed. It closes with `N passed, N failed` and exits 1 on a failure; with
--keep the folders of failures stay.
"""

import argparse
import csv
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from organisation import DEBUG, Organisation, assert_same

ROWS = 30_000
NEIGHBOURS = 60
CASES = 150
WAIT_SECONDS = 120
OBJECTS = ["Individual", "Contact", "Case", "CaseComment", "EmailMessage", "Task", "ContactPointTypeConsent"]


class Person:
    """Somebody whose every trace can be told from everybody else's."""

    def __init__(self, code, last, first, email, phone, street, mentions):
        self.code, self.last, self.first, self.email, self.phone, self.street = code, last, first, email, phone, street
        # In texts of their own, in texts of others beside their address, and how nobody else may be named afterwards.
        self.own, self.foreign, self.needles = mentions

    @property
    def ext(self):
        return "P" + self.code

    def traces(self):
        return [self.email, self.phone, self.street, *self.needles]


PEOPLE = [
    Person(
        "A",
        "Quillfeather",
        "Kestrel",
        "kestrel@quillfeather.example",
        "+1 (555) 0142-7788",
        "77 Larkspur Hollow Lane",
        (
            ["Kestrel Quillfeather called, from +1 555 0142 7788.", "Dear Ms Quillfeather, thank you."],
            "A neighbour, Kestrel Quillfeather <kestrel@quillfeather.example>, has the same.",
            ["quillfeather", "kestrel", "0142 7788", "larkspur"],
        ),
    ),
    Person(
        "B",
        "羽毛田",
        "鷹子",
        "takako.haketa@example.jp",
        "090-0142-7799",
        "雲雀丘7丁目77番7号",
        (
            ["羽毛田様よりお電話。折り返しは０９０－０１４２－７７９９へ。", "羽毛田 鷹子様の件、対応済みです。"],
            "同居の羽毛田 鷹子さん（takako.haketa@example.jp）からも連絡あり。",
            ["羽毛田", "鷹子", "takako", "０１４２", "雲雀丘"],
        ),
    ),
]


def write(folder, name, columns, rows):
    with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def write_company(folder):
    """Two people with much about them, and neighbours in whose cases they are named."""
    folder.mkdir()
    individuals, contacts, cases, comments, mails, tasks, consents = [], [], [], [], [], [], []
    others = [
        (f"N{n:04d}", f"Nachbar{n}", f"Nina{n}", f"n{n}@example.com", f"+44 7700 90{n:04d}", f"{n + 1} High Street")
        for n in range(NEIGHBOURS)
    ]
    for code, last, first, email, phone, street in [(p.code, p.last, p.first, p.email, p.phone, p.street) for p in PEOPLE] + others:
        individuals.append([f"I{code}", last, first, "1980-02-17"])
        contacts.append([f"P{code}", f"I{code}", last, first, email, phone, street, "Springfield", "12345", "1980-02-17"])
        consents.append([f"K{code}", f"I{code}", "Email consent", "Email", "OptIn", "2026-01-05T10:00:00.000Z", "Web"])
    for person in PEOPLE:
        for n in range(CASES):
            ext = f"{person.code}{n:04d}"
            cases.append([f"C{ext}", person.ext, "Question", person.own[n % 2], person.email, "Web"])
            comments += [[f"M{ext}{i}", f"C{ext}", person.own[(n + i) % 2]] for i in range(2)]
            mails.append(
                [
                    f"E{ext}",
                    f"C{ext}",
                    person.email,
                    f"{person.first} {person.last}",
                    "support@example.com",
                    "Re: Question",
                    person.own[n % 2],
                    "true",
                    "2026-02-01T10:00:00.000Z",
                ]
            )
            tasks.append([f"T{ext}", person.ext, f"C{ext}", "Call", f"{person.last} {person.first} {person.phone}", "Completed"])
    for n, other in enumerate(others):
        cases.append(
            [f"C{other[0]}", f"P{other[0]}", "Question", f"The router stopped working. {PEOPLE[n % 2].foreign}", other[3], "Phone"]
        )
    write(folder, "Individual", ["Ext__c", "LastName", "FirstName", "BirthDate"], individuals)
    write(
        folder,
        "Contact",
        [
            "Ext__c",
            "Individual.Ext__c",
            "LastName",
            "FirstName",
            "Email",
            "Phone",
            "MailingStreet",
            "MailingCity",
            "MailingPostalCode",
            "Birthdate",
        ],
        contacts,
    )
    write(folder, "Case", ["Ext__c", "Contact.Ext__c", "Subject", "Description", "SuppliedEmail", "Origin"], cases)
    write(folder, "CaseComment", ["Ext__c", "Parent.Ext__c", "CommentBody"], comments)
    write(
        folder,
        "EmailMessage",
        ["Ext__c", "Parent.Ext__c", "FromAddress", "FromName", "ToAddress", "Subject", "TextBody", "Incoming", "MessageDate"],
        mails,
    )
    write(folder, "Task", ["Ext__c", "Who.Ext__c", "What.Ext__c", "Subject", "Description", "Status"], tasks)
    write(
        folder,
        "ContactPointTypeConsent",
        ["Ext__c", "Party.Ext__c", "Name", "ContactPointType", "PrivacyConsentStatus", "CaptureDate", "CaptureSource"],
        consents,
    )


def request(organisation):
    """The latest request of the register, or None."""
    found = organisation.query("SELECT Name, Kind, Status FROM DataSubjectRequest ORDER BY Name DESC LIMIT 1")
    return found[0] if found else None


def written(organisation):
    """Grows with the first write of any work: change log, keys, sealed files."""
    size = 0
    for part in ("changes", "keys", "vault"):
        for path in (organisation.folder / part).iterdir():
            try:
                size += path.stat().st_size
            except FileNotFoundError:
                pass
    return size


def own_rows(dump, person):
    """How many rows of the person's own each object has."""
    keys = {"Individual": f"I{person.code}", "Contact": f"P{person.code}", "ContactPointTypeConsent": f"K{person.code}"}
    counts = {}
    for name in OBJECTS:
        fits = (lambda ext: ext == keys[name]) if name in keys else (lambda ext: len(ext) > 5 and ext[1] == person.code)
        counts[name] = sum(1 for row in dump[name] if fits(row["Ext__c"] or ""))
    return counts


class Work:
    """A command that is killed: what it begins from, how long its parts take, and what must hold afterwards.

    The first part begins with the first write. `turn` tells by the folder alone that the second one has begun.
    """

    def __init__(self, name, base, words, check, turn=None):
        self.name, self.base, self.words, self.check, self.turn = name, base, words, check, turn
        self.parts = 2 if turn else 1
        self.seconds = {}

    def start(self, organisation, person):
        self.size = written(organisation)
        return subprocess.Popen(
            organisation.words(*self.words(person)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=organisation.folder.parent
        )

    def wait(self, organisation, process, part):
        """Until the part begins, or the process ends; when that was."""
        has_begun = (lambda: written(organisation) != self.size) if part == 0 else (lambda: self.turn(organisation))
        end = time.monotonic() + WAIT_SECONDS
        while not has_begun() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.0005)
        return time.monotonic()

    def measure(self, place, person):
        """Once without a kill; the seconds of each part."""
        organisation = self.base(person).copy(place / "measured")
        process = self.start(organisation, person)
        began = [self.wait(organisation, process, part) for part in range(self.parts)]
        assert process.wait(timeout=WAIT_SECONDS) == 0, f"{self.name}: the command fails without a kill"
        self.seconds[person.code] = [after - before for before, after in zip(began, began[1:] + [time.monotonic()])]
        return organisation

    def kill(self, place, person, part, share):
        """Kills at a share of a part's time. Where the program was quicker than measured, again and earlier."""
        for attempt in range(8):
            organisation = self.base(person).copy(place / f"killed-{attempt}")
            process = self.start(organisation, person)
            began = self.wait(organisation, process, part)
            time.sleep(max(0, began + share * self.seconds[person.code][part] - time.monotonic()))
            passed = time.monotonic() - began
            process.send_signal(signal.SIGKILL)
            if process.wait() == -signal.SIGKILL:
                return organisation, passed
            share *= 0.7
        raise AssertionError(f"{self.name}: the command always ended before it was killed")


class Company:
    """The organisations that the work begins from, and the checks after a kill."""

    def __init__(self, azukari, place):
        self.place = place
        self.bare = Organisation.made(azukari, place / "bare")
        self.empty = self.bare.copy(place / "empty")
        self.empty.run("schema", "add", "field", "Contact", "Ext__c", "--type", "string", "--length", "80", "--external-id", "--unique")
        self.source = place / "Contact.csv"
        self.columns = ["Ext__c", "LastName", "FirstName", "Email", "Description"]
        self.rows = [[f"L{n:06d}", f"Last{n % 97}", f"First {n % 89}", f"l{n}@example.org", f"said \"{n}\", twice"] for n in range(ROWS)]
        write(place, "Contact", self.columns, self.rows)
        self.chunks = None
        self.base_changes = self.empty.changes()
        self.full = self.bare.copy(place / "full")
        self.data = place / "data"
        write_company(self.data)
        self.counts = {step["object"]: step["loaded"] for step in self.full.json("load", self.data, "--add-fields", "--yes")}
        assert set(self.counts) == set(OBJECTS), self.counts
        for person in PEOPLE:
            # Indexes what the load left for later, so that the dumps are of the same state.
            self.full.run("subject", "places", "--ext", person.ext)
        self.full.run("export", "Contact", "--out", self.full.folder / "exports" / "contacts.csv")
        self.before = self.full.tables()
        self.own = {person.code: own_rows(self.before, person) for person in PEOPLE}
        assert all(count > 0 for counts in self.own.values() for count in counts.values()), self.own
        for text in [text for person in PEOPLE for text in person.traces()]:
            assert self.full.files_holding([text]), f"{text} is in no file: that it is gone would prove nothing"
        self.restricted = {}
        for person in PEOPLE:
            self.restricted[person.code] = self.full.copy(place / f"restricted-{person.code}")
            self.restricted[person.code].run("subject", "restrict", "--ext", person.ext, "--verified-by", "passport seen")

    def works(self):
        verified = ("--verified-by", "passport seen")

        def erase(person):
            reason = f"I am {person.first} {person.last}, {person.email}."
            return ["subject", "erase", "--ext", person.ext, *verified, "--reason", reason, "--yes"]

        def is_sealed(organisation):
            return any(path.suffix == ".sealed" for path in (organisation.folder / "vault").iterdir())

        return {
            "load": Work("load", lambda person: self.empty, lambda person: ["load", self.source], self.loaded),
            "load of a folder": Work(
                "load of a folder",
                lambda person: self.bare,
                lambda person: ["load", self.data, "--add-fields", "--yes"],
                self.folder_loaded,
            ),
            "restrict": Work(
                "restrict",
                lambda person: self.full,
                lambda person: ["subject", "restrict", "--ext", person.ext, *verified],
                self.restricted_or_not,
                turn=is_sealed,
            ),
            "lift": Work(
                "lift",
                lambda person: self.restricted[person.code],
                lambda person: ["subject", "lift", "R-000001", "--told", "Email"],
                self.lifted_or_not,
                turn=lambda organisation: not is_sealed(organisation),
            ),
            "erase": Work(
                "erase",
                lambda person: self.full,
                erase,
                self.erased,
                turn=lambda organisation: not (organisation.folder / "exports" / "contacts.csv").exists(),
            ),
        }

    def chunk_sizes(self, organisation):
        """A chunk is a transaction and has one time of creation."""
        groups = organisation.query("SELECT CreatedDate, COUNT(Id) n FROM Contact GROUP BY CreatedDate ORDER BY CreatedDate")
        return [group["n"] for group in groups]

    def loaded(self, organisation, person):
        changes = organisation.changes()
        count = organisation.count("Contact")
        sizes = self.chunk_sizes(organisation)
        assert sum(sizes) == count and sizes == self.chunks[: len(sizes)], f"not whole chunks: {sizes}, unkilled {self.chunks}"
        assert changes == self.base_changes + count, f"{changes} changes in the log, {count} rows"
        self.equals_source(organisation, count)
        again = organisation.json("load", self.source, "--upsert", "Ext__c")[0]
        assert (again["rows"], again["loaded"], again["created"], again["refused"]) == (ROWS, ROWS, ROWS - count, 0), again
        self.equals_source(organisation, ROWS)
        return f"{count} rows there in {len(sizes)} chunks, then all {ROWS}"

    def folder_loaded(self, organisation, person):
        """Files shorter than a chunk are there whole or not at all, parents before children."""
        changes = organisation.changes()
        found = {name: len(rows) for name, rows in organisation.tables().items() if name in self.counts}
        assert all(found[name] in (0, count) for name, count in self.counts.items()), f"half a file: {found} of {self.counts}"
        assert changes == self.base_changes + sum(found.values()), f"{changes} changes in the log, rows {found}"
        again = organisation.json("load", self.data, "--upsert", "Ext__c", "--add-fields", "--yes")
        order = [step["object"] for step in again]
        assert [found[name] > 0 for name in order] == sorted((found[name] > 0 for name in order), reverse=True), (order, found)
        assert {step["object"]: step["loaded"] for step in again} == self.counts, again
        assert all(step["created"] == self.counts[step["object"]] - found[step["object"]] for step in again), again
        dump = organisation.tables()
        assert {name: len(dump[name]) for name in self.counts} == self.counts
        assert {p.code: own_rows(dump, p) for p in PEOPLE} == self.own
        organisation.changes()
        return (
            f"{sum(found.values())} rows there in {sum(count > 0 for count in found.values())} files, then all {sum(self.counts.values())}"
        )

    def equals_source(self, organisation, count):
        """The first rows of the file and no others are there, each as it is in the file."""
        text = organisation.run("export", f"SELECT {', '.join(self.columns)} FROM Contact ORDER BY Ext__c", "--format", "csv")
        rows = list(csv.reader(text.splitlines()))
        assert rows[1:] == self.rows[:count], f"{len(rows) - 1} rows are not the first {count} of the source"

    def is_visible(self, organisation, person):
        """True when all of the person is there, False when nothing is; all else is an error."""
        counts = own_rows(organisation.tables(), person)
        visible = counts == self.own[person.code]
        assert visible or not any(counts.values()), f"{person.code} is half there: {counts} of {self.own[person.code]}"
        seen = [
            organisation.count(f"{name} WHERE Ext__c LIKE '{letter}{person.code}%'")
            for name, letter in (("Contact", "P"), ("Case", "C"), ("EmailMessage", "E"))
        ]
        assert seen == ([self.own[person.code][name] for name in ("Contact", "Case", "EmailMessage")] if visible else [0, 0, 0]), seen
        return visible

    def asked_again(self, organisation, person, verb, *words):
        """The words that go on with what a crash left: the request if it got into the register, else the first command."""
        known = request(organisation)
        whom = ("--request", known["Name"]) if known else ("--ext", person.ext)
        return organisation.json("subject", verb, *whom, "--verified-by", "passport seen", *words)

    def restricted_or_not(self, organisation, person):
        organisation.changes()
        was_visible = self.is_visible(organisation, person)
        if was_visible:
            assert_same(self.before, organisation.tables())
        done = self.asked_again(organisation, person, "restrict")
        assert done["status"] == "CarriedOut", done
        assert not self.is_visible(organisation, person)
        assert len(list((organisation.folder / "vault").iterdir())) == 1
        holding = organisation.files_holding([person.street], besides=["contacts.csv"])
        assert not holding, f"restricted and still found: {holding}"
        self.lift(organisation, person, done["request"])
        return ("visible" if was_visible else "gone") + ", then restricted, then lifted to the same dump"

    def lifted_or_not(self, organisation, person):
        organisation.changes()
        was_visible = self.is_visible(organisation, person)
        self.lift(organisation, person, "R-000001")
        return ("visible" if was_visible else "gone") + ", then lifted to the same dump"

    def lift(self, organisation, person, request):
        lifted = organisation.json("subject", "lift", request, "--told", "Email")
        assert lifted["status"] == "Lifted", lifted
        dump = organisation.tables()
        assert_same(self.before, dump)
        steps = [row["Name"] for row in dump["DataSubjectRequestStep"]]
        assert all(name in steps for name in ("Verified", "Decided", "Restricted", "Announced", "Lifted")), steps
        assert not list((organisation.folder / "vault").iterdir()), "the sealed file is still there"
        organisation.changes()

    def erased(self, organisation, person):
        organisation.changes()
        was_visible = self.is_visible(organisation, person)
        certificate = organisation.folder.parent / f"{organisation.folder.name}.json"
        done = self.asked_again(organisation, person, "erase", "--certificate", certificate, "--yes")
        assert done["status"] == "CarriedOut", done
        assert not self.is_visible(organisation, person)
        key = organisation.folder / "ledger" / "key.pub"
        verified = subprocess.run([organisation.azukari, "verify", certificate, "--key", key, "--json"], stdout=subprocess.PIPE, check=True)
        statement = json.loads(json.loads(verified.stdout)["statement"])
        assert statement["kind"] == "erasure" and statement["deleted"] == self.own[person.code], statement
        assert organisation.count("ErasureCertificate") == 1
        holding = organisation.files_holding(person.traces())
        assert not holding, f"still found: {holding[:5]}"
        assert organisation.count("Case WHERE Ext__c LIKE 'CN%'") == NEIGHBOURS
        steps = [row["Name"] for row in organisation.tables()["DataSubjectRequestStep"]]
        assert all(name in steps for name in ("Verified", "Decided", "Erased")), steps
        organisation.changes()
        return ("whole" if was_visible else "gone") + ", then erased with one certificate"


def state(organisation):
    """How far the work had come, as the crash left it on the disk."""
    dump = organisation.tables()
    status = dump["DataSubjectRequest"][0]["Status"] if dump["DataSubjectRequest"] else "not entered"
    deeds = [row["state"] for name in ("az_erasure", "az_restriction") for row in dump[name]]
    return ", ".join([status, *deeds]) if dump["DataSubjectRequest"] or deeds else f"{len(dump['Contact'])} contacts"


def schedule(kills, works, generator):
    """Which work is killed, how often, in which part of it and at which share of the part's time: spread, and at random."""
    shares = {"load": 0.2, "load of a folder": 0.1, "restrict": 0.2, "lift": 0.2, "erase": 0.3}
    assert shares.keys() == works.keys()
    for name, work in works.items():
        count = max(work.parts, round(kills * shares[name]))
        for number in range(count):
            part, place = number % work.parts, number // work.parts
            of_part = len(range(part, count, work.parts))
            share = (place + generator.random()) / of_part
            # The steps of the second part follow quickest at its beginning.
            yield name, number, part, share * share if part else share


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--azukari", type=pathlib.Path, default=DEBUG)
    options.add_argument(
        "--seed", type=int, default=int(os.environ.get("AZUKARI_CRASH_SEED") or random.SystemRandom().randrange(1_000_000))
    )
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--keep", type=pathlib.Path)
    options = options.parse_args()
    generator = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    passed = failed = inside = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="azukari-crash-") as folder:
        place = pathlib.Path(folder)
        company = Company(options.azukari.resolve(), place)
        works = company.works()
        for name, work in works.items():
            for person in PEOPLE:
                measured = work.measure(place, person)
                if name == "load":
                    company.chunks = company.chunk_sizes(measured)
                shutil.rmtree(measured.folder)
                seconds = " + ".join(f"{part:.3f}" for part in work.seconds[person.code])
                print(f"     {name} takes {seconds} s from its first write", flush=True)
        for name, number, part, share in schedule(options.kills, works, generator):
            person = PEOPLE[generator.randrange(2)]
            at = place / f"{name.replace(' ', '-')}-{number}"
            at.mkdir()
            try:
                organisation, seconds = works[name].kill(at, person, part, share)
                inside += 1
                left = state(organisation)
                came = works[name].check(organisation, person)
                passed += 1
                since = "its files changed" if part else "its first write"
                print(f"ok   {name} killed {seconds:.3f} s after {since} [{left}]: {came}", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL {name}, kill {number + 1} in part {part + 1} at {share:.2f} of its time (seed {options.seed})", flush=True)
                traceback.print_exc()
                if options.keep:
                    shutil.copytree(at, options.keep / at.name)
            shutil.rmtree(at)
    print(f"{inside} of {passed + failed} kills landed between the first write and the end; {time.monotonic() - began:.0f} s in all")
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or not passed else 0)


main()
