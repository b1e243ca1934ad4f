"""Memory of a worker, and how fast it is ready from its local state."""

import socket
import time

from measure import resident_mib, wait_for
from stack import Stack, add_mock, make_api
from traffic import worker_settings

CONNECTIONS = 2000


def memory(settings):
    """Resident memory of an idle worker, and what an idle keep-alive connection adds."""
    idle, each = [], []
    with Stack(worker_settings=worker_settings()) as stack:
        client = stack.client()
        api, root = make_api(client)
        add_mock(client, api, root)
        client.create_deployment(restApiId=api, stageName="prod")
        stack.wait_rolled_out()
        for _ in range(settings.rounds):
            worker = stack.workers[-1]
            idle.append(resident_mib(worker.pid))
            each.append(per_connection_kib(stack, worker, api))
            worker.stop()
            stack.start_worker()
    return [("memory_idle_mib", "MiB", idle), ("memory_per_connection_kib", "KiB", each)]


def per_connection_kib(stack, worker, api):
    """After one request each, so that what a request leaves behind counts."""
    request = f"GET /prod HTTP/1.1\r\nHost: {stack.host(api)}\r\n\r\n".encode()
    before = resident_mib(worker.pid)
    connections = []
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", worker.http_port))
        connection.sendall(request)
        connection.recv(4096)
        connections.append(connection)
    after = resident_mib(worker.pid)
    for connection in connections:
        connection.close()
    return (after - before) * 1024 / CONNECTIONS


def ready(settings):
    """From start to /readyz with control plane and Redis stopped."""
    runs = []
    with Stack(worker_settings=worker_settings()) as stack:
        client = stack.client()
        api, root = make_api(client)
        add_mock(client, api, root)
        client.create_deployment(restApiId=api, stageName="prod")
        stack.wait_rolled_out()
        state = {"TURNPIKE_STATE_DIR": f"{stack.home}/worker0"}
        stack.workers[0].stop()
        stack.controls[0].stop()
        stack.redis.stop()
        for _ in range(settings.rounds):
            started = time.monotonic()
            worker = stack.start_worker(wait=False, **state)
            wait_for(lambda: stack.status(worker, "/readyz") == 200, what="the worker")
            runs.append((time.monotonic() - started) * 1000)
            worker.stop()
    return [("worker_ready_ms", "ms", runs)]
