"""Which host is this?"""

from __future__ import annotations

import sys

_MACHINE_ID_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")
_MACHINE_ID_LENGTH = 32


def identity() -> str | None:
    """Return the operating system's identifier of this machine, or ``None`` where there is none to be had.

    It is never sent and never stored: the store keeps a hash of it that is keyed with the token. An
    installation on a host without one keeps its token.
    """
    if sys.platform == "win32":
        return _windows()
    for path in _MACHINE_ID_FILES:
        machine_id = _machine_id(path)
        if machine_id:
            return machine_id
    return None


def _machine_id(path: str) -> str | None:
    # machine-id(5): 32 hexadecimal digits; while an image is built it is empty or says "uninitialized".
    try:
        with open(path, "rb") as file:
            value = file.read(_MACHINE_ID_LENGTH + 1).strip().lower()
    except OSError:
        return None
    known = len(value) == _MACHINE_ID_LENGTH and set(value) <= set(b"0123456789abcdef")
    return value.decode("ascii") if known and value.strip(b"0") else None


if sys.platform == "win32":

    def _windows() -> str | None:
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                value, _ = winreg.QueryValueEx(key, "MachineGuid")
        except OSError:
            return None
        return str(value) or None
