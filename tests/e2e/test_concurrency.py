"""Many writers on one API, through two control planes: nothing is corrupt, nobody hangs, lists stay whole."""

import os
import random
import threading
import time
import unittest

from botocore.exceptions import ClientError

from stack import Stack, add_mock, make_api

CLIENTS = 16
SECONDS = int(os.environ.get("TURNPIKE_TEST_SECONDS", "60"))
# What a writer may be told when another was faster. Everything else is a fault.
EXPECTED = {"NotFoundException", "ConflictException", "BadRequestException", "LimitExceededException"}
VERBS = ("GET", "PUT", "POST", "DELETE")
STAGES = ("blue", "green", "red")


class Writer(threading.Thread):
    """Does random things to the API; keeps what it was not prepared for."""

    def __init__(self, stack, api, root, number, until):
        super().__init__(daemon=True)
        self._client = stack.client(control=number % 2)
        self._api, self._root, self._until = api, root, until
        self._random = random.Random(number)
        self.number = number
        self.done = 0
        self.faults = []

    def run(self):
        actions = (self.add_resource, self.drop_resource, self.add_method, self.drop_method, self.move_resource,
                   self.rename_api, self.deploy, self.patch_stage, self.drop_stage, self.list_resources)
        while time.monotonic() < self._until:
            action = self._random.choice(actions)
            try:
                action()
                self.done += 1
            except ClientError as error:
                if error.response["Error"]["Code"] not in EXPECTED:
                    self.faults.append(f"{action.__name__}: {error}")
            except Exception as error:  # noqa: BLE001  (a thread's fault must reach the test)
                self.faults.append(f"{action.__name__}: {error!r}")
        self._client.close()

    def any_resource(self):
        return self._random.choice(self._client.get_resources(restApiId=self._api, limit=500)["items"])["id"]

    def add_resource(self):
        self._client.create_resource(restApiId=self._api, parentId=self.any_resource(),
                                     pathPart=f"p{self._random.randrange(20)}")

    def drop_resource(self):
        resource = self.any_resource()
        if resource != self._root:
            self._client.delete_resource(restApiId=self._api, resourceId=resource)

    def add_method(self):
        add_mock(self._client, self._api, self.any_resource(), verb=self._random.choice(VERBS))

    def drop_method(self):
        self._client.delete_method(restApiId=self._api, resourceId=self.any_resource(),
                                   httpMethod=self._random.choice(VERBS))

    def move_resource(self):
        self._client.update_resource(restApiId=self._api, resourceId=self.any_resource(), patchOperations=[
            {"op": "replace", "path": "/parentId", "value": self.any_resource()}])

    def rename_api(self):
        self._client.update_rest_api(restApiId=self._api, patchOperations=[
            {"op": "replace", "path": "/description", "value": f"by {self.number}"}])

    def deploy(self):
        self._client.create_deployment(restApiId=self._api, stageName=self._random.choice(STAGES))

    def patch_stage(self):
        name = f"v{self._random.randrange(10)}"
        self._client.update_stage(restApiId=self._api, stageName=self._random.choice(STAGES), patchOperations=[
            {"op": "replace", "path": f"/variables/{name}", "value": str(self.number)}])

    def drop_stage(self):
        self._client.delete_stage(restApiId=self._api, stageName=self._random.choice(STAGES))

    def list_resources(self):
        """A page must never repeat what an earlier page had."""
        seen, position = [], None
        while True:
            more = {"position": position} if position else {}
            page = self._client.get_resources(restApiId=self._api, limit=5, **more)
            seen += [item["path"] for item in page["items"]]
            position = page.get("position")
            if not position:
                break
        if seen != sorted(seen):
            self.faults.append(f"pages are out of order: {seen}")


class Concurrency(unittest.TestCase):
    def test_writers_of_one_api(self):
        with Stack(controls=2, control_settings={"TURNPIKE_RESOURCES_PER_API_MAX": 120}) as stack:
            client = stack.client()
            self.addCleanup(client.close)
            api, root = make_api(client, "busy")
            add_mock(client, api, root)
            writers = [Writer(stack, api, root, number, time.monotonic() + SECONDS) for number in range(CLIENTS)]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join(SECONDS + 60)
                self.assertFalse(writer.is_alive(), "a writer hangs")
            self.assertEqual([], [fault for writer in writers for fault in writer.faults])
            self.assertTrue(all(writer.done for writer in writers))
            self.check_tree(client, api, root)
            self.check_rollout(stack, client, api)

    def check_tree(self, client, api, root):
        items = [item for page in client.get_paginator("get_resources").paginate(restApiId=api, embed=["methods"])
                 for item in page["items"]]
        by_id = {item["id"]: item for item in items}
        self.assertEqual(len(items), len(by_id), "a resource is listed twice")
        self.assertEqual(len(items), len({item["path"] for item in items}), "two resources have one path")
        for item in items:
            if item["id"] == root:
                self.assertEqual("/", item["path"])
                continue
            parent = by_id.get(item["parentId"])
            self.assertIsNotNone(parent, f"{item['path']} has no parent")
            self.assertEqual(parent["path"].rstrip("/") + "/" + item["pathPart"], item["path"])

    def check_rollout(self, stack, client, api):
        """What the workers got is what is stored."""
        for verb in VERBS:
            try:
                client.delete_method(restApiId=api, resourceId=self.root_of(client, api), httpMethod=verb)
            except client.exceptions.NotFoundException:
                pass
        for item in client.get_resources(restApiId=api, limit=500, embed=["methods"])["items"]:
            for verb, method in item.get("resourceMethods", {}).items():
                if "methodIntegration" not in method:  # its writer lost the resource in between
                    client.delete_method(restApiId=api, resourceId=item["id"], httpMethod=verb)
        add_mock(client, api, self.root_of(client, api), body="after")
        client.create_deployment(restApiId=api, stageName="blue")
        stack.wait_rolled_out()
        self.assertEqual((200, b"after"), (lambda answer: (answer.status, answer.body))(stack.invoke(api, "/blue")))

    @staticmethod
    def root_of(client, api):
        return client.get_rest_api(restApiId=api).get("rootResourceId") or next(
            item["id"] for item in client.get_resources(restApiId=api, limit=500)["items"] if item["path"] == "/")


if __name__ == "__main__":
    unittest.main()
