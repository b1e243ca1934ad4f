"""The management API while something it needs is away."""

import concurrent.futures
import signal
import subprocess
import unittest

from contract import Management, new_stack
from stack import free_port, wait_for


class DatabaseAway(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(new_stack())
        self.management = Management(self.stack)

    def assert_unavailable(self):
        answer = self.management.call("POST", "/restapis", {"name": "x"})
        self.assertEqual((503, "ServiceUnavailableException"), (answer.status, answer.kind), answer)
        self.assertTrue(answer.headers["retry-after"])

    def assert_recovers(self):
        wait_for(lambda: self.management.call("POST", "/restapis", {"name": "x"}).status == 201, 10, "recovery")

    def test_stopped(self):
        self.stack.postgres.stop(signal.SIGINT)
        for _ in range(5):
            self.assert_unavailable()
        self.stack.start_postgres()
        self.assert_recovers()

    def test_hanging(self):
        postmaster = self.stack.postgres.pid
        self.stack.postgres.send(signal.SIGSTOP)  # first: then none can be added to those who serve connections
        group = [postmaster] + [int(pid) for pid in subprocess.run(
            ["pgrep", "-P", str(postmaster)], capture_output=True, text=True, check=False).stdout.split()]
        subprocess.run(["kill", "-STOP", *map(str, group)], check=False)
        try:
            for _ in range(3):
                self.assert_unavailable()
            # Many at once: nobody waits for somebody else's time-out.
            with concurrent.futures.ThreadPoolExecutor(24) as callers:
                for done in [callers.submit(self.assert_unavailable) for _ in range(24)]:
                    done.result()
        finally:
            subprocess.run(["kill", "-CONT", *map(str, group)], check=False)
        self.assert_recovers()

    def test_redis_away_does_not_matter(self):
        self.stack.redis.kill()
        self.assertEqual(201, self.management.call("POST", "/restapis", {"name": "x"}).status)
        answer = self.management.call("GET", "/_turnpike/v1/rollout")
        self.assertEqual(503, answer.status, answer)


class Listener(unittest.TestCase):
    def test_a_plain_listener_on_other_addresses_is_refused_at_start(self):
        with self.assertRaisesRegex(RuntimeError, "loopback"):
            with new_stack(control_settings={"TURNPIKE_ADMIN_LISTEN": f"0.0.0.0:{free_port()}"}):
                pass


if __name__ == "__main__":
    unittest.main()
