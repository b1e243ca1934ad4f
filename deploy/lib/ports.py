"""Whether the addresses to listen on are free, and who has them if not."""

import errno
import os
import socket
import subprocess

from trouble import Trouble


def check_ports(layout):
    """Errors: Trouble that names the process that has a port."""
    for what, variable, addresses in (
            ("management API", "TURNPIKE_ADMIN_LISTEN", layout.admin),
            ("HTTPS traffic", "TURNPIKE_HTTPS_LISTEN", layout.https),
            ("HTTP traffic", "TURNPIKE_HTTP_LISTEN", layout.http),
            ("control status", "TURNPIKE_CONTROL_STATUS_LISTEN", layout.control_status),
            ("worker status", "TURNPIKE_WORKER_STATUS_LISTEN", layout.worker_status)):
        for address in addresses.split(","):
            if address.strip() not in ("", "off"):
                _check_port(what, variable, address.strip())


def _check_port(what, variable, address):
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not host or not port.isdigit() or int(port) > 65535:
        raise Trouble(f"{variable}: {address} is not an address and port")
    try:
        probe = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return  # no IPv6 on this machine; the worker says so itself
    with probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise Trouble(f"port {port} ({what}) is taken by {owner_of_port(port)}; "
                              f"stop it, or set {variable}") from problem
            if problem.errno == errno.EADDRNOTAVAIL and family == socket.AF_INET6:
                return  # IPv6 is turned off
            raise Trouble(f"cannot listen on {address} ({what}): {problem.strerror}") from problem


def owner_of_port(port):
    """Names the process that listens on the port, as far as this user may see it."""
    listing = _listeners([], port)
    if listing and "users:" not in listing and os.getuid() != 0:
        # Somebody else's; whoever may use sudo without a password may know.
        listing = _listeners(["sudo", "-n"], port)
    if 'users:(("' in listing:
        name = listing.split('users:(("', 1)[1].split('"', 1)[0]
        pid = listing.split("pid=", 1)[1].split(",", 1)[0]
        return f"{_whole_name(name, pid)} (process {pid})"
    return "another process" if os.getuid() == 0 else "another user's process (root may see which)"


def _whole_name(name, pid):
    # The kernel keeps 15 characters of it.
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            program = os.path.basename(file.read().split(b"\0")[0].decode("utf-8", "replace"))
    except OSError:
        return name
    return program if program.startswith(name) else name


def _listeners(prefix, port):
    try:
        return subprocess.run([*prefix, "ss", "-Hltnp", f"sport = :{port}"], capture_output=True, text=True,
                              check=False).stdout
    except FileNotFoundError:
        return ""
