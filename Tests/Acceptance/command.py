#!/usr/bin/env python3
"""The main job by command alone, and the load of all real data: answers, exit codes and JSON, against an independent count.

    Tests/Acceptance/command.py [--azukari PATH] [--people N] [--only WORD]

What was loaded is compared cell by cell with the source as Python's own csv and json read it. The data lies in ../shared; without
it nothing is tested, and a line says so. It closes with `N passed, N failed` and exits 1 on a failure.
"""
import argparse
import collections
import csv
import datetime
import hashlib
import io
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import traceback
import zipfile

from organisation import DEBUG, SHARED, Organisation, assert_same

DATA = SHARED / "data"
CHILDREN = {"Case": "Contact.Ext__c", "CaseComment": "Parent.Ext__c", "EmailMessage": "Parent.Ext__c", "Task": "Who.Ext__c", "ContactPointTypeConsent": "Party.Ext__c"}
VERIFIED = ("--verified-by", "passport seen")


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
    assert len(expected) == len(actual) and not differing, f"{what}: {len(expected)} rows in the source, {len(actual)} found; {differing[:1]}"


class MainJob:
    """The six steps, in their order, on one generated company."""

    # Each step stands on the one before.
    is_a_chain = True

    def __init__(self, azukari, place):
        self.azukari, self.place = azukari, place
        self.data = generate(place / "data", 300)
        self.source = {path.stem: rows_of(path) for path in self.data.glob("*.csv")}
        self.truth = {line["person"]: line for line in map(json.loads, (self.data / "truth.jsonl").read_text().splitlines())}
        self.names = collections.Counter((row["LastName"], row["FirstName"]) for row in self.source["Contact"])
        self.contact = self.person()
        self.ext = self.contact["Ext__c"]

    def person(self):
        """A Japanese person with a lead, cases, comments, mails, and mentions in others' records, who shares the whole name with nobody."""
        for row in self.source["Contact"]:
            objects = {place["object"] for place in self.truth[row["Ext__c"]]["places"]}
            own = {object_: len(rows) for object_, rows in self.own_of(row["Ext__c"]).items()}
            is_alone = self.names[row["LastName"], row["FirstName"]] == 1
            others = [p for p in self.truth[row["Ext__c"]]["places"] if p["object"] == "Case" and p["ext"] not in {r["Ext__c"] for r in self.own_of(row["Ext__c"])["Case"]}]
            if is_alone and others and objects >= {"Lead", "CaseComment", "EmailMessage"} and own["ContactPointTypeConsent"] and self.truth[row["Ext__c"]]["language"] == "ja":
                return row
        raise SystemExit("the generated company has nobody with enough about them")

    def own_of(self, ext):
        """The rows of the source that are the person's own, by object."""
        own = {"Contact": [row for row in self.source["Contact"] if row["Ext__c"] == ext]}
        own["Individual"] = [row for row in self.source["Individual"] if row["Ext__c"] == "I" + ext]
        own["Case"] = [row for row in self.source["Case"] if row["Contact.Ext__c"] == ext]
        cases = {row["Ext__c"] for row in own["Case"]}
        own["CaseComment"] = [row for row in self.source["CaseComment"] if row["Parent.Ext__c"] in cases]
        own["EmailMessage"] = [row for row in self.source["EmailMessage"] if row["Parent.Ext__c"] in cases]
        own["Task"] = [row for row in self.source["Task"] if row["Who.Ext__c"] == ext]
        own["ContactPointTypeConsent"] = [row for row in self.source["ContactPointTypeConsent"] if row["Party.Ext__c"] == "I" + ext]
        leads = {place["ext"] for place in self.truth[ext]["places"] if place["object"] == "Lead"}
        own["Lead"] = [row for row in self.source["Lead"] if row["Ext__c"] in leads]
        return own

    def own_counts(self):
        return {name: len(rows) for name, rows in self.own_of(self.ext).items() if rows}

    def steps(self):
        return [self.make, self.load, self.find, self.consent, self.refused_send, self.package, self.export, self.restrict, self.lift, self.preview, self.erase, self.verify]

    def make(self):
        folder = self.place / "organisation"
        made = json.loads(subprocess.run(
            [self.azukari, "init", "--folder", folder, "--name", "青葉リゾート", "--language", "ja", "--time-zone", "Asia/Tokyo", "--json"],
            check=True, stdout=subprocess.PIPE).stdout)
        assert made["id"].startswith("00D") and made["name"] == "青葉リゾート", made
        self.at = Organisation(self.azukari, folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and stat.S_IMODE((folder / "keys" / "master.key").stat().st_mode) == 0o600
        self.at.refused("init", "--name", "Again", saying="organisation in this folder")
        self.at.refused("init", code=64)
        self.at.refused("nonsense", code=64)
        Organisation(self.azukari, self.place / "nowhere").refused("query", "SELECT Id FROM Contact", saying="NOT_FOUND")

    def load(self):
        refused = self.at.refused("load", self.data, saying="Contact.Ext__c")
        assert "--add-fields" in refused
        told = {step["object"]: step for step in self.at.json("load", self.data, "--add-fields", "--yes")}
        for object_, rows in self.source.items():
            assert (told[object_]["rows"], told[object_]["loaded"], told[object_]["refused"]) == (len(rows), len(rows), 0), told[object_]
            assert self.at.count(object_) == len(rows)
        assert self.at.changes() == sum(map(len, self.source.values()))

    def find(self):
        found = self.at.query(f"SELECT Id, Name, Email, Account.Ext__c FROM Contact WHERE LastName = '{self.contact['LastName']}' AND Email LIKE '{self.contact['Email'][:8]}%'")
        assert self.contact["Email"] in [row["Email"] for row in found]
        mine = next(row for row in found if row["Email"] == self.contact["Email"])
        assert mine["Name"] == f"{self.contact['LastName']} {self.contact['FirstName']}" and mine["Account"]["Ext__c"] == self.contact["Account.Ext__c"], mine
        shown = self.at.json("subject", "show", "--email", self.contact["Email"].upper())
        counts = {name: len(ids) for name, ids in shown["records"].items()}
        # Their lead has the address and no tie to them, so it is no record of the page; a trace finds it.
        assert counts == {name: count for name, count in self.own_counts().items() if name != "Lead"}, (counts, self.own_counts())
        places = self.at.json("subject", "places", "--ext", self.ext)
        for place in self.truth[self.ext]["places"]:
            is_there = any(p["object"] == place["object"] and p["ext"] == place["ext"] and p["field"] == place["field"] and p["start"] <= place["start"] and place["end"] <= p["end"] for p in places["places"])
            assert is_there or place["object"] == "Account", place
        self.at.refused("query", "SELECT Id FROM Contact WHERE", saying="MALFORMED_QUERY")
        self.at.refused("query", "SELECT Nope FROM Contact", saying="INVALID_FIELD")
        self.at.refused("query", "SELECT Id FROM Nope", saying="INVALID_TYPE")
        self.at.refused("subject", "show", "--ext", "P9999999", saying="NOT_FOUND")
        self.at.refused("subject", "show", "--ext", self.ext, "--email", "x@example.com", code=64)

    def consent(self):
        consent = ("subject", "consent", "--ext", self.ext)
        text = self.place / "form.txt"
        text.write_text("お知らせメールを受け取ります。", encoding="utf-8")
        opt_in = (*consent, "--channel", "Email", "--status", "OptIn")
        self.at.refused(*opt_in, code=64, saying="--method")
        self.at.refused(*consent, "--status", "OptOut", "--method", "Phone", code=64, saying="--channel")
        self.at.refused(*consent, "--channel", "Email", code=64, saying="--status")
        self.at.refused(*opt_in, "--method", "WebForm", saying="REQUIRED_FIELD_MISSING")
        self.at.refused(*opt_in, "--method", "Rumour", "--text", text, saying="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
        self.at.refused(*opt_in, "--method", "WebForm", "--text", text, "--captured", "2999-01-01", saying="INVALID_OPERATION")
        self.at.refused(*opt_in, "--method", "WebForm", "--text", self.place / "nothing.txt", saying="no such file")
        assert self.at.count("ConsentEvent") == 0
        flags = f"SELECT HasOptedOutOfEmail, DoNotCall, HasOptedOutOfFax FROM Contact WHERE Ext__c = '{self.ext}'"
        proof = ("--method", "WebForm", "--text", text, "--text-version", "3", "--language", "ja", "--source", "https://example.jp/news", "--evidence", "scan-17.pdf")
        for channel, flag in (("Email", "HasOptedOutOfEmail"), ("Phone", "DoNotCall"), ("Fax", "HasOptedOutOfFax")):
            given = self.at.json(*consent, "--channel", channel, "--status", "OptIn", *proof)
            state = next(state for state in given["channels"] if state["channel"] == channel)
            assert (state["status"], state["isAllowed"], state["proof"]) == ("OptIn", True, given["recorded"]), given
            assert self.at.query(flags)[0][flag] is False
        event = self.at.query("SELECT Method, TextShown, TextVersion, Source, Evidence, Language, CapturedById FROM ConsentEvent WHERE Channel = 'Email'")[0]
        assert (event["Method"], event["TextShown"], event["TextVersion"], event["Source"], event["Evidence"], event["Language"]) == (
            "WebForm", text.read_text(encoding="utf-8"), "3", "https://example.jp/news", "scan-17.pdf", "ja"), event
        for channel in ("Email", "Phone", "Fax"):
            taken = self.at.json(*consent, "--channel", channel, "--status", "OptOut", "--method", "Phone")
            state = next(state for state in taken["channels"] if state["channel"] == channel)
            assert (state["status"], state["isAllowed"]) == ("OptOut", False) and any("OptOut" in reason for reason in state["reasons"]), taken
        assert list(self.at.query(flags)[0].values())[1:] == [True, True, True]
        assert "OptOut" in self.at.run(*consent)

    def refused_send(self):
        """A message to who opted out, and a call, are refused by row and reason; the next person's are written."""
        reachable = next(row for row in self.source["Contact"] if row["HasOptedOutOfEmail"] == row["DoNotCall"] == "false" and row["Ext__c"] != self.ext and not any(
            consent["Party.Ext__c"] == "I" + row["Ext__c"] and consent["PrivacyConsentStatus"] == "OptOut" for consent in self.source["ContactPointTypeConsent"]))
        mail, call = self.place / "EmailMessage-out.csv", self.place / "Task-out.csv"
        with open(mail, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["ToAddress", "Subject", "TextBody", "Incoming"], [self.contact["Email"], "News", "x", "false"], [reachable["Email"], "News", "x", "false"]])
        with open(call, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["Who.Ext__c", "Subject", "TaskSubtype", "Status"], [self.ext, "Call back", "Call", "Not Started"], [reachable["Ext__c"], "Call back", "Call", "Not Started"]])
        for path, object_, flag in ((mail, "EmailMessage", "HasOptedOutOfEmail"), (call, "Task", "DoNotCall")):
            results = self.place / f"{object_}.refused.csv"
            before = self.at.count(object_)
            told = self.at.json("load", path, "--results", results, code=2)[0]
            assert (told["loaded"], told["refused"]) == (1, 1) and self.at.count(object_) == before + 1, told
            row = rows_of(results)[0]
            assert row["az__Row"] == "1" and f"{flag} is true on Contact" in row["az__Message"] and "Nothing was sent" in row["az__Message"], row
        sent = self.at.query(f"SELECT Id, ToAddress FROM EmailMessage WHERE Subject = 'News'")
        assert [row["ToAddress"] for row in sent] == [reachable["Email"]]

    def package(self):
        archive, folder = self.place / "person.zip", self.place / "person"
        self.at.refused("subject", "package", "--ext", self.ext, "--out", archive, code=64, saying="--verified-by")
        assert self.at.count("DataSubjectRequest") == 0
        told = self.at.json("subject", "package", "--ext", self.ext, *VERIFIED, "--language", "ja", "--out", archive)
        assert told["kind"] == "Access" and told["status"] == "CarriedOut", told
        with zipfile.ZipFile(archive) as zipped:
            files = {name: zipped.read(name) for name in zipped.namelist()}
        self.check_package(files, told["manifest"])
        told = self.at.json("subject", "package", "--ext", self.ext, *VERIFIED, "--out", folder)
        self.check_package({str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}, told["manifest"])
        assert all(stat.S_IMODE(path.stat().st_mode) in (0o600, 0o700) for path in folder.rglob("*"))
        assert any("manifest sha256" in (row["Detail"] or "") for row in self.at.query("SELECT Detail FROM DataSubjectRequestStep WHERE Name = 'Packaged'"))

    def check_package(self, files, manifest_hash):
        manifest = json.loads(files["manifest.json"])
        assert hashlib.sha256(files["manifest.json"]).hexdigest() == manifest_hash
        listed = {file["name"]: file for file in manifest["files"]}
        assert listed.keys() == files.keys() - {"manifest.json"}, (listed.keys(), files.keys())
        for name, file in listed.items():
            assert file["sha256"] == hashlib.sha256(files[name]).hexdigest() and file["bytes"] == len(files[name]), name
        data = json.loads(files["data.json"])["records"]
        for object_, rows in self.own_of(self.ext).items():
            keys = sorted(row["Ext__c"] for row in rows)
            if keys:
                assert sorted(row.get("Ext__c", "") for row in data[object_] if row.get("Ext__c")) == keys, object_
                table = list(csv.DictReader(io.StringIO(files[f"csv/{object_}.csv"].decode(), newline="")))
                assert sorted(row["Ext__c"] for row in table if row["Ext__c"]) == keys
                assert len(table) == len(data[object_]) == listed[f"csv/{object_}.csv"]["records"]
        assert self.contact["Email"].encode() in files["data.xml"]
        others = {row["Email"] for row in self.source["Contact"]} - {self.contact["Email"]}
        structured = [row.get("Email") for row in data["Contact"] + data.get("Lead", [])]
        assert not others.intersection(structured)

    def export(self):
        for form in ("csv", "json", "xml"):
            out = self.place / f"contacts.{form}"
            told = self.at.json("export", "Contact", "--out", out)
            assert told["rows"] == len(self.source["Contact"]) and stat.S_IMODE(out.stat().st_mode) == 0o600, told
            text = out.read_text(encoding="utf-8")
            assert all(row["Email"] in text for row in self.source["Contact"])
        self.at.refused("export", "Nope", saying="INVALID_TYPE")
        self.at.refused("export", "Contact", "--delimiter", "x", code=64)
        inside = self.at.folder / "exports" / "contacts.csv"
        self.at.run("export", "Contact", "--out", inside)

    def dump_objects(self):
        """Every object that has rows, exported; and every row of every table."""
        objects = [row["name"] for row in self.at.json("schema", "show")]
        exports = {}
        for object_ in objects:
            done = self.at.ask("export", object_, "--all", "--format", "csv")
            if done.returncode == 0 and done.stdout.count("\n") > 1:
                exports[object_] = sorted(done.stdout.splitlines())
        return {name: lines for name, lines in exports.items() if not name.startswith("DataSubjectRequest")}, self.at.tables()

    def restrict(self):
        self.before = self.dump_objects()
        count = self.at.count("Contact")
        done = self.at.json("subject", "restrict", "--ext", self.ext, *VERIFIED)
        assert (done["kind"], done["status"]) == ("Restriction", "CarriedOut"), done
        self.restriction = done["request"]
        assert self.at.count("Contact") == count - 1
        for object_, own in self.own_of(self.ext).items():
            keys = {row["Ext__c"] for row in own}
            left = {row["Ext__c"] for row in exported(self.at, object_, ["Ext__c"])}
            assert not keys & left and {row["Ext__c"] for row in self.source[object_]} - keys <= left, object_
        for form in ("csv", "json", "xml"):
            assert self.contact["Email"] not in self.at.run("export", "Contact", "--format", form)
        self.at.refused("subject", "show", "--ext", self.ext, saying="NOT_FOUND")
        self.at.refused("subject", "places", "--email", self.contact["Email"], saying="NOT_FOUND")
        own_words = [self.contact["Phone"], self.contact["MobilePhone"]]
        assert not [name for name in self.at.files_holding(own_words[:1], besides=["contacts.csv"]) if not name.startswith("azukari.sqlite")]
        self.at.changes()
        # The place is kept: nobody takes the key meanwhile.
        taken = self.place / "Contact-taken.csv"
        taken.write_text(f"Ext__c,LastName\n{self.ext},Thief\n")
        assert self.at.json("load", taken, "--results", self.place / "taken.csv", code=1)[0]["refused"] == 1
        assert rows_of(self.place / "taken.csv")[0]["az__Code"] == "DUPLICATE_VALUE"

    def lift(self):
        self.at.refused("subject", "lift", self.restriction, code=64)
        self.at.refused("subject", "lift", "R-999999", "--told", "Email", saying="NOT_FOUND")
        done = self.at.json("subject", "lift", self.restriction, "--told", "Email")
        assert done["status"] == "Lifted", done
        exports, tables = self.dump_objects()
        assert exports.keys() == self.before[0].keys()
        for object_, lines in exports.items():
            assert lines == self.before[0][object_], object_
        assert_same(self.before[1], tables)
        assert self.at.json("subject", "lift", self.restriction, "--told", "Email")["status"] == "Lifted"

    def preview(self):
        contract = self.place / "Contract.csv"
        contract.write_text(f"Account.Ext__c,CustomerSigned.Ext__c\n{self.contact['Account.Ext__c']},{self.ext}\n")
        assert self.at.json("load", contract)[0]["loaded"] == 1
        # Who looks for places first indexes what a load left for later.
        self.at.run("subject", "places", "--ext", self.ext)
        before = self.at.tables()
        plan = self.at.json("subject", "erase", "--ext", self.ext, "--preview")
        assert_same(before, self.at.tables())
        counts = {row["object"]: row["count"] for row in plan["records"] if row["decision"] == "delete"}
        expected = self.own_counts()
        assert {name: counts[name] for name in expected if name != "ContactPointTypeConsent"} == {name: n for name, n in expected.items() if name != "ContactPointTypeConsent"}, (counts, expected)
        kept = [row for row in plan["records"] if row["object"] == "Contract"]
        assert [row["count"] for row in kept] == [1] and kept[0]["decision"].startswith("keep: legalDuty until 20"), plan["records"]
        assert any(row["decision"] == "redact" and row["object"] == "Case" for row in plan["records"])
        assert "keep: legalDuty" in self.at.run("subject", "erase", "--ext", self.ext, "--preview")
        self.plan = plan

    def erase(self):
        whole = {name: exported(self.at, name, ["Ext__c"] + [c for c in self.source[name][0] if "." not in c and c != "Ext__c"]) for name in self.source}
        self.at.refused("subject", "erase", "--ext", self.ext, "--yes", code=64, saying="--verified-by")
        self.at.refused("subject", "erase", "--ext", self.ext, *VERIFIED, saying="--yes")
        self.at.refused("subject", "erase", "--request", self.restriction, *VERIFIED, "--yes", saying="Restriction")
        assert self.at.count(f"Contact WHERE Ext__c = '{self.ext}'") == 1
        self.certificate = self.place / "certificate.json"
        reason = f"{self.contact['LastName']} {self.contact['FirstName']} ({self.contact['Email']})です。消去してください。"
        done = self.at.json("subject", "erase", "--ext", self.ext, *VERIFIED, "--reason", reason, "--certificate", self.certificate, "--yes")
        assert (done["kind"], done["status"]) == ("Erasure", "CarriedOut"), done
        again = self.at.json("subject", "erase", "--request", done["request"], "--certificate", self.place / "again.json", "--yes")
        assert again["status"] == "CarriedOut" and (self.place / "again.json").read_bytes() == self.certificate.read_bytes()
        self.at.refused("subject", "show", "--ext", self.ext, saying="NOT_FOUND")
        self.at.refused("subject", "erase", "--ext", self.ext, *VERIFIED, "--yes", saying="NOT_FOUND")
        self.nothing_is_left()
        self.others_are_whole(whole)
        assert self.at.count("Contract") == 1
        self.at.changes()

    def nothing_is_left(self):
        """Every fragment that is the person's alone is in no file, by grep."""
        texts = "\n".join(path.read_text(encoding="utf-8") for path in self.data.glob("*.csv"))
        fragments = collections.Counter(place["text"] for place in self.truth[self.ext]["places"])
        theirs = [text for text, count in fragments.items() if texts.count(text) == count]
        theirs += [self.contact["Email"], self.contact["Phone"], self.contact["MobilePhone"], f"{self.contact['LastName']} {self.contact['FirstName']}", self.contact["LastName"] + self.contact["FirstName"]]
        assert len(set(theirs)) >= 5, theirs
        holding = self.at.files_holding(theirs)
        assert not holding, f"still found: {holding[:5]}"
        assert not (self.at.folder / "exports" / "contacts.csv").exists()

    def others_are_whole(self, before):
        """Others' rows are the same, but for those in which the truth has a place of the person."""
        touched = {(place["object"], place["ext"]) for place in self.truth[self.ext]["places"]} | {("Account", self.contact["Account.Ext__c"])}
        own = {(name, row["Ext__c"]) for name, rows in self.own_of(self.ext).items() for row in rows}
        for name, rows in before.items():
            after = {row["Ext__c"]: row for row in exported(self.at, name, list(rows[0])) if row["Ext__c"]}
            for row in rows:
                key = (name, row["Ext__c"])
                if key in own:
                    assert row["Ext__c"] not in after, key
                elif row["Ext__c"]:
                    changed = [column for column in row if after[row["Ext__c"]][column] != row[column]]
                    assert not changed or key in touched, (key, changed)

    def verify(self):
        """Offline: in another folder, by the public key alone, as its text and as a file."""
        key = (self.at.folder / "ledger" / "key.pub").read_text().strip()
        (self.place / "key.pub").write_text(key + "\n")

        def ask(path, key):
            return subprocess.run([self.azukari, "verify", path, "--key", key, "--json"], cwd="/", env={"PATH": os.environ["PATH"]}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        for form in (key, self.place / "key.pub"):
            done = ask(self.certificate, form)
            assert done.returncode == 0, done.stderr
            proven = json.loads(done.stdout)
            statement = json.loads(proven["statement"])
            assert proven["valid"] is True and statement["kind"] == "erasure", proven
            planned = {row["object"]: row["count"] for row in self.plan["records"] if row["decision"] == "delete"}
            assert statement["deleted"] == planned and statement["kept"]["Contract"]["ground"] == "legalDuty", (statement, planned)
        whole = self.certificate.read_text(encoding="utf-8")
        assert self.contact["Email"] not in whole and self.contact["LastName"] not in whole
        altered = self.place / "altered.json"
        for what, old, new in (("a count", '\\"Contact\\":1', '\\"Contact\\":2'), ("the kind", "erasure", "consent"), ("the index", '"index" : ', '"index" : 1')):
            assert old in whole, f"{what}: {old} is not in the certificate"
            altered.write_text(whole.replace(old, new, 1), encoding="utf-8")
            done = ask(altered, key)
            assert done.returncode == 1 and done.stderr, f"{what} was altered, and the certificate still holds"
        for place in range(3, len(whole), 53):
            # A letter of every part, here and there. White space and the spelling of base64's last bits prove nothing.
            if not whole[place].isalnum() or "=" in whole[place:place + 3]:
                continue
            altered.write_text(whole[:place] + ("1" if whole[place] != "1" else "2") + whole[place + 1:], encoding="utf-8")
            assert ask(altered, key).returncode == 1, f"altered at {place}: {whole[max(0, place - 30):place + 10]}"
        other = Organisation.made(self.azukari, self.place / "other")
        assert ask(self.certificate, (other.folder / "ledger" / "key.pub").read_text().strip()).returncode == 1
        assert ask(self.place / "nothing.json", key).returncode == 1


class RealData:
    """Each set in an organisation of its own, counted by Python and by query."""

    is_a_chain = False

    def __init__(self, azukari, place, people):
        self.azukari, self.place, self.people = azukari, place, people

    def steps(self):
        return [self.complaints, self.coral_cloud, self.coral_cloud_large, self.easy_spaces_leads, self.easy_spaces_plan, self.easy_spaces_tables, self.company, self.hostile, self.no_tables, self.places]

    def made(self, name):
        return Organisation.made(self.azukari, self.place / name)

    def load(self, at, path, *words, code=0):
        return at.json("load", path, "--add-fields", "--yes", *words, code=code)

    def complaints(self):
        at = self.made("complaints")
        path = DATA / "complaints" / "consumer_complaints_2013.csv"
        rows = rows_of(path)
        told = self.load(at, path, "--mapping", "complaints")
        assert len(rows) == 3186 and [(s["rows"], s["loaded"], s["refused"]) for s in told] == [(3186, 3186, 0)], told
        assert at.count("Case") == 3186
        assert at.count("Account") == len({row["Company"] for row in rows})
        for column, field in (("Product", "Product__c"), ("Company response to consumer", "Status"), ("Submitted via", "Origin"), ("Consumer disputed?", "Consumer_Disputed__c"), ("State", "State__c")):
            counted = collections.Counter(str(row[column] == "Yes") if column.endswith("?") else row[column] for row in rows)
            found = {str(row[field] if row[field] is not None else ""): row["n"] for row in at.query(f"SELECT {field}, COUNT(Id) n FROM Case GROUP BY {field}")}
            assert found == counted, (field, found, counted)
        day = lambda text: datetime.datetime.strptime(text, "%m/%d/%Y").date().isoformat()
        source = [{"zip": row["ZIP code"], "company": row["Company"], "day": day(row["Date received"]), "issue": row["Issue"], "sub": row["Sub-issue"]} for row in rows]
        found = [{"zip": row["ZIP_Code__c"], "company": row["Account.Name"], "day": row["CreatedDate"][:10], "issue": row["Subject"], "sub": row["Description"]} for row in exported(at, "Case", ["ZIP_Code__c", "Account.Name", "CreatedDate", "Subject", "Description"])]
        assert_equal_rows(source, found, ["zip", "company", "day", "issue", "sub"], "complaints")

    def tree(self, at, plan, *words):
        """Loads a plan and compares every file's records, and where their references lead."""
        folder = plan.parent
        files = [(entry["sobject"], folder / name) for entry in json.loads(plan.read_text()) for name in entry["files"] if (folder / name).exists()]
        told = self.load(at, plan, *words)
        assert [(step["object"], step["loaded"], step["refused"]) for step in told] == [(object_, len(records_of(path)), 0) for object_, path in files], told
        expected = collections.Counter()
        for object_, path in files:
            expected[object_] += len(records_of(path))
        for object_, count in expected.items():
            assert at.count(object_) == count, object_
        names = {record["attributes"]["referenceId"]: record for _, path in files for record in records_of(path)}
        for object_, path in files:
            for lookup, parent, label in (("ContactId", "Contact", "Email"), ("Contact__c", "Contact__r", "Email"), ("AccountId", "Account", "Name"), ("Market__c", "Market__r", "Name"), ("Experience__c", "Experience__r", "Name")):
                pointing = [record for record in records_of(path) if str(record.get(lookup, "")).startswith("@")]
                if not pointing or any(record[lookup][1:] not in names for record in pointing):
                    continue
                expected_parents = collections.Counter(names[record[lookup][1:]].get(label) or "" for record in pointing)
                found = collections.Counter(row[f"{parent.removesuffix('Id')}.{label}"] for row in exported(at, object_, [f"{parent}.{label}"]) if row[f"{parent}.{label}"])
                assert found == expected_parents, (object_, lookup, found, expected_parents)
        return told

    def coral_cloud(self):
        at = self.made("coral")
        self.tree(at, DATA / "coral-cloud" / "data-plan.json")
        for column in ("Name", "Type__c", "Price__c"):
            records = records_of(DATA / "coral-cloud" / "data-Experience__c.json")
            if column in records[0]:
                found = collections.Counter(str(row[column]) for row in at.query(f"SELECT {column} FROM Experience__c"))
                assert len(found) == len({str(record.get(column)) for record in records}), column

    def coral_cloud_large(self):
        at = self.made("coral-large")
        plan = DATA / "coral-cloud" / "data-plan-large.json"
        missing = at.refused("load", plan, "--add-fields", "--yes", saying="data-Experience__c-large.json")
        assert "--skip-missing" in missing and at.count("Contact") == 0
        self.tree(at, plan, "--skip-missing")
        assert at.count("Contact") == 992
        # What leads to the missing file is no value: left out, and said so.
        assert "Experience__c" not in at.run("schema", "show", "Guest_Review__c")
        alone = self.made("coral-review")
        alone.refused("load", DATA / "coral-cloud" / "data-Guest_Review__c.json", "--add-fields", "--yes", saying="@Experience__cRef")

    def easy_spaces_leads(self):
        at = self.made("easy-leads")
        self.tree(at, DATA / "easy-spaces" / "Plan1.json")

    def easy_spaces_plan(self):
        at = self.made("easy-plan")
        plan = DATA / "easy-spaces" / "Plan2.json"
        at.refused("load", plan, "--add-fields", "--yes", saying="Space__cs.json")
        self.tree(at, plan, "--skip-missing")

    def easy_spaces_tables(self):
        at = self.made("easy-tables")
        folder = DATA / "easy-spaces"
        assert (folder / "Space_Data.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        sets = [
            ("Market_Data.csv", "Market__c", "easy-spaces-markets", {"City": "City__c", "Country": "Country__c", "State": "State__c"}),
            ("Space_Data.csv", "Space__c", "easy-spaces-spaces", {"Category": "Category__c", "Market": "Market__r.Name", "Picture_URL": "Picture_URL__c", "Type": "Type__c", "Daily_Booking_Rate": "Daily_Booking_Rate__c", "Maximum_Capacity": "Maximum_Capacity__c", "Minimum_Capacity": "Minimum_Capacity__c"}),
            ("Contact_Data.csv", "Contact", "easy-spaces-contacts", {"Reservation_Status": "Reservation_Status__c"}),
            ("Lead_Data.csv", "Lead", None, {}),
        ]
        for name, object_, mapping, fields in sets:
            rows = rows_of(folder / name)
            words = ("--mapping", mapping) if mapping else ("--object", object_)
            told = self.load(at, folder / name, *words)[0]
            assert (told["object"], told["rows"], told["loaded"], told["refused"]) == (object_, len(rows), len(rows), 0), told
            assert at.count(object_) == len(rows)
            names = [fields.get(column, column) for column in rows[0]]
            source = [{fields.get(column, column): cell for column, cell in row.items()} for row in rows]
            found = exported(at, object_, names)
            for row in source + found:
                for column in ("Daily_Booking_Rate__c", "Maximum_Capacity__c", "Minimum_Capacity__c"):
                    if column in row:
                        row[column] = f"{float(row[column]):g}"
                if "Type__c" in row:
                    row["Type__c"] = ";".join(sorted(row["Type__c"].split(";")))
            assert_equal_rows(source, found, names, name)

    def company(self):
        """Every cell of a generated company, as it was."""
        at = self.made("company")
        data = generate(self.place / "company-data", self.people)
        told = {step["object"]: step for step in self.load(at, data)}
        for path in sorted(data.glob("*.csv")):
            rows = rows_of(path)
            assert (told[path.stem]["loaded"], told[path.stem]["refused"]) == (len(rows), 0) and at.count(path.stem) == len(rows), told[path.stem]
            assert_equal_rows(rows, exported(at, path.stem, list(rows[0])), list(rows[0]), path.name)
        assert at.count("Case WHERE ContactId = null") == 0 and at.count("Contact WHERE IndividualId = null") == 0

    def hostile(self):
        data = generate(self.place / "hostile-data", 2, "--hostile")
        expected = json.loads((data / "hostile.json").read_text(encoding="utf-8"))
        at = self.made("hostile")
        results = self.place / "hostile.results.csv"
        refusals = [item for item in expected if item["expected"].startswith("refused: ")]
        told = self.load(at, data / "Contact-hostile.csv", "--results", results, code=2)[0]
        assert (told["rows"], told["loaded"], told["refused"]) == (len(expected), len(expected) - len(refusals), len(refusals)), told
        assert stat.S_IMODE(results.stat().st_mode) == 0o600
        with open(results, newline="", encoding="utf-8", errors="surrogateescape") as file:
            rows = list(csv.reader(file))
        listed = {int(row[0]): row for row in rows[1:]}
        assert sorted(listed) == [item["row"] for item in refusals] == [int(row[0]) for row in rows[1:]], listed.keys()
        for item in refusals:
            _, _, column, code, message, *cells = listed[item["row"]]
            assert item["expected"].removeprefix("refused: ") in f"{code} {column} {message}", (item, code, column, message)
            assert cells[0] == item["starts"], (item, cells)
        kept = {row["Ext__c"]: row for row in exported(at, "Contact", ["Ext__c", "LastName", "FirstName", "Description"])}
        assert sorted(kept) == sorted(item["starts"] for item in expected if item not in refusals)
        assert (kept["H08"]["FirstName"], kept["H08"]["Description"]) == ('a "b", c\nd', "line\r\nbreak")
        assert (kept["H11"]["FirstName"], kept["H11"]["Description"]) == ("👩‍👩‍👧", "=HYPERLINK(1)")
        assert (kept["H12"]["FirstName"], kept["H12"]["Description"]) == ("<script>alert(1)</script>", "{{x}}")
        safe = at.run("export", "SELECT Description FROM Contact WHERE Ext__c = 'H11'", "--format", "csv", "--spreadsheet-safe")
        assert "'=HYPERLINK(1)" in safe
        # The refused rows, corrected in that very file, are loaded.
        corrected = [[cell.replace("not a mail", "a@example.com").replace("1990-02-30", "1990-02-28") for cell in row] for row in rows if row[0] == "az__Row" or row[5] in ("H05", "H06")]
        again = self.place / "Contact-again.csv"
        with open(again, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(corrected)
        assert self.load(at, again)[0]["loaded"] == 2
        japanese = self.load(at, data / "Contact-hostile-cp932.csv")[0]
        assert japanese["loaded"] == 1
        row = at.query("SELECT LastName, FirstName, Description FROM Contact WHERE Ext__c = 'J01'")[0]
        assert (row["LastName"], row["FirstName"], row["Description"]) == ("髙橋", "①太郎", "～ソ表"), row

    def no_tables(self):
        """What is no table is refused as a whole, with exit code 1 and nothing written."""
        at = self.made("none")
        for name, content, saying in (
            ("Contact-empty.csv", b"", "the file is empty"), ("Contact-twice.csv", b"LastName,LastName\nA,B\n", "stands twice"),
            ("Contact-unknown.csv", b"LastNam\nA\n", "Did you mean LastName?"), ("Contact-binary.csv", bytes(range(256)) * 40, ""),
        ):
            path = self.place / name
            path.write_bytes(content)
            at.refused("load", path, saying=saying)
        at.refused("load", self.place / "Contact-absent.csv", saying="no such file")
        at.refused("load", self.place / "Contact-empty.csv", "--delimiter", "x", code=64)
        assert at.count("Contact") == 0

    def places(self):
        """The project's own scorer, at its own bar."""
        at = self.made("places")
        data = generate(self.place / "places-data", 1000)
        self.load(at, data)
        found = self.place / "found.jsonl"
        found.write_text(at.run("subject", "places", "--all", "--json"))
        scored = subprocess.run([sys.executable, SHARED / "acceptance" / "score_places.py", data / "truth.jsonl", found], stdout=subprocess.PIPE, text=True)
        print("     " + scored.stdout.splitlines()[-1], flush=True)
        assert scored.returncode == 0, scored.stdout


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--azukari", type=pathlib.Path, default=DEBUG)
    options.add_argument("--people", type=int, default=1000, help="how many the generated company has")
    options.add_argument("--only", choices=("main", "data"), help="only the main job, or only the loads")
    options = options.parse_args()
    if not (DATA / "generate.py").exists():
        print(f"skipped: {DATA} is not there\n0 passed, 0 failed")
        return
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="azukari-command-") as folder:
        place = pathlib.Path(folder)
        azukari = options.azukari.resolve()
        groups = []
        if options.only != "data":
            groups.append(MainJob(azukari, place))
        if options.only != "main":
            groups.append(RealData(azukari, place, options.people))
        for group in groups:
            for step in group.steps():
                try:
                    step()
                    passed += 1
                    print(f"ok   {step.__name__}", flush=True)
                except Exception:
                    failed += 1
                    print(f"FAIL {step.__name__}", flush=True)
                    traceback.print_exc()
                    if group.is_a_chain:
                        break
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or not passed else 0)


main()
