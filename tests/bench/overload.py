"""Ten times the limit, and one key that floods: what the back end sees, and what it costs those within theirs."""

import subprocess
import time

import traffic
from measure import LOAD_CPU, pinned, wait_for
from peers import listens
from stack import Stack, add_key, add_proxy, free_port, make_api

RATE, BURST = 500, 250
BACK_END_US = 10_000
BURST_GONE_S = 1


def spike(settings):
    """p99 of what is admitted at ten times the limit over p99 at half of it; and by how much the back end got more in
    any second than rate and burst."""
    ratios, over = [], []
    for _ in range(settings.rounds):
        with Backend(settings) as upstream, Stack(worker_settings=unlimited()) as stack:
            api, key = limited_api(stack, upstream, RATE, BURST)
            traffic.pin(stack.workers[0])
            base = Load(settings, stack, api, key, settings.seconds, 25, RATE / 2).p99_of_admitted()
            ten_fold = Load(settings, stack, api, key, settings.seconds, 200, 10 * RATE).p99_of_admitted()
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


class Backend:
    """Answers each request after BACK_END_US. `arrivals`, after stop(): when each came, in seconds."""

    def __init__(self, settings):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.arrivals = []
        self._process = subprocess.Popen(
            pinned(LOAD_CPU, [settings.paced, "backend", str(self.port), str(BACK_END_US)]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        wait_for(lambda: listens(self.port), what="the back end")

    def __enter__(self):
        return self

    def stop(self):
        if self._process.returncode is None:
            self.arrivals = [float(line) for line in self._process.communicate()[0].split()]

    def __exit__(self, *_):
        self.stop()


class Load:
    """Connections that ask the API at a rate in all, none of them in step, from a process of its own."""

    def __init__(self, settings, stack, api, key, seconds, connections, rate):
        self._seconds = seconds
        request = f"GET /prod HTTP/1.1\r\nHost: {stack.host(api)}\r\nx-api-key: {key}\r\n\r\n"
        self._process = subprocess.Popen(
            pinned(LOAD_CPU, [settings.paced, "load", str(stack.workers[0].http_port), str(connections),
                              str(round(connections / rate * 1e6)), str(seconds)]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._process.stdin.write(request)
        self._process.stdin.close()

    def p99_of_admitted(self):
        """Waits for its end: {p99 in s, offered and admitted a second}"""
        lines = self._process.stdout.read().splitlines()
        if self._process.wait() != 0:
            raise RuntimeError(f"the load ended with {self._process.returncode}")
        answers = {int(status): (int(count), int(p99)) for status, count, p99 in map(str.split, lines)}
        if set(answers) - {200, 429}:
            raise RuntimeError(f"answers: {answers}")
        admitted, p99 = answers[200]
        return {"p99": p99 / 1e6, "offered": sum(count for count, _ in answers.values()) / self._seconds,
                "admitted": admitted / self._seconds}


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
        with Backend(settings) as upstream, Stack(worker_settings=unlimited()) as stack:
            api, key = limited_api(stack, upstream, RATE, BURST)
            plan = stack.client().get_usage_plans()["items"][0]["id"]
            other = stack.client().create_api_key(name="other", enabled=True)
            stack.client().create_usage_plan_key(usagePlanId=plan, keyId=other["id"], keyType="API_KEY")
            stack.wait_rolled_out()
            traffic.pin(stack.workers[0])
            within = (other["value"], settings.seconds, 20, 20 / 0.1)
            alone = Load(settings, stack, api, *within).p99_of_admitted()
            flooding = Load(settings, stack, api, key, settings.seconds + 2, 200, 10 * RATE)
            time.sleep(BURST_GONE_S)
            beside = Load(settings, stack, api, *within).p99_of_admitted()
            offered = flooding.p99_of_admitted()["offered"]
        ratios.append(beside["p99"] / alone["p99"])
        print(f"  p99 ms: {alone['p99'] * 1000:.2f} alone, {beside['p99'] * 1000:.2f} beside "
              f"{offered:.0f}/s", flush=True)
    return [("flood_others_p99_ratio", "ratio", ratios)]
