#!/usr/bin/env python3
"""simple-salesforce from PyPI, unmodified, against a server that this script starts: sign-on, load, query, update, upsert, delete.

    Tests/Acceptance/clients_rest.py [--azukari PATH]

It makes an organisation in a folder of its own, serves it over TLS with a throw-away authority, and closes with
`N passed, N failed`; it exits 1 on a failure. The client is installed into .build/acceptance-clients the first time.
"""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import packages
from organisation import ROOT
from tally import Tally

VERSION = "1.12.10"
USERNAME = "admin@example.com"
PASSWORD = "correct horse battery staple"
WAIT_SECONDS = 60


class Server:
    """An organisation with an administrator, an application and Contact.Ext__c, served over TLS."""

    def __init__(self, azukari, folder):
        self.azukari = str(azukari)
        self.folder = folder / "organisation"
        self.password = folder / "password"
        self.password.write_text(PASSWORD + "\n")
        self.command("init", "--name", "Acceptance KK", "--language", "ja", "--time-zone", "Asia/Tokyo")
        self.command("user", "add", "--username", USERNAME, "--last-name", "Admin", "--password-file", str(self.password))
        made = json.loads(self.command("application", "add", "--name", "Acceptance", "--run-as", USERNAME, "--json"))
        self.client_id, self.client_secret = made["client_id"], made["client_secret"]
        self.command("schema", "add", "field", "Contact", "Ext__c", "--type", "string", "--length", "80", "--external-id", "--unique")
        tls = folder / "tls"
        subprocess.run([ROOT / "script" / "certificate", tls, "127.0.0.1,localhost"], check=True)
        self.authority = str(tls / "authority.pem")
        ready = folder / "ready.json"
        self.process = subprocess.Popen(
            [self.azukari, "serve", "--folder", self.folder, "--port", "0", "--ready", ready,
             "--tls-certificate", tls / "server.pem", "--tls-key", tls / "server.key"])
        end = time.monotonic() + WAIT_SECONDS
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the server did not begin to serve")
            time.sleep(0.05)
        told = json.loads(ready.read_text())
        assert told["ca"] == self.authority, told
        self.url = told["url"]

    def command(self, *words):
        return subprocess.run([self.azukari, *words, "--folder", self.folder], check=True, stdout=subprocess.PIPE, text=True).stdout

    def stop(self):
        """SIGTERM ends the server by itself, with status 0."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def refused(kind, action):
    """The platform's code of the refusal of class `kind` that `action` must meet."""
    try:
        action()
    except kind as error:
        return error.content[0]["errorCode"]
    raise AssertionError(f"{kind.__name__} was not raised")


def checks(server):
    import requests
    from simple_salesforce import Salesforce, SalesforceLogin, format_soql
    from simple_salesforce import exceptions

    session_id, instance = SalesforceLogin(
        username=USERNAME, password=PASSWORD, security_token="", scratch_url=server.url, sf_version="59.0")
    sf = Salesforce(session_id=session_id, instance_url=server.url, version="59.0")
    keys = []

    def sign_on():
        assert instance == server.url.removeprefix("https://"), instance
        for form in ({"grant_type": "password", "username": USERNAME, "password": PASSWORD}, {"grant_type": "client_credentials"}):
            answer = requests.post(f"{server.url}/services/oauth2/token", data={
                "client_id": server.client_id, "client_secret": server.client_secret, **form})
            assert answer.status_code == 200, answer.text
            other = Salesforce(session_id=answer.json()["access_token"], instance_url=answer.json()["instance_url"], version="68.0")
            assert other.query("SELECT Id FROM Organization")["totalSize"] == 1
        assert sf.oauth2("userinfo")["preferred_username"] == USERNAME

    def wrong_sign_on():
        said = set()
        for username in (USERNAME, "nobody@example.com"):
            try:
                SalesforceLogin(username=username, password="wrong", security_token="", scratch_url=server.url, sf_version="40.0")
                raise AssertionError("signed on with a wrong password")
            except exceptions.SalesforceAuthenticationFailed as error:
                said.add(str(error))
        assert len(said) == 1 and "INVALID_LOGIN" in said.pop()
        forged = Salesforce(session_id="00D000000000001!forged", instance_url=server.url)
        assert refused(exceptions.SalesforceExpiredSession, lambda: forged.query("SELECT Id FROM Account")) == "INVALID_SESSION_ID"

    def load():
        for start in range(0, 400, 200):
            records = [{"attributes": {"type": "Contact"}, "LastName": "山田", "FirstName": f"太郎{n}", "Ext__c": f"P{n:07d}",
                        "Email": f"taro{n}@example.com"} for n in range(start, start + 200)]
            saved = sf.restful("composite/sobjects", method="POST", json={"allOrNone": True, "records": records})
            assert all(row["success"] for row in saved), saved[:3]
            keys.extend(row["id"] for row in saved)
        made = sf.Contact.create({"LastName": "佐藤", "FirstName": "花子", "Ext__c": "P1000000", "Description": '"quoted" \\ and\nnew line 🙂'})
        keys.append(made["id"])
        row = sf.Contact.get(made["id"])
        assert row["Name"] == "佐藤 花子" and row["Description"] == '"quoted" \\ and\nnew line 🙂'

    def query():
        assert sf.query("SELECT COUNT() FROM Contact")["totalSize"] == 401
        first = sf.query("SELECT Ext__c FROM Contact ORDER BY Ext__c", headers={"Sforce-Query-Options": "batchSize=200"})
        assert first["totalSize"] == 401 and len(first["records"]) == 200 and not first["done"]
        rows = list(sf.query_all_iter("SELECT Ext__c FROM Contact ORDER BY Ext__c"))
        assert [row["Ext__c"] for row in rows] == sorted(row["Ext__c"] for row in rows) and len(rows) == 401
        one = sf.query(format_soql("SELECT Id FROM Contact WHERE Email = {}", "taro7@example.com"))
        assert one["records"][0]["Id"] == keys[7]
        found = sf.search("FIND {佐藤} RETURNING Contact(Id, Name)")["searchRecords"]
        assert [row["Id"] for row in found] == [keys[400]], found
        assert refused(exceptions.SalesforceMalformedRequest, lambda: sf.query("SELEC Id FROM Contact")) == "MALFORMED_QUERY"
        assert refused(exceptions.SalesforceMalformedRequest, lambda: sf.query("SELECT Nope FROM Contact")) == "INVALID_FIELD"

    def update():
        assert sf.Contact.update(keys[0], {"Phone": "+81-3-0000-0000", "FirstName": None}) == 204
        row = sf.Contact.get(keys[0][:15])
        assert row["Phone"] == "+81-3-0000-0000" and row["FirstName"] is None and row["Name"] == "山田"
        assert refused(exceptions.SalesforceMalformedRequest, lambda: sf.Contact.update(keys[0], {"Email": "no mail"})) == "INVALID_EMAIL_ADDRESS"
        assert sf.Contact.get(keys[0])["Email"] == "taro0@example.com"

    def upsert():
        assert sf.Contact.upsert("Ext__c/P1000000", {"Phone": "1"}, raw_response=True).json()["created"] is False
        made = sf.Contact.upsert("Ext__c/P2000000", {"LastName": "New"}, raw_response=True)
        assert made.status_code == 201 and made.json()["created"] is True
        keys.append(made.json()["id"])
        assert sf.Contact.get_by_custom_id("Ext__c", "P2000000")["LastName"] == "New"
        assert refused(exceptions.SalesforceMalformedRequest, lambda: sf.Contact.create({"LastName": "x", "Ext__c": "p2000000"})) == "DUPLICATE_VALUE"

    def delete():
        assert sf.Contact.delete(keys[0]) == 204
        assert refused(exceptions.SalesforceResourceNotFound, lambda: sf.Contact.get(keys[0])) == "ENTITY_IS_DELETED"
        assert sf.query(f"SELECT Id FROM Contact WHERE Id = '{keys[0]}'", include_deleted=True)["totalSize"] == 1
        for start in range(1, len(keys), 200):
            gone = sf.restful("composite/sobjects", method="DELETE", params={"ids": ",".join(keys[start:start + 200])})
            assert all(row["success"] for row in gone)
        assert sf.query("SELECT COUNT() FROM Contact")["totalSize"] == 0

    def stop():
        assert server.stop() == 0
        server.process = None

    return (sign_on, wrong_sign_on, load, query, update, upsert, delete, stop)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--azukari", default=ROOT / ".build" / "debug" / "azukari")
    azukari = options.parse_args().azukari
    packages.need("clients", (f"simple-salesforce=={VERSION}",))
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="azukari-clients-") as folder:
        server = Server(azukari, pathlib.Path(folder))
        os.environ["REQUESTS_CA_BUNDLE"] = server.authority
        try:
            for check in checks(server):
                tally.run(check.__name__, check)
        finally:
            if server.process:
                server.process.kill()
                server.process.wait()
    tally.close()


main()
