#!/usr/bin/env python3
"""The main job by page, in a real browser, in Japanese and in English, in the light and in the dark.

    Tests/Acceptance/browser.py [--azukari PATH] [--screenshots FOLDER]

An ordinary agent finds a customer, records consents, works in the lists; the privacy officer takes the package, restricts,
lifts, erases and verifies; a file is imported (importing.py); what everybody did is looked at (monitoring.py); applications and devices are let in (letting_in.py). In Japanese with the mouse, in English with nothing but the keyboard. Every page on the way is
examined: accessibility (axe-core, WCAG 2.2 A and AA) in both colour schemes, no side scroll at 200 % zoom and at 320 px,
no complaint of the browser; with --screenshots (or AZUKARI_SCREENSHOTS) it is also shot in both schemes and both widths.

It makes the demonstration company in a folder of its own and serves it over TLS. It closes with `N passed, N failed` and
exits 1 on a failure. Playwright and axe-core are installed into .build/acceptance-browser the first time; the browser is
the system's Chromium.
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

import importing
import letting_in
import monitoring
import packages
import purposes
import securing
import sharing
from organisation import ROOT

PACKAGES = ["playwright==1.65.2", "axe-playwright-python==0.1.8", *letting_in.PACKAGES]
WAIT_SECONDS = 60
WIDE, HALF, NARROW = ({"width": width, "height": height} for width, height in ((1440, 900), (720, 450), (320, 640)))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AGENT, AGENT_PASSWORD = "agent@aoba.example", "the password of a test"
TEXT = {"ja": "新商品のご案内をメールでお送りします。", "en": "We send news by e-mail."}


class Server:
    """The demonstration company with an agent, served over TLS."""

    def __init__(self, azukari, folder):
        self.azukari = str(azukari)
        self.organisation = organisation = folder / "organisation"
        subprocess.run([ROOT / "script" / "demo", self.azukari, organisation], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(
            [self.azukari, "user", "add", "--folder", organisation, "--username", AGENT, "--first-name", "直樹",
             "--last-name", "佐々木", "--profile", "Standard User", "--password-file", "-"],
            input=AGENT_PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL)
        login = json.loads((organisation / "demo.json").read_text())
        self.logins = {"officer": (login["username"], login["password"]), "agent": (AGENT, AGENT_PASSWORD)}
        tls = folder / "tls"
        self.authority = str(tls / "authority.pem")
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
        # Passkeys belong to a name, not to an address.
        self.url = json.loads(ready.read_text())["url"].replace("127.0.0.1", "localhost")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=WAIT_SECONDS)


class Desk:
    """A browser in one language for one person, by mouse or by keyboard, and what it complained of."""

    def __init__(self, browser, server, axe, language, role, folder):
        self.server, self.axe, self.language, self.role, self.folder = server, axe, language, role, folder
        self.by_keyboard = language == "en"
        self.context = browser.new_context(
            ignore_https_errors=True, locale="ja-JP" if language == "ja" else "en-GB", accept_downloads=True,
            viewport=WIDE, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", lambda told: told.type == "error" and self.complaints.append(told.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path):
        return self.page.goto(self.server.url + path).status

    @property
    def text(self):
        return self.page.locator("main").inner_text()

    def look(self, name):
        """Examines the page as it stands: both colour schemes, both widths."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.shoot(f"{name}-{scheme}")
            found = self.axe.run(self.page, options={"runOnly": {"type": "tag", "values": RULES}})
            told = [(rule["id"], [node["target"] for node in rule["nodes"]][:4]) for rule in found.response["violations"]]
            assert not told, (name, self.language, scheme, told)
        # At 200 % zoom a screen is half as wide.
        for size in (HALF, NARROW):
            self.page.set_viewport_size(size)
            assert self.has_no_side_scroll(), (name, self.language, size)
        self.shoot(f"{name}-dark-320")
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.shoot(f"{name}-light-320")
        self.page.set_viewport_size(WIDE)

    def shoot(self, name):
        if self.folder:
            self.page.screenshot(path=str(self.folder / f"{self.role}-{name}-{self.language}.png"), full_page=True)

    def has_no_side_scroll(self):
        return self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    def reach(self, selector):
        """Brings the focus to what matches the selector: by the Tab key alone, where the keyboard is all there is."""
        for _ in range(400 if self.by_keyboard else 0):
            if self.page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
                return
            self.page.keyboard.press("Tab")
        assert not self.by_keyboard, f"the Tab key does not reach {selector} on {self.page.url}"

    def type(self, selector, text):
        if not self.by_keyboard:
            return self.page.fill(selector, text)
        self.reach(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text) if text else self.page.keyboard.press("Delete")

    def choose(self, selector, value):
        if not self.by_keyboard:
            return self.page.select_option(selector, value)
        self.reach(selector)
        self.page.keyboard.press("Home")
        for _ in range(30):
            if self.page.input_value(selector) == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} has no value {value}")

    def mark(self, selector):
        """A radio button or a box. Of radio buttons the Tab key reaches one; the arrows go to the others."""
        if not self.by_keyboard:
            return self.page.check(selector)
        name = self.page.locator(selector).get_attribute("name")
        self.reach(f"input[name='{name}']")
        for _ in range(20):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {selector}")

    def press(self, selector):
        """A button or a link that leads to another page."""
        if not self.by_keyboard:
            with self.page.expect_navigation():
                self.page.locator(selector).first.click()
            return
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def save(self, selector):
        """A button or a link that answers with a file."""
        with self.page.expect_download() as download:
            if self.by_keyboard:
                self.reach(selector)
                self.page.keyboard.press("Enter")
            else:
                self.page.locator(selector).first.click()
        return pathlib.Path(download.value.path())

    def command(self, words):
        """Chooses a command by its name in the palette."""
        self.page.keyboard.press("Control+k")
        self.page.keyboard.insert_text(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def total(self):
        """The number of rows that the pager tells."""
        told = self.page.locator(".pager .count").first.inner_text()
        return max((int(number.replace(",", "")) for number in re.findall(r"[\d,]+", told)), default=0)


def sign_in(desk):
    desk.go("/contacts")
    assert "/sign-in" in desk.page.url
    assert desk.page.locator("html").get_attribute("lang") == desk.language
    desk.look("01-sign-in")
    username, password = desk.server.logins[desk.role]
    desk.type("#username", username)
    desk.type("#password", "wrong")
    desk.press("form[action='/sign-in'] button")
    assert desk.page.locator(".notice[role=alert]").count() == 1
    desk.look("01-sign-in-refused")
    desk.type("#password", password)
    desk.choose("#purpose", "customerService" if desk.role == "agent" else "privacyRequests")
    desk.press("form[action='/sign-in'] button")
    assert desk.page.url.endswith("/contacts")
    desk.go("/")
    desk.look("02-home")


def find(desk):
    """A customer is found from the list, by keyboard, and seen whole."""
    desk.go("/contacts")
    assert desk.total() > 0
    desk.look("03-contacts")
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("j")
    row = desk.page.locator("tbody tr").nth(1)
    assert row.locator("a[data-open]").evaluate("link => link === document.activeElement")
    desk.name = row.locator("a[data-open]").inner_text()
    email = row.locator("td[data-label]").nth(1).inner_text().split()[0]
    desk.page.keyboard.press("/")
    desk.page.keyboard.type(email)
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    desk.look("04-search")
    desk.press("a[href^='/people/003']")
    desk.person = desk.page.url.split("/people/")[1].split("?")[0]
    assert desk.name in desk.page.locator("h1").inner_text()
    desk.look("05-person")
    desk.go("/search?q=zzzzqq")
    desk.look("04-search-empty")


def consent(desk):
    """An agent records a withdrawal, is refused a mail before a word is typed, and a yes with its text opens the way."""
    desk.go(f"/people/{desk.person}")
    desk.page.keyboard.press("e")
    desk.page.wait_for_url("**/consent")
    desk.look("06-consent")
    desk.mark("input[name=status][value=OptIn]")
    desk.press("form.form button.primary")
    assert desk.page.locator(".notice[role=alert] a").count() == 2, desk.text[:400]
    desk.look("06-consent-refused")
    for status, shown in (("OptOut", ""), ("OptIn", TEXT[desk.language])):
        desk.go(f"/people/{desk.person}/consent")
        desk.choose("#channel", "Email")
        desk.mark(f"input[name=status][value={status}]")
        desk.choose("#method", "Phone")
        desk.type("#source", "acceptance")
        desk.type("#shown", shown)
        desk.press("form.form button.primary")
        assert desk.page.locator(".notice[role=status]").count() == 1, desk.text[:400]
        desk.look(f"06-consent-{status.lower()}")
        desk.go(f"/people/{desk.person}?compose=mail")
        is_open = status == "OptIn"
        assert desk.page.locator("#composer .notice").count() == (0 if is_open else 1)
        assert desk.page.locator("#composer textarea").count() == (1 if is_open else 0)
        desk.look("07-allowed" if is_open else "07-refused")
    desk.type("#subject", "acceptance")
    desk.type("#text", "acceptance")
    desk.press("#composer .send button")
    assert desk.page.locator("main > .notice[role=status]").count() == 1, desk.text[:400]


def case(desk):
    """A case is opened, commented and moved on."""
    desk.go("/cases?status=open")
    desk.look("08-cases")
    desk.press("a[data-open]")
    desk.look("08-case")
    desk.type("#text", "acceptance")
    desk.press("form[action$='/comments'] button")
    assert "acceptance" in desk.page.locator(".timeline").inner_text()
    desk.choose("#status", "Working")
    desk.press("form[action$='/status'] button")
    assert desk.page.locator(".notice[role=status]").count() == 1


def lists(desk):
    """Columns are chosen, the list sorted and filtered by its address, rows picked, and exactly what is shown exported."""
    desk.go("/contacts?consent=email&sort=-name")
    narrowed = desk.total()
    if desk.by_keyboard:
        desk.reach(".choose > summary")
        desk.page.keyboard.press("Enter")
    else:
        desk.page.click(".choose > summary")
    desk.look("09-columns")
    if desk.by_keyboard:
        desk.reach("input[name=columns][value=title]")
        desk.page.keyboard.press("Space")
        desk.press(".choose button")
    else:
        desk.page.check("input[name=columns][value=title]")
        desk.press(".choose button")
    assert "columns=" in desk.page.url and "consent=email" in desk.page.url and desk.total() == narrowed
    heads = desk.page.locator("thead th").all_inner_texts()
    names = desk.page.locator("tbody a[data-open]").all_inner_texts()
    lines = desk.save("[data-export]").read_text("utf-8-sig").splitlines()
    assert len(lines) == narrowed + 1 and all(head in lines[0] for head in heads), (heads, lines[0])
    assert [line.split(",")[0] for line in lines[1:]] == names
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("x")
    desk.look("09-picked")
    lines = desk.save("[data-export]").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [names[1]], lines
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("e")
    desk.page.wait_for_url("**/consent")
    desk.go("/contacts?q=zzzzqq")
    desk.look("09-empty")


def palette(desk):
    """Commands by name; the search is asked only when it is chosen."""
    desk.go(f"/people/{desk.person}")
    asked = []
    desk.page.on("request", lambda request: "/assets/" in request.url or asked.append(request.url))
    desk.page.keyboard.press("Control+k")
    assert desk.page.locator("#palette-list [role=option]").count() > 5
    desk.look("10-palette")
    desk.page.keyboard.insert_text("zzzzqq")
    assert desk.page.locator("#palette-list [role=option]").count() == 1 and not asked
    desk.page.keyboard.press("Escape")
    assert desk.page.locator("dialog[open]").count() == 0
    desk.command("ケース" if desk.language == "ja" else "cases")
    assert desk.page.url.endswith("/cases")


def absent(desk):
    """What an agent may not see does not exist: the page is the same as for what never was."""
    assert desk.go("/nothing") == 404
    desk.look("11-not-found")
    same = desk.page.content()
    for path in ("/privacy", f"/people/{desk.person}/requests/new", f"/people/{desk.person}/package/zip"):
        assert desk.go(path) == 404 and desk.page.content() == same, path
    desk.go(f"/people/{desk.person}/consent")
    desk.page.evaluate("document.querySelector('form.form input[name=token]').value = 'x'")
    desk.mark("input[name=status][value=OptOut]")
    desk.press("form.form button.primary")
    assert desk.page.locator(".sealed-page").count() == 1
    desk.look("11-form-refused")


def package(desk):
    desk.go(f"/people/{desk.person}")
    desk.look("05-person")
    for form in ("zip", "json", "xml"):
        assert desk.save(f"a[href='/people/{desk.person}/package/{form}']").stat().st_size > 100, form


def ask(desk, kind):
    """Takes a request down and verifies the person."""
    desk.go(f"/people/{desk.person}")
    desk.command("請求を受け付ける" if desk.language == "ja" else "new request")
    if kind == "Restriction":
        desk.look("12-request-new")
    desk.mark(f"#kind-{kind}")
    desk.type("#reason", "acceptance")
    desk.press("form.form button.primary")
    desk.request = desk.page.url.split("?")[0]
    desk.number = re.search(r"R-\d+", desk.text).group()
    if kind == "Restriction":
        desk.look("12-request")
    desk.type("#verify-reason", "acceptance")
    desk.press("form[action$='/verify'] button")


def restrict(desk):
    """The person leaves lists, search and counts, for the agent altogether, and comes back as before."""
    desk.go("/contacts")
    before = desk.total()
    ask(desk, "Restriction")
    desk.look("13-verified")
    desk.type("#approve-typed", "R-0")
    desk.press("form[action$='/approve'] button")
    assert desk.page.locator(".notice[role=alert]").count() == 1
    desk.type("#approve-typed", desk.number)
    desk.press("form[action$='/approve'] button")
    desk.look("13-restricted")
    for other in (desk, desk.agent):
        other.go("/contacts")
        assert other.total() == before - 1, (other.total(), before)
    assert desk.agent.go(f"/people/{desk.person}") == 404
    assert desk.go(f"/people/{desk.person}") == 200 and desk.page.locator(".person").count() == 0
    desk.look("13-sealed")
    desk.page.goto(desk.request)
    desk.type("#announce-reason", "acceptance")
    desk.press("form[action$='/announce'] button")
    desk.press("form[action$='/lift'] button")
    desk.look("13-lifted")
    desk.agent.go("/contacts")
    assert desk.agent.total() == before
    assert desk.agent.go(f"/people/{desk.person}") == 200


def erase(desk):
    """Previewed as a graph, decided otherwise for one object, approved with the number typed, certified, verified."""
    ask(desk, "Erasure")
    desk.go("/privacy")
    assert desk.page.locator("tbody tr").count() >= 1
    desk.look("14-queue")
    desk.go("/privacy?view=all")
    desk.look("14-queue-all")
    desk.page.goto(desk.request)
    desk.press("a[href$='/preview']")
    assert desk.page.locator("svg.graph .group").count() >= 1
    assert desk.page.locator(".place mark").count() >= 1
    desk.look("15-preview")
    desk.page.goto(desk.page.url + "?decide.Task=keep&ground.Task=legalClaims&until.Task=2031-03-31")
    desk.look("15-preview-decided")
    desk.type("#typed", "R-0")
    desk.press(".weigh form button")
    assert desk.page.locator(".notice[role=alert]").count() == 1
    desk.type("#typed", desk.number)
    desk.press(".weigh form button")
    assert desk.page.locator(".deed").count() == 1, desk.text[:400]
    day = "2031年3月31日" if desk.language == "ja" else "31 March 2031"
    assert day in desk.page.locator(".deed").inner_text(), "what was decided was lost on the way"
    desk.look("16-certificate")
    file = desk.save("a[href$='/certificate/json']")
    key = desk.context.request.get(desk.server.url + "/evidence-key").text().strip()
    checked = subprocess.run([desk.server.azukari, "verify", file, "--key", key], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    desk.page.goto(desk.request)
    desk.look("16-erased")
    for other in (desk, desk.agent):
        assert other.go(f"/people/{desk.person}") == 404
        other.go("/search?q=" + desk.name.replace(" ", "+"))
        assert other.page.locator(f"a[href='/people/{desk.person}']").count() == 0


def parts(desk):
    desk.go("/look")
    desk.look("17-look")


def keyboard(desk):
    """The first stop is the link to the content, and help is one key away."""
    desk.go("/contacts")
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate("document.activeElement.className") == "skip"
    desk.page.keyboard.press("?")
    assert desk.page.locator("dialog[open]").count() == 1
    desk.look("18-help")
    desk.page.keyboard.press("Escape")
    assert desk.page.locator("dialog[open]").count() == 0


def quiet(desk):
    """No script error, and nothing that the content security policy forbids. A refusal that was asked for is no error."""
    loud = [text for text in desk.complaints if not re.search(r"status of (400|401|403|404|422)", text)]
    assert not loud, loud


AGENT_STEPS = [sign_in, find, consent, case, lists, monitoring.leave_events, palette, absent, keyboard, letting_in.application, letting_in.device, securing.securing, quiet]
OFFICER_STEPS = [sign_in, package, restrict, erase, importing.importing, monitoring.monitoring, sharing.sharing, purposes.purposes, purposes.policies, purposes.encryption, parts, quiet]


def run(desk, steps):
    """Runs steps; how many failed. What a step needs of the one before it is missing when that one failed."""
    failed = 0
    for step in steps:
        try:
            step(desk)
        except Exception:
            failed += 1
            print(f"FAILED: {step.__name__} ({desk.role}, {desk.language}) at {desk.page.url}")
            traceback.print_exc()
            desk.shoot(f"failed-{step.__name__}")
    return failed


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--azukari", default=ROOT / ".build" / "debug" / "azukari")
    arguments.add_argument("--screenshots", default=os.environ.get("AZUKARI_SCREENSHOTS"))
    options = arguments.parse_args()
    packages.need("browser", PACKAGES)
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    shots = pathlib.Path(options.screenshots) if options.screenshots else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        raise SystemExit("browser.py: no Chromium is installed; run script/bootstrap")
    failed = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(options.azukari, pathlib.Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            for language in ("ja", "en"):
                agent = Desk(browser, server, Axe(), language, "agent", shots)
                failed += run(agent, AGENT_STEPS)
                officer = Desk(browser, server, Axe(), language, "officer", shots)
                officer.agent, officer.person, officer.name = agent, agent.person, agent.name
                failed += run(officer, OFFICER_STEPS)
        finally:
            browser.close()
            server.stop()
    print(f"{2 * len(AGENT_STEPS + OFFICER_STEPS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
