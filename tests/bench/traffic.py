"""CPU and throughput of requests, against nginx, HAProxy and the byte-copying forwarder."""

import os
import tempfile

import peers
from measure import SERVER_CPU, Subject, alternate, ratios
from stack import Stack, add_key, add_mock, add_proxy, make_api

STAGES_PER_API = 100
WARM_UP_S = 20


def pin(process):
    """Binds a worker, all threads, to the processor under measurement."""
    for thread in os.listdir(f"/proc/{process.pid}/task"):
        os.sched_setaffinity(int(thread), {SERVER_CPU} if (os.cpu_count() or 1) > 1 else {0})


def worker_settings():
    """One reactor; access log and metrics are on by default. The account's throttle counts through Redis as well, and
    is not reached."""
    return {"TURNPIKE_WORKER_THREADS": 1, "TURNPIKE_ACCOUNT_RATE_LIMIT": 1_000_000,
            "TURNPIKE_ACCOUNT_BURST_LIMIT": 1_000_000}


def deployed(stack, upstream_port):
    """(api id, key value) of a stage "prod" with a keyed proxy method on /{proxy+}, its plan with throttle and quota."""
    client = stack.client()
    api, root = make_api(client, "bench")
    resource = client.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
    add_proxy(client, api, resource, f"http://127.0.0.1:{upstream_port}/items", key=True)
    client.create_deployment(restApiId=api, stageName="prod")
    _, value, plan = add_key(client, api, "prod")
    client.update_usage_plan(usagePlanId=plan, patchOperations=[
        {"op": "replace", "path": path, "value": value} for path, value in (
            ("/throttle/rateLimit", "1000000"), ("/throttle/burstLimit", "1000000"),
            ("/quota/limit", "2000000000"), ("/quota/period", "MONTH"))])
    stack.wait_rolled_out()
    return api, value


def turnpike(stack, api, key=None, port=None, scheme="http", **more):
    worker = stack.workers[0]
    headers = {"Host": stack.host(api)} | ({"x-api-key": key} if key else {})
    return Subject("turnpike", [worker.pid], f"{scheme}://127.0.0.1:{port or worker.http_port}/prod/items/1",
                   headers, **more)


def proxy(settings):
    """A keyed, logged, metered proxy request against bare proxies."""
    with peers.responder(settings.peer) as upstream, peers.nginx(upstream.port) as nginx, \
            peers.haproxy(upstream.port) as haproxy, peers.floor(settings.peer, upstream.port) as floor, \
            Stack(worker_settings=worker_settings()) as stack:
        api, key = deployed(stack, upstream.port)
        pin(stack.workers[0])
        runs = alternate([
            turnpike(stack, api, key),
            Subject("nginx", nginx.pids, f"http://127.0.0.1:{nginx.port}/items"),
            Subject("haproxy", haproxy.pids, f"http://127.0.0.1:{haproxy.port}/items"),
            Subject("floor", floor.pids, f"http://127.0.0.1:{floor.port}/items"),
        ], settings.rounds, settings.seconds)
    show(runs)
    return [("proxy_cpu_vs_nginx", "ratio", ratios(runs, "turnpike", "nginx", "cpu_us")),
            ("proxy_cpu_vs_floor", "ratio", ratios(runs, "turnpike", "floor", "cpu_us")),
            ("proxy_rps_vs_nginx", "ratio", ratios(runs, "turnpike", "nginx", "rps")),
            ("proxy_rps_vs_haproxy", "ratio", ratios(runs, "turnpike", "haproxy", "rps"))]


def reject(settings):
    """A request without its API key against nginx's `return`."""
    with peers.responder(settings.peer) as upstream, peers.nginx(upstream.port) as nginx, \
            Stack(worker_settings=worker_settings()) as stack:
        api, _ = deployed(stack, upstream.port)
        pin(stack.workers[0])
        runs = alternate([
            turnpike(stack, api, status_ok=False),
            Subject("nginx", nginx.pids, f"http://127.0.0.1:{nginx.port}/return"),
        ], settings.rounds, settings.seconds)
    show(runs)
    return [("reject_cpu_vs_nginx_return", "ratio", ratios(runs, "turnpike", "nginx", "cpu_us"))]


def limit(settings):
    """A request whose key is known to be over its limit, against nginx's `return`; and what one that is busy and within
    its limits costs in commands of Redis."""
    with peers.responder(settings.peer) as upstream, peers.nginx(upstream.port) as nginx, \
            Stack(worker_settings=worker_settings()) as stack:
        api, key = deployed(stack, upstream.port)
        pin(stack.workers[0])
        within = turnpike(stack, api, key)
        commands = []
        within.run(2)
        for _ in range(settings.rounds):
            before = counted(stack)
            within.run(settings.seconds)
            after = counted(stack)
            commands.append((after[0] - before[0]) / (after[1] - before[1]) * 1000)
        client = stack.client()
        client.update_stage(restApiId=api, stageName="prod", patchOperations=[
            {"op": "replace", "path": f"/*/*/throttling/{name}", "value": "0"} for name in ("rateLimit", "burstLimit")])
        stack.wait_rolled_out()
        runs = alternate([
            turnpike(stack, api, key, status_ok=False),
            Subject("nginx", nginx.pids, f"http://127.0.0.1:{nginx.port}/return"),
        ], settings.rounds, settings.seconds)
    show(runs)
    return [("redis_commands_per_1000", "commands", commands),
            ("limited_cpu_vs_nginx_return", "ratio", ratios(runs, "turnpike", "nginx", "cpu_us"))]


def counted(stack):
    """(commands that limits sent to Redis, requests)"""
    numbers = dict(line.rsplit(" ", 1) for line in stack.metrics(stack.workers[0]).splitlines()
                   if not line.startswith("#"))
    return float(numbers["turnpike_limit_redis_commands_total"]), float(numbers["turnpike_requests_total"])


def tls(settings):
    """The proxy request over keep-alive TLS, both with the same certificate."""
    with peers.responder(settings.peer) as upstream, Stack(worker_settings=worker_settings()) as stack:
        api, key = deployed(stack, upstream.port)
        pin(stack.workers[0])
        identity = os.path.join(stack.home, "server.pem")
        with peers.nginx(upstream.port, identity, identity) as nginx:
            runs = alternate([
                turnpike(stack, api, key, stack.workers[0].https_port, "https"),
                Subject("nginx", nginx.pids, f"https://127.0.0.1:{nginx.tls_port}/items"),
            ], settings.rounds, settings.seconds)
    show(runs)
    return [("tls_cpu_vs_nginx", "ratio", ratios(runs, "turnpike", "nginx", "cpu_us"))]


def routes(settings):
    """Requests spread over 10,000 stages of 100 methods against the same over one stage."""
    quotas = {"TURNPIKE_STAGES_PER_API_MAX": STAGES_PER_API}
    with Stack(worker_settings=worker_settings(), control_settings=quotas) as stack, \
            tempfile.TemporaryDirectory() as directory:
        apis = many_stages(stack)
        pin(stack.workers[0])
        worker = stack.workers[0]
        url = f"http://127.0.0.1:{worker.http_port}/"
        subjects = [Subject("many", [worker.pid], url, script=lua(directory, "many", stack, apis, STAGES_PER_API)),
                    Subject("one", [worker.pid], url, script=lua(directory, "one", stack, apis[:1], 1))]
        subjects[0].run(WARM_UP_S)  # a stage is compiled when it is first called
        runs = alternate(subjects, settings.rounds, settings.seconds)
    show(runs)
    return [("routes_cpu_ratio", "ratio", ratios(runs, "many", "one", "cpu_us"))]


def many_stages(stack):
    """100 clones of an API with 100 methods, 100 stages each."""
    client = stack.client()
    first, root = make_api(client, "routes")
    for number in range(100):
        resource = client.create_resource(restApiId=first, parentId=root, pathPart=f"r{number}")["id"]
        add_mock(client, first, resource)
    apis = [first] + [client.create_rest_api(name=f"routes{number}", cloneFrom=first)["id"] for number in range(1, 100)]
    for api in apis:
        deployment = client.create_deployment(restApiId=api)["id"]
        for number in range(STAGES_PER_API):
            client.create_stage(restApiId=api, stageName=f"s{number}", deploymentId=deployment)
    stack.wait_rolled_out(120)
    return apis


def lua(directory, name, stack, apis, stages):
    """A wrk script that walks through every stage, and every method within one, in a fixed order."""
    path = os.path.join(directory, f"{name}.lua")
    hosts = ",".join(f'"{stack.host(api)}"' for api in apis)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"""
local hosts = {{{hosts}}}
local requests, at = {{}}, 0
function init()
    for number = 0, 9999 do
        local host = hosts[number % #hosts + 1]
        local stage = math.floor(number / #hosts) % {stages}
        requests[number] = wrk.format("GET", "/s" .. stage .. "/r" .. number * 7 % 100, {{Host = host}})
    end
end
function request()
    at = (at + 1) % 10000
    return requests[at]
end
""")
    return path


def show(runs):
    for name, values in runs.items():
        cpu = " ".join(f"{run['cpu_us']:.2f}" for run in values)
        rps = " ".join(f"{run['rps']:.0f}" for run in values)
        print(f"  {name:10} cpu us/request: {cpu}   requests/s: {rps}", flush=True)
