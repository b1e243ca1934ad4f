"""CORS in one call, as browsers then meet it."""

import unittest

from stack import Stack, add_mock, add_proxy, make_api
from upstream import Upstream

ORIGIN = "Access-Control-Allow-Origin"


class Cors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())
        cls.stack = cls.enterClassContext(Stack())
        cls.client = cls.stack.client()

    def setUp(self):
        self.api, root = make_api(self.client)
        self.item = self.client.create_resource(restApiId=self.api, parentId=root, pathPart="item")["id"]
        add_mock(self.client, self.api, self.item, verb="GET")
        add_mock(self.client, self.api, self.item, verb="POST", key=True)
        add_proxy(self.client, self.api, self.item, self.upstream.url, verb="PUT")

    def put_cors(self, resource=None, **wishes):
        return self.stack.signed("POST", f"/_turnpike/v1/restapis/{self.api}/resources/{resource or self.item}/cors",
                                 wishes)

    def deploy(self):
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.stack.wait_rolled_out()

    def test_the_defaults_are_those_of_a_console(self):
        answer = self.put_cors()
        self.assertEqual(200, answer.status, answer.body)
        self.assertEqual({"resourceId": self.item, "methods": ["GET", "POST"], "gatewayResponses": []}, answer.json())
        options = self.client.get_method(restApiId=self.api, resourceId=self.item, httpMethod="OPTIONS")
        self.assertEqual({"application/json": '{"statusCode": 200}'}, options["methodIntegration"]["requestTemplates"])
        self.assertEqual({"application/json": "Empty"}, options["methodResponses"]["200"]["responseModels"])
        self.deploy()

        preflight = self.stack.invoke(self.api, "/prod/item", method="OPTIONS")
        self.assertEqual((200, b"", "application/json"),
                         (preflight.status, preflight.body, preflight.headers["Content-Type"]))
        self.assertEqual("*", preflight.headers[ORIGIN])
        self.assertEqual("GET,POST,PUT,OPTIONS", preflight.headers["Access-Control-Allow-Methods"])
        self.assertEqual("Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token",
                         preflight.headers["Access-Control-Allow-Headers"])
        self.assertEqual("*", self.stack.invoke(self.api, "/prod/item").headers[ORIGIN])
        self.assertNotIn(ORIGIN, self.stack.invoke(self.api, "/prod/item", method="PUT").headers)
        refused = self.stack.invoke(self.api, "/prod/item", method="POST")
        self.assertEqual((403, None), (refused.status, refused.headers.get(ORIGIN)))

    def test_a_preflight_of_an_api_with_binary_types_is_answered(self):
        self.client.update_rest_api(restApiId=self.api, patchOperations=[
            {"op": "add", "path": "/binaryMediaTypes/*~1*"}])
        self.assertEqual(200, self.put_cors().status)
        self.deploy()
        preflight = self.stack.invoke(self.api, "/prod/item", method="OPTIONS")
        self.assertEqual((200, "*"), (preflight.status, preflight.headers[ORIGIN]))

    def test_wishes_are_kept_and_the_gateways_own_answers_carry_them(self):
        self.put_cors()
        answer = self.put_cors(allowOrigin="https://a.example", allowHeaders=["X-A", "X-B"], allowMethods=["GET"],
                               exposeHeaders=["X-C"], allowCredentials=True, maxAge=600,
                               gatewayResponses=["DEFAULT_4XX", "DEFAULT_5XX"])
        self.assertEqual(200, answer.status, answer.body)
        self.deploy()
        preflight = self.stack.invoke(self.api, "/prod/item", method="OPTIONS").headers
        self.assertEqual(("https://a.example", "X-A,X-B", "GET", "true", "600"),
                         tuple(preflight[f"Access-Control-{name}"] for name in (
                             "Allow-Origin", "Allow-Headers", "Allow-Methods", "Allow-Credentials", "Max-Age")))
        fetched = self.stack.invoke(self.api, "/prod/item").headers
        self.assertEqual(("https://a.example", "X-C", "true"),
                         (fetched[ORIGIN], fetched["Access-Control-Expose-Headers"],
                          fetched["Access-Control-Allow-Credentials"]))
        for method in ("POST", "DELETE"):
            refused = self.stack.invoke(self.api, "/prod/item", method=method)
            self.assertEqual((403, "https://a.example"), (refused.status, refused.headers[ORIGIN]))

    def test_an_any_method_allows_every_verb(self):
        root = next(item["id"] for item in self.client.get_resources(restApiId=self.api)["items"] if item["path"] == "/")
        add_mock(self.client, self.api, root, verb="ANY")
        self.assertEqual(["ANY"], self.put_cors(root).json()["methods"])
        self.deploy()
        self.assertEqual("DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT", self.stack.invoke(
            self.api, "/prod", method="OPTIONS").headers["Access-Control-Allow-Methods"])

    def test_what_cannot_be_is_refused_and_changes_nothing(self):
        for wishes, status, text in (({"allowCredentials": True}, 400, "allowCredentials"),
                                     ({"allowOrigin": "a'b"}, 400, "allowOrigin"),
                                     ({"allowHeaders": ["a\r\nb"]}, 400, "allowHeaders"),
                                     ({"maxAge": -1}, 400, "maxAge"),
                                     ({"gatewayResponses": ["DEFAULT_6XX"]}, 400, "gateway response type")):
            answer = self.put_cors(**wishes)
            self.assertEqual(status, answer.status, answer.body)
            self.assertIn(text, answer.json()["message"])
        self.assertEqual(404, self.put_cors("none").status)
        methods = self.client.get_resource(restApiId=self.api, resourceId=self.item)["resourceMethods"]
        self.assertEqual({"GET", "POST", "PUT"}, set(methods))


if __name__ == "__main__":
    unittest.main()
