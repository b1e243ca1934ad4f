"""What a Stack may run on instead of one Redis: servers with sentinels, or a cluster. Processes on free ports of
127.0.0.1 with their files in the stack's directory; the stack stops them.

    with Stack(redis=Cluster()) as stack: ...
"""

import binascii
import os
import signal
import subprocess
import time

from stack import Process, free_port, wait_for


def ask(port, *words):
    """What the server on this port answers, as redis-cli prints it to a pipe."""
    done = subprocess.run(["redis-cli", "-p", str(port), *map(str, words)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def slot_of(key):
    """Of a cluster. Source: the Redis Cluster specification."""
    tag = key.partition("{")[2].partition("}")
    return binascii.crc_hqx((tag[0] if tag[0] and tag[1] else key).encode(), 0) % Cluster.SLOTS


class Topology:
    def __init__(self):
        self.processes = []
        self.ports = []
        self._lost = []  # processes that were killed or hang

    def _launch(self, stack, configuration, sentinel=False):
        """Returns: the port."""
        port = free_port()
        number = len(self.processes)
        directory = os.path.join(stack.directory, f"redis{number}")
        os.mkdir(directory)
        path = os.path.join(directory, "redis.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"bind 127.0.0.1\nport {port}\ndir {directory}\n{configuration}")
            if not sentinel:
                file.write('save ""\nrepl-diskless-sync-delay 0\n')
        self._start(stack, number, path, sentinel, port)
        return port

    def _start(self, stack, number, path, sentinel, port):
        process = Process(f"redis{number}", ["redis-server", path, *(["--sentinel"] if sentinel else [])],
                          os.path.join(stack.directory, f"redis{number}.log"))
        process.port = port
        self.processes.append(process)
        process.wait_ready(lambda: ask(port, "PING") == "PONG")

    def process_at(self, port):
        return next(process for process in self.processes if process.port == port)

    def _lose(self, port, hangs):
        process = self.process_at(port)
        self._lost.append(process)
        if hangs:
            process.send(signal.SIGSTOP)
        else:
            process.kill()

    def _answers(self, process):
        return process.alive() and process not in self._lost


class Sentinels(Topology):
    """A master, a replica and three sentinels."""

    def start(self, stack):
        self.ports = [self._launch(stack, "") for _ in range(2)]
        ask(self.ports[1], "REPLICAOF", "127.0.0.1", self.ports[0])
        wait_for(lambda: "connected" in ask(self.ports[1], "ROLE").split(), 20, "the replica")
        self.sentinel_ports = [
            self._launch(stack, f"sentinel monitor main 127.0.0.1 {self.ports[0]} 2\n"
                         "sentinel down-after-milliseconds main 600\nsentinel failover-timeout main 3000\n",
                         sentinel=True)
            for _ in range(3)]
        for port in self.sentinel_ports:
            wait_for(lambda p=port: "slaves=1,sentinels=3" in ask(p, "INFO", "sentinel"), 30, "the sentinels")
        stack.redis_url = "redis-sentinel://" + ",".join(f"127.0.0.1:{p}" for p in self.sentinel_ports) + "/main"

    def master_port(self):
        return int(ask(self.sentinel_ports[0], "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main").split()[1])

    def command(self, *words):
        return ask(self.master_port(), *words)

    @staticmethod
    def fail_over_concerns(_):
        """Whether fail_over() takes the server that has this key."""
        return True

    def fail_over(self, meanwhile=None, hangs=False):
        """Kills the master, or stops it for good; the sentinels choose the replica. `meanwhile` is called when nobody
        took its place yet."""
        before = self.master_port()
        self._lose(before, hangs)
        if meanwhile:
            meanwhile()
        wait_for(lambda: self.master_port() != before, 30, "the fail-over")

    def empty(self):
        self.command("FLUSHALL")


class Cluster(Topology):
    """Three masters with a third of the slots each, and a replica of the first."""

    SLOTS = 16384

    def start(self, stack):
        buses = [free_port() for _ in range(4)]
        self.ports = [
            self._launch(stack, "cluster-enabled yes\ncluster-node-timeout 1000\n"
                         f"cluster-require-full-coverage no\ncluster-port {bus}\n") for bus in buses]
        masters = self.ports[:3]
        for number, port in enumerate(masters):
            ask(port, "CLUSTER", "ADDSLOTSRANGE", number * self.SLOTS // 3, (number + 1) * self.SLOTS // 3 - 1)
            ask(port, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for port, bus in list(zip(self.ports, buses))[1:]:
            ask(masters[0], "CLUSTER", "MEET", "127.0.0.1", port, bus)
        first = ask(masters[0], "CLUSTER", "MYID")
        replica = self.ports[3]
        wait_for(lambda: first in ask(replica, "CLUSTER", "NODES"), 20, "the nodes to meet")
        ask(replica, "CLUSTER", "REPLICATE", first)
        wait_for(lambda: "connected" in ask(replica, "ROLE").split(), 20, "the replica")
        wait_for(lambda: all(self._is_whole(port) for port in self.ports), 30, "the cluster")
        stack.redis_url = "redis-cluster://" + ",".join(f"127.0.0.1:{port}" for port in self.ports[:2])

    @staticmethod
    def _is_whole(port):
        info = ask(port, "CLUSTER", "INFO")
        return all(part in info for part in ("cluster_state:ok", "cluster_slots_ok:16384", "cluster_known_nodes:4"))

    def command(self, *words):
        """Of the server that has the key; of the first that lives without one."""
        port = next(process.port for process in self.processes if self._answers(process))
        done = subprocess.run(["redis-cli", "-c", "-p", str(port), *map(str, words)], capture_output=True, text=True,
                              check=False)
        return done.stdout.strip()

    def masters(self):
        """Ports of the masters that live."""
        return [port for port in self.ports
                if self._answers(self.process_at(port)) and ask(port, "ROLE").startswith("master")]

    def fail_over_concerns(self, key):
        """Whether fail_over() takes the server that has this key."""
        return self.first_owner(key) == 0

    def fail_over(self, meanwhile=None, hangs=False):
        """Kills the first master, or stops it for good; its replica takes over. `meanwhile` is called when it did not
        yet."""
        self._lose(self.ports[0], hangs)
        if meanwhile:
            meanwhile()
        wait_for(lambda: ask(self.ports[3], "ROLE").startswith("master"), 30, "the replica to take over")

    def empty(self):
        for port in self.masters():
            ask(port, "FLUSHALL")

    def first_owner(self, key):
        """Which of the masters had it at the start."""
        return (slot_of(key) * 3 + 2) // self.SLOTS

    def move_slot_of(self, key, pause=0.0):
        """To the next master, with everything in it, as redis-cli does. `pause`: for how many seconds each state on the
        way lasts."""
        slot, owner = slot_of(key), self.first_owner(key)
        source, target = self.ports[owner], self.ports[(owner + 1) % 3]
        source_id, target_id = ask(source, "CLUSTER", "MYID"), ask(target, "CLUSTER", "MYID")
        ask(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", source_id)
        ask(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", target_id)
        time.sleep(pause)
        while keys := ask(source, "CLUSTER", "GETKEYSINSLOT", slot, 10).split():
            ask(source, "MIGRATE", "127.0.0.1", target, "", 0, 5000, "KEYS", *keys)
        time.sleep(pause)
        for port in (target, source, self.ports[(owner + 2) % 3]):
            ask(port, "CLUSTER", "SETSLOT", slot, "NODE", target_id)
            time.sleep(pause)
