"""Debian's AWS CLI against the management API."""

import unittest

from contract import new_stack


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(new_stack())

    def aws(self, *words):
        return self.stack.aws("apigateway", *words)

    def test_the_quick_start(self):
        api = self.aws("create-rest-api", "--name", "pets", "--tags", "team=a")["id"]
        root = self.aws("get-resources", "--rest-api-id", api)["items"][0]["id"]
        pets = self.aws("create-resource", "--rest-api-id", api, "--parent-id", root, "--path-part", "pets")["id"]
        where = ["--rest-api-id", api, "--resource-id", pets, "--http-method", "GET"]
        self.aws("put-method", *where, "--authorization-type", "NONE", "--api-key-required")
        self.aws("put-integration", *where, "--type", "HTTP_PROXY", "--integration-http-method", "GET", "--uri",
                 "http://backend.example/pets")
        self.aws("create-deployment", "--rest-api-id", api, "--stage-name", "prod")
        key = self.aws("create-api-key", "--name", "k", "--enabled")
        plan = self.aws("create-usage-plan", "--name", "p", "--api-stages", f"apiId={api},stage=prod",
                        "--throttle", "rateLimit=10,burstLimit=5", "--quota", "limit=100,period=DAY")["id"]
        self.aws("create-usage-plan-key", "--usage-plan-id", plan, "--key-id", key["id"], "--key-type", "API_KEY")
        self.assertEqual(40, len(key["value"]))
        self.assertEqual("prod", self.aws("get-stages", "--rest-api-id", api)["item"][0]["stageName"])
        self.assertTrue(self.aws("get-method", *where)["apiKeyRequired"])
        self.aws("tag-resource", "--resource-arn", f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/prod",
                 "--tags", "a=b")
        self.aws("update-stage", "--rest-api-id", api, "--stage-name", "prod", "--patch-operations",
                 "op=replace,path=/*/*/throttling/rateLimit,value=5")
        self.assertEqual(api, self.aws("get-rest-apis")["items"][0]["id"])

    def test_errors_have_their_names(self):
        with self.assertRaisesRegex(RuntimeError, r"\(NotFoundException\).*Invalid API identifier specified"):
            self.aws("get-rest-api", "--rest-api-id", "unknown")

    def test_what_is_not_built_names_itself(self):
        with self.assertRaisesRegex(RuntimeError, "GetApis"):
            self.stack.aws("apigatewayv2", "get-apis")


if __name__ == "__main__":
    unittest.main()
