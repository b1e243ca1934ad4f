"""API keys: how soon a change is live on every worker, and a million of them."""

import hashlib
import hmac
import http.client
import subprocess
import time

from measure import cpu_seconds, resident_mib, wait_for
from stack import Stack, add_key, add_mock, make_api
from traffic import worker_settings

WORKERS = 2
CHANGES = 100
KEYS = 1_000_000
USED = 20_000   # different keys that are used one after the other
PASSES = 5


def keyed_stack(**settings):
    return Stack(worker_settings=worker_settings(), **settings)


def deploy_keyed(client):
    api, root = make_api(client, "keyed")
    add_mock(client, api, root, key=True)
    client.create_deployment(restApiId=api, stageName="prod")
    return api


def changes(settings):
    """A key disabled, enabled, taken from its plan and put back -> the last of 2 workers goes by it."""
    del settings
    waits = []
    with keyed_stack(workers=WORKERS, own_ports=True) as stack:
        client = stack.client()
        api = deploy_keyed(client)
        key, value, plan = add_key(client, api, "prod")
        stack.wait_rolled_out()

        def enable(enabled):
            client.update_api_key(apiKey=key, patchOperations=[
                {"op": "replace", "path": "/enabled", "value": str(enabled).lower()}])

        steps = [(lambda: enable(False), 403), (lambda: enable(True), 200),
                 (lambda: client.delete_usage_plan_key(usagePlanId=plan, keyId=key), 403),
                 (lambda: client.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY"), 200)]
        wait_for(lambda: seen(stack, api, value, 200), what="the key")
        for number in range(CHANGES):
            change, status = steps[number % len(steps)]
            change()
            changed = time.monotonic()
            while not seen(stack, api, value, status):
                time.sleep(0.001)
            waits.append((time.monotonic() - changed) * 1000)
    waits.sort()
    return [("keys_visible_p99_ms", "ms", [waits[int(len(waits) * 0.99)]])]


def seen(stack, api, value, status):
    return all(stack.invoke(api, "/prod", headers={"x-api-key": value}, worker=worker).status == status
               for worker in range(WORKERS))


def million(settings):
    """A million keys: publishing all anew, the look-up of keys never seen and of known ones, memory."""
    del settings
    with keyed_stack() as stack:
        client = stack.client()
        api = deploy_keyed(client)
        plan = add_key(client, api, "prod")[2]
        stack.wait_rolled_out()
        worker = stack.workers[0]
        before = resident_mib(worker.pid)
        insert(stack, plan)
        started = time.monotonic()
        stack.redis_command("DEL", "{turnpike}:epoch")
        wait_for(lambda: stack.redis_command("EXISTS", "{turnpike}:epoch") == "1", 600, "everything to be published")
        published = time.monotonic() - started
        stack.wait_rolled_out()
        first = lookup_us(stack, api, worker, 1)
        known = lookup_us(stack, api, worker, PASSES)
        grown = resident_mib(worker.pid) - before
    return [("keys_1000000_publish_s", "s", [published]), ("keys_1000000_first_look_us", "us", [first]),
            ("keys_1000000_known_look_us", "us", [known]), ("keys_1000000_worker_mib", "MiB", [grown])]


def value_of(number):
    return f"bench-key-value-{number:012d}"


def insert(stack, plan):
    """Into the tables themselves: a million calls would measure those."""
    with open(f"{stack.home}/master.key", encoding="ascii") as file:
        secret = hmac.digest(b"turnpike", bytes.fromhex(file.read().strip()), "sha256")  # HKDF, RFC 5869
    lookup_key = hmac.digest(secret, b"api-key-lookup\x01", "sha256")
    with subprocess.Popen(["psql", "-q", "-v", "ON_ERROR_STOP=1", stack.database_url], stdin=subprocess.PIPE,
                          text=True, bufsize=1 << 20) as psql:
        psql.stdin.write("SET session_replication_role = replica;\n")
        copy(psql.stdin, "api_keys (scope, id, document)", (
            f"\tbench{n:08d}\t{{\"id\": \"bench{n:08d}\", \"name\": \"bench {n}\", \"enabled\": true}}\n"
            for n in range(KEYS)))
        copy(psql.stdin, "api_key_values (key_id, lookup, sealed)", (
            f"bench{n:08d}\t{hmac.new(lookup_key, value_of(n).encode(), hashlib.sha256).hexdigest()}\t\\\\x00\n"
            for n in range(KEYS)))
        copy(psql.stdin, "usage_plan_keys (scope, id, document)", (
            f"{plan}\tbench{n:08d}\t{{\"id\": \"bench{n:08d}\", \"name\": \"bench {n}\"}}\n" for n in range(KEYS)))
        psql.stdin.write("ANALYZE;\n")
    if psql.returncode != 0:
        raise RuntimeError("psql failed")


def copy(output, table, rows):
    output.write(f"COPY {table} FROM STDIN;\n")
    for row in rows:
        output.write(row)
    output.write("\\.\n")


def lookup_us(stack, api, worker, passes):
    """The worker's CPU time for a request, keys in turn on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", worker.http_port, timeout=30)
    before = cpu_seconds([worker.pid])
    for _ in range(passes):
        for number in range(0, KEYS, KEYS // USED):
            connection.request("GET", "/prod", headers={"Host": stack.host(api), "x-api-key": value_of(number)})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"key {number}: {answer.status}")
    connection.close()
    return (cpu_seconds([worker.pid]) - before) * 1e6 / (passes * USED)
