"""How does a test have a bucket? A real S3 server on loopback, in this process."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import boto3
import requests
from moto.server import ThreadedMotoServer

__all__ = ["BUCKET", "S3Server", "s3_server"]

BUCKET = "access-logs"


@dataclass
class S3Server:
    """A server with one bucket, and the requests that it was sent."""

    endpoint: str
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._client = boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1", **_KEYS)
        self._client.create_bucket(Bucket=BUCKET)

    def put(self, key: str, content: bytes) -> str:
        """Put an object in place; its address."""
        self._client.put_object(Bucket=BUCKET, Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"

    def refuse_all(self) -> None:
        """From now on ask who asks, and know nobody."""
        requests.post(f"{self.endpoint}/moto-api/reset-auth", data="0", timeout=10)

    def variables(self) -> dict[str, str]:
        """The environment in which the server is the store."""
        return self.environment(self.endpoint)

    @staticmethod
    def environment(endpoint: str) -> dict[str, str]:
        """The environment in which what is there, or not, is the store."""
        return {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": _KEYS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": _KEYS["aws_secret_access_key"],
        }

    def read(self) -> list[str]:
        """The keys of the objects of which bytes were read since the last time."""
        gets = [found[1] for line in self.requests if (found := re.search(r"GET (\S+) HTTP", line))]
        self.requests.clear()
        return [path.removeprefix(f"/{BUCKET}/") for path in gets if path.startswith(f"/{BUCKET}/")]


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """The server, while this lasts, with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=True)
    server.start()
    host, port = server.get_host_and_port()
    listening = _Listening()
    logger = logging.getLogger("werkzeug")
    level = logger.level
    # What an earlier server held, and whom it refused.
    requests.post(f"http://{host}:{port}/moto-api/reset", timeout=10)
    requests.post(f"http://{host}:{port}/moto-api/reset-auth", data="inf", timeout=10)
    try:
        store = S3Server(f"http://{host}:{port}", listening.lines)
        logger.addHandler(listening)
        logger.setLevel(logging.INFO)
        yield store
    finally:
        logger.removeHandler(listening)
        logger.setLevel(level)
        server.stop()


class _Listening(logging.Handler):
    """Keeps what the server says of each request."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


_KEYS = {"aws_access_key_id": "MADE-UP-KEY-ID", "aws_secret_access_key": "made-up-secret"}
