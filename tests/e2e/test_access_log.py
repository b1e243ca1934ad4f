"""A stage's own access log: the format and destination that the management API was given, the lines that a worker
writes."""

import glob
import json
import os
import re
import unittest
import xml.etree.ElementTree

from stack import Stack, add_key, add_mock, add_proxy, make_api, wait_for
from upstream import Upstream

LOG_GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:"
CLF_DATE = r"[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} \+0000"

FIELDS = {"requestId": "requestId", "extendedRequestId": "extendedRequestId", "ip": "identity.sourceIp",
          "caller": "identity.caller", "user": "identity.user", "requestTime": "requestTime",
          "httpMethod": "httpMethod", "resourcePath": "resourcePath", "status": "status", "protocol": "protocol",
          "responseLength": "responseLength"}
JSON = "{" + ",".join(f'"{key}":"$context.{name}"' for key, name in FIELDS.items()) + "}"
XML = ('<request id="$context.requestId">'
       + "".join(f"<{key}>$context.{name}</{key}>" for key, name in FIELDS.items() if key != "requestId")
       + "</request>")
CSV = ",".join(f"$context.{name}" for name in (
    "identity.sourceIp", "identity.caller", "identity.user", "requestTime", "httpMethod", "resourcePath", "protocol",
    "status", "responseLength", "requestId", "extendedRequestId"))
CLF = ('$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] '
       '"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength '
       "$context.requestId $context.extendedRequestId")


class AccessLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())
        cls.stack = cls.enterClassContext(Stack(settings={"TURNPIKE_STAGES_PER_API_MAX": 100}))
        client = cls.client = cls.stack.client()
        cls.api, root = make_api(client)
        pets = client.create_resource(restApiId=cls.api, parentId=root, pathPart="pets")["id"]
        add_mock(client, cls.api, pets, body='{"pets": []}')
        cls.pet = client.create_resource(restApiId=cls.api, parentId=pets, pathPart="{id}")["id"]
        add_mock(client, cls.api, cls.pet)
        keyed = client.create_resource(restApiId=cls.api, parentId=root, pathPart="keyed")["id"]
        add_mock(client, cls.api, keyed, key=True)
        teapot = client.create_resource(restApiId=cls.api, parentId=root, pathPart="teapot")["id"]
        add_proxy(client, cls.api, teapot, f"{cls.upstream.url}/status/418")
        dead = client.create_resource(restApiId=cls.api, parentId=root, pathPart="dead")["id"]
        add_proxy(client, cls.api, dead, "http://127.0.0.1:1/")
        echo = client.create_resource(restApiId=cls.api, parentId=root, pathPart="echo")["id"]
        add_proxy(client, cls.api, echo, f"{cls.upstream.url}/echo", verb="POST")
        cls.deployment = client.create_deployment(restApiId=cls.api)["id"]
        cls.stages = 0

    @classmethod
    def stage(cls, log_format, destination=None):
        """A new stage that logs so: (its name, its destination)."""
        cls.stages += 1
        name = f"stage{cls.stages}"
        destination = destination or LOG_GROUP + name
        cls.client.create_stage(restApiId=cls.api, stageName=name, deploymentId=cls.deployment)
        cls.set_log(name, log_format, destination)
        return name, destination

    @classmethod
    def set_log(cls, stage, log_format, destination):
        cls.client.update_stage(restApiId=cls.api, stageName=stage, patchOperations=[
            {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": destination},
            {"op": "replace", "path": "/accessLogSettings/format", "value": log_format}])
        cls.stack.wait_rolled_out()

    def call(self, stage, path="/pets", method="GET", body=None, **named):
        return self.stack.invoke(self.api, f"/{stage}{path}", method, body, **named)

    def lines(self, destination):
        """What this log group's file holds."""
        path = os.path.join(self.stack.home, "log", destination.removeprefix(LOG_GROUP) + ".log")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [line.removesuffix("\n") for line in file if line.endswith("\n")]

    def line(self, destination, answer):
        """The only line for this answer, which its format names by request id."""
        marker = answer.headers["x-amzn-RequestId"]
        found = wait_for(lambda: [line for line in self.lines(destination) if marker in line], 5, "the line")
        self.assertEqual(len(found), 1)
        return found[0]

    def settle(self, answer):
        """Until everything is written that this answer leaves in any file."""
        everything = os.path.join(self.stack.home, "log", "access.log")

        def is_there(marker):
            with open(everything, encoding="utf-8") as file:
                return marker in file.read()

        wait_for(lambda: is_there(answer.headers["x-amzn-RequestId"]), 5, "the default log's line")
        # One thread writes what reactors hand on, and writes it whole before the next: this comes behind.
        other, _ = self.stage("$context.requestId")
        last = self.call(other).headers["x-amzn-RequestId"]
        wait_for(lambda: is_there(last), 5, "the default log's last line")

    def logged(self, log_format, path="/pets", method="GET", body=None, **named):
        """What a request leaves of this format: a list of values, in its order."""
        stage, destination = self.stage("|".join(f"$context.{name}" for name in ["requestId", *log_format]))
        return self.line(destination, self.call(stage, path, method, body, **named)).split("|")[1:]

    def test_settings_are_shown_as_they_were_given(self):
        stage, destination = self.stage(JSON)
        shown = self.client.get_stage(restApiId=self.api, stageName=stage)
        self.assertEqual(shown["accessLogSettings"], {"destinationArn": destination, "format": JSON})

    def test_json(self):
        stage, destination = self.stage(JSON)
        answer = self.call(stage)
        line = json.loads(self.line(destination, answer))
        self.assertRegex(line.pop("requestTime"), f"^{CLF_DATE}$")
        self.assertEqual(line, {
            "requestId": answer.headers["x-amzn-RequestId"], "extendedRequestId": answer.headers["x-amz-apigw-id"],
            "ip": "127.0.0.1", "caller": "-", "user": "-", "httpMethod": "GET", "resourcePath": "/pets",
            "status": "200", "protocol": "HTTP/1.1", "responseLength": str(len(answer.body))})

    def test_common_log_format(self):
        stage, destination = self.stage(CLF)
        answer = self.call(stage)
        self.assertRegex(self.line(destination, answer),
                         f'^127\\.0\\.0\\.1 - - \\[{CLF_DATE}\\] "GET /pets HTTP/1\\.1" 200 {len(answer.body)} '
                         + re.escape(f"{answer.headers['x-amzn-RequestId']} {answer.headers['x-amz-apigw-id']}") + "$")

    def test_csv_and_a_line_end_in_the_format(self):
        for ending in ("", "\n", "\\n"):
            stage, destination = self.stage(CSV + ending)
            answer = self.call(stage)
            fields = self.line(destination, answer).split(",")
            self.assertEqual(fields[:3] + fields[4:], [
                "127.0.0.1", "-", "-", "GET", "/pets", "HTTP/1.1", "200", str(len(answer.body)),
                answer.headers["x-amzn-RequestId"], answer.headers["x-amz-apigw-id"]])
            self.assertEqual(len(self.lines(destination)), 1)

    def test_xml(self):
        stage, destination = self.stage(XML)
        answer = self.call(stage)
        request = xml.etree.ElementTree.fromstring(self.line(destination, answer))
        self.assertEqual(request.attrib, {"id": answer.headers["x-amzn-RequestId"]})
        self.assertEqual({child.tag for child in request}, FIELDS.keys() - {"requestId"})
        self.assertEqual((request.findtext("ip"), request.findtext("status")), ("127.0.0.1", "200"))

    def test_unknown_and_missing_values_are_a_hyphen(self):
        self.assertEqual(self.logged([
            "nonsense", "identity.nonsense", "stageVariables.x", "identity.caller", "identity.apiKeyId",
            "integration.latency", "integration.error", "error.message", "authorizer.principalId",
            "authorizer.status", "waf.status", "customDomain.basePathMatched", "isCanaryRequest", "tlsVersion"]),
            ["-"] * 14)

    def test_only_the_context_is_replaced(self):
        stage, destination = self.stage("$context.requestId $input.path('$') ${stageVariables.x} $contextual $$ 100%")
        self.assertTrue(self.line(destination, self.call(stage)).endswith(
            " $input.path('$') ${stageVariables.x} $contextual $$ 100%"))

    def test_what_the_request_was(self):
        stage, destination = self.stage("|".join(f"$context.{name}" for name in (
            "requestId", "accountId", "apiId", "stage", "deploymentId", "resourceId", "resourcePath", "path",
            "domainName", "domainPrefix", "identity.userAgent", "requestTimeEpoch", "responseLatency")))
        answer = self.call(stage, "/pets/7?a=1", headers={"User-Agent": "curl/8"})
        values = self.line(destination, answer).split("|")[1:]
        self.assertEqual(values[:10], [
            "000000000000", self.api, stage, self.deployment, self.pet, "/pets/{id}", f"/{stage}/pets/7",
            self.stack.host(self.api), self.api, "curl/8"])
        self.assertRegex(values[10], "^[0-9]{13}$")
        self.assertRegex(values[11], "^[0-9]+$")

    def test_a_back_end_is_told_of(self):
        names = ["status", "integration.status", "integration.integrationStatus", "integrationStatus",
                 "integration.latency", "integration.error"]
        values = self.logged(names, "/teapot")
        self.assertEqual(values[:4], ["418"] * 4)
        self.assertRegex(values[4], "^[0-9]+$")
        self.assertEqual(values[5], "-")
        values = self.logged(names, "/dead")
        self.assertEqual(values[:5], ["504", "-", "-", "-", "-"])
        self.assertIn("network error communicating with endpoint", values[5])

    def test_answers_of_the_gateway_itself_are_told_of(self):
        names = ["status", "error.responseType", "error.message", "error.messageString", "resourcePath", "resourceId"]
        self.assertEqual(self.logged(names, "/nowhere"), [
            "403", "MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token", '"Missing Authentication Token"',
            "-", "-"])
        self.assertEqual(self.logged(names, "/keyed")[:4], ["403", "INVALID_API_KEY", "Forbidden", '"Forbidden"'])

    def test_the_message_as_a_json_text_fits_into_json(self):
        stage, destination = self.stage('{"id":"$context.requestId","message":$context.error.messageString}')
        self.assertEqual(json.loads(self.line(destination, self.call(stage, "/nowhere")))["message"],
                         "Missing Authentication Token")

    def test_the_key_of_a_caller_is_named(self):
        stage, destination = self.stage("$context.requestId $context.identity.apiKeyId")
        key_id, value, _ = add_key(self.client, self.api, stage)
        self.stack.wait_rolled_out()
        line = self.line(destination, self.call(stage, "/keyed", headers={"x-api-key": value}))
        self.assertEqual(line.split()[1], key_id)

    def test_tls_is_told_of(self):
        version, cipher = self.logged(["tlsVersion", "cipherSuite"], tls=True)
        self.assertEqual(version, "TLSv1.3")
        self.assertTrue(cipher.startswith("TLS_"))

    def test_a_caller_can_forge_neither_fields_nor_lines(self):
        stage, destination = self.stage('{"id":"$context.requestId","agent":"$context.identity.userAgent"}')
        agent = 'x","id":"forged\\\t end'
        answer = self.call(stage, headers={"User-Agent": agent})
        self.assertEqual(json.loads(self.line(destination, answer)),
                         {"id": answer.headers["x-amzn-RequestId"], "agent": agent})
        self.assertEqual(len(self.lines(destination)), 1)

    def test_a_change_takes_effect_without_a_deployment(self):
        stage, destination = self.stage("before $context.requestId")
        self.assertTrue(self.line(destination, self.call(stage)).startswith("before "))
        self.set_log(stage, "after $context.requestId", destination + ".moved")
        self.assertTrue(self.line(destination + ".moved", self.call(stage)).startswith("after "))
        self.client.update_stage(restApiId=self.api, stageName=stage, patchOperations=[
            {"op": "remove", "path": "/accessLogSettings"}])
        self.stack.wait_rolled_out()
        self.settle(self.call(stage))
        self.assertEqual([len(self.lines(name)) for name in (destination, destination + ".moved")], [1, 1])

    def test_two_stages_may_share_a_destination(self):
        shared = LOG_GROUP + "shared"
        first, _ = self.stage("first $context.requestId", shared)
        second, _ = self.stage("second $context.requestId", shared)
        self.assertTrue(self.line(shared, self.call(first)).startswith("first "))
        self.assertTrue(self.line(shared, self.call(second)).startswith("second "))

    def test_a_destination_cannot_leave_the_folder_of_logs(self):
        stage, _ = self.stage("$context.requestId", LOG_GROUP + "/../../outside:*")
        marker = self.call(stage).headers["x-amzn-RequestId"]
        pattern = os.path.join(self.stack.home, "log", "_.._.._outside-*.log")
        found = wait_for(lambda: glob.glob(pattern), 5, "the file")

        def is_there():
            with open(found[0], encoding="utf-8") as file:
                return file.read() == marker + "\n"

        wait_for(is_there, 5, "the line")

    def test_a_body_that_is_too_large_is_not_logged(self):
        stage, destination = self.stage("$context.requestId $context.status")
        piece = b"x" * 1_000_000
        answer = self.call(stage, "/echo", "POST", iter([piece] * 11))
        self.assertEqual(answer.status, 413)
        self.settle(answer)
        after = self.line(destination, self.call(stage))
        self.assertEqual(self.lines(destination), [after])


if __name__ == "__main__":
    unittest.main()
