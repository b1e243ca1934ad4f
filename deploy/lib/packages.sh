# Installs the Debian packages of deploy/packages. Sourced by common.sh.

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Asks for sudo's password, if there is one, before anything is piped.
need_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null 2>&1 ||
        fail "packages are missing and this user is neither root nor has sudo: $*"
    sudo -n true 2>/dev/null || sudo -v || fail "packages are missing and sudo refused this user: $*"
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
    # A list on the left, so that nothing is needed from /tmp.
    listed_packages "$@" | grep -vxF -- "$installed"
}

_is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# ensure_packages <list>...: installs what is missing; does nothing, quickly, when nothing is.
ensure_packages() {
    [ -r /etc/debian_version ] || fail "this needs Debian 12 (or install the packages in deploy/packages yourself)"
    local missing
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086  # one word per package, here and below
    need_root $missing
    say "installing packages: $missing"
    _apt update
    if [[ " $missing" == *" postgresql-15 "* ]] && ! _is_installed postgresql-common; then
        # Without this the package makes a cluster of its own on port 5432.
        _install postgresql-common
        as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    fi
    # shellcheck disable=SC2086
    _install $missing
}

# _install <package>...: the services of database packages are kept from starting, Turnpike runs
# private ones.
_install() {
    local policy=/usr/sbin/policy-rc.d made_policy=
    if [ ! -e "$policy" ]; then
        made_policy=1
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null 2>&1
        as_root chmod 755 "$policy"
    fi
    _apt install -y --no-install-recommends "$@"
    local status=$?
    if [ "$status" != 0 ] && [[ $apt_output == *"dpkg was interrupted"* || $apt_output == *"fix-broken"* ]]; then
        say "finishing an installation that was interrupted"
        as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a >/dev/null 2>&1
        _apt install -y --fix-broken && _apt install -y --no-install-recommends "$@"
        status=$?
    fi
    [ -z "$made_policy" ] || as_root rm -f "$policy"
    [ "$status" = 0 ] || _explain_apt_failure
}

# _apt <argument>...: apt-get with a line of progress now and then. Its output is kept in apt_output,
# not in a file: the disk may be full. Another apt-get at work is waited for.
apt_output=
_apt() {
    local line files=0 settled=0 waited='' status
    while IFS= read -r line; do
        apt_output+=$line$'\n'
        case $line in
            "Need to get 0 B"*) ;;
            "Need to get "*) say "  downloading $(cut -d ' ' -f 4-5 <<<"$line" | cut -d / -f 1)" ;;
            Get:*) [ "$1" = update ] || [ $((++files % 25)) != 0 ] || say "  $files packages downloaded" ;;
            "Setting up "*) [ $((++settled % 25)) != 0 ] || say "  $settled packages installed" ;;
            *"Could not get lock"*)
                [ -n "$waited" ] || say "  waiting for ${line#*Could not get lock }"
                waited=1
                ;;
            status:*) status=${line#status:} ;;
        esac
    done < <(as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
        -o Dpkg::Use-Pty=0 "$@" 2>&1 </dev/null | tr '\r' '\n'; echo "status:${PIPESTATUS[0]}")
    return "$status"
}

_explain_apt_failure() {
    case $apt_output in
        *"No space left"* | *"enough free space"*) fail_disk_full / /var/cache/apt/archives /var/lib/dpkg /usr ;;
        *"Temporary failure resolving"* | *"Could not connect"* | *"Unable to connect"* | \
            *"Could not resolve"* | *"Network is unreachable"* | *"Connection timed out"*)
            fail "packages cannot be fetched: the network or the package mirror is out of reach"
            ;;
    esac
    fail "apt-get failed: $(grep -E '^(E|dpkg: error)' <<<"$apt_output" | head -n 1)"
}
