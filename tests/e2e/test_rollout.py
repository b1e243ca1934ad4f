"""Deployments, stages and workers that come and go while traffic runs."""

import http.client
import signal
import threading
import unittest

from stack import Stack, add_mock, make_api, wait_for


class Load(threading.Thread):
    """Requests from one keep-alive client, opening a new connection when the server closes one in order."""

    def __init__(self, stack, api, path="/prod"):
        super().__init__(daemon=True)
        self._stack, self._api, self._path = stack, api, path
        self._stopping = False
        self.bodies = []
        self.failures = []

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self._stack.http_port, timeout=5)
        while not self._stopping:
            try:
                connection.request("GET", self._path, headers={"Host": self._stack.host(self._api)})
                response = connection.getresponse()
                body = response.read()
                if response.status == 200:
                    self.bodies.append(body)
                else:
                    self.failures.append(response.status)
            except (OSError, http.client.HTTPException) as problem:
                self.failures.append(repr(problem))
                connection.close()

    def stop(self):
        self._stopping = True
        self.join()


class FreshLoad(Load):
    """The same with a connection per request: a listener that drops one shows."""

    def run(self):
        while not self._stopping:
            try:
                answer = self._stack.invoke(self._api, self._path, headers={"Connection": "close"})
                (self.bodies if answer.status == 200 else self.failures).append(answer.body)
            except (OSError, http.client.HTTPException) as problem:
                self.failures.append(repr(problem))


def change(client, api, root, text):
    client.put_integration_response(restApiId=api, resourceId=root, httpMethod="GET", statusCode="200",
                                    responseTemplates={"application/json": text})


class Rollout(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack(workers=2, controls=2))
        self.client = self.stack.client()
        self.api, self.root = make_api(self.client)
        add_mock(self.client, self.api, self.root, body="0")
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.stack.wait_rolled_out()

    def test_deployments_under_load_lose_no_request(self):
        loads = [Load(self.stack, self.api) for _ in range(4)]
        for load in loads:
            load.start()
        for number in range(1, 21):
            change(self.client, self.api, self.root, str(number))
            self.stack.client(control=number % 2).create_deployment(restApiId=self.api, stageName="prod")
        wait_for(lambda: all(load.bodies and load.bodies[-1] == b"20" for load in loads), 10, "the last deployment")
        for load in loads:
            load.stop()
            self.assertEqual(load.failures, [])
            self.assertEqual([int(body) for body in load.bodies], sorted(int(body) for body in load.bodies))

    def test_a_second_worker_takes_over_without_a_refused_connection(self):
        loads = [FreshLoad(self.stack, self.api) for _ in range(4)] + [Load(self.stack, self.api)]
        for load in loads:
            load.start()
        for _ in range(8):  # faster than any of them could notice the end of another
            old = [worker for worker in self.stack.workers if worker.alive()][0]
            self.stack.start_worker()
            self.assertEqual(old.stop(signal.SIGTERM), 0)
        for load in loads:
            load.stop()
            self.assertEqual(load.failures, [])
            self.assertGreater(len(load.bodies), 20)

    def test_a_stage_moved_back_serves_the_old_deployment(self):
        first = self.client.get_stage(restApiId=self.api, stageName="prod")["deploymentId"]
        change(self.client, self.api, self.root, "1")
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        wait_for(lambda: self.stack.invoke(self.api, "/prod").body == b"1", 5, "the new deployment")
        self.client.update_stage(restApiId=self.api, stageName="prod", patchOperations=[
            {"op": "replace", "path": "/deploymentId", "value": first}])
        wait_for(lambda: self.stack.invoke(self.api, "/prod").body == b"0", 5, "the old deployment")

    def test_a_canary_gets_its_share(self):
        change(self.client, self.api, self.root, "canary")
        self.client.create_deployment(restApiId=self.api, stageName="prod",
                                      canarySettings={"percentTraffic": 50.0})
        self.stack.wait_rolled_out()
        bodies = [self.stack.invoke(self.api, "/prod").body for _ in range(400)]
        self.assertEqual(set(bodies), {b"0", b"canary"})
        self.assertAlmostEqual(bodies.count(b"canary") / len(bodies), 0.5, delta=0.12)

    def test_a_deleted_stage_is_gone(self):
        self.client.delete_stage(restApiId=self.api, stageName="prod")
        wait_for(lambda: self.stack.invoke(self.api, "/prod").status == 403, 5, "the stage to go")

    def test_the_rollout_names_every_worker(self):
        state = self.stack.rollout()
        self.assertEqual(len(state["workers"]), 2)
        for worker in state["workers"]:
            self.assertGreaterEqual(worker["revision"], state["latestRevision"])
        listed = self.stack.signed("GET", "/_turnpike/v1/workers").json()
        self.assertEqual({worker["id"] for worker in listed["workers"]},
                         {worker["id"] for worker in state["workers"]})

    def test_a_control_plane_that_is_killed_hands_publishing_over(self):
        self.stack.controls[0].kill()
        client = self.stack.client(control=1)
        change(client, self.api, self.root, "survivor")
        client.create_deployment(restApiId=self.api, stageName="prod")
        wait_for(lambda: self.stack.invoke(self.api, "/prod").body == b"survivor", 10, "the other control plane")


if __name__ == "__main__":
    unittest.main()
