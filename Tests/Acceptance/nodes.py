#!/usr/bin/env python3
"""Three server processes over one PostgreSQL database: writes on all, one killed, the schema changed during a load, a right used beside it,
the database server itself killed.

    Tests/Acceptance/nodes.py [--azukari PATH]

What a client was told is there, once, whichever process told it; the command works beside the servers. All of it is done twice: the
processes connected to a database server of the script's own, and through pgbouncer in transaction mode. It closes with `N passed, N failed` and exits 1 on a failure.
"""

import argparse
import contextlib
import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from organisation import DEBUG, ROOT, Organisation
from source import run

PASSWORD = "correct horse battery staple"
WAIT_SECONDS = 120
LOADED = 30_000
# Each node is written to by so many clients, until the load and the change of the schema are over.
CLIENTS = 2


@contextlib.contextmanager
def databases():
    """A server with two new databases; how libpq reaches the one, and the other through a pooler."""
    folder = tempfile.mkdtemp(dir="/tmp")  # Its socket needs a short path.

    def script(word):
        # As a server keeps its promises: what others of the tests do without is what a crash is about.
        done = subprocess.run(
            [ROOT / "script" / "postgresql", word, folder], check=True, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "AZUKARI_POSTGRESQL_OPTIONS": ""})
        return done.stdout.strip()

    try:
        server = script("start")
        try:
            for name in ("direct", "pooled"):
                statement = f"CREATE DATABASE {name} ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0"
                subprocess.run(["psql", "-q", "-c", statement, server], check=True)
            yield (server.replace("dbname=postgres", "dbname=direct"), script("pool").replace("dbname=postgres", "dbname=pooled"),
                   lambda: script("restart"))
        finally:
            script("stop")
    finally:
        shutil.rmtree(folder)


class Node:
    """A server process, and what its clients ask it."""

    def __init__(self, organisation, name):
        self.ready = organisation.folder.parent / f"{name}.json"
        self.log = open(organisation.folder.parent / f"{name}.log", "wb")
        self.process = subprocess.Popen(
            organisation.words("serve", "--port", "0", "--ready", self.ready), stdout=self.log, stderr=self.log)
        self.token = None

    def wait(self):
        end = time.monotonic() + WAIT_SECONDS
        while not self.ready.exists():
            assert self.process.poll() is None and time.monotonic() < end, "a server did not begin to serve"
            time.sleep(0.05)
        self.url = json.loads(self.ready.read_text())["url"]
        return self

    def send(self, method, path, body=None, form=None):
        """The status and the JSON of an answer; raises OSError when there is none."""
        data = urllib.parse.urlencode(form).encode() if form else json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if data and not form:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text else None

    def query(self, soql):
        status, answer = self.send("GET", "/services/data/v60.0/query?" + urllib.parse.urlencode({"q": soql}))
        assert status == 200, answer
        return answer["records"]


def named(step, suffix):
    def taken():
        step()

    taken.__name__ = step.__name__ + suffix
    return taken


class Company:
    def __init__(self, azukari, place, settings, restart):
        self.place, self.restart = place, restart
        self.organisation = Organisation(azukari, place / "organisation")
        self.settings = settings
        self.told = []  # (Ext__c, id) of contacts that a client was told of.
        self.unclear = set()  # Ext__c of those whose answer never came.
        self.failures = []
        self.stops = threading.Event()
        self.is_erased = False
        self.is_unreachable = False  # Whether the database may be, so that a server answers 5xx.

    def steps(self, suffix):
        return [named(step, suffix) for step in (
            self.made, self.served_by_three, self.written_on_all, self.nothing_lost_or_twice, self.field_everywhere,
            self.erased_everywhere, self.back_again, self.database_killed, self.ended)]

    def made(self):
        """An organisation in PostgreSQL, with an administrator and an application."""
        at, password = self.organisation, self.place / "password"
        password.write_text(PASSWORD + "\n")
        at.run("init", "--name", "Nodes KK", "--language", "ja", "--time-zone", "Asia/Tokyo", "--database", self.settings)
        at.run("user", "add", "--username", "admin@example.com", "--last-name", "Admin", "--password-file", password)
        at.run("schema", "add", "field", "Contact", "Ext__c", "--type", "string", "--length", "80", "--external-id", "--unique")
        self.application = at.json("application", "add", "--name", "Nodes", "--run-as", "admin@example.com")

    def served_by_three(self):
        """All begin at once, and the token of one is good at the others."""
        self.nodes = [Node(self.organisation, f"node-{number}") for number in range(3)]
        for node in self.nodes:
            node.wait()
        status, answer = self.nodes[0].send("POST", "/services/oauth2/token", form={
            "grant_type": "client_credentials", "client_id": self.application["client_id"],
            "client_secret": self.application["client_secret"]})
        assert status == 200, answer
        for node in self.nodes:
            node.token = answer["access_token"]
            assert len(node.query("SELECT Id FROM Organization")) == 1

    @contextlib.contextmanager
    def clients(self, numbers, turn):
        """Clients at work on these nodes, for as long as the block runs."""
        self.stops.clear()
        threads = [
            threading.Thread(target=self.client, args=(number, f"{turn}{client}")) for number in numbers for client in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stops.set()
            for thread in threads:
                thread.join()
        assert not self.failures, self.failures

    def wait_for_told(self, count):
        """Waits until clients were told of so many more."""
        wanted, end = len(self.told) + count, time.monotonic() + WAIT_SECONDS
        while len(self.told) < wanted:
            assert not self.failures and time.monotonic() < end, (self.failures, len(self.told))
            time.sleep(0.01)

    def client(self, number, client):
        """Creates contacts and cases until told to stop; goes on with another node when its own is gone."""
        node, count = self.nodes[number], 0
        while not self.stops.is_set():
            count += 1
            key = f"N{number}-{client}-{count}"
            try:
                body = {"LastName": f"客{count}", "Email": f"{key}@example.jp"}
                # An upsert: whoever got no answer may ask again.
                status, answer = node.send("PATCH", f"/services/data/v60.0/sobjects/Contact/Ext__c/{key}", body)
                if status >= 500 and self.is_unreachable:
                    self.unclear.add(key)
                    count -= 1
                    time.sleep(0.05)
                    continue
                if status not in (200, 201):
                    self.failures.append((key, status, answer))
                    return
                self.told.append((key, answer["id"]))
                status, answer = node.send("POST", "/services/data/v60.0/sobjects/Case", {"Subject": key, "ContactId": answer["id"]})
                if status != 201 and not (status >= 500 and self.is_unreachable):
                    self.failures.append((key, status, answer))
                    return
            except OSError:
                self.unclear.add(key)
                node, count = self.nodes[0], count - 1

    def written_on_all(self):
        """A load by the command and clients on every node; one node is killed, and a field is added meanwhile."""
        source = self.place / "contacts.csv"
        with open(source, "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(["Ext__c", "LastName", "Email"])
            out.writerows([f"L{n:06d}", "山田", f"load{n}@example.jp"] for n in range(LOADED))
        with self.clients(range(3), "a"):
            load = subprocess.Popen(
                self.organisation.words("load", "--object", "Contact", source), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.wait_for_told(60)
            self.nodes[1].process.kill()
            self.nodes[1].process.wait()
            self.organisation.run("schema", "add", "field", "Contact", "Rank__c", "--type", "string", "--length", "20")
            # At the very next statement of every other process.
            for node in (self.nodes[0], self.nodes[2]):
                assert node.query("SELECT Rank__c FROM Contact LIMIT 1")[0]["Rank__c"] is None
            said = load.communicate(timeout=WAIT_SECONDS)
            assert load.returncode == 0, said
            self.wait_for_told(30)
        assert {key[:2] for key, _ in self.told} == {"N0", "N1", "N2"}

    def nothing_lost_or_twice(self):
        """What clients were told is there, under the ids they were told; every number was given once; all logs are whole."""
        keys = dict(self.told)
        erased = {self.told[1][0]} if self.is_erased else set()
        for node in (self.nodes[0], self.nodes[2]):
            found = {}
            for letter in ("N0", "N1", "N2"):
                for row in node.query(f"SELECT Id, Ext__c FROM Contact WHERE Ext__c LIKE '{letter}%' ORDER BY Id LIMIT 2000"):
                    assert row["Ext__c"] not in found, row
                    found[row["Ext__c"]] = row["Id"]
            lost = {key: id for key, id in keys.items() if found.get(key) != id and key not in erased}
            assert not lost, lost
            assert set(found) - set(keys) <= self.unclear, set(found) - set(keys)
            cases = [row["CaseNumber"] for row in node.query("SELECT CaseNumber FROM Case ORDER BY CaseNumber LIMIT 2000")]
            assert len(cases) == len(set(cases)) >= len(self.told) - len(self.unclear) - len(erased), (len(cases), len(set(cases)), len(self.told))
            assert len(node.query(f"SELECT Id FROM Contact WHERE Ext__c = 'L{LOADED - 1:06d}'")) == 1
        assert self.organisation.count("Contact WHERE Ext__c LIKE 'L%'") == LOADED
        assert self.organisation.changes() >= LOADED + 2 * len(self.told) - len(self.unclear)

    def field_everywhere(self):
        """A value written by one process is read and searched by the others."""
        key, id = self.told[0]
        status, answer = self.nodes[2].send("PATCH", f"/services/data/v60.0/sobjects/Contact/{id}", {"Rank__c": "gold", "LastName": "雲雀丘"})
        assert status == 204, answer
        assert self.nodes[0].query(f"SELECT Rank__c FROM Contact WHERE Id = '{id}'")[0]["Rank__c"] == "gold"
        find = urllib.parse.urlencode({"q": "FIND {雲雀丘} RETURNING Contact(Id)"})
        status, answer = self.nodes[0].send("GET", f"/services/data/v60.0/search?{find}")
        assert status == 200 and [row["Id"] for row in answer["searchRecords"]] == [id], answer

    def erased_everywhere(self):
        """A person erased by the command beside the servers is nobody to them."""
        key, id = self.told[1]
        assert key == self.nodes[0].query(f"SELECT Ext__c FROM Contact WHERE Id = '{id}'")[0]["Ext__c"]
        self.is_erased = True
        self.organisation.run("subject", "erase", "--id", id, "--verified-by", "signed letter", "--yes")
        for node in (self.nodes[0], self.nodes[2]):
            status, _ = node.send("GET", f"/services/data/v60.0/sobjects/Contact/{id}")
            assert status == 404, status
            status, _ = node.send("PATCH", f"/services/data/v60.0/sobjects/Contact/{id}", {"Title": "x"})
            assert status == 404, status
        self.organisation.changes()

    def back_again(self):
        """A node comes back beside the others, and sees what was done meanwhile."""
        self.nodes[1] = Node(self.organisation, "node-1-again").wait()
        self.nodes[1].token = self.nodes[0].token
        key, id = self.told[2]
        assert self.nodes[1].query(f"SELECT Ext__c FROM Contact WHERE Id = '{id}'")[0]["Ext__c"] == key
        assert self.nodes[1].send("PATCH", f"/services/data/v60.0/sobjects/Contact/{id}", {"Rank__c": "x"})[0] == 204

    def database_killed(self):
        """The database server dies under the clients and comes back: the nodes go on, and what was told is there."""
        self.is_unreachable = True
        with self.clients((0, 1, 2), "b"):
            self.wait_for_told(40)
            self.restart()
            self.wait_for_told(80)
        self.is_unreachable = False
        self.nothing_lost_or_twice()

    def ended(self):
        """SIGTERM ends each by itself, and the folder is as sound as before."""
        for node in self.nodes:
            node.process.send_signal(signal.SIGTERM)
        assert [node.process.wait(timeout=30) for node in self.nodes] == [0, 0, 0]
        self.organisation.changes()

    def stop(self):
        self.stops.set()
        for node in getattr(self, "nodes", []):
            if node.process.poll() is None:
                node.process.kill()
                node.process.wait()
            node.log.close()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--azukari", type=pathlib.Path, default=DEBUG)
    options = options.parse_args()
    azukari = options.azukari.resolve()
    with databases() as (direct, pooled, restart), tempfile.TemporaryDirectory(prefix="azukari-nodes-") as one, \
            tempfile.TemporaryDirectory(prefix="azukari-nodes-") as two:
        companies = [
            Company(azukari, pathlib.Path(folder), settings, restart) for folder, settings in ((one, direct), (two, pooled))]
        try:
            run(companies[0].steps("") + companies[1].steps("_through_pgbouncer"), is_a_chain=True)
        finally:
            for company in companies:
                company.stop()


main()
