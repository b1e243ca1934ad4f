"""Ten times the limit, and one key that floods: what the back end sees, and what it costs those within theirs."""

import multiprocessing
import time

import traffic
from counting_upstream import CountingUpstream
from load import flood
from measure import wait_for
from stack import Stack, add_key, add_proxy, make_api

RATE, BURST = 500, 250
BACK_END_S = 0.01


def spike(settings):
    """p99 of what is admitted at ten times the limit over p99 at half of it; and by how much the back end got more in
    any second than rate and burst."""
    ratios, over = [], []
    for _ in range(settings.rounds):
        with CountingUpstream(BACK_END_S) as upstream, Stack(worker_settings=unlimited()) as stack:
            api, key = limited_api(stack, upstream, RATE, BURST)
            traffic.pin(stack.workers[0])
            base = p99_of_admitted(stack, api, key, settings.seconds, 25, 25 / (RATE / 2))
            ten_fold = p99_of_admitted(stack, api, key, settings.seconds, 200, 200 / (10 * RATE))
            upstream.stop()
        ratios.append(ten_fold["p99"] / base["p99"])
        over.append(most_in_a_second(upstream.arrivals) - RATE - BURST)
        print(f"  p99 ms: {base['p99'] * 1000:.2f} at {base['offered']:.0f}/s, {ten_fold['p99'] * 1000:.2f} at "
              f"{ten_fold['offered']:.0f}/s offered, {ten_fold['admitted']:.0f}/s admitted", flush=True)
    return [("spike_p99_ratio", "ratio", ratios), ("spike_backend_over", "requests", [max(0, one) for one in over])]


def unlimited():
    return traffic.worker_settings() | {"TURNPIKE_ACCOUNT_RATE_LIMIT": "unlimited"}


def limited_api(stack, upstream, rate, burst):
    """(api id, key value) of a keyed proxy on /, its plan with this throttle."""
    client = stack.client()
    api, root = make_api(client, "limited")
    add_proxy(client, api, root, upstream.url, key=True)
    client.create_deployment(restApiId=api, stageName="prod")
    client.update_stage(restApiId=api, stageName="prod", patchOperations=[
        {"op": "replace", "path": f"/*/*/throttling/{name}", "value": "-1"} for name in ("rateLimit", "burstLimit")])
    _, value, plan = add_key(client, api, "prod")
    client.update_usage_plan(usagePlanId=plan, patchOperations=[
        {"op": "replace", "path": "/throttle/rateLimit", "value": str(rate)},
        {"op": "replace", "path": "/throttle/burstLimit", "value": str(burst)}])
    stack.wait_rolled_out()
    wait_for(lambda: stack.invoke(api, "/prod", headers={"x-api-key": value}).status == 200, what="the key")
    return api, value


def p99_of_admitted(stack, api, key, seconds, connections, pause):
    """{p99 in s, offered and admitted a second}"""
    took = []

    def note(_, status, __, asked, answered):
        if status == 200:
            took.append(answered - asked)

    counts = flood([stack.workers[0].http_port], stack.host(api), headers={"x-api-key": key}, seconds=seconds,
                   connections=connections, pause=pause, note=note)
    if set(counts) - {200, 429}:
        raise RuntimeError(f"answers: {counts}")
    return {"p99": sorted(took)[int(len(took) * 0.99)], "offered": sum(counts.values()) / seconds,
            "admitted": len(took) / seconds}


def most_in_a_second(arrivals):
    """Of times in order, in seconds."""
    most, first = 0, 0
    for last, time in enumerate(arrivals):
        while arrivals[first] <= time - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def one_floods(settings):
    """p99 of a key within its limit while another floods the same method at many times its own, over p99 alone."""
    ratios = []
    for _ in range(settings.rounds):
        with CountingUpstream(BACK_END_S) as upstream, Stack(worker_settings=unlimited()) as stack:
            api, key = limited_api(stack, upstream, RATE, BURST)
            plan = stack.client().get_usage_plans()["items"][0]["id"]
            other = stack.client().create_api_key(name="other", enabled=True)
            stack.client().create_usage_plan_key(usagePlanId=plan, keyId=other["id"], keyType="API_KEY")
            stack.wait_rolled_out()
            traffic.pin(stack.workers[0])
            alone = p99_of_admitted(stack, api, other["value"], settings.seconds, 20, 0.1)
            with Flooding(stack, api, key, settings.seconds + 2) as flooding:
                beside = p99_of_admitted(stack, api, other["value"], settings.seconds, 20, 0.1)
        ratios.append(beside["p99"] / alone["p99"])
        print(f"  p99 ms: {alone['p99'] * 1000:.2f} alone, {beside['p99'] * 1000:.2f} beside "
              f"{flooding.offered:.0f}/s", flush=True)
    return [("flood_others_p99_ratio", "ratio", ratios)]


class Flooding:
    """A key that asks ten times as much as it may, from a process of its own. `offered`: a second, afterwards."""

    def __init__(self, stack, api, key, seconds):
        self._ours, self._pipe = multiprocessing.Pipe()
        self._seconds = seconds
        self._process = multiprocessing.get_context("fork").Process(
            target=self._run, args=([stack.workers[0].http_port], stack.host(api), key), daemon=True)
        self.offered = 0.0

    def _run(self, ports, host, key):
        self._pipe.send(flood(ports, host, headers={"x-api-key": key}, seconds=self._seconds, connections=200,
                              pause=200 / (10 * RATE)))

    def __enter__(self):
        self._process.start()
        time.sleep(1)  # its burst is used up by then
        return self

    def __exit__(self, *_):
        counts = self._ours.recv()
        self._process.join()
        self.offered = sum(counts.values()) / self._seconds
