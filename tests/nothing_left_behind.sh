#!/usr/bin/env bash
# The suite's first and last test on POSIX.
#   prepare DIR   makes DIR afresh, the runtime directory of every test of this build
#   check DIR PROGRAM...  fails, listing them, if any file, socket or FIFO is left in it after
#                 PROGRAM has run: what a killed process leaves is removed by the next that comes
# Empty per-user directories and their fixed sub-directories may stay: they are made once.
set -euo pipefail

usage() {
    echo "usage: $0 prepare|check /tmp/isthmus-test-ID [program...]" >&2
    exit 2
}

[ $# -ge 2 ] || usage
action=$1
dir=$2
shift 2
[[ $dir == /tmp/isthmus-test-* && $dir != *..* ]] || usage

case $action in
prepare)
    rm -rf -- "$dir"
    mkdir -m 1777 -- "$dir"
    chmod 1777 -- "$dir" # mkdir's mode is subject to the umask in some shells
    ;;
check)
    [ $# -gt 0 ] || usage
    ISTHMUS_RUNTIME_DIR=$dir "$@"
    left=$(
        cd "$dir"
        find . -mindepth 1 ! -type d -printf '%y %u %m %s %P\n'
        find . -mindepth 1 -type d -printf '%P\n' |
            grep -vE '^isthmus-[0-9]+(/(pipe|local|global|slot))?$' | sed 's/^/d /' || true
    )
    if [ -n "$left" ]; then
        echo "left behind in $dir (type owner mode size path):"
        echo "$left"
        exit 1
    fi
    rm -rf -- "$dir"
    echo "nothing left behind in $dir"
    ;;
*) usage ;;
esac
