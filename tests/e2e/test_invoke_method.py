"""TestInvokeMethod: methods of a draft that was never deployed, executed by a worker for a stock client."""

import json
import os
import re
import signal
import socket
import threading
import time
import unittest

from stack import Stack, add_mock, add_proxy, make_api, wait_for
from upstream import Upstream

DATE = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4} : "


def lines_of(log):
    """The texts of a log without their dates, each of which is checked; the first line as it is."""
    first, *others = log.split("\n")
    if others.pop() != "":
        raise AssertionError("a log ends with its last line")
    for line in others:
        if not re.match(DATE, line):
            raise AssertionError(f"no date: {line}")
    return [first] + [re.sub("^" + DATE, "", line) for line in others]


def names_of(lines):
    return [re.split(r"[:.,] ", line)[0] for line in lines]


class InvokeMethod(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())
        cls.stack = cls.enterClassContext(Stack())
        client = cls.client = cls.stack.client()
        cls.api, cls.root = make_api(client)
        add_mock(client, cls.api, cls.root, body='{"mocked": true}', key=True)
        cls.pets = cls.resource(cls.root, "pets")
        cls.pet = cls.resource(cls.pets, "{id}")
        cls.literal = cls.resource(cls.pets, "special")
        add_mock(client, cls.api, cls.literal)
        client.put_method(restApiId=cls.api, resourceId=cls.pet, httpMethod="ANY", authorizationType="AWS_IAM",
                          requestParameters={"method.request.path.id": True})
        client.put_integration(
            restApiId=cls.api, resourceId=cls.pet, httpMethod="ANY", type="HTTP_PROXY", integrationHttpMethod="ANY",
            uri=f"http://127.0.0.1:{cls.upstream.port}/${{stageVariables.place}}/{{id}}",
            requestParameters={"integration.request.path.id": "method.request.path.id",
                               "integration.request.header.X-Stage": "context.stage",
                               "integration.request.header.X-Key": "context.identity.apiKey",
                               "integration.request.header.X-Key-Id": "context.identity.apiKeyId",
                               "integration.request.header.X-Ip": "context.identity.sourceIp",
                               "integration.request.header.X-Agent": "context.identity.userAgent",
                               "integration.request.header.X-Arn": "context.identity.userArn",
                               "integration.request.header.X-Domain": "context.domainName",
                               "integration.request.header.X-Prefix": "context.domainPrefix"})
        # A method that keeps the draft from being deployed.
        client.put_method(restApiId=cls.api, resourceId=cls.pets, httpMethod="GET", authorizationType="NONE")

    @classmethod
    def resource(cls, parent, part):
        return cls.client.create_resource(restApiId=cls.api, parentId=parent, pathPart=part)["id"]

    def proxy(self, part, uri, verb="GET", **integration):
        made = self.resource(self.root, part)
        add_proxy(self.client, self.api, made, uri, verb, **integration)
        return made

    def invoke(self, resource, verb="GET", **arguments):
        answer = self.client.test_invoke_method(restApiId=self.api, resourceId=resource, httpMethod=verb, **arguments)
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 200)
        return answer

    def assert_refused(self, name, message, **arguments):
        with self.assertRaises(self.client.exceptions.ClientError) as refused:
            self.client.test_invoke_method(**({"restApiId": self.api, "resourceId": self.root, "httpMethod": "GET"}
                                              | arguments))
        error = refused.exception.response["Error"]
        self.assertEqual((error["Code"], error["Message"]), (name, message))

    def test_mock_answers_with_its_log(self):
        answer = self.invoke(self.root, pathWithQueryString="/?a=1&b=2&a=3", headers={"X-One": "1"}, body="text")
        self.assertEqual(answer["status"], 200)
        self.assertEqual(answer["body"], '{"mocked": true}')
        self.assertEqual(answer["headers"], {"Content-Type": "application/json"})
        self.assertEqual(answer["multiValueHeaders"], {"Content-Type": ["application/json"]})
        self.assertGreaterEqual(answer["latency"], 0)
        lines = lines_of(answer["log"])
        request_id = lines[0].removeprefix("Execution log for request ")
        self.assertRegex(request_id, "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertEqual(lines[1:], [
            f"Starting execution for request: {request_id}",
            "HTTP Method: GET, Resource Path: /",
            "Method request path: {}",
            "Method request query string: {a=1,3, b=2}",
            "Method request headers: {X-One=1}",
            "Method request body before transformations: text",
            'Method response body after transformations: {"mocked": true}',
            "Method response headers: {Content-Type=application/json}",
            "Successfully completed execution",
            "Method completed with status: 200"])

    def test_the_draft_counts_and_not_what_is_deployed(self):
        with self.assertRaises(self.client.exceptions.BadRequestException):
            self.client.create_deployment(restApiId=self.api)
        part = self.resource(self.root, "changing")
        add_mock(self.client, self.api, part, body="first")
        self.assertEqual(self.invoke(part)["body"], "first")
        self.client.put_integration_response(restApiId=self.api, resourceId=part, httpMethod="GET", statusCode="200",
                                             responseTemplates={"application/json": "second"})
        self.assertEqual(self.invoke(part)["body"], "second")

    def test_a_back_end_is_called_and_told_of_the_test(self):
        answer = self.invoke(self.pet, "POST", pathWithQueryString="/pets/7%208?q=a%20b", body='{"x": 1}',
                           stageVariables={"place": "home"}, headers={"X-Single": "s", "X-Both": "no"},
                           multiValueHeaders={"X-Many": ["1", "2"], "x-both": ["yes"]})
        self.assertEqual(answer["status"], 200)
        seen = json.loads(answer["body"])
        self.assertEqual((seen["method"], seen["path"], seen["body"]), ("POST", "/home/7%208?q=a%20b", '{"x": 1}'))
        headers = {name.lower(): value for name, value in seen["headers"]}
        self.assertEqual({name: headers.get(name) for name in (
            "x-stage", "x-key", "x-key-id", "x-ip", "x-domain", "x-prefix", "x-single", "x-many", "x-both")}, {
                "x-stage": "test-invoke-stage", "x-key": "test-invoke-api-key", "x-key-id": "test-invoke-api-key-id",
                "x-ip": "test-invoke-source-ip", "x-domain": "testPrefix.testDomainName", "x-prefix": "testPrefix",
                "x-single": "s", "x-many": "1,2", "x-both": "yes"})
        self.assertIn("Boto", headers["x-agent"])
        self.assertTrue(headers["x-arn"].startswith("arn:aws:iam::"))
        self.assertEqual(answer["headers"]["X-Upstream"], "yes")
        for absent in ("x-amzn-RequestId", "x-amz-apigw-id", "Content-Length"):
            self.assertNotIn(absent, answer["headers"])

    def test_a_call_of_a_back_end_is_in_the_log(self):
        answer = self.invoke(self.pet, "POST", pathWithQueryString="/pets/7?q=1", body="sent",
                           stageVariables={"place": "home"}, headers={"Authorization": "Bearer abcdefghij"})
        lines = lines_of(answer["log"])
        uri = f"{self.upstream.url}/home/7?q=1"
        self.assertEqual(names_of(lines)[1:], [
            "Starting execution for request", "HTTP Method", "Method request path", "Method request query string",
            "Method request headers", "Method request body before transformations", "Endpoint request URI",
            "Endpoint request headers", "Endpoint request body after transformations",
            f"Sending request to {uri}", "Received response", "Endpoint response headers",
            "Endpoint response body before transformations", "Method response body after transformations",
            "Method response headers", "Successfully completed execution", "Method completed with status"])
        self.assertIn("HTTP Method: POST, Resource Path: /pets/7", lines)
        self.assertIn("Method request path: {id=7}", lines)
        self.assertIn(f"Endpoint request URI: {uri}", lines)
        self.assertIn("Endpoint request body after transformations: sent", lines)
        self.assertTrue(any(re.fullmatch(r"Received response. Status: 200, Integration latency: \d+ ms", line)
                            for line in lines))
        self.assertNotIn("abcdefghij", json.dumps(lines[1:10]))
        self.assertIn("Method request headers: {Authorization=***********efghij}", lines)

    def test_answers_of_custom_integrations_show_their_trace_first(self):
        part = self.resource(self.root, "custom")
        where = {"restApiId": self.api, "resourceId": part, "httpMethod": "GET"}
        self.client.put_method(**where, authorizationType="NONE")
        self.client.put_method_response(**where, statusCode="200")
        self.client.put_integration(**where, type="HTTP", integrationHttpMethod="GET",
                                    uri=f"{self.upstream.url}/custom")
        self.client.put_integration_response(**where, statusCode="200",
                                             responseTemplates={"application/json": "mapped"})
        answer = self.invoke(part)
        self.assertEqual((answer["status"], answer["body"]), (200, "mapped"))
        self.assertEqual(set(answer["headers"]), {"X-Amzn-Trace-Id", "Content-Type"})
        lines = lines_of(answer["log"])
        self.assertTrue(any(re.fullmatch(
            r"Method response headers: \{X-Amzn-Trace-Id=Root=.*, Content-Type=application/json\}", line)
            for line in lines), lines)
        self.assertTrue(any(line.startswith("Endpoint response body before transformations: {") for line in lines))
        self.assertIn("Method response body after transformations: mapped", lines)

    def test_the_path_may_be_missing_or_of_another_resource(self):
        template = self.invoke(self.pet, stageVariables={"place": "p"})
        self.assertEqual(json.loads(template["body"])["path"], "/p/%7Bid%7D")
        self.assertIn("Method request path: {id={id}}", lines_of(template["log"]))
        self.assertIn("HTTP Method: GET, Resource Path: /pets/{id}", lines_of(template["log"]))
        other = self.invoke(self.pet, stageVariables={"place": "p"}, pathWithQueryString="/no/such/path")
        self.assertEqual(other["status"], 200)
        self.assertIn("Method request path: {}", lines_of(other["log"]))

    def test_a_sibling_never_takes_its_place(self):
        answer = self.invoke(self.pet, stageVariables={"place": "p"}, pathWithQueryString="/pets/special")
        self.assertEqual(json.loads(answer["body"])["path"], "/p/special")

    def test_failures_of_the_method_are_its_answer(self):
        dead = self.proxy("dead", "http://127.0.0.1:1/")
        answer = self.invoke(dead)
        self.assertEqual((answer["status"], answer["body"]),
                         (504, '{"message": "Network error communicating with endpoint"}'))
        self.assertEqual(answer["headers"], {"x-amzn-ErrorType": "InternalServerErrorException"})
        self.assertTrue(lines_of(answer["log"])[-2].startswith(
            "Execution failed due to a network error communicating with endpoint"))
        self.assertEqual(lines_of(answer["log"])[-1], "Method completed with status: 504")

        bad = self.proxy("bad", "http://${stageVariables.none}/")
        answer = self.invoke(bad)
        self.assertEqual(answer["status"], 500)
        self.assertEqual(lines_of(answer["log"])[-3:], [
            "Method request body before transformations: ",
            "Execution failed due to configuration error: Invalid endpoint address",
            "Method completed with status: 500"])

        slow = self.proxy("late", f"{self.upstream.url}/slow", timeoutInMillis=200)
        answer = self.invoke(slow)
        self.assertEqual(answer["status"], 504)
        self.assertEqual(lines_of(answer["log"])[-2], "Execution failed due to a timeout error")

        answer = self.invoke(self.pets)
        self.assertEqual((answer["status"], answer["body"]), (500, '{"message": "Internal server error"}'))
        self.assertEqual(lines_of(answer["log"])[-2],
                         "Execution failed due to configuration error: the method has no integration")

    def test_content_is_json_whatever_the_header_says(self):
        part = self.resource(self.root, "typed")
        where = {"restApiId": self.api, "resourceId": part, "httpMethod": "POST"}
        self.client.put_method(**where, authorizationType="NONE")
        self.client.put_method_response(**where, statusCode="200")
        self.client.put_integration(**where, type="MOCK", passthroughBehavior="NEVER",
                                    requestTemplates={"application/json": '{"statusCode": 200}'})
        self.client.put_integration_response(**where, statusCode="200")
        self.assertEqual(self.invoke(part, "POST", headers={"Content-Type": "text/plain"}, body="x")["status"], 200)

    def test_large_bodies_and_bytes_that_are_no_text(self):
        body = "é" * 500_000
        part = self.proxy("large", f"{self.upstream.url}/large", "POST")
        answer = self.invoke(part, "POST", body=body)
        self.assertEqual(json.loads(answer["body"])["body"], body)
        self.assertLess(len(answer["log"]), 60_000)
        self.assertIn("[TRUNCATED]", answer["log"])

    def test_what_does_not_exist_cannot_be_tested(self):
        missing = "NotFoundException"
        self.assert_refused(missing, "Invalid Method identifier specified", httpMethod="POST")
        self.assert_refused(missing, "Invalid Method identifier specified", httpMethod="FAKE")
        self.assert_refused(missing, "Invalid Resource identifier specified", resourceId="unknown")
        self.assert_refused(missing, "Invalid Resource identifier specified", restApiId="unknown")

    def test_requests_that_cannot_be_are_refused(self):
        self.assert_refused("BadRequestException", "Invalid header specified: no name", headers={"no name": "x"})
        self.assert_refused("BadRequestException", "Invalid header specified: X-Bad", headers={"X-Bad": "a\r\nb: c"})
        with self.assertRaises(self.client.exceptions.BadRequestException):
            self.client.test_invoke_method(restApiId=self.api, resourceId=self.root, httpMethod="GET",
                                           pathWithQueryString="/" + "x" * 20_000)

    def test_many_at_once_are_bounded(self):
        part = self.proxy("crowd", f"{self.upstream.url}/slow")
        ends = []

        def call():
            try:
                ends.append(self.invoke(part)["status"])
            except self.client.exceptions.TooManyRequestsException:
                ends.append(429)

        threads = [threading.Thread(target=call) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(ends) - {200, 429}, set())
        self.assertIn(200, ends)
        self.assertEqual(len(ends), 12)


class Workers(unittest.TestCase):
    def setUp(self):
        self.upstream = self.enterContext(Upstream())

    def start(self, workers, **settings):
        self.stack = self.enterContext(Stack(workers=workers, control_settings=settings))
        self.client = self.stack.client()
        self.api, self.root = make_api(self.client)
        for verb in ("GET", "POST"):
            add_proxy(self.client, self.api, self.root, f"{self.upstream.url}/slow", verb)

    def invoke(self, verb="GET"):
        return self.client.test_invoke_method(restApiId=self.api, resourceId=self.root, httpMethod=verb)

    def refusal(self, verb="GET"):
        try:
            self.invoke(verb)
        except self.client.exceptions.ClientError as refused:
            return refused.response["Error"]
        return None

    def in_background(self, verb):
        """Starts a test. Returns: the thread, and a list that will hold its answer or its error."""
        ends = []

        def call():
            try:
                ends.append(self.invoke(verb))
            except self.client.exceptions.ClientError as refused:
                ends.append(refused.response["Error"])

        thread = threading.Thread(target=call)
        thread.start()
        wait_for(lambda: self.upstream.seen, 10, "the back end to be called")
        return thread, ends

    def kill_the_one_that_runs_it(self):
        """Only one worker has a connection to the back end."""
        def users(process):
            with open(f"/proc/{process.pid}/net/tcp", encoding="ascii") as table:
                wanted = f"0100007F:{self.upstream.port:04X}"
                inodes = {line.split()[9] for line in table.readlines()[1:] if line.split()[2] == wanted}
            return inodes & sockets_of(process.pid)

        running = [worker for worker in self.stack.workers if users(worker)]
        self.assertEqual(len(running), 1)
        running[0].kill()

    def test_without_a_worker_nothing_can_be_tested(self):
        self.start(workers=0)
        error = self.refusal()
        self.assertEqual(error["Code"], "BadRequestException")
        self.assertIn("No worker is running", error["Message"])

    def test_other_calls_go_on_while_one_waits(self):
        self.start(workers=1, TURNPIKE_ADMIN_THREADS=1)
        thread, ends = self.in_background("GET")
        self.assertEqual(self.stack.client().get_rest_api(restApiId=self.api)["id"], self.api)
        self.assertEqual(ends, [])
        thread.join()
        self.assertEqual(ends[0]["status"], 200)

    def test_a_control_plane_that_stops_does_not_wait_for_tests(self):
        self.start(workers=1)
        self.client.update_integration(
            restApiId=self.api, resourceId=self.root, httpMethod="GET",
            patchOperations=[{"op": "replace", "path": "/uri", "value": f"{self.silent()}/"}])
        ends = []

        def call():
            try:
                ends.append(self.invoke())
            except Exception as failure:  # whatever the client makes of it
                ends.append(failure)

        thread = threading.Thread(target=call)
        thread.start()
        wait_for(lambda: self.accepted, 10, "the back end to be called")
        self.stack.controls[0].stop(seconds=10)
        thread.join()

    def silent(self):
        """A back end that never answers."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        self.accepted = []

        def accept():
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            self.addCleanup(connection.close)
            self.accepted.append(connection)

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def test_another_worker_takes_what_one_does_not(self):
        self.start(workers=2)
        stopped, _ = self.stack.workers
        stopped.send(signal.SIGSTOP)
        for _ in range(2):
            self.assertEqual(self.invoke("POST")["status"], 200)
        stopped.send(signal.SIGCONT)
        time.sleep(0.5)  # what was taken back is not run after all
        self.assertEqual(len(self.upstream.seen), 2)

    def test_a_worker_that_dies_is_replaced_if_that_does_no_harm(self):
        self.start(workers=2)
        thread, ends = self.in_background("GET")
        self.kill_the_one_that_runs_it()
        thread.join()
        self.assertEqual(ends[0].get("status"), 200, ends)
        self.assertEqual(len(self.upstream.seen), 2)

    def test_a_worker_that_dies_is_not_replaced_if_that_could_do_harm(self):
        self.start(workers=2)
        thread, ends = self.in_background("POST")
        self.kill_the_one_that_runs_it()
        thread.join()
        self.assertEqual(ends[0].get("Code"), "BadRequestException", ends)
        self.assertIn("may have been called", ends[0]["Message"])
        self.assertEqual(len(self.upstream.seen), 1)


def sockets_of(pid):
    """Inodes of the sockets that a process has."""
    found = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{name}")
        except OSError:
            continue
        if target.startswith("socket:["):
            found.add(target[len("socket:["):-1])
    return found


if __name__ == "__main__":
    unittest.main()
