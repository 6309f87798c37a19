"""One file, read from the environment; the defaults are safe for a laptop.

Nothing needs to be set for the first hour. In production set SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, REDIS_URL,
EMAIL_URL and SITE_URL; `docs/operating/configure.md` lists every name. A bad value stops the start with one sentence.
"""

import contextlib
import os
import re
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from matchmaker.core.file_stores import index_store_at, stores_at
from matchmaker.core.languages import Language

# One BLAS thread: two on a busy two-core machine were 3 to 11 times slower than one. Set before numpy is imported.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))  # everything the laptop keeps: database, mail, media, index
DATA_DIR = BASE_DIR / "data"
with contextlib.suppress(OSError):  # a folder that cannot be written is explained where it is needed
    VAR_DIR.mkdir(parents=True, exist_ok=True)
# Where numba keeps machine code, so that a process compiles once on a machine. Set before numba is imported.
os.environ.setdefault("NUMBA_CACHE_DIR", str(VAR_DIR / "numba"))
os.environ.setdefault("MODEL_CACHE", str(VAR_DIR / "models"))  # unpacked models (mapped_arrays.py)

DEBUG = env.bool("DEBUG", False)
PRODUCTION = env.bool("PRODUCTION", False)
SECRET_KEY = env.str("SECRET_KEY", "laptop-only-not-a-secret-" + "0" * 40)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
AUDIT_KEY = env.str("AUDIT_KEY", "")  # of the record of acts; without one SECRET_KEY and its fallbacks are
SITE_URL = env.str("SITE_URL", f"http://{env.str('HOST', '127.0.0.1')}:{env.str('PORT', '8000')}").rstrip("/")
if PRODUCTION and SECRET_KEY.startswith("laptop-only"):
    raise ImproperlyConfigured("PRODUCTION is set but SECRET_KEY is not: set SECRET_KEY to 50 random characters.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if not PRODUCTION else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)  # how many proxies of ours stand in front; 0 ignores X-Forwarded-*

INSTALLED_APPS = [
    "matchmaker.web.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    # the layers, lowest first
    "matchmaker.core",
    "matchmaker.translation",
    "matchmaker.notifications",
    "matchmaker.accounts",
    "matchmaker.companies",
    "matchmaker.campaigns",
    "matchmaker.catalogue",
    "matchmaker.market_access",
    "matchmaker.matching",
    "matchmaker.imports",
    "matchmaker.directory",
    "matchmaker.messaging",
    "matchmaker.first_orders",
    "matchmaker.events",
    "matchmaker.reporting",
    # web, API and command line
    "matchmaker.web",
    "matchmaker.api",
    "matchmaker.running",
]

MIDDLEWARE = [
    "matchmaker.core.request_ids.RequestIds",
    "matchmaker.web.request_log.LogRequests",
    "matchmaker.web.metrics.CountRequests",
    "django.middleware.security.SecurityMiddleware",
    "matchmaker.web.middleware.BrowserLimits",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "matchmaker.web.middleware.RequestLimits",
    "matchmaker.web.middleware.PageLimits",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "matchmaker.web.campaign_site.CampaignSite",
    "matchmaker.web.middleware.ApiSlashes",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "matchmaker.web.page_language.PageLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "matchmaker.web.middleware.TeamSessions",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "matchmaker.web.middleware.ReadersClock",
    "matchmaker.web.middleware.FromLetter",
    "matchmaker.web.access.acting_for_company.OnBehalf",
    "matchmaker.web.middleware.PrivatePages",
    "matchmaker.web.forms.double_submit.SentOnce",
]

ROOT_URLCONF = "matchmaker.urls"
WSGI_APPLICATION = "matchmaker.wsgi.application"
TEMPLATES: list[dict] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "matchmaker.web.rendering.page_context.site",
            ],
        },
    },
]

# -- data -------------------------------------------------------------------------------------------------------------
# SQLite: WAL with BEGIN IMMEDIATE. Deferred transactions in WAL failed 1,079 of 1,200 contested writes; IMMEDIATE 0.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000; PRAGMA mmap_size=134217728;"
    ),
}
POSTGRES_OPTIONS = {
    # A person never waits for a lock longer than this: a clean 503 instead of a pile-up.
    "options": "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s",
    # A server that is cut off does not say so: without these a page would wait for minutes.
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
}
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'matchmaker.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    DATABASES["default"].setdefault("TEST", {})["NAME"] = env.str("TEST_SQLITE", str(VAR_DIR / "test.sqlite3"))
else:
    DATABASES["default"].setdefault("OPTIONS", {}).update(POSTGRES_OPTIONS)
    DATABASES["default"] |= {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 60}
if env.str("DATABASE_REPLICA_URL", ""):  # public lists are read from it, see core/replica.py
    DATABASES["replica"] = env.db("DATABASE_REPLICA_URL")
    DATABASES["replica"] |= {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 60, "TEST": {"MIRROR": "default"}}
    if not DATABASES["replica"]["ENGINE"].endswith("sqlite3"):
        read_only = f"{POSTGRES_OPTIONS['options']} -c default_transaction_read_only=on"
        DATABASES["replica"]["OPTIONS"] = {"options": read_only, "connect_timeout": 2, "tcp_user_timeout": 3_000}
    DATABASE_ROUTERS = ["matchmaker.core.replica.ReplicaRouter"]
    MIDDLEWARE.insert(0, "matchmaker.core.replica.RememberChanges")
REPLICA_APPS = {"campaigns", "catalogue", "companies", "directory", "events", "market_access", "translation"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The embedded Valkey listens on a port of its own; a REDIS_URL replaces it with nothing else changed.
REDIS_URL = env.str("REDIS_URL", f"redis://127.0.0.1:{env.int('VALKEY_PORT', 6399)}/0")
CACHES = {
    "default": {
        "BACKEND": "matchmaker.core.cache.SteadyCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "mm",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # sessions survive a flushed Redis

# -- Celery (see docs/decisions/0003-work-waits-as-rows.md for why each of these) -------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60  # a process loads its models before it says that it is up
# A task that loses Redis goes on: its rows are leased, and ending it in the middle of a letter makes the double.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,  # more than twice the time limit
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 2,
    "retry_policy": {"timeout": 2.0},
    # A page that starts a task while Redis is away must not wait: the timetable finds the row anyway.
    "max_retries": 1,
    "interval_start": 0,  # without these two it waited two seconds for its second try
    "interval_max": 0.1,
}
CELERY_TIMEZONE = "UTC"

# -- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
rules = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": rules + "UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("name", "email")}},
    {"NAME": "matchmaker.accounts.passwords.NoWordsOfTheSite"},
    {"NAME": rules + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": rules + "CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "matchmaker.accounts.adapter.AccountAdapter"
ours = "matchmaker.accounts.forms."
ACCOUNT_FORMS = {"signup": ours + "SignupForm", "login": ours + "SignInForm", "reauthenticate": ours + "AgainForm"}
ACCOUNT_FORMS |= {"change_password": ours + "ChangedPasswordForm", "set_password": ours + "FirstPasswordForm"}
ACCOUNT_FORMS |= {"reset_password": ours + "AskPasswordForm", "reset_password_from_key": ours + "ForgottenPasswordForm"}
SOCIALACCOUNT_FORMS = {"signup": ours + "ProviderJoinForm"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed address (to the old one), password and second step
# Beside allauth's own; a network is 256 addresses, or an IPv6 /48, see accounts/forms.py and web/public/members.py.
ACCOUNT_RATE_LIMITS = {
    "signup_network": env.str("SIGN_UPS_OF_A_NETWORK", "60/m,600/d").replace(",", "/key,") + "/key",
    "invite_network": env.str("INVITATIONS_OF_A_NETWORK", "30/m,100/d").replace(",", "/key,") + "/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_REQUIRED = env.bool("MFA_REQUIRED", PRODUCTION)  # organisers and administrators of companies need a second step
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_ADAPTER = "matchmaker.accounts.adapter.SecondStepAdapter"
ours = "matchmaker.accounts.key_forms."
MFA_FORMS = {f"{act}_webauthn": f"{ours}{act.title()}KeyForm" for act in ("add", "edit")}
MFA_FORMS |= {"activate_totp": ours + "AddAppForm", "authenticate": ours + "GiveCodeForm"}
MFA_FORMS |= {"reauthenticate": ours + "GiveCodeAgainForm"}
MFA_TOTP_TOLERANCE = 1  # the code of half a minute ago still counts: clocks differ, and typing takes time (RFC 6238)
USERSESSIONS_TRACK_ACTIVITY = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"
SITE_ID = 1
SOCIALACCOUNT_ADAPTER = "matchmaker.accounts.adapter.ProviderAdapter"
OIDC_ORIGIN = ["/".join(env.str("OIDC_SERVER_URL", "").split("/")[:3])] if env.str("OIDC_SERVER_URL", "") else []
if env.str("OIDC_SERVER_URL", ""):
    oidc = {"provider_id": "oidc", "client_id": env.str("OIDC_CLIENT_ID"), "secret": env.str("OIDC_SECRET")}
    oidc |= {"name": env.str("OIDC_NAME", "Single sign-on"), "settings": {"server_url": env.str("OIDC_SERVER_URL")}}
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [oidc]}}

# -- mail -------------------------------------------------------------------------------------------------------------
# On a laptop every mail becomes a readable file in var/mail; EMAIL_URL=smtp://… sends it.
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "matchmaker <noreply@matchmaker.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
HEALTH_TOKEN = env.str("HEALTH_TOKEN", "")  # opens the details of /health/ready to a monitor
REPLY_TO = env.str("REPLY_TO", "")  # where answers to letters go; without it they go to DEFAULT_FROM_EMAIL
# signs notices in the browser, made by `manage.py push_key`; without it, or without pywebpush, browsers are not offered
PUSH_PRIVATE_KEY = env.str("PUSH_PRIVATE_KEY", "")
LIST_ID = env.str("LIST_ID", "")  # the domain in List-Id; without it the host of SITE_URL
SENDER_ORGANISATION = env.str("SENDER_ORGANISATION", "")  # who runs the campaign, at the foot of every letter
SENDER_ADDRESS = env.str("SENDER_ADDRESS", "")  # its postal address, likewise
OUTBOUND_ALLOWED = env.list("OUTBOUND_ALLOWED", default=[])  # receivers of webhooks inside one's own network
MAIL_FOLDER = VAR_DIR / "mail"
MAILERS: dict[str, dict]
MAIL_SERVICE = env.str("MAIL_SERVICE", "")  # one that django-anymail knows, such as postmark; it tells us of bounces
if MAIL_SERVICE:
    INSTALLED_APPS.append("anymail")
    ANYMAIL = {name.removeprefix("ANYMAIL_"): env.str(name) for name in os.environ if name.startswith("ANYMAIL_")}
    MAILERS = {"default": {"BACKEND": f"anymail.backends.{MAIL_SERVICE}.EmailBackend"}}
    if not ANYMAIL.get("WEBHOOK_SECRET"):
        raise ImproperlyConfigured("MAIL_SERVICE is set but ANYMAIL_WEBHOOK_SECRET is not: set it to name:password.")
elif env.str("EMAIL_URL", ""):
    given = env.email("EMAIL_URL")
    MAILERS = {
        "default": {
            "BACKEND": given["EMAIL_BACKEND"],
            "OPTIONS": {
                "host": given["EMAIL_HOST"],
                "port": given["EMAIL_PORT"],
                "username": given["EMAIL_HOST_USER"],
                "password": given["EMAIL_HOST_PASSWORD"],
                "use_tls": given.get("EMAIL_USE_TLS", False),
                "use_ssl": given.get("EMAIL_USE_SSL", False),
                "timeout": 15,
            },
        }
    }
else:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(MAIL_FOLDER)},
        }
    }

# -- languages --------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
# The only list of languages. Tier 1: every page; tier 2: all that the public, exporters and country partners see.
SITE_LANGUAGES = (
    Language("en", "English", tier=1),
    Language("zh-hans", "简体中文", tier=1),
    Language("fr", "Français", tier=1),
    Language("es", "Español", tier=1),
    Language("pt", "Português", tier=1),
    Language("ru", "Русский", tier=1),
    Language("ar", "العربية", tier=1, rtl=True),
    Language("de", "Deutsch", tier=2),
    Language("it", "Italiano", tier=2),
    Language("ja", "日本語", tier=2),
    Language("ko", "한국어", tier=2),
    Language("th", "ไทย", tier=2),
    Language("vi", "Tiếng Việt", tier=2),
    Language("id", "Bahasa Indonesia", tier=2),
    Language("tr", "Türkçe", tier=2),
)
STAFF_LANGUAGES = ("en", "zh-hans")  # what organisers write stands in these, at the least
LANGUAGES = [(language.code, language.name) for language in SITE_LANGUAGES]
LANGUAGES_BIDI = [language.base for language in SITE_LANGUAGES if language.rtl]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [BASE_DIR / "matchmaker" / "locale"]
USE_I18N = True
USE_TZ = True
PLACE_NAMES = env.str("PLACE_NAMES", "")  # a CSV of names of places over data/geo/name_overrides.csv
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

# -- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"  # not below the prefix of a campaign (core/site_prefix.py)
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("STATIC_ROOT", str((BASE_DIR if PRODUCTION else VAR_DIR) / "staticfiles"))
MEDIA_ROOT = env.str("MEDIA_ROOT", str(VAR_DIR / "media"))
MEDIA_URL = "/media/"
# Papers and files of letters: beside the media, so that a web server told to serve those never serves these.
PRIVATE_ROOT = env.str("PRIVATE_ROOT", str(VAR_DIR / "private"))
FILES_URL = env.str("FILES_URL", "")  # a bucket for both, in place of the two folders
try:
    file_stores = stores_at(FILES_URL)
except ValueError as problem:
    raise ImproperlyConfigured(f"FILES_URL {problem}") from None
INDEX_URL = env.str("INDEX_URL", "")  # where the search index is published for other machines: a folder or a bucket
try:
    index_store = index_store_at(INDEX_URL)
except ValueError as problem:
    raise ImproperlyConfigured(f"INDEX_URL {problem}") from None
STORAGES = {
    **file_stores,
    **index_store,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Without a build step the files are served where they lie; in production from the hashed copies of collectstatic.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 31536000 if PRODUCTION else 600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
URLIZE_ASSUME_HTTPS = True  # a bare "www.…" in a text leads to https, as Django will do by itself from 2028 on
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# -- defence ----------------------------------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF, *env.list("OIDC_ORIGINS", default=OIDC_ORIGIN)],  # a form's redirects are asked, too
    "frame-ancestors": [CSP.NONE],
}
SECURITY_CONTACT = env.str("SECURITY_CONTACT", f"{SITE_URL}/about/")  # of /.well-known/security.txt: mailto: or https:
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PAGE_RATE = env.int("PAGE_RATE", 1200)  # pages a minute for one address and web process; 0: no limit
TEAM_SESSION_HOURS = env.int("TEAM_SESSION_HOURS", 12)  # how long the team and the site's staff stay signed in
TEAM_IDLE_MINUTES = env.int("TEAM_IDLE_MINUTES", 120)  # without a request
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "matchmaker.web.rendering.error_pages.csrf_failure"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    # Browsers take a cookie of this name only from this host, by https: no neighbour's host can plant one. On a laptop
    # pages come by http, where such a cookie would not be stored.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- data that leave the country --------------------------------------------------------------------------------------
BOUNDARY_COUNTRY = env.str("BOUNDARY_COUNTRY", "CN")  # where the site and its buyers are; '' counts nothing
BOUNDARY_THRESHOLDS = [int(count) for count in env.list("BOUNDARY_THRESHOLDS", default=["100000", "1000000"])]
BOUNDARY_LIMIT = env.int("BOUNDARY_LIMIT", 100_000)  # persons a year; beyond it no further contact leaves

# -- bank details of companies ---------------------------------------------------------------------------------------
# Days for which an administrator must have been one before she may confirm bank details that another entered.
BANK_ACCOUNT_ADMIN_DAYS = env.int("BANK_ACCOUNT_ADMIN_DAYS", 14)

# -- the API ----------------------------------------------------------------------------------------------------------
API_RATE = env.str("API_RATE", "360/min")  # calls of one caller of the API
if not re.fullmatch(r"[1-9]\d*/(s|sec|m|min|h|hour|d|day)", API_RATE):
    raise ImproperlyConfigured(f"API_RATE is {API_RATE!r}: write a number and a time, such as 360/min.")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "matchmaker.api.permissions.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["matchmaker.api.permissions.DeclaredPolicy"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["matchmaker.api.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "matchmaker.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["matchmaker.api.pagination.DeclaredFilters"],
    "DEFAULT_SCHEMA_CLASS": "matchmaker.api.schema.Operations",
    "DEFAULT_THROTTLE_CLASSES": ["matchmaker.api.permissions.PerCaller"],
    "DEFAULT_THROTTLE_RATES": {"caller": API_RATE},
    "EXCEPTION_HANDLER": "matchmaker.api.problems.handle",
    "PAGE_SIZE": 25,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "matchmaker API",
    "VERSION": "1.0.0",  # of the API: it changes with the form of its answers, not with each release of the site
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "matchmaker.api.schema.finish"],
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": -1, "displayRequestDuration": True},
    "ENUM_NAME_OVERRIDES": {
        **{f"Document{name}Enum": f"matchmaker.companies.models.Document.{name}" for name in ("Kind", "State")},
        **{f"{name}StateEnum": f"matchmaker.imports.models.{name}.State" for name in ("Feed", "Import")},
        "FileKindEnum": "matchmaker.catalogue.models.ProductFile.Kind",
        "EventKindEnum": "matchmaker.events.models.Event.Kind",
        "EventSideEnum": "matchmaker.events.models.EventParticipation.Side",
        "AnnouncementStateEnum": "matchmaker.notifications.models.Announcement.State",
        "PartnerKindEnum": "matchmaker.campaigns.models.Partner.Kind",
        **{f"Obstacle{name}Enum": f"matchmaker.messaging.models.Obstacle.{name}" for name in ("Kind", "State")},
        "VoucherDocumentKindEnum": "matchmaker.first_orders.models.VoucherDocument.Kind",
        "BearerEnum": "matchmaker.first_orders.models.trial_lots.Bearer",
        "ObstacleAnswerSideEnum": "matchmaker.messaging.models.ObstacleAnswer.Side",
        "CompanyStatusEnum": "matchmaker.companies.models.Company.Status",
        "MeetingStatusEnum": "matchmaker.events.models.Meeting.Status",
        "MatchAnswerEnum": "matchmaker.matching.models.Match.Answer",
        "SideEnum": "matchmaker.messaging.models.Side",
        "VerificationEnum": "matchmaker.companies.models.Company.Verification",
    },
}

# -- translation of what people write ---------------------------------------------------------------------------------
TRANSLATION_ENGINE = env.str("TRANSLATION_ENGINE", "gloss")
TRANSLATION_URL = env.str("TRANSLATION_URL", "")
TRANSLATION_KEY = env.str("TRANSLATION_KEY", "")
TRANSLATION_MODEL = env.str("TRANSLATION_MODEL", "")
TRANSLATION_MONTHLY_CHARACTERS = env.int("TRANSLATION_MONTHLY_CHARACTERS", 500_000)
# a translation that lacks a word of our vocabulary is not shown
TRANSLATION_TERMS_REQUIRED = env.bool("TRANSLATION_TERMS_REQUIRED", False)

# -- reading pictures --------------------------------------------------------------------------------------------------
# class that reads text from photographs; "" and a class whose packages are missing: pictures are not read
TEXT_READER = env.str("TEXT_READER", "matchmaker.engines.reading.RapidOCRReader")

# -- matching ---------------------------------------------------------------------------------------------------------
ENCODER = env.str("ENCODER", "matchmaker.engines.language.UniversalSentenceEncoder")
ENGINE_CACHE = VAR_DIR / "engine"
SEARCH_BACKEND = env.str("SEARCH_BACKEND", "matchmaker.directory.array_backend.ArraySearchBackend")
MATCH_BLOCK = env.int("MATCH_BLOCK", 500)  # products a Celery task matches: few messages, short tasks
MATCH_LEASE = env.int("MATCH_LEASE", 150)  # seconds until the block of a dead worker is taken over
MATCH_MINIMUM = env.float("MATCH_MINIMUM", 0.25)  # below this a pair is no suggestion

# -- logs -------------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LINES_LEVEL = "INFO" if PRODUCTION or env.str("LOG_FORMAT", "") == "json" else "WARNING"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "matchmaker.core.logs.Line"}},
    "filters": {"without traces": {"()": "matchmaker.core.database.WithoutTraces"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without traces"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        **{name: {"level": "WARNING"} for name in ("django.server", "celery.worker.strategy", "celery.app.trace")},
        "py.warnings": {"level": "ERROR"},
        # a line a request and a task, whatever level Celery sets; not among the lines of a laptop
        **{name: {"level": LINES_LEVEL} for name in ("site.requests", "site.tasks")},
    },
}

# -- errors and traces, see core/telemetry.py -------------------------------------------------------------------------
SENTRY_DSN = env.str("SENTRY_DSN", "")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", "production")
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "")
