"""The servers that Turnpike is compared with, each with one worker and its configuration beside this file."""

import os
import socket
import string
import subprocess
import tempfile

from measure import LOAD_CPU, SERVER_CPU, pinned, wait_for
from stack import free_port

HERE = os.path.dirname(os.path.abspath(__file__))


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Peer:
    """A started process, stopped by its own id when the block ends."""

    def __init__(self, command, port, cpu, directory=None):
        self.port = port
        self._directory = directory
        self.process = subprocess.Popen(pinned(cpu, command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        wait_for(lambda: self._alive() and listens(port), what=f"{command[0]} on port {port}")

    def _alive(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"peer ended: {self.process.stderr.read().decode()[-500:]}")
        return True

    @property
    def pids(self):
        """The process and its children: nginx and HAProxy serve from a child."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [self.process.pid, *map(int, children.stdout.split())]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        if self._directory:
            self._directory.cleanup()


def _configured(template, **values):
    directory = tempfile.TemporaryDirectory(prefix="turnpike-bench-")
    with open(os.path.join(HERE, template), encoding="utf-8") as file:
        text = string.Template(file.read()).substitute(values, directory=directory.name)
    path = os.path.join(directory.name, template)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return directory, path


def nginx(upstream_port, certificate="", key=""):
    """A bare proxy on /, `return 200` on /return; HTTPS on a second port when a certificate is given."""
    port, tls_port = free_port(), free_port()
    tls = (f"listen 127.0.0.1:{tls_port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};"
           if certificate else "")
    directory, path = _configured("nginx.conf", port=port, tls=tls, upstream=upstream_port)
    peer = Peer(["nginx", "-c", path, "-p", directory.name], port, SERVER_CPU, directory)
    peer.tls_port = tls_port
    return peer


def haproxy(upstream_port):
    port = free_port()
    directory, path = _configured("haproxy.cfg", port=port, upstream=upstream_port)
    return Peer(["haproxy", "-f", path, "-db"], port, SERVER_CPU, directory)


def floor(binary, upstream_port):
    port = free_port()
    return Peer([binary, "floor", str(port), str(upstream_port)], port, SERVER_CPU)


def responder(binary, body_bytes=1024):
    port = free_port()
    return Peer([binary, "responder", str(port), str(body_bytes)], port, LOAD_CPU)


def varnish(upstream_port):
    """One thread's worth: it has a thread for each connection that is busy, and they share the one processor. Fewer
    (thread_pool_min=10), none that linger (timeout_linger=0), or a log in /dev/shm make no difference."""
    port = free_port()
    directory, path = _configured("varnish.vcl", upstream=upstream_port)
    return Peer(["varnishd", "-F", "-n", os.path.join(directory.name, "work"), "-a", f"127.0.0.1:{port}", "-f", path,
                 "-s", "malloc,256m", "-T", "none", "-j", "none", "-p", "thread_pools=1", "-p", "thread_pool_min=70",
                 "-p", "thread_pool_max=200"], port, SERVER_CPU, directory)
