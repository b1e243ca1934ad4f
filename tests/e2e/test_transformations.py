"""Templates, models, conversions and compression, configured by a stock client."""

import gzip
import json
import os
import unittest

from stack import Stack, make_api, wait_for
from upstream import Upstream


class Transformations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())
        cls.stack = cls.enterClassContext(Stack())
        client = cls.client = cls.stack.client()
        cls.api, root = make_api(client)
        client.update_rest_api(restApiId=cls.api, patchOperations=[
            {"op": "replace", "path": "/minimumCompressionSize", "value": "200"}])
        client.create_model(restApiId=cls.api, name="Pet", contentType="application/json", schema=json.dumps(
            {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}))
        validator = client.create_request_validator(restApiId=cls.api, name="all", validateRequestBody=True,
                                                    validateRequestParameters=True)["id"]
        pets = client.create_resource(restApiId=cls.api, parentId=root, pathPart="pets")["id"]
        pet = {"restApiId": cls.api, "resourceId": pets, "httpMethod": "POST"}
        client.put_method(**pet, authorizationType="NONE", requestValidatorId=validator,
                          requestModels={"application/json": "Pet"},
                          requestParameters={"method.request.querystring.color": True})
        client.put_integration(
            **pet, type="HTTP", integrationHttpMethod="POST", uri=f"{cls.upstream.url}/echo",
            requestParameters={"integration.request.header.X-Name": "method.request.body.name"},
            requestTemplates={"application/json":
                              '{"pet": $input.json("$.name"), "color": "$input.params(\'color\')", '
                              '"place": "$stageVariables.place"}'})
        client.put_method_response(**pet, statusCode="200",
                                   responseParameters={"method.response.header.X-Told": False})
        client.put_integration_response(
            **pet, statusCode="200",
            responseParameters={"method.response.header.X-Told": "integration.response.body.path"},
            responseTemplates={"application/json":
                               '#set($body = $util.parseJson($input.path("$.body")))'
                               '#if($body.color == "red")#set($context.responseOverride.status = 203)#end'
                               '{"sent": $input.json("$.body"), "pad": "#foreach($i in [1..300])x#end"}'})
        client.create_deployment(restApiId=cls.api, stageName="prod", variables={"place": "home"})
        cls.stack.wait_rolled_out()

    def post(self, body, path="/prod/pets?color=red", **headers):
        return self.stack.invoke(self.api, path, method="POST", body=body,
                                 headers={name.replace("_", "-"): value for name, value in headers.items()})

    def test_a_request_is_reshaped_both_ways(self):
        answer = self.post(b'{"name": "rex"}')
        self.assertEqual(203, answer.status, answer.body)
        self.assertEqual({"pet": "rex", "color": "red", "place": "home"}, json.loads(json.loads(answer.body)["sent"]))
        self.assertEqual("/echo", answer.headers["X-Told"])

    def test_answers_are_compressed_and_requests_decoded(self):
        answer = self.post(gzip.compress(b'{"name": "' + b"r" * 2000 + b'"}', 0), Content_Encoding="gzip",
                           Accept_Encoding="gzip")
        self.assertEqual("gzip", answer.headers["Content-Encoding"])
        sent = json.loads(json.loads(gzip.decompress(answer.body))["sent"])
        self.assertEqual("r" * 2000, sent["pet"])

    def test_what_is_not_valid_does_not_reach_the_back_end(self):
        for body, path, message in ((b'{"name": 1}', "/prod/pets?color=red", "Invalid request body"),
                                    (b'{"name": "x"}', "/prod/pets", "Missing required request parameters: [color]"),
                                    (b"no json", "/prod/pets?color=red", "Invalid request body")):
            answer = self.post(body, path)
            self.assertEqual((400, {"message": message}), (answer.status, json.loads(answer.body)))
        path = os.path.join(self.stack.home, "log", "access.log")

        def reasons():
            if not os.path.exists(path):
                return None
            with open(path, encoding="utf-8") as file:
                return [text for text in file if "instance type (integer) does not match" in text]

        wait_for(reasons, 5, "the reason in the log")

    def test_a_draft_is_tested_with_its_templates(self):
        resource = next(item["id"] for item in self.client.get_resources(restApiId=self.api)["items"]
                        if item["path"] == "/pets")
        answer = self.client.test_invoke_method(
            restApiId=self.api, resourceId=resource, httpMethod="POST", pathWithQueryString="/pets?color=blue",
            body='{"name": "rex"}', stageVariables={"place": "test"})
        self.assertEqual(200, answer["status"], answer)
        self.assertEqual({"pet": "rex", "color": "blue", "place": "test"},
                         json.loads(json.loads(answer["body"])["sent"]))


class StageVariables(unittest.TestCase):
    """Everywhere they may stand, with those of a canary over them."""

    def configure(self, client, url):
        api, root = make_api(client)
        thing = client.create_resource(restApiId=api, parentId=root, pathPart="thing")["id"]
        method = {"restApiId": api, "resourceId": thing, "httpMethod": "POST"}
        client.put_method(**method, authorizationType="NONE")
        client.put_integration(
            **method, type="HTTP", integrationHttpMethod="POST",
            uri="http://${stageVariables.host}/${stageVariables.color}/x?c=${stageVariables.color}${stageVariables.none}",
            requestParameters={"integration.request.header.X-Color": "stageVariables.color",
                               "integration.request.header.X-None": "stageVariables.none"},
            requestTemplates={"application/json": "$stageVariables.color${stageVariables.none}$stageVariables['color']"})
        client.put_method_response(**method, statusCode="200",
                                   responseParameters={"method.response.header.X-Color": False})
        client.put_integration_response(
            **method, statusCode="200", responseParameters={"method.response.header.X-Color": "stageVariables.color"},
            responseTemplates={"application/json": '{"color": "$stageVariables.color", "canary": "$context.isCanaryRequest",'
                                                   ' "sent": $input.json("$")}'})
        client.put_gateway_response(
            restApiId=api, responseType="MISSING_AUTHENTICATION_TOKEN",
            responseParameters={"gatewayresponse.header.X-Color": "stageVariables.color"},
            responseTemplates={"application/json": "$stageVariables.color$stageVariables.none"})
        client.create_deployment(restApiId=api, stageName="prod",
                                 variables={"color": "red", "host": url.removeprefix("http://")})
        return api

    def check(self, stack, api, color, canary):
        answer = stack.invoke(api, "/prod/thing", method="POST", body=b"{}")
        self.assertEqual((200, color), (answer.status, answer.headers["X-Color"]), answer.body)
        told = answer.json()
        self.assertEqual((color, canary), (told["color"], told["canary"]))
        self.assertEqual((f"/{color}/x?c={color}", color + color), (told["sent"]["path"], told["sent"]["body"]))
        fields = {name.lower(): value for name, value in told["sent"]["headers"]}
        self.assertEqual((color, None), (fields["x-color"], fields.get("x-none")))
        refused = stack.invoke(api, "/prod/nowhere")
        self.assertEqual((color, color.encode()), (refused.headers["X-Color"], refused.body))

    def test_they_reach_addresses_mappings_templates_and_gateway_responses(self):
        with Upstream() as upstream, Stack() as stack:
            client = stack.client()
            api = self.configure(client, upstream.url)
            stack.wait_rolled_out()
            self.check(stack, api, "red", "")
            client.create_deployment(restApiId=api, stageName="prod", canarySettings={
                "percentTraffic": 100.0, "stageVariableOverrides": {"color": "blue"}})
            stack.wait_rolled_out()
            self.check(stack, api, "blue", "true")
            client.update_stage(restApiId=api, stageName="prod", patchOperations=[
                {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "0.0"}])
            stack.wait_rolled_out()
            self.check(stack, api, "red", "false")


if __name__ == "__main__":
    unittest.main()
