#!/usr/bin/env python3
"""dlt from PyPI, unmodified, copies a company that changes meanwhile: by increments of SystemModstamp, deletions included.

    Tests/Acceptance/etl.py [--azukari PATH] [--changes N] [--database sqlite|postgresql]

In the end the copy must be equal to the company's records. It closes with `N passed, N failed`; it exits 1 on a failure. dlt and its
destination are installed into .build/acceptance-etl the first time.
"""
import argparse
import json
import pathlib
import random
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import organisation
import packages
from clients_server import Server, new_database
from tally import Tally

PACKAGES = ("dlt[duckdb]==1.31.0",)
FIELDS = ("Id", "LastName", "FirstName", "Phone", "HasOptedOutOfEmail", "SystemModstamp", "IsDeleted")


class Company:
    """The records, changed by hand."""

    def __init__(self, server):
        self.token = server.token()
        self.base = f"{server.url}/services/data/v59.0"

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.base}/{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def records(self):
        page = self.call("GET", "query?q=" + urllib.parse.quote(f"SELECT {', '.join(FIELDS)} FROM Contact"))
        rows = page["records"]
        while not page["done"]:
            page = self.call("GET", page["nextRecordsUrl"].split("/v59.0/")[1])
            rows += page["records"]
        return {row["Id"]: row for row in rows}

    def change(self, count, seed):
        """Creates, changes, deletes and brings back, in an order that the seed gives."""
        chance = random.Random(seed)
        live, gone = [], []
        for n in range(count):
            deed = chance.random()
            if deed < 0.4 or len(live) < 20:
                rows = [{"attributes": {"type": "Contact"}, "LastName": f"Row {n}.{place}", "Phone": str(place)} for place in range(chance.randint(1, 40))]
                live += [row["id"] for row in self.call("POST", "composite/sobjects", {"records": rows})]
            elif deed < 0.8:
                some = chance.sample(live, chance.randint(1, 10))
                rows = [{"attributes": {"type": "Contact"}, "Id": key, "FirstName": f"Change {n}"} for key in some]
                assert all(row["success"] for row in self.call("PATCH", "composite/sobjects", {"records": rows}))
            else:
                some = chance.sample(live, chance.randint(1, 10))
                assert all(row["success"] for row in self.call("DELETE", f"composite/sobjects?ids={','.join(some)}"))
                live = [key for key in live if key not in some]
                gone += some
        return len(live), len(gone)


def copy(company, folder):
    """One run of the pipeline; the copy as it is then."""
    import dlt
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
    from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator

    client = RESTClient(
        base_url=company.base, auth=BearerTokenAuth(token=company.token), headers={"Sforce-Query-Options": "batchSize=200"},
        paginator=JSONLinkPaginator(next_url_path="nextRecordsUrl"), data_selector="records")

    @dlt.resource(name="contact", primary_key="Id", write_disposition="merge", columns={"IsDeleted": {"hard_delete": True}}, max_table_nesting=0)
    def contact(since=dlt.sources.incremental("SystemModstamp", initial_value="2000-01-01T00:00:00.000+0000")):
        soql = f"SELECT {', '.join(FIELDS)} FROM Contact WHERE SystemModstamp >= {since.last_value} ORDER BY SystemModstamp ASC"
        for page in client.paginate("/queryAll", params={"q": soql}):
            yield [{name: row[name] for name in FIELDS} for row in page]

    pipeline = dlt.pipeline(
        "copy", pipelines_dir=str(folder / "dlt"), destination=dlt.destinations.duckdb(str(folder / "copy.duckdb")), dataset_name="company")
    pipeline.run(contact())
    with pipeline.sql_client() as sql:
        rows = sql.execute_sql("SELECT id, last_name, first_name, phone, has_opted_out_of_email FROM contact")
    return {row[0]: row[1:] for row in rows}


def check(server, folder, changes):
    company = Company(server)
    ends = []
    seeds = (1, 2, 3)
    changers = [threading.Thread(target=lambda seed=seed: ends.append(company.change(changes, seed))) for seed in seeds]
    for changer in changers:
        changer.start()
    runs = 0
    while any(changer.is_alive() for changer in changers):
        time.sleep(0.2)
        copy(company, folder)
        runs += 1
    for changer in changers:
        changer.join()
    assert len(ends) == len(seeds), "a changer failed"
    found = copy(company, folder)
    wanted = {key: (row["LastName"], row["FirstName"], row["Phone"], row["HasOptedOutOfEmail"]) for key, row in company.records().items()}
    assert len(wanted) == sum(live for live, _ in ends), (len(wanted), ends)
    assert found == wanted, f"{len(found)} rows copied, {len(wanted)} there, {sum(found.get(key) != row for key, row in wanted.items())} differ"
    print(f"{len(found)} rows are equal after {runs + 1} runs; {sum(gone for _, gone in ends)} were deleted meanwhile", flush=True)
    assert runs >= 2, "the company was not changed while it was copied"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--azukari", default=organisation.DEBUG)
    options.add_argument("--changes", type=int, default=150)
    options.add_argument("--database", choices=["sqlite", "postgresql"])
    options = options.parse_args()
    packages.need("etl", PACKAGES, RUNTIME__DLTHUB_TELEMETRY="false", RUNTIME__LOG_LEVEL="ERROR")
    tally = Tally()
    for database in [options.database] if options.database else ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory(prefix="azukari-etl-") as folder, new_database(database == "postgresql") as settings:
            server = Server(options.azukari, pathlib.Path(folder), settings)
            try:
                tally.run(database, lambda: check(server, pathlib.Path(folder), options.changes))
            finally:
                server.kill()
    tally.close()


main()
