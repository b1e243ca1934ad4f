"""What people are told."""

import errno
import os
import shutil
import sys
import time


class Trouble(Exception):
    """Why it cannot go on, in one line for people."""


class Teller:
    """Prints lines for people; in a log each has its time. A terminal that went away is no reason to stop."""

    def __init__(self):
        self.into_log = False

    def __call__(self, text):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime()) if self.into_log else ""
        try:
            print(f"{stamp}turnpike: {text}", file=sys.stderr, flush=True)
        except OSError:
            pass


say = Teller()


def free_space(path):
    """(free MiB, mount point) of where the path is or would be."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    mount = os.path.realpath(path)
    while not os.path.ismount(mount):
        mount = os.path.dirname(mount)
    return shutil.disk_usage(path).free // (1 << 20), mount


def disk_full(path):
    """The line about a disk without space."""
    return "the disk is full: only {} MB free on {}".format(*free_space(path))


def line_about(problem, path):
    """One line about an OSError; `path` is where this was at work."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(problem.filename or path)
    return f"{problem.strerror}: {problem.filename}" if problem.filename else str(problem.strerror or problem)
