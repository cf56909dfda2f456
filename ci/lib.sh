# shellcheck shell=bash
# What the scripts of ci/ share. Source it: . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# shellcheck disable=SC2034  # used by the scripts that source this file
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }
heading() { printf '\n==== %s ====\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() {
    warn "$(basename "$0"): $*"
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# linux, macos, windows (Git Bash, MSYS2) or other
host_os() {
    case $(uname -s) in
    Linux) echo linux ;;
    Darwin) echo macos ;;
    MINGW* | MSYS* | CYGWIN*) echo windows ;;
    *) echo other ;;
    esac
}

is_debian() { [ -f /etc/debian_version ] && have dpkg-query && have apt-get; }

# How many compilers to run at once; ISTHMUS_JOBS overrides.
jobs_count() {
    local n=${ISTHMUS_JOBS:-}
    [ -n "$n" ] || n=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || n=2
    echo "$n"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "needs root to install packages: run as root, or install sudo: $*"
    fi
}
