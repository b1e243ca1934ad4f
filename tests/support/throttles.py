"""What a token bucket may admit, judged by when requests came and were answered; what tests of throttles share."""

import json
import os
import unittest
import urllib.request
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from load import flood
from stack import Stack, add_mock, make_api, wait_for


class _Sums:
    """Numbers in a row that are added to, and the largest sum of a beginning of the row."""

    def __init__(self, count):
        self._leaves = 1
        while self._leaves < count:
            self._leaves *= 2
        self._sums = [0.0] * (2 * self._leaves)
        self._most = [0.0] * (2 * self._leaves)

    def add(self, at, value):
        node = at + self._leaves
        self._sums[node] += value
        self._most[node] = max(0.0, self._sums[node])
        node //= 2
        while node:
            left = 2 * node
            self._sums[node] = self._sums[left] + self._sums[left + 1]
            self._most[node] = max(self._most[left], self._sums[left] + self._most[left + 1])
            node //= 2

    def largest(self):
        return self._most[1]


def most_over(admitted, rate, burst):
    """By how many the admissions of the worst window exceed burst + rate x length; negative if none does. `admitted`:
    (came, answered) of each request, in whole ms. One counts for the windows in which it both came and was answered:
    it was certainly admitted within those."""
    if not admitted:
        return -burst
    begin = min(came for came, _ in admitted)
    end = max(answered for _, answered in admitted)
    by_start = {}
    for came, answered in admitted:
        by_start.setdefault(came, []).append(answered)
    sums, worst = _Sums(end - begin + 1), 0.0
    for start in range(end, begin - 1, -1):
        sums.add(start - begin, -rate / 1000)
        for answered in by_start.get(start, ()):
            sums.add(answered - begin, 1)
        if start in by_start:
            worst = max(worst, sums.largest())
    return worst - burst


def ideal(arrivals, rate, burst):
    """How many of these arrivals (ms, in order) one bucket, full at first, would admit if it decided at once."""
    tokens, admitted, before = float(burst), 0, arrivals[0]
    for arrival in arrivals:
        tokens = min(float(burst), tokens + rate * (arrival - before) / 1000)
        before = arrival
        if tokens >= 1:
            tokens -= 1
            admitted += 1
    return admitted


LOG_GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:"
LOG_FORMAT = ('{"came":$context.requestTimeEpoch,"ms":$context.responseLatency,"status":$context.status,'
              '"path":"$context.resourcePath","key":"$context.identity.apiKeyId","limit":"$context.error.limit"}')
# Requests that a reactor takes from its sockets in one turn of its loop carry the time at which the turn began. A turn
# lasts longer when others have the processors, but not longer than the slowest of its callers waited.
TURN_MS = 30
# On a busy machine.
LOGGED_S_MAX = 60
# Behind an outage of Redis, on a busy machine.
ROLLOUT_S_MAX = 30
# No request waits longer for Redis.
WAIT_MS_MAX = 50


class Offer:
    """What became of some calls. `entries`: what the access logs of all workers say, in the order of coming.
    `admitted`: (asked at the earliest, answered at the latest) of those that were, by the callers' clock.
    `slowest`: how many ms the slowest of each call took, by the callers' clock."""

    def __init__(self, entries, admitted, slowest):
        self._admitted = admitted
        self.entries = sorted(entries, key=lambda entry: entry["came"])
        self.admitted = [times for _, *times in admitted]
        self.slowest = slowest

    def only(self, calls, concerns):
        """The part of these calls, by number, that are these entries."""
        return Offer(filter(concerns, self.entries), [item for item in self._admitted if item[0] in calls],
                     {call: ms for call, ms in self.slowest.items() if call in calls})

    def of_path(self, call, path):
        return self.only((call,), lambda entry: entry["path"] == path)

    def statuses(self):
        return Counter(entry["status"] for entry in self.entries)

    def __add__(self, other):
        """Of the same calls."""
        slowest = {call: max(one.slowest.get(call, 0) for one in (self, other))
                   for call in {*self.slowest, *other.slowest}}
        return Offer([*self.entries, *other.entries], self._admitted + other._admitted, slowest)


class LimitedCase(unittest.TestCase):
    """An API with mocks on /a, /b (with a key) and /open; stages and plans of it, and floods."""
    WORKERS = 2
    ACCOUNT = {"TURNPIKE_ACCOUNT_RATE_LIMIT": "unlimited"}
    # A busy machine may keep Redis from answering within 50 ms. What other policies let through then is over.
    POLICY = "closed"

    @classmethod
    def new_stack(cls, redis=None):
        return Stack(workers=cls.WORKERS, own_ports=True, redis=redis, worker_settings={
            "TURNPIKE_LIMITS_WITHOUT_REDIS": cls.POLICY} | cls.ACCOUNT)

    @classmethod
    def begin(cls, stack):
        """On this stack, which runs: for one test, or for all of the class."""
        cls.stack = stack
        cls.client = cls.stack.client()
        cls.client.update_account(patchOperations=[{
            "op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::000000000000:role/logs"}])
        cls.api, root = make_api(cls.client)
        for part in ("a", "b", "open"):
            resource = cls.client.create_resource(restApiId=cls.api, parentId=root, pathPart=part)["id"]
            add_mock(cls.client, cls.api, resource, key=part != "open")
        cls.deployment = cls.client.create_deployment(restApiId=cls.api)["id"]
        cls.stages = 0

    def stage(self, limits=None, level=None, name=None):
        """Its name. `limits`: {resource and verb, or */*: (rate, burst)}; none where nothing is said."""
        type(self).stages += 1
        name = name or f"stage{self.stages}"
        self.client.create_stage(restApiId=self.api, stageName=name, deploymentId=self.deployment)
        values = {"accessLogSettings/destinationArn": LOG_GROUP + name, "accessLogSettings/format": LOG_FORMAT}
        for method, (rate, burst) in ({"*/*": (-1, -1)} | (limits or {})).items():
            values |= {f"{method}/throttling/rateLimit": rate, f"{method}/throttling/burstLimit": burst}
        if level:
            values["*/*/logging/loglevel"] = level
        self.client.update_stage(restApiId=self.api, stageName=name, patchOperations=[
            {"op": "replace", "path": f"/{path}", "value": str(value)} for path, value in values.items()])
        self.stack.wait_rolled_out(ROLLOUT_S_MAX)
        return name

    def plan(self, stage, keys=1, methods=None, throttle=None, quota=None):
        """[(id, headers), ...] of keys of a new plan. `methods`: {"/a/GET": (rate, burst)}; `quota`: of a month."""
        def limit(pair):
            return {"rateLimit": float(pair[0]), "burstLimit": pair[1]}
        of_stage = {"apiId": self.api, "stage": stage}
        if methods:
            of_stage["throttle"] = {method: limit(pair) for method, pair in methods.items()}
        more = {"throttle": limit(throttle)} if throttle else {}
        if quota:
            more["quota"] = {"limit": quota, "period": "MONTH"}
        plan = self.client.create_usage_plan(name=stage, apiStages=[of_stage], **more)["id"]
        made = []
        for number in range(keys):
            key = self.client.create_api_key(name=f"{stage}-{number}", enabled=True)
            self.client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
            made.append((key["id"], {"x-api-key": key["value"]}))
        self.stack.wait_rolled_out(ROLLOUT_S_MAX)
        return made

    def throttle(self, key, rate, burst):
        """The clients of the plan of this key, from now on."""
        self.client.update_usage_plan(usagePlanId=self.plan_of(key), patchOperations=[
            {"op": "replace", "path": f"/throttle/{name}", "value": str(value)}
            for name, value in (("rateLimit", rate), ("burstLimit", burst))])
        self.stack.wait_rolled_out(ROLLOUT_S_MAX)

    def plan_of(self, key):
        """Its id."""
        return self.client.get_usage_plans(keyId=key)["items"][0]["id"]

    def shard_of(self, key):
        """Where Redis has the quota of this key: how the names there start."""
        return f"{{turnpike:usage:{zlib.crc32(f'{self.plan_of(key)}/{key}'.encode()) % 16}}}"

    def quota_used(self, key):
        """By Redis; 0 if it does not tell."""
        used = self.stack.redis_command("HGET", f"{self.shard_of(key)}:quota:{self.plan_of(key)}/{key}", "used")
        return int(used) if used.isdigit() else 0

    def file(self, stage):
        return os.path.join(self.stack.home, "log", f"{stage}.log")

    def lines_so_far(self, stage):
        if not os.path.exists(self.file(stage)):
            return 0
        with open(self.file(stage), "rb") as file:
            return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))

    def flood(self, stage, calls, seconds=10, connections=200, workers=None, **more):
        """An Offer of these calls, [(path, headers), ...], to these workers, or all."""
        before = self.lines_so_far(stage)
        ports = [worker.http_port for worker in workers or self.stack.workers]
        admitted, slowest = [], {}

        def note(call, status, _, asked, answered):
            slowest[call] = max(slowest.get(call, 0), (answered - asked) * 1000)
            if status == 200:
                admitted.append((call, int(asked * 1000), int(answered * 1000)))

        counts = flood(ports, self.stack.host(self.api), seconds=seconds, connections=connections, note=note,
                       calls=[(f"/{stage}{path}", headers) for path, headers in calls], **more)
        self.assertLessEqual(set(counts), {200, 429})
        wait_for(lambda: self.lines_so_far(stage) >= before + sum(counts.values()), LOGGED_S_MAX, "the access log")
        with open(self.file(stage), encoding="utf-8") as file:
            entries = [json.loads(line) for line in file][before:]
        self.assertEqual(sum(entry["status"] == 200 for entry in entries), counts.get(200, 0))
        return Offer(entries, admitted, slowest)

    def decided_by_redis(self, attempt):
        """What `attempt` gave in a time in which Redis decided everything; of five times the last, if there is none.
        Where Redis takes longer than 50 ms the policy decides, and refuses what no limit would have refused."""
        def by_policy():
            return sum(self.stack.metric(worker, "turnpike_limit_decisions_without_redis_total")
                       for worker in self.stack.workers)
        for _ in range(5):
            before = by_policy()
            result = attempt()
            if by_policy() == before:
                break
        return result

    def flood_while(self, change, stage, calls, **more):
        """An Offer of floods, one after the other, until `change`, which is called meanwhile, returns."""
        with ThreadPoolExecutor(1) as other:
            changing = other.submit(change)
            offer = Offer([], [], {})
            while not changing.done():
                offer += self.flood(stage, calls, **{"seconds": 0.5} | more)
            changing.result()
        return offer

    def told(self, worker):
        """What this worker tells of its limits: (by its metric, by its health)."""
        with urllib.request.urlopen(f"http://127.0.0.1:{worker.status_port}/readyz", timeout=5) as answer:
            health = json.load(answer)["status"]
        return self.stack.metric(worker, "turnpike_limits_degraded"), health

    def wait_told(self, expected):
        """Until each worker told that, at one time or another."""
        missing = list(self.stack.workers)

        def all_told():
            missing[:] = [worker for worker in missing if self.told(worker) != expected]
            return not missing
        wait_for(all_told, 20, f"{expected} to be told")

    def assert_never_over(self, offer, rate, burst, forgiven=0):
        """`forgiven`: by how many a window may be over after all."""
        self.assertLessEqual(most_over(offer.admitted, rate, burst), forgiven + 1e-6, "by the callers' times")
        logged = [(entry["came"], entry["came"] + entry["ms"]) for entry in offer.entries if entry["status"] == 200]
        turn = max(TURN_MS, *offer.slowest.values())
        self.assertLessEqual(most_over(logged, rate, burst), forgiven + rate * turn / 1000, "by the access log")

    def assert_nobody_waits(self, offer, free):
        """For Redis, for more than 50 ms: by the access log no request takes that much longer than the slowest of the
        call `free`, which no limit concerns, took on its way through the same busy machine."""
        slowest = max(entry["ms"] for entry in offer.entries)
        self.assertLessEqual(slowest, offer.slowest[free] + WAIT_MS_MAX + TURN_MS)


class ThrottledCase(LimitedCase):
    """4 workers for all tests of the class; each has stages of its own."""
    WORKERS = 4

    @classmethod
    def setUpClass(cls):
        cls.begin(cls.enterClassContext(cls.new_stack()))

    def assert_exact(self, offer, rate, burst):
        """Nothing over, however often it is offered. And 98 % of the rate; of what an ideal bucket would have admitted
        of it, if the machine was too busy to offer enough. Somebody else may keep Redis from the processor for longer
        than a small bucket takes to fill: one of three times is enough."""
        for _ in range(3):
            offered = offer()
            self.assert_never_over(offered, rate, burst)
            came = [entry["came"] for entry in offered.entries]
            wanted = 0.98 * min(rate * (came[-1] - came[0]) / 1000, ideal(came, rate, burst))
            if len(offered.admitted) >= wanted:
                return
        self.assertGreaterEqual(len(offered.admitted), wanted, f"of {len(came)} offered")
