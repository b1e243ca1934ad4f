"""deploy/up, status, env and down on this machine, as a user types them."""

import configparser
import contextlib
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import boto3

from stack import ROOT, binaries, free_port, wait_for

CHILDREN = ("postgres", "redis", "control", "worker")
SAMPLE = '{"message": "Turnpike is up"}'


def heed_ctrl_c():
    """Whoever is started in the background of a script ignores it, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Installation:
    """A home of its own, in a directory whose name needs quoting, on free ports."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="turnpike it's ")
        os.chmod(self.directory, 0o755)
        self.home = os.path.join(self.directory, "home")
        self.admin, self.https = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("TURNPIKE_", "AWS_"))}
        self.environment |= {"TURNPIKE_BIN_DIR": os.path.abspath(binaries()), "TURNPIKE_HOME": self.home,
                             "TURNPIKE_ADMIN_LISTEN": self.admin, "TURNPIKE_HTTPS_LISTEN": self.https,
                             "TURNPIKE_CONTROL_STATUS_LISTEN": f"127.0.0.1:{free_port()}",
                             "TURNPIKE_WORKER_STATUS_LISTEN": f"127.0.0.1:{free_port()}"}

    def remove(self):
        self.run("down")
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)

    def run(self, command, *words, **settings):
        """The finished process, with its two outputs as one text."""
        return subprocess.run([os.path.join(ROOT, "deploy", command), *words], env=self.environment | settings,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, cwd=self.directory, timeout=300)

    def up(self, **settings):
        done = self.run("up", "-d", **settings)
        if done.returncode != 0:
            raise AssertionError(done.stdout)
        return done.stdout

    def state(self):
        with open(os.path.join(self.home, "supervisor.json"), encoding="utf-8") as file:
            return json.load(file)

    def pid(self, name):
        return next(child["pid"] for child in self.state()["children"] if child["name"] == name)

    def pids(self):
        return {name: self.pid(name) for name in CHILDREN}

    def report(self):
        """What the supervisor of a detached start said since."""
        with open(os.path.join(self.home, "log", "supervisor.log"), encoding="utf-8") as file:
            return file.read()

    def processes(self):
        """Every process that was started for this home."""
        found = []
        mark = f"TURNPIKE_HOME={self.home}".encode()
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                with open(path, "rb") as file:
                    if mark in file.read().split(b"\0"):
                        found.append(int(path.split("/")[2]))
            except OSError:
                pass
        return found

    def client(self):
        """A stock client with nothing but what deploy/env prints."""
        script = f'eval "$("{ROOT}/deploy/env")"; printf "%s\\n%s\\n%s" ' \
                 '"$AWS_ENDPOINT_URL" "$AWS_REGION" "$AWS_SHARED_CREDENTIALS_FILE"'
        url, region, credentials = subprocess.run(["bash", "-c", script], env=self.environment, text=True,
                                                  capture_output=True, check=True).stdout.split("\n")
        keys = configparser.ConfigParser()
        keys.read(credentials)
        session = boto3.Session(**keys["default"])
        return contextlib.closing(session.client("apigateway", endpoint_url=url, region_name=region))

    def sample(self, output):
        """What the printed curl answers when pasted."""
        line = re.search(r"^  (curl .*)$", output, re.MULTILINE)[1]
        return subprocess.run(["bash", "-c", f"{line} --silent"], env=self.environment, cwd=self.directory,
                              capture_output=True, text=True, check=False).stdout


class Deploy(unittest.TestCase):
    def setUp(self):
        self.it = Installation()
        self.addCleanup(self.it.remove)

    def create(self, name):
        with self.it.client() as client:
            client.create_rest_api(name=name)

    def names(self):
        with self.it.client() as client:
            return sorted(item["name"] for item in client.get_rest_apis()["items"])

    def wait_healthy(self):
        wait_for(lambda: self.it.run("status").returncode == 0, 60, "a healthy status")

    def test_a_start_serves_and_the_next_one_keeps_everything(self):
        first = self.it.up()
        self.assertEqual(self.it.sample(first), SAMPLE)
        self.create("kept")
        pids = self.it.pids()

        again = self.it.up()
        self.assertIn("already running", again)
        self.assertEqual(self.it.sample(again), SAMPLE)
        self.assertEqual(self.it.pids(), pids)

        self.assertIn("stopped", self.it.run("down").stdout)
        self.assertEqual(self.it.processes(), [])
        self.assertEqual(self.it.run("status").returncode, 3)
        later = self.it.up()
        self.assertEqual(self.it.sample(later), SAMPLE)
        self.assertEqual(self.names(), ["kept", "sample"])

    def test_down_leaves_no_process_socket_or_port(self):
        self.it.up()
        self.it.run("down")
        self.assertEqual(self.it.processes(), [])
        sockets = [name for _, _, files in os.walk(os.path.join(self.it.home, "run")) for name in files]
        self.assertEqual(sockets, [])
        for address in (self.it.admin, self.it.https):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", int(address.rsplit(":", 1)[1])))
        self.assertIn("not running", self.it.run("down").stdout)

    def test_a_killed_child_is_reported_and_started_again(self):
        output = self.it.up()
        self.create("kept")
        for name in CHILDREN:
            with self.subTest(child=name):
                before = self.it.pid(name)
                os.kill(before, signal.SIGKILL)
                wait_for(lambda: self.it.pid(name) not in (before, None), 30, f"{name} to be started again")
                self.wait_healthy()
                self.assertIn(f"{name} was ended by SIGKILL; starting it again in 0.5 s", self.it.report())
                self.assertIn("was ended by SIGKILL", self.it.run("status").stdout)
                self.assertEqual(self.it.sample(output), SAMPLE)
                self.assertEqual(self.names(), ["kept", "sample"])

    def test_a_child_that_goes_on_ending_is_started_less_and_less_often(self):
        self.it.up()
        for wait in ("0.5", "1", "2"):
            before = self.it.pid("worker")
            os.kill(before, signal.SIGKILL)
            wait_for(lambda: self.it.pid("worker") not in (before, None), 30, "the worker to be started again")
            self.assertIn(f"worker was ended by SIGKILL; starting it again in {wait} s", self.it.report())

    def test_a_killed_supervisor_leaves_children_that_the_next_start_replaces(self):
        output = self.it.up()
        self.create("kept")
        old = self.it.pids()
        os.kill(self.it.state()["pid"], signal.SIGKILL)
        self.assertEqual(self.it.sample(output), SAMPLE)
        status = self.it.run("status")
        self.assertEqual(status.returncode, 1)
        self.assertIn("The supervisor was killed", status.stdout)

        again = self.it.up()
        self.assertIn(f"stopping worker (process {old['worker']}), which a killed supervisor left behind", again)
        self.assertFalse(set(old.values()) & set(self.it.processes()))
        self.assertEqual(self.names(), ["kept", "sample"])

        os.kill(self.it.state()["pid"], signal.SIGKILL)
        self.assertIn("stopped", self.it.run("down").stdout)
        self.assertEqual(self.it.processes(), [])

    def test_a_taken_port_is_named_with_its_process(self):
        port = self.it.https.rsplit(":", 1)[1]
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", int(port)))
            taken.listen()
            done = self.it.run("up", "-d")
        self.assertEqual(done.returncode, 1)
        name = os.path.basename(sys.executable)
        self.assertRegex(done.stdout, rf"error: port {port} \(HTTPS traffic\) is taken by "
                                      rf"{re.escape(name)}\S* \(process {os.getpid()}\)")
        self.assertEqual(self.it.processes(), [])

    def test_a_wrong_setting_is_named_with_file_and_line_before_anything_starts(self):
        path = os.path.join(self.it.directory, "settings")
        with open(path, "w", encoding="utf-8") as file:
            file.write('region = "eu-west-1"\nregoin = "x"\n')
        done = self.it.run("up", "-d", TURNPIKE_CONFIG_FILE=path)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.strip().splitlines(),
                         [f"turnpike: error: turnpike-control: {path}:2: regoin is not a setting (see --help)"])
        self.assertEqual(self.it.processes(), [])

    def test_addresses_of_the_settings_file_are_used_and_remembered(self):
        port = free_port()
        path = os.path.join(self.it.directory, "settings")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'region = "eu-west-1"\nhttps-listen = "127.0.0.1:{port}"\n')
        del self.it.environment["TURNPIKE_HTTPS_LISTEN"]
        output = self.it.up(TURNPIKE_CONFIG_FILE=path)
        self.assertIn(f".execute-api.eu-west-1.localhost:{port}/prod/hello", output)
        self.assertEqual(self.it.sample(output), SAMPLE)
        # Another shell, where the file is not named.
        self.assertIn("export AWS_REGION=eu-west-1\n", self.it.run("env").stdout)

    def test_a_directory_that_cannot_be_made_is_one_line(self):
        with open(self.it.home, "w", encoding="utf-8"):
            pass
        done = self.it.run("up", "-d")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, f"turnpike: error: cannot make {self.it.home}: File exists\n")
        os.unlink(self.it.home)

    def test_ctrl_c_in_the_foreground_stops_everything(self):
        with subprocess.Popen([os.path.join(ROOT, "deploy", "up")], env=self.it.environment, cwd=self.it.directory,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True, start_new_session=True, preexec_fn=heed_ctrl_c) as running:
            lines = []
            for line in running.stderr:
                lines.append(line)
                if line.startswith("  curl "):
                    break
            self.assertEqual(self.it.sample("".join(lines)), SAMPLE)
            os.killpg(running.pid, signal.SIGINT)
            rest = running.stderr.read()
        self.assertEqual(rest, "turnpike: stopping\n")
        self.assertEqual(running.returncode, 0)
        self.assertEqual(self.it.processes(), [])

    def test_ctrl_c_while_it_starts_stops_what_was_started(self):
        with subprocess.Popen([os.path.join(ROOT, "deploy", "up"), "-d"], env=self.it.environment,
                              cwd=self.it.directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, start_new_session=True,
                              preexec_fn=heed_ctrl_c) as starting:
            for line in starting.stderr:
                if "starting redis" in line:
                    break
            os.killpg(starting.pid, signal.SIGINT)
            starting.stderr.read()
        self.assertEqual(starting.returncode, 130)
        self.assertEqual(self.it.processes(), [])


if __name__ == "__main__":
    unittest.main()
