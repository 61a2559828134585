# Shared by the scripts beside it: saying what goes on, packages, configure and build.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Every step is announced with the time since the start.
step()
{
    printf '\n==> [%02d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"
}

# One sentence that names the mend, and the end.
die()
{
    printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# need_packages PACKAGE...: installs those Debian packages which are missing.
need_packages()
{
    local missing=() package
    for package in "$@"; do
        if [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
            missing+=("$package")
        fi
    done
    if ((${#missing[@]} == 0)); then
        return
    fi

    step "Installing packages: ${missing[*]}"
    command -v apt-get >/dev/null ||
        die "this machine has no apt-get: install by hand what these Debian packages have, then run this again: ${missing[*]}"
    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            die "packages are missing and there is no sudo: run as root 'apt-get install ${missing[*]}', then run this again."
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -q ||
        die "apt-get update failed: check the network and /etc/apt/sources.list, then run this again."
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" ||
        die "apt-get could not install ${missing[*]}: this needs Debian 12 or a release that has these packages."
}

need_build_packages()
{
    need_packages g++ cmake ninja-build ccache mold libns3-dev ns3 libgtest-dev \
        libgmock-dev libboost-graph-dev libboost-program-options-dev nlohmann-json3-dev
}

# configure PRESET: configures build/PRESET.
configure()
{
    step "Configuring build/$1"
    local generator=()
    if [[ ! -e build/$1/CMakeCache.txt ]] && command -v ninja >/dev/null; then
        generator=(-G Ninja)
    fi
    cmake --preset "$1" "${generator[@]}" ||
        die "configuring build/$1 failed: see the message above; if the compiler or ns-3 changed, remove build/$1 and run this again."
}

# build PRESET [TARGET...]: builds it, showing progress.
build()
{
    local preset=$1
    shift
    step "Building build/$preset${*:+: $*}"
    cmake --build --preset "$preset" --parallel "$(nproc)" ${1:+--target "$@"} ||
        die "building build/$preset failed: see the first error above; 'rm -rf build/$preset' rules out a stale build."
}
