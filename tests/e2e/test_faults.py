"""PostgreSQL, Redis, the control plane and workers stopped, killed and emptied."""

import os
import signal
import socket
import subprocess
import unittest

from botocore.exceptions import ClientError

from stack import Stack, add_key, add_mock, make_api, wait_for


class Faults(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack())
        self.client = self.stack.client()
        self.api, self.root = make_api(self.client)
        add_mock(self.client, self.api, self.root, body="served", key=True)
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.key = add_key(self.client, self.api, "prod")[1]
        self.stack.wait_rolled_out()
        self.assert_served()

    def served(self):
        try:
            answer = self.stack.invoke(self.api, "/prod", headers={"x-api-key": self.key}, worker=-1)
            return answer.status == 200 and answer.body == b"served"
        except OSError:
            return False

    def assert_served(self):
        self.assertTrue(self.served())

    def assert_unavailable(self):
        with self.assertRaises(ClientError) as raised:
            self.client.create_rest_api(name="refused")
        self.assertEqual(raised.exception.response["ResponseMetadata"]["HTTPStatusCode"], 503)
        self.assertEqual(raised.exception.response["Error"]["Code"], "ServiceUnavailableException")

    def management_works(self):
        try:
            self.client.get_rest_apis()
            return True
        except ClientError:
            return False

    def test_a_killed_database_means_503_and_recovery_by_itself(self):
        self.stack.postgres.stop(signal.SIGQUIT)
        self.assert_unavailable()
        self.assert_served()
        self.stack.start_postgres()
        wait_for(self.management_works, 15, "the management API")
        self.assertEqual([item["name"] for item in self.client.get_rest_apis()["items"]], ["test"])

    def test_a_database_that_hangs_means_503_too(self):
        children = self._database_processes()
        for pid in children:
            self._send(pid, signal.SIGSTOP)
        try:
            self.assert_unavailable()
            self.assert_served()
        finally:
            for pid in children:
                self._send(pid, signal.SIGCONT)
        wait_for(self.management_works, 15, "the management API")

    def _database_processes(self):
        listed = subprocess.run(["pgrep", "-P", str(self.stack.postgres.pid)], capture_output=True, text=True,
                                check=False).stdout
        return [self.stack.postgres.pid, *map(int, listed.split())]

    @staticmethod
    def _send(pid, number):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    def test_a_worker_starts_from_its_disk_when_all_else_is_gone(self):
        worker = self.stack.workers[0]
        keys = f"{self.stack.home}/worker0/keys"
        wait_for(lambda: os.path.getsize(keys) > 50, 10, "the key to be saved")
        self.stack.controls[0].kill()
        self.stack.redis.kill()
        worker.kill()
        self.stack.start_worker(TURNPIKE_STATE_DIR=f"{self.stack.home}/worker0")
        self.assert_served()

    def test_a_worker_whose_port_is_taken_says_so_and_ends(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            # Its first port is open by then, shared with the worker that serves.
            late = self.stack.start_worker(wait=False, TURNPIKE_HTTP_LISTEN=f"127.0.0.1:{port}")
            self.assertEqual(1, late.popen.wait(30), late.tail())
            self.assertIn(f"cannot bind 127.0.0.1:{port}: Address already in use", late.tail().splitlines()[-1])
        self.stack.workers.remove(late)
        self.assert_served()

    def test_an_emptied_redis_is_filled_again(self):
        self.stack.redis_command("FLUSHALL")
        self.assert_served()
        wait_for(lambda: self.stack.redis_command("DBSIZE") not in ("0", ""), 15, "the republication")
        worker = self.stack.workers[0]
        worker.kill()
        self.stack.start_worker(TURNPIKE_STATE_DIR=f"{self.stack.home}/fresh")
        wait_for(self.served, 15, "a fresh worker")

    def test_traffic_goes_on_without_redis_and_changes_arrive_afterwards(self):
        self.stack.redis.kill()
        self.assert_served()
        self.client.put_integration_response(restApiId=self.api, resourceId=self.root, httpMethod="GET",
                                             statusCode="200", responseTemplates={"application/json": "later"})
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.assert_served()
        self.stack.start_redis()
        wait_for(lambda: self.stack.invoke(self.api, "/prod", headers={"x-api-key": self.key}).body == b"later", 20,
                 "the change")

    def test_what_was_stored_survives_a_killed_control_plane(self):
        self.stack.controls[0].kill()
        self.assert_served()
        self.stack.start_control()
        client = self.stack.client(control=1)
        self.assertEqual(client.get_rest_apis()["items"][0]["id"], self.api)


if __name__ == "__main__":
    unittest.main()
