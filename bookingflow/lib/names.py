"""Slugs and handles: names that stand in a URL where an id may stand, and must never be taken for one."""

import re
import secrets
import unicodedata

MAX_LENGTH = 100

# What is, or may become, a path beside an id in the API, the hosted pages or the site itself.
RESERVED_WORDS = frozenset(
    """
    about account accounts activate admin api apikeys app apps archive assets audit auth availability
    billing block blocks book booking bookings bulk
    calendar calendars callback cancel cancelled canceled catalog change checkout complete confirm count
    create customer customers
    dashboard day delete deliveries demo docs doctor download
    edit embed erase event events explain export
    favicon feed feeds figures files find
    handle handles health healthz help history hold holds hours
    import index info
    jobs keys legal list live login logout
    manage me media members membership memberships merge message messages metrics
    new none null
    openapi organization organizations orgs overrides
    page password payment payments ping plan plans price prices pricing privacy profile public
    query quote
    readyz receipt redoc refund refund-quote refunds register replay report reports reschedule resend reset
    resources robots rotate rotate-secret
    schedule schedules schema search session sessions settings signin signout signup slot slots staff static
    stats status stripe support swagger sync system
    tasks terms test today
    undefined undo update upload user users
    v1 v2 v3 verify
    webhook webhooks well-known widget widgets www
    """.split()  # noqa: SIM905
)

_CHARACTERS = re.compile(r"[a-z0-9-]+")
_UUID_DIGITS = re.compile(r"[0-9a-f]{32}")
_BOOKING_TYPE = re.compile(r"bt-[0-9a-f]{8}")

# Letters that Unicode doesn't take apart.
_LATIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "ng"}
)


def name_fault(text: str) -> str | None:
    """Why this can't be a slug or handle, as a sentence, or None where it can."""
    if not _CHARACTERS.fullmatch(text):
        return "Use lower-case letters a to z, digits and hyphens only."
    if len(text) > MAX_LENGTH:
        return f"Use {MAX_LENGTH} characters at most."
    if not re.search("[a-z]", text):
        return "Use at least one letter."
    return _mistakable_fault(text)


def _mistakable_fault(text: str) -> str | None:
    # uuid.UUID() reads one with its hyphens anywhere, or with none.
    if _UUID_DIGITS.fullmatch(text.replace("-", "")):
        return "A name must not look like a UUID."
    if is_booking_type(text):
        return "A name must not look like the id of a booking type."
    return f"“{text}” is a reserved word." if text in RESERVED_WORDS else None


def slug_from(title: str, fallback: str = "room") -> str:
    """A name that `name_fault` accepts, as near to the title as ASCII comes. It may be taken already."""
    letters = unicodedata.normalize("NFKD", title).casefold().translate(_LATIN)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter) and letter not in "'’")
    slug = _cut("-".join(re.findall("[a-z0-9]+", plain)))
    if not slug:
        return fallback
    return slug if name_fault(slug) is None else _cut(f"{fallback}-{slug}")


def _cut(slug: str) -> str:
    return slug[:MAX_LENGTH].rstrip("-")


def new_booking_type() -> str:
    return "bt-" + secrets.token_hex(4)


def is_booking_type(text: str) -> bool:
    return _BOOKING_TYPE.fullmatch(text) is not None
