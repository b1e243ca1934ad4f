"""The response cache with real Redis and two workers: what is kept, shared, flushed, replaced and refused."""

import http.server
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from stack import Stack, make_api, wait_for

SIZE = "0.5"


class Counting:
    """A back end that answers with the number of the call, from 1; `size` bytes are added to it."""

    def __enter__(self):
        outer = self
        self.calls = 0
        self.size = 0
        self.status = 200
        self.delay = threading.Event()
        self.delay.set()
        self._lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                with outer._lock:
                    outer.calls += 1
                    number = outer.calls
                outer.delay.wait(20)
                body = f"{number}:secret-body".encode() + b"x" * outer.size
                self.send_response(outer.status)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True  # whoever asked is gone

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.delay.set()
        self._server.shutdown()
        self._server.server_close()


class Cache(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(workers=2, own_ports=True))
        cls.client = cls.stack.client()

    def setUp(self):
        self.backend = self.enterContext(Counting())
        self.api, root = make_api(self.client, self.id().rsplit(".", 1)[1])
        resource = self.client.create_resource(restApiId=self.api, parentId=root, pathPart="{id}")["id"]
        self.client.put_method(restApiId=self.api, resourceId=resource, httpMethod="GET", authorizationType="NONE",
                               requestParameters={"method.request.path.id": False,
                                                  "method.request.querystring.q": False})
        self.client.put_integration(restApiId=self.api, resourceId=resource, httpMethod="GET", type="HTTP_PROXY",
                                    integrationHttpMethod="GET", uri=self.backend.url,
                                    cacheKeyParameters=["method.request.path.id", "method.request.querystring.q"])
        self.deployment = self.client.create_deployment(restApiId=self.api, stageName="prod", cacheClusterEnabled=True,
                                                        cacheClusterSize=SIZE)["id"]
        self.stack.wait_rolled_out()

    def patch(self, **values):
        """Method settings of all methods, by patch path."""
        self.patch_stage([("replace", f"/*/*/{name.replace('__', '/')}", value) for name, value in values.items()])

    def patch_stage(self, operations):
        self.client.update_stage(restApiId=self.api, stageName="prod", patchOperations=[
            {"op": op, "path": path, "value": value} for op, path, value in operations])
        self.stack.wait_rolled_out()

    def call(self, path="/prod/1", worker=0, **headers):
        return self.stack.invoke(self.api, path, worker=worker,
                                 headers={name.replace("_", "-"): value for name, value in headers.items()})

    def number(self, *arguments, **more):
        answer = self.call(*arguments, **more)
        self.assertEqual(200, answer.status, answer.body[:200])
        return int(answer.body.split(b":")[0])

    def counted(self, name):
        text = "".join(self.stack.metrics(worker) for worker in self.stack.workers if worker.alive())
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if line.startswith(f"turnpike_api_{name}_total") and f'"{self.api}"' in line
                   and 'Stage="prod"' in line)

    # -- what is kept -------------------------------------------------------------------------------

    def test_one_worker_serves_what_the_other_stored(self):
        self.assertEqual(1, self.number())
        for worker in (1, 0, 1, 0):
            self.assertEqual(1, self.number(worker=worker))
        self.assertEqual(2, self.number("/prod/2", worker=1))
        self.assertEqual(2, self.number("/prod/2", worker=0))
        self.assertEqual(3, self.number("/prod/1?q="))
        self.assertEqual(3, self.number("/prod/1?q=&other=1", worker=1))
        self.assertEqual(3, self.backend.calls)
        self.assertEqual(3, self.counted("cache_miss_count"))
        self.assertEqual(6, self.counted("cache_hit_count"))

    def test_it_is_over_after_its_time(self):
        self.patch(caching__enabled="true", caching__ttlInSeconds="1")
        self.assertEqual(1, self.number())
        wait_for(lambda: self.number() == 2, 10, "a new call")
        self.patch(caching__ttlInSeconds="0")
        before = self.backend.calls
        self.number()
        self.number()
        self.assertEqual(before + 2, self.backend.calls)

    def test_more_than_a_mebibyte_is_not_kept(self):
        self.backend.size = 1_048_576
        for expected in (1, 2):
            answer = self.call()
            self.assertEqual(expected, int(answer.body.split(b":")[0]))
            self.assertEqual(1_048_576 + len(f"{expected}:secret-body"), len(answer.body))
        self.backend.size = 1_048_000
        self.assertEqual(3, self.number("/prod/2"))
        self.assertEqual(3, self.number("/prod/2", worker=1))

    def test_encrypted_entries_are_not_readable_in_redis(self):
        def readable():
            keys = self.stack.redis_command("--scan", "--pattern", f"*cache:{self.api}/*:entry:*").split()
            self.assertTrue(keys)
            return any("secret-body" in self.stack.redis_command("--no-raw", "GET", key) for key in keys)
        self.number()
        wait_for(readable, 5, "the plain entry")
        self.patch(caching__enabled="true", caching__dataEncrypted="true")
        self.client.flush_stage_cache(restApiId=self.api, stageName="prod")
        self.stack.wait_rolled_out()
        for key in self.stack.redis_command("--scan", "--pattern", f"*cache:{self.api}/*").split():
            self.stack.redis_command("DEL", key)
        self.assertEqual(2, self.number())
        self.assertEqual(2, self.number(worker=1))
        self.assertFalse(readable())

    def test_the_bytes_that_a_stage_keeps_are_accounted(self):
        for number in range(5):
            self.number(f"/prod/{number}")
        tag = f"{{turnpike:cache:{self.api}/prod}}"
        wait_for(lambda: self.stack.redis_command("ZCARD", f"{tag}:index") == "5", 5, "the entries")
        sizes = self.stack.redis_command("HVALS", f"{tag}:sizes").split()
        self.assertEqual(6, len(sizes))
        total = int(self.stack.redis_command("HGET", f"{tag}:sizes", "total"))
        self.assertEqual(2 * total, sum(map(int, sizes)))

    # -- one call -----------------------------------------------------------------------------------

    def test_misses_at_once_make_one_call_over_all_workers(self):
        self.backend.delay.clear()
        with ThreadPoolExecutor(40) as pool:
            answers = [pool.submit(self.number, worker=number % 2) for number in range(40)]
            wait_for(lambda: self.backend.calls == 1, 5, "the call")
            time.sleep(0.5)  # all are waiting by then; if not, they hit
            self.backend.delay.set()
            self.assertEqual([1] * 40, [answer.result() for answer in answers])
        self.assertEqual(1, self.backend.calls)

    # -- flush, size, deployment --------------------------------------------------------------------

    def test_flush_size_and_deployment_empty_it_everywhere(self):
        def both():
            return self.number(), self.number(worker=1)
        self.assertEqual((1, 1), both())
        self.client.flush_stage_cache(restApiId=self.api, stageName="prod")
        self.stack.wait_rolled_out()
        self.assertEqual((2, 2), both())
        self.patch_stage([("replace", "/cacheClusterSize", "1.6")])
        self.assertEqual((3, 3), both())
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.stack.wait_rolled_out()
        # The same document is the same deployment to a caller.
        self.assertEqual(both()[0], both()[1])
        self.patch_stage([("replace", "/cacheClusterEnabled", "false")])
        before = self.backend.calls
        both()
        self.assertEqual(before + 2, self.backend.calls)
        self.patch_stage([("replace", "/cacheClusterEnabled", "true")])
        self.assertEqual((before + 3, before + 3), both())  # what there was before it was off is gone

    # -- replacing ----------------------------------------------------------------------------------

    def test_a_caller_replaces_an_entry_for_everybody(self):
        self.patch(caching__enabled="true", caching__requireAuthorizationForCacheControl="false")
        self.assertEqual(1, self.number())
        self.assertEqual(1, self.number(worker=1))
        self.assertEqual(2, self.number(Cache_Control="max-age=0"))
        self.assertEqual(2, self.number())
        wait_for(lambda: self.number(worker=1) == 2, 5, "the other worker")

    def test_a_caller_without_permission_is_told_refused_or_passed_over(self):
        self.patch(caching__enabled="true")
        self.assertEqual(1, self.number())
        told = self.call(Cache_Control="max-age=0")
        self.assertEqual((200, '199 "Cache-Control header ignored: not authorized to invalidate cache"'),
                         (told.status, told.headers["Warning"]))
        self.patch(caching__unauthorizedCacheControlHeaderStrategy="FAIL_WITH_403")
        refused = self.call(Cache_Control="max-age=0")
        self.assertEqual(403, refused.status)
        self.assertIn("execute-api:InvalidateCache", refused.json()["Message"])
        self.patch(caching__unauthorizedCacheControlHeaderStrategy="SUCCEED_WITHOUT_RESPONSE_HEADER")
        silent = self.call(Cache_Control="max-age=0")
        self.assertEqual((200, None), (silent.status, silent.headers["Warning"]))
        self.assertEqual(1, self.backend.calls)

    # -- canary -------------------------------------------------------------------------------------

    def test_a_canary_keeps_out_of_the_stages_cache_or_shares_it(self):
        self.assertEqual(1, self.number())
        self.patch_stage([("replace", "/canarySettings/percentTraffic", "100.0")])
        self.assertEqual([2, 3], [self.number(), self.number()])
        self.patch_stage([("replace", "/canarySettings/useStageCache", "true")])
        self.assertEqual(1, self.number())  # the same deployment

    # -- stale --------------------------------------------------------------------------------------

    def put_stale(self, **seconds):
        answer = self.stack.signed("PUT", f"/_turnpike/v1/restapis/{self.api}/stages/prod/cache", seconds)
        self.assertEqual(200, answer.status, answer.body)
        self.assertEqual(seconds, {name: answer.json()[name] for name in seconds})
        self.stack.wait_rolled_out()

    def test_an_old_answer_serves_while_it_is_renewed(self):
        self.patch(caching__enabled="true", caching__ttlInSeconds="1")
        self.put_stale(staleWhileRevalidateInSeconds=60)
        self.assertEqual(1, self.number())
        self.backend.delay.clear()
        wait_for(lambda: self.number() == 1 and self.backend.calls == 2, 10, "the renewal")
        self.assertEqual(1, self.number())
        self.backend.delay.set()
        wait_for(lambda: self.number() > 1, 5, "the new answer")

    def test_an_old_answer_serves_while_the_back_end_fails(self):
        self.patch(caching__enabled="true", caching__ttlInSeconds="1")
        self.put_stale(staleIfErrorInSeconds=60)
        self.assertEqual(1, self.number())
        self.backend.status = 503
        wait_for(lambda: self.number() == 1 and self.backend.calls > 1, 10, "a failed renewal")
        self.assertEqual(1, self.number(worker=1))
        self.backend.status = 200
        wait_for(lambda: self.number() > 1, 5, "the new answer")


class Broken(Cache):
    """What stops Redis or a worker has a stack of its own."""

    def setUp(self):
        self.stack = self.enterContext(Stack(workers=2, own_ports=True))
        self.client = self.stack.client()
        super().setUp()

    @classmethod
    def setUpClass(cls):
        pass

    def test_a_killed_leader_holds_nobody_up_for_long(self):
        self.backend.delay.clear()
        lost = self.stack.workers[1]
        with ThreadPoolExecutor(2) as pool:
            leading = pool.submit(self.call, worker=1)
            wait_for(lambda: self.backend.calls == 1, 5, "the call")
            following = pool.submit(self.number)
            lost.kill()
            with self.assertRaises(Exception):
                leading.result()
            wait_for(lambda: self.backend.calls == 2, 8, "the second call")
            self.backend.delay.set()
            self.assertEqual(2, following.result())

    def test_without_redis_every_request_is_a_miss_that_is_served(self):
        self.assertEqual([1, 1], [self.number(), self.number()])
        self.stack.redis.kill()
        wait_for(lambda: self.number() > 1, 5, "a miss")
        before = self.backend.calls
        self.assertEqual([before + 1, before + 2], [self.number(), self.number()])
        self.stack.start_redis()
        wait_for(lambda: self.number() == self.number(), 20, "hits")


def load_tests(loader, _tests, _pattern):
    suite = loader.loadTestsFromTestCase(Cache)
    for name in ("test_without_redis_every_request_is_a_miss_that_is_served",
                 "test_a_killed_leader_holds_nobody_up_for_long"):
        suite.addTest(Broken(name))
    return suite


if __name__ == "__main__":
    unittest.main()
