"""What is installed from the wheel makes a project and plans it, far from this checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.init.making import IN_AWS

REPOSITORY = Path(__file__).resolve().parents[3]


def test_the_wheel_alone_makes_a_project_and_plans_it(folder, tmp_path):
    """Outside of the checkout; what it depends on is that of this environment, which has `longshore` by a link only."""
    python, wheels, venv = sys.executable, tmp_path / "wheels", tmp_path / "venv"

    def quiet(*words, **more):
        subprocess.run(words, check=True, capture_output=True, **more)

    quiet(python, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels, cwd=REPOSITORY)
    quiet(python, "-m", "venv", "--without-pip", venv)
    (wheel,) = wheels.glob("*.whl")
    own = venv / "bin" / "python"
    pip = [python, "-m", "pip", "--python", own, "--disable-pip-version-check", "install", "--no-deps", "--no-index"]
    quiet(*pip, wheel)
    (packages,) = (venv / "lib").glob("python*/site-packages")
    (theirs,) = {path for path in sys.path if path.endswith("site-packages") and Path(path, "pulumi").is_dir()}
    (packages / "dependencies.pth").write_text(f"{theirs}\n", "utf-8")
    where = [
        own,
        "-c",
        "import longshore, longshore.components; print(longshore.__file__, longshore.components.__file__)",
    ]
    found = subprocess.run(where, cwd=folder, check=True, capture_output=True, text=True).stdout
    assert found.split() == [f"{packages}/longshore/__init__.py", f"{packages}/longshore/components/__init__.py"]
    for words in (("init", *IN_AWS, "--ci", "github"), ("plan", "-s", "platform.dev"), ("plan", "-s", "shop.dev")):
        command = [venv / "bin" / "longshore", *words]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
