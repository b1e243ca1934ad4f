"""1 to 16 worker processes against one Redis, by simulation: all on this machine, each with so little load that the
processors are not what limits them. What counts is what Redis does for it: commands and processor time for each million
requests, from which follows where one Redis is full."""

import traffic
from load import flood
from measure import wait_for
from stack import Stack, add_key, add_mock, make_api

WORKERS = (1, 2, 4, 8, 16)
PER_WORKER = 250  # requests a second
CONNECTIONS = 8   # of a worker
KEYS = 1000


def scaling(settings):
    """Prints a table for each kind of load; the figures are of 16 workers."""
    with Stack(workers=1, own_ports=True, worker_settings=worker_settings()) as stack:
        host, calls = prepared(stack)
        figures = {}
        for count in WORKERS:
            while len(stack.workers) < count:
                stack.start_worker()
            wait_for(lambda count=count: workers_known(stack) == count, 30, "every worker to be known")
            for kind, of_kind in calls.items():
                figures[kind] = measured(stack, host, of_kind, kind, count, settings.seconds)
    return [(f"scaling_16_{kind}_{name}", unit, [figures[kind][name]])
            for kind in calls for name, unit in (("commands_per_1000", "commands"), ("redis_s_per_million", "s"))]


def worker_settings():
    return traffic.worker_settings() | {"TURNPIKE_ACCOUNT_RATE_LIMIT": 100_000, "TURNPIKE_ACCOUNT_BURST_LIMIT": 50_000}


def prepared(stack):
    """(host, {kind of load: calls}): one method without a key under the throttles of stage and account; one key with a
    quota besides; a thousand of those."""
    client = stack.client()
    api, root = make_api(client, "scaling")
    add_mock(client, api, root)
    keyed = client.create_resource(restApiId=api, parentId=root, pathPart="keyed")["id"]
    add_mock(client, api, keyed, key=True)
    client.create_deployment(restApiId=api, stageName="prod")
    _, value, plan = add_key(client, api, "prod")
    client.update_usage_plan(usagePlanId=plan, patchOperations=[
        {"op": "replace", "path": path, "value": value} for path, value in (
            ("/throttle/rateLimit", "50000"), ("/throttle/burstLimit", "25000"),
            ("/quota/limit", "2000000000"), ("/quota/period", "MONTH"))])
    values = [value]
    for number in range(KEYS - 1):
        key = client.create_api_key(name=f"key {number}", enabled=True)
        client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
        values.append(key["value"])
    stack.wait_rolled_out(60)
    keyed_calls = [("/prod/keyed", {"x-api-key": one}) for one in values]
    return stack.host(api), {"bucket": [("/prod", {})], "key": keyed_calls[:1], "keys": keyed_calls}


def workers_known(stack):
    return min(metric(stack, worker, "turnpike_limit_workers") for worker in stack.workers)


def metric(stack, worker, name):
    for line in stack.metrics(worker).splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise RuntimeError(f"no metric {name}")


def counted(stack):
    """(commands of limits, processor time of Redis in s)"""
    commands = sum(metric(stack, worker, "turnpike_limit_redis_commands_total") for worker in stack.workers)
    info = dict(line.split(":", 1) for line in stack.redis_command("INFO", "cpu").splitlines() if ":" in line)
    return commands, float(info["used_cpu_sys"]) + float(info["used_cpu_user"])


def measured(stack, host, calls, kind, count, seconds):
    """{commands_per_1000, redis_s_per_million, ...} of one load on all workers."""
    ports = [worker.http_port for worker in stack.workers]
    connections = CONNECTIONS * count
    load = {"connections": connections, "calls": calls, "pause": CONNECTIONS / PER_WORKER, "walk": True}
    flood(ports, host, seconds=5, **load)  # every worker knows every key, and has its stock
    before = counted(stack)
    counts = flood(ports, host, seconds=seconds, **load)
    commands, cpu = (after - start for after, start in zip(counted(stack), before))
    if set(counts) != {200}:
        raise RuntimeError(f"answers: {counts}")
    requests = counts[200]
    result = {"commands_per_1000": commands / requests * 1000, "redis_s_per_million": cpu / requests * 1e6}
    print(f"  {kind:7}{count:3} workers {requests / seconds:6.0f} requests/s; for 1,000: "
          f"{result['commands_per_1000']:7.2f} commands; of a worker {commands / seconds / count:6.1f} a second; "
          f"for 1,000,000: {result['redis_s_per_million']:6.2f} s of Redis, {cpu / seconds * 100:5.2f} % of a processor",
          flush=True)
    return result
