"""Where providers send result documents: no session, no cookie; a signature over the body decides."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ansinh.api.access import told
from ansinh.base.refusals import Refused
from ansinh.payment.archive import Archive
from ansinh.payment.webhooks import receive


# Exempt because there is no session that a foreign page could ride on: the caller proves itself by the signature.
@csrf_exempt
@require_POST
def results(request: HttpRequest, code: str) -> JsonResponse:
    """Keep a signed document of results: 202 for a new one, 200 for one that is known."""
    try:
        is_new = receive(
            code=code,
            target=request.get_full_path(),
            timestamp=request.headers.get("X-Timestamp", ""),
            signature=request.headers.get("X-Signature", ""),
            document_id=request.headers.get("X-Document-Id", "")[:80],
            body=request.body,
            archive=Archive(Path(settings.HOME) / "archive"),
            at=timezone.localtime(),
        )
    except Refused as refusal:
        return told(refusal, request)
    return JsonResponse({"stored": True, "new": is_new}, status=202 if is_new else 200)


results.is_open_to_all = True  # type: ignore[attr-defined]
