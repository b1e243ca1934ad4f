"""Runs Turnpike's processes on one machine: check, up, down, status, env.

One supervisor process owns PostgreSQL, Redis, the control plane and a worker as children, starts them
in order, notices a crash, reports it and starts the child again with back-off. Only the standard
library is used.
"""

import argparse
import fcntl
import os
import shlex
import signal
import sys
import time

import databases
import processes
import sample
import state
from layout import Layout, readiness
from ports import check_ports
from trouble import Trouble, free_space, line_about, say

READY_WITHIN_S = 300  # of all children together, when another command waits for them
STOP_WITHIN_S = 180
LITTLE_SPACE_MB = 100


class Supervisor:
    """Children in start order; stopped in reverse. One thread."""

    def __init__(self, layout):
        self.layout = layout
        self.children = []
        self.ready = False
        self.stopping = False

    def start_all(self):
        layout = self.layout
        check_ports(layout)
        for child in databases.private_databases(layout):
            self._start(child)
        self._start(processes.Child(
            "control", [layout.control_binary], layout.control_environment(),
            ready=lambda: readiness(layout.control_status) != "not ready", log=layout.log("control")))
        self._start(processes.Child(
            "worker", [layout.worker_binary], layout.worker_environment(),
            ready=lambda: readiness(layout.worker_status) != "not ready", log=layout.log("worker")))

    def _start(self, child):
        say(f"starting {child.name}")
        self.children.append(child)
        child.start()
        self.write_state()
        child.wait_until_ready(lambda: self.stopping)

    def watch(self):
        """Returns when asked to stop."""
        written = True
        while not self.stopping:
            changed = [child.tend() for child in self.children]
            if any(changed) or not written:
                written = self._try_to_write_state(written)
            time.sleep(0.2)

    def stop_all(self):
        for child in reversed(self.children):
            child.stop()
        state.remove(self.layout)

    def write_state(self):
        state.write(self.layout, self.ready, [child.describe() for child in self.children])

    def _try_to_write_state(self, told):
        # A full disk is no reason to stop what runs.
        try:
            self.write_state()
            return True
        except OSError as problem:
            if told:
                say("warning: what deploy/status tells is out of date: "
                    + line_about(problem, self.layout.state_file))
            return False


def take_lock(layout):
    """The lock file, held; None if another supervisor has it."""
    file = open(layout.lock_file, "a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def command_up(layout, detach):
    layout.require_built()
    layout.prepare()
    lock = take_lock(layout) or wait_for_the_other(layout)
    if lock is None:
        say("already running (deploy/down stops it)")
        layout.print_addresses()
        sample.print_invoke(layout)
        return 0
    left = state.read(layout)
    if left is not None:
        state.stop_leftovers(left)
    if detach:
        return detach_and_wait(layout, lock)
    return serve(layout, lock, lambda: None, signal.SIGHUP)


def wait_for_the_other(layout):
    """Another `up` holds the lock. Returns: None once that one is ready, the lock if it ended."""
    deadline = time.monotonic() + READY_WITHIN_S
    told = False
    while time.monotonic() < deadline:
        running = state.read(layout)
        if running is not None and running.ready:
            layout.adopt(running.shared)
            return None
        lock = take_lock(layout)
        if lock is not None:
            return lock
        if not told:
            say("another deploy/up is starting or stopping; waiting for it")
            told = True
        time.sleep(0.1)
    raise Trouble(f"another deploy/up is not ready after {READY_WITHIN_S} s")


def serve(layout, lock, when_ready, *more_signals):
    """Starts everything and watches it until a signal asks for the end."""
    supervisor = Supervisor(layout)

    def ask_to_stop(_signal, _frame):
        supervisor.stopping = True

    for number in (signal.SIGTERM, signal.SIGINT, *more_signals):
        signal.signal(number, ask_to_stop)
    try:
        supervisor.write_state()
        supervisor.start_all()
        sample.deploy(layout)
        supervisor.ready = True
        supervisor.write_state()
        if "degraded" in (readiness(layout.control_status), readiness(layout.worker_status)):
            say("warning: Redis is out of reach; nothing new is deployed until it answers")
        layout.print_addresses()
        sample.print_invoke(layout)
        when_ready()
        supervisor.watch()
        say("stopping")
    except (Trouble, OSError) as problem:
        if not supervisor.stopping:
            reason = problem if isinstance(problem, Trouble) else line_about(problem, layout.home)
            say(f"error: {reason}")
            return 1
    finally:
        supervisor.stop_all()
        lock.close()
    return 0


def detach_and_wait(layout, lock):
    """Runs serve() in a process of its own; returns when it is ready or has failed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.setsid()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

        def when_ready():
            os.write(writing, b"ready")
            os.close(writing)
            log = os.open(layout.log("supervisor"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            os.dup2(log, 1)
            os.dup2(log, 2)
            say.into_log = True

        os._exit(serve(layout, lock, when_ready))
    os.close(writing)
    lock.close()
    try:
        return 0 if os.read(reading, 16) == b"ready" else 1
    except KeyboardInterrupt:
        state.send(child, signal.SIGTERM)
        os.waitpid(child, 0)
        return 130


def command_down(layout):
    found = state.read(layout)
    if found is None:
        say("not running")
        return 0
    if not found.is_supervised:
        state.stop_leftovers(found)
        state.remove(layout)
        say("stopped")
        return 0
    state.send(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN_S
    while time.monotonic() < deadline:
        lock = take_lock(layout)
        if lock is not None:
            lock.close()
            say("stopped")
            return 0
        time.sleep(0.1)
    raise Trouble(f"the supervisor (process {found.pid}) has not stopped within {STOP_WITHIN_S} s")


def command_status(layout):
    found = state.read(layout)
    if found is None:
        print("not running")
        return 3
    layout.adopt(found.shared)
    healthy = print_children(layout, found)
    layout.print_addresses(sys.stdout)
    try:
        rollout = sample.rollout(layout)
        print(f"revision    {rollout.get('latestRevision')}, workers: "
              + ", ".join(f"{w.get('id')} at {w.get('revision')}" for w in rollout.get("workers", [])))
    except Trouble as trouble:
        print(f"revision    unknown: {trouble}")
        healthy = False
    free, mount = free_space(layout.home)
    if free < LITTLE_SPACE_MB:
        print(f"disk        only {free} MB free on {mount}")
    if not found.is_supervised:
        print("The supervisor was killed: nothing starts these again after a crash. "
              "deploy/up starts anew, deploy/down stops them.")
    return 0 if healthy else 1


def print_children(layout, found):
    """Whether all of them run, watched and ready."""
    pages = {"control": layout.control_status, "worker": layout.worker_status}
    left = [child["pid"] for child in found.leftovers]
    healthy = found.is_supervised
    print(f"{'process':12}{'pid':>8}  {'state':14}restarts")
    for child in found.children:
        text = child["state"]
        if not found.is_supervised:
            text = "unwatched" if child["pid"] in left else "ended"
        elif text == "running" and child["name"] in pages:
            answer = readiness(pages[child["name"]])
            text = "running" if answer == "ready" else answer
        healthy = healthy and text == "running"
        last = f"  (last end: {child['last_end']})" if child["last_end"] else ""
        print(f"{child['name']:12}{child['pid'] or '-':>8}  {text:14}{child['restarts']}{last}")
    return healthy


def command_check(layout):
    """Whether `up` would find its ports; an installation that runs holds them itself."""
    if state.read(layout) is None:
        check_ports(layout)
    return 0


def command_env(layout):
    found = state.read(layout)
    if found is not None:
        layout.adopt(found.shared)
    for name, value in layout.shell_settings().items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def main():
    parser = argparse.ArgumentParser(prog="deploy")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up").add_argument("--detach", action="store_true")
    for name in ("check", "down", "status", "env"):
        commands.add_parser(name)
    arguments = parser.parse_args()
    if arguments.command in ("status", "env"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # deploy/status | head
    try:
        layout = Layout(strict=arguments.command in ("up", "check"))
        if arguments.command == "up":
            return command_up(layout, arguments.detach)
        return {"check": command_check, "down": command_down, "status": command_status,
                "env": command_env}[arguments.command](layout)
    except Trouble as trouble:
        say(f"error: {trouble}")
    except OSError as problem:
        say(f"error: {line_about(problem, '.')}")
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
