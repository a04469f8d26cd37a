"""The README's chapter "From S3 to predictions" does what it says, typed as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs import ROOT, commands

PICTURES = ROOT / "sample_data" / "pictures"
PREFIX = "2024"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[int]:
    """The chapter's bucket on a server of this machine; gives how many pictures it holds."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    client.create_bucket(Bucket="river-pictures")
    pictures = sorted(path for path in PICTURES.rglob("*.JPG") if path.stat().st_size > 0)[:6]
    for picture in pictures:
        key = f"{PREFIX}/{picture.relative_to(PICTURES).as_posix()}"
        client.put_object(
            Bucket="river-pictures", Key=key, Body=picture.read_bytes(), ACL="public-read"
        )
    truncated = pictures[0].read_bytes()[:-2000]
    client.put_object(
        Bucket="river-pictures",
        Key=f"{PREFIX}/UR099/half.JPG",
        Body=truncated,
        ACL="public-read",
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CAMTRAP_TUI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("CAMTRAP_TUI_MODEL", str(ROOT / "sample_data" / "demo_model"))
    yield len(pictures)
    server.stop()


@pytest.mark.model
def test_the_chapter_runs_as_written(bucket: int, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("camtrap-tui")
    said: list[str] = []
    typed = commands("From S3 to predictions")
    assert [words[1] for words in typed] == ["add", "add", "predict", "status", "status"]
    for words in typed:
        assert words[0] == "camtrap-tui"
        assert "--dry-run" in words or words[1] != "add" or not (tmp_path / "river.db").exists()
        done = subprocess.run(
            [program, *words[1:]],
            cwd=tmp_path,
            env=os.environ | {"COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (words, done.stderr)
        said.append(done.stdout)
    assert re.search(rf"\bpredicted +{bucket}\b", said[2])
    assert "half.JPG" in said[4]
    assert len(list((tmp_path / "copies").rglob("*.jpg"))) == bucket
