"""A server for clients: an organisation with an administrator, an application and Contact.Ext__c, on either database."""
import contextlib
import json
import signal
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from organisation import ROOT

USERNAME = "admin@example.com"
PASSWORD = "correct horse battery staple"
WAIT_SECONDS = 60
# Fields that clients read, write, filter by and know records by.
ENCRYPTED = [
    ("Contact.Ext__c", "case-insensitive"), ("Contact.Email", "case-insensitive"), ("Contact.Phone", "probabilistic"),
    ("Contact.Description", "probabilistic"), ("Contact.MailingCity", "deterministic"), ("Lead.Company", "case-insensitive"),
    ("Lead.Email", "case-insensitive"), ("Account.Site", "probabilistic"), ("Account.Phone", "probabilistic"),
    ("Case.Description", "probabilistic"), ("Case.SuppliedEmail", "case-insensitive"), ("CaseComment.CommentBody", "probabilistic"),
]


@contextlib.contextmanager
def new_database(is_postgresql):
    """The settings of a new PostgreSQL database, in a server of its own; None for SQLite."""
    if not is_postgresql:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="azukari-pg-", dir="/tmp") as folder:
        def script(word):
            return subprocess.run([ROOT / "script" / "postgresql", word, folder], check=True, stdout=subprocess.PIPE, text=True).stdout

        server = script("start").strip().splitlines()[-1]
        try:
            subprocess.run(
                ["psql", "--quiet", "--dbname", server, "--command", "CREATE DATABASE clients ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0"],
                check=True)
            yield server.replace("dbname=postgres", "dbname=clients")
        finally:
            script("stop")


class Server:
    """An organisation as the scripts want it, served without TLS on loopback: their proxy ends it."""

    def __init__(self, azukari, folder, database=None, is_encrypted=False):
        self.folder = folder / "organisation"
        self.azukari = str(azukari)
        password = folder / "password"
        password.write_text(PASSWORD + "\n")
        self.command("init", "--name", "Acceptance KK", "--language", "ja", "--time-zone", "Asia/Tokyo", *(["--database", database] if database else []))
        self.command("user", "add", "--username", USERNAME, "--last-name", "Admin", "--password-file", str(password))
        made = json.loads(self.command("application", "add", "--name", "Acceptance", "--run-as", USERNAME, "--json"))
        self.client_id, self.client_secret = made["client_id"], made["client_secret"]
        self.command("schema", "add", "field", "Contact", "Ext__c", "--type", "string", "--length", "80", "--external-id", "--unique")
        for field, scheme in ENCRYPTED if is_encrypted else []:
            self.command("encryption", "on", *field.split("."), "--scheme", scheme)
        self.ready = folder / "ready.json"
        self.start()

    def start(self):
        """Serves, at an address of its own each time."""
        self.ready.unlink(missing_ok=True)
        self.process = subprocess.Popen([self.azukari, "serve", "--folder", self.folder, "--port", "0", "--ready", self.ready])
        end = time.monotonic() + WAIT_SECONDS
        while not self.ready.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the server did not begin to serve")
            time.sleep(0.05)
        self.url = json.loads(self.ready.read_text())["url"]

    def command(self, *words):
        return subprocess.run([self.azukari, *words, "--folder", self.folder], check=True, stdout=subprocess.PIPE, text=True).stdout

    def token(self):
        """An access token of the administrator."""
        form = urllib.parse.urlencode({
            "grant_type": "password", "username": USERNAME, "password": PASSWORD,
            "client_id": self.client_id, "client_secret": self.client_secret})
        with urllib.request.urlopen(f"{self.url}/services/oauth2/token", form.encode()) as answer:
            return json.load(answer)["access_token"]

    def stop(self):
        """SIGTERM ends the server by itself, with status 0."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def kill(self):
        """SIGKILL: nothing is brought to an end."""
        self.process.kill()
        self.process.wait()
