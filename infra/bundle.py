"""The one asset of all functions: dependencies, the package `functions`, and `access.json`. No Docker.

Both steps are cached under `.build/` by the hash of what goes into them, so that a synthesis after the first
one makes nothing, and a change in `functions/` does not install anything.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from functions.policy.reading import BUNDLED

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"

LAMBDA_PYTHON = "3.13"
LAMBDA_PLATFORM = "aarch64-manylinux2014"

SERVICES = frozenset(
    {
        "account-access",
        "cloudwatch",
        "dynamodb",
        "events",
        "iam",
        "identitystore",
        "kms",
        "organizations",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
        "sso-admin",
        "sts",
    }
)
"""What the functions call. botocore brings descriptions of over 400 services; the others stay out, which
takes three quarters off the bundle and time off every cold start. A test holds this list to the code."""


class BundleError(Exception):
    """The bundle cannot be made; the text says what to do."""


def bundle(access_policy: str, platform: str, *, build: Path = BUILD) -> Path:
    """A directory to deploy, for `platform` (`lambda` or `local`), made if it is not there yet.

    Raises BundleError if uv is missing or refuses.
    """
    dependencies = _cached(build, "dependencies", _dependency_inputs(platform), _installer(platform))

    def fill(target: Path) -> None:
        # Links, not copies: the same files, in no time and no space.
        shutil.copytree(dependencies, target, dirs_exist_ok=True, copy_function=os.link)
        for source in _sources():
            copied = target / source.relative_to(ROOT)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copied)
        (target / BUNDLED).write_text(access_policy, encoding="utf-8")
        _compile(target / "functions", target, platform)

    sources = ((str(path.relative_to(ROOT)), path.read_bytes()) for path in _sources())
    inputs = [(dependencies.name, b""), *sources, (BUNDLED, access_policy.encode())]
    return _cached(build, "bundle", inputs, fill)


def _sources() -> Iterator[Path]:
    for path in sorted((ROOT / "functions").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _dependency_inputs(platform: str) -> list[tuple[str, bytes]]:
    """This file is one of them: it says what is installed for which Python, and what is left out."""
    files = [ROOT / "uv.lock", ROOT / "pyproject.toml", Path(__file__)]
    interpreter = sys.version if platform == "local" else LAMBDA_PYTHON + LAMBDA_PLATFORM
    compiles = f"bytecode by {_interpreter_of(platform) is not None}".encode()
    contents = [(path.name, path.read_bytes()) for path in files]
    return [(platform, interpreter.encode()), ("", compiles), *contents]


def _cached(build: Path, kind: str, inputs: list[tuple[str, bytes]], fill: Callable[[Path], None]) -> Path:
    """The directory made of these inputs. It appears under its name complete or not at all."""
    digest = hashlib.sha256()
    for name, content in inputs:
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    made = build / f"{kind}-{digest.hexdigest()[:24]}"
    if made.is_dir():
        return made
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build, prefix=f"{kind}-new-") as scratch:
        work = Path(scratch) / kind
        work.mkdir()
        fill(work)
        _open(work)
        try:
            work.rename(made)
        except OSError:
            # Another synthesis made the same directory meanwhile.
            if not made.is_dir():
                raise
    return made


def _open(directory: Path) -> None:
    """Lambda runs as another user than the one who bundled, whatever that one's umask."""
    for path in [directory, *directory.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _installer(platform: str) -> Callable[[Path], None]:
    def install(target: Path) -> None:
        uv = _uv()
        with tempfile.TemporaryDirectory() as scratch:
            requirements = Path(scratch) / "requirements.txt"
            _run(uv, "export", "--frozen", "--no-dev", "--no-emit-project", "-qo", str(requirements))
            _run(
                uv,
                *("pip", "install", "--quiet", "--target", str(target), "--link-mode", "copy"),
                *("--no-deps", "--require-hashes", "--only-binary", ":all:"),
                *_interpreter(platform),
                *("--requirement", str(requirements)),
            )
        _strip(target)
        _compile(target, target, platform)

    return install


def _compile(what: Path, root: Path, platform: str) -> None:
    """Bytecode beside the source: /var/task cannot be written to, so without it every cold start compiles
    what it imports, which is more than half of the start's CPU time. It must be made by the very Python that
    will run it; where that one is not here, the functions work without."""
    python = _interpreter_of(platform)
    if python is None:
        return
    # Unchecked: a zip file rounds the times of its files, by which Python would find the bytecode too old.
    how = ("-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/var/task")
    _run(python, "-I", "-m", "compileall", *how, str(what))


@cache
def _interpreter_of(platform: str) -> str | None:
    """A Python of the version that runs the functions, if one is installed."""
    if platform == "local" or sys.version_info[:2] == tuple(map(int, LAMBDA_PYTHON.split("."))):
        return sys.executable
    asked = [_uv(), "python", "find", "--no-python-downloads", "--system", LAMBDA_PYTHON]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - uv, by path
    return None if found.returncode else found.stdout.strip()


def _interpreter(platform: str) -> tuple[str, ...]:
    if platform == "local":
        return ("--python", sys.executable)
    return ("--python-version", LAMBDA_PYTHON, "--python-platform", LAMBDA_PLATFORM)


def _uv() -> str:
    installed = ROOT / ".tools" / "bin" / "uv"
    uv = str(installed) if installed.is_file() else shutil.which("uv")
    if uv is None:
        raise BundleError("uv, which installs the functions' dependencies, is missing: run `make setup`.")
    return uv


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - uv, by path
    if done.returncode:
        raise BundleError(f"`{' '.join(command[:3])}` failed:\n{done.stderr.strip()}")


def _strip(target: Path) -> None:
    """Leave out what no function reads, and what differs from one installation to the next."""
    shutil.rmtree(target / "bin", ignore_errors=True)
    for service in (target / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    for record in ("RECORD", "REQUESTED", "INSTALLER", "direct_url.json", "uv_cache.json"):
        for path in target.glob(f"*.dist-info/{record}"):
            path.unlink()
    for compiled in [*target.rglob("__pycache__")]:
        shutil.rmtree(compiled)
    (target / ".lock").unlink(missing_ok=True)
