"""A real nginx on loopback that serves a folder and writes a combined access log."""

import grp
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
MOVED = "/moved"
"""Requests below this path are redirected to the foreign host."""
DEADLINE_S = 20.0
POLL_S = 0.02

CONFIGURATION = """\
{user}
worker_processes 1;
daemon off;
pid {prefix}/nginx.pid;
error_log {prefix}/error.log;
events {{ worker_connections 128; }}
http {{
    access_log {prefix}/access.log combined;
    client_body_temp_path {prefix}/client_body;
    proxy_temp_path {prefix}/proxy;
    fastcgi_temp_path {prefix}/fastcgi;
    uwsgi_temp_path {prefix}/uwsgi;
    scgi_temp_path {prefix}/scgi;
    default_type application/octet-stream;
    server {{
        listen {host}:{port};
        root {document_root};
        location {moved}/ {{
            rewrite ^{moved}(/.*)$ http://{host}:{foreign_port}$1 redirect;
        }}
    }}
    server {{
        listen {host}:{foreign_port};
        access_log {prefix}/foreign.log combined;
        root {document_root};
    }}
}}
"""


@dataclass(frozen=True)
class WebServer:
    """A running nginx, which serves the same folder twice."""

    url: str
    access_log: Path
    """Complete when the server has stopped."""
    foreign_url: str
    """Another port of the same machine, and so another host."""
    foreign_log: Path


@contextmanager
def serve(nginx: Path, document_root: Path, prefix: Path) -> Iterator[WebServer]:
    """Serve a folder while the context lasts; afterwards the access log is flushed and complete.

    Args:
        nginx: the program.
        document_root: the folder to serve.
        prefix: a new folder for the configuration, the logs and the temporary files.

    Raises:
        RuntimeError: nginx did not start or did not stop; the message has its error log.
    """
    prefix.mkdir()
    port, foreign_port = _free_ports()
    configuration = prefix / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            user=_user_directive(),
            prefix=prefix,
            host=HOST,
            port=port,
            foreign_port=foreign_port,
            moved=MOVED,
            document_root=document_root,
        ),
        encoding="utf-8",
    )
    error_log = prefix / "error.log"
    process = subprocess.Popen([nginx, "-p", prefix, "-c", configuration, "-e", error_log])
    try:
        _wait_until_ready(process, port, error_log)
        yield WebServer(
            url=f"http://{HOST}:{port}",
            access_log=prefix / "access.log",
            foreign_url=f"http://{HOST}:{foreign_port}",
            foreign_log=prefix / "foreign.log",
        )
    finally:
        _stop(process)


def _user_directive() -> str:
    """Return the directive that keeps workers on the caller's account, as only that can read its folders."""
    if os.geteuid() != 0:
        return ""
    return f"user {pwd.getpwuid(0).pw_name} {grp.getgrgid(0).gr_name};"


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, error_log: Path) -> None:
    """Wait until the port accepts connections; one without a request leaves no line in the log."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(POLL_S)
        else:
            return
    error_text = error_log.read_text(encoding="utf-8") if error_log.exists() else "nothing"
    raise RuntimeError(f"nginx did not start; its error log:\n{error_text}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop gracefully, so that requests under way are finished and logged."""
    if process.poll() is None:
        process.send_signal(signal.SIGQUIT)
    try:
        process.wait(timeout=DEADLINE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise RuntimeError("nginx did not stop when asked to") from None
