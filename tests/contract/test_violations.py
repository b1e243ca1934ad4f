"""Requests that no SDK would send: wrong types, broken constraints, bad bodies. Codes are compared always, texts
where the service was recorded."""

import json
import unittest

from contract import V1, Management, built_operations, new_stack

OP_VALUES = "[add, remove, move, test, replace, copy]"


class Violations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(new_stack())
        cls.management = Management(cls.stack)
        client = cls.stack.client()
        cls.addClassCleanup(client.close)
        cls.api = client.create_rest_api(name="violations")["id"]
        cls.root = client.get_resources(restApiId=cls.api)["items"][0]["id"]
        cls.method = f"/restapis/{cls.api}/resources/{cls.root}/methods/GET"
        client.put_method(restApiId=cls.api, resourceId=cls.root, httpMethod="GET", authorizationType="NONE")

    def refused(self, method, target, body, kind, message=None):
        answer = self.management.call(method, target, body)
        self.assertEqual((400, kind), (answer.status, answer.kind), answer)
        self.assertTrue(answer.headers["x-amzn-requestid"])
        if message:
            self.assertEqual(message, answer.message)

    def test_malformed_json(self):
        for body in ("{", "[]]", '{"name":}', "nothing", '{"name":"a"} {}', b'{"name":"\xff"}', '{"name":"\\ud800"}'):
            with self.subTest(body):
                self.refused("POST", "/restapis", body, "SerializationException")

    def test_deep_json(self):
        self.refused("POST", "/restapis", '{"name":' + "[" * 100_000, "SerializationException")

    def test_wrong_types(self):
        for body, message in (
                ({"type": "MOCK", "requestParameters": {"integration.request.path.integration": True}},
                 "class java.lang.Boolean can not be converted to an String"),
                ({"type": "MOCK", "requestTemplates": {"application/json": 123}},
                 "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String")):
            with self.subTest(message):
                self.refused("PUT", self.method + "/integration", body, "SerializationException", message)

    def test_an_object_for_every_scalar_and_a_scalar_for_every_object(self):
        for name in sorted(built_operations()):
            operation = V1.operations[name]
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            schema = V1.schemas[content["schema"]["$ref"].rsplit("/", 1)[1]]
            for member, reference in schema["properties"].items():
                kind = V1.schemas[reference["$ref"].rsplit("/", 1)[1]]["type"]
                with self.subTest(f"{name}.{member}"):
                    self.refused(operation["method"], self.target_of(operation),
                                 {member: {} if kind not in ("object",) else 1}, "SerializationException")

    def target_of(self, operation):
        values = {"restapi_id": self.api, "resource_id": self.root, "parent_id": self.root, "http_method": "GET"}
        target = operation["path"].partition("#")[0]
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                target = target.replace("{" + parameter["name"] + "}", values.get(parameter["name"], "200"))
        return target

    def test_enumerations(self):
        self.refused("PUT", self.method + "/integration", {"type": "HTTPS_PROXY"}, "ValidationException",
                     "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy "
                     "constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]")
        self.refused("POST", "/restapis", {"name": "a", "endpointConfiguration": {"types": ["wrong"]}},
                     "ValidationException",
                     "1 validation error detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' "
                     "failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value "
                     "set: [PRIVATE, EDGE, REGIONAL]]")

    def test_all_violations_at_once(self):
        self.refused("PATCH", self.method + "/responses/wrong", {"patchOperations": [{"op": "wrong_op", "path": "/"}]},
                     "ValidationException",
                     "2 validation errors detected: Value 'wrong_op' at 'updateMethodResponseInput.patchOperations.1"
                     f".member.op' failed to satisfy constraint: Member must satisfy enum value set: {OP_VALUES}; "
                     "Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular "
                     "expression pattern: [1-5]\\d\\d")

    def test_patterns_in_paths(self):
        for method in ("GET", "DELETE"):
            self.refused(method, self.method + "/responses/999", "", "ValidationException")

    def test_constraints_come_before_existence(self):
        self.refused("PUT", "/restapis/unknown/resources/unknown/methods/GET/integration", {"type": "WRONG"},
                     "ValidationException")

    def test_missing_required_members(self):
        self.refused("POST", "/restapis", {}, "ValidationException")
        self.refused("POST", "/restapis", "", "ValidationException")
        self.refused("POST", "/restapis", {"name": None}, "ValidationException")

    def test_bad_percent_encoding(self):
        for target in ("/restapis/%zz", "/restapis/%2", "/restapis/%00", "/restapis/%ff%fe", "/restapis?limit=%FF",
                       "/apikeys?name=%00"):
            with self.subTest(target):
                self.refused("GET", target, "", "BadRequestException")

    def test_nul_characters(self):
        self.refused("POST", "/restapis", {"name": "a\0b"}, "SerializationException")
        self.refused("POST", "/restapis", {"name": "a", "tags": {"k\0": "v"}}, "SerializationException")

    def test_query_values_of_other_types(self):
        self.refused("GET", "/restapis?limit=many", "", "SerializationException")
        for target in ("/restapis?limit=-1", "/restapis?limit=0", "/restapis?limit=99999", "/restapis?limit="):
            self.assertEqual(200, self.management.call("GET", target).status)

    def test_repeated_query_names(self):
        self.assertEqual(200, self.management.call("GET", "/restapis?limit=1&limit=2&limit=x").status)
        arn = f"arn:aws:apigateway:us-east-1::/restapis/{self.api}"
        self.assertEqual(204, self.management.call("DELETE", f"/tags/{arn}?tagKeys=a&tagKeys=b").status)

    def test_positions_that_were_never_given(self):
        for position in ("x", "%FF", "a" * 2000, "%00", "AAAA", "%27%3B--"):
            with self.subTest(position):
                self.assertIn(self.management.call("GET", f"/restapis?position={position}").status, (200, 400))

    def test_unknown_members_are_ignored(self):
        answer = self.management.call("POST", "/restapis", {"name": "a", "nothing": {"deep": [1]}})
        self.assertEqual(201, answer.status)
        self.assertNotIn("nothing", json.loads(answer.body))

    def test_content_type_decides_nothing(self):
        for kind in ("text/plain", "application/x-amz-json-1.1", "application/xml", "not a media type", "a/b;c", ""):
            with self.subTest(kind):
                answer = self.management.call("POST", "/restapis", {"name": "typed"}, {"Content-Type": kind})
                self.assertEqual(201, answer.status, answer)

    def test_accept_is_ignored(self):
        answer = self.management.call("GET", "/restapis", headers={"Accept": "application/hal+json"})
        self.assertEqual("application/json", answer.headers["content-type"])
        self.assertNotIn(b"_links", answer.body)

    def test_unknown_paths_and_methods(self):
        for method, target in (("GET", "/"), ("GET", "/nothing"), ("PUT", "/restapis"),
                               ("OPTIONS", "/restapis"), ("HEAD", "/restapis"), ("GET", "/restapis//x"),
                               ("POST", "/@connections/abc")):
            with self.subTest(f"{method} {target}"):
                answer = self.management.call(method, target)
                self.assertEqual((403, "MissingAuthenticationTokenException"), (answer.status, answer.kind))

    def test_a_slash_at_the_end(self):
        self.assertEqual(200, self.management.call("GET", "/restapis/").status)

    def test_identifiers_are_compared_with_case(self):
        self.assertEqual(404, self.management.call("GET", f"/restapis/{self.api.upper()}").status)

    def test_hostile_values_are_only_text(self):
        for value in ("'; DROP TABLE rest_apis; --", "\\", "%", "_", "\u202e", "😀" * 100, '"', "</script>"):
            with self.subTest(value):
                answer = self.management.call("POST", "/restapis", {"name": value, "description": value})
                self.assertEqual(201, answer.status, answer)
                self.assertEqual(value, json.loads(answer.body)["description"])


if __name__ == "__main__":
    unittest.main()
