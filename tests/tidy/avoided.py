"""Calls that are avoided, each with its reason, and where they are allowed."""

import re

from sources import lines, report, sources

AVOIDED = [
    (r"\b(?:std::this_thread::sleep_(?:for|until)|usleep|nanosleep|sleep)\s*\(",
     "a sleeping thread serves nobody; use a timer or a condition variable", ()),
    (r"\b(?:rand|srand)\s*\(", "predictable; use common/base/random.hpp", ()),
    (r"\b(?:system_clock|steady_clock|high_resolution_clock)::now", "use common/base/clock.hpp", ("common/base/clock.cpp",)),
    (r"\bstd::regex\b", "exponential on hostile input; use RE2", ()),
    (r"\b(?:strtok|localtime|gmtime|asctime|ctime)\s*\(", "not safe with threads", ()),
    (r"\b(?:sprintf|strcpy|strcat|gets)\s*\(", "writes without a bound", ()),
    (r"\bstd::(?:endl)\b", "flushes at every line", ()),
    (r"^\s*using namespace std\b", "hides where names come from", ()),
    (r"\b(?:TODO|FIXME|XXX|HACK)\b", "unfinished work belongs to an issue", ()),
]
COMMENT_OR_TEXT = re.compile(r'//.*|"(?:[^"\\]|\\.)*"')


def check(path):
    for number, line in lines(path):
        for pattern, reason, allowed in AVOIDED:
            text = line if "TODO" in pattern else COMMENT_OR_TEXT.sub("", line)
            if path not in allowed and re.search(pattern, text):
                yield f"{path}:{number}: {line.strip()[:80]} -- {reason}"
    if path.endswith(".hpp") and not any(line == "#pragma once" for _, line in lines(path)[:3]):
        yield f"{path}:1: a header starts with #pragma once"


if __name__ == "__main__":
    report([finding for path in sources() for finding in check(path)])
