"""What a power cut leaves of a folder: a program's system calls are recorded, and replayed up to any point.

A name lasts if its folder was synced since, a file's content if the file was. Of everything else a disk may
have kept all, nothing, or some: see ``Kept``.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

_CALLS = (
    "openat,open,creat,write,pwrite64,writev,pwritev,copy_file_range,sendfile,rename,renameat,renameat2,link,linkat,"
    "symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,fsync,fdatasync,ftruncate,lseek"
)
_CALL = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)(?:<[^>]*>)?(?: .*)?", re.DOTALL)
_UNFINISHED = re.compile(r"(\d+) +(.*) <unfinished \.\.\.>", re.DOTALL)
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)", re.DOTALL)
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)(?:<([^>]*)>)?, )?"((?:\\x[0-9a-f]{2})*)"')
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
#: After these something new lasts, or has its name.
_TELLING = ("fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat")

#: Of what was not synced: nothing is kept; names are, and the files are empty or cut; the files are, and
#: their names are not; or of each it is left to chance.
Kept = Literal["nothing", "empty", "cut", "unnamed", "chance"]
KEPT: tuple[Kept, ...] = ("nothing", "empty", "cut", "unnamed", "chance")


@dataclass(eq=False)
class _File:
    content: bytearray = field(default_factory=bytearray)
    synced: bytes = b""


@dataclass(eq=False)
class _Folder:
    names: dict[str, _File | _Folder] = field(default_factory=dict)
    synced: dict[str, _File | _Folder] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A system call that succeeded."""

    name: str
    arguments: str
    result: int

    @property
    def is_telling(self) -> bool:
        """Does something new last from now on, or have its name?"""
        return self.name in _TELLING


def record(command: list[str], trace: Path) -> list[Call]:
    """Run a program under strace, and return its calls that change files, in their order."""
    tracer = [
        "strace",
        "-f",
        "-qq",
        "-xx",
        "-y",
        "-s",
        str(1 << 24),
        "-o",
        str(trace),
        "-e",
        f"trace={_CALLS}",
    ]
    done = subprocess.run([*tracer, *command], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return list(_calls(trace))


def _calls(trace: Path) -> Iterator[Call]:
    begun: dict[str, str] = {}
    for line in trace.read_text().splitlines():
        text = line
        if found := _UNFINISHED.fullmatch(line):
            begun[found[1]] = found[2]
            continue
        if found := _RESUMED.fullmatch(line):
            text = f"{found[1]} {begun.pop(found[1])}{found[2]}"
        if (found := _CALL.fullmatch(text)) and int(found[4]) >= 0:
            yield Call(found[2], found[3], int(found[4]))


class Disk:
    """A folder as a program sees it, and as a power cut would leave it."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._top = _Folder()
        self._open: dict[int, _File | _Folder] = {}
        self._at: dict[int, int] = {}

    def replay(self, call: Call) -> bool:
        """Do what a call did; false if it concerns another folder."""
        do = getattr(self, f"_{_SAME.get(call.name, call.name)}")
        return bool(do(call.arguments, call.result))

    def lasting(self, name: str) -> set[str]:
        """The folders in which a power cut would leave a file of this name."""
        return set(_lasting(self._top, name, ""))

    def build(self, place: Path, kept: Kept, chance: random.Random) -> None:
        """Make the folder as it may be after a power cut."""
        place.mkdir(parents=True)
        self._build(self._top, place, kept, chance)

    def _build(self, folder: _Folder, place: Path, kept: Kept, chance: random.Random) -> None:
        for name in sorted({*folder.names, *folder.synced}):
            current, synced = folder.names.get(name), folder.synced.get(name)
            is_current = chance.random() < 1 / 2 if kept == "chance" else kept in ("empty", "cut")
            node = current if is_current else synced
            if isinstance(node, _Folder):
                (place / name).mkdir()
                self._build(node, place / name, kept, chance)
            elif node:
                (place / name).write_bytes(_content(node, kept, chance))
                (place / name).chmod(0o600)

    # One method for each call. They return whether it is of this folder.

    def _openat(self, arguments: str, result: int) -> bool:
        if not (found := self._found(arguments)):
            self._open.pop(result, None)
            return False
        folder, name, path = found
        node: _File | _Folder | None = self._node(path)
        if node is None:
            assert "O_CREAT" in arguments, path
            node = folder.names[name] = _File()
        if isinstance(node, _File) and "O_TRUNC" in arguments:
            node.content.clear()
        self._open[result] = node
        self._at[result] = len(node.content) if isinstance(node, _File) and "O_APPEND" in arguments else 0
        return True

    def _write(self, arguments: str, result: int) -> bool:
        number = int(arguments.partition("<")[0].partition(",")[0])
        if not isinstance(file := self._open.get(number), _File):
            return False
        self._put(file, self._at[number], arguments)
        self._at[number] += result
        return True

    def _pwrite64(self, arguments: str, _result: int) -> bool:
        number = int(arguments.partition("<")[0].partition(",")[0])
        if not isinstance(file := self._open.get(number), _File):
            return False
        self._put(file, int(arguments.rpartition(", ")[2]), arguments)
        return True

    def _unknown(self, arguments: str, _result: int) -> bool:
        """A call whose bytes are not in the trace: nobody makes it for a file of the lake."""
        assert self._root.encode().hex() not in arguments.replace("\\x", ""), arguments
        return False

    def _lseek(self, arguments: str, result: int) -> bool:
        self._at[int(arguments.partition("<")[0].partition(",")[0])] = result
        return False

    def _ftruncate(self, arguments: str, _result: int) -> bool:
        if not isinstance(file := self._open.get(int(arguments.partition("<")[0])), _File):
            return False
        size = int(arguments.rpartition(", ")[2])
        file.content[:] = file.content[:size].ljust(size, b"\0")
        return True

    def _fsync(self, arguments: str, _result: int) -> bool:
        node = self._open.get(int(arguments.partition("<")[0]))
        if isinstance(node, _File):
            node.synced = bytes(node.content)
        elif node:
            node.synced = dict(node.names)
        return node is not None

    def _mkdir(self, arguments: str, _result: int) -> bool:
        if found := self._found(arguments):
            folder, name, _path = found
            folder.names[name] = _Folder()
        return bool(found)

    def _unlink(self, arguments: str, _result: int) -> bool:
        if found := self._found(arguments):
            folder, name, _path = found
            del folder.names[name]
        return bool(found)

    def _rename(self, arguments: str, _result: int) -> bool:
        return self._name_anew(arguments, is_moved=True)

    def _link(self, arguments: str, _result: int) -> bool:
        return self._name_anew(arguments, is_moved=False)

    def _name_anew(self, arguments: str, *, is_moved: bool) -> bool:
        old, new = _paths(arguments)
        if not (old.startswith(self._root) and new.startswith(self._root)):
            return False
        folder, name = self._place(old)
        new_folder, new_name = self._place(new)
        new_folder.names[new_name] = folder.names[name]
        if is_moved:
            del folder.names[name]
        return True

    def _put(self, file: _File, at: int, arguments: str) -> None:
        found = _TEXT.search(arguments)
        assert found
        data = _decoded(found[1])
        file.content.extend(bytes(max(0, at - len(file.content))))
        file.content[at : at + len(data)] = data

    def _found(self, arguments: str) -> tuple[_Folder, str, str] | None:
        path = _paths(arguments)[0]
        if path != self._root and not path.startswith(self._root + "/"):
            return None
        if path == self._root:
            return self._top, "", path
        return (*self._place(path), path)

    def _place(self, path: str) -> tuple[_Folder, str]:
        above, _, name = path.rpartition("/")
        folder = self._node(above)
        assert isinstance(folder, _Folder), path
        return folder, name

    def _node(self, path: str) -> _File | _Folder | None:
        node: _File | _Folder | None = self._top
        for name in filter(None, path.removeprefix(self._root).split("/")):
            node = node.names.get(name) if isinstance(node, _Folder) else None
        return node


#: What other calls do like those that have a method.
_SAME = {
    "open": "openat",
    "creat": "openat",
    "fdatasync": "fsync",
    "renameat": "rename",
    "renameat2": "rename",
    "linkat": "link",
    "unlinkat": "unlink",
    "rmdir": "unlink",
    "mkdirat": "mkdir",
    **dict.fromkeys(("writev", "pwritev", "copy_file_range", "sendfile", "symlink", "symlinkat"), "unknown"),
}


def _lasting(folder: _Folder, name: str, place: str) -> Iterator[str]:
    if name in folder.synced:
        yield place
    for below, node in folder.synced.items():
        if isinstance(node, _Folder):
            yield from _lasting(node, name, f"{place}/{below}")


def _content(file: _File, kept: Kept, chance: random.Random) -> bytes:
    current = bytes(file.content)
    if current == file.synced or kept == "unnamed":
        return current
    cut = current[: len(current) // 2]
    if kept == "chance":
        return chance.choice([current, file.synced, cut, b""])
    return cut if kept == "cut" else file.synced


def _paths(arguments: str) -> list[str]:
    found = []
    for folder, name in _PATH.findall(arguments):
        path = _decoded(name).decode()
        above = _decoded(folder).decode() if "\\x" in folder else folder
        found.append((path if path.startswith("/") else f"{above}/{path}").rstrip("/"))
    return found


def _decoded(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
