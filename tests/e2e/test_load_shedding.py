"""Ten times as much as may be: what the back end sees of it, and what those get who are refused."""

import select
import socket
import unittest

from counting_upstream import CountingUpstream
from load import flood
from stack import Stack, add_proxy, make_api
from throttles import most_over

CONCURRENT = 8
REFUSED = (429, b'{"message":"Too Many Requests"}')


class Shedding(unittest.TestCase):
    SECONDS = 0.02  # that the back end takes

    def setUp(self):
        self.upstream = self.enterContext(CountingUpstream(self.SECONDS))
        self.stack = self.enterContext(Stack(worker_settings={
            "TURNPIKE_MAX_CONCURRENT": CONCURRENT, "TURNPIKE_ACCOUNT_RATE_LIMIT": "unlimited",
            "TURNPIKE_LIMITS_WITHOUT_REDIS": "closed"}))
        self.client = self.stack.client()
        self.api, root = make_api(self.client)
        add_proxy(self.client, self.api, root, self.upstream.url)
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.limit(-1, -1)

    def limit(self, rate, burst):
        self.client.update_stage(restApiId=self.api, stageName="prod", patchOperations=[
            {"op": "replace", "path": f"/*/*/throttling/{name}", "value": str(value)}
            for name, value in (("rateLimit", rate), ("burstLimit", burst))])
        self.stack.wait_rolled_out()


class Spike(Shedding):
    def spike(self):
        """(answers that were seen, longest time that an admitted request took) of ten times as many callers."""
        answers, longest = {}, [0.0]

        def note(_, status, body, asked, answered):
            answers[status, body] = answers.get((status, body), 0) + 1
            if status == 200:
                longest[0] = max(longest[0], answered - asked)

        flood([self.stack.workers[0].http_port], self.stack.host(self.api), seconds=3, note=note,
              connections=10 * CONCURRENT)
        self.upstream.stop()
        return answers, longest[0]

    def test_the_back_end_never_has_more_than_may_be_at_a_time(self):
        answers, _ = self.spike()
        self.assertEqual(set(answers), {(200, b"ok"), REFUSED})
        self.assertEqual(len(self.upstream.arrivals), answers[200, b"ok"])
        self.assertEqual(self.upstream.most_at_once, CONCURRENT)

    def test_the_back_end_gets_no_more_than_the_rate(self):
        self.limit(100, 10)
        answers, longest = self.spike()
        self.assertEqual(set(answers), {(200, b"ok"), REFUSED})
        self.assertEqual(len(self.upstream.arrivals), answers[200, b"ok"])
        # What comes in a window was admitted in it, or before for as long as a request takes at most.
        arrivals = [(int(time * 1000), int(time * 1000)) for time in self.upstream.arrivals]
        self.assertLessEqual(most_over(arrivals, 100, 10), 100 * longest)
        self.assertLessEqual(self.upstream.most_at_once, CONCURRENT)


class StuckBackEnd(Shedding):
    SECONDS = 3600

    def test_who_is_refused_does_not_wait_for_who_is_not(self):
        callers = [self.enterContext(socket.create_connection(("127.0.0.1", self.stack.workers[0].http_port), 10))
                   for _ in range(10 * CONCURRENT)]
        for caller in callers:
            caller.sendall(f"GET /prod HTTP/1.1\r\nHost: {self.stack.host(self.api)}\r\n\r\n".encode())
        waiting = list(callers)
        while len(waiting) > CONCURRENT:
            readable, _, _ = select.select(waiting, [], [], 10)
            self.assertNotEqual(readable, [], "who is refused waits")
            for caller in readable:
                self.assertRegex(caller.recv(65536), b"^HTTP/1.1 429 ")
                waiting.remove(caller)
        self.upstream.stop()
        self.assertEqual(self.upstream.most_at_once, CONCURRENT)


if __name__ == "__main__":
    unittest.main()
