"""Every C++ source is formatted as .clang-format says."""

import shutil
import subprocess
import sys

from sources import PLANES, ROOT, sources

if __name__ == "__main__":
    tool = shutil.which("clang-format-16")
    if tool is None:
        print("skipped: clang-format-16 is not installed")
        sys.exit(77)
    done = subprocess.run([tool, "--dry-run", "-Werror", *sources((*PLANES, "tests"))], cwd=ROOT, check=False)
    sys.exit(done.returncode)
