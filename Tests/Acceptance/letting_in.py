"""Steps of browser.py: an application (Authlib, unmodified) and a device are let in on a page, and thrown out again."""
import http.server
import json
import subprocess
import threading
from urllib.parse import parse_qs, urlsplit

PACKAGES = ["authlib==1.9.10", "requests==2.34.2", "joserfc==1.8.0"]


class Listener:
    """Where the application waits on the user's own machine for the browser to come back."""

    def __init__(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.came.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>back</title><link rel=icon href=data:,>")

            def log_message(self, *_):
                pass

        self.came = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/back"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def register(server, name, *options):
    told = subprocess.run(
        [server.azukari, "application", "add", "--folder", server.organisation, "--name", name, "--json", *options],
        check=True, capture_output=True, text=True).stdout
    made = json.loads(told)
    return made["client_id"], made.get("client_secret")


def application(desk):
    """Refused and allowed by the user; its token read with, renewed, and its ID token checked."""
    from authlib.integrations.requests_client import OAuth2Session
    from authlib.integrations.base_client.errors import OAuthError
    from joserfc import jwt
    from joserfc.jwk import KeySet

    url = desk.server.url
    name = f"Field service {desk.language}"
    identity, _ = register(desk.server, name, "--public", "--redirect", "http://127.0.0.1/back")
    listener = Listener()
    try:
        client = OAuth2Session(
            identity, redirect_uri=listener.address, scope="api id openid refresh_token", code_challenge_method="S256",
            token_endpoint_auth_method="none")
        client.verify, client.trust_env = desk.server.authority, False
        verifier = "acceptance-acceptance-acceptance-acceptance"

        def ask(decision):
            address, state = client.create_authorization_url(
                url + "/services/oauth2/authorize", code_verifier=verifier, nonce="n-1")
            desk.page.goto(address)
            assert name in desk.text
            desk.press(f"button[value={decision}]")
            assert desk.page.url.startswith(listener.address), desk.page.url
            assert parse_qs(urlsplit(desk.page.url).query)["state"] == [state]
            return desk.page.url

        desk.page.goto(client.create_authorization_url(url + "/services/oauth2/authorize", code_verifier=verifier)[0])
        desk.look("19-authorize")
        assert "error=access_denied" in ask("refuse")
        back = ask("allow")
        assert len(listener.came) == 2, listener.came
        token = client.fetch_token(url + "/services/oauth2/token", authorization_response=back, code_verifier=verifier)
        found = client.get(url + "/.well-known/openid-configuration").json()
        keys = KeySet.import_key_set(client.get(found["jwks_uri"]).json())
        claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
        assert claims["iss"] == found["issuer"] and claims["aud"] == identity and claims["nonce"] == "n-1", claims
        assert client.get(found["userinfo_endpoint"]).json()["sub"] == claims["sub"]
        data = url + "/services/data/v59.0/limits"
        assert client.get(data).status_code == 200
        renewed = client.refresh_token(found["token_endpoint"], refresh_token=token["refresh_token"])
        assert renewed["refresh_token"] != token["refresh_token"] and client.get(data).status_code == 200
        desk.go("/access")
        assert name in desk.text
        desk.look("19-access")
        desk.press("form[action^='/access/grants/'] button")
        assert name not in desk.text and desk.page.locator(".notice[role=status]").count() == 1
        assert client.get(data).status_code == 401
        try:
            client.refresh_token(found["token_endpoint"], refresh_token=renewed["refresh_token"])
        except OAuthError as error:
            assert error.error == "invalid_grant", error
        else:
            raise AssertionError("what was taken back was renewed")
        desk.go(f"/authorize?response_type=code&client_id={identity}&redirect_uri=https://elsewhere.example/")
        assert "elsewhere" not in desk.page.url.split("?")[0] and desk.page.locator("form").count() == 0
        desk.look("19-authorize-wrong")
    finally:
        listener.stop()


def device(desk):
    """The device asks, its user types what it shows, and it comes in."""
    import requests

    url = desk.server.url
    identity, _ = register(desk.server, f"Wall display {desk.language}", "--public", "--device")

    def ask(**fields):
        return requests.post(
            url + "/services/oauth2/token", data={"client_id": identity, **fields}, verify=desk.server.authority).json()

    shown = ask(response_type="device_code", scope="api refresh_token")
    assert ask(grant_type="device", code=shown["device_code"])["error"] == "authorization_pending"
    desk.page.goto(shown["verification_uri"])
    desk.look("20-device")
    desk.type("#user-code", "BBBB-BBBB")
    desk.press("form.form button")
    assert desk.page.locator("[aria-invalid=true]").count() == 1
    desk.look("20-device-unknown")
    desk.type("#user-code", shown["user_code"])
    desk.press("form.form button")
    desk.look("20-device-asks")
    desk.press("button[value=allow]")
    assert desk.page.locator(".notice[role=status]").count() == 1
    token = ask(grant_type="urn:ietf:params:oauth:grant-type:device_code", device_code=shown["device_code"])
    assert token["refresh_token"] and token["scope"] == "api refresh_token", token
