#!/usr/bin/env bash
# Makes caselight_VERSION_ARCHITECTURE.deb, or checks one.
#
#   deploy/package.sh [FOLDER]      builds release with Swift's runtime linked in; writes the package to FOLDER, default .build/package
#   deploy/package.sh --check DEB   as root: installs it in a fresh Debian 12, boots that under systemd in namespaces, watches the
#                                   service start, reload, come back after a kill, and stop, then removes and purges the package
#
# CASELIGHT_VERSION overrides the version, which else is the source's, with the commit where that is not tagged.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$root/deploy/package-check.sh"

case ${1:-} in
  --check)
    [[ -f ${2:-} && $# == 2 ]] || die '--check needs a package file' 2
    check_package "$2"
    exit 0 ;;
  -h | --help)
    sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0 ;;
  -*) die "unknown argument '$1'. See --help." 2 ;;
esac
output=${1:-$root/.build/package}

need_packages "${build_packages[@]}" dpkg-dev binutils
need_swift
cd "$root"

# The source's own version; between releases the commit says which. A tilde sorts before the release it leads to.
version() {
  local released
  released=$(sed -n 's/.*static let current = "\(.*\)".*/\1/p' Sources/CaselightModel/CaselightVersion.swift)
  if [[ -n ${CASELIGHT_VERSION:-} ]]; then
    echo "$CASELIGHT_VERSION"
  elif git describe --exact-match --match "v$released" >/dev/null 2>&1; then
    echo "$released"
  else
    echo "$released~$(git log -1 --format=%cd.%h --date=format:%Y%m%d%H%M%S 2>/dev/null || echo source)"
  fi
}

version=$(version)
architecture=$(dpkg --print-architecture)
# The same commit makes the same package.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || date +%s)
export SOURCE_DATE_EPOCH

# A folder of its own: other link flags than the demo's, and switching them would rebuild everything each time.
build=(swift build -c release --static-swift-stdlib --scratch-path "$root/.build/static")
say "building caselight $version for $architecture; the first time takes some minutes"
for product in caselightd caselight caselight-media; do "${build[@]}" --product "$product" >&2; done
bin=$("${build[@]}" --show-bin-path)

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
tree=$stage/tree
doc=$tree/usr/share/doc/caselight

install -D -t "$tree/usr/bin" "$bin/caselightd" "$bin/caselight"
install -D -t "$tree/usr/libexec/caselight" "$bin/caselight-media"
strip --strip-debug "$tree"/usr/bin/* "$tree"/usr/libexec/caselight/*
install -D -m 644 -t "$tree/lib/systemd/system" deploy/caselightd.service
install -D -m 644 -t "$tree/usr/lib/sysusers.d" deploy/sysusers.d/caselight.conf
install -D -m 644 -t "$tree/usr/lib/tmpfiles.d" deploy/tmpfiles.d/caselight.conf
install -D -m 644 -t "$tree/etc/caselight" deploy/caselight.yaml
install -D -m 644 -t "$doc" deploy/README.md

for program in caselightd caselight; do
  install -d "$tree/usr/share/bash-completion/completions" "$tree/usr/share/zsh/vendor-completions" "$tree/usr/share/fish/vendor_completions.d"
  "$bin/$program" --generate-completion-script bash >"$tree/usr/share/bash-completion/completions/$program"
  "$bin/$program" --generate-completion-script zsh >"$tree/usr/share/zsh/vendor-completions/_$program"
  "$bin/$program" --generate-completion-script fish >"$tree/usr/share/fish/vendor_completions.d/$program.fish"
done

# The programs carry these libraries inside, so the package carries their licences.
copyright() {
  printf 'Caselight %s\n\nIts programs contain the Swift runtime (Apache-2.0 with Runtime Library Exception, https://swift.org/LICENSE.txt)\nand the libraries below.\n' "$version"
  local folder file
  for folder in "$root"/.build/static/checkouts/*/; do
    for file in "$folder"LICENSE* "$folder"NOTICE*; do
      if [[ -f $file ]]; then
        printf '\n==== %s: %s\n\n' "$(basename "$folder")" "${file##*/}"
        cat "$file"
      fi
    done
  done
}
copyright >"$doc/copyright"

# What the programs link against says which packages they need.
mkdir -p "$stage/debian"
printf 'Source: caselight\n\nPackage: caselight\nArchitecture: any\nDescription: none\n' >"$stage/debian/control"
depends=$(cd "$stage" && dpkg-shlibdeps -O --warnings=1 "$tree/usr/bin/caselightd" "$tree/usr/bin/caselight" "$tree/usr/libexec/caselight/caselight-media" |
  sed -n 's/^shlibs:Depends=//p')
case $depends in
  *libswift*) die 'a program still links the Swift runtime dynamically' ;;
esac

install -d "$tree/DEBIAN"
install -m 755 -t "$tree/DEBIAN" deploy/debian/postinst deploy/debian/prerm deploy/debian/postrm
echo /etc/caselight/caselight.yaml >"$tree/DEBIAN/conffiles"
(cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
cat >"$tree/DEBIAN/control" <<CONTROL
Package: caselight
Version: $version
Architecture: $architecture
Maintainer: Caselight <caselight@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: $depends, procps, systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles, libjs-leaflet
Recommends: systemd
Section: video
Priority: optional
Description: records city cameras and finds footage by place and time
 A daemon records camera streams as they come and knows where each camera
 stands and which way it looks. Asked for an incident's place and time, it
 names every clip that could have seen it, and what was not recorded and why.
 .
 It follows incidents, not persons: there is no face recognition, biometric
 search or watch-list in it.
CONTROL

find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
mkdir -p "$output"
package=$output/caselight_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$tree" "$package" >&2
printf '%s\n' "$package"
