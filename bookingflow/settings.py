"""Settings, all from the environment. `.env.example` documents every one of them."""

import warnings
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import dj_database_url
from environs import Env, EnvError, validate

from bookingflow.embedded import location, secret
from bookingflow.lib import logs, reports, zones
from bookingflow.lib.rates import Rate, parse_rate
from webhooks.retry import DEFAULT_SCHEDULE, parse_schedule

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)


def _at_least(least: float) -> validate.Range:
    return validate.Range(min=least)


def _networks(name: str, default: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(each, strict=False) for each in _texts(name, default)]
    except ValueError as fault:
        raise EnvError(f"{name}: addresses or networks, comma-separated: {fault}") from None


def _retry_schedule() -> tuple[int, ...]:
    try:
        return parse_schedule(env.str("WEBHOOK_RETRY_SCHEDULE", "") or ",".join(map(str, DEFAULT_SCHEDULE)))
    except ValueError as fault:
        raise EnvError(f"WEBHOOK_RETRY_SCHEDULE: {fault}") from None


def _rate(name: str, default: str) -> Rate:
    try:
        return parse_rate(env.str(name, default))
    except ValueError as fault:
        raise EnvError(f"{name}: {fault}") from None


def _secret_key() -> str:
    key = env.str("SECRET_KEY", "") or secret.kept_secret_key(DATA_DIR)
    if not key and DEBUG:
        return "only-for-debugging-" * 3
    if not key:
        raise EnvError(
            "SECRET_KEY is not set: it is needed unless DEBUG=true (`manage.py up` makes and keeps one)"
        )
    return key


def _between(least: float, most: float) -> validate.Range:
    return validate.Range(min=least, max=most)


def _texts(name: str, default: str = "") -> list[str]:
    """Comma-separated, without blank ones: an empty former key would be one that everybody knows."""
    return [each.strip() for each in env.str(name, default).split(",") if each.strip()]


def _allowed_hosts() -> list[str]:
    hosts = _texts("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
    if not hosts or any("/" in host for host in hosts):
        raise EnvError("ALLOWED_HOSTS must name hosts such as book.example.com, comma-separated")
    return hosts


def _parts(name: str, url: str) -> SplitResult:
    """With a port that is one, if any."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as fault:
        raise EnvError(f"{name}: {fault}") from None
    return parts


def _web_address(name: str, default: str) -> str:
    url = env.str(name, "") or default
    parts = _parts(name, url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise EnvError(f"{name} must be an address such as https://book.example.com, not {url!r}")
    return url.rstrip("/")


def _redis_url() -> str:
    url = env.str("REDIS_URL", "")
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise EnvError("REDIS_URL must begin with redis://, rediss:// or unix://")
    parts = _parts("REDIS_URL", url)
    if url and not (parts.path if parts.scheme == "unix" else parts.hostname):
        raise EnvError("REDIS_URL must say where: redis://host:6379/0")
    return url


def _email_settings() -> dict[str, Any]:
    if not EMAIL_URL:
        return {}
    found = dict(env.dj_email_url("EMAIL_URL"))
    if "EMAIL_BACKEND" not in found:
        raise EnvError("EMAIL_URL must be one such as smtp://user:password@host:587/?tls=true")
    return found


def _from_email() -> str:
    text = env.str("DEFAULT_FROM_EMAIL", "") or "BookingFlow <bookings@localhost>"
    if "@" not in parseaddr(text)[1] or "\n" in text:
        raise EnvError("DEFAULT_FROM_EMAIL must be one such as BookingFlow <bookings@example.com>")
    return text


def _sentry_dsn() -> str:
    dsn = env.str("SENTRY_DSN", "")
    if dsn:
        reports.check(dsn)
    return dsn


def _database(url: str) -> dict[str, Any]:
    """One pool of connections per process; no statement waits for a lock longer than `lock_timeout`."""
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0))
    except ValueError:  # which quotes the address, and so perhaps a password
        parsed = {}
    if parsed.get("ENGINE") != "django.db.backends.postgresql" or not parsed["NAME"]:
        raise EnvError(
            "DATABASE_URL must name a PostgreSQL database: postgresql://user:password@host:port/name"
        )
    parsed["ENGINE"] = "bookingflow.database"  # which looks at connections itself
    options = parsed.setdefault("OPTIONS", {})
    options["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", 8, validate=_at_least(1)),
        "timeout": 3,
        # Who can't connect gives up at once, and the next request tries again: else it would wait for the next try of
        # a row of pauses that are ever longer.
        "reconnect_timeout": 0,
    }
    options["connect_timeout"] = 3
    options["options"] = "-c lock_timeout=4s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    return parsed


def _stripe_secret_key() -> str:
    key = env.str("STRIPE_SECRET_KEY", "")
    if key and not key.startswith(("sk_", "rk_")):
        raise EnvError("STRIPE_SECRET_KEY must begin with sk_ or rk_")
    return key


def _stripe_publishable_key() -> str:
    key = env.str("STRIPE_PUBLISHABLE_KEY", "")
    if key and not key.startswith("pk_"):
        raise EnvError("STRIPE_PUBLISHABLE_KEY must begin with pk_")
    return key


def _stripe_webhook_secrets() -> list[str]:
    secrets = _texts("STRIPE_WEBHOOK_SECRET")
    if any(not each.startswith("whsec_") for each in secrets):
        raise EnvError("STRIPE_WEBHOOK_SECRET must be one or more secrets, each beginning with whsec_")
    return secrets


try:
    DEBUG = env.bool("DEBUG", False)
    DATA_DIR = (BASE_DIR / (env.str("BOOKINGFLOW_DATA_DIR", "") or "var")).resolve()
    SECRET_KEY = _secret_key()
    SECRET_KEY_FALLBACKS: list[str] = _texts("SECRET_KEY_FALLBACKS")
    ALLOWED_HOSTS = _allowed_hosts()
    PORT = env.int("PORT", 8000, validate=_between(1, 65535))
    PUBLIC_URL = _web_address("PUBLIC_URL", f"http://127.0.0.1:{PORT}")
    DATABASE_URL = env.str("DATABASE_URL", "") or location.database_url(DATA_DIR)
    DATABASES = {"default": _database(DATABASE_URL)}
    REDIS_URL = _redis_url() or location.redis_url(DATA_DIR)
    WEBHOOK_RETRY_SCHEDULE = _retry_schedule()
    WEBHOOK_TIMEOUT = env.float("WEBHOOK_TIMEOUT", 15.0, validate=_between(0.1, 120))
    WEBHOOK_ALLOW_PRIVATE_TARGETS = env.bool("WEBHOOK_ALLOW_PRIVATE_TARGETS", False)
    STRIPE_SECRET_KEY = _stripe_secret_key()
    STRIPE_PUBLISHABLE_KEY = _stripe_publishable_key()
    STRIPE_WEBHOOK_SECRETS = _stripe_webhook_secrets()
    STRIPE_API_BASE = _web_address("STRIPE_API_BASE", "https://api.stripe.com")
    EMAIL_URL = env.str("EMAIL_URL", "")
    EMAIL_SETTINGS = _email_settings()
    DEFAULT_FROM_EMAIL = _from_email()
    RATE_LIMIT_KEY = _rate("RATE_LIMIT_KEY", "600/minute")
    RATE_LIMIT_ADDRESS = _rate("RATE_LIMIT_ADDRESS", "1200/minute")
    TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0, validate=_at_least(0))
    METRICS_ALLOW = _networks("METRICS_ALLOW", "127.0.0.0/8,::1")
    SENTRY_DSN = _sentry_dsn()
    LOG_FORMAT = env.str("LOG_FORMAT", "console")
    WEB_WORKERS = env.int("WEB_WORKERS", 2, validate=_at_least(1))
    WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", 4, validate=_at_least(1))
    LOGGING = logs.configuration(LOG_FORMAT)
except (EnvError, ValueError) as fault:
    raise SystemExit(f"BookingFlow can't start: {fault}") from None

if SENTRY_DSN:
    reports.begin(SENTRY_DSN)

# The application

ROOT_URLCONF = "bookingflow.urls"
WSGI_APPLICATION = "bookingflow.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "organizations.User"
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "bookingflow",
    "bookingflow.organizations",
    "bookingflow.api",
    "webhooks",
    "rooms",
    "customers",
    "bookings",
]
MIDDLEWARE = [
    "bookingflow.api.middleware.request_id",
    "bookingflow.api.measuring.measured",
    "bookingflow.api.middleware.unread_bodies",
    "bookingflow.api.middleware.api_paths",
    "bookingflow.api.middleware.rate_limits",
    "bookingflow.api.middleware.chunked_bodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# The API

MAX_BODY_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A schedule with all the dates that it may have is one form of the admin.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
IDEMPOTENCY_KEPT_HOURS = 24
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["bookingflow.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["bookingflow.api.permissions.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["bookingflow.api.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["bookingflow.api.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "bookingflow.api.schema.Schema",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "bookingflow.api.negotiation.Negotiation",
    "EXCEPTION_HANDLER": "bookingflow.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
    "URL_FORMAT_OVERRIDE": None,
}

# Staff

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = None
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
UNFOLD = {
    "SITE_TITLE": "BookingFlow",
    "SITE_HEADER": "BookingFlow",
    "SITE_SUBHEADER": "bookingflow.organizations.admin_base.menu.whose",
    "SITE_SYMBOL": "event_available",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": "bookingflow.organizations.admin_base.menu.favicon",
        }
    ],
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"navigation": "bookingflow.organizations.admin_base.menu.navigation"},
    "COLORS": {
        "primary": {
            "50": "#f0fdfa",
            "100": "#ccfbf1",
            "200": "#99f6e4",
            "300": "#5eead4",
            "400": "#2dd4bf",
            "500": "#14b8a6",
            "600": "#0f766e",
            "700": "#115e59",
            "800": "#134e4a",
            "900": "#0f3f3c",
            "950": "#042f2e",
        }
    },
}

# Time, language, files

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = None
TZDATA_VERSION = zones.TZDATA_VERSION
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True  # without `collectstatic` too
warnings.filterwarnings("ignore", message="No directory at: .*staticfiles")

# Messages: written as files under the data folder unless EMAIL_URL names a mail server

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 10
if EMAIL_SETTINGS:
    EMAIL_BACKEND = EMAIL_SETTINGS["EMAIL_BACKEND"]
    EMAIL_HOST = EMAIL_SETTINGS["EMAIL_HOST"]
    EMAIL_PORT = EMAIL_SETTINGS["EMAIL_PORT"]
    EMAIL_HOST_USER = EMAIL_SETTINGS["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = EMAIL_SETTINGS["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = EMAIL_SETTINGS.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = EMAIL_SETTINGS.get("EMAIL_USE_SSL", False)

# The worker: what must happen stands in PostgreSQL, so a message that is lost, late or doubled does no harm


def celery_broker(redis_url: str) -> str:
    """A unix socket is written `unix:///path?db=0` for redis-py and otherwise for Celery."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[-1]
    return f"redis+socket://{parts.path}?virtual_host={database}"


CELERY_BROKER_URL = celery_broker(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2.0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = WORKER_CONCURRENCY
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TIMEZONE = TIME_ZONE
# Any number of beats may run: one sends, the others stand by.
CELERY_BEAT_SCHEDULER = "bookingflow.beat:OneBeat"
# A message that found no worker in time is dropped, the next one does the same work; clocks may differ by a minute.
CELERY_BEAT_SCHEDULE = {
    "deliver what is due": {"task": "webhooks.drain", "schedule": 2.0, "options": {"expires": 60}},
    "put deliveries right": {"task": "webhooks.tidy", "schedule": 60.0, "options": {"expires": 300}},
    "finish erasures": {"task": "bookings.finish_erasures", "schedule": 60.0, "options": {"expires": 300}},
    "expire holds": {"task": "bookings.expire_holds", "schedule": 15.0, "options": {"expires": 60}},
    "sweep stored answers": {"task": "api.sweep_answers", "schedule": 60.0, "options": {"expires": 300}},
    "ask Stripe": {"task": "bookings.card_errands", "schedule": 10.0, "options": {"expires": 60}},
    "look for events of Stripe's that were missed": {
        "task": "bookings.take_in_missed_events",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget Stripe's old events": {
        "task": "bookings.forget_stripe_events",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}
