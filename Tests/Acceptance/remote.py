#!/usr/bin/env python3
"""The data loader over the network: `azukari remote load` and `export` against a server, killed under way and gone on with.

    Tests/Acceptance/remote.py [--azukari PATH] [--rows N]

It closes with `N passed, N failed`; it exits 1 on a failure.
"""
import argparse
import csv
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import organisation
from clients_server import Server
from tally import Tally

WAIT_SECONDS = 300


class Loader:
    """The command in a folder of its own, as somebody at another machine has it."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        folder.mkdir()
        (folder / "secret").write_text(server.client_secret + "\n")

    def words(self, *words):
        return [self.server.azukari, "remote", *words, "--server", self.server.url, "--client-id", self.server.client_id,
                "--client-secret-file", "secret"]

    def run(self, *words, code=0):
        done = subprocess.run(self.words(*words), cwd=self.folder, capture_output=True, text=True, timeout=WAIT_SECONDS)
        assert done.returncode == code, f"{words}: exit {done.returncode}, not {code}: {done.stderr}{done.stdout}"
        return done.stdout if code in (0, 2) else done.stderr

    def rows(self, name):
        with open(self.folder / name, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def write(self, name, text, encoding="utf-8"):
        (self.folder / name).write_bytes(text.encode(encoding))


def checks(server, folder, count):
    loader = Loader(server, folder / "loader")

    def found(soql):
        request = urllib.request.Request(
            f"{server.url}/services/data/v59.0/query?q=" + urllib.parse.quote(soql), headers={"Authorization": f"Bearer {server.token()}"})
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
            return json.load(answer)

    def number(where=""):
        return found(f"SELECT COUNT() FROM Contact {where}")["totalSize"]

    def insert():
        """A file of another encoding, its columns mapped as the platform's loader has it, in several jobs; bad rows come back."""
        bad = {7, 1_500, count - 1}
        loader.write(
            "kunden.csv", "姓;番号;備考\n" + "".join(f"{'' if n in bad else f'佐藤{n}'};k{n};\"一行目\n二行目;\"\n" for n in range(count)), "cp932")
        loader.write("kunden.sdl", "# Mapping values\n姓=LastName\n番号=Ext__c\n備考=Description\n")
        words = ("load", "kunden.csv", "--object", "Contact", "--map", "kunden.sdl", "--rows-per-job", "3000", "--json")
        assert "LastName" in loader.run(*words, "--dry-run") and number() == 0
        told = json.loads(loader.run(*words, "--successes", "done.csv", code=2))
        assert (told["loaded"], told["refused"], told["unread"]) == (count - 3, 3, 0), told
        refused = loader.rows("kunden.errors.csv")
        assert {row["Ext__c"] for row in refused} == {f"k{n}" for n in bad}
        assert all("REQUIRED_FIELD_MISSING" in row["sf__Error"] for row in refused), refused
        done = loader.rows("done.csv")
        assert len(done) == count - 3 == len({row["sf__Id"] for row in done}) == number()
        assert all(row["Description"] == "一行目\n二行目;" for row in done)
        assert not (loader.folder / "kunden.journal").exists()
        # What was refused is corrected and loaded as it came back.
        loader.write("again.csv", "sf__Id,sf__Error,LastName,Ext__c\n" + "".join(f",x,佐藤,{row['Ext__c']}\n" for row in refused))
        loader.run("load", "again.csv", "--object", "Contact")
        assert number() == count

    def resumed():
        """Killed under way, again and again: each row is there once."""
        loader.write("Contact.csv", "LastName,Ext__c\n" + "".join(f"R{n},r{n}\n" for n in range(count)))
        words = ("load", "Contact.csv", "--rows-per-job", "1000", "--parallel", "3")
        journal = loader.folder / "Contact.journal"
        for kill in range(3):
            before = len(journal.read_text().splitlines()) if kill else 1
            process = subprocess.Popen(
                loader.words(*words, *(["--resume"] if kill else [])), cwd=loader.folder, stderr=subprocess.DEVNULL)
            end = time.monotonic() + WAIT_SECONDS
            while not journal.exists() or len(journal.read_text().splitlines()) < before + 2:
                assert process.poll() is None and time.monotonic() < end, "it was over before it was killed"
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            process.wait()
        loader.run(*words, "--resume")
        assert number("WHERE LastName LIKE 'R%'") == count
        loader.run(*words, "--resume", code=1)  # There is nothing left to go on with.
        assert number("WHERE LastName LIKE 'R%'") == count

    def changed():
        """Upserted and deleted."""
        loader.write("up.csv", "Ext__c,LastName,Phone\nr1,Neu,1\nnew1,Neu,2\n")
        loader.run("load", "up.csv", "--object", "Contact", "--operation", "upsert", "--external-id", "Ext__c")
        assert number("WHERE LastName = 'Neu'") == 2 and number("WHERE LastName LIKE 'R%'") == count - 1
        ids = [row["Id"] for row in found("SELECT Id FROM Contact WHERE LastName = 'Neu'")["records"]]
        loader.write("gone.csv", "Id\n" + "\n".join(ids) + "\n")
        loader.run("load", "gone.csv", "--object", "Contact", "--operation", "delete")
        assert number("WHERE LastName = 'Neu'") == 0

    def export():
        loader.run("export", "SELECT Ext__c, LastName, Description FROM Contact WHERE Ext__c LIKE 'k%'", "--out", "out.csv")
        rows = loader.rows("out.csv")
        assert {row["Ext__c"] for row in rows} == {f"k{n}" for n in range(count)} and len(rows) == count
        assert os.stat(loader.folder / "out.csv").st_mode & 0o077 == 0
        loader.run("export", "SELECT Nope FROM Contact", "--out", "never.csv", code=1)
        assert not list(loader.folder.glob("never.csv*"))

    def refused():
        """What is wrong is told before a row is sent."""
        before = number()
        loader.write("bad.csv", "LastName,Colour\nx,y\n")
        assert "Colour" in loader.run("load", "bad.csv", "--object", "Contact", code=1)
        loader.run("load", "bad.csv", "--object", "Contact", "--map", "Colour=")
        assert number() == before + 1
        loader.run("load", "nothing.csv", "--object", "Contact", code=1)
        (loader.folder / "secret").write_text("wrong\n")
        assert "invalid_client" in loader.run("load", "bad.csv", "--object", "Contact", code=1)
        for words in (["--server", "http://crm.example.com"], ["--server", "nonsense"]):
            done = subprocess.run(
                [server.azukari, "remote", "export", "SELECT Id FROM Contact", "--out", "x.csv", "--token-file", "secret", *words],
                cwd=loader.folder, capture_output=True)
            assert done.returncode == 64, done

    return (insert, resumed, changed, export, refused)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--azukari", default=organisation.DEBUG)
    options.add_argument("--rows", type=int, default=12_000)
    options = options.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="azukari-remote-") as folder:
        server = Server(options.azukari, pathlib.Path(folder))
        try:
            for check in checks(server, pathlib.Path(folder), options.rows):
                tally.run(check.__name__, check)
        finally:
            server.kill()
    tally.close()


main()
