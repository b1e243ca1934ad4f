"""What a supervisor leaves in supervisor.json for the other commands, and who of it still lives."""

import json
import os
import signal
import time

from trouble import Trouble, say

STOP_WITHIN_S = 40


def identity(pid):
    """Tells a process from a later one with the same id; None if there is no such process, or only its remains."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        with open("/proc/sys/kernel/random/boot_id", encoding="utf-8") as file:
            boot = file.read().strip()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{boot} {fields[19]}"


class State:
    """One reading of the file: the supervisor's process, its children, the addresses."""

    def __init__(self, content):
        self.pid = content["pid"]
        self.ready = content["ready"]
        self.shared = content["shared"]
        self.children = content["children"]
        self.is_supervised = identity(self.pid) == content["identity"]
        self.leftovers = [] if self.is_supervised else [
            child for child in self.children if child["pid"] and identity(child["pid"]) == child["identity"]]


def read(layout):
    """The state; None if nothing of it runs."""
    try:
        with open(layout.state_file, encoding="utf-8") as file:
            state = State(json.load(file))
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError):
        return None
    return state if state.is_supervised or state.leftovers else None


def write(layout, ready, children):
    """Errors: OSError."""
    content = {"pid": os.getpid(), "identity": identity(os.getpid()), "ready": ready, "shared": layout.shared(),
               "children": children}
    temporary = layout.state_file + ".new"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(content, file)
    os.replace(temporary, layout.state_file)


def remove(layout):
    try:
        os.unlink(layout.state_file)
    except FileNotFoundError:
        pass


def send(pid, number):
    """A signal; whether there was somebody to take it. Errors: Trouble if it is another user's."""
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False
    except PermissionError as problem:
        raise Trouble(f"process {pid} belongs to another user: run this as that user, or as root") from problem


def stop_leftovers(state):
    """Ends the children of a supervisor that was killed, last started first."""
    for child in reversed(state.leftovers):
        say(f"stopping {child['name']} (process {child['pid']}), which a killed supervisor left behind")
        send(child["pid"], child["stop_signal"])
        deadline = time.monotonic() + STOP_WITHIN_S
        while identity(child["pid"]) == child["identity"]:
            if time.monotonic() > deadline:
                send(child["pid"], signal.SIGKILL)
            time.sleep(0.05)
