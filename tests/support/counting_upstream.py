"""A back end in a process of its own that notes when each request came and how many it had at a time."""

import multiprocessing
import selectors
import socket
import time


SILENCE_S = 0.5


class _Server:
    def __init__(self, listener, seconds):
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._listener = listener
        self._seconds = seconds
        self._due = []  # (when, connection) in order
        self.arrivals = []
        self.most_at_once = 0

    def serve(self, stop):
        """Until told to stop, and then until nothing has come for a while: what was sent before is counted."""
        self._selector.register(stop, selectors.EVENT_READ)
        silence = None
        while True:
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                self._answer(self._due.pop(0)[1])
            waits = [silence] if silence else []
            if self._due:
                waits.append(max(0.0, self._due[0][0] - time.monotonic()))
            events = self._selector.select(min(waits) if waits else None)
            if silence and not events and time.monotonic() - now >= silence:
                return
            for key, _ in events:
                if key.fileobj is stop:
                    self._selector.unregister(stop)
                    silence = SILENCE_S
                elif key.fileobj is self._listener:
                    self._selector.register(self._listener.accept()[0], selectors.EVENT_READ)
                else:
                    self._receive(key.fileobj)

    def _receive(self, connection):
        """Requests have no body and come in one piece."""
        try:
            received = connection.recv(65536)
        except OSError:
            received = b""
        if not received:
            self._selector.unregister(connection)
            self._due = [item for item in self._due if item[1] is not connection]
            connection.close()
            return
        now = time.monotonic()
        self.arrivals.append(now)
        self._due.append((now + self._seconds, connection))
        self.most_at_once = max(self.most_at_once, len(self._due))

    @staticmethod
    def _answer(connection):
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except OSError:
            pass  # what is read next tells


def _serve(listener, seconds, pipe):
    server = _Server(listener, seconds)
    server.serve(pipe)
    pipe.send((server.arrivals, server.most_at_once))


class CountingUpstream:
    """Serves while the block runs, each request for `seconds`. Afterwards: `arrivals` by the monotonic clock, in
    seconds, and `most_at_once`."""

    def __init__(self, seconds=0.0):
        self._seconds = seconds
        self.arrivals = []
        self.most_at_once = 0

    def __enter__(self):
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._pipe, theirs = multiprocessing.Pipe()
        # A fork: the listener goes along, and nothing has to be started anew.
        context = multiprocessing.get_context("fork")
        self._process = context.Process(target=_serve, args=(listener, self._seconds, theirs), daemon=True)
        self._process.start()
        listener.close()
        return self

    def stop(self):
        if self._process:
            self._pipe.send(None)
            self.arrivals, self.most_at_once = self._pipe.recv()
            self._process.join()
            self._process = None
        return self

    def __exit__(self, *_):
        self.stop()
