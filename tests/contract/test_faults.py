"""The management API while something it needs is away; and over TLS."""

import concurrent.futures
import signal
import ssl
import subprocess
import time
import unittest

from contract import Management, new_stack
from stack import Stack, free_port, wait_for


class DatabaseAway(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(new_stack())
        self.management = Management(self.stack)

    def assert_unavailable_in_time(self):
        started = time.monotonic()
        answer = self.management.call("POST", "/restapis", {"name": "x"})
        self.assertEqual((503, "ServiceUnavailableException"), (answer.status, answer.kind), answer)
        self.assertTrue(answer.headers["retry-after"])
        self.assertLess(time.monotonic() - started, 2.0)

    def assert_recovers(self):
        wait_for(lambda: self.management.call("POST", "/restapis", {"name": "x"}).status == 201, 10, "recovery")

    def test_stopped(self):
        self.stack.postgres.stop(signal.SIGINT)
        for _ in range(5):
            self.assert_unavailable_in_time()
        self.stack.start_postgres()
        self.assert_recovers()

    def test_hanging(self):
        group = [self.stack.postgres.pid] + [int(pid) for pid in subprocess.run(
            ["pgrep", "-P", str(self.stack.postgres.pid)], capture_output=True, text=True, check=False).stdout.split()]
        subprocess.run(["kill", "-STOP", *map(str, group)], check=False)
        try:
            for _ in range(3):
                self.assert_unavailable_in_time()
            # Many at once: nobody waits for somebody else's time-out.
            with concurrent.futures.ThreadPoolExecutor(24) as callers:
                for done in [callers.submit(self.assert_unavailable_in_time) for _ in range(24)]:
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

    def test_tls(self):
        with Stack(workers=0, start=False) as stack:
            stack.start_postgres()
            stack.start_redis()
            certificate, key = f"{stack.directory}/c.pem", f"{stack.directory}/k.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                            "-nodes", "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost",
                            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
            control = stack.start_control(TURNPIKE_ADMIN_TLS_CERTIFICATE_FILE=certificate,
                                          TURNPIKE_ADMIN_TLS_KEY_FILE=key)
            client = self.tls_client(stack, control, certificate)
            for number in range(30):
                client.create_api_key(name=f"{number:04}" + "x" * 900, description="d" * 50_000)
            # Larger than a socket's buffer.
            self.assertEqual(30, len(client.get_api_keys(limit=500)["items"]))
            self.assert_not_held_up_by_silent_clients(stack, control, client)

    @staticmethod
    def tls_client(stack, control, certificate):
        import boto3
        key_id, secret = stack.credentials()
        return boto3.client("apigateway", endpoint_url=f"https://127.0.0.1:{control.admin_port}",
                            region_name="us-east-1", aws_access_key_id=key_id, aws_secret_access_key=secret,
                            verify=certificate)

    def assert_not_held_up_by_silent_clients(self, stack, control, client):
        del stack
        import socket
        silent = socket.create_connection(("127.0.0.1", control.admin_port))
        started = time.monotonic()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", control.admin_port)) as other:
            with context.wrap_socket(other) as secure:
                self.assertTrue(secure.version())
        self.assertLess(time.monotonic() - started, 5)
        silent.close()
        client.get_account()


if __name__ == "__main__":
    unittest.main()
