"""What the contract tests share: one stack per test file, the descriptions, calls that are checked on the wire."""

import http.client
import json
import pathlib
import re
import socket
import unittest

from stack import REGION, ROOT, Stack, add_mock, make_api

DESCRIPTIONS = pathlib.Path(ROOT, "openapi")
# Errors of the protocol that no operation models.
GENERIC_ERRORS = {"ValidationException", "SerializationException"}


class Description:
    """One OpenAPI document: operations by name, schemas."""

    def __init__(self, name):
        with open(DESCRIPTIONS / f"{name}.json", encoding="utf-8") as file:
            self.document = json.load(file)
        self.schemas = self.document["components"]["schemas"]
        self.operations = {}
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                self.operations[operation["operationId"]] = operation | {"method": method.upper(), "path": path}

    def success(self, operation):
        """(status, response)"""
        return next((int(status), response) for status, response in self.operations[operation]["responses"].items()
                    if status.startswith("2"))

    def errors(self, operation):
        return set(self.operations[operation]["x-turnpike-errors"]) | GENERIC_ERRORS

    def complaints(self, schema, value, path=""):
        """What of a JSON value the schema does not allow: unknown members, other types."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        kind = schema["type"]
        allowed = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list,
                   "object": dict}[kind]
        if not isinstance(value, allowed) or (isinstance(value, bool) and kind != "boolean"):
            return [f"{path}: {value!r} is no {kind}"]
        if kind == "array":
            return [found for index, item in enumerate(value)
                    for found in self.complaints(schema["items"], item, f"{path}[{index}]")]
        if kind != "object":
            return [] if value in schema.get("enum", [value]) else [f"{path}: {value!r} is not one of {schema['enum']}"]
        if "additionalProperties" in schema:
            # Recorded: null templates are answered as null.
            return [found for key, item in value.items() if item is not None
                    for found in self.complaints(schema["additionalProperties"], item, f"{path}.{key}")]
        return [found for key, item in value.items()
                for found in (self.complaints(schema["properties"][key], item, f"{path}.{key}")
                              if key in schema["properties"] else [f"{path}.{key}: unknown member"])]

    def check(self, operation, status, headers, body):
        """Complaints about an answer of this operation as it was on the wire."""
        found = [] if headers.get("x-amzn-requestid") else ["no x-amzn-RequestId"]
        if status >= 400:
            return found + self._check_error(operation, status, headers, body)
        expected, response = self.success(operation)
        if status != expected:
            found.append(f"status {status} instead of {expected}")
        content = response.get("content", {}).get("application/json")
        if content is None:
            return found + ([f"a body where none belongs: {body[:80]!r}"] if body and "content" not in response else [])
        if headers.get("content-type") != "application/json":
            found.append(f"Content-Type is {headers.get('content-type')}")
        return found + self.complaints(content["schema"], json.loads(body))

    def _check_error(self, operation, status, headers, body):
        found = []
        kind = headers.get("x-amzn-errortype")
        if kind not in self.errors(operation):
            found.append(f"{status} {kind} is no error of the operation: {body[:200]!r}")
        if set(json.loads(body)) != {"message"}:
            found.append(f"an error body with other members: {body[:200]!r}")
        return found


V1 = Description("apigateway-v1")


def built_operations():
    text = pathlib.Path(ROOT, "docs", "coverage.md").read_text(encoding="utf-8")
    section = text.split("## ")[1]
    return set(re.findall(r"^\| (\w+) \| yes \|$", section, re.MULTILINE))


class Answer:
    """Status, headers with names in lower case, body."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def kind(self):
        return self.headers.get("x-amzn-errortype")

    @property
    def message(self):
        return json.loads(self.body)["message"]

    def __repr__(self):
        return f"<{self.status} {self.kind} {self.body[:400]!r}>"


class Management:
    """Calls of one stack's management API below and beside the SDK."""

    def __init__(self, stack):
        self.stack = stack
        self.port = stack.admin_ports[0]

    def sign(self, method, target, body=b"", headers=None):
        """Fields of a signed request, Host included."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        host = f"127.0.0.1:{self.port}"
        request = AWSRequest(method, f"http://{host}{target}", data=body, headers=headers or {})
        SigV4Auth(Credentials(*self.stack.credentials()), "apigateway", REGION).add_auth(request)
        return {"Host": host} | dict(request.headers.items())

    def call(self, method, target, body=b"", headers=None, signed=True):
        """Exactly this target and body; a str or bytes goes as it is, anything else as JSON."""
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        body = body.encode() if isinstance(body, str) else body
        fields = self.sign(method, target, body, headers) if signed else dict(headers or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, target, skip_host="Host" in fields, skip_accept_encoding=True)
            for name, value in fields.items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=15)

    def send_raw(self, data):
        """Everything the server answers to these bytes until it ends the connection, or falls silent."""
        with self.connect() as client:
            try:
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            received = b""
            try:
                while piece := client.recv(65536):
                    received += piece
            except OSError:
                pass
            return received


class RawCase(unittest.TestCase):
    """Tests that send bytes of their own; the control plane must outlive each of them."""

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(new_stack())
        cls.management = Management(cls.stack)

    def tearDown(self):
        self.assertTrue(self.stack.controls[0].alive())
        self.assertEqual(200, self.management.call("GET", "/restapis").status)

    def signed(self, method="GET", target="/restapis", body=b"", extra=b"", drop=(), version="1.1"):
        """A signed head up to its last field, then `extra`."""
        fields = self.management.sign(method, target, body)
        lines = [f"{method} {target} HTTP/{version}"]
        lines += [f"{name}: {value}" for name, value in fields.items() if name.lower() not in drop]
        return "\r\n".join(lines).encode() + b"\r\n" + extra

    def assert_refused(self, received, status, kind, message=None):
        """One answer in the contract's form, and nothing behind it."""
        head, _, body = received.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 %d " % status), received[:300])
        self.assertIn(b"x-amzn-ErrorType: " + kind.encode(), head)
        self.assertIn(b"x-amzn-RequestId: ", head)
        self.assertIn(b"Content-Type: application/json", head)
        answer = json.loads(body)
        self.assertEqual({"message"}, set(answer))
        if message:
            self.assertEqual(message, answer["message"])


class AdditionsCase(unittest.TestCase):
    """One stack for each class, and calls of what Turnpike adds to Amazon's operations."""

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(new_stack())
        cls.client = cls.stack.client()
        cls.addClassCleanup(cls.client.close)
        cls.management = Management(cls.stack)
        cls.description = Description("turnpike")

    def call(self, operation, method, target, body=b"", status=200):
        """The decoded answer, which must have this status and the described form."""
        answer = self.management.call(method, target, body)
        self.assertEqual(status, answer.status, answer)
        self.assertEqual([], self.description.check(operation, answer.status, answer.headers, answer.body))
        return json.loads(answer.body)


class StageSettingsCase(AdditionsCase):
    """What is added to the settings of a stage: of `api`, "prod", with a mock."""

    ADDITION = ""  # the last part of its path, and its member in what is published
    KEY = False    # whether the mock wants one

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api, root = make_api(cls.client)
        add_mock(cls.client, cls.api, root, key=cls.KEY)
        cls.client.create_deployment(restApiId=cls.api, stageName="prod")
        cls.settings = f"/_turnpike/v1/restapis/{cls.api}/stages/prod/{cls.ADDITION}"

    def published(self):
        """What workers get of it."""
        record = self.stack.redis_command("HGET", "{turnpike}:stages", f"{self.api}/prod")
        return json.loads(record).get(self.ADDITION) if record else None


def checked_client(stack, complaints, service="apigateway", description=V1, validate=True):
    """A stock client whose every answer is compared with the description; appends to `complaints`."""
    client = stack.client(service, validate=validate)

    def check(response_dict, event_name, **_):
        operation = event_name.rsplit(".", 1)[1]
        headers = {name.lower(): value for name, value in response_dict["headers"].items()}
        complaints.extend(f"{operation}: {found}" for found in
                          description.check(operation, response_dict["status_code"], headers, response_dict["body"]))

    client.meta.events.register(f"response-received.{client.meta.service_model.service_id.hyphenize()}", check)
    return client


def new_stack(**arguments):
    """Management only: no worker."""
    return Stack(workers=0, **arguments)
