#!/usr/bin/env bash
# Shows Caselight at work: eight cameras round one junction, a theft, and the clips that could have seen it.
#
#   deploy/demo.sh            builds, starts cameras and daemon, shows the story, stays up until Ctrl-C
#   deploy/demo.sh --once     shows the story and ends; exit 0 only if clips were found
#   deploy/demo.sh --detach   shows the story and leaves everything running
#   deploy/demo.sh --env      prints what to export to talk to the running demo: eval "$(deploy/demo.sh --env)"
#   deploy/demo.sh --stop     ends the running demo and all it started
#
# Everything it makes is in .demo beside Package.swift, or in $CASELIGHT_DEMO_DIR. Each start begins with an empty archive; the
# cameras' clips are drawn once. CASELIGHT_CONFIGURATION=debug takes the debug build. As root it installs the Debian packages it needs.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$root/deploy/processes.sh"
source "$root/deploy/story.sh"

mode=stay
case ${1:-} in
  '') ;;
  --once | --detach | --env | --stop) mode=${1#--} ;;
  -h | --help)
    sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0 ;;
  *) die "unknown argument '$1'. See --help." 2 ;;
esac
(($# <= 1)) || die 'one option at a time. See --help.' 2

folder=${CASELIGHT_DEMO_DIR:-$root/.demo}
configuration=${CASELIGHT_CONFIGURATION:-release}
# What is exported for another daemon must not set up this one.
unset "${!CASELIGHT_@}"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# It will be emptied: only a folder that was empty, or is the demo's, will do.
[[ -e $folder/.caselight-demo || -z $(ls -A "$folder") ]] || die "$folder is not empty and not the demo's. Choose another with CASELIGHT_DEMO_DIR."
touch "$folder/.caselight-demo"
running=$folder/run
junction=$root/fixtures/junction.json
# How long the cameras record before anybody asks, and when in that time one of them fails.
story_seconds=30 drop_at_seconds=8 drop_seconds=5 dropped_camera=gate-3

is_up() { is_alive "$running/daemon.pid" && is_alive "$running/cameras.pid"; }

# The daemon first, so that it closes its files; then the cameras it would otherwise miss.
stop_all() {
  end_process "$running/daemon.pid" 15
  end_process "$running/cameras.pid" 5
  rm -rf "$running"
}

print_env() {
  printf 'export CASELIGHT_URL=%q CASELIGHT_TOKEN=%q\n' "$(<"$running/url")" "$(<"$running/token")"
}

case $mode in
  env)
    is_up || die 'the demo is not running. Start it: deploy/demo.sh --detach'
    print_env
    exit 0 ;;
  stop)
    [[ -d $running ]] || { say 'the demo is not running'; exit 0; }
    stop_all
    say 'stopped'
    exit 0 ;;
esac

exec 9>"$folder/lock"
flock -n 9 || die "another demo is starting or running with $folder. End it, or choose another folder with CASELIGHT_DEMO_DIR."
is_up && die 'the demo is already running. End it with deploy/demo.sh --stop, or talk to it: eval "$(deploy/demo.sh --env)"'

need_packages "${build_packages[@]}" "${camera_packages[@]}"
need_swift

# Build

say "building ($configuration); the first time takes some minutes"
cd "$root"
for product in caselightd caselight caselight-media; do
  swift build -c "$configuration" --product "$product" >&2
done
bin=$(swift build -c "$configuration" --show-bin-path)
began=$SECONDS

# Start

stop_all
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
rm -rf "${folder:?}/state" "$folder/log"
mkdir -p "$folder/state" "$folder/log" "$running"

say 'drawing the cameras'"'"' clips, where they are not there yet'
"$root/fixtures/make-footage.sh" "$folder/footage"

start_process "$running/cameras.pid" "$folder/log/cameras.log" \
  "$root/fixtures/rtsp_server.py" --footage "$folder/footage" --port 0 --control-port 0
wait_for 30 "$running/cameras.pid" grep -q '"controlPort"' "$folder/log/cameras.log" || give_up 'the cameras did not start' cameras
rtsp_port=$(cameras_field rtspPort) control_port=$(cameras_field controlPort)

port=$(free_port 8480)
export CASELIGHT_URL=http://127.0.0.1:$port
cat >"$folder/caselight.yaml" <<YAML
http:
  port: $port
state:
  path: "$folder/state"
archive:
  path: "$folder/state/archive"
worker:
  path: "$bin/caselight-media"
YAML
start_process "$running/daemon.pid" "$folder/log/daemon.log" "$bin/caselightd" run --config "$folder/caselight.yaml"
wait_for 60 "$running/daemon.pid" curl -fsS -o "$folder/log/readyz" "$CASELIGHT_URL/readyz" || give_up 'the daemon did not get ready' daemon
echo "$CASELIGHT_URL" >"$running/url"
# One account for the whole story; in an installation each person has one, with the roles of their work.
password=$(head -c 9 /dev/urandom | base64 | tr '+/' '-_')
CASELIGHT_TOKEN=$(printf '%s\n' "$password" | "$bin/caselightd" account create demo --config "$folder/caselight.yaml" --password-file - --token demo \
  --role investigator --role dispatcher --role cameraAdmin --role auditor --role admin 2>>"$folder/log/daemon.log") ||
  give_up 'no account could be made' daemon
export CASELIGHT_TOKEN
(umask 077; printf '%s\n' "$CASELIGHT_TOKEN" >"$running/token")
PATH=$bin:$PATH

# The story

say 'registering eight cameras'
register_cameras "$rtsp_port"
wait_for 60 "$running/daemon.pid" all_cameras_recorded_since "$(now)" || give_up 'not every camera is being recorded' daemon
# Questions are widened by what is not known of a clock: leave room for it on both sides.
pause 3
from=$(now)
say "recording; in $drop_at_seconds s $dropped_camera loses its feed for $drop_seconds s"
pause "$drop_at_seconds"
curl -fsS -o "$folder/log/drop" -X POST "http://127.0.0.1:$control_port/drop/$dropped_camera?seconds=$drop_seconds" ||
  give_up 'the cameras do not answer any more' cameras
pause $((story_seconds - drop_at_seconds))
to=$(now)

say 'posting the incident'
post_incident "$from" "$to"
wait_for 30 "$running/daemon.pid" all_cameras_recorded_since "$(now 3)" || say 'some footage is late; this is what is there'
question=(find --incident "$incident" --from "$from" --to "$to")
printf '\n$ caselight %s\n\n' "${question[*]}"
caselight "${question[@]}"
clips=$(caselight "${question[@]}" --json | count_clips)
printf '\n%s cameras with footage, %s s after the build.\n' "$clips" "$((SECONDS - began))"
print_next_things
[[ $mode == once ]] || printf '\nIn a browser: %s/ as demo, with the password %s\n' "$CASELIGHT_URL" "$password"

case $mode in
  once)
    ((clips > 0)) || die 'no clips were found'
    exit 0 ;;
  detach)
    trap - EXIT
    exit 0 ;;
esac
say 'running until Ctrl-C'
while is_up; do sleep 1; done
give_up 'a program ended by itself' daemon
