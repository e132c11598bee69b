"""Signing in through the agency's own service (OpenID Connect): off until `keys/oidc.json` says which.

The service says who somebody is; what they may do stays here: only staff whom an administrator has added are let in. How strong
the sign-in was is the service's matter, and `require_amr` can demand that it says so.
"""

import functools
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from joserfc.errors import JoseError

from ansinh.base.refusals import Refused
from ansinh.office import operations
from ansinh.web.access import open_to_all
from ansinh.web.sign_in import next_page, open_session

# Signed with the service's private key. “none” and keys shared with us are never believed, whatever the service says of itself.
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
_NEEDED, _OPTIONAL = {"issuer", "client_id", "client_secret"}, {"username_claim", "require_amr"}
_PAGE = "service_page"


def _agreement() -> dict[str, Any]:
    found: dict[str, Any] = settings.SIGN_IN_SERVICE or {}
    if not found:
        raise Http404
    if not _NEEDED <= found.keys() <= _NEEDED | _OPTIONAL:
        raise Refused(
            "service_settings_invalid",
            vi="Tệp keys/oidc.json thiếu hoặc thừa mục. Hãy báo quản trị hệ thống.",
            en="keys/oidc.json lacks entries or has unknown ones. Tell the administrator.",
        )
    return found


@functools.cache
def _client(issuer: str, client_id: str, client_secret: str) -> Any:
    return OAuth().register(
        "service",
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "timeout": 10},
    )


def _service() -> Any:
    agreed = _agreement()
    client = _client(agreed["issuer"], agreed["client_id"], agreed["client_secret"])
    metadata = client.load_server_metadata()
    if metadata.get("issuer") != agreed["issuer"]:
        raise _not_believed()
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [one for one in offered if one in _ALGORITHMS] or ["RS256"]
    return client


def _not_believed() -> Refused:
    return Refused(
        "service_answer_invalid",
        vi="Câu trả lời của dịch vụ đăng nhập không hợp lệ hoặc đã quá hạn. Hãy đăng nhập lại; nếu vẫn vậy, báo quản trị hệ thống.",
        en="The answer of the sign-in service is not valid, or too old. Sign in again; if it happens again, tell the administrator.",
    )


def _unreachable() -> Refused:
    return Refused(
        "service_unreachable",
        vi="Không liên lạc được với dịch vụ đăng nhập của cơ quan. Hãy thử lại sau, hoặc dùng mật khẩu.",
        en="The agency's sign-in service cannot be reached. Try again later, or use your password.",
    )


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    context = {"error": refusal.message(get_language() or "vi"), "tiep": "/", "ten": "", "has_service": True}
    return render(request, "web/sign_in.html", context, status=403)


@open_to_all
@never_cache
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Send the browser to the service, with a question that only this session can get answered."""
    try:
        client = _service()
        request.session[_PAGE] = next_page(request)
        answer: HttpResponse = client.authorize_redirect(request, request.build_absolute_uri("/dang-nhap/dich-vu/ve/"))
    except Refused as refusal:
        return _refused(request, refusal)
    except (requests.RequestException, ValueError):
        return _refused(request, _unreachable())
    return answer


@open_to_all
@never_cache
@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """Check what the service says and let in whom it names, if they work here."""
    try:
        agreed, claims = _agreement(), _claims(request)
        name = claims.get(agreed.get("username_claim", "preferred_username"))
        demanded = set(agreed.get("require_amr", ()))
        if not isinstance(name, str) or not isinstance(claims.get("sub"), str):
            raise _not_believed()
        if demanded and not demanded & set(claims.get("amr") or ()):
            raise Refused(
                "service_sign_in_too_weak",
                vi="Dịch vụ đăng nhập chưa xác thực bạn bằng hai bước. Hãy bật xác thực hai bước ở dịch vụ rồi đăng nhập lại.",
                en="The sign-in service has not asked you for a second factor. Switch it on there and sign in again.",
            )
        member = operations.sign_in_by_service(
            username=name, issuer=agreed["issuer"], subject=claims["sub"], at=timezone.localtime()
        )
    except Refused as refusal:
        return _refused(request, refusal)
    page = request.session.pop(_PAGE, "/")
    open_session(request, member.id)
    return redirect(page)


def _claims(request: HttpRequest) -> dict[str, Any]:
    client, agreed = _service_or_refusal(), _agreement()
    # Named one by one: an audience of ours among others, or an issuer like ours, is not ours.
    expected = {
        "iss": {"essential": True, "values": [agreed["issuer"]]},
        "aud": {"essential": True, "values": [agreed["client_id"]]},
        "sub": {"essential": True},
        "nonce": {"essential": True},
    }
    try:
        token = client.authorize_access_token(request, claims_options=expected, leeway=60)
    except requests.RequestException as error:
        raise _unreachable() from error
    except (AuthlibBaseError, JoseError, ValueError, KeyError) as error:
        raise _not_believed() from error
    if "userinfo" not in token:
        raise _not_believed()
    return dict(token["userinfo"])


def _service_or_refusal() -> Any:
    try:
        return _service()
    except (requests.RequestException, ValueError) as error:
        raise _unreachable() from error
