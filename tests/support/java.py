"""Compiles the Java sides of tests and benchmarks."""

import os
import subprocess

SHARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Json.java")


def jars(*names):
    """Class path of Debian's libraries."""
    return ":".join(f"/usr/share/java/{name}.jar" for name in names)


def compiled(source, path, directory):
    """Compiles the program with Json.java into the directory. Returns: the command that runs it."""
    subprocess.run(["javac", "-cp", path, "-d", directory, source, SHARED], check=True)
    return ["java", "-cp", f"{path}:{directory}", os.path.basename(source).removesuffix(".java")]
