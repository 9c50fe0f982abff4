"""Packages from PyPI for the tests, each set in an environment of its own below .build, installed the first time."""
import os
import subprocess
import sys
import venv

from organisation import ROOT


def installed(name, packages):
    """The folder of the programs of an environment that holds the packages."""
    folder = ROOT / ".build" / f"acceptance-{name}"
    mark = folder / "-".join(packages).replace("/", "_")
    if not mark.exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *packages], check=True)
        mark.touch()
    return folder / "bin"


def need(name, packages, **environment):
    """Runs the script again with the packages at hand and never comes back; when they are, it comes back at once."""
    python = installed(name, packages) / "python"
    if os.environ.get("AZUKARI_PACKAGES") != name:
        os.execve(python, [str(python), *sys.argv], {**os.environ, "AZUKARI_PACKAGES": name, **environment})
