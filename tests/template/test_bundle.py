"""What is deployed: complete, small, for the right machine, and made once."""

import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.policy import AccessPolicy, load
from infra import bundle as bundling
from infra.bundle import SERVICES, BundleError, bundle
from tests.template.templates import CAPABILITIES, MODULES, ROOT


@pytest.fixture(scope="session")
def access_policy() -> str:
    return load(ROOT / "access.yaml").to_json()


@pytest.fixture(scope="session")
def for_lambda(access_policy: str) -> Path:
    return bundle(access_policy, "lambda")


@pytest.fixture(scope="session")
def for_here(access_policy: str) -> Path:
    return bundle(access_policy, "local")


@pytest.fixture
def no_installation(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Dependencies that are made in no time; the list says when."""
    made: list[str] = []

    def installer(platform: str) -> object:
        def install(target: Path) -> None:
            made.append(platform)
            (target / "dependency.py").write_text("")

        return install

    monkeypatch.setattr(bundling, "_installer", installer)
    return made


def test_native_code_is_for_graviton(for_lambda: Path) -> None:
    native = [path.name for path in for_lambda.rglob("*.so")]

    assert native
    tagged = [name for name in native if "linux-gnu" in name]
    assert tagged
    assert all("aarch64" in name for name in tagged)
    assert all("cpython-313" in name for name in tagged if "cpython" in name)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_handler_needs_nothing_but_the_bundle(capability: str, for_here: Path) -> None:
    # Given an interpreter without the project's own environment
    interpreter = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    code = (
        f"import sys; sys.path.insert(0, {str(for_here)!r}); sys.dont_write_bytecode = True; "
        f"import {MODULES[capability]} as module; print(module.handle.__name__, module.__file__)"
    )

    # When its handler is imported as Lambda does it
    done = subprocess.run(
        [str(interpreter), "-I", "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"},
    )

    # Then all it imports is there
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"handle {for_here}")


def test_access_policy_is_in_it(for_lambda: Path, access_policy: str) -> None:
    written = (for_lambda / "access.json").read_text()

    assert AccessPolicy.from_json(written) == AccessPolicy.from_json(access_policy)


@pytest.mark.parametrize("platform", ["for_lambda", "for_here"])
def test_nothing_in_it_tells_who_made_it(platform: str, request: pytest.FixtureRequest) -> None:
    made: Path = request.getfixturevalue(platform)

    assert not (made / "bin").exists()
    assert not [path for path in made.rglob("*.pyc") if str(ROOT).encode() in path.read_bytes()]
    assert not [*made.glob("*.dist-info/RECORD"), *made.glob("*.dist-info/direct_url.json")]
    # Lambda runs as another user
    for path in made.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)


def test_it_is_far_from_lambdas_limit_of_250_mb(for_lambda: Path) -> None:
    size = sum(path.stat().st_size for path in for_lambda.rglob("*") if path.is_file())

    assert size < 60_000_000


def services_called() -> Iterator[str]:
    """First arguments of `….client("…")` in the functions."""
    for path in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("client", "resource")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value)


def test_every_service_that_is_called_has_its_description(for_lambda: Path) -> None:
    assert set(services_called()) <= SERVICES
    described = {path.name for path in (for_lambda / "botocore" / "data").iterdir() if path.is_dir()}
    assert described == SERVICES


def test_the_second_time_nothing_is_made(no_installation: list[str], tmp_path: Path) -> None:
    first = bundle("{}", "local", build=tmp_path)
    before = first.stat().st_mtime_ns

    assert bundle("{}", "local", build=tmp_path) == first
    assert first.stat().st_mtime_ns == before
    assert no_installation == ["local"]


def test_another_access_policy_is_another_bundle_of_the_same_dependencies(
    no_installation: list[str], tmp_path: Path
) -> None:
    first = bundle("{}", "local", build=tmp_path)
    second = bundle('{"grants": []}', "local", build=tmp_path)

    assert first != second
    assert (first / "access.json").read_text() == "{}"
    assert json.loads((second / "access.json").read_text()) == {"grants": []}
    assert no_installation == ["local"]


def test_each_platform_has_its_own_dependencies(no_installation: list[str], tmp_path: Path) -> None:
    assert bundle("{}", "local", build=tmp_path) != bundle("{}", "lambda", build=tmp_path)
    assert no_installation == ["local", "lambda"]


def test_an_installation_that_fails_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def installer(_platform: str) -> object:
        def install(target: Path) -> None:
            (target / "half.py").write_text("")
            raise BundleError("no network")

        return install

    monkeypatch.setattr(bundling, "_installer", installer)

    with pytest.raises(BundleError, match="no network"):
        bundle("{}", "local", build=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_cold_start_has_to_compile(for_here: Path) -> None:
    """Given the Python that runs the functions: bytecode beside every module, not checked by time."""
    for source in (for_here / "functions").rglob("*.py"):
        compiled = Path(importlib.util.cache_from_source(str(source))).read_bytes()
        assert compiled[:4] == importlib.util.MAGIC_NUMBER
        # PEP 552: hash-based, and the source is not read to check it
        assert int.from_bytes(compiled[4:8], "little") == 0b01
    dependencies = [path for path in for_here.rglob("*.py") if "functions" not in path.parts]
    missing = [
        path for path in dependencies if not Path(importlib.util.cache_from_source(str(path))).exists()
    ]
    assert not missing


def test_without_the_python_of_lambda_the_bundle_has_no_bytecode_of_another(
    no_installation: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bundling, "_interpreter_of", lambda _platform: None)
    made = bundle("{}", "lambda", build=tmp_path)

    assert (made / "functions" / "hook" / "handler.py").is_file()
    assert not [path for path in made.rglob("*") if "__pycache__" in path.parts]


def test_a_missing_uv_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundling, "ROOT", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(BundleError, match=r"uv.* is missing: run `make setup`\.$"):
        bundling._uv()


def test_what_uv_refuses_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refusing = tmp_path / "uv"
    refusing.write_text("#!/bin/sh\necho 'no such package' >&2\nexit 2\n")
    refusing.chmod(0o755)
    monkeypatch.setattr(bundling, "_uv", lambda: str(refusing))

    with pytest.raises(BundleError, match=re.escape("no such package")):
        bundle("{}", "local", build=tmp_path / "build")
    assert list((tmp_path / "build").iterdir()) == []
