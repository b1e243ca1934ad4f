"""Many keep-alive connections that ask as fast as they are answered, from one thread."""

import heapq
import random
import selectors
import socket
import time


# For an answer, on a busy machine.
ANSWER_S_MAX = 60


class _Caller:
    def __init__(self, ports, number, calls, requests):
        """Asks the `requests` in turn; `calls`: their numbers."""
        self._calls = calls
        self._requests = requests
        self._turn = -1
        self._ports = ports
        self._next = number
        self._received = b""
        self.socket = None
        self.asked_at = 0.0
        self.is_asking = False
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

    @property
    def call(self):
        return self._calls[self._turn]

    def ask(self, now):
        self.asked_at = now
        self.is_asking = True
        self._turn = (self._turn + 1) % len(self._requests)
        try:
            self.socket.send(self._requests[self._turn])
        except OSError:
            pass  # what is read next tells

    def receive(self):
        """(status, body) of a whole response, or None if there is more to come. Status 0: the connection broke."""
        try:
            piece = self.socket.recv(65536)
        except OSError:
            piece = b""
        if not piece:
            return 0, b""
        self._received += piece
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._received[:end].lower()
        at = head.find(b"content-length: ")
        length = int(head[at + 16:].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._received) < end + 4 + length:
            return None
        body = self._received[end + 4:end + 4 + length]
        self._received = b""
        return int(head[9:12]), body


class _Flood:
    def __init__(self, callers, pause, note):
        self._selector = selectors.DefaultSelector()
        self._pause = pause
        self._note = note
        self._draw = random.Random(1)
        self._resting = []  # (when it goes on, its number, the caller)
        self._under_way = 0
        self._answered_at = time.monotonic()
        self._asked = 0
        self.counts = {}
        for number, caller in enumerate(callers):
            self._selector.register(caller.socket, selectors.EVENT_READ, (number, caller))
            heapq.heappush(self._resting, (time.monotonic() + self._draw.uniform(0, pause), number, caller))

    def run(self, seconds, requests):
        """Raises TimeoutError if nothing is answered any more."""
        deadline = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            if self._under_way > 0 and now > self._answered_at + ANSWER_S_MAX:
                raise TimeoutError(f"{self._under_way} requests have no answer, after {self.counts}")
            left = 0 if now > deadline else len(self._resting) if requests is None else requests - self._asked
            self._ask(now, left)
            if left <= 0 and self._under_way == 0:
                break
            rest = self._resting[0][0] - now if self._resting else 0.01
            for key, _ in self._selector.select(min(max(rest, 0), 0.01)):
                self._receive(*key.data)
        for key in list(self._selector.get_map().values()):
            key.data[1].socket.close()

    def _ask(self, now, most):
        while self._resting and self._resting[0][0] <= now and most > 0:
            most -= 1
            self._asked += 1
            self._under_way += 1
            heapq.heappop(self._resting)[2].ask(now)

    def _receive(self, number, caller):
        answer = caller.receive()
        if answer is None:
            return
        status, body = answer
        self.counts[status] = self.counts.get(status, 0) + 1
        now = time.monotonic()
        was_asking, caller.is_asking = caller.is_asking, False
        if status == 0 or not was_asking:  # it broke, or was told what it did not ask for
            self._selector.unregister(caller.socket)
            caller.connect()
            self._selector.register(caller.socket, selectors.EVENT_READ, (number, caller))
        if not was_asking:  # it still rests
            return
        self._under_way -= 1
        self._answered_at = now
        if self._note:
            self._note(caller.call, status, body, caller.asked_at, now)
        heapq.heappush(self._resting, (now + self._draw.uniform(0, 2 * self._pause), number, caller))


def flood(ports, host, path="/prod", headers=None, connections=200, seconds=10.0, requests=None, pause=0.0, calls=None,
          walk=False, note=None):
    """Connections are dealt out over `ports`. Ends after `seconds`, or when so many `requests` are answered. `pause`:
    what each connection rests between two requests, on average: none of them keep step. `calls`: [(path, headers), ...]
    that the connections are dealt out to as well; or, to `walk`, that each connection goes through. `note`: called with
    the number of the call, status, body, and when it was asked at the earliest and answered at the latest.
    Returns: {status: count}; 0 counts connections that broke."""
    texts = []
    for target, fields in calls or [(path, headers)]:
        lines = [f"GET {target} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in (fields or {}).items()]
        texts.append(("\r\n".join(lines) + "\r\n\r\n").encode())
    # All ports for each of the calls: a port changes with each connection, a call when all ports had it.
    callers = []
    for number in range(connections):
        place = number * len(texts) // connections if walk else number // len(ports) % len(texts)
        turns = [*range(place, len(texts)), *range(place)] if walk else [place]
        callers.append(_Caller(ports, number, turns, [texts[turn] for turn in turns]))
    one = _Flood(callers, pause, note)
    one.run(seconds, requests)
    return one.counts
