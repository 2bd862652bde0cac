"""The maker of the example log: it runs the scenario and keeps what may be published.

    python -m e2e.make_example

It writes ``examples/access.log`` and ``examples/expected.json`` again. The figures stay the same. The times
and the tokens change; the tokens are random and belong to installations that no longer exist.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

from e2e.figures import figures_of
from e2e.programs import MissingProgramError, find
from e2e.scenario import Outcome, run_scenario

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

DOCUMENTATION_ADDRESSES = {
    "127.0.0.1": "192.0.2.10",
    "127.0.0.2": "198.51.100.20",
    "127.0.0.3": "2001:db8::30",
    "127.0.0.4": "203.0.113.40",
}
"""Addresses that belong to nobody (RFC 5737, RFC 3849), for the loopback addresses of the scenario."""

KERNEL = re.compile(r" Linux/\S+")
ANY_KERNEL = " Linux/6.1.0-37-amd64"


def main() -> int:
    """Run the scenario, write the example and return the exit code."""
    try:
        nginx, curl = find("nginx", "nginx"), find("curl", "curl")
    except MissingProgramError as missing:
        print(missing, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        _write(run_scenario(Path(folder), nginx, curl))
    return 0


def _write(outcome: Outcome) -> None:
    lines = outcome.access_log.read_text(encoding="utf-8").splitlines(keepends=True)
    log = EXAMPLES / "access.log"
    log.write_text("".join(map(_neutral, lines)), encoding="utf-8")
    expected = EXAMPLES / "expected.json"
    expected.write_text(json.dumps(figures_of(outcome.truth), indent=2) + "\n", encoding="utf-8")
    print(f"wrote {log} ({len(lines)} lines) and {expected}", file=sys.stderr)


def _neutral(line: str) -> str:
    """Return the line without details of the machine that ran the scenario."""
    address, rest = line.split(" ", 1)
    return f"{DOCUMENTATION_ADDRESSES[address]} {KERNEL.sub(ANY_KERNEL, rest)}"


if __name__ == "__main__":
    sys.exit(main())
