#!/usr/bin/env bash
# Builds Caselight and runs all its tests. Complete on a fresh Debian 12 with the Swift toolchain.
#
#   deploy/test.sh [--torture] [--filter REGEX]
#
#   --torture       also the long proofs: hundreds of kills, minutes of load
#   --filter REGEX  only the tests whose names match
#
# Exit status: 0 all passed; 1 something failed; 2 wrong usage. As root it installs the Debian packages it needs. Nothing is tried twice.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

selection=()
while (($#)); do
  case $1 in
    --torture) export CASELIGHT_TORTURE=1 ;;
    --filter)
      [[ -n ${2:-} ]] || die '--filter needs a pattern' 2
      selection=(--filter "$2")
      shift ;;
    -h | --help)
      sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0 ;;
    *) die "unknown argument '$1'. See --help." 2 ;;
  esac
  shift
done

cd "$root"
need_packages "${build_packages[@]}" "${camera_packages[@]}" "${test_packages[@]}"
need_swift

log=$(mktemp)
unit=$(mktemp -d)
trap 'rm -rf "$log" "$unit"' EXIT
outcomes=()
failures=()
failed=0

step() { # step NAME COMMAND...: runs it, and remembers how it went and how long it took
  local name=$1 began=$SECONDS outcome=passed
  shift
  say "== $name"
  "$@" || { outcome=FAILED failed=1; }
  outcomes+=("$(printf '%-8s %5d s  %s' "$outcome" "$((SECONDS - began))" "$name")")
  [[ $outcome == passed ]]
}

finish() {
  # Last, so that the end of a long log says what failed.
  if ((${#failures[@]})); then printf '\nfailures:\n' && printf '%s\n' "${failures[@]}"; fi
  printf '\n'
  printf '%s\n' "${outcomes[@]}"
  if ((failed)); then printf '%s\n' 'deploy/test.sh: FAILED'; else printf '%s\n' 'deploy/test.sh: all passed'; fi
  exit "$failed"
}

# The unit as shipped, with the program's path put where it was built: verify wants to see it.
check_unit() {
  local program
  program=$(swift build --show-bin-path)/caselightd
  sed "s#/usr/bin/caselightd#$program#" deploy/caselightd.service >"$unit/caselightd.service"
  systemd-analyze verify --man=no "$unit/caselightd.service" &&
    systemd-analyze security --offline=true --threshold=20 --no-pager "$unit/caselightd.service" | tail -n 1
}

run_tests() { # run_tests OPTION...: of swift test
  local status=0 summary
  swift test --skip-build "$@" 2>&1 | tee "$log" || status=$?
  # Swift Testing ends with its summary. Without one, or with nothing run, nothing was proved.
  summary=$(grep -E 'Test run with [1-9][0-9]* tests? .*(passed|failed) after' "$log" | tail -n 1) || true
  if ((status)); then
    failures+=("$(grep -E '✘|error:|Fatal|unexpected signal' "$log" | sort -u | head -n 60)") || true
    # A program that died says last what it was at.
    [[ -n $summary ]] || failures+=("$(tail -n 30 "$log")")
  fi
  printf '\n%s\n' "${summary:-no test was run}"
  [[ $status == 0 && -n $summary ]]
}

step 'build' swift build --build-tests || finish
step 'footage of the junction' fixtures/make-footage.sh .build/footage || finish
step 'systemd unit: verify, exposure at most 2.0' check_unit || true
if ((${#selection[@]})); then
  step "tests: ${selection[1]}" run_tests --no-parallel "${selection[@]}" || true
else
  step 'tests of the parts' run_tests --skip EndToEndTests || true
  # One after the other: each runs real cameras and a real daemon, and measures them.
  step 'tests from end to end' run_tests --no-parallel --filter EndToEndTests || true
fi
finish
