"""One supervised child process."""

import os
import re
import signal
import subprocess
import time

import state
from trouble import Trouble, disk_full, say

BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 30
STEADY_AFTER_S = 60
READY_WITHIN_S = 60
LOG_BYTES_READ = 8000


class Child:
    """Started, watched, started again after a crash with back-off. One thread: the supervisor's."""

    def __init__(self, name, command, environment, ready, log, stop_signal=signal.SIGTERM,
                 stop_within_s=state.STOP_WITHIN_S, before_exec=None):
        self.name = name
        self.restarts = 0
        self._command = command
        self._environment = environment
        self._ready = ready
        self._log = log
        self._log_start = 0
        self._stop_signal = stop_signal
        self._stop_within_s = stop_within_s
        self._before_exec = before_exec
        self._process = None
        self._identity = None
        self._started_at = 0.0
        self._start_again_at = None
        self._backoff_s = BACKOFF_FIRST_S
        self._last_end = ""

    def start(self):
        """Errors: OSError."""
        with open(self._log, "ab") as log:
            self._log_start = log.tell()
            # Its own session: a terminal's Ctrl-C reaches the supervisor only, which stops in order.
            self._process = subprocess.Popen(self._command, env=self._environment, stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log, start_new_session=True,
                                             preexec_fn=self._before_exec)
        self._identity = state.identity(self._process.pid)
        self._started_at = time.monotonic()
        self._start_again_at = None

    def wait_until_ready(self, given_up):
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._ready():
            if given_up():
                raise Trouble("interrupted")
            if self._process.poll() is not None:
                raise Trouble(f"{self.name} ended at once: {self._last_words()} (whole log: {self._log})")
            if time.monotonic() > deadline:
                raise Trouble(f"{self.name} is not ready after {READY_WITHIN_S} s: {self._last_words()} "
                              f"(whole log: {self._log})")
            time.sleep(0.05)

    def tend(self):
        """Notices an end, starts again when it is time. Returns whether anything changed."""
        now = time.monotonic()
        if self._start_again_at is not None:
            if now < self._start_again_at:
                return False
            self._start_again()
            return True
        code = self._process.poll()
        if code is None:
            return False
        if now - self._started_at > STEADY_AFTER_S:
            self._backoff_s = BACKOFF_FIRST_S
        if code < 0:
            how = f"was ended by {signal.Signals(-code).name}"
        else:
            how = f"ended with code {code}: {self._last_words()}"
        self._last_end = f"{time.strftime('%H:%M:%SZ', time.gmtime())} {how}"
        self._plan_start(f"{self.name} {how}")
        return True

    def _start_again(self):
        self.restarts += 1
        say(f"starting {self.name} again")
        try:
            self.start()
        except OSError as problem:
            self._plan_start(f"{self.name} cannot be started: {problem.strerror}")

    def _plan_start(self, why):
        say(f"{why}; starting it again in {self._backoff_s:g} s")
        self._start_again_at = time.monotonic() + self._backoff_s
        self._backoff_s = min(self._backoff_s * 2, BACKOFF_MAX_S)

    def stop(self):
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(self._stop_within_s)
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not stop within {self._stop_within_s} s and is killed")
            self._process.kill()
            self._process.wait()

    def describe(self):
        running = self._process is not None and self._process.poll() is None
        return {"name": self.name, "pid": self._process.pid if running else None, "identity": self._identity,
                "stop_signal": int(self._stop_signal), "restarts": self.restarts, "last_end": self._last_end,
                "state": "running" if running else "restarting"}

    def _last_words(self):
        """The line of this start's log that tells most."""
        try:
            with open(self._log, "rb") as log:
                end = log.seek(0, os.SEEK_END)
                log.seek(max(self._log_start, end - LOG_BYTES_READ))
                lines = log.read().decode("utf-8", "replace").strip().splitlines()
        except OSError:
            return "its log cannot be read"
        return telling_line(lines, self._log)


def telling_line(lines, path):
    """Why a program ended, by what it printed: a full disk, else its last complaint, else its last line."""
    if any(re.search("No space left on device|Check free disk space", line) for line in lines):
        return disk_full(path)
    complaints = [line for line in lines if re.search(r"FATAL|PANIC|\berror\b", line, re.IGNORECASE)]
    chosen = (complaints or lines or ["it printed nothing"])[-1]
    return chosen.strip()[:300]
