"""Evaluations of a typical mapping template, against Apache Velocity 1.7 on a warm JVM."""

import os
import statistics
import subprocess
import tempfile

import java

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "template")
JARS = java.jars("velocity", "commons-lang", "commons-collections3")
WARM_UP_S = 10


class Subject:
    """A process that evaluates the template for as long as it is told."""

    def __init__(self, name, command):
        self.name = name
        files = [os.path.join(FOLDER, name) for name in ("typical.vm", "typical.json")]
        self.process = subprocess.Popen([*command, *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.rates = []

    def ask(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def rate(self, seconds):
        """Evaluations per second of the thread's CPU."""
        return float(self.ask(int(seconds * 1000)))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def template(settings):
    """One thread each, in turn; both must give the same text."""
    with tempfile.TemporaryDirectory() as directory:
        ours = Subject("turnpike", [os.path.join(settings.binaries, "turnpike-bench-template")])
        theirs = Subject("velocity", java.compiled(os.path.join(FOLDER, "Bench.java"), JARS, directory))
        measure(ours, theirs, settings)
    for subject in (ours, theirs):
        print(f"{subject.name:12}{statistics.median(subject.rates):12.0f} evaluations/s")
    return [("template_vs_velocity", "ratio", [a / b for a, b in zip(ours.rates, theirs.rates)])]


def measure(ours, theirs, settings):
    """Fills their rates, and ends both."""
    try:
        text = ours.ask("text")
        if text != theirs.ask("text"):
            raise RuntimeError("the engines do not give the same text")
        theirs.rate(WARM_UP_S)
        for _ in range(settings.rounds):
            for subject in (ours, theirs):
                subject.rates.append(subject.rate(settings.seconds))
    finally:
        ours.close()
        theirs.close()
