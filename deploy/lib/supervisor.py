"""Runs Turnpike's processes on one machine: check, up, down, status, env.

One supervisor process owns PostgreSQL, Redis, the control plane and a worker as children, starts them
in order, notices a crash, reports it and starts the child again with back-off. Only the standard
library is used.
"""

import argparse
import fcntl
import json
import os
import signal
import sys
import time

import databases
import processes
import sample
from layout import Layout, Trouble, say


class Supervisor:
    """Children in start order; stopped in reverse. One thread."""

    def __init__(self, layout):
        self.layout = layout
        self.children = []
        self.stopping = False

    def start_all(self):
        layout = self.layout
        layout.check_ports()
        for child in databases.private_databases(layout):
            self._start(child)
        self._start(processes.Child(
            "control", [layout.binary("turnpike-control")], layout.control_environment(),
            ready=lambda: layout.http_ok(layout.control_status, "/readyz"), log=layout.log("control")))
        self._start(processes.Child(
            "worker", [layout.binary("turnpike-worker")], layout.worker_environment(),
            ready=lambda: layout.http_ok(layout.worker_status, "/readyz"), log=layout.log("worker")))

    def _start(self, child):
        say(f"starting {child.name}")
        self.children.append(child)
        child.start()
        child.wait_until_ready(lambda: self.stopping)
        self.write_state()

    def watch(self):
        """Returns when asked to stop."""
        while not self.stopping:
            changed = False
            for child in self.children:
                changed |= child.tend()
            if changed:
                self.write_state()
            time.sleep(0.2)

    def stop_all(self):
        for child in reversed(self.children):
            child.stop()
        try:
            os.unlink(self.layout.state_file)
        except FileNotFoundError:
            pass

    def write_state(self):
        state = {"pid": os.getpid(),
                 "children": [child.describe() for child in self.children]}
        temporary = self.layout.state_file + ".new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(state, file)
        os.replace(temporary, self.layout.state_file)


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
    layout.prepare()
    lock = take_lock(layout)
    if lock is None:
        say("already running (deploy/down stops it)")
        layout.print_addresses()
        sample.print_invoke(layout)
        return 0
    if detach:
        return detach_and_wait(layout, lock)
    return serve(layout, lock, lambda: None)


def serve(layout, lock, when_ready):
    supervisor = Supervisor(layout)

    def ask_to_stop(_signal, _frame):
        supervisor.stopping = True

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        supervisor.start_all()
        sample.deploy(layout)
        layout.print_addresses()
        sample.print_invoke(layout)
        when_ready()
        supervisor.watch()
        say("stopping")
    except Trouble as trouble:
        if not supervisor.stopping:
            say(f"error: {trouble}")
            return 1
    finally:
        supervisor.stop_all()
        lock.close()
    return 0


def detach_and_wait(layout, lock):
    """Runs serve() in a process of its own; returns when it is ready or has failed."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        os.setsid()

        def when_ready():
            os.write(writing, b"ready")
            os.close(writing)
            log = os.open(layout.log("supervisor"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            os.dup2(log, 1)
            os.dup2(log, 2)

        os._exit(serve(layout, lock, when_ready))
    os.close(writing)
    lock.close()
    return 0 if os.read(reading, 16) == b"ready" else 1


def command_down(layout):
    state = layout.read_state()
    if state is None:
        say("not running")
        return 0
    os.kill(state["pid"], signal.SIGTERM)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        lock = take_lock(layout)
        if lock is not None:
            lock.close()
            say("stopped")
            return 0
        time.sleep(0.1)
    raise Trouble(f"the supervisor (process {state['pid']}) has not stopped within 90 s")


def command_status(layout):
    state = layout.read_state()
    if state is None:
        print("not running")
        return 3
    print(f"{'process':12}{'pid':>8}  {'state':12}restarts")
    for child in state["children"]:
        print(f"{child['name']:12}{child['pid'] or '-':>8}  {child['state']:12}{child['restarts']}")
    layout.print_addresses(sys.stdout)
    try:
        rollout = sample.rollout(layout)
        print(f"revision    {rollout.get('latestRevision')}, workers: "
              + ", ".join(f"{w.get('id')} at {w.get('revision')}" for w in rollout.get("workers", [])))
    except Trouble as trouble:
        print(f"revision    unknown: {trouble}")
    healthy = all(child["state"] == "running" for child in state["children"])
    return 0 if healthy else 1


def command_check(layout):
    """Whether `up` would find its ports; an installation that runs holds them itself."""
    if layout.read_state() is None:
        layout.check_ports()
    return 0


def command_env(layout):
    for name, value in layout.shell_settings().items():
        print(f"export {name}='{value}'")
    return 0


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # deploy/status | head
    parser = argparse.ArgumentParser(prog="deploy")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up").add_argument("--detach", action="store_true")
    for name in ("check", "down", "status", "env"):
        commands.add_parser(name)
    arguments = parser.parse_args()
    try:
        layout = Layout()
        if arguments.command == "up":
            return command_up(layout, arguments.detach)
        return {"check": command_check, "down": command_down, "status": command_status,
                "env": command_env}[arguments.command](layout)
    except Trouble as trouble:
        say(f"error: {trouble}")
        return 1
    except OSError as problem:
        say(f"error: {problem.strerror}: {problem.filename or ''}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
