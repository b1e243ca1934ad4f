"""Turnpike's own additions: who changed what, what a deployment would change, and the way back."""

import json
import time
import unittest

from stack import add_mock, make_api
from contract import new_stack


class Additions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(new_stack())
        cls.client = cls.stack.client()

    def get(self, path):
        answer = self.stack.signed("GET", f"/_turnpike/v1/{path}")
        self.assertEqual(200, answer.status, answer.body)
        return answer.json()

    def test_every_change_is_on_record(self):
        before = int(time.time())
        api = self.client.create_rest_api(name="recorded")["id"]
        self.client.get_rest_api(restApiId=api)
        self.client.update_rest_api(restApiId=api, patchOperations=[
            {"op": "replace", "path": "/name", "value": "renamed"}])
        with self.assertRaises(self.client.exceptions.BadRequestException):
            self.client.update_rest_api(restApiId=api, patchOperations=[{"op": "replace", "path": "/nothing"}])
        self.client.delete_rest_api(restApiId=api)

        entries = self.get(f"audit?resource=%2Frestapis%2F{api}")["items"]
        self.assertEqual(["DeleteRestApi", "UpdateRestApi"], [entry["operation"] for entry in entries])
        created = next(entry for entry in self.get("audit?operation=CreateRestApi")["items"]
                       if entry.get("created") == api)
        self.assertEqual("/restapis", created["resource"])
        self.assertEqual("127.0.0.1", created["sourceAddress"])
        self.assertEqual(self.stack.credentials()[0], created["accessKeyId"])
        self.assertTrue(created["principal"].startswith("arn:aws:iam::000000000000:"), created)
        self.assertGreaterEqual(created["time"], time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(before)))

    def test_the_record_is_listed_in_pages_newest_first(self):
        apis = [self.client.create_rest_api(name=f"page {number}")["id"] for number in range(5)]
        seen, position = [], ""
        while position is not None:
            page = self.get(f"audit?operation=CreateRestApi&limit=2{position}")
            self.assertLessEqual(len(page["items"]), 2)
            seen += [entry["created"] for entry in page["items"]]
            position = f"&position={page['position']}" if "position" in page else None
        self.assertEqual(apis[::-1], seen[:5])

    def test_two_restrictions_are_refused(self):
        answer = self.stack.signed("GET", "/_turnpike/v1/audit?operation=a&principal=b")
        self.assertEqual(400, answer.status)
        self.assertIn("Only one of", json.loads(answer.body)["message"])

    def test_what_a_deployment_would_change_and_the_way_back(self):
        api, root = make_api(self.client, "changes")
        add_mock(self.client, api, root)
        first = self.client.create_deployment(restApiId=api, stageName="prod")["id"]
        self.assertEqual({"stageName": "prod", "deploymentId": first, "isCurrent": True, "added": [], "removed": [],
                          "changed": [], "settings": []}, self.get(f"restapis/{api}/changes?stage=prod"))

        pets = self.client.create_resource(restApiId=api, parentId=root, pathPart="pets")["id"]
        add_mock(self.client, api, pets, verb="POST")
        self.client.update_method(restApiId=api, resourceId=root, httpMethod="GET", patchOperations=[
            {"op": "replace", "path": "/apiKeyRequired", "value": "true"}])
        self.client.update_rest_api(restApiId=api, patchOperations=[
            {"op": "add", "path": "/binaryMediaTypes/image~1png"}])
        changes = self.get(f"restapis/{api}/changes?stage=prod")
        self.assertFalse(changes["isCurrent"])
        self.assertEqual([{"path": "/pets", "httpMethod": "POST"}], changes["added"])
        self.assertEqual([{"path": "/", "httpMethod": "GET"}], changes["changed"])
        self.assertEqual(["restApi"], changes["settings"])
        self.client.delete_method(restApiId=api, resourceId=root, httpMethod="GET")
        self.assertEqual([{"path": "/", "httpMethod": "GET"}],
                         self.get(f"restapis/{api}/changes?stage=prod")["removed"])

        second = self.client.create_deployment(restApiId=api, stageName="prod")["id"]
        rollback = f"/_turnpike/v1/restapis/{api}/stages/prod/rollback"
        self.assertEqual({"stageName": "prod", "deploymentId": first, "previousDeploymentId": second},
                         self.stack.signed("POST", rollback, {}).json())
        self.assertEqual(first, self.client.get_stage(restApiId=api, stageName="prod")["deploymentId"])
        self.assertEqual(409, self.stack.signed("POST", rollback, {}).status)
        forward = self.stack.signed("POST", rollback, {"deploymentId": second})
        self.assertEqual(second, forward.json()["deploymentId"])
        self.assertEqual(404, self.stack.signed("POST", rollback, {"deploymentId": "nothing"}).status)

    def test_unknown_names(self):
        api = make_api(self.client, "empty")[0]
        for path, status in ((f"restapis/{api}/changes?stage=prod", 404), (f"restapis/{api}/changes", 400),
                             ("restapis/unknown/changes?stage=prod", 404)):
            self.assertEqual(status, self.stack.signed("GET", f"/_turnpike/v1/{path}").status, path)


if __name__ == "__main__":
    unittest.main()
