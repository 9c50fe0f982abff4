#!/usr/bin/env python3
"""The main job by page, in a real browser, in Japanese and in English: find, consent, package, restrict, lift, erase, verify.

    Tests/Acceptance/browser.py [--azukari PATH] [--screenshots FOLDER]

It makes the demonstration company in a folder of its own and serves it over TLS. It closes with `N passed, N failed` and
exits 1 on a failure. AZUKARI_SCREENSHOTS is the same as --screenshots. Playwright is installed into
.build/acceptance-browser the first time; the browser is the system's Chromium.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".build" / "acceptance-browser"
VERSION = "1.65.2"
WAIT_SECONDS = 60


def run_with_browser():
    """Runs this script again with Playwright at hand, and never comes back."""
    if not (TOOLS / f"playwright-{VERSION}").exists():
        venv.create(TOOLS, with_pip=True, clear=True)
        subprocess.run([TOOLS / "bin" / "pip", "install", "--quiet", f"playwright=={VERSION}"], check=True)
        (TOOLS / f"playwright-{VERSION}").touch()
    python = TOOLS / "bin" / "python"
    os.execve(python, [str(python), __file__, *sys.argv[1:]], {**os.environ, "AZUKARI_BROWSER_READY": "1"})


class Server:
    """The demonstration company, served over TLS."""

    def __init__(self, azukari, folder):
        self.azukari = str(azukari)
        organisation = folder / "organisation"
        subprocess.run([ROOT / "script" / "demo", self.azukari, organisation], check=True, stdout=subprocess.DEVNULL)
        login = json.loads((organisation / "demo.json").read_text())
        self.username, self.password = login["username"], login["password"]
        tls = folder / "tls"
        subprocess.run([ROOT / "script" / "certificate", tls, "127.0.0.1,localhost"], check=True)
        ready = folder / "ready.json"
        self.process = subprocess.Popen(
            [self.azukari, "serve", "--folder", organisation, "--port", "0", "--ready", ready,
             "--tls-certificate", tls / "server.pem", "--tls-key", tls / "server.key"])
        end = time.monotonic() + WAIT_SECONDS
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the server did not begin to serve")
            time.sleep(0.05)
        self.url = json.loads(ready.read_text())["url"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=WAIT_SECONDS)


class Desk:
    """A browser in one language, and what it complained of."""

    def __init__(self, browser, server, language, folder):
        self.server, self.language, self.folder = server, language, folder
        self.context = browser.new_context(
            ignore_https_errors=True, locale="ja-JP" if language == "ja" else "en-GB", accept_downloads=True,
            viewport={"width": 1440, "height": 900}, color_scheme="light" if language == "ja" else "dark")
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", lambda told: told.type == "error" and self.complaints.append(told.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path):
        answer = self.page.goto(self.server.url + path)
        return answer.status

    def shoot(self, name):
        if self.folder:
            self.page.screenshot(path=str(self.folder / f"{name}-{self.language}.png"), full_page=True)

    def submit(self, form):
        """Sends a form and waits for the page that follows."""
        with self.page.expect_navigation():
            self.page.locator(form).locator("button").last.click()

    def total(self):
        """The number of rows that the pager tells."""
        numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]+", self.page.locator(".pager .count").first.inner_text())]
        return max(numbers, default=0)

    def has_no_side_scroll(self):
        return self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def sign_in(desk):
    desk.go("/sign-in")
    desk.shoot("01-sign-in")
    assert desk.page.locator("html").get_attribute("lang") == desk.language
    desk.page.fill("#username", desk.server.username)
    desk.page.fill("#password", desk.server.password)
    desk.page.select_option("#purpose", "privacyRequests")
    desk.submit("form[action='/sign-in']")
    assert desk.page.locator(".bar").count() == 1
    desk.shoot("02-home")


def find(desk):
    """A customer is found from the list, by keyboard, and seen whole."""
    desk.go("/contacts")
    assert desk.total() > 0
    desk.shoot("03-contacts")
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("j")
    row = desk.page.locator("tbody tr").nth(1)
    assert row.locator("a[data-open]").evaluate("link => link === document.activeElement")
    desk.name = row.locator("a[data-open]").inner_text()
    email = row.locator("td").nth(1).inner_text().split()[0]
    desk.page.keyboard.press("/")
    desk.page.keyboard.type(email)
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    desk.shoot("04-search")
    with desk.page.expect_navigation():
        desk.page.locator("a[href^='/people/003']").first.click()
    desk.person = desk.page.url.split("/people/")[1].split("?")[0]
    assert desk.name in desk.page.locator("h1").inner_text()
    desk.shoot("05-person")


def consent(desk):
    """A withdrawal is recorded, a mail is refused before a word is typed, and a yes with its text opens the way again."""
    for status, shown in (("OptOut", ""), ("OptIn", "新商品のご案内をメールでお送りします。" if desk.language == "ja" else "We send news by e-mail.")):
        desk.go(f"/people/{desk.person}/consent")
        desk.page.select_option("#channel", "Email")
        desk.page.check(f"input[name=status][value={status}]")
        desk.page.fill("#source", "acceptance")
        desk.page.fill("#shown", shown)
        desk.submit("form.form")
        assert desk.page.locator(".notice[role=status]").count() == 1, desk.page.locator("main").inner_text()[:400]
        desk.shoot(f"06-consent-{status.lower()}")
        if status == "OptOut":
            desk.go(f"/people/{desk.person}?compose=mail")
            assert desk.page.locator("#composer .notice").count() == 1
            assert desk.page.locator("#composer textarea").count() == 0
            desk.shoot("07-refused")


def package(desk):
    desk.go(f"/people/{desk.person}")
    for form in ("zip", "json", "xml"):
        with desk.page.expect_download() as download:
            desk.page.locator(f"a[href='/people/{desk.person}/package/{form}']").click()
        assert pathlib.Path(download.value.path()).stat().st_size > 100, form


def ask(desk, kind):
    """Takes a request down and verifies the person."""
    desk.go(f"/people/{desk.person}/requests/new")
    desk.page.check(f"#kind-{kind}")
    desk.page.fill("#reason", "acceptance")
    desk.submit("form.form")
    desk.request = desk.page.url.split("?")[0]
    desk.number = re.search(r"R-\d+", desk.page.locator("main").inner_text()).group()
    desk.page.fill("#verify-reason", "acceptance")
    desk.submit("form[action$='/verify']")


def restrict(desk):
    """The person leaves lists, search and counts, and comes back as before."""
    desk.go("/contacts")
    before = desk.total()
    ask(desk, "Restriction")
    desk.shoot("08-request")
    desk.page.fill("#approve-typed", desk.number)
    desk.submit("form[action$='/approve']")
    desk.shoot("09-restricted")
    desk.go("/contacts")
    assert desk.total() == before - 1, (desk.total(), before)
    status = desk.go(f"/people/{desk.person}")
    assert status in (200, 404) and desk.page.locator(".person").count() == 0
    desk.page.goto(desk.request)
    desk.page.fill("#announce-reason", "acceptance")
    desk.submit("form[action$='/announce']")
    desk.submit("form[action$='/lift']")
    desk.go("/contacts")
    assert desk.total() == before
    assert desk.go(f"/people/{desk.person}") == 200


def erase(desk):
    """Previewed as a graph, approved with the number typed, carried out, certified, and checked without the server."""
    ask(desk, "Erasure")
    desk.go("/privacy")
    assert desk.page.locator("tbody tr").count() >= 1
    desk.shoot("10-queue")
    desk.page.goto(desk.request)
    with desk.page.expect_navigation():
        desk.page.locator("a[href$='/preview']").first.click()
    assert desk.page.locator("svg.graph .group").count() >= 1
    assert desk.page.locator(".place mark").count() >= 1
    desk.shoot("11-preview")
    desk.page.fill("#typed", "R-0")
    desk.submit(".weigh form")
    assert desk.page.locator(".notice[role=alert]").count() == 1
    desk.page.fill("#typed", desk.number)
    desk.submit(".weigh form")
    assert desk.page.locator(".deed").count() == 1, desk.page.locator("main").inner_text()[:400]
    desk.shoot("12-certificate")
    with desk.page.expect_download() as download:
        desk.page.locator("a[href$='/certificate/json']").click()
    key = desk.context.request.get(desk.server.url + "/evidence-key").text().strip()
    checked = subprocess.run(
        [desk.server.azukari, "verify", download.value.path(), "--key", key], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert desk.go(f"/people/{desk.person}") == 404
    desk.go("/search?q=" + desk.person)


def narrow(desk):
    """At 320 px nothing scrolls sideways."""
    desk.page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/", "/contacts", "/cases", "/privacy?view=all", "/look"):
        desk.go(path)
        assert desk.has_no_side_scroll(), path
    desk.go("/contacts")
    desk.page.locator("a[data-open]").first.click()
    assert desk.has_no_side_scroll(), desk.page.url
    desk.shoot("13-narrow")
    desk.page.set_viewport_size({"width": 1440, "height": 900})


def keyboard(desk):
    """The first stop is the link to the content, and help is one key away."""
    desk.go("/contacts")
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate("document.activeElement.className") == "skip"
    desk.page.keyboard.press("?")
    assert desk.page.locator("dialog[open]").count() == 1
    desk.page.keyboard.press("Escape")


def quiet(desk):
    """No script error, and nothing that the content security policy forbids. A page that is not there is no error."""
    loud = [text for text in desk.complaints if "404" not in text]
    assert not loud, loud


STEPS = [sign_in, find, consent, package, restrict, erase, narrow, keyboard, quiet]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--azukari", default=ROOT / ".build" / "debug" / "azukari")
    arguments.add_argument("--screenshots", default=os.environ.get("AZUKARI_SCREENSHOTS"))
    options = arguments.parse_args()
    if not os.environ.get("AZUKARI_BROWSER_READY"):
        run_with_browser()
    from playwright.sync_api import sync_playwright

    shots = pathlib.Path(options.screenshots) if options.screenshots else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        raise SystemExit("browser.py: no Chromium is installed; run script/bootstrap")
    passed, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(options.azukari, pathlib.Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            for language in ("ja", "en"):
                desk = Desk(browser, server, language, shots)
                for step in STEPS:
                    try:
                        step(desk)
                        passed += 1
                    except Exception:
                        failed += 1
                        print(f"FAILED: {step.__name__} ({language})")
                        traceback.print_exc()
                        desk.shoot(f"failed-{step.__name__}")
        finally:
            browser.close()
            server.stop()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
