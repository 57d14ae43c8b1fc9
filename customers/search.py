"""Words as they are looked for: without accents, case and punctuation. Pure.

A customer's words are kept in a `tsvector`, each behind a mark of its organization, so that one index serves all
organizations and a prefix never leads through another's people.
"""

import re
import unicodedata
from uuid import UUID

MOST_LETTERS = 60
MOST_WORDS = 8
LEAST_DIGITS = 3

# Letters that Unicode doesn't take apart, as people type them without their own keyboard.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"['’ʼ`]")
_TELEPHONE = re.compile(r"[\d\s()+./-]+\Z")


def folded(text: str) -> str:
    """`Ångström` and `ANGSTROM` are one; `ß` is `ss`."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return bare.casefold().translate(_PLAIN)


def words_of(*, name: str, email: str | None, phone: str) -> set[str]:
    """What a prefix may find: words of the name and the email, the email itself, and the telephone number's digits
    from each of its groups on."""
    found = {*_words(name), *_words(email or ""), *_numbers(phone)}
    if email:
        found.add(_cut(folded(email)))
    return found


def prefixes_in(text: str) -> list[str]:
    """What must all be found, each as the beginning of a word; nothing where nothing can be looked for."""
    if _TELEPHONE.match(text) and len(digits_of(text)) >= LEAST_DIGITS:
        return [_cut(digits_of(text))]
    found: list[str] = []
    for part in folded(text).split():
        found += [_cut(part)] if "@" in part else _query_words(part)
    return list(dict.fromkeys(found))[:MOST_WORDS]


def digits_of(phone: str) -> str:
    return "".join(str(unicodedata.digit(letter)) for letter in phone if letter.isdigit())


def vector(organization_id: UUID, words: set[str]) -> str:
    """As the input of a `tsvector`."""
    return " ".join(_lexeme(organization_id, word) for word in sorted(words))


def query(organization_id: UUID, prefixes: list[str]) -> str:
    """As the input of a `tsquery`."""
    return " & ".join(f"{_lexeme(organization_id, prefix)}:*" for prefix in prefixes)


def _words(text: str) -> set[str]:
    plain = folded(text)
    joined = _WORD.findall(_APOSTROPHES.sub("", plain))  # O'Brien, as obrien
    return {_cut(word) for word in [*_WORD.findall(plain), *joined]}


def _query_words(part: str) -> list[str]:
    return [_cut(word) for word in _WORD.findall(_APOSTROPHES.sub("", part))]


def _numbers(phone: str) -> set[str]:
    groups = [digits for digits in map(digits_of, re.findall(r"\d+", phone)) if digits]
    return {_cut("".join(groups[start:])) for start in range(len(groups))}


def _cut(word: str) -> str:
    return word[:MOST_LETTERS]


def _lexeme(organization_id: UUID, word: str) -> str:
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{organization_id.hex[:8]}{quoted}'"
