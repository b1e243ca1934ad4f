"""The private PostgreSQL and Redis of an installation."""

import os
import signal
import socket
import subprocess
import urllib.parse

from layout import database_user
from processes import Child, telling_line
from trouble import Trouble, say

POSTGRES_BINARIES = "/usr/lib/postgresql/15/bin"
# Lets the database's own account reach a home that only root may enter (a clone in /root).
REACH_ANY_DIRECTORY = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


def private_databases(layout):
    """Children for what no setting names; fills in the layout's URLs."""
    children = []
    if not layout.has_database:
        children.append(_postgres(layout))
    if not layout.has_redis:
        children.append(_redis(layout))
    return children


def _as_database_user(layout, directory):
    """Prefix that runs a command as the account that owns the cluster."""
    user = database_user()
    if user is None:
        return []
    prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    reachable = subprocess.run(prefix + ["test", "-x", directory], check=False).returncode == 0
    return prefix if reachable else prefix + REACH_ANY_DIRECTORY


def _own(directory):
    os.makedirs(directory, mode=0o700, exist_ok=True)
    os.chmod(directory, 0o700)
    user = database_user()
    if user is not None:
        os.chown(directory, user.pw_uid, user.pw_gid)


def _postgres(layout):
    data = os.path.join(layout.home, "postgres")
    sockets = os.path.join(layout.run_directory, "postgres")
    _own(data)
    _own(sockets)
    prefix = _as_database_user(layout, layout.home)
    if not os.path.exists(os.path.join(data, "PG_VERSION")):
        say("creating the private PostgreSQL cluster")
        made = subprocess.run(
            prefix + [f"{POSTGRES_BINARIES}/initdb", "-D", data, "-U", "turnpike", "-E", "UTF8", "--locale=C",
                      "--auth-local=trust", "--auth-host=reject", "--no-instructions"],
            capture_output=True, text=True, check=False, cwd="/")
        if made.returncode != 0:
            # Half a cluster would be taken for a whole one by nobody, but initdb refuses to write into it.
            raise Trouble("PostgreSQL could not create its cluster: "
                          + telling_line(made.stderr.splitlines(), data))
    layout.private_database_url = f"postgresql:///postgres?host={urllib.parse.quote(sockets)}&user=turnpike"
    command = prefix + [f"{POSTGRES_BINARIES}/postgres", "-D", data, "-k", sockets, "-h", "",
                        "-c", "max_connections=200", "-c", "log_destination=stderr"]
    return Child("postgres", command, dict(os.environ, LC_ALL="C"),
                 ready=lambda: subprocess.run([f"{POSTGRES_BINARIES}/pg_isready", "-q", "-h", sockets],
                                              check=False).returncode == 0,
                 log=layout.log("postgres"), stop_signal=signal.SIGINT, before_exec=lambda: os.chdir("/"))


def _redis(layout):
    data = os.path.join(layout.home, "redis")
    path = os.path.join(layout.run_directory, "redis.sock")
    os.makedirs(data, mode=0o700, exist_ok=True)
    layout.private_redis_url = f"unix://{path}"
    command = ["redis-server", "--port", "0", "--unixsocket", path, "--unixsocketperm", "700", "--dir", data,
               "--appendonly", "yes", "--appendfsync", "everysec", "--save", "300 1", "--daemonize", "no"]
    return Child("redis", command, dict(os.environ), ready=lambda: _redis_answers(path), log=layout.log("redis"))


def _redis_answers(path):
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(1)
            client.connect(path)
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
