"""A whole Turnpike of its own for tests and benchmarks: private PostgreSQL, Redis, control planes, workers.

Everything lives in a temporary directory on free ports and is stopped, each process by its own id, when
the block ends:

    with Stack(workers=2) as stack:
        api = stack.client().create_rest_api(name="pets")

Settings are environment variables (TURNPIKE_…) for all processes, control planes, or workers.
"""

import configparser
import http.client
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
POSTGRES_BINARIES = "/usr/lib/postgresql/15/bin"
REGION = "us-east-1"


def binaries():
    """Where turnpike-control and turnpike-worker are: TURNPIKE_TEST_BINARIES, else the release build."""
    return os.environ.get("TURNPIKE_TEST_BINARIES", os.path.join(ROOT, "build", "release", "bin"))


_given_ports = set()


def free_port():
    """A port of 127.0.0.1 that nobody has now, and another each time. Not one of those that the system gives to
    connections, which could take it before whoever asked for it."""
    while True:
        port = random.randrange(12000, 32000)
        if port in _given_ports:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given_ports.add(port)
        return port


def wait_for(condition, seconds=20, what="the condition"):
    """Returns the first true result. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.01)


class Process:
    """One started program with its log."""

    def __init__(self, name, command, log, environment=None, demote=False):
        self.name = name
        self.log = log
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if demote else []
        with open(log, "ab") as out:
            self.popen = subprocess.Popen([*prefix, *command], env=environment, stdin=subprocess.DEVNULL,
                                          stdout=out, stderr=out, cwd="/")

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def send(self, number):
        """A signal."""
        self.popen.send_signal(number)

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def stop(self, number=signal.SIGTERM, seconds=40):
        """Asks, waits, kills. Returns the exit code."""
        if self.alive():
            self.popen.send_signal(signal.SIGCONT)
            self.popen.send_signal(number)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"{self.name} did not stop; its log ends: {self.tail()}") from None

    def tail(self, size=3000):
        with open(self.log, "rb") as file:
            return file.read().decode("utf-8", "replace")[-size:]

    def wait_ready(self, condition, seconds=30):
        def ready():
            if not self.alive():
                raise RuntimeError(f"{self.name} ended with {self.popen.returncode}: {self.tail()}")
            return condition()
        try:
            wait_for(ready, seconds, f"{self.name} to be ready")
        except TimeoutError as late:
            raise RuntimeError(f"{late}; its log ends: {self.tail()}") from None


class Answer:
    """One HTTP answer."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)


class Stack:
    """See the module's text. `workers` processes share the traffic ports unless `own_ports`. `redis`: an object of
    redis_topologies.py instead of one server."""

    def __init__(self, workers=1, controls=1, settings=None, control_settings=None, worker_settings=None,
                 own_ports=False, start=True, redis=None):
        self.redis_kind = redis
        self._wanted = (controls, workers)
        self._settings = settings or {}
        self._control_settings = control_settings or {}
        self._worker_settings = worker_settings or {}
        self._own_ports = own_ports
        self._start = start
        self.directory = tempfile.mkdtemp(prefix="turnpike-test-")
        os.chmod(self.directory, 0o755)
        self.home = os.path.join(self.directory, "home")
        os.mkdir(self.home)
        self.admin_ports = []
        self.https_port = free_port()
        self.http_port = free_port()
        self.postgres = None
        self.redis = None
        self.controls = []
        self.workers = []

    # -- life ---------------------------------------------------------------------------------------

    def __enter__(self):
        try:
            if self._start:
                self.start_postgres()
                self.start_redis()
                for _ in range(self._wanted[0]):
                    self.start_control()
                for _ in range(self._wanted[1]):
                    self.start_worker()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, *_):
        if os.environ.get("LLVM_PROFILE_FILE"):  # tests/bench/train: counts are written at the end
            for worker in self.workers:
                worker.stop()
        for process in [*self.workers, *self.controls, self.redis,
                        *(self.redis_kind.processes if self.redis_kind else ())]:
            if process is not None and process.alive():
                process.send(signal.SIGCONT)
                process.kill()
        if self.postgres is not None and self.postgres.alive():
            self.postgres.stop(signal.SIGQUIT)
        if kind is not None or os.environ.get("TURNPIKE_TEST_KEEP"):
            for process in [*self.controls, *self.workers]:
                print(f"--- {process.name}\n{process.tail()}", file=sys.stderr)
        if not os.environ.get("TURNPIKE_TEST_KEEP"):
            shutil.rmtree(self.directory, ignore_errors=True)

    def _log(self, name):
        return os.path.join(self.directory, f"{name}.log")

    def start_postgres(self):
        """Starts (again) with the same data."""
        data = os.path.join(self.directory, "postgres")
        root = os.getuid() == 0
        if not os.path.exists(data):
            os.mkdir(data, 0o700)
            if root:
                user = pwd.getpwnam("postgres")
                os.chown(data, user.pw_uid, user.pw_gid)
            made = Process("initdb", [f"{POSTGRES_BINARIES}/initdb", "-D", data, "-U", "turnpike", "-E", "UTF8",
                                      "--locale=C", "--auth=trust", "--no-sync"], self._log("initdb"), demote=root)
            if made.popen.wait() != 0:
                raise RuntimeError(made.tail())
        self.postgres = Process(
            "postgres", [f"{POSTGRES_BINARIES}/postgres", "-D", data, "-k", data, "-h", "", "-c", "fsync=off",
                         "-c", "max_connections=200"], self._log("postgres"), demote=root)
        self.postgres.wait_ready(lambda: subprocess.run([f"{POSTGRES_BINARIES}/pg_isready", "-q", "-h", data],
                                                        check=False).returncode == 0)
        self.database_url = f"postgresql:///postgres?host={data}&user=turnpike"
        return self.postgres

    def start_redis(self):
        """Starts (again) with the same data."""
        return self.redis_kind.start(self) if self.redis_kind else self._start_single_redis()

    def _start_single_redis(self):
        path = os.path.join(self.directory, "redis.sock")
        self.redis_url = f"unix://{path}"
        self.redis = Process("redis", ["redis-server", "--port", "0", "--unixsocket", path, "--dir", self.directory,
                                       "--appendonly", "yes", "--save", ""], self._log("redis"))
        self.redis.wait_ready(lambda: self.redis_command("PING") == "PONG")
        return self.redis

    def redis_command(self, *words):
        if self.redis_kind:
            return self.redis_kind.command(*words)
        done = subprocess.run(["redis-cli", "-s", self.redis_url.removeprefix("unix://"), *words],
                              capture_output=True, text=True, check=False)
        return done.stdout.strip()

    def _environment(self, *more):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TURNPIKE_")}
        environment |= {"TURNPIKE_HOME": self.home, "TURNPIKE_REDIS_URL": self.redis_url}
        for settings in (self._settings, *more):
            environment |= {name: str(value) for name, value in settings.items()}
        return environment

    def start_control(self, **settings):
        admin, status = free_port(), free_port()
        process = Process(
            f"control{len(self.controls)}", [os.path.join(binaries(), "turnpike-control")],
            self._log(f"control{len(self.controls)}"),
            self._environment({"TURNPIKE_DATABASE_URL": self.database_url,
                               "TURNPIKE_ADMIN_LISTEN": f"127.0.0.1:{admin}",
                               "TURNPIKE_STATUS_LISTEN": f"127.0.0.1:{status}"}, self._control_settings, settings))
        process.status_port = status
        process.admin_port = admin
        self.controls.append(process)
        self.admin_ports.append(admin)
        process.wait_ready(lambda: self.status(process, "/readyz") == 200)
        return process

    def start_worker(self, wait=True, prefix=(), **settings):
        """`prefix`: the start of a command that runs the rest of it."""
        number = len(self.workers)
        if self._own_ports and number > 0:
            https, plain = free_port(), free_port()
        else:
            https, plain = self.https_port, self.http_port
        status = free_port()
        process = Process(
            f"worker{number}", [*prefix, os.path.join(binaries(), "turnpike-worker")], self._log(f"worker{number}"),
            self._environment({"TURNPIKE_HTTPS_LISTEN": f"127.0.0.1:{https}",
                               "TURNPIKE_HTTP_LISTEN": f"127.0.0.1:{plain}",
                               "TURNPIKE_STATUS_LISTEN": f"127.0.0.1:{status}",
                               "TURNPIKE_WORKER_THREADS": 2,
                               "TURNPIKE_STATE_DIR": os.path.join(self.home, f"worker{number}")},
                              self._worker_settings, settings))
        process.status_port = status
        process.https_port = https
        process.http_port = plain
        self.workers.append(process)
        if wait:
            process.wait_ready(lambda: self.status(process, "/readyz") == 200)
        return process

    # -- talking to it ------------------------------------------------------------------------------

    @staticmethod
    def status(process, path):
        """Status code of a status page; None if nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", process.status_port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def metrics(self, process):
        connection = http.client.HTTPConnection("127.0.0.1", process.status_port, timeout=5)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def metric(self, worker, name):
        """Its value, a whole number without labels; None if the worker does not tell it."""
        found = re.search(rf"^{name} (\d+)", self.metrics(worker), re.MULTILINE)
        return int(found[1]) if found else None

    def credentials(self):
        """(access key id, secret)"""
        parser = configparser.ConfigParser()
        parser.read(os.path.join(self.home, "credentials"))
        section = parser["default"]
        return section["aws_access_key_id"], section["aws_secret_access_key"]

    def client(self, service="apigateway", control=0, retries=0, validate=True, **more):
        """A stock boto3 client; one that does not `validate` sends whatever it is given."""
        import boto3
        from botocore.config import Config
        key_id, secret = self.credentials()
        return boto3.client(service, endpoint_url=f"http://127.0.0.1:{self.admin_ports[control]}",
                            region_name=REGION, aws_access_key_id=key_id, aws_secret_access_key=secret,
                            config=Config(retries={"max_attempts": retries}, connect_timeout=5, read_timeout=30,
                                          parameter_validation=validate),
                            **more)

    def cli_environment(self):
        key_id, secret = self.credentials()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return environment | {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret,
                              "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": "",
                              "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true"}

    def aws(self, *words):
        """Runs Debian's AWS CLI against the first control plane; its decoded output."""
        done = subprocess.run(["/usr/bin/aws", "--endpoint-url", f"http://127.0.0.1:{self.admin_ports[0]}",
                               "--output", "json", *words], env=self.cli_environment(), capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return json.loads(done.stdout) if done.stdout.strip() else None

    def signed(self, method, path, body=None, control=0):
        """A signed call of any path of the management API, for what the SDK does not know."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        url = f"http://127.0.0.1:{self.admin_ports[control]}{path}"
        data = b"" if body is None else json.dumps(body).encode()
        request = AWSRequest(method=method, url=url, data=data)
        SigV4Auth(Credentials(*self.credentials()), "apigateway", REGION).add_auth(request)
        return self._exchange(http.client.HTTPConnection("127.0.0.1", self.admin_ports[control], timeout=10),
                              method, path, data, dict(request.headers))

    def host(self, api_id):
        return f"{api_id}.execute-api.{REGION}.localhost"

    def invoke(self, api_id, path, method="GET", body=None, headers=None, worker=0, tls=False):
        """Calls a deployed API: `path` starts with the stage."""
        process = self.workers[worker]
        if tls:
            context = ssl.create_default_context(cafile=os.path.join(self.home, "ca.pem"))
            connection = http.client.HTTPSConnection(self.host(api_id), process.https_port, timeout=10,
                                                     context=context)
            connection.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", process.https_port), 10),
                                                  server_hostname=self.host(api_id))
        else:
            connection = http.client.HTTPConnection("127.0.0.1", process.http_port, timeout=10)
        return self._exchange(connection, method, path, body, {"Host": self.host(api_id)} | (headers or {}))

    @staticmethod
    def _exchange(connection, method, path, body, headers):
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def rollout(self):
        """None while Redis or the database does not tell."""
        answer = self.signed("GET", "/_turnpike/v1/rollout")
        return answer.json() if answer.status == 200 else None

    def wait_rolled_out(self, seconds=10):
        """Until every worker acknowledged the newest revision and nothing waits to be published."""
        def done():
            state = self.rollout()
            return (state is not None and state["unpublished"] == 0
                    and len(state["workers"]) >= sum(worker.alive() for worker in self.workers)
                    and all(worker["revision"] >= state["latestRevision"] for worker in state["workers"]))
        wait_for(done, seconds, "the rollout")

    def wait_filled(self):
        """Until Redis has what all keys used of their quotas: before, the policy decides."""
        def since(shard):
            return self.redis_command("GET", f"{{turnpike:usage:{shard}}}:since")
        wait_for(lambda: all(since(shard).isdigit() for shard in range(16)), 20, "the counts")


# -- what tests build again and again -------------------------------------------------------------------


def make_api(client, name="test"):
    """(api id, root resource id)"""
    api = client.create_rest_api(name=name)
    root = client.get_resources(restApiId=api["id"])["items"][0]["id"]
    return api["id"], root


def add_proxy(client, api, resource, uri, verb="GET", key=False, **integration):
    """An HTTP_PROXY method."""
    client.put_method(restApiId=api, resourceId=resource, httpMethod=verb, authorizationType="NONE",
                      apiKeyRequired=key)
    client.put_integration(restApiId=api, resourceId=resource, httpMethod=verb, type="HTTP_PROXY",
                           integrationHttpMethod=verb, uri=uri, **integration)


def add_mock(client, api, resource, verb="GET", body='{"ok": true}', key=False):
    """A MOCK method that answers 200 with a fixed body."""
    client.put_method(restApiId=api, resourceId=resource, httpMethod=verb, authorizationType="NONE",
                      apiKeyRequired=key)
    client.put_method_response(restApiId=api, resourceId=resource, httpMethod=verb, statusCode="200")
    client.put_integration(restApiId=api, resourceId=resource, httpMethod=verb, type="MOCK",
                           requestTemplates={"application/json": '{"statusCode": 200}'})
    client.put_integration_response(restApiId=api, resourceId=resource, httpMethod=verb, statusCode="200",
                                    responseTemplates={"application/json": body})


def add_key(client, api, stage, name="key"):
    """A key in a plan of this stage: (key id, value, plan id)"""
    key = client.create_api_key(name=name, enabled=True)
    plan = client.create_usage_plan(name=f"plan of {name}", apiStages=[{"apiId": api, "stage": stage}])
    client.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    return key["id"], key["value"], plan["id"]
