"""Where things are: directories, addresses, environment of the processes."""

import hashlib
import http.client
import json
import os
import pwd
import socket
import subprocess
import sys


class Trouble(Exception):
    """Why it cannot go on, in one line for people."""


def say(text):
    print(f"turnpike: {text}", file=sys.stderr, flush=True)


class Layout:
    """Paths and addresses of one installation under TURNPIKE_HOME."""

    def __init__(self):
        self.root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.home = os.path.abspath(os.environ.get("TURNPIKE_HOME", os.path.join(self.root, ".turnpike")))
        self.run_directory = self._short_run_directory()
        self.lock_file = os.path.join(self.home, "supervisor.lock")
        self.state_file = os.path.join(self.home, "supervisor.json")
        self.control_status = os.environ.get("TURNPIKE_CONTROL_STATUS_LISTEN", "127.0.0.1:9101")
        self.worker_status = os.environ.get("TURNPIKE_WORKER_STATUS_LISTEN", "127.0.0.1:9102")
        self.admin = os.environ.get("TURNPIKE_ADMIN_LISTEN", "127.0.0.1:4566")
        self.https = os.environ.get("TURNPIKE_HTTPS_LISTEN", "0.0.0.0:8443,[::]:8443")
        self.http = os.environ.get("TURNPIKE_HTTP_LISTEN", "")
        self.region = os.environ.get("TURNPIKE_REGION", "us-east-1")
        self.domain = os.environ.get("TURNPIKE_DOMAIN", "localhost")
        self.database_url = os.environ.get("TURNPIKE_DATABASE_URL", "")
        self.redis_url = os.environ.get("TURNPIKE_REDIS_URL", "")
        self.credentials_file = os.environ.get("TURNPIKE_CREDENTIALS_FILE",
                                               os.path.join(self.home, "credentials"))
        self.ca_file = os.environ.get("TURNPIKE_CA_FILE", os.path.join(self.home, "ca.pem"))

    def _short_run_directory(self):
        # A Unix socket's path must fit 107 bytes.
        inside = os.path.join(self.home, "run")
        if len(inside) < 70:
            return inside
        name = hashlib.sha256(self.home.encode()).hexdigest()[:12]
        return f"/tmp/turnpike-{os.getuid()}-{name}"

    def prepare(self):
        for directory in (self.home, self.run_directory, os.path.join(self.home, "log")):
            try:
                os.makedirs(directory, mode=0o755, exist_ok=True)
            except OSError as problem:
                raise Trouble(f"cannot make {directory}: {problem.strerror}") from problem
        if os.stat(self.run_directory).st_uid != os.getuid():
            raise Trouble(f"{self.run_directory} belongs to another user")

    def log(self, name):
        return os.path.join(self.home, "log", f"{name}.log")

    def binary(self, name):
        directory = os.environ.get("TURNPIKE_BIN_DIR", os.path.join(self.root, "build", "release", "bin"))
        path = os.path.join(directory, name)
        if not os.access(path, os.X_OK):
            raise Trouble(f"{path} is missing; run deploy/up")
        return path

    def environment(self):
        """Environment of turnpike-control and turnpike-worker: the caller's, with what is private filled in."""
        environment = dict(os.environ)
        for name in ("TURNPIKE_BIN_DIR", "TURNPIKE_CA", "TURNPIKE_CONTROL_STATUS_LISTEN",
                     "TURNPIKE_WORKER_STATUS_LISTEN"):
            environment.pop(name, None)
        environment["TURNPIKE_HOME"] = self.home
        environment["TURNPIKE_REDIS_URL"] = self.redis_url
        return environment

    def control_environment(self):
        return self.environment() | {"TURNPIKE_DATABASE_URL": self.database_url,
                                     "TURNPIKE_STATUS_LISTEN": self.control_status}

    def worker_environment(self):
        environment = self.environment() | {"TURNPIKE_STATUS_LISTEN": self.worker_status}
        # The worker never talks to the database; it need not know the password either.
        environment.pop("TURNPIKE_DATABASE_URL", None)
        return environment

    def shell_settings(self):
        scheme = "http" if self.admin.startswith(("127.", "localhost", "[::1]")) else "https"
        return {"AWS_ENDPOINT_URL": f"{scheme}://{self.admin}",
                "AWS_REGION": self.region,
                "AWS_DEFAULT_REGION": self.region,
                "AWS_SHARED_CREDENTIALS_FILE": self.credentials_file,
                "AWS_PROFILE": "default",
                "TURNPIKE_CA": self.ca_file}

    def https_port(self):
        return self.https.split(",")[0].rsplit(":", 1)[1]

    def print_addresses(self, file=sys.stderr):
        print(f"management  {self.shell_settings()['AWS_ENDPOINT_URL']}  (eval \"$(deploy/env)\")", file=file)
        print(f"traffic     https://{{api}}.execute-api.{self.region}.{self.domain}:{self.https_port()}/{{stage}}/",
              file=file)
        print(f"status      http://{self.control_status}/readyz  http://{self.worker_status}/metrics", file=file)
        print(f"logs        {os.path.join(self.home, 'log')}", file=file, flush=True)

    def read_state(self):
        """What the running supervisor wrote; None if none runs."""
        try:
            with open(self.state_file, encoding="utf-8") as file:
                state = json.load(file)
            os.kill(state["pid"], 0)
            return state
        except (OSError, ValueError, KeyError):
            return None

    def check_ports(self):
        for what, addresses in (("management API", self.admin), ("HTTPS traffic", self.https),
                                ("HTTP traffic", self.http), ("control status", self.control_status),
                                ("worker status", self.worker_status)):
            for address in filter(None, addresses.split(",")):
                self._check_port(what, address)

    @staticmethod
    def _check_port(what, address):
        host, _, port = address.rpartition(":")
        host = host.strip("[]")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                probe.bind((host, int(port)))
            except OSError as problem:
                if problem.errno == 98:
                    raise Trouble(f"port {port} ({what}) is taken by {owner_of_port(port)}") from problem
                if problem.errno == 97:
                    return  # no IPv6 on this machine
                raise Trouble(f"cannot listen on {address} ({what}): {problem.strerror}") from problem
            except ValueError as problem:
                raise Trouble(f"{address} ({what}) is not an address and port") from problem

    @staticmethod
    def http_ok(address, path):
        host, _, port = address.rpartition(":")
        connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=1)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def owner_of_port(port):
    """Names the process that listens on the port, as far as this user may see it."""
    try:
        listing = subprocess.run(["ss", "-Hltnp", f"sport = :{port}"], capture_output=True, text=True,
                                 check=False).stdout
    except FileNotFoundError:
        listing = ""
    if 'users:(("' in listing:
        name = listing.split('users:(("', 1)[1].split('"', 1)[0]
        pid = listing.split("pid=", 1)[1].split(",", 1)[0]
        return f"{name} (process {pid})"
    return "another process (run as root to see which)"


def database_user():
    """The unprivileged account that runs PostgreSQL when this runs as root; None otherwise."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError as problem:
        raise Trouble("PostgreSQL will not run as root and there is no user named postgres") from problem
