"""The project's C++ sources, for the tidy tests."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLANES = ("common", "control-plane", "data-plane")


def sources(folders=PLANES):
    """Paths relative to the root of every .hpp and .cpp below the folders, sorted."""
    found = []
    for folder in folders:
        for directory, _, names in os.walk(os.path.join(ROOT, folder)):
            found += [os.path.relpath(os.path.join(directory, name), ROOT)
                      for name in names if name.endswith((".hpp", ".cpp"))]
    return sorted(found)


def lines(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return list(enumerate(file.read().splitlines(), 1))


def report(findings):
    """Prints what is wrong and ends with the matching exit code."""
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    sys.exit(1 if findings else 0)
