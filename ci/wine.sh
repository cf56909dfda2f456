# shellcheck shell=bash
# A Wine prefix of our own and its server. Source it after setting ISTHMUS_WINEPREFIX.

# shellcheck disable=SC2154  # root comes from lib.sh

wine_server() { WINEPREFIX=$ISTHMUS_WINEPREFIX WINEDEBUG=-all wineserver "$@"; }

# What the server says, in its last words if it crashes.
wine_log() { echo "$ISTHMUS_WINEPREFIX.log"; }

# Makes the prefix once, and starts a server that stays when no program runs.
#
# The first program also starts Windows' services, which keep its standard error open, and end when no
# other program runs: whoever waits for the end of that output would wait for theirs. So the first
# program is one that stays, and says nothing.
wine_start() {
    mkdir -p "$ISTHMUS_WINEPREFIX"
    wine_server -p 2>"$(wine_log)" || true # says no if one is running already
    if [ ! -f "$ISTHMUS_WINEPREFIX/system.reg" ]; then
        say "making a Wine prefix"
        "$root/ci/wine-run" wineboot -i >/dev/null 2>&1
    fi
    local input=$ISTHMUS_WINEPREFIX/never
    [ -p "$input" ] || mkfifo "$input"
    "$root/ci/wine-run" cmd <>"$input" >/dev/null 2>&1 &
    "$root/ci/wine-run" cmd /c exit >/dev/null 2>&1
    for _ in {1..60}; do
        ! wine_answers || return 0
        sleep 0.5
    done
    warn "Wine's services do not answer"
    return 1
}

# Whether the services are there, which start by and by: one of them knows the network's interfaces.
wine_answers() { LC_ALL=C "$root/ci/wine-run" ipconfig 2>/dev/null | grep -q 'IPv4'; }

# Whether the server has crashed, or its services have; programs then go on with another server, and
# without services.
wine_has_crashed() { grep -s 'wineserver crashed' "$(wine_log)" || ! wine_answers; }

wine_stop() {
    wine_server -k || true
    wine_server -w || true
    # What a crashed server has left behind knows nothing of the next one.
    local each
    for each in /proc/[0-9]*; do
        ! grep -qzsFx "WINEPREFIX=$ISTHMUS_WINEPREFIX" "$each/environ" ||
            kill -9 "${each#/proc/}" 2>/dev/null || true
    done
}

# Another server with a prefix made anew: one that crashes has not saved the registry, without which
# the next knows of no services.
wine_restart() {
    wine_stop
    rm -rf "$ISTHMUS_WINEPREFIX"
    wine_start
}
