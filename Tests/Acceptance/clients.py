#!/usr/bin/env python3
"""Published client libraries, unmodified, against servers that this script starts: on SQLite, on PostgreSQL, and on SQLite
with the fields encrypted that they read and write.

    Tests/Acceptance/clients.py [--azukari PATH] [--database sqlite|postgresql|encrypted] [SCRIPT…]

The scripts that drive them lie beside the project and are skipped with a message where they are not. It closes with
`N passed, N failed`; it exits 1 on a failure. The clients are installed into .build/acceptance-clients-all the first time.
"""
import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import venv

import organisation
from clients_server import PASSWORD, USERNAME, Server, new_database

ROOT = organisation.ROOT
SCRIPTS = organisation.SHARED / "acceptance" / "clients"
CLIENTS = ROOT / ".build" / "acceptance-clients-all"
TIMEOUT_SECONDS = 600
# Lines that no server can pass, with what stands for them: a client's own fault, or not what the platform does.
AMENDED = {
    "rest_simple_salesforce.py": [
        # With one row and "auto" this client sends no batch at all, and has no result to look at.
        ('sf.bulk.Contact.update(keys, batch_size="auto")', "sf.bulk.Contact.update(keys)")],
    "rest_aiosalesforce.py": [
        # An empty cell of an update leaves its field as it is, on the platform and by this client's own documentation.
        ('{"Id": i, "Description": None}', '{"Id": i, "Description": "#N/A"}')],
    "soap_beatbox.py": [
        # This client cannot ask for a second page: it stumbles over the locator that it has read itself.
        ("    names = [str(r[O.LastName])", "    iterating.batchSize = 2000\n    names = [str(r[O.LastName])"),
        ("    list(iterating.delete(made))", "    iterating.batchSize = 200\n    list(iterating.delete(made))\n    iterating.batchSize = 2000")],
}
# What cannot be asked of an encrypted field, as the guide says, with what can be asked instead.
UNENCRYPTED = [
    ("Ext__c LIKE 'ab%-{RUN}'", "Ext__c IN ({','.join(chr(39) + 'ab' + str(n) + '-' + RUN + chr(39) for n in ['n', *range(300)])})"),
    ("Ext__c LIKE 'f%-{RUN}'", "Ext__c IN ({','.join(chr(39) + 'f' + str(n) + '-' + RUN + chr(39) for n in range(50))})"),
]
# Reports are not served yet.
SERVED = ("rest_simple_salesforce.py", "rest_aiosalesforce.py", "bulk_salesforce_bulk.py", "soap_zeep.py", "soap_beatbox.py")


def python():
    """The interpreter that has the clients."""
    wanted = (SCRIPTS / "requirements.txt").read_text() + "cryptography\nsix\nbeatbox3==0.96.1\n"
    mark = CLIENTS / hashlib.sha256(wanted.encode()).hexdigest()
    if not mark.exists():
        venv.create(CLIENTS, with_pip=True, clear=True)
        pip = [CLIENTS / "bin" / "pip", "install", "--quiet"]
        subprocess.run([*pip, "setuptools<70", "wheel"], check=True)
        # One of them builds with the setuptools at hand.
        subprocess.run([*pip, "--no-build-isolation", *wanted.split()], check=True)
        mark.touch()
    return CLIENTS / "bin" / "python"


def environment(server):
    """What the scripts want to know."""
    return {
        **os.environ, "AZUKARI_URL": server.url, "AZUKARI_USERNAME": USERNAME, "AZUKARI_PASSWORD": PASSWORD,
        "AZUKARI_CLIENT_ID": server.client_id, "AZUKARI_CLIENT_SECRET": server.client_secret, "AZUKARI_REPORTS": "0",
        "PYTHONPATH": str(SCRIPTS),
    }


def run(script, interpreter, server, database):
    """The counts with which a script closes, and what it said of what went wrong."""
    text = (SCRIPTS / script).read_text()
    for line, other in AMENDED.get(script, []):
        assert line in text, f"{script} has changed: what stands for `{line}` may not be needed any more"
        text = text.replace(line, other)
    if database == "encrypted":
        for line, other in UNENCRYPTED:
            text = text.replace(line, other)
    with tempfile.NamedTemporaryFile("w", suffix=".py") as amended:
        amended.write(text)
        amended.flush()
        done = subprocess.run(
            [interpreter, amended.name], env=environment(server), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=TIMEOUT_SECONDS)
    counts = re.findall(r"^(\d+) passed, (\d+) failed$", done.stdout, re.MULTILINE)
    passed, failed = map(int, counts[-1]) if counts else (0, 1)
    failed = failed or (1 if done.returncode else 0)
    return passed, failed, done.stdout if failed else ""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--azukari", default=organisation.DEBUG)
    options.add_argument("--database", choices=["sqlite", "postgresql", "encrypted"])
    options.add_argument("scripts", nargs="*", default=SERVED)
    options = options.parse_args()
    if not SCRIPTS.exists():
        print("skipped: the scripts of the clients are not there\n0 passed, 0 failed")
        return
    interpreter = python()
    databases = [options.database] if options.database else ["sqlite", "postgresql", "encrypted"]
    # The scripts wait for their jobs most of the time; but more than two servers at once, each with five scripts that sign in
    # as they begin, keep two processors so busy that a client gives up.
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        ends = list(pool.map(lambda database: run_all(options, interpreter, database), databases))
    passed, failed = (sum(end[place] for end in ends) for place in (0, 1))
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or not passed else 0)


def run_all(options, interpreter, database):
    """Every script against one server; how many cases passed and failed."""
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="azukari-clients-") as folder, new_database(database == "postgresql") as settings:
        server = Server(options.azukari, pathlib.Path(folder), settings, is_encrypted=database == "encrypted")
        try:
            with concurrent.futures.ThreadPoolExecutor() as pool:
                ends = pool.map(lambda script: run(script, interpreter, server, database), options.scripts)
                for script, (good, bad, said) in zip(options.scripts, ends):
                    print(f"{database}, {script}: {good} passed, {bad} failed\n{said}", end="", flush=True)
                    passed, failed = passed + good, failed + bad
            if server.stop() != 0:
                failed += 1
                print("FAIL the server did not end by itself")
        finally:
            server.kill()
    return passed, failed


main()
