"""How can an environment that asks for nothing be counted as in use?"""

from __future__ import annotations

import json
import queue
import re
import select
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from anaconda_anon_usage import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Conda

PATH = "/noarch/activate-0.0.0-0.conda"
BOUND_S = 0.75
#: A busy machine adds to what is measured; the least of these was the least disturbed.
ATTEMPTS = 3
TOLERANCE_S = 0.25
DEADLINE_S = 60
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
VALUE = "[A-Za-z0-9_-]{22}"


def _at_once(connection: socket.socket, answer: bytes = NOT_FOUND) -> None:
    """Answer, and see the client go."""
    connection.sendall(answer)
    _never(connection)


def _never(connection: socket.socket) -> None:
    """Wait for the client to go."""
    while connection.recv(4096):
        pass


def _byte_by_byte(connection: socket.socket) -> None:
    """Begin an answer that has no end, one byte every 20 ms, until the client goes."""
    connection.sendall(NOT_FOUND[:-2] + b"X: ")
    while True:
        gone, _, _ = select.select([connection], [], [], 0.02)
        if gone:
            return
        connection.sendall(b"x")


class Server:
    """A server on loopback that notes what it is asked, and answers in its own way."""

    def __init__(self, answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.tls = tls
        self.asked: queue.Queue[str] = queue.Queue()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.url = f"{'https' if tls else 'http'}://{self.host}"
        threading.Thread(target=self._accept, daemon=True).start()

    def heads(self) -> list[str]:
        """Return what was asked: one text for each request, its first line and its headers."""
        return [self.asked.get_nowait() for _ in range(self.asked.qsize())]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:  # the test is over
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with self.tls.wrap_socket(connection, server_side=True) if self.tls else connection as stream:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = stream.recv(4096)
                    if not piece:
                        return
                    head += piece
                self.asked.put(head.decode())
                self.answer(stream)
        except OSError:  # the client has gone
            pass


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server."""
    servers: list[Server] = []

    def begin(
        answer: Callable[[socket.socket], None] = _at_once, tls: ssl.SSLContext | None = None
    ) -> Server:
        servers.append(Server(answer, tls))
        return servers[-1]

    yield begin
    for server in servers:
        server.listener.close()


def _configure(conda: Conda, *channels: str, more: str = "anaconda_heartbeat: true") -> None:
    conda.condarc.write_text(f"channels: {json.dumps(channels)}\ndefault_channels: []\n{more}\n")


def _as_subcommand(conda: Conda, **variables: str) -> subprocess.CompletedProcess[str]:
    return conda("anon-usage", "heartbeat", **variables)


def _as_program(conda: Conda, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [conda.root / "bin" / "python", "-m", "anaconda_anon_usage", "heartbeat"],
        env={**conda.variables, **variables},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    )


@pytest.fixture(params=[_as_subcommand, _as_program], ids=["conda anon-usage", "anaconda-anon-usage"])
def beat(request: pytest.FixtureRequest, conda: Conda) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return both ways to send a heartbeat, which say nothing, one after the other."""

    def run(**variables: str) -> None:
        done = request.param(conda, **variables)
        assert (done.stdout, done.stderr) == ("", "")

    return run


def _agent(head: str) -> str:
    (agent,) = re.findall(r"^User-Agent: (.*)\r$", head, re.MULTILINE)
    return str(agent)


def _no_session(agent: str) -> str:
    return re.sub(rf" s/{VALUE}", " s/", agent)


def test_each_host_of_channels_is_asked_once(
    conda: Conda, start: Callable[..., Server], beat: Callable[..., None]
) -> None:
    """In the first of its channels, with the method that fetches nothing, and for nothing else."""
    first, second = start(), start()
    _configure(
        conda,
        f"{first.url}/one",
        f"file://{conda.home}/channel",
        f"{first.url}/two",
        f"{second.url}/three/four",
    )
    beat()
    for server, channel in ((first, "/one"), (second, "/three/four")):
        (head,) = server.heads()
        assert head.startswith(f"HEAD {channel}{PATH} HTTP/1.1\r\n")


@pytest.mark.takes_turns(5, among="the longest")
def test_it_carries_what_preview_shows(
    conda: Conda, start: Callable[..., Server], beat: Callable[..., None]
) -> None:
    """Byte for byte, but for the session; ``e/`` is that of the active environment."""
    server = start()
    _configure(conda, server.url)
    conda("create", "-n", "active", "--offline")
    prefix = conda.root / "envs" / "active"
    active = {"CONDA_PREFIX": str(prefix)}
    (shown,) = json.loads(conda("anon-usage", "preview", "--json", **active).stdout)
    beat(**active)
    (head,) = server.heads()
    assert _no_session(_agent(head)) == _no_session(shown["user_agent"])
    token = (prefix / "etc" / "aau_token").read_text().splitlines()[0]
    assert re.search(rf" aau/\S+ c/{VALUE} s/{VALUE} e/{re.escape(token)}$", _agent(head))


def test_where_no_environment_is_active_base_does_not_pass_for_one(
    conda: Conda, start: Callable[..., Server], beat: Callable[..., None]
) -> None:
    """A heartbeat says that an environment is in use; none is."""
    server = start()
    _configure(conda, server.url)
    beat()
    (head,) = server.heads()
    assert re.search(rf" aau/{re.escape(__version__)} c/{VALUE} s/{VALUE}$", _agent(head))
    assert not (conda.root / "etc").exists()


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize(
    ("more", "variables"),
    [
        ("", {}),
        ("anaconda_heartbeat: false", {}),
        ("", {"CONDA_ANACONDA_HEARTBEAT": "false"}),
        ("anaconda_heartbeat: true", {"DO_NOT_TRACK": "1"}),
        ("anaconda_heartbeat: true\nanaconda_anon_usage: off", {}),
        ("anaconda_heartbeat: true\noffline: true", {}),
        ("anaconda_heartbeat: true", {"CONDA_OFFLINE": "1"}),
    ],
    ids=["default", "false", "variable", "DO_NOT_TRACK", "sharing off", "offline", "offline by variable"],
)
def test_it_is_off_unless_asked_for(
    conda: Conda,
    start: Callable[..., Server],
    beat: Callable[..., None],
    more: str,
    variables: dict[str, str],
) -> None:
    """And also while sharing is off, where not even the version is sent, and while conda is offline."""
    server = start()
    _configure(conda, server.url, more=more)
    beat(**variables)
    assert server.heads() == []
    assert not (conda.home / ".conda" / "aau_token").exists()


def test_a_setting_that_cannot_be_read_is_off(conda: Conda, start: Callable[..., Server]) -> None:
    """And is no reason to say anything."""
    server = start()
    for more in ("anaconda_heartbeat: maybe", "anaconda_heartbeat: true\nanaconda_anon_usage: maybe", "[}"):
        _configure(conda, server.url, more=more)
        done = _as_program(conda)
        assert (done.stdout, done.stderr, server.heads()) == ("", "", [])


def test_a_variable_turns_it_on(
    conda: Conda, start: Callable[..., Server], beat: Callable[..., None]
) -> None:
    """As any setting of conda."""
    server = start()
    _configure(conda, server.url, more="")
    beat(CONDA_ANACONDA_HEARTBEAT="true")
    assert len(server.heads()) == 1


@pytest.mark.takes_turns(5, among="the longest")
def test_the_setting_is_one_of_condas_own(conda: Conda) -> None:
    """It can be set, shown and described; ``status`` says that it is on."""
    assert conda("config", "--show", "anaconda_heartbeat").stdout == "anaconda_heartbeat: False\n"
    assert "heartbeat" not in conda("anon-usage", "status").stdout
    assert json.loads(conda("anon-usage", "status", "--json").stdout)["heartbeat"] is False
    conda("config", "--set", "anaconda_heartbeat", "true")
    assert "anaconda_heartbeat: true" in conda.condarc.read_text()
    assert conda("anon-usage", "status").stdout.endswith("\nheartbeat: on\n")
    assert json.loads(conda("anon-usage", "status", "--json").stdout)["heartbeat"] is True
    assert "anaconda_heartbeat (bool)" in conda("config", "--describe", "anaconda_heartbeat").stdout
    conda("config", "--remove-key", "anaconda_heartbeat")
    assert "heartbeat" not in conda.condarc.read_text()


def test_only_hosts_that_get_tokens_are_asked(
    conda: Conda, start: Callable[..., Server], beat: Callable[..., None]
) -> None:
    """``anaconda_anon_usage_hosts`` narrows it as it narrows everything."""
    allowed, other = start(), start()
    more = f"anaconda_heartbeat: true\nanaconda_anon_usage_hosts: ['{allowed.host}']"
    _configure(conda, other.url, allowed.url, more=more)
    beat()
    assert (len(allowed.heads()), other.heads()) == (1, [])


def test_it_carries_no_name_password_or_token_of_the_channel(
    conda: Conda, start: Callable[..., Server], beat: Callable[..., None]
) -> None:
    """Neither those in the URL nor those in a file of the user."""
    server = start()
    _configure(conda, f"http://user:word@{server.host}/t/tk-123-abc/acme")
    (conda.home / ".netrc").write_text("machine 127.0.0.1 login user password word\n")
    (conda.home / ".netrc").chmod(0o600)
    beat()
    (head,) = server.heads()
    assert head.startswith(f"HEAD /acme{PATH} ")
    assert not re.search("authorization|tk-123-abc|word", head, re.IGNORECASE)


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"",
    ],
    ids=["200", "302", "407", "429", "503", "garbage", "nothing"],
)
def test_whatever_is_answered_one_request_is_sent(
    conda: Conda, start: Callable[..., Server], beat: Callable[..., None], answer: bytes
) -> None:
    """No second try, no redirect that is followed, no question for a password, and not a word."""
    elsewhere = start()
    reply = answer.replace(b"{elsewhere}", elsewhere.url.encode())
    server = start(lambda connection: connection.sendall(reply))
    _configure(conda, server.url)
    beat()
    assert (len(server.heads()), elsewhere.heads()) == (1, [])


def test_where_nobody_listens_it_is_silent(conda: Conda, beat: Callable[..., None]) -> None:
    """No connection, no such name."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    _configure(conda, f"http://127.0.0.1:{port}", "https://no-such-name.invalid/channel")
    beat()


def test_without_conda_it_is_silent() -> None:
    """Whatever starts it must not mind that the plug-in's Python has no conda."""
    program = Path(sys.executable).with_name("anaconda-anon-usage")
    done = subprocess.run([program, "heartbeat"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_who_asks_is_told(conda: Conda, start: Callable[..., Server]) -> None:
    """``ANACONDA_ANON_USAGE_DEBUG=1`` explains on standard error, without a token."""
    server = start()
    _configure(conda, server.url)
    said = _as_program(conda, ANACONDA_ANON_USAGE_DEBUG="1")
    assert said.stdout == ""
    assert f"heartbeat: {server.url}{PATH}: 404" in said.stderr
    assert not re.search(VALUE, said.stderr.replace("anaconda_anon_usage", ""))
    said = _as_program(conda, ANACONDA_ANON_USAGE_DEBUG="1", CONDA_OFFLINE="1")
    assert "no heartbeat: conda is offline" in said.stderr


#: Runs the part of it that uses the network, and says how long that took each time.
TIMED = """
import socket, time
from conda.base.context import context, reset_context
from anaconda_anon_usage import heartbeat, plugin
import conda.gateways.connection.session
reset_context()
{before}
for _ in range({attempts}):
    begin_s = time.monotonic()
    heartbeat.send(context)
    print(time.monotonic() - begin_s)
"""
SILENT_NAME_SERVER = "socket.getaddrinfo = lambda *_, **__: time.sleep(30)"


def _full(server: socket.socket) -> list[socket.socket]:
    """Fill the queue of a listener that accepts nothing, so that one more connection is never made."""
    waiting = []
    while True:
        client = socket.socket()
        client.settimeout(0.2)
        waiting.append(client)
        try:
            client.connect(server.getsockname())
        except TimeoutError:
            return waiting


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("slow", ["never", "byte by byte", "no connection", "no TLS", "no name"])
def test_all_together_take_three_quarters_of_a_second_at_most(
    conda: Conda, start: Callable[..., Server], slow: str
) -> None:
    """Whatever hangs, at two hosts at once; and a third one has been asked beside them."""
    prompt = start()
    servers = [start(_byte_by_byte if slow == "byte by byte" else _never) for _ in range(2)]
    urls = [server.url for server in servers]
    before = ""
    waiting: list[socket.socket] = []
    if slow == "no TLS":
        urls = [url.replace("http:", "https:") for url in urls]
    elif slow == "no name":
        urls = ["http://one.invalid/c", "https://two.invalid/c"]
        before = SILENT_NAME_SERVER
    elif slow == "no connection":
        deaf = socket.create_server(("127.0.0.1", 0), backlog=0)
        waiting = [deaf, *_full(deaf)]
        urls = [f"http://127.0.0.1:{deaf.getsockname()[1]}/c", urls[0]]
    _configure(conda, *urls, prompt.url)
    took_s = [float(line) for line in conda.python(TIMED.format(before=before, attempts=ATTEMPTS)).split()]
    assert len(took_s) == ATTEMPTS
    assert BOUND_S - 0.1 < min(took_s) < BOUND_S + TOLERANCE_S
    if slow != "no name":
        assert len(prompt.heads()) == ATTEMPTS
    if slow in ("never", "byte by byte"):
        assert [len(server.heads()) for server in servers] == [ATTEMPTS] * 2
    for client in waiting:
        client.close()


@pytest.mark.parametrize("answer", [_never, _byte_by_byte])
def test_the_process_ends_while_a_server_still_answers(
    conda: Conda,
    start: Callable[..., Server],
    beat: Callable[..., None],
    answer: Callable[[socket.socket], None],
) -> None:
    """Both answers would go on for ever: they end because the client has gone."""
    gone = threading.Event()

    def answer_to_the_end(connection: socket.socket) -> None:
        try:
            answer(connection)
        finally:
            gone.set()

    server = start(answer_to_the_end)
    _configure(conda, server.url)
    beat()
    assert len(server.heads()) == 1
    assert gone.wait(DEADLINE_S)


def test_it_goes_through_condas_proxy(
    conda: Conda, start: Callable[..., Server], beat: Callable[..., None]
) -> None:
    """As the requests of conda do."""
    proxy = start()
    more = f"anaconda_heartbeat: true\nproxy_servers: {{http: '{proxy.url}'}}"
    _configure(conda, "http://repo.invalid/acme", more=more)
    beat()
    (head,) = proxy.heads()
    assert head.startswith(f"HEAD http://repo.invalid/acme{PATH} HTTP/1.1\r\n")


def test_it_trusts_the_certificates_that_conda_trusts(
    conda: Conda, start: Callable[..., Server], beat: Callable[..., None], tmp_path: Path
) -> None:
    """A server that conda would not talk to gets no heartbeat."""
    certificate = _self_signed(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    server = start(tls=tls)
    _configure(conda, server.url)
    beat()
    assert server.heads() == []
    _configure(conda, server.url, more=f"anaconda_heartbeat: true\nssl_verify: {certificate}")
    beat()
    assert len(server.heads()) == 1


def _self_signed(folder: Path) -> Path:
    """Make a key and a certificate for 127.0.0.1, in one file."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("not installed: the Debian package openssl")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    options = "-newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        [openssl, "req", "-x509", *options.split(" "), "-keyout", key, "-out", certificate],
        capture_output=True,
        check=True,
    )
    certificate.write_text(key.read_text() + certificate.read_text())
    return certificate


PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "heartbeats.md").read_text(encoding="utf-8")
SCRIPT = r"`etc/conda/activate\.d/anon-usage-heartbeat\.%s`.*?^```\n(.*?)^```$"
SCRIPT_SH, SCRIPT_BAT = (re.findall(SCRIPT % kind, PAGE, re.MULTILINE | re.DOTALL) for kind in ("sh", "bat"))


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_activation_sends_it_and_does_not_wait(
    conda: Conda, start: Callable[..., Server], tmp_path: Path, shell: str
) -> None:
    """The documented script, in a real activation: the shell has gone before the server is asked."""
    server = start()
    _configure(conda, server.url)
    conda("create", "-n", "work", "--offline")
    prefix = conda.root / "envs" / "work"
    scripts = prefix / "etc" / "conda" / "activate.d"
    scripts.mkdir(parents=True)
    (script,) = SCRIPT_SH
    (scripts / "anon-usage-heartbeat.sh").write_text(script)
    activation = conda("shell.posix", "activate", prefix).stdout
    assert str(scripts) in activation
    done = subprocess.run(
        [shell, "-eu", "-c", f'PS1=""\n{activation}\necho "$CONDA_PREFIX"'],
        env=conda.variables,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    )
    assert server.heads() == []
    assert (done.stdout, done.stderr) == (f"{prefix}\n", "")
    head = server.asked.get(timeout=DEADLINE_S)
    assert head.startswith(f"HEAD {PATH} ")
    token = (prefix / "etc" / "aau_token").read_text().splitlines()[0]
    assert _agent(head).endswith(f" e/{token}")


def test_the_scripts_of_both_systems_run_the_same_command() -> None:
    """The one for Windows can be read here and not run."""
    (script,), (batch,) = SCRIPT_SH, SCRIPT_BAT
    assert '"$CONDA_EXE" anon-usage heartbeat' in script
    assert '"%CONDA_EXE%" anon-usage heartbeat' in batch
    assert 'start "" /b' in batch
