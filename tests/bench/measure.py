"""Measuring: CPU time from process accounting, wrk's throughput and latencies, alternating runs."""

import os
import re
import statistics
import subprocess
import time

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SERVER_CPU = 0  # what is measured
LOAD_CPU = 1    # load generator and upstream


def pinned(cpu, command):
    """The command bound to one processor, when the machine has more than one."""
    return ["taskset", "-c", str(cpu), *command] if (os.cpu_count() or 1) > cpu else command


def cpu_seconds(pids):
    """User and system time of the processes, all threads, in seconds."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS_PER_S


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


class Load:
    """What one wrk run saw."""

    def __init__(self, requests, seconds, errors, p50_us, p99_us):
        self.requests = requests
        self.rps = requests / seconds
        self.errors = errors
        self.p50_us = p50_us
        self.p99_us = p99_us


def wrk(url, seconds, connections=64, headers=None, script=None):
    """Offers load from one thread. Raises RuntimeError when nothing was answered."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", script]
    done = subprocess.run(pinned(LOAD_CPU, [*command, url]), capture_output=True, text=True, check=False)
    return parse_wrk(done.stdout, done.stderr)


def parse_wrk(text, error=""):
    match = re.search(r"(\d+) requests in ([\d.]+)(m?s|m)", text)
    if not match or int(match.group(1)) == 0:
        raise RuntimeError(f"wrk measured nothing: {text} {error}")
    seconds = float(match.group(2)) * {"s": 1, "ms": 0.001, "m": 60}[match.group(3)]
    return Load(int(match.group(1)), seconds, _errors(text), _percentile(text, 50), _percentile(text, 99))


def _errors(text):
    count = sum(int(number) for number in re.findall(r"(?:connect|read|write|timeout) (\d+)", text))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return count, int(bad.group(1)) if bad else 0


def _percentile(text, which):
    match = re.search(rf"^\s+{which}%\s+([\d.]+)(us|ms|s)", text, re.MULTILINE)
    return float(match.group(1)) * {"us": 1, "ms": 1e3, "s": 1e6}[match.group(2)] if match else float("nan")


class Subject:
    """One server under load: its processes and the request to send."""

    def __init__(self, name, pids, url, headers=None, status_ok=True, script=None):
        self.name = name
        self.pids = pids
        self.url = url
        self.headers = headers
        self.script = script
        self.status_ok = status_ok

    def run(self, seconds, connections=64):
        """One run: {cpu_us, rps, p50_us, p99_us}. Raises if answers were not as expected."""
        before = cpu_seconds(self.pids)
        load = wrk(self.url, seconds, connections, self.headers, self.script)
        used = cpu_seconds(self.pids) - before
        broken, other_status = load.errors
        if broken or (self.status_ok and other_status):
            raise RuntimeError(f"{self.name}: {broken} broken, {other_status} not 2xx")
        if not self.status_ok and other_status != load.requests:
            raise RuntimeError(f"{self.name}: {load.requests - other_status} were not rejected")
        return {"cpu_us": used / load.requests * 1e6, "rps": load.rps, "p50_us": load.p50_us, "p99_us": load.p99_us}


def alternate(subjects, rounds, seconds, connections=64):
    """A B C A B C ...: drift of the machine hits all alike. {name: [run, ...]}; one warm-up each."""
    for subject in subjects:
        subject.run(1, connections)
    runs = {subject.name: [] for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            runs[subject.name].append(subject.run(seconds, connections))
    return runs


def median(runs, figure):
    return statistics.median(run[figure] for run in runs)


def ratios(runs, ours, theirs, figure):
    """Our figure over theirs, round by round."""
    return [a[figure] / b[figure] for a, b in zip(runs[ours], runs[theirs])]


def wait_for(condition, seconds=20, what="condition"):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"timed out waiting for {what}")
        time.sleep(0.01)
