"""How does a test look at a page in a real browser?"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

__all__ = ["Browser", "Tab", "chromium_at"]

#: Chromium hears on 3 and speaks on 4, which may be taken by the pipes themselves.
_START = """
import fcntl, os, sys
hear, tells = (fcntl.fcntl(int(pipe), fcntl.F_DUPFD, 10) for pipe in sys.argv[1:3])
os.dup2(hear, 3)
os.dup2(tells, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""

Scheme = Literal["light", "dark"]


class Browser:
    """Chromium, spoken to through a pipe in its DevTools protocol: no port is opened."""

    def __init__(self, to: IO[bytes], said: IO[bytes]) -> None:
        self._to = to
        self._said = said
        self._number = 0
        self._open: list[str] = []
        self.events: list[dict[str, Any]] = []

    def ask(self, method: str, session: str | None = None, **parameters: object) -> dict[str, Any]:
        """What it answers; what it tells meanwhile is kept in ``events``."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while (answer := self._next()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def wait_for(self, method: str, session: str) -> None:
        """Until it tells this of the session."""
        while not [
            each for each in self.events if (each.get("method"), each.get("sessionId")) == (method, session)
        ]:
            self.events.append(self._next())

    def open(self, file: Path, width_px: int, scheme: Scheme = "light", media: str = "screen") -> Tab:
        """The page of a file, loaded at this width, for a reader who likes it light or dark, or for paper."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._open.append(target)
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable", session)
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            session,
            width=width_px,
            height=800,
            deviceScaleFactor=1,
            mobile=width_px < 600,
        )
        self.ask(
            "Emulation.setEmulatedMedia",
            session,
            media=media,
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        self.events.clear()
        self.ask("Page.navigate", session, url=file.as_uri())
        self.wait_for("Page.loadEventFired", session)
        return Tab(self, session)

    def close_all(self) -> None:
        """Close every page that was opened."""
        while self._open:
            self.ask("Target.closeTarget", targetId=self._open.pop())

    def _next(self) -> dict[str, Any]:
        letters = bytearray()
        while (letter := self._said.read(1)) != b"\0":
            assert letter, "the browser has gone"
            letters += letter
        message: dict[str, Any] = json.loads(letters)
        return message


@dataclass
class Tab:
    """A page that was loaded."""

    browser: Browser
    session: str
    _requests: list[str] = field(default_factory=list)

    def evaluate(self, script: str) -> Any:  # noqa: ANN401  whatever the script gives
        """The value of an expression in JavaScript; of a promise, what it brings."""
        found = self.browser.ask(
            "Runtime.evaluate", self.session, expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def requests(self) -> list[str]:
        """The addresses that it asked for, itself among them."""
        return [
            event["params"]["request"]["url"]
            for event in self.browser.events
            if event.get("method") == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[dict[str, Any]]:
        """What it said on the console, and what went wrong in it."""
        kinds = {"Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"}
        return [event for event in self.browser.events if event.get("method") in kinds]

    def picture(self, file: Path) -> None:
        """The whole page as PNG."""
        shot = self.browser.ask(
            "Page.captureScreenshot", self.session, format="png", captureBeyondViewport=True
        )
        file.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def chromium_at(program: Path | str, profile: Path) -> Iterator[Browser]:
    """Chromium with a profile of its own, ended at the end."""
    hear, tell = os.pipe()
    hears, tells = os.pipe()
    command = [sys.executable, "-c", _START, str(hear), str(tells), str(program)]
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe")
    with subprocess.Popen(
        [*command, *options, f"--user-data-dir={profile}", "about:blank"],
        pass_fds=(hear, tells),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(hear)
        os.close(tells)
        with os.fdopen(tell, "wb") as to, os.fdopen(hears, "rb") as said:
            browser = Browser(to, said)
            try:
                yield browser
                browser.ask("Browser.close")
            finally:
                process.terminate()
