"""Requests through a real worker, configured by a stock client."""

import json
import os
import time
import unittest

from stack import Stack, add_key, add_mock, add_proxy, make_api, wait_for
from upstream import Upstream


class Traffic(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())
        cls.stack = cls.enterClassContext(Stack())
        client = cls.client = cls.stack.client()
        cls.api, root = make_api(client)
        client.put_method(restApiId=cls.api, resourceId=root, httpMethod="GET", authorizationType="NONE",
                          requestParameters={"method.request.header.X-Source": False})
        client.put_integration(
            restApiId=cls.api, resourceId=root, httpMethod="GET", type="HTTP_PROXY", integrationHttpMethod="GET",
            uri=f"http://127.0.0.1:{cls.upstream.port}/${{stageVariables.place}}",
            requestParameters={"integration.request.header.X-Target": "method.request.header.X-Source",
                               "integration.request.querystring.fixed": "'1'"})
        pets = client.create_resource(restApiId=cls.api, parentId=root, pathPart="pets")["id"]
        add_mock(client, cls.api, pets, body='{"pets": []}')
        pet = client.create_resource(restApiId=cls.api, parentId=pets, pathPart="{id}")["id"]
        client.put_method(restApiId=cls.api, resourceId=pet, httpMethod="ANY", authorizationType="NONE",
                          requestParameters={"method.request.path.id": True})
        client.put_integration(restApiId=cls.api, resourceId=pet, httpMethod="ANY", type="HTTP_PROXY",
                               integrationHttpMethod="ANY", uri=f"{cls.upstream.url}/pets/{{id}}",
                               requestParameters={"integration.request.path.id": "method.request.path.id"})
        keyed = client.create_resource(restApiId=cls.api, parentId=root, pathPart="keyed")["id"]
        add_mock(client, cls.api, keyed, key=True)
        slow = client.create_resource(restApiId=cls.api, parentId=root, pathPart="slow")["id"]
        add_proxy(client, cls.api, slow, f"{cls.upstream.url}/slow", timeoutInMillis=200)
        dead = client.create_resource(restApiId=cls.api, parentId=root, pathPart="dead")["id"]
        add_proxy(client, cls.api, dead, "http://127.0.0.1:1/")
        rest = client.create_resource(restApiId=cls.api, parentId=root, pathPart="{proxy+}")["id"]
        client.put_method(restApiId=cls.api, resourceId=rest, httpMethod="ANY", authorizationType="NONE",
                          requestParameters={"method.request.path.proxy": True})
        client.put_integration(restApiId=cls.api, resourceId=rest, httpMethod="ANY", type="HTTP_PROXY",
                               integrationHttpMethod="ANY", uri=f"{cls.upstream.url}/{{proxy}}",
                               requestParameters={"integration.request.path.proxy": "method.request.path.proxy"})
        client.create_deployment(restApiId=cls.api, stageName="prod", variables={"place": "home"})
        cls.key_id, cls.key, cls.plan = add_key(client, cls.api, "prod")
        cls.stack.wait_rolled_out()

    def invoke(self, path, *arguments, **named):
        return self.stack.invoke(self.api, path, *arguments, **named)

    def assert_refused(self, answer, status, error_type, body):
        self.assertEqual(answer.status, status)
        self.assertEqual(answer.headers["x-amzn-ErrorType"], error_type)
        self.assertEqual(json.loads(answer.body), body)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertRegex(answer.headers["x-amzn-RequestId"], "^[0-9a-f-]{36}$")
        self.assertTrue(answer.headers["x-amz-apigw-id"].endswith("="))

    def test_parameters_and_stage_variables_reach_the_back_end(self):
        seen = self.invoke("/prod?a=1&a=2", headers={"X-Source": "abc"}).json()
        self.assertEqual(seen["path"].split("?")[0], "/home")
        self.assertEqual(sorted(seen["path"].split("?")[1].split("&")), ["a=1", "a=2", "fixed=1"])
        headers = {name.lower(): value for name, value in seen["headers"]}
        self.assertEqual(headers["x-target"], "abc")
        self.assertEqual(headers["x-amzn-apigateway-api-id"], self.api)
        self.assertEqual(headers["host"], f"127.0.0.1:{self.upstream.port}")
        self.assertIn("Root=1-", headers["x-amzn-trace-id"])
        self.assertNotIn("x-forwarded-for", headers)

    def test_mock_answers_without_a_back_end(self):
        answer = self.invoke("/prod/pets")
        self.assertEqual((answer.status, answer.json()), (200, {"pets": []}))
        self.assertIsNone(answer.headers["X-Amzn-Trace-Id"])

    def test_the_literal_wins_over_the_variable_and_any_takes_every_verb(self):
        self.assertEqual(self.invoke("/prod/pets/").json(), {"pets": []})
        for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            self.assertEqual(self.invoke("/prod/pets/7", verb).json()["path"], "/pets/7")
        self.assertEqual(self.invoke("/prod/pets/7", "HEAD").body, b"")

    def test_greedy_paths_are_forwarded_whole(self):
        self.assertEqual(self.invoke("/prod/a/b%20c//d").json()["path"], "/a/b%20c//d")

    def test_bodies_pass_both_ways(self):
        body = "x" * 200_000
        self.assertEqual(self.invoke("/prod/echo", "POST", body).json()["body"], body)
        chunked = self.invoke("/prod/chunked", "POST", iter([b"one", b"two"]))
        self.assertEqual(chunked.json()["body"], "onetwo")

    def test_back_end_statuses_and_headers_pass(self):
        answer = self.invoke("/prod/status/418")
        self.assertEqual(answer.status, 418)
        self.assertEqual(answer.headers["X-Upstream"], "yes")
        self.assertIsNotNone(answer.headers["x-amzn-Remapped-Server"])

    def test_unknown_places_are_refused(self):
        self.assert_refused(self.stack.invoke("unknown000", "/prod"), 403, "ForbiddenException",
                            {"message": "Forbidden"})
        self.assert_refused(self.invoke("/nostage"), 403, "ForbiddenException", {"message": "Forbidden"})
        self.assert_refused(self.invoke("/"), 403, "ForbiddenException", {"message": "Forbidden"})
        self.assert_refused(self.invoke("/prod/pets", "TRACE"), 403, "MissingAuthenticationTokenException",
                            {"message": "Missing Authentication Token"})

    def test_a_slow_or_dead_back_end_answers_504(self):
        self.assert_refused(self.invoke("/prod/slow"), 504, "InternalServerErrorException",
                            {"message": "Endpoint request timed out"})
        self.assert_refused(self.invoke("/prod/dead"), 504, "InternalServerErrorException",
                            {"message": "Network error communicating with endpoint"})

    def test_path_style_addresses_work_without_the_host(self):
        for path in (f"/restapis/{self.api}/prod/_user_request_/pets", f"/_aws/execute-api/{self.api}/prod/pets"):
            self.assertEqual(self.invoke(path, headers={"Host": "127.0.0.1"}).json(), {"pets": []})

    def test_https_serves_the_same_under_the_local_authority(self):
        self.assertEqual(self.invoke("/prod/pets", tls=True).json(), {"pets": []})

    def test_a_keyed_method_wants_a_key_of_a_plan_of_the_stage(self):
        forbidden = ("ForbiddenException", {"message": "Forbidden"})
        self.assert_refused(self.invoke("/prod/keyed"), 403, *forbidden)
        self.assert_refused(self.invoke("/prod/keyed", headers={"x-api-key": "x" * 40}), 403, *forbidden)
        self.assertEqual(self.invoke("/prod/keyed", headers={"X-Api-Key": self.key}).status, 200)

    def test_a_key_that_is_disabled_stops_working_at_once(self):
        key_id, value, _ = add_key(self.client, self.api, "prod", "short-lived")
        self.stack.wait_rolled_out()
        self.assertEqual(self.invoke("/prod/keyed", headers={"x-api-key": value}).status, 200)
        self.client.update_api_key(apiKey=key_id, patchOperations=[
            {"op": "replace", "path": "/enabled", "value": "false"}])
        wait_for(lambda: self.invoke("/prod/keyed", headers={"x-api-key": value}).status == 403, 5, "the key to die")

    def test_the_access_log_has_a_line_for_each_request(self):
        marker = f"/prod/echo/{time.time_ns()}"
        self.invoke(marker)
        path = os.path.join(self.stack.home, "log", "access.log")

        def line():
            with open(path, encoding="utf-8") as file:
                return next((json.loads(text) for text in file if marker in text), None)

        found = wait_for(line, 5, "the line")
        self.assertEqual(found["status"], 200)
        self.assertEqual(found["httpMethod"], "GET")
        self.assertEqual(found["resourcePath"], "/{proxy+}")

    def test_metrics_count_requests_by_stage(self):
        self.invoke("/prod/pets")
        worker = self.stack.workers[0]
        wait_for(lambda: any("pets" in line and "prod" in line for line in self.stack.metrics(worker).splitlines()
                             if not line.startswith("#")), 5, "the counter")


if __name__ == "__main__":
    unittest.main()
