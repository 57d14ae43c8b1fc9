"""Booking references such as `BF-7K3Q9D`, short enough to be read out over the telephone.

Left out: what is taken for something else (0 O, 1 I L, 2 Z, 5 S, 8 B, U V) as far as one of the two suffices,
and the vowels, so that no words come about. 24 characters make 191 million references for each organization;
the caller makes a new one where one is taken.
"""

import re
import secrets

ALPHABET = "23456789CDFGHJKMNPQRTVWX"

_FORM = re.compile(rf"BF-[{ALPHABET}]{{6}}")
_SHAPE = re.compile("BF-[0-9A-Z]{6}")


def new_reference() -> str:
    return "BF-" + "".join(secrets.choice(ALPHABET) for _ in range(6))


def is_reference(text: str) -> bool:
    return _FORM.fullmatch(text) is not None


def has_shape_of_reference(text: str) -> bool:
    """Also for one with a letter that no reference has: well-formed to whoever doesn't know which are left out."""
    return _SHAPE.fullmatch(text) is not None


def normalised_reference(text: str) -> str:
    """As it is stored, for one that a person typed: `bf-7k3q9d ` gives `BF-7K3Q9D`. Checks nothing."""
    return text.strip().upper()
