"""Asks a bucket what it holds, a page of 1,000 keys at a time, signed where there are keys.

Not obstore's listing: that ends at the first key which is no tidy path, and every object is
to be accounted for, whatever it is called.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote_plus, urlsplit
from urllib.request import Request
from xml.etree import ElementTree

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import InputError
from camtrap_tui.services.s3 import TIMEOUT_S, Bucket, Keys, no_bucket, opener, why

# As many as a service gives at most.
_KEYS_A_PAGE = 1000
_TRIES = 5
_FIRST_WAIT_S = 0.5
_AGAIN = (408, 429, 500, 502, 503, 504)
_KEYS_REFUSED = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken")


@dataclass(frozen=True, slots=True)
class Listed:
    """One object: its key, its size in bytes, and its ETag without quotes."""

    key: str
    size: int
    etag: str


def pages(bucket: Bucket, prefix: str) -> Iterator[list[Listed]]:
    """Yield the objects whose key begins with `prefix`, in the order of the service.

    Raises InputError with one sentence where the service says no or nothing.
    """
    token = ""
    while True:
        query = {
            "list-type": "2",
            "encoding-type": "url",
            "prefix": prefix,
            "max-keys": str(_KEYS_A_PAGE),
        }
        if token:
            query["continuation-token"] = token
        found, following = _parsed(bucket, _ask(bucket, query))
        if following is not None and following in ("", token):
            raise InputError(
                f"s3://{bucket.name}: {bucket.endpoint} says that there is more, but not where"
                " the listing goes on.",
                "Nothing was taken to be gone; run the command again, or ask who runs the service.",
            )
        yield found
        token = following or ""
        if not token:
            return


def _parsed(bucket: Bucket, body: bytes) -> tuple[list[Listed], str | None]:
    """Return a page, and by what to ask for the next: None where this is the last one."""
    try:
        root = ElementTree.fromstring(body)
        # Names are compared without the namespace, which not every service writes.
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        if root.tag != "ListBucketResult":
            raise ValueError(f"it is about {clean(root.tag)}")
        encoded = root.findtext("EncodingType") == "url"
        found = [
            Listed(
                _decoded(entry.findtext("Key") or "", encoded=encoded),
                int(entry.findtext("Size") or 0),
                (entry.findtext("ETag") or "").strip('"'),
            )
            for entry in root.findall("Contents")
        ]
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError(
            f"s3://{bucket.name}: the answer of {bucket.endpoint} is no listing ({error}).",
            "Check AWS_ENDPOINT_URL.",
        ) from None
    more = (root.findtext("IsTruncated") or "").casefold() == "true"
    return found, (root.findtext("NextContinuationToken") or "") if more else None


def _decoded(key: str, *, encoded: bool) -> str:
    return unquote_plus(key, errors="surrogateescape") if encoded else key


def _ask(bucket: Bucket, query: dict[str, str]) -> bytes:
    """Return the answer to a GET of the bucket; tries again what may pass."""
    trouble: InputError | None = None
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_FIRST_WAIT_S * 2 ** (attempt - 1) * random.uniform(0.5, 1))
        try:
            with opener().open(_request(bucket, query), timeout=TIMEOUT_S) as answer:
                body: bytes = answer.read()
            return body
        except HTTPError as error:
            with error:
                trouble = _refused(bucket, error)
            if error.code not in _AGAIN:
                raise trouble from None
        except (URLError, OSError, HTTPException) as error:
            trouble = InputError(
                f"s3://{bucket.name}: {bucket.endpoint} cannot be reached ({why(error)}).",
                "Check the network, then run the command again: it goes on there.",
            )
    assert trouble is not None
    raise trouble


def _refused(bucket: Bucket, error: HTTPError) -> InputError:
    name = f"s3://{bucket.name}"
    headers: Message = error.headers
    region = headers.get("x-amz-bucket-region", "")
    code = _code(error)
    if code == "NoSuchBucket" or (error.code == 404 and not code):
        return no_bucket(bucket.name)
    # Other services write that header too, whatever they were asked for.
    elsewhere = bucket.is_aws or error.code in (301, 307, 308)
    if elsewhere and region and region != bucket.region:
        return InputError(
            f"{name}: the bucket lies in {clean(region)}, not in {bucket.region}.",
            f"Set AWS_REGION={clean(region)}.",
        )
    if error.code in (301, 307, 308):
        return InputError(
            f"{name}: the bucket does not lie at {bucket.endpoint} (HTTP {error.code}).",
            "Set AWS_REGION and AWS_ENDPOINT_URL to where it lies.",
        )
    if code in _KEYS_REFUSED:
        return InputError(
            f"{name}: the keys were refused ({code}).",
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --public.",
        )
    if error.code in (401, 403):
        how = "with these keys" if bucket.keys else "without keys"
        hint = "Give --public if it is open to anybody, else ask its owner for the right to list."
        if bucket.keys is None:
            hint = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
        return InputError(f"{name}: it may not be listed {how} (HTTP {error.code}).", hint)
    said = f" {code}" if code else ""
    return InputError(f"{name}: the service answered HTTP {error.code}{said}.", "Try again later.")


def _code(error: HTTPError) -> str:
    try:
        root = ElementTree.fromstring(error.read(1 << 16))
    except (ElementTree.ParseError, OSError, HTTPException):
        return ""
    return clean(next((e.text or "" for e in root.iter() if e.tag.endswith("Code")), ""))


def _request(bucket: Bucket, query: dict[str, str]) -> Request:
    # The order and the writing of the query are those that are signed.
    written = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in sorted(query.items()))
    request = Request(f"{bucket.url}?{written}")
    if bucket.keys:
        for name, value in _signature(bucket, bucket.keys, written, datetime.now(UTC)).items():
            request.add_header(name, value)
    return request


def _signature(bucket: Bucket, keys: Keys, query: str, now: datetime) -> dict[str, str]:
    """Return the headers that sign a GET of a bucket (AWS Signature Version 4)."""
    parts = urlsplit(bucket.url)
    empty = hashlib.sha256(b"").hexdigest()
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": parts.netloc, "x-amz-content-sha256": empty, "x-amz-date": stamp}
    if keys.session_token:
        headers["x-amz-security-token"] = keys.session_token
    signed = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    asked = f"GET\n{parts.path}\n{query}\n{lines}\n{signed}\n{empty}"
    scope = f"{stamp[:8]}/{bucket.region}/s3/aws4_request"
    digest = hashlib.sha256(asked.encode()).hexdigest()
    key = f"AWS4{keys.secret_access_key}".encode()
    for part in (*scope.split("/"), f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    del headers["host"]
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={keys.access_key_id}/{scope},"
        f" SignedHeaders={signed}, Signature={key.hex()}"
    )
    return headers
