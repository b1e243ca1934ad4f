"""The response cache: hits from memory and from Redis against nginx, and how fast a flush is everywhere."""

import http.server
import itertools
import tempfile
import threading
import time

import peers
from measure import Subject, alternate, ratios
from stack import Stack, make_api
from traffic import pin, show, worker_settings

KEYS = 10_000
FLUSHES = 100
WORKERS = 4


def cached_api(stack, upstream_port):
    """Id of an API with a cached GET on /{id}, each id an entry of its own."""
    client = stack.client()
    api, root = make_api(client, "cached")
    resource = client.create_resource(restApiId=api, parentId=root, pathPart="{id}")["id"]
    client.put_method(restApiId=api, resourceId=resource, httpMethod="GET", authorizationType="NONE",
                      requestParameters={"method.request.path.id": False})
    client.put_integration(restApiId=api, resourceId=resource, httpMethod="GET", type="HTTP_PROXY",
                           integrationHttpMethod="GET", uri=f"http://127.0.0.1:{upstream_port}/items",
                           cacheKeyParameters=["method.request.path.id"])
    client.create_deployment(restApiId=api, stageName="prod", cacheClusterEnabled=True, cacheClusterSize="0.5")
    client.update_stage(restApiId=api, stageName="prod", patchOperations=[
        {"op": "replace", "path": "/*/*/caching/enabled", "value": "true"},
        {"op": "replace", "path": "/*/*/caching/ttlInSeconds", "value": "3600"},
        {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "-1"},
        {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "-1"}])
    stack.wait_rolled_out()
    return api


def unlimited():
    """What is measured is the cache, not how fast requests are refused."""
    return worker_settings() | {"TURNPIKE_ACCOUNT_RATE_LIMIT": "unlimited"}


def subject(stack, api, path="/prod/1", **more):
    worker = stack.workers[0]
    return Subject("turnpike", [worker.pid], f"http://127.0.0.1:{worker.http_port}{path}",
                   {"Host": stack.host(api)}, **more)


def cache_hit(settings):
    """Hits from a reactor's memory against nginx's `return`."""
    with peers.responder(settings.peer) as upstream, peers.nginx(upstream.port) as nginx, \
            Stack(worker_settings=unlimited()) as stack:
        api = cached_api(stack, upstream.port)
        pin(stack.workers[0])
        runs = alternate([subject(stack, api),
                          Subject("nginx", nginx.pids, f"http://127.0.0.1:{nginx.port}/return")],
                         settings.rounds, settings.seconds)
    show(runs)
    return [("cache_hit_cpu_vs_nginx_return", "ratio", ratios(runs, "turnpike", "nginx", "cpu_us"))]


def cache_varnish(settings):
    """Hits from a reactor's memory against Varnish's, each on one processor."""
    with peers.responder(settings.peer) as upstream, peers.varnish(upstream.port) as varnish, \
            Stack(worker_settings=unlimited()) as stack:
        api = cached_api(stack, upstream.port)
        pin(stack.workers[0])
        runs = alternate([subject(stack, api),
                          Subject("varnish", varnish.pids, f"http://127.0.0.1:{varnish.port}/items")],
                         settings.rounds, settings.seconds)
    show(runs)
    return [("cache_hit_rps_vs_varnish", "ratio", ratios(runs, "turnpike", "varnish", "rps"))]


def cache_redis(settings):
    """Hits that memory has no room for, spread over 10,000 keys, against nginx as a bare proxy."""
    memory = unlimited() | {"TURNPIKE_CACHE_MEMORY_BYTES": 0}
    with peers.responder(settings.peer) as upstream, peers.nginx(upstream.port) as nginx, \
            Stack(worker_settings=memory) as stack, tempfile.TemporaryDirectory() as directory:
        api = cached_api(stack, upstream.port)
        pin(stack.workers[0])
        ours = subject(stack, api, script=lua(directory, stack.host(api)))
        ours.run(settings.seconds)  # stores all keys
        runs = alternate([ours, Subject("nginx", nginx.pids, f"http://127.0.0.1:{nginx.port}/items")],
                         settings.rounds, settings.seconds)
    show(runs)
    return [("cache_redis_cpu_vs_nginx", "ratio", ratios(runs, "turnpike", "nginx", "cpu_us"))]


def lua(directory, host):
    """A wrk script that walks through the keys in an order of its own."""
    path = f"{directory}/keys.lua"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"""
local requests, at = {{}}, 0
function init()
    for number = 0, {KEYS - 1} do
        requests[number] = wrk.format("GET", "/prod/" .. number, {{Host = "{host}"}})
    end
end
function request()
    at = (at + 7919) % {KEYS}
    return requests[at]
end
""")
    return path


class Counter:
    """A back end that answers with the number of the call."""

    def __enter__(self):
        numbers = itertools.count()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one segment: two would wait for each other's acknowledgement

            def do_GET(self):
                body = str(next(numbers)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def cache_flush(settings):
    """FlushStageCache answered -> none of 4 workers answers with what was stored before."""
    del settings
    with Counter() as upstream, Stack(workers=WORKERS, own_ports=True, worker_settings=worker_settings()) as stack:
        api = cached_api(stack, upstream.port)
        client = stack.client()
        waits = sorted(flushed_after(stack, client, api) for _ in range(FLUSHES))
    print(f"  p50 {waits[len(waits) // 2]:.1f} ms, most {waits[-1]:.1f} ms", flush=True)
    return [("cache_flush_p99_ms", "ms", [waits[int(len(waits) * 0.99) - 1]])]


def flushed_after(stack, client, api):
    """Milliseconds until the last worker answered with something new."""
    old = {stack.invoke(api, "/prod/1", worker=worker).body for worker in range(WORKERS)}
    client.flush_stage_cache(restApiId=api, stageName="prod")
    answered = time.monotonic()
    for worker in range(WORKERS):
        while stack.invoke(api, "/prod/1", worker=worker).body in old:
            time.sleep(0.001)
    return (time.monotonic() - answered) * 1000
