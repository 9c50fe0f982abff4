#!/usr/bin/env python3
"""Bulk jobs whose server is killed under way: each row is applied once, and its outcome told of once, on both databases.

    Tests/Acceptance/bulk.py [--azukari PATH] [--rows N] [--database sqlite|postgresql]

It closes with `N passed, N failed`; it exits 1 on a failure.
"""
import argparse
import csv
import io
import json
import pathlib
import tempfile
import time
import urllib.parse
import urllib.request

import organisation
from clients_server import Server, new_database
from tally import Tally

WAIT_SECONDS = 900


class Client:
    """The second bulk interface, spoken by hand."""

    def __init__(self, server):
        self.server = server
        self.token = server.token()

    def call(self, method, path, body=None, kind="application/json"):
        return self.fetch(path, method, body, kind)[0]

    def fetch(self, path, method="GET", body=None, kind="application/json"):
        """The answer's body and headers."""
        request = urllib.request.Request(
            f"{self.server.url}/services/data/v59.0/{path}", method=method, data=body,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": kind})
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
            return answer.read(), answer.headers

    def json(self, method, path, body=None):
        answer = self.call(method, path, None if body is None else json.dumps(body).encode())
        return json.loads(answer) if answer else None

    def rows(self, path):
        return list(csv.DictReader(io.StringIO(self.call("GET", path).decode(), newline="")))

    def begin(self, operation, text, **more):
        job = self.json("POST", "jobs/ingest", {"object": "Contact", "operation": operation, **more})["id"]
        self.call("PUT", f"jobs/ingest/{job}/batches", text.encode(), "text/csv")
        self.json("PATCH", f"jobs/ingest/{job}", {"state": "UploadComplete"})
        return job

    def wait(self, job, until):
        """The job once `until` says so of it."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            info = self.json("GET", f"jobs/ingest/{job}")
            if until(info):
                return info
            assert info["state"] not in ("JobComplete", "Failed", "Aborted"), info
            assert time.monotonic() < end, info
            time.sleep(0.02)

    def count(self, where=""):
        return self.json("GET", "query?q=" + urllib.parse.quote(f"SELECT COUNT() FROM Contact {where}"))["totalSize"]


def checks(server, rows):
    client = Client(server)
    bad = range(3, rows, 10_007)

    def killed_under_way(job, kills):
        """Kills the server as often, each time after the job has gone on, and waits for the job's end."""
        seen = 0
        for _ in range(kills):
            info = client.wait(job, lambda info: info["numberRecordsProcessed"] > seen)
            seen = info["numberRecordsProcessed"]
            assert seen < rows, "the job was over before it was interrupted"
            server.kill()
            server.start()
        return client.wait(job, lambda info: info["state"] == "JobComplete")

    def insert():
        text = "LastName,Ext__c,Email\n" + "".join(
            f"{'' if n in bad else f'Row {n}'},x{n},row{n}@example.com\n" for n in range(rows))
        job = client.begin("insert", text)
        info = killed_under_way(job, 2)
        assert (info["numberRecordsProcessed"], info["numberRecordsFailed"]) == (rows, len(bad)), info
        assert client.count() == rows - len(bad)
        good = client.rows(f"jobs/ingest/{job}/successfulResults")
        assert [row["Ext__c"] for row in good] == [f"x{n}" for n in range(rows) if n not in bad]
        assert len({row["sf__Id"] for row in good}) == len(good)
        failed = client.rows(f"jobs/ingest/{job}/failedResults")
        assert [row["Ext__c"] for row in failed] == [f"x{n}" for n in bad]
        assert client.rows(f"jobs/ingest/{job}/unprocessedRecords") == []

    def update():
        some = min(rows, 8_000)
        keys = [row["Id"] for row in query(f"SELECT Id FROM Contact ORDER BY Id LIMIT {some}")]
        job = client.begin("update", "Id,Phone\n" + "".join(f"{key},{n}\n" for n, key in enumerate(keys)))
        seen = client.wait(job, lambda info: info["numberRecordsProcessed"] > 0)["numberRecordsProcessed"]
        assert seen < len(keys)
        server.kill()
        server.start()
        info = client.wait(job, lambda info: info["state"] == "JobComplete")
        assert (info["numberRecordsProcessed"], info["numberRecordsFailed"]) == (len(keys), 0), info
        assert client.count("WHERE Phone != null") == len(keys)
        assert [row["sf__Id"] for row in client.rows(f"jobs/ingest/{job}/successfulResults")] == keys

    def query(soql):
        job = client.json("POST", "jobs/query", {"operation": "query", "query": soql})["id"]
        end = time.monotonic() + WAIT_SECONDS
        while client.json("GET", f"jobs/query/{job}")["state"] != "JobComplete":
            assert time.monotonic() < end
            time.sleep(0.05)
        rows, locator = [], ""
        while locator != "null":
            text, headers = client.fetch(f"jobs/query/{job}/results" + (f"?locator={locator}" if locator else ""))
            rows += csv.DictReader(io.StringIO(text.decode(), newline=""))
            locator = headers["Sforce-Locator"]
        return rows

    def read():
        assert {row["Ext__c"] for row in query("SELECT Ext__c FROM Contact")} == {f"x{n}" for n in range(rows) if n not in bad}

    def abort():
        before = client.count()
        job = client.begin("insert", "LastName\n" + "".join(f"Aborted {n}\n" for n in range(rows)))
        client.wait(job, lambda info: info["numberRecordsProcessed"] > 0)
        assert client.json("PATCH", f"jobs/ingest/{job}", {"state": "Aborted"})["state"] == "Aborted"
        time.sleep(1)  # Whatever was in hand is undone or told of.
        good = client.rows(f"jobs/ingest/{job}/successfulResults")
        left = client.rows(f"jobs/ingest/{job}/unprocessedRecords")
        assert 0 < len(good) < rows and len(good) + len(left) == rows, (len(good), len(left))
        assert client.count() == before + len(good)

    def sound():
        findings = json.loads(server.command("doctor", "--json"))
        assert all(finding["sound"] for finding in findings), findings

    return (insert, read, update, abort, sound)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--azukari", default=organisation.DEBUG)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--database", choices=["sqlite", "postgresql"])
    options = options.parse_args()
    tally = Tally()
    for database in [options.database] if options.database else ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory(prefix="azukari-bulk-") as folder, new_database(database == "postgresql") as settings:
            print(f"---- {database}", flush=True)
            server = Server(options.azukari, pathlib.Path(folder), settings)
            try:
                for check in checks(server, options.rows):
                    tally.run(check.__name__, check)
            finally:
                server.kill()
    tally.close()


main()
