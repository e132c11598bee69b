"""Django's settings. Everything that differs between systems comes from the home and from `ANSINH_DATABASE`.

There is no default password, no debug page and no secret in this file.
"""

import json
import os
from pathlib import Path

from csp.constants import NONE, SELF

from ansinh.project.home import CHECKOUT, default_home

BASE = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("ANSINH_HOME") or default_home())
_secret_file = HOME / "keys" / "django.secret"
# Without a home (makemigrations, type checks) a secret that dies with the process is enough.
SECRET_KEY = _secret_file.read_text(encoding="ascii") if _secret_file.exists() else os.urandom(32).hex()

# The agency's own sign-in service (OpenID Connect), when there is one; docs/how-to/sign-in.md says what stands in the file.
_service_file = HOME / "keys" / "oidc.json"
SIGN_IN_SERVICE = json.loads(_service_file.read_text(encoding="utf8")) if _service_file.exists() else None

DEBUG = False
ALLOWED_HOSTS = os.environ.get("ANSINH_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("ANSINH_ORIGINS", "").split(",") if origin]
ROOT_URLCONF = "ansinh.project.urls"
WSGI_APPLICATION = "ansinh.project.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "ansinh.office",
    "ansinh.people",
    "ansinh.poverty",
    "ansinh.entitlement",
    "ansinh.ledger",
    "ansinh.payroll",
    "ansinh.payment",
    "ansinh.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ansinh.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ansinh.web.scope.ScopeMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "ansinh.web.frame.frame",
            ]
        },
    }
]

_connections = json.loads(os.environ.get("ANSINH_DATABASE", "{}"))


def _database(role: str) -> dict:
    parameters = dict(_connections.get(role, {}))
    options = {k: v for k, v in parameters.items() if k not in {"host", "port", "user", "password", "dbname"}}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": parameters.get("host", ""),
        "PORT": parameters.get("port", ""),
        "USER": parameters.get("user", ""),
        "PASSWORD": parameters.get("password", ""),
        "NAME": parameters.get("dbname", "ansinh"),
        "OPTIONS": options,
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        # Every page reads and writes in one transaction, inside which the caller's scope is set.
        "ATOMIC_REQUESTS": role == "application",
    }


# `default` is the powerless application role; `owner` exists for migrations alone.
DATABASES = {"default": _database("application"), "owner": _database("owner")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "office.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/dang-nhap/"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

STATIC_URL = "/static/"
STATIC_ROOT = CHECKOUT / "static_root"
# The build step fills this folder from npm packages; it is missing in a fresh checkout.
STATICFILES_DIRS = [BASE / "web" / "static_build"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

FILE_UPLOAD_HANDLERS = [
    "ansinh.web.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_HTTPONLY = True
# On 127.0.0.1 the demo speaks plain http; a server for others sets ANSINH_HTTPS=1 behind its TLS front.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = os.environ.get("ANSINH_HTTPS") == "1"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_SSL_REDIRECT else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
if (HOME / "log").is_dir():
    # What a page met that nobody had foreseen stands where the commands write theirs.
    LOGGING["handlers"]["errors"] = {
        "class": "logging.FileHandler",
        "filename": str(HOME / "log" / "errors.log"),
        "encoding": "utf8",
        "delay": True,
        "level": "ERROR",
    }
    LOGGING["loggers"] = {"django.request": {"handlers": ["errors"]}}
