"""The execution log of a stage and explain: what stock clients switch on, what a worker writes, what is told."""

import glob
import os
import re
import unittest

from stack import Stack, add_key, add_mock, add_proxy, make_api, wait_for
from upstream import Upstream

EVENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z) \(([^)]+)\) (.*)\n")


class ExecutionLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())
        cls.stack = cls.enterClassContext(Stack(workers=2))
        client = cls.client = cls.stack.client()
        client.update_account(patchOperations=[{
            "op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::000000000000:role/logs"}])
        cls.api, root = make_api(client)
        pets = client.create_resource(restApiId=cls.api, parentId=root, pathPart="pets")["id"]
        add_mock(client, cls.api, pets, body='{"pets": []}')
        keyed = client.create_resource(restApiId=cls.api, parentId=root, pathPart="keyed")["id"]
        add_mock(client, cls.api, keyed, key=True)
        echo = client.create_resource(restApiId=cls.api, parentId=root, pathPart="echo")["id"]
        add_proxy(client, cls.api, echo, f"{cls.upstream.url}/echo", verb="POST")
        cls.deployment = client.create_deployment(restApiId=cls.api)["id"]
        cls.stages = 0

    @classmethod
    def stage(cls, level=None, data=False, settings_of="*/*"):
        cls.stages += 1
        name = f"stage{cls.stages}"
        cls.client.create_stage(restApiId=cls.api, stageName=name, deploymentId=cls.deployment)
        if level:
            cls.client.update_stage(restApiId=cls.api, stageName=name, patchOperations=[
                {"op": "replace", "path": f"/{settings_of}/logging/loglevel", "value": level},
                {"op": "replace", "path": f"/{settings_of}/logging/dataTrace", "value": str(data).lower()}])
        cls.stack.wait_rolled_out()
        return name

    def file(self, name):
        return os.path.join(self.stack.home, "log", f"API-Gateway-Execution-Logs_{self.api}", name)

    def events(self, name, answer):
        """The messages about this answer, in their order, once the last is there."""
        request_id = answer.headers["x-amzn-RequestId"]

        def all_of_it():
            if not os.path.exists(self.file(name)):
                return None
            with open(self.file(name), encoding="utf-8") as file:
                matches = [EVENT.fullmatch(line) for line in file]
            self.assertNotIn(None, matches)
            found = [match[3] for match in matches if match[2] == request_id]
            return found if found and found[-1].startswith("Method completed") else None

        return wait_for(all_of_it, 5, "the events")

    def test_a_served_request(self):
        stage = self.stage("INFO")
        answer = self.stack.invoke(self.api, f"/{stage}/pets")
        self.assertEqual(self.events(f"{stage}.log", answer), [
            f"Extended Request Id: {answer.headers['x-amz-apigw-id']}",
            f"Verifying Usage Plan for request: {answer.headers['x-amzn-RequestId']}. API Key:  "
            f"API Stage: {self.api}/{stage}",
            "API Key  authorized because method 'GET /pets' does not require API Key. "
            "Request will not contribute to throttle or quota limits",
            f"Usage Plan check succeeded for API Key  and API Stage {self.api}/{stage}",
            f"Starting execution for request: {answer.headers['x-amzn-RequestId']}",
            "HTTP Method: GET, Resource Path: /pets",
            "Successfully completed execution",
            "Method completed with status: 200"])

    def test_a_data_trace_of_one_method(self):
        stage = self.stage("INFO", data=True, settings_of="~1echo/POST")
        answer = self.stack.invoke(self.api, f"/{stage}/echo?a=1", "POST", b"one\ntwo",
                                   headers={"Authorization": "Basic 1234567890"})
        self.assertEqual(answer.status, 200)
        events = self.events(f"{stage}.log", answer)
        self.assertIn("Method request body before transformations: one\\ntwo", events)
        self.assertIn("Endpoint request body after transformations: one\\ntwo", events)
        self.assertIn("Method request query string: {a=1}", events)
        self.assertIn(f"Sending request to {self.upstream.url}/echo?a=1", events)
        for name in ("Method request headers", "Endpoint request headers"):
            line, = [event for event in events if event.startswith(name)]
            self.assertIn("Authorization=**********567890", line)
        self.assertTrue(all(len(event.encode()) <= 1024 for event in events))
        self.stack.invoke(self.api, f"/{stage}/pets")
        after = self.stack.invoke(self.api, f"/{stage}/echo", "POST", b"")
        self.events(f"{stage}.log", after)
        with open(self.file(f"{stage}.log"), encoding="utf-8") as file:
            self.assertNotIn("/pets", file.read())

    def test_errors_only(self):
        stage = self.stage("ERROR")
        self.stack.invoke(self.api, f"/{stage}/pets")
        answer = self.stack.invoke(self.api, f"/{stage}/keyed", headers={"x-api-key": "nobody-has-this-key-1234"})
        self.assertEqual(answer.status, 403)
        events = self.events(f"{stage}.log", answer)
        self.assertEqual(events[1:], ["Gateway response type: INVALID_API_KEY with status code: 403",
                                      "Method completed with status: 403"])
        self.assertRegex(events[0], r"^API Key \*+y-1234 not authorized because ")
        with open(self.file(f"{stage}.log"), encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 3)

    def test_a_key_is_masked(self):
        stage = self.stage("INFO")
        key_id, value, _ = add_key(self.client, self.api, stage, name=stage)
        answer = wait_for(lambda: self.accepted(stage, value), 5, "the key")
        events = self.events(f"{stage}.log", answer)
        masked = "*" * (len(value) - 6) + value[-6:]
        self.assertIn(f"Usage Plan check succeeded for API Key {masked} and API Stage {self.api}/{stage}", events)
        self.assertIn(f"API Key: {masked}", events)
        self.assertIn(f"API Key ID: {key_id}", events)

    def accepted(self, stage, value):
        answer = self.stack.invoke(self.api, f"/{stage}/keyed", headers={"x-api-key": value})
        return answer if answer.status == 200 else None

    def test_off_writes_nothing_and_changes_are_live(self):
        stage = self.stage("INFO")
        self.events(f"{stage}.log", self.stack.invoke(self.api, f"/{stage}/pets"))
        self.client.update_stage(restApiId=self.api, stageName=stage, patchOperations=[
            {"op": "replace", "path": "/*/*/logging/loglevel", "value": "OFF"}])
        self.stack.wait_rolled_out()
        quiet = self.stack.invoke(self.api, f"/{stage}/pets")
        self.client.update_stage(restApiId=self.api, stageName=stage, patchOperations=[
            {"op": "replace", "path": "/*/*/logging/loglevel", "value": "INFO"}])
        self.stack.wait_rolled_out()
        self.events(f"{stage}.log", self.stack.invoke(self.api, f"/{stage}/pets"))
        with open(self.file(f"{stage}.log"), encoding="utf-8") as file:
            self.assertNotIn(quiet.headers["x-amzn-RequestId"], file.read())

    def test_a_canary_has_a_log_of_its_own(self):
        stage = self.stage("INFO")
        self.client.create_deployment(restApiId=self.api, stageName=stage, canarySettings={"percentTraffic": 100.0})
        self.stack.wait_rolled_out()
        answer = self.stack.invoke(self.api, f"/{stage}/pets")
        self.assertEqual(self.events(f"{stage}/Canary.log", answer), self.events(f"{stage}.log", answer))

    def test_a_stage_that_never_logged_has_no_file(self):
        stage = self.stage()
        self.stack.invoke(self.api, f"/{stage}/pets")
        logging = self.stage("INFO")
        self.events(f"{logging}.log", self.stack.invoke(self.api, f"/{logging}/pets"))
        self.assertEqual(glob.glob(self.file(f"{stage}*")), [])


class Explain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())
        cls.stack = cls.enterClassContext(Stack(workers=2))
        cls.client = cls.stack.client()
        cls.api, root = make_api(cls.client)
        add_proxy(cls.client, cls.api, root, f"{cls.upstream.url}/echo", verb="POST")
        cls.client.create_deployment(restApiId=cls.api, stageName="prod")
        cls.stack.wait_rolled_out()

    def sample(self, percent, data=False):
        answer = self.stack.signed("PUT", f"/_turnpike/v1/restapis/{self.api}/stages/prod/explain",
                                   {"percentTraffic": percent, "dataTraceEnabled": data})
        self.assertEqual(answer.status, 200, answer.body)
        self.stack.wait_rolled_out()

    def explained(self, answer):
        path = f"/_turnpike/v1/explain?requestId={answer.headers['x-amzn-RequestId']}"

        def found():
            told = self.stack.signed("GET", path)
            return told.json() if told.status == 200 else None

        return wait_for(found, 5, "the explanation")

    def test_every_step_is_told(self):
        self.sample(100, data=True)
        for worker in (0, 1):
            answer = self.stack.invoke(self.api, "/prod?a=1", "POST", b"hello", worker=worker,
                                       headers={"x-api-key": "0123456789abcdefghij"})
            told = self.explained(answer)
            self.assertEqual(told["status"], 200)
            self.assertEqual(told["stage"], "prod")
            phases = [step["phase"] for step in told["steps"]]
            self.assertEqual(phases[:3], ["identify_stage", "choose_canary", "match_route"])
            self.assertIn("integrate", phases)
            starts = [step["startUs"] for step in told["steps"]]
            self.assertEqual(starts, sorted(starts))
            self.assertIn("Method request body before transformations: hello", told["log"])
            facts = {step["phase"]: step["facts"] for step in told["steps"]}
            self.assertIn("x-api-key=**************efghij", facts["map_request"]["headers"])
        listed = self.stack.signed("GET", f"/_turnpike/v1/explain?restApiId={self.api}").json()
        self.assertIn(answer.headers["x-amzn-RequestId"], [item["requestId"] for item in listed["items"]])

    def test_what_was_not_sampled_is_not_found(self):
        self.sample(0)
        answer = self.stack.invoke(self.api, "/prod", "POST", b"hello")
        self.sample(100)
        self.explained(self.stack.invoke(self.api, "/prod", "POST", b"hello"))
        told = self.stack.signed("GET", f"/_turnpike/v1/explain?requestId={answer.headers['x-amzn-RequestId']}")
        self.assertEqual(told.status, 404)

    def test_the_last_thousand_are_kept(self):
        self.sample(100)
        first = self.stack.invoke(self.api, "/prod", "POST", b"hello")
        self.explained(first)
        for _ in range(1_000):
            last = self.stack.invoke(self.api, "/prod", "POST", b"hello")
        self.explained(last)
        told = self.stack.signed("GET", f"/_turnpike/v1/explain?requestId={first.headers['x-amzn-RequestId']}")
        self.assertEqual(told.status, 404)


if __name__ == "__main__":
    unittest.main()
