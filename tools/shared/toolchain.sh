# Sourced by tools/setup: fetches the toolchain of swift.org for this distribution and processor, verifies its signature and
# unpacks it into .toolchain. A download that broke is continued; what is not verified is never unpacked.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC1090  # names of common.sh and setup, which are sourced with it; os-release

readonly os_release=/etc/os-release
readonly swift_server=https://download.swift.org
# The key of all releases of Swift 6. Its fingerprint as stated by swift.org/keys/active and by the Dockerfiles of the
# official images. It expired on 2026-09-16, so what counts is that it was valid when it signed.
readonly swift_key=https://www.swift.org/keys/release-key-swift-6.x.asc
readonly swift_key_fingerprint=52BB7E3DE28A71BE22EC05FFEF80A866B47A981F
# What an unpacked toolchain takes, in sizes of its archive.
readonly unpacked_ratio=4
readonly download_tries=5 download_pause=2

# The system libraries that the toolchain's programs need, as names of libraries and of Debian's packages.
readonly toolchain_libraries=(libcurl.so.4:libcurl4 libncurses.so.6:libncurses6 libsqlite3.so.0:libsqlite3-0 libxml2.so.2:libxml2)

# The name of the toolchain for this system, such as ubuntu24.04-aarch64. Derived distributions name the release that they are
# made from. There is no build for Debian 13; that for Debian 12 runs there.
toolchain_platform() {
    local codename platform processor file=$os_release
    codename=$(. "$file" 2>/dev/null && echo "${UBUNTU_CODENAME:-${DEBIAN_CODENAME:-${VERSION_CODENAME-}}}") || true
    case $codename in
        bookworm | trixie) platform=debian12 ;;
        jammy) platform=ubuntu22.04 ;;
        noble) platform=ubuntu24.04 ;;
        *)
            die "expected Debian 12 or 13, or Ubuntu 22.04 or 24.04, for a toolchain of swift.org," \
                "found $(. "$file" 2>/dev/null && echo "${PRETTY_NAME-}" || echo "no $file"):" \
                "install Swift $swift_minimum or later (https://www.swift.org/install/linux)"
            ;;
    esac
    processor=$(uname -m)
    case $processor in
        x86_64) echo "$platform" ;;
        aarch64) echo "$platform-aarch64" ;;
        *) die "expected an x86_64 or aarch64 processor for a toolchain of swift.org, found $processor: install Swift $swift_minimum or later" ;;
    esac
}

megabytes() { echo "$((($1 + 999999) / 1000000)) MB"; }

# Length of a file, 0 where there is none.
length() { if [[ -e $1 ]]; then stat --format %s "$1"; else echo 0; fi; }

# Quiet curl, with its error as one line.
download() {
    local address=$1 file=$2 found
    found=$(curl --fail --silent --show-error --location --connect-timeout 30 --max-time 300 --output "$file" "$address" 2>&1) ||
        die "expected $address, found ${found#curl: }: try again later"
}

# The length of what lies at an address, from its headers.
remote_length() {
    local address=$1 headers bytes
    headers=$(curl --fail --silent --show-error --location --head --connect-timeout 30 --max-time 60 "$address" 2>&1) ||
        die "expected $address, found ${headers##*curl: }: is there a connection?"
    bytes=$(tr -d '\r' <<<"$headers" | awk 'tolower($1) == "content-length:" { bytes = $2 } END { print bytes }')
    [[ $bytes =~ ^[0-9]+$ ]] || die "expected the length of $address, found none: try again later"
    echo "$bytes"
}

# download_archive ADDRESS FILE BYTES: continues what is there; gives up after some tries that brought nothing.
download_archive() {
    local address=$1 file=$2 bytes=$3 tries=0 furthest status now
    local options=(--fail --location --continue-at - --connect-timeout 30 --speed-limit 1000 --speed-time 60)
    if [[ -t 2 ]]; then options+=(--progress-bar); else options+=(--silent --show-error); fi
    now=$(length "$file")
    furthest=$now
    while ((now != bytes)); do
        if ((now > bytes)); then
            rm -f "$file"
            furthest=0
        fi
        status=0
        curl "${options[@]}" --output "$file" "$address" || status=$?
        now=$(length "$file")
        case $status in
            0) ((now == bytes)) || die "expected $bytes bytes from $address, found $now: remove $file and try again" ;;
            22) die "expected $address, found an error of the server: try again later" ;;
            # A failed write, or the end by a limit of the size of files.
            23 | 153) die "expected to write $(megabytes "$bytes") to $file, found a full disk or a limit at $(megabytes "$now"): make room and try again" ;;
            # The server cannot continue.
            33) rm -f "$file" ;;
            *) say "the download broke at $(megabytes "$now") of $(megabytes "$bytes")" >&2 ;;
        esac
        if ((now > furthest)); then
            furthest=$now
            tries=0
        elif ((now != bytes)); then
            ((++tries < download_tries)) || die "expected $address, found $download_tries broken downloads: try again later; it will be continued"
            sleep "$download_pause"
        fi
    done
}

# verify ARCHIVE SIGNATURE KEY_FILE: whether the pinned key signed the archive, while it was valid. Prints what was found if not.
verify() {
    local archive=$1 signature=$2 key_file=$3 home status keys expiry
    home=$(mktemp -d)
    local gpg=(gpg --homedir "$home" --batch --no-autostart --no-auto-key-retrieve --trust-model always --quiet)
    "${gpg[@]}" --import "$key_file" 2>/dev/null || true
    keys=$("${gpg[@]}" --with-colons --list-keys "$swift_key_fingerprint" 2>/dev/null) || true
    expiry=$(awk -F: '$1 == "pub" { print $7 }' <<<"$keys")
    status=$("${gpg[@]}" --status-fd 1 --verify "$signature" "$archive" 2>/dev/null) || true
    rm -rf "$home"
    awk -v key="$swift_key_fingerprint" -v expiry="$expiry" '
        $2 == "BADSIG" { bad = "a signature of other content" }
        $2 == "REVKEYSIG" { bad = "a signature by a key that was revoked" }
        $2 == "EXPSIG" { bad = "a signature that has expired" }
        $2 == "ERRSIG" { bad = "a signature by the key " $3 }
        $2 == "EXPKEYSIG" { expired = 1 }
        $2 == "VALIDSIG" { signer = $12; time = $5 }
        END {
            if (!bad && !signer) bad = "no signature"
            if (!bad && signer != key) bad = "a signature by the key " signer
            if (!bad && expired && time > expiry) bad = "a signature made after its key had expired"
            if (bad) { print bad; exit 1 }
        }' <<<"$status"
}

unpack() {
    local archive=$1 folder=$2 part found
    rm -rf "$toolchains"/.unpacking.* "$folder"
    part=$(mktemp -d "$toolchains/.unpacking.XXXXXX")
    chmod 755 "$part"
    if ! found=$(tar --extract --gzip --no-same-owner --strip-components=1 --directory "$part" --file "$archive" 2>&1); then
        rm -rf "$part"
        found=$(head -n 1 <<<"$found")
        die "expected to unpack $archive, found: ${found#tar: }: make room and try again"
    fi
    mv "$part" "$folder"
    rm -f "$archive" "$archive.sig"
}

# fetch_toolchain ASK: with ASK=true, asks first if there is a terminal.
fetch_toolchain() {
    local ask=$1 platform name address archive bytes needed free answer='' found lock
    platform=$(toolchain_platform)
    name=swift-$swift_release-RELEASE-$platform
    # Folders have no full stop: ubuntu2404.
    address=$swift_server/swift-$swift_release-release/${platform//./}/swift-$swift_release-RELEASE/$name.tar.gz
    archive=$toolchains/$name.tar.gz
    mkdir -p "$toolchains"
    exec {lock}>"$toolchains/lock"
    if ! flock --nonblock "$lock"; then
        say "another tools/setup is fetching Swift; waiting for it"
        flock "$lock"
    fi
    # Another one may have done it meanwhile.
    if [[ ! -x $toolchains/$name/usr/bin/swift ]] || ! check_version "$toolchains/$name/usr/bin/swift"; then
        bytes=$(remote_length "$address")
        needed=$((bytes - $(length "$archive") + unpacked_ratio * bytes))
        free=$(($(df --output=avail --block-size=1 "$toolchains" | tail -n 1)))
        say "Swift $swift_release for $platform from ${swift_server#https://}: $(megabytes "$bytes") to download," \
            "about $(megabytes $((unpacked_ratio * bytes))) in ${toolchains#"$project"/}, which can be deleted at any time"
        ((free >= needed)) || die "expected $(megabytes "$needed") free for $toolchains, found $(megabytes "$free"): make room and try again"
        if $ask && [[ -t 0 && -t 2 ]]; then
            read -r -p "Download it? [Y/n] " answer || answer=no
            [[ $answer =~ ^([yY].*)?$ ]] || die "without Swift nothing can be built: tools/setup --yes downloads it without asking"
        fi
        download "$swift_key" "$toolchains/key.asc"
        download "$address.sig" "$archive.sig"
        download_archive "$address" "$archive" "$bytes"
        say "verifying the signature"
        if ! found=$(verify "$archive" "$archive.sig" "$toolchains/key.asc"); then
            rm -f "$archive" "$archive.sig"
            die "expected a signature of $name by Swift's key $swift_key_fingerprint, found $found: nothing was unpacked, the download was deleted"
        fi
        say "unpacking"
        unpack "$archive" "$toolchains/$name"
        check_version "$toolchains/$name/usr/bin/swift" || die "$problem"
    fi
    exec {lock}>&-
    use_toolchain
    say "Swift $swift_release is in ${toolchains#"$project"/}/$name"
}
