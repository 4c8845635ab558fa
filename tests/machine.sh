# Functions for tests/run and benches/limit that prepare the machine: folders, packages, compiled dependencies and
# PostgreSQL. They source this file, and set ROOT and WORK.

# Creates a folder, in memory if possible, because test data need not survive. Tests that need a disk use
# CARGO_TARGET_TMPDIR.
memory_folder() {
    if [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt 4000000 ]; then
        mktemp -d -p /dev/shm latchkey-tests.XXXXXX
    else
        mktemp -d
    fi
}

# Chooses the target folder. Compiled dependencies are kept in the user's cache for other checkouts, by a hash of their
# sources. Only one run at a time uses such a folder; another run uses the checkout's own.
choose_target() {
    TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
    [ -z "${CARGO_TARGET_DIR:-}" ] && command -v flock >/dev/null || return 0
    local caches=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/latchkey key
    key=$(
        cd "$ROOT" && {
            cat Cargo.lock
            sed -n '/^\[profile/,$p' Cargo.toml
            rustc -vV
            echo "${RUSTFLAGS:-}"
        } | sha256sum | cut -c 1-16
    )
    mkdir -p "$caches/$key" 2>/dev/null || return 0
    exec {TARGET_LOCK}>"$caches/$key/lock"
    flock --nonblock "$TARGET_LOCK" || return 0
    TARGET=$caches/$key
    forget_other_checkout
    # Removes the folders of other lock files and compilers that were not used for two weeks.
    find "$caches" -mindepth 2 -maxdepth 2 -name checkout -mtime +14 -printf '%h\0' | xargs -0r rm -rf
}

# Removes the artifacts of another checkout. Cargo recognises changes by the times of files, so it could take those
# artifacts for this checkout's.
forget_other_checkout() {
    local this
    this="$ROOT $(stat --format=%i "$ROOT")"
    if [ "$(cat "$TARGET/checkout" 2>/dev/null)" != "$this" ]; then
        find "$TARGET" -depth \( -name 'latchkey*' -o -name 'liblatchkey*' -o -name 'bare-*' \) -exec rm -rf {} +
    fi
    echo "$this" >"$TARGET/checkout"
}

# Starts a PostgreSQL of its own. Without the argument `durable`, it never waits for the disk, as test data need not survive.
start_postgres() {
    [ -z "${POSTGRES_URL:-}" ] || return 0
    [ -n "$(postgres_programs)" ] || install postgresql || return 1
    mkdir "$WORK/postgres"
    if [ "$(id -u)" -eq 0 ]; then # PostgreSQL refuses to run as root
        chmod 711 "$WORK"
        chown postgres "$WORK/postgres"
    fi
    as_postgres initdb --pgdata=data --username=postgres --auth=trust --encoding=UTF8 \
        --no-locale --no-sync >"$WORK/initdb.log" || return 1
    cat >>"$WORK/postgres/data/postgresql.conf" <<-'SETTINGS'
		listen_addresses = '127.0.0.1'
		unix_socket_directories = ''
		max_connections = 500
		max_wal_size = 256MB
	SETTINGS
    [ "${1:-}" = durable ] || cat >>"$WORK/postgres/data/postgresql.conf" <<-'SETTINGS'
		fsync = off
		synchronous_commit = off
		full_page_writes = off
	SETTINGS
    local port try
    for try in 1 2 3 4 5 6 7 8 9 10; do
        port=$((20000 + RANDOM % 10000)) # below the range of ephemeral ports
        if as_postgres pg_ctl start --pgdata=data --log=log --wait --silent --options="-p $port"; then
            POSTGRES_URL=postgres://postgres@127.0.0.1:$port/postgres
            return 0
        fi
        echo "PostgreSQL did not start on port $port (attempt $try of 10)" >&2
    done
    cat "$WORK/postgres/log" >&2
    return 1
}

stop_postgres() {
    [ -z "${POSTGRES_URL:-}" ] || as_postgres pg_ctl stop --pgdata=data --mode=immediate --silent || true
}

as_postgres() {
    local program=$1 programs
    shift
    programs=$(postgres_programs)
    local user=()
    [ "$(id -u)" -ne 0 ] || user=(runuser -u postgres --)
    (cd "$WORK/postgres" && "${user[@]}" "$programs/$program" "$@")
}

# Prints the folder of the newest PostgreSQL.
postgres_programs() {
    find /usr/lib/postgresql -path '*/bin/initdb' -printf '%h\n' 2>/dev/null | sort -V | tail -n 1
}

# Installs the packages in a folder's lock file, unless they are installed.
node_packages() {
    command -v npm >/dev/null || install nodejs npm || return 1
    [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] ||
        npm ci --prefix "$1" --no-audit --no-fund --prefer-offline --silent
}

browser() {
    [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || install chromium
}

python_with_jwt() {
    "${PYTHON:-/usr/bin/python3}" -c 'import jwt, cryptography' 2>/dev/null ||
        install python3 python3-jwt python3-cryptography
}

# Makes an environment of Python with the packages in tests/passkeys/requirements.txt, unless the user's cache has it, and
# exports the path of its interpreter as PYTHON_WITH_FIDO2.
python_with_fido2() {
    local python=${PYTHON:-/usr/bin/python3} requirements=$ROOT/tests/passkeys/requirements.txt
    local caches=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/latchkey key new
    "$python" -c 'import cryptography, ensurepip, venv' 2>/dev/null ||
        install python3 python3-venv python3-cryptography || return 1
    mkdir -p "$caches" 2>/dev/null || caches=$WORK
    key=$({ cat "$requirements" && "$python" -VV; } | sha256sum | cut -c 1-16)
    export PYTHON_WITH_FIDO2=$caches/python-$key/bin/python
    "$PYTHON_WITH_FIDO2" -c 'import fido2.server' 2>/dev/null && return 0
    new=$(mktemp -d -p "$caches") &&
        "$python" -m venv --system-site-packages "$new" &&
        "$new/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
            --only-binary :all: --requirement "$requirements" || return 1
    # Another run may have made the same meanwhile.
    mv --no-target-directory "$new" "$caches/python-$key" 2>/dev/null || rm -rf "$new"
    "$PYTHON_WITH_FIDO2" -c 'import fido2.server'
}

# Prints the folder of the toolchain's coverage tools, or of those of LLVM 19 or later, which can read rustc's profiles.
coverage_tools() {
    local folder
    for folder in "$(rustc --print sysroot)"/lib/rustlib/*/bin /usr/lib/llvm-{22,21,20,19}/bin; do
        if [ -x "$folder/llvm-cov" ] && [ -x "$folder/llvm-profdata" ]; then
            echo "$folder"
            return
        fi
    done
}

install() {
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"
}
