"""Where things are: directories, addresses, environment of the processes."""

import hashlib
import http.client
import json
import os
import pwd
import shlex
import sys

import settings
from trouble import Trouble

LOOPBACK = ("127.", "localhost", "[::1]")
# What other commands must know of a running installation, whatever their own environment says.
SHARED = ("control_status", "worker_status", "admin", "https", "http", "region", "domain", "credentials_file",
          "ca_file")


class Layout:
    """Paths and addresses of one installation under TURNPIKE_HOME."""

    def __init__(self, strict):
        """`strict`: settings that a program refuses are Trouble; else they are left out, to look and to stop."""
        self.root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.control_binary = self._binary("turnpike-control")
        self.worker_binary = self._binary("turnpike-worker")
        self.is_built = all(os.access(path, os.X_OK) for path in (self.control_binary, self.worker_binary))
        self._take(self._settings(strict))
        self.run_directory = self._short_run_directory()
        self.lock_file = os.path.join(self.home, "supervisor.lock")
        self.state_file = os.path.join(self.home, "supervisor.json")
        self.private_database_url = None
        self.private_redis_url = None

    def _settings(self, strict):
        if self.is_built:
            try:
                return settings.of_program(self.control_binary) | settings.of_program(self.worker_binary)
            except Trouble:
                if strict:
                    raise
        return settings.of_environment()

    def _take(self, given):
        def of(name, otherwise=""):
            return given.get(name) or otherwise
        self.home = os.path.abspath(of("home", os.path.join(self.root, ".turnpike")))
        self.control_status = os.environ.get("TURNPIKE_CONTROL_STATUS_LISTEN", "127.0.0.1:9101")
        self.worker_status = os.environ.get("TURNPIKE_WORKER_STATUS_LISTEN", "127.0.0.1:9102")
        self.admin = of("admin-listen", "127.0.0.1:4566")
        self.https = of("https-listen", "0.0.0.0:8443,[::]:8443")
        self.http = of("http-listen")
        self.region = of("region", "us-east-1")
        self.domain = of("domain", "localhost")
        self.has_database = bool(of("database-url"))
        self.has_redis = bool(of("redis-url"))
        self.credentials_file = os.path.abspath(of("credentials-file", os.path.join(self.home, "credentials")))
        self.ca_file = os.path.abspath(of("ca-file", os.path.join(self.home, "ca.pem")))

    def _binary(self, name):
        return os.path.join(os.environ.get("TURNPIKE_BIN_DIR") or os.path.join(self.root, "build", "release", "bin"),
                            name)

    def _short_run_directory(self):
        # A Unix socket's path must fit 107 bytes.
        inside = os.path.join(self.home, "run")
        if len(os.fsencode(inside)) < 70:
            return inside
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return f"/tmp/turnpike-{os.getuid()}-{name}"

    def prepare(self):
        for directory in (self.home, self.run_directory, os.path.join(self.home, "log")):
            try:
                os.makedirs(directory, mode=0o755, exist_ok=True)
            except OSError as problem:
                raise Trouble(f"cannot make {directory}: {problem.strerror}") from problem
            if not os.access(directory, os.W_OK):
                raise Trouble(f"{directory} is not writable for this user; it belongs to {owner(directory)}")
        for path in (self.run_directory, self.lock_file):
            if os.path.exists(path) and os.stat(path).st_uid != os.getuid():
                raise Trouble(f"{owner(path)} has started this before: do it as {owner(path)}, or set TURNPIKE_HOME")

    def log(self, name):
        return os.path.join(self.home, "log", f"{name}.log")

    def require_built(self):
        if not self.is_built:
            raise Trouble(f"{self.control_binary} or turnpike-worker is missing; run deploy/up")

    def _environment(self):
        """Of turnpike-control and turnpike-worker: the caller's, with what is private filled in."""
        environment = dict(os.environ)
        for name in ("TURNPIKE_BIN_DIR", "TURNPIKE_CA", "TURNPIKE_CONTROL_STATUS_LISTEN",
                     "TURNPIKE_WORKER_STATUS_LISTEN"):
            environment.pop(name, None)
        environment["TURNPIKE_HOME"] = self.home
        if self.private_redis_url:
            environment["TURNPIKE_REDIS_URL"] = self.private_redis_url
        return environment

    def control_environment(self):
        environment = self._environment() | {"TURNPIKE_STATUS_LISTEN": self.control_status}
        if self.private_database_url:
            environment["TURNPIKE_DATABASE_URL"] = self.private_database_url
        return environment

    def worker_environment(self):
        environment = self._environment() | {"TURNPIKE_STATUS_LISTEN": self.worker_status}
        # The worker never talks to the database; it need not know the password either.
        for name in ("TURNPIKE_DATABASE_URL", "TURNPIKE_DATABASE_URL_FILE"):
            environment.pop(name, None)
        return environment

    def shared(self):
        return {name: getattr(self, name) for name in SHARED}

    def adopt(self, shared):
        """Takes over what the running installation was started with."""
        for name in SHARED:
            setattr(self, name, shared[name])

    def shell_settings(self):
        scheme = "http" if self.admin.startswith(LOOPBACK) else "https"
        return {"AWS_ENDPOINT_URL": f"{scheme}://{self.admin}",
                "AWS_REGION": self.region,
                "AWS_DEFAULT_REGION": self.region,
                "AWS_SHARED_CREDENTIALS_FILE": self.credentials_file,
                "AWS_PROFILE": "default",
                "AWS_PAGER": "",  # a bare Debian has none, and the CLI fails without it
                "TURNPIKE_CA": self.ca_file}

    def traffic(self):
        """(curl's option, "https://{api}.execute-api.…:8443") of the first traffic address."""
        scheme, addresses = ("http", self.http) if self.https in ("", "off") else ("https", self.https)
        port = addresses.split(",")[0].rsplit(":", 1)[-1]
        inside = os.path.join(os.getcwd(), "")
        ca_file = os.path.relpath(self.ca_file) if self.ca_file.startswith(inside) else self.ca_file
        option = f"--cacert {shlex.quote(ca_file)} " if scheme == "https" else ""
        return option, f"{scheme}://{{api}}.execute-api.{self.region}.{self.domain}:{port}"

    def print_addresses(self, file=sys.stderr):
        command = shlex.quote(os.path.relpath(os.path.join(self.root, "deploy", "env")))
        print(f"management  {self.shell_settings()['AWS_ENDPOINT_URL']}  (eval \"$({command})\")", file=file)
        print(f"traffic     {self.traffic()[1]}/{{stage}}/", file=file)
        print(f"status      http://{self.control_status}/readyz  http://{self.worker_status}/metrics", file=file)
        print(f"logs        {os.path.join(self.home, 'log')}", file=file, flush=True)


def readiness(address):
    """What the status page says: "ready", "degraded" (it serves, but lacks Redis), or "not ready"."""
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=1)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        if answer.status != 200:
            return "not ready"
        page = json.loads(answer.read())
        return "degraded" if page.get("degraded") or page.get("status") == "degraded" else "ready"
    except (OSError, ValueError, http.client.HTTPException):
        return "not ready"
    finally:
        connection.close()


def owner(path):
    """The user's name, or number, whom the path belongs to."""
    uid = os.stat(path).st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def database_user():
    """The unprivileged account that runs PostgreSQL when this runs as root; None otherwise."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError as problem:
        raise Trouble("PostgreSQL will not run as root and there is no user named postgres") from problem
