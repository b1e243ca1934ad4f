"""docs/coverage.md is what turnpike-coverage prints.

Usage: check_coverage.py <turnpike-coverage> <docs/coverage.md>
"""

import difflib
import pathlib
import subprocess
import sys

if __name__ == "__main__":
    printed = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout
    kept = pathlib.Path(sys.argv[2]).read_text(encoding="utf-8")
    difference = list(difflib.unified_diff(kept.splitlines(), printed.splitlines(), "docs/coverage.md", "bindings",
                                           lineterm=""))
    print("\n".join(difference) or "current")
    if difference:
        sys.exit("docs/coverage.md is out of date: ninja coverage_document writes it anew")
