"""An S3-compatible server on this machine, for tests: what is put there is really fetched."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

# What moto's own client needs; the server does not check it.
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}


@dataclass(frozen=True)
class S3Server:
    """A running server: its address, and a client that fills it."""

    url: str
    client: Any

    def make_bucket(self, name: str) -> None:
        """Make a bucket whose objects anybody may read."""
        self.client.create_bucket(Bucket=name)
        allowed = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{name}/*",
        }
        policy = {"Version": "2012-10-17", "Statement": [allowed]}
        self.client.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))

    def put(self, bucket: str, objects: dict[str, bytes]) -> None:
        """Put objects into a bucket."""
        for key, body in objects.items():
            self.client.put_object(Bucket=bucket, Key=key, Body=body)

    def remove(self, bucket: str, *keys: str) -> None:
        """Remove objects from a bucket."""
        for key in keys:
            self.client.delete_object(Bucket=bucket, Key=key)

    def put_raw(self, bucket: str, key: str, body: bytes) -> int:
        """Put an object whose key no client library writes; return the HTTP status."""
        host = self.url.removeprefix("http://")
        connection = HTTPConnection(host, timeout=10)
        try:
            connection.request("PUT", f"/{bucket}/{quote(key, safe='/')}", body)
            return connection.getresponse().status
        finally:
            connection.close()


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Start a server on the loopback address, and stop it."""
    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        _forget_everything(host, port)
        yield S3Server(url, boto3.client("s3", endpoint_url=url, **KEYS))
        _forget_everything(host, port)
    finally:
        server.stop()


def _forget_everything(host: str, port: int) -> None:
    """Empty the server: all servers of one process have the same buckets."""
    connection = HTTPConnection(host, port, timeout=10)
    try:
        connection.request("POST", "/moto-api/reset")
        connection.getresponse().read()
    finally:
        connection.close()
