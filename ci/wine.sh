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
    # They start by and by.
    local before
    wine_services_at_start=
    for _ in {1..50}; do
        before=$wine_services_at_start
        sleep 0.2
        wine_services_at_start=$(wine_services)
        [ -z "$before" ] || [ "$before" != "$wine_services_at_start" ] || break
    done
}

# The processes of this prefix that serve Windows' drivers: the list of network interfaces is one's.
wine_services() {
    local each
    for each in $(pgrep -x 'services.exe|winedevice.exe'); do
        ! grep -qzsFx "WINEPREFIX=$ISTHMUS_WINEPREFIX" "/proc/$each/environ" || echo "$each"
    done
}

# Whether the server has crashed, or a service that was there when it started has gone.
wine_has_crashed() {
    ! grep -s 'wineserver crashed' "$(wine_log)" || return 0
    local each
    for each in $wine_services_at_start; do
        kill -0 "$each" 2>/dev/null || {
            say "Wine's service process $each has ended"
            return 0
        }
    done
    return 1
}

wine_stop() {
    wine_server -k || true
    wine_server -w || true
}
