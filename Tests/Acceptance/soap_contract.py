#!/usr/bin/env python3
"""What the SOAP interface sends, against the schemas of its own contracts, by libxml2.

    Tests/Acceptance/soap_contract.py [--azukari PATH]

It closes with `N passed, N failed`; it exits 1 on a failure. The reader of schemas is installed into .build/acceptance-contract the
first time.
"""
import argparse
import datetime
import pathlib
import tempfile
import urllib.error
import urllib.request
import xml.sax.saxutils

import organisation
import packages
from clients_server import PASSWORD, USERNAME, Server
from tally import Tally

PACKAGES = ("lxml==6.0.2",)
XSD = "{http://www.w3.org/2001/XMLSchema}"
ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"


class Contract:
    """One of the two interfaces, and the schemas that its contract has."""

    def __init__(self, server, kind, token, folder):
        from lxml import etree

        self.kind, self.token = kind, token
        self.letter = "u" if kind == "partner" else "c"
        self.url = f"{server.url}/services/Soap/{self.letter}/59.0"
        request = urllib.request.Request(f"{server.url}/services/wsdl/{kind}", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request) as answer:
            wsdl = etree.fromstring(answer.read())
        schemas = wsdl.findall(f".//{XSD}schema")
        files = {schema.get("targetNamespace"): folder / f"{kind}-{place}.xsd" for place, schema in enumerate(schemas)}
        for schema in schemas:
            for imported in schema.findall(f"{XSD}import"):
                imported.set("schemaLocation", str(files[imported.get("namespace")]))
            files[schema.get("targetNamespace")].write_bytes(etree.tostring(schema))
        # One that imports all: the faults stand beside the calls.
        whole = folder / f"{kind}.xsd"
        imports = "".join(f'<xsd:import namespace="{name}" schemaLocation="{path}"/>' for name, path in files.items())
        whole.write_text(f'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">{imports}</xsd:schema>')
        self.schema = etree.XMLSchema(file=str(whole))
        self.etree = etree

    def call(self, body, fault=False):
        """The answer's element, once it is what the contract says."""
        text = (
            f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:{self.kind}.soap.sforce.com" '
            f'xmlns:o="urn:sobject.{self.kind}.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<e:Header><SessionHeader><sessionId>{self.token}</sessionId></SessionHeader></e:Header><e:Body>{body}</e:Body></e:Envelope>")
        request = urllib.request.Request(self.url, text.encode(), {"Content-Type": "text/xml"})
        try:
            with urllib.request.urlopen(request) as answer:
                envelope = self.etree.fromstring(answer.read())
                assert not fault, body
        except urllib.error.HTTPError as error:
            envelope = self.etree.fromstring(error.read())
            assert fault, self.etree.tostring(envelope)
        parts = [part for head in envelope.findall(f"{ENVELOPE}Header") for part in head]
        inner = envelope.find(f"{ENVELOPE}Body")[0]
        parts += list(inner.find("detail")) if fault else [inner]
        for part in parts:
            alone = self.etree.fromstring(self.etree.tostring(part))
            assert self.schema.validate(alone), f"{self.schema.error_log}\n{self.etree.tostring(alone).decode()[:2000]}"
        return inner

    def row(self, name, **fields):
        inner = "".join(f"<o:{field}>{xml.sax.saxutils.escape(value)}</o:{field}>" for field, value in fields.items())
        if self.kind == "partner":
            return f"<sObjects><o:type>{name}</o:type>{inner}</sObjects>"
        return f'<sObjects xsi:type="o:{name}">{inner}</sObjects>'

    def ids(self, answer):
        return [element.text for element in answer.iter(f"{{urn:{self.kind}.soap.sforce.com}}id") if element.text]


def checks(contract):
    call, row = contract.call, contract.row
    made = []

    def sign_on():
        stranger = contract.etree.fromstring(f'<queryResponse xmlns="urn:{contract.kind}.soap.sforce.com"><bogus/></queryResponse>')
        assert not contract.schema.validate(stranger), "the contract takes anything"
        call(f"<login><username>{USERNAME}</username><password>{PASSWORD}</password></login>")
        call("<login><username>x</username><password>y</password></login>", fault=True)
        call("<getUserInfo/>")
        call("<getServerTimestamp/>")

    def write():
        account = contract.ids(call(f"<create>{row('Account', Name='A & <B>')}{row('Account', Site='no name')}</create>"))[0]
        people = contract.ids(call("<create>" + "".join(
            row("Contact", LastName=f"N{n}", AccountId=account, Birthdate="1980-02-29", MailingCity="東京", HasOptedOutOfEmail="true") for n in range(3)) + "</create>"))
        made.extend([account, *people])
        call(f"<update>{row('Contact', Id=people[0], Phone='1')}{row('Contact', Id='003000000000001AAA')}</update>")
        call(f"<upsert><externalIDFieldName>Ext__c</externalIDFieldName>{row('Contact', Ext__c='e', LastName='U')}{row('Contact', LastName='V')}</upsert>")
        key = people[2]
        for word in ("delete", "undelete", "delete", "emptyRecycleBin", "delete"):
            call(f"<{word}><ids>{key}</ids></{word}>")

    def read():
        for soql in (
            "SELECT Id, Name, Phone, Birthdate, CreatedDate, HasOptedOutOfEmail, MailingAddress, Account.Name, Owner.Name, ReportsTo.Name FROM Contact",
            "SELECT Name, NumberOfEmployees, AnnualRevenue, (SELECT Id, LastName FROM Contacts) FROM Account",
            "SELECT COUNT() FROM Contact", "SELECT AccountId, COUNT(Id) n, MAX(LastName) FROM Contact GROUP BY AccountId",
            "SELECT Id FROM Lead", "SELECT MasterLabel, IsConverted FROM LeadStatus",
        ):
            call(f"<query><queryString>{soql}</queryString></query>")
        call("<queryAll><queryString>SELECT Id, IsDeleted FROM Contact</queryString></queryAll>")
        call(f"<retrieve><fieldList>Id,LastName,SystemModstamp</fieldList><sObjectType>Contact</sObjectType><ids>{made[1]}</ids><ids>003000000000009AAA</ids></retrieve>")
        call("<search><searchString>FIND {N1} RETURNING Contact(Id, LastName), Account</searchString></search>")
        call("<search><searchString>FIND {nobody} RETURNING Contact(Id)</searchString></search>")
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=2)
        window = f"<startDate>{(end - datetime.timedelta(minutes=9)).isoformat()}</startDate><endDate>{end.isoformat()}</endDate>"
        for word in ("getUpdated", "getDeleted"):
            call(f"<{word}><sObjectType>Contact</sObjectType>{window}</{word}>")

    def special():
        master = row("Contact", Id=made[1]).replace("sObjects", "masterRecord")
        call(f"<merge><request>{master}<recordToMergeIds>{made[2]}</recordToMergeIds></request></merge>")
        call(f"<merge><request>{master}<recordToMergeIds>{made[2]}</recordToMergeIds></request></merge>")
        lead = contract.ids(call(f"<create>{row('Lead', LastName='L', Company='C')}</create>"))[0]
        for _ in range(2):
            call(f"<convertLead><leadConverts><leadId>{lead}</leadId><convertedStatus>Closed - Converted</convertedStatus></leadConverts></convertLead>")

    def describe():
        call("<describeGlobal/>")
        names = "".join(f"<sObjectType>{name}</sObjectType>" for name in ("Contact", "Account", "Case", "Lead", "Task", "Individual", "User", "Attachment"))
        call(f"<describeSObjects>{names}</describeSObjects>")

    def faults():
        for body in (
            "<query><queryString>SELEC</queryString></query>", "<query><queryString>SELECT Nope FROM Contact</queryString></query>",
            "<query><queryString>SELECT Id FROM Nope</queryString></query>", "<queryMore><queryLocator>x</queryLocator></queryMore>",
            "<search><searchString>FIND {a</searchString></search>", "<delete><ids>x</ids></delete>", "<query/>",
        ):
            call(body, fault=True)

    def end():
        call("<invalidateSessions><sessionIds>nonsense</sessionIds></invalidateSessions>")
        call("<logout/>")

    return (sign_on, write, read, special, describe, faults, end)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--azukari", default=organisation.DEBUG)
    options = options.parse_args()
    packages.need("contract", PACKAGES)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="azukari-contract-") as folder:
        server = Server(options.azukari, pathlib.Path(folder))
        try:
            for kind in ("partner", "enterprise"):
                contract = Contract(server, kind, server.token(), pathlib.Path(folder))
                for check in checks(contract):
                    tally.run(f"{kind} {check.__name__}", check)
        finally:
            server.kill()
    tally.close()


main()
