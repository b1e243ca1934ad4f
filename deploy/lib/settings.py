"""The settings in force: what the programs themselves would run with."""

import os
import re
import subprocess

from trouble import Trouble

SET_AND_HIDDEN = "(set)"
# Of the variables, what deploy/ itself looks at.
READ_HERE = ("home", "admin-listen", "https-listen", "http-listen", "region", "domain", "credentials-file", "ca-file")
SECRETS = ("database-url", "redis-url")


def of_environment():
    """name -> text of what TURNPIKE_… variables set; for when nothing is built yet."""
    given = {name: os.environ.get(_variable(name), "") for name in READ_HERE}
    for name in SECRETS:
        if os.environ.get(_variable(name)) or os.environ.get(_variable(name) + "_FILE"):
            given[name] = SET_AND_HIDDEN
    return given


def of_program(path):
    """The same by the program's own account, which knows the settings file and refuses what is wrong.

    Errors: Trouble with the program's line."""
    done = subprocess.run([path, "--print-settings"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(done.stderr.strip().replace("error: ", "", 1) or f"{path} --print-settings failed")
    given = {}
    for line in done.stdout.splitlines():
        hidden = re.fullmatch(r"# (\S+) is set and hidden", line)
        plain = re.fullmatch(r'(\S+) = "(.*)"', line)
        if hidden:
            given[hidden[1]] = SET_AND_HIDDEN
        elif plain:
            given[plain[1]] = re.sub(r"\\(.)", r"\1", plain[2])
    # The programs' own default is relative to wherever they start; deploy/ keeps its home beside itself.
    if given.get("home") == ".turnpike" and not os.environ.get("TURNPIKE_HOME"):
        given["home"] = ""
    return given


def _variable(name):
    return "TURNPIKE_" + name.upper().replace("-", "_")
