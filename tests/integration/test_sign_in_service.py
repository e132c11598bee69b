"""The agency's own sign-in service, real HTTP on this machine: what it says is believed only when it is signed, fresh and for us."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from ansinh.base.refusals import Refused
from ansinh.office import operations
from ansinh.office.models import AuditEvent, OutsideIdentity, Staff
from ansinh.office.security import everything, put_on
from ansinh.web import outside_sign_in
from tests.integration.test_office_staff import _member

pytestmark = pytest.mark.usefixtures("database")
HERE, SECRET = "/dang-nhap/dich-vu/", "a secret that both sides know"


class Service:
    """A service that signs what a test tells it to; `claims` and `sign` can be bent."""

    def __init__(self) -> None:
        self.key, self.other = (RSAKey.generate_key(2048, {"kid": "1", "alg": "RS256", "use": "sig"}) for _ in range(2))
        self.claims: dict[str, Any] = {}
        self.signing: Any = ("RS256", self.key)
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.stated_issuer = self.issuer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                return

            def _say(self, what: dict[str, Any]) -> None:
                body = json.dumps(what).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                if self.path.endswith("/openid-configuration"):
                    at = service.issuer
                    self._say({
                        "issuer": service.stated_issuer, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token",
                        "jwks_uri": f"{at}/keys", "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                    })  # fmt: skip
                else:
                    self._say({"keys": [service.key.as_dict(private=False)]})

            def do_POST(self) -> None:
                asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                assert asked["code_verifier"], "proof that whoever asks is whoever began"
                algorithm, key = service.signing
                token = jwt.encode({"alg": algorithm, "kid": "1"}, service.claims, key, algorithms=[algorithm])
                self._say({"access_token": "x", "token_type": "Bearer", "id_token": token})

        return Handler


@pytest.fixture
def outside(settings: Any) -> Iterator[Service]:
    outside_sign_in._client.cache_clear()
    made = Service()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    settings.SIGN_IN_SERVICE = {"issuer": made.issuer, "client_id": "ansinh", "client_secret": SECRET}
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def _signed_in(outside: Service, username: str = "an", **bent: Any) -> tuple[Client, Any]:
    """Go to the service and come back with what it says; return the browser and the answer."""
    client = Client()
    gone = client.get(HERE, {"tiep": "/do-phu/"})
    assert gone.status_code == 302, gone.content.decode()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(gone.headers["Location"]).query).items()}
    assert (asked["code_challenge_method"], asked["redirect_uri"]) == (
        "S256",
        "http://testserver/dang-nhap/dich-vu/ve/",
    )
    now = int(time.time())
    outside.claims = {
        "iss": outside.issuer, "aud": "ansinh", "sub": f"u-{username}", "exp": now + 60, "iat": now, "nonce": asked["nonce"],
        "preferred_username": username, **bent,
    }  # fmt: skip
    answer = client.get(f"{HERE}ve/", {"code": "1", "state": asked["state"]})
    put_on(everything("tests", protected=True))
    return client, answer


def test_whom_the_service_names_is_let_in_if_they_work_here(outside: Service) -> None:
    password = _member("an", "department_officer")
    assert "tài khoản của cơ quan" in Client().get("/dang-nhap/").content.decode()
    client, answer = _signed_in(outside)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/do-phu/")
    assert "_auth_user_id" in client.session
    assert OutsideIdentity.objects.get().subject == "u-an"
    assert AuditEvent.objects.filter(action="signed_in_by_service", by="an").count() == 1
    with pytest.raises(Refused):
        # The one-time password that was still waiting died with it.
        operations.sign_in("an", password, AuditEvent.objects.latest("at").at)


@pytest.mark.parametrize(
    "bent",
    [
        {"nonce": "another"}, {"aud": "somebody-else"}, {"aud": ["ansinh-test"], "azp": "ansinh"}, {"iss": "http://evil.example"},
        {"exp": 1}, {"sub": None}, {"preferred_username": None}, {"preferred_username": ["an"]},
    ],
)  # fmt: skip
def test_what_is_not_for_us_or_not_fresh_is_not_believed(outside: Service, bent: dict[str, Any]) -> None:
    _member("an", "department_officer")
    client, answer = _signed_in(outside, **bent)
    assert (answer.status_code, "không hợp lệ" in answer.content.decode()) == (403, True)
    assert "_auth_user_id" not in client.session
    assert not OutsideIdentity.objects.exists()


@pytest.mark.parametrize("kind", ["other key", "shared secret"])
def test_another_signature_than_the_services_is_not_believed(outside: Service, kind: str) -> None:
    _member("an", "department_officer")
    outside.signing = ("RS256", outside.other) if kind == "other key" else ("HS256", OctKey.import_key(SECRET))
    client, answer = _signed_in(outside)
    assert answer.status_code == 403
    assert "_auth_user_id" not in client.session


def test_nobody_is_made_and_a_name_belongs_to_one_person_of_the_service(outside: Service) -> None:
    _member("an", "department_officer")
    _member("binh", "auditor")
    count = Staff.objects.count()
    client, answer = _signed_in(outside, "khongcoai")
    assert (answer.status_code, "_auth_user_id" in client.session, Staff.objects.count()) == (403, False, count)
    assert _signed_in(outside)[1].status_code == 302
    for name, subject in (("an", "u-khac"), ("binh", "u-an")):
        client, answer = _signed_in(outside, name, sub=subject)
        assert (answer.status_code, "_auth_user_id" in client.session) == (403, False)
        assert "người dùng khác" in answer.content.decode()


def test_an_answer_nobody_asked_for_is_not_believed(outside: Service) -> None:
    _member("an", "department_officer")
    answer = Client().get(f"{HERE}ve/", {"code": "1", "state": "made-up"})
    put_on(everything("tests", protected=True))
    assert (answer.status_code, "không hợp lệ" in answer.content.decode()) == (403, True)


def test_the_service_may_have_to_say_that_it_asked_for_a_second_factor(outside: Service, settings: Any) -> None:
    settings.SIGN_IN_SERVICE = {**settings.SIGN_IN_SERVICE, "require_amr": ["mfa", "otp"]}
    _member("an", "department_officer")
    assert "hai bước" in _signed_in(outside, amr=["pwd"])[1].content.decode()
    assert _signed_in(outside, amr=["pwd", "otp"])[1].status_code == 302


def test_a_service_that_calls_itself_otherwise_or_does_not_answer_is_refused(outside: Service, settings: Any) -> None:
    outside.stated_issuer = "http://evil.example"
    assert Client().get(HERE).status_code == 403
    outside_sign_in._client.cache_clear()
    settings.SIGN_IN_SERVICE = {**settings.SIGN_IN_SERVICE, "issuer": "http://127.0.0.1:9"}
    answer = Client().get(HERE)
    assert (answer.status_code, "Không liên lạc được" in answer.content.decode()) == (403, True)
    settings.SIGN_IN_SERVICE = {"issuer": "x"}
    assert "oidc.json" in Client().get(HERE).content.decode()
    settings.SIGN_IN_SERVICE = None
    assert Client().get(HERE).status_code == 404
    put_on(everything("tests", protected=True))
