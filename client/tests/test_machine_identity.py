"""Which host is this?"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from anaconda_anon_usage import machine_identity

if TYPE_CHECKING:
    from pathlib import Path

#: Documentation addresses (RFC 7042) have the first three octets 00:00:5E; the fourth here says which device.
CARD, OTHER_CARD = "00:00:5e:00:53:02", "00:00:5e:00:53:01"
MACHINE_ID = "0123456789abcdef" * 2


def _interface(folder: Path, name: str, address: str, kind: str) -> None:
    """Lay out an interface as Linux does in ``/sys/class/net``."""
    buses = {"card": "pci0000:00", "dongle": "pci0000:00/usb1", "docked": "pci0000:00", "slave": "pci0000:00"}
    interface = folder / "net" / name
    interface.mkdir(parents=True)
    (interface / "address").write_text(address + "\n")
    (interface / "addr_assign_type").write_text("2\n" if kind == "slave" else "0\n")
    if kind in buses:
        device = folder / "devices" / buses[kind] / name
        device.mkdir(parents=True)
        (device / "removable").write_text("removable\n" if kind == "docked" else "fixed\n")
        (interface / "device").symlink_to(device)


@pytest.mark.parametrize(
    ("interfaces", "expected"),
    [
        ([], None),
        ([("eth0", CARD, "card")], CARD),
        ([("eth0", CARD, "card"), ("wlan0", OTHER_CARD, "card")], OTHER_CARD),
        ([("wlan0", OTHER_CARD, "card"), ("eth0", CARD, "card")], OTHER_CARD),
        ([("eth0", CARD.upper(), "card")], CARD),
        ([("eth0", CARD, "card"), ("bond0", OTHER_CARD, "bridge")], CARD),
        ([("eth0", CARD, "card"), ("usb0", OTHER_CARD, "dongle")], CARD),
        ([("eth0", CARD, "card"), ("eth1", OTHER_CARD, "docked")], CARD),
        ([("eth0", OTHER_CARD, "slave"), ("eth1", CARD, "card")], CARD),
        ([("usb0", CARD, "dongle")], None),
        ([("lo", "00:00:00:00:00:00", "bridge")], None),
        ([("eth0", "00:00:00:00:00:00", "card")], None),
        ([("eth0", "02:42:ac:11:00:02", "bridge")], None),
        ([("eth0", "52:54:00:12:34:56", "card")], None),
        ([("eth0", "01:00:5e:00:00:01", "card")], None),
        ([("eth0", "ff:ff:ff:ff:ff:ff", "card")], None),
        ([("ib0", "80:00:00:48:fe:80:00:00:00:00:00:00:00:00:5e:00:53:01:00:01", "card")], None),
        ([("tun0", "", "bridge"), ("eth0", "", "card")], None),
        ([("eth0", "not an address", "card")], None),
    ],
)
def test_which_hardware_address_is_the_machines(
    tmp_path: Path, interfaces: list[tuple[str, str, str]], expected: str | None
) -> None:
    """The lowest of what is built in and was given by the maker, in whatever order the interfaces come."""
    for name, address, kind in interfaces:
        _interface(tmp_path, name, address, kind)
    assert machine_identity.find_hardware_address(str(tmp_path / "net")) == expected


def _identity(*machine_id_files: Path, interfaces: Path) -> str:
    """Return what a process of its own takes for its host, where the system keeps these files."""
    code = f"""
import sys
from anaconda_anon_usage import machine_identity
machine_identity._MACHINE_ID_FILES = {[str(path) for path in machine_id_files]}
machine_identity._INTERFACES = {str(interfaces)!r}
print(machine_identity.find_machine_identity())
assert "uuid" not in sys.modules
"""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("machine_id", "expected"),
    [
        (MACHINE_ID, MACHINE_ID),
        (MACHINE_ID.upper() + "\n", MACHINE_ID),
        ("", CARD),
        ("uninitialized\n", CARD),
        ("0" * 32, CARD),
        (MACHINE_ID[:-1], CARD),
        (MACHINE_ID + "0", CARD),
    ],
)
def test_the_machine_id_comes_first_and_then_the_hardware(
    tmp_path: Path, machine_id: str, expected: str
) -> None:
    """A real process, for which the system's files are elsewhere; it imports nothing slow."""
    _interface(tmp_path, "eth0", CARD, "card")
    (tmp_path / "machine-id").write_text(machine_id)
    identity = _identity(tmp_path / "none", tmp_path / "machine-id", interfaces=tmp_path / "net")
    assert identity == expected


def test_a_machine_that_tells_nothing_of_itself_has_no_identity(tmp_path: Path) -> None:
    """Then a token is kept for good."""
    (tmp_path / "net").mkdir()
    assert _identity(tmp_path / "none", interfaces=tmp_path / "net") == "None"


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (0x00005E005301, OTHER_CARD),
        (0x01005E005301, None),  # what `uuid.getnode` makes up has this bit
        (0x02005E005301, None),
        (0, None),
    ],
)
def test_where_linux_is_not_the_standard_library_finds_it(
    monkeypatch: pytest.MonkeyPatch, node: int, expected: str | None
) -> None:
    """As on macOS, which has no machine id; no real machine has four such cards."""
    monkeypatch.setattr("uuid.getnode", lambda: node)
    monkeypatch.setattr(machine_identity, "_MACHINE_ID_FILES", ())
    monkeypatch.setattr(machine_identity, "_INTERFACES", "/nonexistent")
    assert machine_identity.find_machine_identity() == expected
