"""The identity of this machine, which tells a copied home or a cloned disk from the original."""

from __future__ import annotations

import os
import sys

_MACHINE_ID_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")
_MACHINE_ID_LENGTH = 32
_INTERFACES = "/sys/class/net"
_MULTICAST = 1
_LOCALLY_ADMINISTERED = 2
_NET_ADDR_PERM = "0"


def find_machine_identity() -> str | None:
    """Return the operating system's identifier of this machine, else a hardware address, else ``None``.

    It is never sent or stored: the store keeps a hash of it that is keyed with the token. On a machine
    without an identity, an installation keeps its token.
    """
    if sys.platform == "win32":
        return _read_machine_guid() or _find_node_address()
    for path in _MACHINE_ID_FILES:
        machine_id = _read_machine_id(path)
        if machine_id:
            return machine_id
    return find_hardware_address(_INTERFACES) if os.path.isdir(_INTERFACES) else _find_node_address()


def find_hardware_address(interfaces: str) -> str | None:
    """Return the lowest address of the network interfaces that are built into this machine (Linux).

    Other addresses do not identify the machine: those that software has made up (for a container, a bridge, a
    virtual machine), that another interface lends, or that belong to a device that can be unplugged.
    """
    try:
        names = os.listdir(interfaces)
    except OSError:
        return None
    built_in = [
        _read_text(os.path.join(interfaces, name, "address"))
        for name in names
        if _is_built_in(os.path.join(interfaces, name))
    ]
    return min(filter(is_hardware_address, built_in), default=None)


def is_hardware_address(address: str) -> bool:
    """Return whether the maker of one device gave it `address` (six hexadecimal octets, with colons)."""
    octets = address.split(":")
    try:
        numbers = [int(octet, 16) for octet in octets]
    except ValueError:
        return False
    if len(numbers) != 6 or max(map(len, octets)) > 2 or not any(numbers):  # noqa: PLR2004  a MAC-48 address
        return False
    return not numbers[0] & (_MULTICAST | _LOCALLY_ADMINISTERED)


def _is_built_in(interface: str) -> bool:
    # A bridge, a tunnel and the inner end of a container have no device; a USB device may be gone tomorrow.
    device = os.path.realpath(os.path.join(interface, "device"))
    permanent = _read_text(os.path.join(interface, "addr_assign_type")) == _NET_ADDR_PERM
    stays = "/usb" not in device and _read_text(os.path.join(device, "removable")) != "removable"
    return permanent and stays and os.path.isdir(device)


def _find_node_address() -> str | None:
    """Return the hardware address that the standard library finds.

    If the library makes one up, it sets the multicast bit (RFC 9562).
    """
    import uuid  # slow, and not needed if there is a machine id

    node = uuid.getnode()
    address = ":".join(f"{octet:02x}" for octet in node.to_bytes(6, "big"))
    return address if is_hardware_address(address) else None


def _read_machine_id(path: str) -> str | None:
    # machine-id(5): 32 hexadecimal digits; in an image that is being built it is empty or "uninitialized".
    value = _read_text(path, _MACHINE_ID_LENGTH + 1)
    is_well_formed = len(value) == _MACHINE_ID_LENGTH and set(value) <= set("0123456789abcdef")
    return value if is_well_formed and value.strip("0") else None


def _read_text(path: str, size_bytes: int = 64) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(size_bytes).strip().lower().decode("ascii", "replace")
    except OSError:
        return ""


if sys.platform == "win32":

    def _read_machine_guid() -> str | None:
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                value, _ = winreg.QueryValueEx(key, "MachineGuid")
        except OSError:
            return None
        return str(value) or None
