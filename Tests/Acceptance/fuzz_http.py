#!/usr/bin/env python3
"""Requests that were broken byte by byte, and some that hold a server up, against a server over loopback.

    Tests/Acceptance/fuzz_http.py [--azukari PATH] [--seconds N] [--seed N] [--replay FILE]

No answer may be a server error, no connection may be left without an answer or an end, nothing of a request may turn up among the
answer's headers, and the server must be sound, small and alive at the end. What failed is kept in .build/fuzz-http, to be sent again with
--replay. It closes with `N passed, N failed`; it exits 1 on a failure.
"""
import argparse
import contextlib
import gzip
import json
import pathlib
import random
import re
import socket
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import organisation
from clients_server import Server
from tally import Tally

KEPT = organisation.ROOT / ".build" / "fuzz-http"
ANSWER_SECONDS = 20
MEMORY_MAX_MIB = 800
WORKERS = 4
FAILURE = re.compile(rb"<faultcode>[^<]*UNKNOWN_EXCEPTION")
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r\n]*\r\n")


def seeds(server, token):
    """Sound requests of every interface, as bytes."""
    def request(method, path, body=b"", kind="application/json", **headers):
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body or method in ("POST", "PUT", "PATCH"):
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def body(value):
        return json.dumps(value, ensure_ascii=False).encode()

    data = "/services/data/v60.0"
    contact = {"attributes": {"type": "Contact"}, "LastName": "佐藤", "Email": "a@example.com", "Birthdate": "1980-02-03", "DoNotCall": True}
    envelope = f"""<?xml version="1.0" encoding="utf-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:u="urn:partner.soap.sforce.com"><soapenv:Header><u:SessionHeader><u:sessionId>{token}</u:sessionId></u:SessionHeader></soapenv:Header>
<soapenv:Body>%s</soapenv:Body></soapenv:Envelope>"""
    job = body({"object": "Contact", "operation": "insert", "lineEnding": "LF"})
    made = json.load(urllib.request.urlopen(urllib.request.Request(
        f"{server.url}{data}/jobs/ingest", job, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})))["id"]
    step = {"method": "GET", "url": f"{data}/query?q=SELECT+Id+FROM+Contact+LIMIT+1", "referenceId": "r1"}
    chunked = (f"POST {data}/sobjects/Contact HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
               "Transfer-Encoding: chunked\r\n\r\n").encode() + b"a\r\n{\"LastName\r\n5\r\n\":\"x\"\r\n1\r\n}\r\n0\r\n\r\n"
    return [
        request("GET", f"{data}/query?q=" + urllib.parse.quote("SELECT Id, Name FROM Contact WHERE LastName LIKE 'a%' ORDER BY Name LIMIT 5")),
        request("GET", f"{data}/search?q=" + urllib.parse.quote("FIND {Sato*} IN ALL FIELDS RETURNING Contact(Id, Name)")),
        request("GET", f"{data}/sobjects/Contact/Ext__c/x1?fields=Id,Name"),
        request("GET", f"{data}/sobjects/Contact/describe", If_Modified_Since="Tue, 01 Jan 2030 00:00:00 GMT"),
        request("GET", f"{data}/sobjects/Contact/updated?start=2026-11-01T00%3A00%3A00Z&end=2026-11-02T00%3A00%3A00Z"),
        request("POST", f"{data}/sobjects/Contact", body(contact)),
        request("PATCH", f"{data}/sobjects/Contact/Ext__c/x1", body({"LastName": "b"})),
        request("POST", f"{data}/composite/sobjects", body({"allOrNone": False, "records": [contact] * 3})),
        request("POST", f"{data}/composite", body({"allOrNone": True, "compositeRequest": [step, {**step, "url": f"{data}/sobjects/Contact/@{{r1.records[0].Id}}", "referenceId": "r2"}]})),
        request("POST", f"{data}/composite/graph", body({"graphs": [{"graphId": "g", "compositeRequest": [step]}]})),
        request("POST", f"{data}/composite/tree/Account", body({"records": [{"attributes": {"type": "Account", "referenceId": "a"}, "Name": "n", "Contacts": {"records": [{"attributes": {"type": "Contact", "referenceId": "c"}, "LastName": "l"}]}}]})),
        request("POST", f"{data}/parameterizedSearch", body({"q": "Sato", "sobjects": [{"name": "Contact", "fields": ["Id"], "limit": 2}]})),
        request("POST", f"{data}/jobs/ingest", job),
        request("PUT", f"{data}/jobs/ingest/{made}/batches", b"LastName,Email\nSato,a@example.com\n", "text/csv"),
        request("POST", f"{data}/jobs/query", body({"operation": "query", "query": "SELECT Id FROM Contact"})),
        request("POST", "/services/async/60.0/job", b'<?xml version="1.0"?><jobInfo xmlns="http://www.force.com/2009/06/asyncapi/dataload"><operation>insert</operation><object>Contact</object><contentType>CSV</contentType></jobInfo>', "application/xml", X_SFDC_Session=token),
        request("POST", "/services/Soap/u/60.0", (envelope % "<u:query><u:queryString>SELECT Id FROM Contact</u:queryString></u:query>").encode(), "text/xml", SOAPAction='""'),
        request("POST", "/services/Soap/u/60.0", (envelope % '<u:create><u:sObjects xmlns:s="urn:sobject.partner.soap.sforce.com"><s:type>Contact</s:type><LastName>a</LastName></u:sObjects></u:create>').encode(), "text/xml", SOAPAction='""'),
        request("POST", "/services/oauth2/introspect", urllib.parse.urlencode({"token": token}).encode(), "application/x-www-form-urlencoded"),
        request("GET", "/services/wsdl/partner"),
        request("GET", "/services/openapi.json"),
        request("GET", "/services/azukari/v1/requests"),
        request("GET", "/services/azukari/v1/changes?replayId=-2&limit=5&objects=Contact"),
        request("GET", "/services/azukari/v1/changes?replayId=9-1-700", Accept="text/event-stream", Last_Event_ID="9-1-700"),
        request("GET", f"{data}/consent/multiaction?actions=email,track&ids=a@example.com,003000000000001AAA&verbose=true"),
        request("PATCH", f"{data}/consent/action/email?ids=003000000000001AAA&status=optout"),
        request("GET", f"{data}/sobjects/Account/001000000000001AAA", If_None_Match='"1", W/"2"', If_Match="*"),
        request("GET", "/services/oauth2/authorize?response_type=code&client_id=x&redirect_uri=https%3A%2F%2Fa.example%2F&state=s"),
        request("GET", "/login?to=%2F"),
        request("POST", "/login", b"username=a&password=b", "application/x-www-form-urlencoded"),
        request("DELETE", f"{data}/composite/sobjects?ids=003000000000001AAA&allOrNone=true"),
        chunked,
        request("POST", f"{data}/composite/sobjects", gzip.compress(body({"records": [contact]})), Content_Encoding="gzip", Accept_Encoding="gzip"),
        request("POST", "/services/oauth2/revoke", b"token=unknown", "application/x-www-form-urlencoded"),
    ]


class Mutator:
    """Breaks a request by one to six blows."""

    LINES = [
        b"Content-Length: 0", b"Content-Length: 99999999999999999999", b"Content-Length: -1", b"Content-Length: 5", b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked", b"Content-Encoding: gzip", b"Content-Encoding: deflate, gzip", b"Expect: 100-continue", b"Connection: close",
        b"Connection: upgrade", b"Upgrade: websocket", b"X-HTTP-Method-Override: DELETE", b"X-Forwarded-For: ::1, \xff", b"Accept: application/xml", b"Cookie: sid=" + b"a" * 5000,
        b"Sforce-Query-Options: batchSize=99999999999999999999", b"Range: bytes=0-18446744073709551615", b" folded: yes", b"A" * 9000 + b": b", b"X-Odd: a\rX-Injected: yes", b": no name",
        b"Host: a\r\nHost: b", b"If-Unmodified-Since: Thu, 99 Foo 2026 99:99:99 GMT", b"X-PrettyPrint: 1", b"Accept-Encoding: gzip;q=9,br", b"Accept-Language: " + b"ja," * 3000,
    ]
    PARTS = [
        b"../", b"..%2f", b"%2e%2e/", b"%00", b"%ff", b"%", b"\x00", b"\xff\xfe", b"%0d%0aX-Injected:%20yes", b"\r\nX-Injected: yes\r\n", b"'", b"\"", b"\\u0000", b"\\ud800", b"[" * 300, b"{\"a\":" * 300,
        b"1e999", b"-9223372036854775809", b"null", b"true", b"[]", b"{}", b"<!DOCTYPE a [<!ENTITY b \"c\">]>", b"&b;", b"<![CDATA[", b"]]>", b"/" * 50, b"?", b"#", b"&", b"=", b";", b"@{r1.records[99].Id}", b"@{r1",
        b"(SELECT Id FROM Contacts)", b"A" * 20000, "𝒳\u202e".encode(), b"0x", b"ffffffffffffffff\r\n",
    ]

    def __init__(self, chance, seeds):
        self.chance, self.seeds = chance, seeds

    def request(self):
        data = self.chance.choice(self.seeds)
        for _ in range(self.chance.randint(1, 6)):
            data = self.blow(data)
        return data[:300_000]

    def blow(self, data):
        chance = self.chance
        place = chance.randrange(len(data) + 1)
        head = data.find(b"\r\n\r\n")
        kind = chance.randrange(11)
        if kind == 0 and data:
            place = min(place, len(data) - 1)
            return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1:]
        if kind == 1:
            return data[:place] + bytes(chance.randrange(256) for _ in range(chance.randint(1, 8))) + data[place:]
        if kind == 2:
            return data[:place] + data[place + chance.randint(1, 40):]
        if kind == 3:
            return data[:place] + data[place:place + chance.randint(1, 200)] * chance.randint(2, 20) + data[place:]
        if kind == 4:
            return data[:place] + chance.choice(self.PARTS) + data[place:]
        if kind == 5 and head > 0:
            line = chance.choice(self.LINES)
            at = data.find(b"\r\n", chance.randrange(head + 1))
            return data[:at] + b"\r\n" + line + data[at:]
        if kind == 6:
            other = chance.choice(self.seeds)
            return data[:place] + other[chance.randrange(len(other)):]
        if kind == 7:
            return data[:place]
        if kind == 8 and head > 0:  # The body is broken, and its length is right.
            body = data[head + 4:]
            for _ in range(chance.randint(1, 3)):
                body = self.blow(body) if chance.random() < 0.5 else body[:chance.randrange(len(body) + 1)] + chance.choice(self.PARTS) + body[chance.randrange(len(body) + 1):]
            return re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), data[:head + 4]) + body
        if kind == 9 and head > 0:  # The target is broken alone.
            space, end = data.find(b" ") + 1, data.find(b" HTTP/")
            if 0 < space < end:
                at = chance.randrange(space, end + 1)
                return data[:at] + chance.choice(self.PARTS).replace(b"\r\n", b"").replace(b" ", b"") + data[at:]
        return data + chance.choice(self.seeds)


def exchange(address, data, wait=ANSWER_SECONDS, halves=True):
    """What came back until the end. A TimeoutError when neither an answer nor an end came."""
    with socket.create_connection(address, timeout=wait) as one:
        answer = b""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            one.sendall(data)
            if halves:
                one.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while piece := one.recv(1 << 16):
                answer += piece
                if len(answer) > 64 << 20:
                    break
        return answer


def complaint(answer):
    """What is wrong with an answer; None when nothing is."""
    for status in STATUS.finditer(answer):
        # A fault of SOAP has the status 500 (SOAP 1.1, section 6.2); that of a server's own failure names it.
        if status[1].startswith(b"5") and (b":Fault>" not in answer or FAILURE.search(answer)):
            return f"status {status[1].decode()}"
    head = answer.split(b"\r\n\r\n")[0]
    if b"\r\nX-Injected" in head:
        return "a header of the request's making"
    if answer and not STATUS.match(answer):
        return "what is no HTTP"
    return None


class Fuzzing:
    def __init__(self, server, token, seed):
        address = urllib.parse.urlsplit(server.url)
        self.server, self.address, self.seed = server, (address.hostname, address.port), seed
        self.seeds = seeds(server, token)
        self.sent, self.answered, self.failures, self.lock = 0, 0, [], threading.Lock()

    def sound(self):
        """Each seed is answered as it is: else the fuzzing is of nothing."""
        for data in self.seeds:
            answer = exchange(self.address, data)
            assert STATUS.match(answer) and not complaint(answer), (data[:200], answer[:300])

    def work(self, number, end):
        mutator = Mutator(random.Random(f"{self.seed}-{number}"), self.seeds)
        while time.monotonic() < end and len(self.failures) < 20:
            data = mutator.request()
            try:
                answer = exchange(self.address, data)
                wrong = complaint(answer)
            except TimeoutError:
                answer, wrong = b"", "neither an answer nor an end"
            except OSError as error:
                answer, wrong = b"", f"no connection: {error}"
            with self.lock:
                self.sent += 1
                self.answered += bool(answer)
                if wrong:
                    KEPT.mkdir(parents=True, exist_ok=True)
                    path = KEPT / f"{self.seed}-{number}-{self.sent}"
                    path.write_bytes(data)
                    self.failures.append((wrong, path))
                    print(f"{wrong}: {path}", flush=True)

    def run(self, seconds):
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=self.work, args=(number, end)) for number in range(WORKERS)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(1)
            assert self.server.process.poll() is None, "the server has ended"
            assert self.memory() < MEMORY_MAX_MIB, f"{self.memory()} MiB"
        print(f"{self.sent} requests, {self.answered} answered, {self.memory()} MiB", flush=True)
        assert self.sent > 20 * seconds, "too few requests"
        assert not self.failures, self.failures

    def memory(self):
        text = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0]) // 1024

    # What holds a server up. Among what was sent are revocations: a token of its own for each.

    def head(self, length, kind="application/json", path="/services/data/v60.0/sobjects/Contact", more=""):
        return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.server.token()}\r\nContent-Type: {kind}\r\n"
                f"Content-Length: {length}\r\n{more}\r\n").encode()

    def endless(self):
        """A body without end is refused, and soon cut off."""
        with socket.create_connection(self.address, timeout=ANSWER_SECONDS) as one:
            one.sendall(self.head(1 << 40))
            end = time.monotonic() + 8
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while time.monotonic() < end:
                    one.sendall(b"x" * (1 << 16))
            assert time.monotonic() < end, "the body was taken on and on"
        assert self.memory() < MEMORY_MAX_MIB, self.memory()

    def large(self):
        """A body of 1 GiB is refused with 413 before it comes."""
        answer = exchange(self.address, self.head(1 << 30), halves=False)  # Which the server ends.
        assert STATUS.match(answer)[1] == b"413", answer[:200]

    def bombs(self):
        """What is small and unpacks to much is refused."""
        bomb = gzip.compress(b" " * (200 << 20))
        answer = exchange(self.address, self.head(len(bomb), more="Content-Encoding: gzip\r\n") + bomb)
        assert STATUS.match(answer)[1] in (b"413", b"415"), answer[:300]
        laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
        text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><x>&a11;</x>'.encode()
        answer = exchange(self.address, self.head(len(text), "text/xml", "/services/Soap/u/60.0") + text)
        assert STATUS.match(answer)[1] in (b"400", b"500") and b"Fault" in answer, answer[:300]
        deep = b"[" * 3_000_000
        answer = exchange(self.address, self.head(len(deep)) + deep)
        assert STATUS.match(answer)[1] == b"400", answer[:300]
        assert self.memory() < MEMORY_MAX_MIB, self.memory()

    def halves(self):
        """Five hundred bodies that never come whole hold up nobody."""
        kept, half = [], self.head(5_000_000) + b'{"LastName":"' + b"x" * 10_000
        for _ in range(500):
            one = socket.create_connection(self.address, timeout=ANSWER_SECONDS)
            one.sendall(half)
            kept.append(one)
        sound = seeds(self.server, self.server.token())[0]
        began = time.monotonic()
        answer = exchange(self.address, sound)
        assert STATUS.match(answer)[1] == b"200" and time.monotonic() - began < 5, answer[:200]
        for one in kept:
            one.close()

    def well(self):
        """The organisation is sound, and the server ends by itself."""
        findings = json.loads(self.server.command("doctor", "--json"))
        assert all(finding["sound"] for finding in findings), findings
        assert self.server.stop() == 0


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--azukari", default=organisation.DEBUG)
    options.add_argument("--seconds", type=int, default=40)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--replay", type=pathlib.Path, help="sends what was kept, once")
    options = options.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="azukari-fuzz-") as folder:
        server = Server(options.azukari, pathlib.Path(folder))
        try:
            fuzzing = Fuzzing(server, server.token(), options.seed)
            if options.replay:
                answer = exchange(fuzzing.address, options.replay.read_bytes())
                print(answer[:2_000], complaint(answer))
                return
            def broken():
                fuzzing.run(options.seconds)
            for check in (fuzzing.sound, broken, fuzzing.endless, fuzzing.large, fuzzing.bombs, fuzzing.halves, fuzzing.well):
                tally.run(check.__name__, check)
        finally:
            server.kill()
    tally.close()


main()
