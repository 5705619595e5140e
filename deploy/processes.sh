# Processes the demo starts: each in a session of its own, known by its id and the moment it began, ended without orphans. Sourced, not run.

began_at() { # began_at PID: the kernel's start time of a process; a number that is used again begins later
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The name, in parentheses, may hold spaces; the 20th field after it is the start time.
  set -- ${stat##*) }
  [[ $1 != Z ]] && printf '%s\n' "${20}"
}

start_process() { # start_process PIDFILE LOG COMMAND...
  local pid_file=$1 log=$2
  shift 2
  setsid "$@" </dev/null >"$log" 2>&1 9>&- &
  local pid=$!
  # setsid forks only where it would lead its group already, which a background job of a script never does.
  printf '%s %s\n' "$pid" "$(began_at "$pid")" >"$pid_file"
}

is_alive() { # is_alive PIDFILE
  local pid began
  [[ -f $1 ]] && read -r pid began <"$1" && [[ -n $began && $(began_at "$pid") == "$began" ]]
}

end_process() { # end_process PIDFILE SECONDS: asks, waits, then insists; also on what is left of its session
  local pid_file=$1 deadline=$((SECONDS + $2)) pid began
  [[ -f $pid_file ]] || return 0
  read -r pid began <"$pid_file"
  if is_alive "$pid_file"; then
    kill -TERM "$pid" 2>/dev/null || true
    while is_alive "$pid_file" && ((SECONDS < deadline)); do sleep 0.1; done
    is_alive "$pid_file" && kill -KILL "$pid" 2>/dev/null
  fi
  # The session's number stays taken while one of its processes lives, so it cannot be another's.
  local left
  left=$(ps -o pid= -s "$pid" 2>/dev/null) || true
  [[ -z $left ]] || kill -KILL $left 2>/dev/null || true
  rm -f "$pid_file"
}

wait_for() { # wait_for SECONDS PIDFILE COMMAND...: until the command succeeds; gives up when the process ends
  local deadline=$((SECONDS + $1)) pid_file=$2
  shift 2
  until "$@" 2>/dev/null; do
    is_alive "$pid_file" && ((SECONDS < deadline)) || return 1
    sleep 0.3
  done
}

# Like sleep, in steps: a signal to the script is heard at once.
pause() { # pause SECONDS
  local end=$((SECONDS + $1))
  while ((SECONDS < end)); do sleep 0.2; done
}

free_port() { # free_port WANTED: that one, or any other that is free
  python3 - "$1" <<'PYTHON'
import socket, sys
for port in (int(sys.argv[1]), 0):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(('127.0.0.1', port))
        except OSError:
            continue
        print(listener.getsockname()[1])
        break
PYTHON
}
