# shellcheck shell=bash
# The legs of the test matrix, one function each; ci/test runs them in a subshell with `set -e`.

# shellcheck disable=SC2154,SC2034  # root comes from lib.sh, all_legs is for ci/test

all_legs=(lint model linux-gcc linux-clang linux-asan linux-tsan linux-portable linux-arm64 windows-mingw
    windows-msvc macos)

describe_leg() {
    case $1 in
    lint) echo "formatting, static analysis, shell scripts, layer rules" ;;
    model) echo "the model of the synchronization protocol, every state of it" ;;
    linux-gcc) echo "GCC, assertions on; everything is built, an installed copy is used" ;;
    linux-clang) echo "Clang, optimized" ;;
    linux-asan) echo "address and undefined-behaviour sanitizers, fuzz targets for seconds" ;;
    linux-tsan) echo "thread sanitizer" ;;
    linux-portable) echo "every fallback of src/posix forced, as on macOS and old kernels" ;;
    linux-arm64) echo "arm64 cross build under qemu-user, core tests" ;;
    windows-mingw) echo "Windows build by MinGW-w64, under Wine" ;;
    windows-msvc) echo "Windows build by MSVC (on Windows)" ;;
    macos) echo "Apple Clang (on macOS)" ;;
    *) return 1 ;;
    esac
}

# Prints why this machine can never run the leg; nothing if it may.
leg_impossible() {
    local os
    os=$(host_os)
    case $1 in
    windows-msvc) [ "$os" = windows ] || echo "needs Windows" ;;
    macos) [ "$os" = macos ] || echo "needs macOS" ;;
    lint | model) [ "$os" = linux ] || echo "runs on Linux" ;;
    *) [ "$os" = linux ] || echo "needs Linux" ;;
    esac
}

leg_group() { # LEG: the group of ci/setup
    case $1 in
    linux-gcc) echo gcc ;;
    linux-clang) echo clang ;;
    linux-asan | linux-tsan) echo sanitizers ;;
    windows-mingw) echo windows ;;
    linux-arm64) echo arm64 ;;
    lint) echo lint ;;
    model) echo model ;;
    *) echo native ;;
    esac
}

build_leg() { # PRESET
    # Configuring is quiet when it works: twenty lines of probes tell nothing.
    local log=$root/build/$1-configure.log
    mkdir -p "$root/build"
    if ! cmake --preset "$1" >"$log" 2>&1; then
        cat "$log"
        return 1
    fi
    grep -A6 'CMake Warning' "$log" || true
    cmake --build --preset "$1" -j "$(jobs_count)"
}

test_leg() { # PRESET [command prefix...]
    local preset=$1
    shift
    build_leg "$preset"
    "$@" ctest --preset "$preset"
}

leg_linux_gcc() { test_leg linux-gcc; }
leg_linux_clang() { test_leg linux-clang; }
leg_linux_portable() { test_leg linux-portable; }
leg_macos() { test_leg macos; }
leg_linux_arm64() { test_leg linux-arm64; }
leg_lint() { "$root/ci/lint"; }
leg_model() { "$root/tests/model/check.sh"; }

leg_linux_tsan() {
    # Older run-time libraries of the sanitizer cannot place their shadow when the kernel randomizes
    # by more than 28 bits; switching randomization off for the leg is harmless.
    local bits prefix=()
    bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 32)
    if [ "$bits" -gt 28 ] && setarch -R true 2>/dev/null; then
        prefix=(setarch -R)
    fi
    test_leg linux-tsan ${prefix[@]+"${prefix[@]}"}
}

leg_linux_asan() {
    test_leg linux-asan
    local seconds=${ISTHMUS_FUZZ_SECONDS:-5} target name corpus log
    for target in "$root"/build/linux-asan/fuzz/*_fuzz; do
        [ -x "$target" ] || continue
        name=$(basename "$target")
        corpus=$root/build/linux-asan/fuzz/corpus/$name
        log=$root/build/linux-asan/fuzz/$name.log
        mkdir -p "$corpus"
        local seeds=()
        [ ! -d "$root/tests/fuzz/corpus/$name" ] || seeds=("$root/tests/fuzz/corpus/$name")
        if (cd "$root/build/linux-asan/fuzz" && "$target" -max_total_time="$seconds" -timeout=10 \
            -rss_limit_mb=1024 "$corpus" ${seeds[@]+"${seeds[@]}"}) >"$log" 2>&1; then
            say "fuzz $name: $(grep -E '^Done ' "$log" || tail -n 1 "$log")"
        else
            tail -n 60 "$log"
            say "fuzz $name: FAILED"
            return 1
        fi
    done
}

leg_windows_mingw() {
    build_leg windows-mingw
    # A prefix and a Wine server of the leg's own; the server stays warm between the test programs.
    export ISTHMUS_WINEPREFIX=$root/build/wineprefix-ci
    . "$root/ci/wine.sh"
    trap wine_stop EXIT
    wine_start || wine_restart
    # tests/wine-gaps.md, "Crashes": what failed with Wine's server is tried once more.
    if ! ctest --preset windows-mingw; then
        wine_has_crashed || return 1
        say "Wine itself has crashed: once more with another server"
        wine_restart
        ctest --preset windows-mingw --rerun-failed
    fi
    wine_and_native
}

# A Windows program and a native one on one network. The native one is a test of its own, which starts
# the other by Wine in a network namespace.
wine_and_native() {
    local build=$root/build/linux-gcc
    # The leg linux-gcc has built it, if it has run.
    if [ ! -x "$build/tests/posix_net_hosts_test" ]; then
        build=$root/build/windows-mingw-native
        cmake --preset linux-gcc -B "$build" -DISTHMUS_BUILD_SHARED=OFF -DISTHMUS_BUILD_EXAMPLES=OFF \
            -DISTHMUS_BUILD_TOOLS=OFF -DISTHMUS_BUILD_BENCH=OFF -DISTHMUS_CHECK_HEADERS=OFF \
            -DISTHMUS_INSTALL=OFF -DISTHMUS_TEST_32_BIT=OFF >"$build-configure.log" 2>&1 || {
            cat "$build-configure.log"
            return 1
        }
    fi
    cmake --build "$build" -j "$(jobs_count)" --target posix_net_hosts_test
    ISTHMUS_WINE_RUN=$root/ci/wine-run \
        ISTHMUS_WINE_PEER=$root/build/windows-mingw/tests/net_process_test.exe \
        "$build/tests/posix_net_hosts_test" --gtest_filter='*Windows*' --gtest_brief=1
}

leg_windows_msvc() {
    [ -n "${VCPKG_INSTALLATION_ROOT:-}" ] || die "set VCPKG_INSTALLATION_ROOT to a vcpkg checkout"
    if have cl; then
        test_leg windows-msvc
        return
    fi
    # Enter the compiler's environment: Visual Studio only offers it to a batch file.
    local vswhere install batch status=0
    vswhere="$(cygpath -u "${PROGRAMFILES_X86:-C:\\Program Files (x86)}")"
    vswhere="$vswhere/Microsoft Visual Studio/Installer/vswhere.exe"
    install=$("$vswhere" -latest -products '*' -property installationPath | tr -d '\r')
    batch=$(mktemp --suffix=.bat)
    {
        printf '@call "%s\\VC\\Auxiliary\\Build\\vcvars64.bat" >nul || exit /b 1\r\n' "$install"
        printf '@"%s" "%s" windows-msvc\r\n' "$(cygpath -w "$BASH")" "$(cygpath -m "$root/ci/test")"
    } >"$batch"
    MSYS_NO_PATHCONV=1 cmd /c "$(cygpath -w "$batch")" || status=$?
    rm -f "$batch"
    return "$status"
}
