# Shared by the commands in deploy/ and tests/: messages, then packages and building.
# Requires: $root is the project's root.

say() { printf 'turnpike: %s\n' "$*" >&2; }
fail() {
    printf 'turnpike: error: %s\n' "$*" >&2
    exit 1
}

# fail_disk_full <path>...: names the fullest file system of those that hold the paths.
fail_disk_full() {
    fail "the disk is full: only $(df -BM --output=avail,target "$@" 2>/dev/null |
        awk 'NR > 1 { print $1 + 0, $2 }' | sort -n | head -n 1 | sed "s/ / MB free on /")"
}

trap 'say interrupted; exit 130' INT

# shellcheck source=deploy/lib/packages.sh
. "$root/deploy/lib/packages.sh"
# shellcheck source=deploy/lib/building.sh
. "$root/deploy/lib/building.sh"
