# What the scripts of this folder share. Sourced, not run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

build_packages=(git ca-certificates pkg-config libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libsqlite3-dev zlib1g-dev)
camera_packages=(ffmpeg fonts-dejavu-core openssl curl procps python3-gi gir1.2-gst-rtsp-server-1.0
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad)
test_packages=(chromium chromium-driver fonts-wqy-zenhei libjs-leaflet sqlite3 strace systemd util-linux e2fsprogs xfsprogs unzip python3-jsonschema)

say() { printf '%s\n' "$*" >&2; }

die() { # die MESSAGE [STATUS]
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit "${2:-1}"
}

# Installs what is missing of Debian's packages, or says how to.
need_packages() {
  local name missing=()
  for name; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  [[ $(id -u) == 0 ]] || die "these Debian packages are missing: ${missing[*]}. Install them: sudo apt-get install --no-install-recommends ${missing[*]}"
  say "installing ${missing[*]}"
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

need_swift() {
  command -v swift >/dev/null || die 'swift is not in PATH. Install the Swift 6.2 toolchain or newer: https://www.swift.org/install/linux/'
}
