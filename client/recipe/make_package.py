"""The conda package, made from the wheel by whl2conda, without rattler-build.

    python client/recipe/make_package.py WHEEL FOLDER

It writes the package into FOLDER and prints its path. A wheel cannot say with which versions of conda the
package works; that comes from the recipe.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from conda_package_handling import api

RECIPE = Path(__file__).with_name("recipe.yaml")
WHL2CONDA = (sys.executable, "-m", "whl2conda", "convert")


def main(wheel: Path, folder: Path) -> Path:
    """Make the package and return its path."""
    with tempfile.TemporaryDirectory() as work:
        options = ("--ignore-pyproject", "--batch", "--quiet", "--format", "tree", "--out-dir", work)
        subprocess.run([*WHL2CONDA, wheel, *options], check=True)
        (tree,) = Path(work).iterdir()
        _complete(tree / "info" / "index.json")
        folder.mkdir(parents=True, exist_ok=True)
        package = folder / f"{tree.name}.conda"
        api.create(str(tree), None, package.name, str(folder))
    return package


def _complete(index: Path) -> None:
    recipe = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))
    metadata = json.loads(index.read_text(encoding="utf-8"))
    # run_constraints is rattler-build's name, constrains is conda's
    metadata["constrains"] = recipe["requirements"]["run_constraints"]
    index.write_text(json.dumps(metadata, indent=2), encoding="utf-8")


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2])))
