"""How a bucket is reached: its region, its endpoint, and keys where there are any.

Keys, region and endpoint come from the usual AWS environment or the profile in the AWS files;
where neither has keys, requests are not signed, as public buckets want it.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.places import from_text, to_text

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Store

TIMEOUT_S = 30.0
_USUAL_REGION = "us-east-1"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Where keys come from a service of the machine (containers, Kubernetes), only obstore gets them.
_KEY_SERVICES = (
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs requests."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and how to reach it; `keys` is None where requests are not signed.

    `endpoint` is the service's address without the bucket, `is_aws` whether it is Amazon's.
    """

    name: str
    region: str
    endpoint: str
    is_aws: bool
    keys: Keys | None

    @property
    def url(self) -> str:
        """The bucket's own address."""
        return f"{self.endpoint}/{quote(self.name)}"


def s3_url(bucket: str, key: str) -> str:
    """Return the `s3://bucket/key` that a survey keeps: safe text that `split_s3_url` reads."""
    return f"s3://{bucket}/{to_text(key)}"


def split_s3_url(url: str) -> tuple[str, str]:
    """Return bucket and key of what `s3_url` wrote; the key is exactly the object's."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, from_text(key)


def can_be_fetched(key: str) -> bool:
    """Tell whether obstore takes a key: no empty, `.` or `..` part, no control character."""
    parts = key.split("/")
    return not ({"", ".", ".."} & set(parts)) and not any(
        ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in key
    )


def find_bucket(name: str, *, public: bool = False) -> Bucket:
    """Return how to reach a bucket; with `public`, without keys whatever the environment has.

    Where the environment names no region, Amazon is asked (one request). Raises InputError
    where that cannot be, UsageError for an endpoint that is no address.
    """
    profile = _profile()
    keys = None if public else _keys(profile)
    region = (
        os.environ.get("AWS_REGION")
        or os.environ.get("AWS_DEFAULT_REGION")
        or profile.get("region")
    )
    endpoint = _endpoint()
    if endpoint:
        return Bucket(name, region or _USUAL_REGION, endpoint, False, keys)
    region = region or _region_of(name)
    return Bucket(name, region, f"https://s3.{region}.amazonaws.com", True, keys)


def open_bucket(
    name: str,
    *,
    public: bool = False,
    retry_config: RetryConfig | None = None,
    client_options: ClientConfig | None = None,
) -> S3Store:
    """Return the obstore store of a bucket; keys of `split_s3_url` are its paths.

    Raises as `find_bucket` does; that a bucket or an object is not there shows when it is read.
    """
    from obstore.store import S3Store

    bucket = find_bucket(name, public=public)
    options: ClientConfig = {**(client_options or {})}
    if bucket.endpoint.startswith("http://"):
        options["allow_http"] = True
    config = _signing(bucket.keys, public=public)
    config["region"] = bucket.region
    # Set under the name that wins over whatever else the environment names.
    config["aws_endpoint_url_s3"] = bucket.endpoint
    config["virtual_hosted_style_request"] = False
    return S3Store(bucket.name, config=config, client_options=options, retry_config=retry_config)


def _signing(keys: Keys | None, *, public: bool) -> S3Config:
    if keys is None:
        by_service = not public and any(os.environ.get(name) for name in _KEY_SERVICES)
        return {} if by_service else {"skip_signature": True}
    found: S3Config = {
        "access_key_id": keys.access_key_id,
        "secret_access_key": keys.secret_access_key,
        "skip_signature": False,
    }
    if keys.session_token:
        found["session_token"] = keys.session_token
    return found


def _keys(profile: Mapping[str, str]) -> Keys | None:
    env = os.environ
    if env.get("AWS_ACCESS_KEY_ID") and env.get("AWS_SECRET_ACCESS_KEY"):
        token = env.get("AWS_SESSION_TOKEN", "")
        return Keys(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], token)
    if profile.get("aws_access_key_id") and profile.get("aws_secret_access_key"):
        token = profile.get("aws_session_token", "")
        return Keys(profile["aws_access_key_id"], profile["aws_secret_access_key"], token)
    if env.get("AWS_PROFILE"):
        raise InputError(
            f"The AWS profile {clean(env['AWS_PROFILE'])} has no keys of its own.",
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --public.",
        )
    return None


def _profile() -> dict[str, str]:
    """Return what the AWS files say of the chosen profile; nothing where there are none."""
    name = os.environ.get("AWS_PROFILE") or "default"
    home = os.environ.get("HOME")
    if not home:
        return {}
    places = (
        (os.environ.get("AWS_CONFIG_FILE") or f"{home}/.aws/config", ("profile " + name, name)),
        (os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or f"{home}/.aws/credentials", (name,)),
    )
    found: dict[str, str] = {}
    for path, sections in places:
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError, configparser.Error):
            continue
        for section in sections:
            if parser.has_section(section):
                found |= dict(parser.items(section))
    return found


def _endpoint() -> str:
    """Return the address of another service than Amazon's, "" for none."""
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    given = next((os.environ[name] for name in names if os.environ.get(name)), "").rstrip("/")
    if not given:
        return ""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f"AWS_ENDPOINT_URL is {clean(given)!r}: that is no address.", "Write https://HOST."
        )
    allowed = os.environ.get("AWS_ALLOW_HTTP", "").casefold() in ("1", "true", "yes")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not allowed:
        raise UsageError(
            f"{clean(given)}: keys and pictures would go over the line unencrypted.",
            "Use https, or set AWS_ALLOW_HTTP=true.",
        )
    return given


class _NoRedirect(HTTPRedirectHandler):
    """Leaves the answer of a redirect as it is: Amazon says there where a bucket lies."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def opener() -> OpenerDirector:
    """Return what opens an address without following redirects."""
    return build_opener(_NoRedirect)


def _region_of(name: str) -> str:
    request = Request(f"https://s3.amazonaws.com/{quote(name)}", method="HEAD")
    try:
        with opener().open(request, timeout=TIMEOUT_S) as answer:
            headers: Message = answer.headers
    except HTTPError as error:
        headers = error.headers
        if error.code == 404:
            raise no_bucket(name) from None
    except (URLError, OSError) as error:
        raise InputError(
            f"s3://{name}: Amazon's S3 cannot be reached ({why(error)}).",
            "Check the network; AWS_ENDPOINT_URL names another service.",
        ) from None
    return headers.get("x-amz-bucket-region") or _USUAL_REGION


def no_bucket(name: str) -> InputError:
    """Return the error for a bucket that does not exist."""
    return InputError(f"s3://{name}: there is no such bucket.", "Check its name.")


def why(error: Exception) -> str:
    """Return in a few words why a service could not be reached."""
    reason = getattr(error, "reason", error)
    return clean(str(getattr(reason, "strerror", None) or reason)).lower()
