"""GitHub's own description of its API, whole: imported, deployed, and every operation reached through a worker.

The document comes from the package @octokit/openapi (MIT) at test time. Where npm, a network or the registry is not at
hand the test is skipped.
"""

import http.client
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

from stack import Stack

PACKAGE = "@octokit/openapi"
MEMBER = "package/generated/api.github.com.json"
VERBS = ("get", "put", "post", "delete", "patch", "options", "head")
SEGMENT = re.compile(r"\{[^{}]+\}|[A-Za-z0-9._:,$%+~@!-]+")


def github():
    """The document. Raises unittest.SkipTest with the reason where it cannot be had."""
    if shutil.which("npm") is None:
        raise unittest.SkipTest("npm is not installed")
    with tempfile.TemporaryDirectory(prefix="turnpike-npm-") as folder:
        try:
            packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, capture_output=True, text=True,
                                    timeout=60, check=False)
        except subprocess.TimeoutExpired:
            raise unittest.SkipTest(f"npm pack {PACKAGE} took too long") from None
        if packed.returncode != 0:
            raise unittest.SkipTest(f"npm pack {PACKAGE} failed: {packed.stderr.strip()[-300:]}")
        with tarfile.open(f"{folder}/{packed.stdout.split()[-1]}") as archive:
            return json.load(archive.extractfile(MEMBER))


def integration(name):
    """A MOCK that answers with the operation's name."""
    return {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'},
            "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": name}}}}


def concrete(path):
    """The path with something in the place of each variable."""
    return re.sub(r"\{(\w+)\}", r"a-\1", path)


class GitHub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = github()
        cls.operations = {}
        for path, item in cls.document["paths"].items():
            for verb in VERBS:
                if verb in item:
                    name = f"{verb.upper()} {path}"
                    cls.operations[name] = (verb.upper(), path)
                    item[verb]["x-amazon-apigateway-integration"] = integration(name)
                    item[verb]["responses"].setdefault("200", {"description": "For the integration."})
        cls.text = json.dumps(cls.document, separators=(",", ":"), ensure_ascii=False).encode()
        cls.stack = cls.enterClassContext(Stack(control_settings={
            "TURNPIKE_OPENAPI_DOCUMENT_BYTES_MAX": 20 << 20, "TURNPIKE_RESOURCES_PER_API_MAX": 5_000,
            "TURNPIKE_MODELS_PER_API_MAX": 50_000, "TURNPIKE_DOCUMENTATION_PARTS_PER_API_MAX": 100_000}))
        cls.client = cls.stack.client()
        cls.imported = cls.client.import_rest_api(body=cls.text)
        cls.api = cls.imported["id"]

    def methods(self, api):
        """{"GET /path": method} of the draft, without what differs from one API to the next."""
        found = {}
        for page in self.client.get_paginator("get_resources").paginate(restApiId=api, embed=["methods"]):
            for item in page["items"]:
                for verb, method in item.get("resourceMethods", {}).items():
                    method["methodIntegration"].pop("cacheNamespace")
                    found[f"{verb} {item['path']}"] = method
        return found

    def routable(self):
        """All operations but those of paths that no resource can have."""
        return {name: place for name, place in self.operations.items()
                if all(SEGMENT.fullmatch(segment) for segment in place[1].split("/")[1:] if segment)}

    def test_every_operation_is_a_method(self):
        self.assertGreaterEqual(len(self.operations), 600)
        wanted = self.routable()
        self.assertGreaterEqual(len(wanted), len(self.operations) - 2)
        for name in self.operations.keys() - wanted.keys():
            path = self.operations[name][1]
            self.assertTrue([text for text in self.imported["warnings"] if f"The path '{path}' is ignored" in text])
        methods = self.methods(self.api)
        self.assertEqual(len(wanted), len(methods))
        names = {method["operationName"] for method in methods.values()}
        self.assertEqual({self.document["paths"][path][verb.lower()]["operationId"] for verb, path in wanted.values()},
                         names)

    def test_every_operation_routes(self):
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.stack.wait_rolled_out(30)
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.http_port, timeout=10)
        self.addCleanup(connection.close)
        wrong = {}
        for name, (verb, path) in self.routable().items():
            connection.request(verb, "/prod" + concrete(path), headers={"Host": self.stack.host(self.api)})
            answer = connection.getresponse()
            body = answer.read().decode()
            if (answer.status, body) != (200, name):
                wrong[name] = (answer.status, body)
        self.assertEqual({}, wrong)

    def test_the_same_again_as_an_overwrite_changes_nothing(self):
        before = self.methods(self.api)
        self.client.put_rest_api(restApiId=self.api, mode="overwrite", body=self.text)
        self.assertEqual(before, self.methods(self.api))

    def test_an_export_makes_the_same_methods(self):
        given = json.loads(self.text)
        for item in given["paths"].values():
            for verb in set(VERBS) & item.keys():
                content = item[verb].get("requestBody", {}).get("content", {})
                if content and "application/json" not in content:
                    del item[verb]["requestBody"]  # an API with such a body alone is not exported
        first = self.client.import_rest_api(body=json.dumps(given, separators=(",", ":")).encode())["id"]
        self.client.create_deployment(restApiId=first, stageName="prod")
        exported = self.client.get_export(restApiId=first, stageName="prod", exportType="oas30",
                                          parameters={"extensions": "apigateway"})["body"].read()
        second = self.client.import_rest_api(body=exported)["id"]
        self.assertEqual(self.methods(first), self.methods(second))


if __name__ == "__main__":
    unittest.main()
