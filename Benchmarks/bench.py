"""What the benchmarks share: the release build, a made company of any size, timing with peak memory, the closing line."""
import contextlib
import csv
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = (
    "Ext__c LastName FirstName Email Phone MobilePhone MailingStreet MailingCity MailingState MailingPostalCode "
    "MailingCountry Birthdate Title Department Description HasOptedOutOfEmail DoNotCall HasOptedOutOfFax LeadSource "
    "CreatedDate"
).split()
# Five fields of a contact, each with the scheme that would be chosen for it.
ENCRYPTED = [
    ("Email", "case-insensitive"), ("Phone", "probabilistic"), ("MobilePhone", "probabilistic"),
    ("MailingCity", "deterministic"), ("Description", "probabilistic"),
]


def release():
    """The folder of the release build, built when it is not there or older than the sources."""
    subprocess.run(["swift", "build", "-c", "release", "--product", "azukari"], cwd=ROOT, check=True, stdout=sys.stderr)
    subprocess.run(["swift", "build", "-c", "release", "--product", "azukari-bench"], cwd=ROOT, check=True, stdout=sys.stderr)
    path = subprocess.run(["swift", "build", "-c", "release", "--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True)
    return pathlib.Path(path.stdout.strip())


def scratch():
    """A folder that goes away with the benchmark; AZUKARI_BENCH_SCRATCH names a disk with room."""
    return tempfile.TemporaryDirectory(prefix="azukari-bench-", dir=os.environ.get("AZUKARI_BENCH_SCRATCH"))


def count(default):
    """How many rows: AZUKARI_BENCH_ROWS makes a quick look possible; the targets are for the default."""
    return int(os.environ.get("AZUKARI_BENCH_ROWS", default))


def contacts(path, rows, seed=7):
    """Writes contacts with twenty columns; the same seed gives the same bytes."""
    rng = random.Random(seed)
    last = "Sato Suzuki 高橋 田中 Müller Smith Johnson Garcia Rossi 山本".split()
    first = "Hanako Taro 陽菜 蓮 Anna Lukas Mary John Giulia 葵".split()
    city = [("Berlin", "", "10115", "Germany"), ("大阪市北区梅田", "大阪府", "530-0001", "Japan"), ("Paris", "", "75001", "France")]
    with open(path, "w", encoding="utf-8", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(COLUMNS)
        for n in range(rows):
            c = city[n % 3]
            w.writerow((
                f"B{n:08d}", last[rng.randrange(10)], first[rng.randrange(10)], f"user{n}@mail{n % 7}.example.org",
                f"+1 (555) {n // 10000 % 1000:04d}-{n % 10000:04d}", f"090-{n // 10000 % 10000:04d}-{n % 10000:04d}",
                f"{n % 200} Lindenstraße", c[0], c[1], c[2], c[3], f"{1940 + n % 60}-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
                "Engineer" if n % 4 else "", "Sales" if n % 5 else "", "" if n % 3 else 'likes tea; quoted "x", comma',
                "false", "true" if n % 10 == 0 else "false", "false", "Web", f"2025-{n % 12 + 1:02d}-{n % 28 + 1:02d}T09:30:00.000Z",
            ))


def run(command, **options):
    """Runs a command to its end; seconds, and the peak memory of it in MiB."""
    os.sync()  # What was written before is on the disk, and not written beside this.
    begun = time.monotonic()
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, **options)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024


def middle(pairs):
    """Of measured pairs, each with its ratio first, the one in the middle."""
    return sorted(pairs)[len(pairs) // 2]


class PostgreSQL:
    """A server of the benchmark's own, on a socket; it waits for its disk as any other does."""

    def __init__(self, settings):
        self.settings = settings

    def database(self, name):
        """A new database; how libpq reaches it."""
        self._run(f"CREATE DATABASE {name} ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0")
        return self.settings.replace("dbname=postgres", f"dbname={name}")

    def drop(self, *names):
        for name in names:
            self._run(f"DROP DATABASE {name}")

    def _run(self, statement):
        subprocess.run(["psql", "-q", "-c", statement, self.settings], check=True)


@contextlib.contextmanager
def postgresql():
    """A PostgreSQL server for as long as the block runs."""
    folder = tempfile.mkdtemp(prefix="azukari-bench-", dir=os.environ.get("AZUKARI_BENCH_SCRATCH"))
    script = ROOT / "script" / "postgresql"
    try:
        settings = subprocess.run([script, "start", folder], check=True, capture_output=True, text=True).stdout.strip()
        try:
            yield PostgreSQL(settings)
        finally:
            subprocess.run([script, "stop", folder], check=True)
    finally:
        shutil.rmtree(folder)


def organisation(azukari, folder, contacts_csv=None, database=None):
    """An organisation, with the contacts loaded when a file is given; in a PostgreSQL database when one is named."""
    run([azukari, "init", "--folder", folder, "--name", "Benchmark"] + (["--database", database] if database else []))
    run([azukari, "schema", "add", "field", "Contact", "Ext__c", "--folder", folder, "--type", "string", "--length", "80", "--external-id", "--unique"])
    if contacts_csv:
        run([azukari, "load", "--folder", folder, "--object", "Contact", contacts_csv])


def encrypt(azukari, folder):
    """Encrypts the five fields of ENCRYPTED, before anything is loaded."""
    for field, scheme in ENCRYPTED:
        run([azukari, "encryption", "on", "Contact", field, "--scheme", scheme, "--folder", folder])


def access(azukari, folder):
    """A user and a program of an organisation, for the token of its API."""
    password = "nine lamps over the quiet harbour"
    subprocess.run(
        [azukari, "user", "add", "--folder", folder, "--username", "bench@example.com", "--last-name", "Bench", "--password-file", "-"],
        input=password, text=True, check=True, stdout=subprocess.DEVNULL)
    added = subprocess.run(
        [azukari, "application", "add", "--folder", folder, "--name", "Benchmark", "--run-as", "bench@example.com", "--json"],
        check=True, capture_output=True, text=True)
    return {"username": "bench@example.com", "password": password, **json.loads(added.stdout)}


def processor_seconds(process):
    """The processor time that a process has used so far."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(process, url, headers=()):
    """Requests a second of wrk (one thread, 64 connections, five seconds after one of warming), and the microseconds of
    processor time that the server spends on one."""
    command = ["wrk", "-t1", "-c64"] + [x for h in headers for x in ("-H", h)]
    subprocess.run(command + ["-d1s", url], check=True, capture_output=True)
    before = processor_seconds(process)
    text = subprocess.run(command + ["-d5s", url], check=True, capture_output=True, text=True).stdout
    used = processor_seconds(process) - before
    if "Non-2xx" in text:
        raise SystemExit(f"read: {text}")
    count = int(re.search(r"(\d+) requests in", text)[1])
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), used / count * 1e6


class Server:
    """An organisation served on loopback for as long as the block runs, and one kept connection to it with a token."""

    VERSION = "/services/data/v60.0/"

    def __init__(self, azukari, folder, *options):
        login = access(azukari, folder)
        ready = pathlib.Path(f"{folder}-ready.json")
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [azukari, "serve", "--folder", folder, "--port", "0", "--ready", ready, *options], stdout=subprocess.DEVNULL)
        self.url = wait_for(ready)["url"]
        self.connection = self.connect()
        form = urllib.parse.urlencode({"grant_type": "password", **login}).encode()
        self.connection.request("POST", "/services/oauth2/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
        self.token = json.load(self.connection.getresponse())["access_token"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def connect(self):
        """Another connection, not opened yet."""
        address = urllib.parse.urlsplit(self.url)
        return http.client.HTTPConnection(address.hostname, address.port, timeout=1800)

    def call(self, method, path, body=None, kind="application/json", connection=None, to=None):
        """The answer's bytes; copied into the file `to` when one is named. Anything but success ends the benchmark."""
        connection = connection or self.connection
        connection.request(method, self.VERSION + path, body, {"Authorization": "Bearer " + self.token, "Content-Type": kind})
        answer = connection.getresponse()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {answer.read().decode()}")
        if to is None:
            return answer.read()
        shutil.copyfileobj(answer, to, 1 << 20)
        return answer.headers

    def memory(self, key="VmHWM"):
        """The peak of the server's memory in MiB, or with `VmRSS` what it has now."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split(key + ":")[1].split()[0]) / 1024


def wait_for(path):
    """What a server wrote into its ready file."""
    for _ in range(600):
        if path.exists():
            return json.loads(path.read_text())
        time.sleep(0.05)
    sys.exit("the server did not come up")


def report(name, ratio, target, reference, at_most=False, **more):
    """The closing line, and an exit of 1 when the target is missed."""
    for key, value in more.items():
        print(f"{name}: {key} = {value}")
    print(f'{name} ratio={ratio:.2f} target{"<=" if at_most else ">="}{target} reference="{reference}"')
    sys.exit(0 if (ratio <= target if at_most else ratio >= target) else 1)
