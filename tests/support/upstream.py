"""A back end for end-to-end tests: answers with what it received, or misbehaves on request."""

import http.server
import json
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _read_body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while True:
                line = self.rfile.readline()
                if not line:  # the gateway gave up half-way
                    return None
                size = int(line.split(b";")[0], 16)
                body += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return body
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self):
        body = self._read_body()
        if body is None:
            self.close_connection = True
            return
        self.server.seen.append((self.command, self.path))
        if self.path.startswith("/slow"):
            time.sleep(1.5)
        if self.path.startswith("/drop"):
            self.close_connection = True
            return
        status = int(self.path.rsplit("/", 1)[1]) if self.path.startswith("/status/") else 200
        text = json.dumps({"method": self.command, "path": self.path, "headers": self.headers.items(),
                           "body": body.decode("utf-8", "replace")}).encode()
        self.send_response(status)
        if self.path.startswith("/close"):
            self.send_header("Connection", "close")
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Upstream", "yes")
        if self.path.startswith("/chunked"):
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(text), 50):
                piece = text[start:start + 50]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _answer

    def log_message(self, *_):
        pass


class Upstream:
    """Serves from a thread while the block runs. `seen` lists (method, path)."""

    def _make_server(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        return server

    def __enter__(self):
        self._server = self._make_server()
        self._server.seen = self.seen = []
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
