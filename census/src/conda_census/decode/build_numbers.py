"""Build numbers, as far as a build string tells them.

A file name holds the build string but not the build number. By convention the number is the last part of the
string, before an ending that names the Python: ``h2335ba3_102_cp313`` is build 102. A string such as
``31_h59b9bed_openblas`` or ``0_cuda12`` breaks the convention, and then its number is not known.
"""

from __future__ import annotations

import re

__all__ = ["build_number", "build_number_sql"]

#: Endings by which the builds of Python itself, ``python_abi`` and their like name an interpreter.
_INTERPRETER = r"_(?:cp[0-9]{2,3}[a-z]*|cpython|(?:pypy|graalpy)[A-Za-z0-9_.+]*)$"
_LAST_PART = r"(?:^|_)([0-9]{1,18})$"
#: Either of two numbers could be the build number: 0_73_pypy is build 0, and 73 the version of PyPy.
_SEVERAL_NUMBERS = r"(?:^|_)[0-9]+_(?:.*_)?[0-9]+$"
_ARCHITECTURE = r"(?:^|_)x86_64$"


def build_number(build: str) -> int | None:
    """Return the build number that a build string tells, or None if it does not tell one."""
    stem = re.sub(_INTERPRETER, "", build, flags=re.ASCII)
    if re.search(_SEVERAL_NUMBERS, stem) or re.search(_ARCHITECTURE, stem):
        return None
    number = re.search(_LAST_PART, stem)
    return int(number[1]) if number else None


def build_number_sql(build: str) -> str:
    """Return DuckDB SQL for the same, of a text ``build``; null if it does not tell one."""
    stem = f"regexp_replace({build}, '{_INTERPRETER}', '')"
    return f"""
        if(regexp_matches({stem}, '{_SEVERAL_NUMBERS}') OR regexp_matches({stem}, '{_ARCHITECTURE}'), NULL,
           try_cast(regexp_extract({stem}, '{_LAST_PART}', 1) AS BIGINT))
    """
