"""Many keep-alive connections that ask as fast as they are answered, from one thread."""

import bisect
import random
import selectors
import socket
import time


class _Caller:
    def __init__(self, ports, number, request):
        self._request = request
        self._ports = ports
        self._next = number
        self._received = b""
        self.socket = None
        self.connect()

    def connect(self):
        if self.socket:
            self.socket.close()
        for _ in self._ports:
            port = self._ports[self._next % len(self._ports)]
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), 10)
                break
            except OSError:  # that worker is gone
                self._next += 1
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._received = b""

    def ask(self):
        try:
            self.socket.send(self._request)
        except OSError:
            pass  # what is read next tells

    def receive(self):
        """The status of a whole response, or None if there is more to come."""
        piece = self.socket.recv(65536)
        if not piece:
            return 0
        self._received += piece
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._received[:end].lower()
        at = head.find(b"content-length: ")
        length = int(head[at + 16:].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._received) < end + 4 + length:
            return None
        self._received = b""
        return int(head[9:12])


def flood(ports, host, path="/prod", headers=None, connections=200, seconds=10.0, requests=None, pause=0.0):
    """Connections are dealt out over `ports`. Ends after `seconds`, or when so many `requests` are answered. `pause`:
    what each connection rests between two requests, on average: none of them keep step. Returns: {status: count};
    0 counts connections that broke."""
    draw = random.Random(1)
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}"] + [f"{name}: {value}" for name, value in (headers or {}).items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    counts = {}
    asked = 0
    selector = selectors.DefaultSelector()
    resting = []
    for number in range(connections):
        caller = _Caller(ports, number, request)
        selector.register(caller.socket, selectors.EVENT_READ, caller)
        resting.append((time.monotonic() + draw.uniform(0, pause), number, caller))
    resting.sort(key=lambda item: item[:2])
    deadline = time.monotonic() + seconds
    open_count = 0
    while True:
        now = time.monotonic()
        is_over = now > deadline or (requests is not None and asked >= requests)
        while resting and resting[0][0] <= now and not is_over:
            if requests is not None and asked >= requests:
                break
            caller = resting.pop(0)[2]
            caller.ask()
            asked += 1
            open_count += 1
        if is_over and open_count == 0:
            break
        for key, _ in selector.select(0.01):
            caller = key.data
            try:
                status = caller.receive()
            except OSError:
                status = 0
            if status is None:
                continue
            counts[status] = counts.get(status, 0) + 1
            open_count -= 1
            if status == 0:
                selector.unregister(caller.socket)
                caller.connect()
                selector.register(caller.socket, selectors.EVENT_READ, caller)
            bisect.insort(resting, (time.monotonic() + draw.uniform(0, 2 * pause), id(caller), caller))
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    return counts
