# shellcheck shell=bash
# A Wine prefix of our own and its server. Source it after setting ISTHMUS_WINEPREFIX.

# shellcheck disable=SC2154  # root comes from lib.sh

wine_server() { WINEPREFIX=$ISTHMUS_WINEPREFIX WINEDEBUG=-all wineserver "$@"; }

# What the server says, in its last words if it crashes.
wine_log() { echo "$ISTHMUS_WINEPREFIX.log"; }

# Makes the prefix once, and starts a server that stays when no program runs.
wine_start() {
    mkdir -p "$ISTHMUS_WINEPREFIX"
    wine_server -p 2>"$(wine_log)" || true # says no if one is running already
    if [ ! -f "$ISTHMUS_WINEPREFIX/system.reg" ]; then
        say "making a Wine prefix"
        "$root/ci/wine-run" wineboot -i >/dev/null 2>&1
    fi
}

wine_has_crashed() { grep -qs 'wineserver crashed' "$(wine_log)"; }

wine_stop() {
    wine_server -k || true
    wine_server -w || true
}
