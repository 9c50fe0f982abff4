#!/usr/bin/env python3
"""schemathesis from PyPI asks a server whatever its own OpenAPI document allows, and what it does not: no request may be a server error,
and every answer must be as the document says.

    Tests/Acceptance/openapi.py [--azukari PATH] [--examples N] [--seed N] [--path REGEX]

It closes with `N passed, N failed`, of operations; it exits 1 on a failure.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

import organisation
import packages
from clients_server import Server

PACKAGES = ("schemathesis==4.32.5",)
CONFIGURATION = """
# What no schema can tell: that a name in a body is no field, that a query is no SOQL. The platform answers those with 400, and a record that
# has changed meanwhile, or a batch that was halted, with 412.
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "300", "400", "401", "403", "404", "409", "412", "415"]

# A fault of SOAP has the status 500 (SOAP 1.1, section 6.2); its calls are tested against their contracts.
[[operations]]
include-path-regex = "^/services/Soap/"
checks.not_a_server_error.enabled = false
checks.positive_data_acceptance.enabled = false

# It leads to a page.
[[operations]]
include-path-regex = "^/services/oauth2/authorize"
checks.positive_data_acceptance.expected-statuses = ["303", "400"]

# Where the platform answers 400 or 403 without a token, and not 401.
[[operations]]
include-path-regex = "^/(id|services/oauth2/userinfo|services/async)"
checks.missing_required_header.enabled = false
"""


def records(server):
    """Some to be found, changed and deleted."""
    rows = [{"attributes": {"type": "Contact"}, "LastName": f"Row {n}", "Ext__c": f"x{n}"} for n in range(50)]
    request = urllib.request.Request(
        f"{server.url}/services/data/v60.0/composite/sobjects", json.dumps({"records": rows}).encode(),
        {"Authorization": f"Bearer {server.token()}", "Content-Type": "application/json"})
    assert all(row["success"] for row in json.load(urllib.request.urlopen(request)))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--azukari", default=organisation.DEBUG)
    options.add_argument("--examples", type=int, default=15)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--path", help="only paths that hold this")
    options.add_argument("--report", help="where to keep the whole output")
    options = options.parse_args()
    programs = packages.installed("openapi", PACKAGES)
    with tempfile.TemporaryDirectory(prefix="azukari-openapi-") as folder:
        folder = pathlib.Path(folder)
        server = Server(options.azukari, folder)
        try:
            records(server)
            configuration = folder / "schemathesis.toml"
            configuration.write_text(CONFIGURATION)
            words = [
                programs / "schemathesis", "--config-file", configuration, "run", f"{server.url}/services/openapi.json",
                "--header", f"Authorization: Bearer {server.token()}", "--seed", str(options.seed), "--max-examples", str(options.examples),
                "--continue-on-failure", "--no-color", "--request-timeout", "30", "--suppress-health-check", "all",
            ]
            if options.path:
                words += ["--include-path-regex", options.path]
            done = subprocess.run([str(word) for word in words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if options.report:
                pathlib.Path(options.report).write_text(done.stdout)
            print(done.stdout[-20_000:] if done.returncode else done.stdout[-1_500:], flush=True)
            assert server.process.poll() is None, "the server has ended"
            assert server.stop() == 0, "the server did not end by itself"
        finally:
            server.kill()
    tested = re.search(r"Tested: (\d+)", done.stdout)
    failures = re.search(r"(\d+) unique failures?", done.stdout)
    failed = int(failures[1]) if failures else int(done.returncode != 0)
    print(f"{(int(tested[1]) if tested else 0) - failed} passed, {failed} failed", flush=True)
    sys.exit(1 if done.returncode or not tested else 0)


main()
