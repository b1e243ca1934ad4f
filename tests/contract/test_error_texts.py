"""Wrong calls through the stock client: exception, status and text as the service was seen to answer them."""

import json
import pathlib
import re
import string
import unittest

from botocore import xform_name
from botocore.exceptions import ClientError

from contract import V1, Management, built_operations, checked_client, new_stack
from error_cases import CASES

ACCOUNT = "000000000000"
RECORDED = json.loads(pathlib.Path(__file__).with_name("recorded_errors.json").read_text("utf-8"))["errors"]


def make_world(client):
    """Something of everything that a wrong call may address."""
    api = client.create_rest_api(name="world")["id"]
    private = client.create_rest_api(name="private", endpointConfiguration={"types": ["PRIVATE"]})["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]

    def resource(parent, part):
        return client.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"]
    pets, dogs, wild = (resource(root, part) for part in ("pets", "dogs", "wild"))
    where = {"restApiId": api, "resourceId": pets}
    for verb in ("GET", "PUT"):
        client.put_method(**where, httpMethod=verb, authorizationType="NONE")
    get = where | {"httpMethod": "GET"}
    client.put_integration(**get, type="MOCK")
    client.put_method_response(**get, statusCode="200")
    client.put_integration_response(**get, statusCode="200")
    bare = where | {"httpMethod": "PUT"}
    client.put_integration(**bare, type="MOCK")
    deployment = client.create_deployment(restApiId=api, stageName="dev")["id"]
    client.create_stage(restApiId=api, stageName="canary", deploymentId=deployment)
    canary = client.create_deployment(restApiId=api, stageName="canary",
                                      canarySettings={"percentTraffic": 50.0,
                                                      "stageVariableOverrides": {"a": "b"}})["id"]
    client.delete_integration(**bare)
    test = resource(root, "test")
    for name in ("MyModel", "MyModelTwo", "MyModelThree", "SharedModelTwo"):
        client.create_model(restApiId=api, name=name, contentType="application/json", schema='{"type":"object"}')
    for parent, models in ((root, {"application/json": "MyModel", "text/json": "MyModelTwo",
                                   "shared/json": "SharedModelTwo"}),
                           (dogs, {"application/json": "MyModelThree"}),
                           (test, {"application/json": "SharedModelTwo"})):
        client.put_method(restApiId=api, resourceId=parent, httpMethod="ANY", authorizationType="NONE",
                          requestModels=models)
    validator = client.create_request_validator(restApiId=api, name="v")["id"]
    return {"account": ACCOUNT, "api": api, "upper_api": api.upper(), "private_api": private, "root": root,
            "pets": pets, "below_pets": resource(pets, "below"), "dogs": dogs, "other_pets": resource(dogs, "pets"),
            "wild": wild, "greedy": resource(wild, "{proxy+}"), "deployment": deployment, "canary_deployment": canary,
            "validator": validator, "key": client.create_api_key(name="k")["id"],
            "plan": client.create_usage_plan(name="p")["id"],
            "part": client.create_documentation_part(restApiId=api, location={"type": "API"}, properties="{}")["id"]}


def is_known(shape, value):
    """Whether the client has heard of every member; newer ones can only be sent without it."""
    return shape.type_name != "structure" or all(
        name in shape.members and is_known(shape.members[name], item) for name, item in value.items())


def filled(value, world):
    if isinstance(value, str):
        return string.Template(value).substitute(world)
    if isinstance(value, dict):
        return {filled(key, world): filled(item, world) for key, item in value.items()}
    return [filled(item, world) for item in value] if isinstance(value, list) else value


class ErrorTexts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(new_stack())
        client = cls.stack.client()
        cls.addClassCleanup(client.close)
        cls.world = make_world(client)
        cls.management = Management(cls.stack)

    def setUp(self):
        self.complaints = []
        # The client itself must not refuse what the server is to refuse.
        self.client = checked_client(self.stack, self.complaints, validate=False)
        self.addCleanup(self.client.close)

    def call(self, operation, arguments):
        """((exception, status), message)"""
        if not is_known(self.client.meta.service_model.operation_model(operation).input_shape, arguments):
            return self.call_without_client(operation, arguments)
        with self.assertRaises(ClientError) as raised:
            getattr(self.client, xform_name(operation))(**arguments)
        answer = raised.exception.response
        kind = answer["Error"]["Code"]
        if kind in V1.operations[operation]["x-turnpike-errors"]:
            self.assertIsInstance(raised.exception, getattr(self.client.exceptions, kind))
        return (kind, answer["ResponseMetadata"]["HTTPStatusCode"]), answer["Error"]["Message"]

    def call_without_client(self, name, arguments):
        operation = V1.operations[name]
        self.assertNotIn("parameters", operation)
        answer = self.management.call(operation["method"], operation["path"], arguments)
        self.complaints += V1.check(name, answer.status, answer.headers, answer.body)
        return (answer.kind, answer.status), answer.message

    def test_every_case(self):
        for case in CASES:
            arguments, message = (filled(part, self.world) for part in (case.arguments, case.message))
            with self.subTest(f"{case.operation} {str(case.arguments)[:200]}"):
                self.complaints.clear()
                self.assertEqual((case.answer, message), self.call(case.operation, arguments))
                self.assertEqual([], self.complaints)

    def test_every_recorded_text_is_a_case(self):
        answered = {}
        for case in CASES:
            answered.setdefault(case.answer, set()).add(re.sub(r"\$\w+|\$\{\w+\}", "x", case.message))
        for recorded in RECORDED:
            with self.subTest(recorded["message"][:200]):
                pieces = re.split("<(?:name|id|account)>", recorded["message"])
                pattern = re.compile(".+".join(map(re.escape, pieces)), re.DOTALL)
                texts = answered.get((recorded["code"], recorded["status"]), ())
                self.assertTrue(any(map(pattern.fullmatch, texts)), "no case has this text")

    def test_cases_are_of_built_operations(self):
        self.assertEqual(set(), {case.operation for case in CASES} - built_operations())


if __name__ == "__main__":
    unittest.main()
