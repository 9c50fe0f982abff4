"""A step of browser.py: a passkey and an authenticator app beside the password, in a browser with a device of its own."""
import base64
import hashlib
import hmac
import struct
import time


def code(secret, at=None):
    """RFC 6238."""
    step = int((at or time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place:place + 4])[0] & 0x7FFFFFFF) % 1000000:06}"


def securing(desk):
    desk.go("/security")
    desk.look("21-security")
    # A device that knows whose finger it is.
    device = desk.context.new_cdp_session(desk.page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})
    desk.page.locator("a[href='/security/passkey']").click()
    desk.page.wait_for_url("**/security/passkey")
    desk.look("21-security-passkey")
    desk.page.fill("#name", "Laptop")
    with desk.page.expect_navigation(url="**/security?told=*"):
        desk.page.locator("form[data-passkey] button").click()
    assert "Laptop" in desk.text
    with desk.page.expect_navigation(url="**/security/app"):
        desk.page.locator("form[action='/security/app/new'] button").click()
    desk.look("21-security-app")
    secret = desk.page.locator("code.secret").inner_text().replace(" ", "")
    desk.page.fill("#name", "Phone")
    desk.page.fill("#code", "000000")
    with desk.page.expect_navigation():
        desk.page.locator("form[action='/security/app'] button").click()
    desk.page.fill("#code", code(secret))
    with desk.page.expect_navigation(url="**/security?told=*"):
        desk.page.locator("form[action='/security/app'] button").click()
    with desk.page.expect_navigation():
        desk.page.locator("form[action^='/security/codes'] button").click()
    desk.look("21-security-codes")
    paper = desk.page.locator(".paper-codes code").first.inner_text()
    sign_out(desk)

    # A passkey says who it is.
    desk.look("21-sign-in")
    with desk.page.expect_navigation(url="**/sign-in/second**"):
        desk.page.locator("button[formaction='/sign-in/passkey']").click()
    desk.look("21-second-passkey")
    with desk.page.expect_navigation(url=desk.server.url + "/"):
        desk.page.locator("form[data-passkey] button").click()
    sign_out(desk)

    # A code after the password: the next one, since each is good once.
    username, password = desk.server.logins[desk.role]
    second(desk, username, password)
    desk.look("21-second")
    desk.page.fill("#code", "000000")
    with desk.page.expect_navigation():
        desk.page.locator("form:has(#code) button").click()
    desk.look("21-second-wrong")
    desk.page.fill("#code", code(secret, time.time() + 30))
    with desk.page.expect_navigation(url=desk.server.url + "/"):
        desk.page.locator("form:has(#code) button").click()
    sign_out(desk)
    second(desk, username, password)
    desk.page.fill("#code", paper.lower())
    with desk.page.expect_navigation(url=desk.server.url + "/"):
        desk.page.locator("form:has(#code) button").click()
    desk.go("/prove?back=/security")
    desk.look("21-proof")
    with desk.page.expect_navigation(url="**/security"):
        desk.page.locator("form[data-passkey] button").click()

    # As it was, for what comes after.
    for _ in range(2):
        with desk.page.expect_navigation():
            desk.page.locator("form[action^='/security/factors/'] button").first.click()
    assert desk.page.locator("form[action^='/security/factors/']").count() == 0
    device.send("WebAuthn.disable")
    desk.complaints = [told for told in desk.complaints if "401" not in told and "422" not in told]


def second(desk, username, password):
    desk.page.fill("#username", username)
    desk.page.fill("#password", password)
    with desk.page.expect_navigation(url="**/sign-in/second**"):
        desk.page.locator("form[action='/sign-in'] button.primary").click()


def sign_out(desk):
    desk.go("/")
    desk.page.locator("details.me > summary").click()
    with desk.page.expect_navigation(url="**/sign-in**"):
        desk.page.locator("form[action='/sign-out'] button").click()
