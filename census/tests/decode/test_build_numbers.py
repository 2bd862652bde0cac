"""Build numbers, as far as build strings tell them."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conda_census.decode.build_numbers import build_number, build_number_sql

# Build strings of real packages, and the numbers in their channels; None if the string does not tell it.
CASES = {
    "0": 0,
    "2": 2,
    "py_0": 0,
    "py27_1": 1,
    "py39h06a4308_12": 12,
    "pyhd8ed1ab_1": 1,
    "h4ab18f5_1": 1,
    "nompi_hdf9ad27_105": 105,
    "py3.12_cuda12.4_cudnn9.1.0_0": 0,
    "gpl_h8657690_703": 703,
    "r43h57805ef_1006": 1006,
    "Upper+Case.Build_7": 7,
    # the interpreter of Python's own builds, and of python_abi
    "h2335ba1_100_cp313": 100,
    "ha99a958_102_cp313": 102,
    "h9a34b6e_5_cp313t": 5,
    "h0123456_101_cp314t": 101,
    "hab00c5b_0_cpython": 0,
    "1_cpython": 1,
    "7_cp313": 7,
    "8_cp313t": 8,
    "4_cp37m": 4,
    "1_cp27mu": 1,
    "5_pypy39_pp73": 5,
    "3_graalpy311_native": 3,
    # a variant behind the number, or a number that is none of a build
    "py313h4bf6692_0_cuda12": None,
    "h0d63151_17_cuda": None,
    "0_cuda12": None,
    "h0000000_0_cuda_12": None,
    "31_h59b9bed_openblas": None,
    "0_73_pypy": None,
    "2_x86_64": None,
    # a number that belongs to the word before it, or to a machine
    "cuda_12": None,
    "cuda_8": None,
    "cuda_118": None,
    "h123_cuda_12": None,
    "py311_cuda_12": None,
    "cudnn_9": None,
    "win_64": None,
    "win_32": None,
    "linux_64": None,
    "linux_32": None,
    "osx_64": None,
    "macosx_11": None,
    "cp311_win_64": None,
    "py_27": None,
    "py_34": None,
    "py_36": None,
    "py_39": None,
    "py_310": None,
    "py_312": None,
    "h123_py_312": None,
    "cp_311": None,
    "python_39": None,
    "aarch_64": None,
    "arm_64": None,
    "i_386": None,
    "x_86": None,
    "x_64": None,
    "manylinux_2": None,
    "manylinux_2_17": None,
    "manylinux_2_17_x86_64": None,
    "manylinux_2014": None,
    "vc_14": None,
    "cuda_12_cp313": None,
    # no such version, machine or word
    "py_1": 1,
    "py_2": 2,
    "py_3": 3,
    "py_10": 10,
    "py_20": 20,
    "py_100": 100,
    "pyhd8ed1ab_0": 0,
    "cuda_0": 0,
    "cuda_1": 1,
    "cuda_7": 7,
    "h123_cuda_3": 3,
    "py312_5": 5,
    "py312_64": 64,
    "win_0": 0,
    "win_1": 1,
    "h123_64": 64,
    "mycuda_12": 12,
    "happy_27": 27,
    "twin_64": 64,
    "py38": None,
    "cp313": None,
    "h2335ba1_cp313": None,
    "1.tar.bz2": None,
    "conda_forge": None,
    "main": None,
    "": None,
    "99999999999999999999": None,
    "h123_99999999999999999999": None,
}


def _by_sql(builds: list[str]) -> list[int | None]:
    connection = duckdb.connect()
    connection.register("builds", pa.table({"build": pa.array(builds, pa.string())}))
    return [
        number for (number,) in connection.sql(f"SELECT {build_number_sql('build')} FROM builds").fetchall()
    ]


@pytest.mark.parametrize("build", CASES)
def test_a_build_string_tells_its_number_or_nothing(build: str) -> None:
    """A number that could be another one is not known: a vulnerable build would be cleared by it."""
    assert build_number(build) == CASES[build]


def test_the_lake_has_the_same_numbers() -> None:
    """What is written into the lake is the same rule in SQL."""
    assert _by_sql(list(CASES)) == list(CASES.values())


_PARTS = st.sampled_from(
    ["0", "12", "102", "h2335ba3", "py313h1", "cp313", "cp313t", "cpython", "pypy", "pypy39", "pp73", "x86"]
) | st.sampled_from(
    ["64", "cuda", "cuda12", "", "٣", "a.b", "py", "27", "312", "win", "macosx", "11", "i", "386"]
)


# DuckDB takes longer to plan than to read.
@settings(deadline=None)
@given(st.lists(_PARTS, max_size=6).map("_".join))
def test_python_and_sql_agree_on_every_build_string(build: str) -> None:
    """Of whatever parts it is put together."""
    assert _by_sql([build]) == [build_number(build)]
