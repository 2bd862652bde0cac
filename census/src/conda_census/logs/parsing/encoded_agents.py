"""User agents whose blanks were encoded by a server, or by the program that shipped its log

A client sent ``conda/24.7.1%20requests/2.32.3`` and ``conda/24.7.1+requests/2.32.3`` with a blank. Tokens
follow blanks, so without blanks there are none. An agent with a blank is kept as it is, because it was not
encoded. A plus sign may occur in a version (``24.7.1+abc``). It is only a blank if the next product follows.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["NEXT_PRODUCT", "sent_agents"]

#: Beginning of the next product: for Python and RE2.
NEXT_PRODUCT = "[A-Za-z][A-Za-z0-9._-]*/"
_PLUS = rf"\+({NEXT_PRODUCT})"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def sent_agents(texts: pa.StringArray) -> pa.StringArray:
    """Return user agents as they were sent: those without any blank are decoded if blanks were encoded.

    An agent that would hold control characters when decoded is kept as it is.
    """
    has_no_blank = pc.invert(pc.match_substring(texts, " "))
    if not pc.any(has_no_blank).as_py():
        return texts
    # Some logs are encoded twice.
    is_twice = pc.and_(pc.match_substring(texts, "%2520"), pc.invert(pc.match_substring(texts, "%20")))
    once = pc.if_else(is_twice, pc.replace_substring(texts, "%25", "%"), texts)
    is_percent = pc.and_(has_no_blank, pc.match_substring(once, "%20"))
    is_plus = pc.and_(pc.and_not(has_no_blank, is_percent), pc.match_substring_regex(texts, _PLUS))
    if pc.any(is_plus).as_py():
        texts = pc.if_else(is_plus, pc.replace_substring_regex(texts, _PLUS, r" \1"), texts)
    if pc.any(is_percent).as_py():
        decoded = [_decoded(text) for text in once.filter(is_percent).to_pylist()]
        texts = pc.replace_with_mask(texts, is_percent, pa.array(decoded, texts.type))
    return texts


def _decoded(text: str) -> str:
    decoded = unquote(text, errors="replace")
    return text if _CONTROL.search(decoded) else decoded
