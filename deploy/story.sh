# What happens in the demo: the cameras of fixtures/junction.json and the incident they saw. Sourced, not run.

incident=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["incident"]["number"])' "$root/fixtures/junction.json")

now() { # now [SECONDS]: that much later
  date -u -d "${1:-0} seconds" +%Y-%m-%dT%H:%M:%S.%3NZ
}

cameras_field() { # cameras_field NAME: of what the RTSP server said when it was ready
  python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())[sys.argv[2]])' "$folder/log/cameras.log" "$1"
}

give_up() { # give_up WHY LOG
  say "the end of $folder/log/$2.log:"
  tail -n 20 "$folder/log/$2.log" >&2 || true
  die "$1"
}

register_cameras() { # register_cameras RTSP_PORT
  python3 - "$junction" "$1" <<'PYTHON'
import json, subprocess, sys
described = json.load(open(sys.argv[1]))
for camera in described['cameras']:
    subprocess.run(
        ['caselight', 'camera', 'add', '--code', camera['code'], '--name', camera['name'],
         '--url', f"rtsp://127.0.0.1:{sys.argv[2]}{camera['mount']}", '--datum', described['datum'],
         '--lat', str(camera['latitude']), '--lon', str(camera['longitude']), '--bearing', str(camera['bearingDegrees']),
         '--field', str(camera['fieldDegrees']), '--range', str(camera['rangeMeters']), '--class', str(camera['class'])],
        stdout=subprocess.DEVNULL, check=True)
PYTHON
}

all_cameras_recorded_since() { # all_cameras_recorded_since TIME: whether each has a fragment from after it
  caselight camera list --json | python3 -c '
import json, sys
from datetime import datetime
def time(text): return datetime.fromisoformat(text.replace("Z", "+00:00"))
cameras = json.load(sys.stdin)
cameras = cameras["cameras"] if isinstance(cameras, dict) else cameras
latest = [camera.get("status", {}).get("lastFragmentAt") for camera in cameras]
sys.exit(not latest or any(at is None or time(at) < time(sys.argv[1]) for at in latest))' "$1"
}

post_incident() { # post_incident FROM TO
  python3 - "$junction" "$1" "$2" <<'PYTHON'
import json, subprocess, sys
incident = json.load(open(sys.argv[1]))['incident']
subprocess.run(
    ['caselight', 'incident', 'post', '--number', incident['number'], '--category', incident['category'],
     '--from', sys.argv[2], '--to', sys.argv[3], '--near', f"{incident['latitude']},{incident['longitude']}",
     '--address', incident['address'], '--text', incident['text']], check=True)
PYTHON
}

count_clips() { # of cameras with footage, in the answer on standard input
  python3 -c 'import json, sys; print(sum(bool(clip["spans"]) for clip in json.load(sys.stdin)["clips"]))'
}

print_next_things() {
  local program=${bin#"$root"/}/caselight
  printf '\nNext:\n'
  case $mode in
    once) printf '  deploy/demo.sh --detach            # the same, and it stays\n' ;;
    stay) printf '  in another terminal:\n' ;;
  esac
  cat <<EOF
  eval "\$(deploy/demo.sh --env)"
  $program still gate-1 --at $from --incident $incident -o gate-1.jpg
  $program link --incident $incident --camera gate-1 --from $from --to $to --role event
  $program incident show $incident
  $program camera show $dropped_camera
EOF
  [[ $mode != detach ]] || printf '  deploy/demo.sh --stop\n'
}
