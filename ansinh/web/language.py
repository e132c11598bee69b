"""The language of a page: Vietnamese, unless the reader chose English with the switch. The browser's wish is not asked:
an officer's machine is often set to English by whoever installed it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ansinh.web.access import open_to_all

_LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)


class LanguageMiddleware:
    """Speaks the language of the reader's cookie for the length of one request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the chosen language."""
        asked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = asked if asked in _LANGUAGES else settings.LANGUAGE_CODE
        # For this request and no longer: the thread answers the next reader, who may have chosen the other language.
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


@open_to_all
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language and return to the page the reader came from."""
    language, back = request.POST.get("ngon_ngu", ""), request.POST.get("tiep", "/")
    if language not in _LANGUAGES:
        return HttpResponseBadRequest("ngon_ngu")
    # The page to return to comes from the form, that is from anybody: another host would make this a signpost for
    # fraud.
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = redirect(back)
    year_s = 365 * 24 * 3600
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=year_s, httponly=True, samesite="Lax", secure=secure
    )
    return response
