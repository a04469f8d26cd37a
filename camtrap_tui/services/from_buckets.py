"""A picture from a bucket: one request for one object.

Tries and waits are counted by whoever asks, so obstore makes none of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import InputError
from camtrap_tui.services.answers import (
    PIECE,
    TOO_BUSY,
    Again,
    Away,
    Final,
    check_kind,
    check_size,
    read_body,
)
from camtrap_tui.services.pace_limits import Limits, Throttle
from camtrap_tui.services.s3 import can_be_fetched, open_bucket, split_s3_url


class BucketPictures:
    """Buckets, opened when they are first asked for; `get` asks once."""

    def __init__(
        self, limits: Limits, throttle: Throttle, places: Mapping[str, bool] | None = None
    ) -> None:
        """`places` says of `s3://bucket/prefix` whether it is read without keys, where known."""
        self._limits = limits
        self._throttle = throttle
        self._places = places or {}
        # By name, and whether it is read without keys.
        self._buckets: dict[tuple[str, bool], Any] = {}

    async def get(self, url: str) -> bytes:
        """Return the object that `s3_url` wrote down. Raises Final, Again or Away.

        Raises InputError where the environment says of the bucket what cannot be used.
        """
        from obstore import exceptions

        bucket, key = split_s3_url(url)
        if not bucket or not can_be_fetched(key):
            raise Final("this is no address of an object")
        public = self._is_public(url)
        store = self._buckets.get((bucket, public)) or await self._open(bucket, public=public)
        try:
            return await self._object(store, key)
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            if _is_unsigned(store):
                raise Final("HTTP 403") from None
        # Keys for other buckets are no good here, while anybody may read a public one.
        store = await self._open(bucket, public=True)
        try:
            data = await self._object(store, key)
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            raise Final("HTTP 403") from None
        self._buckets[bucket, False] = store
        return data

    def _is_public(self, url: str) -> bool:
        """Tell whether the innermost place in which an object lies is read without keys."""
        around = [place for place in self._places if url.startswith(f"{place}/")]
        return bool(around) and self._places[max(around, key=len)]

    async def _object(self, store: Any, key: str) -> bytes:
        import obstore
        from obstore import exceptions

        try:
            async with asyncio.timeout(self._limits.stall_s):
                found = await obstore.get_async(store, key)
            check_kind(str(found.attributes.get("Content-Type", "")))
            size = found.meta["size"]
            check_size(size, self._limits)
            pieces = _plain(found.stream(min_chunk_size=PIECE))
            data = await read_body(pieces, self._limits, self._throttle)
        except TimeoutError:
            raise Again("time-out") from None
        except (exceptions.NotFoundError, FileNotFoundError):
            raise Final("HTTP 404") from None
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            raise
        except exceptions.BaseError as error:
            raise _trouble(str(error)) from None
        if len(data) != size:
            raise Again("the body was cut short")
        return data

    async def _open(self, bucket: str, *, public: bool) -> Any:
        from datetime import timedelta

        from obstore import exceptions

        # Opening may ask Amazon for the region: not in the loop's own thread.
        open_it = partial(
            open_bucket,
            bucket,
            public=public,
            retry_config={"max_retries": 0},
            client_options={
                "connect_timeout": timedelta(seconds=self._limits.connect_s),
                "timeout": timedelta(hours=1),
            },
        )
        try:
            store = await asyncio.to_thread(open_it)
        except exceptions.BaseError as error:
            said = clean(str(error).partition("\n")[0])
            raise InputError(f"s3://{bucket}: {said}.", "Check the AWS environment.") from None
        return self._buckets.setdefault((bucket, public), store)


def _is_unsigned(store: Any) -> bool:
    return str(store.config.get("skip_signature", "")).lower() == "true"


async def _plain(stream: Any) -> AsyncIterator[bytes]:
    async for piece in stream:
        yield bytes(piece)


def _trouble(said: str) -> Again | Away:
    """Return what an error of obstore's means; it tells of the status in words only."""
    plain = said.partition("\n")[0]
    if "error sending request" in said.lower() or "connect" in plain.lower():
        return Away("no connection")
    marker = "status code: "
    if marker in plain:
        status = plain.partition(marker)[2][:3]
        if status.isdecimal():
            return Again(f"HTTP {status}", busy=int(status) in TOO_BUSY)
    if "timed out" in said.lower() or "timeout" in plain.lower():
        return Again("time-out")
    return Again("the bucket's answer cannot be used")
