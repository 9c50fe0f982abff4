#!/usr/bin/env python3
"""The main job by command alone: load, find, consent, package, restrict, lift, erase, verify; answers, exit codes and JSON. Once on a
folder that nobody has open, once on one that a server has open, which then carries the commands out.

    Tests/Acceptance/command.py [--azukari PATH]

The company is a generated one of ../shared, and what must be there is known from its files; without them nothing is tested, and a
line says so. It closes with `N passed, N failed` and exits 1 on a failure.
"""

import argparse
import atexit
import collections
import csv
import hashlib
import io
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

from organisation import DEBUG, Organisation, assert_same
from source import exported, generate, is_absent, rows_of, run

VERIFIED = ("--verified-by", "passport seen")


class MainJob:
    """The six steps, in their order, on one generated company."""

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
            others = [
                p
                for p in self.truth[row["Ext__c"]]["places"]
                if p["object"] == "Case" and p["ext"] not in {r["Ext__c"] for r in self.own_of(row["Ext__c"])["Case"]}
            ]
            if (
                is_alone
                and others
                and objects >= {"Lead", "CaseComment", "EmailMessage"}
                and own["ContactPointTypeConsent"]
                and self.truth[row["Ext__c"]]["language"] == "ja"
            ):
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
        return [
            self.make,
            self.load,
            self.find,
            self.encrypt,
            self.consent,
            self.refused_send,
            self.package,
            self.export,
            self.restrict,
            self.lift,
            self.preview,
            self.erase,
            self.verify,
        ]

    def make(self):
        folder = self.place / "organisation"
        made = json.loads(
            subprocess.run(
                [
                    self.azukari,
                    "init",
                    "--folder",
                    folder,
                    "--name",
                    "青葉リゾート",
                    "--language",
                    "ja",
                    "--time-zone",
                    "Asia/Tokyo",
                    "--json",
                ],
                check=True,
                stdout=subprocess.PIPE,
            ).stdout
        )
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
        found = self.at.query(
            f"SELECT Id, Name, Email, Account.Ext__c FROM Contact WHERE LastName = '{self.contact['LastName']}' AND Email LIKE '{self.contact['Email'][:8]}%'"
        )
        assert self.contact["Email"] in [row["Email"] for row in found]
        mine = next(row for row in found if row["Email"] == self.contact["Email"])
        assert (
            mine["Name"] == f"{self.contact['LastName']} {self.contact['FirstName']}"
            and mine["Account"]["Ext__c"] == self.contact["Account.Ext__c"]
        ), mine
        shown = self.at.json("subject", "show", "--email", self.contact["Email"].upper())
        counts = {name: len(ids) for name, ids in shown["records"].items()}
        # Their lead has the address and no tie to them, so it is no record of the page; a trace finds it.
        assert counts == {name: count for name, count in self.own_counts().items() if name != "Lead"}, (counts, self.own_counts())
        places = self.at.json("subject", "places", "--ext", self.ext)
        for place in self.truth[self.ext]["places"]:
            is_there = any(
                p["object"] == place["object"]
                and p["ext"] == place["ext"]
                and p["field"] == place["field"]
                and p["start"] <= place["start"]
                and place["end"] <= p["end"]
                for p in places["places"]
            )
            assert is_there or place["object"] == "Account", place
        self.at.refused("query", "SELECT Id FROM Contact WHERE", saying="MALFORMED_QUERY")
        self.at.refused("query", "SELECT Nope FROM Contact", saying="INVALID_FIELD")
        self.at.refused("query", "SELECT Id FROM Nope", saying="INVALID_TYPE")
        self.at.refused("subject", "show", "--ext", "P9999999", saying="NOT_FOUND")
        self.at.refused("subject", "show", "--ext", self.ext, "--email", "x@example.com", code=64)

    def encrypt(self):
        """All that follows is the same with fields encrypted that it is about; under a secret that was brought, the first destroyed."""
        fields = [("Contact", "Email", "case-insensitive"), ("Contact", "MobilePhone", "probabilistic"),
                  ("Lead", "Email", "case-insensitive"), ("CaseComment", "CommentBody", "probabilistic")]
        for name, field, scheme in fields:
            self.at.run("encryption", "on", name, field, "--scheme", scheme)
        self.at.refused("encryption", "on", "Contact", "LastName", saying="INVALID_FIELD")
        self.at.refused("query", "SELECT Id FROM Contact ORDER BY Email", saying="INVALID_FIELD")
        before = self.at.query(f"SELECT Id, Email FROM Contact WHERE Email = '{self.contact['Email'].upper()}'")
        assert [row["Email"] for row in before] == [self.contact["Email"]], before
        pem, wrapped = self.place / "import.pem", self.place / "secret.wrapped"
        pem.write_text(self.at.run("encryption", "import-key"))
        subprocess.run(
            f"openssl rand 32 | openssl pkeyutl -encrypt -pubin -inkey {pem} -pkeyopt rsa_padding_mode:oaep "
            f"-pkeyopt rsa_oaep_md:sha256 -out {wrapped}", shell=True, check=True)
        kept = self.place / "secret-1.azukari"
        self.at.run("encryption", "export", "1", "--out", kept)
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        self.at.refused("encryption", "destroy", "1", saying="may still be sealed under version 1")
        self.at.refused("encryption", "destroy", "1", "--even-in-use", saying="no archived secret")
        self.at.run("encryption", "rotate", "--wrapped", wrapped)
        self.at.run("encryption", "destroy", "1")
        assert self.at.query(f"SELECT Id, Email FROM Contact WHERE Email = '{self.contact['Email']}'") == before
        self.at.run("encryption", "restore", "1", kept)
        self.at.refused("encryption", "restore", "1", pem, saying="INVALID_OPERATION")
        self.at.run("encryption", "destroy", "1")
        shown = self.at.run("encryption", "show")
        assert "DESTROYED" in shown and "uploaded" in shown and "CaseInsensitiveDeterministicEncryption" in shown, shown
        # Neither in the database nor in its log, but for what other records say as well.
        said = "\n".join(value for name, rows in self.source.items() if name != "CaseComment" for row in rows for value in row.values() if value)
        clear = [row["CommentBody"] for row in self.source["CaseComment"] if row["CommentBody"] and row["CommentBody"] not in said]
        files = list(self.at.folder.glob("azukari.sqlite*"))
        assert files and len(clear) > 10, (files, len(clear))
        for path in files:
            data = path.read_bytes()
            left = [text for text in clear if text.encode() in data]
            assert not left, (path, len(left), len(clear), left[:3])

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
        proof = (
            "--method",
            "WebForm",
            "--text",
            text,
            "--text-version",
            "3",
            "--language",
            "ja",
            "--source",
            "https://example.jp/news",
            "--evidence",
            "scan-17.pdf",
        )
        for channel, flag in (("Email", "HasOptedOutOfEmail"), ("Phone", "DoNotCall"), ("Fax", "HasOptedOutOfFax")):
            given = self.at.json(*consent, "--channel", channel, "--status", "OptIn", *proof)
            state = next(state for state in given["channels"] if state["channel"] == channel)
            assert (state["status"], state["isAllowed"], state["proof"]) == ("OptIn", True, given["recorded"]), given
            assert self.at.query(flags)[0][flag] is False
        event = self.at.query(
            "SELECT Method, TextShown, TextVersion, Source, Evidence, Language, CapturedById FROM ConsentEvent WHERE Channel = 'Email'"
        )[0]
        assert (event["Method"], event["TextShown"], event["TextVersion"], event["Source"], event["Evidence"], event["Language"]) == (
            "WebForm",
            text.read_text(encoding="utf-8"),
            "3",
            "https://example.jp/news",
            "scan-17.pdf",
            "ja",
        ), event
        for channel in ("Email", "Phone", "Fax"):
            taken = self.at.json(*consent, "--channel", channel, "--status", "OptOut", "--method", "Phone")
            state = next(state for state in taken["channels"] if state["channel"] == channel)
            assert (state["status"], state["isAllowed"]) == ("OptOut", False) and any(
                "OptOut" in reason for reason in state["reasons"]
            ), taken
        assert list(self.at.query(flags)[0].values())[1:] == [True, True, True]
        assert "OptOut" in self.at.run(*consent)

    def refused_send(self):
        """A message to who opted out, and a call, are refused by row and reason; the next person's are written."""
        reachable = next(
            row
            for row in self.source["Contact"]
            if row["HasOptedOutOfEmail"] == row["DoNotCall"] == "false"
            and row["Ext__c"] != self.ext
            and not any(
                consent["Party.Ext__c"] == "I" + row["Ext__c"] and consent["PrivacyConsentStatus"] == "OptOut"
                for consent in self.source["ContactPointTypeConsent"]
            )
        )
        mail, call = self.place / "EmailMessage-out.csv", self.place / "Task-out.csv"
        with open(mail, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [
                    ["ToAddress", "Subject", "TextBody", "Incoming"],
                    [self.contact["Email"], "News", "x", "false"],
                    [reachable["Email"], "News", "x", "false"],
                ]
            )
        with open(call, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [
                    ["Who.Ext__c", "Subject", "TaskSubtype", "Status"],
                    [self.ext, "Call back", "Call", "Not Started"],
                    [reachable["Ext__c"], "Call back", "Call", "Not Started"],
                ]
            )
        for path, object_, flag in ((mail, "EmailMessage", "HasOptedOutOfEmail"), (call, "Task", "DoNotCall")):
            results = self.place / f"{object_}.refused.csv"
            before = self.at.count(object_)
            told = self.at.json("load", path, "--results", results, code=2)[0]
            assert (told["loaded"], told["refused"]) == (1, 1) and self.at.count(object_) == before + 1, told
            row = rows_of(results)[0]
            assert (
                row["az__Row"] == "1" and f"{flag} is true on Contact" in row["az__Message"] and "Nothing was sent" in row["az__Message"]
            ), row
        sent = self.at.query("SELECT Id, ToAddress FROM EmailMessage WHERE Subject = 'News'")
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
        self.check_package(
            {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}, told["manifest"]
        )
        assert all(stat.S_IMODE(path.stat().st_mode) in (0o600, 0o700) for path in folder.rglob("*"))
        assert any(
            "manifest sha256" in (row["Detail"] or "")
            for row in self.at.query("SELECT Detail FROM DataSubjectRequestStep WHERE Name = 'Packaged'")
        )

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
        assert not [
            name for name in self.at.files_holding(own_words[:1], besides=["contacts.csv"]) if not name.startswith("azukari.sqlite")
        ]
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
        assert {name: counts[name] for name in expected if name != "ContactPointTypeConsent"} == {
            name: n for name, n in expected.items() if name != "ContactPointTypeConsent"
        }, (counts, expected)
        kept = [row for row in plan["records"] if row["object"] == "Contract"]
        assert [row["count"] for row in kept] == [1] and kept[0]["decision"].startswith("keep: legalDuty until 20"), plan["records"]
        assert any(row["decision"] == "redact" and row["object"] == "Case" for row in plan["records"])
        assert "keep: legalDuty" in self.at.run("subject", "erase", "--ext", self.ext, "--preview")
        self.plan = plan

    def erase(self):
        whole = {
            name: exported(self.at, name, ["Ext__c"] + [c for c in self.source[name][0] if "." not in c and c != "Ext__c"])
            for name in self.source
        }
        self.at.refused("subject", "erase", "--ext", self.ext, "--yes", code=64, saying="--verified-by")
        self.at.refused("subject", "erase", "--ext", self.ext, *VERIFIED, saying="--yes")
        self.at.refused("subject", "erase", "--request", self.restriction, *VERIFIED, "--yes", saying="Restriction")
        assert self.at.count(f"Contact WHERE Ext__c = '{self.ext}'") == 1
        self.certificate = self.place / "certificate.json"
        reason = f"{self.contact['LastName']} {self.contact['FirstName']} ({self.contact['Email']})です。消去してください。"
        done = self.at.json(
            "subject", "erase", "--ext", self.ext, *VERIFIED, "--reason", reason, "--certificate", self.certificate, "--yes"
        )
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
        theirs += [
            self.contact["Email"],
            self.contact["Phone"],
            self.contact["MobilePhone"],
            f"{self.contact['LastName']} {self.contact['FirstName']}",
            self.contact["LastName"] + self.contact["FirstName"],
        ]
        assert len(set(theirs)) >= 5, theirs
        holding = self.at.files_holding(theirs)
        assert not holding, f"still found: {holding[:5]}"
        assert not (self.at.folder / "exports" / "contacts.csv").exists()

    def others_are_whole(self, before):
        """Others' rows are the same, but for those in which the truth has a place of the person."""
        touched = {(place["object"], place["ext"]) for place in self.truth[self.ext]["places"]} | {
            ("Account", self.contact["Account.Ext__c"])
        }
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
            return subprocess.run(
                [self.azukari, "verify", path, "--key", key, "--json"],
                cwd="/",
                env={"PATH": os.environ["PATH"]},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

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
        for what, old, new in (
            ("a count", '\\"Contact\\":1', '\\"Contact\\":2'),
            ("the kind", "erasure", "consent"),
            ("the index", '"index" : ', '"index" : 1'),
        ):
            assert old in whole, f"{what}: {old} is not in the certificate"
            altered.write_text(whole.replace(old, new, 1), encoding="utf-8")
            done = ask(altered, key)
            assert done.returncode == 1 and done.stderr, f"{what} was altered, and the certificate still holds"
        salt = whole.index('"salt"')
        for place in range(3, len(whole), 53):
            # A letter of every part, here and there. White space and the spelling of base64's last bits prove nothing, and a
            # certificate may be shown without its salt.
            if not whole[place].isalnum() or "=" in whole[place : place + 3] or salt <= place < salt + 6:
                continue
            altered.write_text(whole[:place] + ("1" if whole[place] != "1" else "2") + whole[place + 1 :], encoding="utf-8")
            assert ask(altered, key).returncode == 1, f"altered at {place}: {whole[max(0, place - 30):place + 10]}"
        other = Organisation.made(self.azukari, self.place / "other")
        assert ask(self.certificate, (other.folder / "ledger" / "key.pub").read_text().strip()).returncode == 1
        assert ask(self.place / "nothing.json", key).returncode == 1


class ServedMainJob(MainJob):
    """The same while `azukari serve` has the organisation open; what a command changes, the server knows at once."""

    def steps(self):
        made, *others = super().steps()
        return [self.serve, *others, self.add_a_field, self.leave, self.stop]

    def serve(self):
        self.make()
        ready = self.place / "ready.json"
        self.log = open(self.place / "serve.log", "wb")
        self.server = subprocess.Popen(self.at.words("serve", "--port", "0", "--ready", ready), stderr=self.log)
        atexit.register(self.server.kill)
        end = time.monotonic() + 60
        while not ready.exists():
            assert self.server.poll() is None and time.monotonic() < end, (self.place / "serve.log").read_text()
            time.sleep(0.05)
        self.url = json.loads(ready.read_text())["url"]
        socket = self.at.folder / "azukari.sock"
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600, oct(socket.stat().st_mode)
        self.at.refused("serve", "--port", "0", saying="UNABLE_TO_LOCK_ROW")
        self.at.refused("init", "--name", "Again", saying="organisation in this folder")

    def post(self, path, body, token=None):
        """The status and the JSON of an answer."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} if token else {}
        request = urllib.request.Request(self.url + path, body.encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def add_a_field(self):
        """A user, a program, an object and a field added by command serve the next request, without a restart."""
        password = subprocess.run(
            self.at.words("user", "add", "--username", "me@example.com", "--last-name", "Me", "--password-file", "-"),
            input=b"correct horse battery staple\n",
            capture_output=True,
        )
        assert password.returncode == 0, password.stderr
        program = self.at.json("application", "add", "--name", "Test", "--run-as", "me@example.com")
        form = urllib.parse.urlencode({"grant_type": "client_credentials", **program})
        status, answer = self.post("/services/oauth2/token", form)
        assert status == 200, answer
        token = answer["access_token"]
        visit = json.dumps({"Guest__c": None, "Rooms__c": 3})
        assert self.post("/services/data/v68.0/sobjects/Visit__c", visit, token)[0] == 404
        self.at.run("schema", "add", "object", "Visit__c", "--auto-number", "V-{00000}")
        self.at.run("schema", "add", "field", "Visit__c", "Guest__c", "--type", "reference", "--to", "Contact")
        status, answer = self.post("/services/data/v68.0/sobjects/Visit__c", visit, token)
        assert status == 400 and answer[0]["errorCode"] == "INVALID_FIELD", answer
        self.at.run("schema", "add", "field", "Visit__c", "Rooms__c", "--type", "int")
        status, answer = self.post("/services/data/v68.0/sobjects/Visit__c", visit, token)
        assert status == 201, answer
        assert self.at.query("SELECT Name, Rooms__c FROM Visit__c")[0]["Rooms__c"] == 3
        # The schema as files, there and back, while the server has the organisation open.
        folder = tempfile.mkdtemp()
        self.at.run("schema", "export", folder)
        assert self.at.run("schema", "diff", folder).strip() == "Files and organisation are the same."
        path = os.path.join(folder, "Visit__c.txt")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("Rooms__c int |", "Rooms__c int track |") + "Note__c string(80) | Note | 備考\n")
        different = self.at.run("schema", "diff", folder, code=1)
        assert "+ Visit__c.Note__c" in different and "~ Visit__c.Rooms__c" in different, different
        self.at.run("schema", "import", folder)
        self.at.run("schema", "diff", folder)
        assert self.at.query("SELECT Note__c, Rooms__c FROM Visit__c")[0]["Rooms__c"] == 3
        shutil.rmtree(folder)
        # A program that is taken back comes in no more.
        assert [row["client_id"] for row in self.at.json("application", "list")] == [program["client_id"]]
        self.at.run("application", "remove", program["client_id"])
        assert self.post("/services/oauth2/token", form)[0] == 400
        # A field goes and comes back.
        self.at.run("schema", "delete", "Visit__c", "Rooms__c")
        assert self.at.run("schema", "deleted").startswith("Visit__c.Rooms__c  until "), "deleted fields"
        assert self.post("/services/data/v68.0/sobjects/Visit__c", visit, token)[0] == 400
        self.at.run("schema", "restore", "Visit__c", "Rooms__c")
        assert self.at.query("SELECT Rooms__c FROM Visit__c")[0]["Rooms__c"] == 3
        self.at.run("schema", "delete", "Visit__c", "Rooms__c")
        self.at.run("schema", "purge", "Visit__c", "Rooms__c")
        assert self.at.run("schema", "deleted").strip() == "No field is deleted."
        self.at.run("schema", "restore", "Visit__c", "Rooms__c", code=1)

    def leave(self):
        """Who leaves, or reads no further, holds up nobody: neither other commands nor the server's end."""
        reader = subprocess.Popen(self.at.words("export", "Contact", "--format", "xml"), stdout=subprocess.PIPE)
        reader.stdout.read(10)
        asker = subprocess.Popen(self.at.words("user", "password", "--username", "me@example.com"), stdin=subprocess.PIPE)
        killed = subprocess.Popen(self.at.words("export", "CaseComment"), stdout=subprocess.PIPE)
        killed.stdout.read(10)
        killed.kill()
        killed.wait()
        assert self.at.count("Visit__c") == 1
        broken = subprocess.run(f"'{self.azukari}' export CaseComment --folder '{self.at.folder}' | head -1", shell=True, capture_output=True)
        assert broken.stdout.startswith(b"Id,"), broken
        assert self.at.count("Visit__c") == 1 and self.server.poll() is None
        self.waiting = [reader, asker]

    def stop(self):
        self.server.terminate()
        assert self.server.wait(timeout=60) == 0
        for process in self.waiting:
            assert process.wait(timeout=60) != 0, process.args
        self.log.close()
        log = (self.place / "serve.log").read_text()
        assert self.contact["Email"] not in log and self.ext not in log, log
        assert not (self.at.folder / "azukari.sock").exists()
        assert self.at.count("Visit__c") == 1
        self.at.changes()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--azukari", type=pathlib.Path, default=DEBUG)
    options = options.parse_args()
    if is_absent():
        return
    with tempfile.TemporaryDirectory(prefix="azukari-command-") as folder:
        steps = []
        for job in (MainJob, ServedMainJob):
            place = pathlib.Path(folder) / job.__name__
            place.mkdir()
            steps += job(options.azukari.resolve(), place).steps()
        run(steps, is_a_chain=True)


main()
