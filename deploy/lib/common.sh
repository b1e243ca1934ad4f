# Shared by the commands in deploy/ and tests/: packages, building, messages.
# Requires: $root is the project's root.

say() { printf 'turnpike: %s\n' "$*" >&2; }
fail() {
    printf 'turnpike: error: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        fail "packages are missing and this user is neither root nor has sudo"
    fi
}

# listed_packages <list>...: the names in deploy/packages/<list>.txt
listed_packages() {
    local list
    for list in "$@"; do
        sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$root/deploy/packages/$list.txt"
    done | sort -u
}

missing_packages() {
    local installed
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/ installed$//p' | sort -u)
    comm -23 <(listed_packages "$@") <(printf '%s\n' "$installed")
}

# apt_install <package>...: quiet, with progress a line at a time. The services of database packages
# are kept from starting: Turnpike runs private ones.
apt_install() {
    local log policy=/usr/sbin/policy-rc.d made_policy=
    log=$(mktemp)
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy" && made_policy=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" 2>&1 |
        tee "$log" | sed -un 's/^Setting up \([^ ]*\).*/turnpike:   installed \1/p' >&2
    local status=${PIPESTATUS[0]}
    [ -z "$made_policy" ] || as_root rm -f "$policy"
    if [ "$status" != 0 ]; then
        explain_apt_failure "$log"
        rm -f "$log"
        exit 1
    fi
    rm -f "$log"
}

explain_apt_failure() {
    if grep -qiE 'No space left' "$1"; then
        fail "the disk is full: $(df -h / | awk 'NR==2 {print $4 " free on " $6}')"
    elif grep -qiE 'Temporary failure resolving|Could not connect|Unable to connect|Could not resolve|Network is unreachable' "$1"; then
        fail "packages cannot be fetched: the network or the package mirror is out of reach"
    fi
    fail "apt-get failed: $(grep -E '^E:' "$1" | head -n 1)"
}

# ensure_packages <list>...: installs what is missing; does nothing, quickly, when nothing is.
ensure_packages() {
    [ -r /etc/debian_version ] || fail "this needs Debian 12 (or install the packages in deploy/packages yourself)"
    local missing log
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    say "installing $(printf '%s\n' "$missing" | wc -l) packages: $(printf '%s ' $missing)"
    log=$(mktemp)
    if ! as_root apt-get update >"$log" 2>&1 || grep -qE '^(W|E): (Failed to fetch|Some index)' "$log"; then
        # An old package list may still do; the install tells.
        say "warning: the package list could not be refreshed"
    fi
    rm -f "$log"
    if printf '%s\n' "$missing" | grep -q '^postgresql-15$' && ! command -v pg_lsclusters >/dev/null 2>&1; then
        # Without this the package makes a cluster of its own on port 5432.
        apt_install postgresql-common
        as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    fi
    # shellcheck disable=SC2086  # one word per package
    apt_install $missing
}

# build <preset> <ON|OFF: tests> <target>...: configures when needed, builds, shows ninja's progress.
build() {
    local preset=$1 tests=$2 directory="$root/build/$1" log="$root/build/$1.log"
    shift 2
    mkdir -p "$root/build" || fail "cannot write to $root/build"
    # A tree configured with its tests serves a build without them as well.
    if [ ! -e "$directory/build.ninja" ] ||
        { [ "$tests" = ON ] && ! grep -q '^TURNPIKE_TESTS:BOOL=ON' "$directory/CMakeCache.txt"; }; then
        say "configuring ($preset)"
        (cd "$root" && cmake --preset "$preset" "-DTURNPIKE_TESTS=$tests") >"$log" 2>&1 ||
            explain_build_failure "$log"
    fi
    if (cd "$root" && ninja -C "$directory" -n "$@") 2>/dev/null | grep -q 'no work to do'; then
        return 0
    fi
    say "building ($preset); the first time takes some minutes"
    (cd "$root" && NINJA_STATUS='[%f/%t] ' ninja -C "$directory" "$@") 2>&1 | tee "$log" | show_progress
    [ "${PIPESTATUS[0]}" = 0 ] || explain_build_failure "$log"
}

# A line every twenty steps: enough to see that it moves.
show_progress() {
    awk '/^\[[0-9]+\/[0-9]+\]/ { split(substr($1, 2), n, /[\/\]]/);
             if (n[1] % 20 == 0 || n[1] == n[2]) { printf "turnpike:   %d of %d\n", n[1], n[2]; fflush() } }' >&2
}

explain_build_failure() {
    if grep -q 'No space left on device' "$1"; then
        fail "the disk is full: $(df -h "$root" | awk 'NR==2 {print $4 " free on " $6}')"
    fi
    grep -E 'error|FAILED|Error' "$1" | head -n 20 >&2
    fail "the build failed; the whole output is in $1"
}
