"""Build number from a build string

A file name holds the build string but not the build number. By convention the number is the last part of the
string, before an ending that names the Python: ``h2335ba3_102_cp313`` is build 102. A string such as
``31_h59b9bed_openblas`` or ``0_cuda12`` breaks the convention, and its number is not known. It is also not
known if the last number may belong to the word before it: ``cuda_12``, ``py_311`` or ``win_64``. In
``cuda_1`` or ``py_2`` the number is the build number, because no such version is in use.
"""

from __future__ import annotations

import re

__all__ = ["build_number", "build_number_sql"]

#: Endings with which builds of Python itself, ``python_abi`` and similar packages name an interpreter.
_INTERPRETER = r"_(?:cp[0-9]{2,3}[a-z]*|cpython|(?:pypy|graalpy)[A-Za-z0-9_.+]*)$"
_LAST_PART = r"(?:^|_)([0-9]{1,18})$"
#: Either of two numbers could be the build number: 0_73_pypy is build 0, and 73 is the version of PyPy.
_SEVERAL_NUMBERS = r"(?:^|_)[0-9]+_(?:.*_)?[0-9]+$"
_ARCHITECTURE = r"(?:^|_)x86_64$"
#: Words followed by numbers that complete the name of a version or a machine.
_NAMED_NUMBERS = (
    r"(?:cuda|CUDA)_(?:[89]|[1-9][0-9]+)",
    r"cudnn_(?:[7-9]|[1-9][0-9]+)",
    r"(?:py|python|cp)_(?:2[4-7]|3[0-9]{1,2})",
    r"(?:win|linux|osx|macosx|macos|aarch|arm|amd|ppc|x)_(?:32|64)",
    r"(?:osx|macosx|macos)_[12][0-9]",
    r"(?:manylinux|musllinux)_[1-9][0-9]*",
    r"(?:i|x)_[3-6]?86",
    r"vc_(?:9|1[0-9])",
)
_NUMBER_OF_WORD = f"(?:^|_)(?:{'|'.join(_NAMED_NUMBERS)})$"
#: Build strings in which the last number may not be the build number.
_NOT_TOLD = f"{_SEVERAL_NUMBERS}|{_ARCHITECTURE}|{_NUMBER_OF_WORD}"


def build_number(build: str) -> int | None:
    """Return the build number that a build string contains, or None if it contains none."""
    stem = re.sub(_INTERPRETER, "", build, flags=re.ASCII)
    if re.search(_NOT_TOLD, stem):
        return None
    number = re.search(_LAST_PART, stem)
    return int(number[1]) if number else None


def build_number_sql(build: str) -> str:
    """Return DuckDB SQL for the build number of a text ``build``; null if it contains none."""
    stem = f"regexp_replace({build}, '{_INTERPRETER}', '')"
    return f"""
        if(regexp_matches({stem}, '{_NOT_TOLD}'), NULL,
           try_cast(regexp_extract({stem}, '{_LAST_PART}', 1) AS BIGINT))
    """
