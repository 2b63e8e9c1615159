#!/usr/bin/env bash
# What a newcomer does, timed: clones this repository, runs `npm start` with nothing but the machine's Node and npm, and waits for
# `ready` and the first orders in the topic's copy in a file. By hand, not in CI: it takes a minute and the npm registry.
#   test/e2e/fresh-clone.sh [USER]    as USER (root only) with a home of its own, else as oneself
# Environment: KEEP=1 keeps the clone; CACHE=DIR is npm's cache (default: a new, empty one)
set -euo pipefail
repo=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
user=${1:-$(id -un)}
home=$(mktemp -d)
clone=$home/millrace
pid=
finish() {
  [ -z "$pid" ] || stop_all
  [ -n "${KEEP:-}" ] && echo "kept $home" || rm -rf "$home"
}
# The whole group: npm ends at once, what it started takes its time to end in order.
stop_all() {
  kill -TERM -- "-$pid" 2>/dev/null || return 0
  for _ in $(seq 300); do kill -0 -- "-$pid" 2>/dev/null || return 0; sleep 0.1; done
  echo 'it did not end in 30 s'
}
trap finish EXIT

git clone -q "file://$repo" "$clone"
chown -R "$user" "$home"
as=()
[ "$user" = "$(id -un)" ] || as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
passed=(HOME="$home" PATH=/usr/local/bin:/usr/bin:/bin TMPDIR="${TMPDIR:-/tmp}" npm_config_cache="${CACHE:-$home/.npm}")
# Only what a machine may need to reach its registry at all.
for name in NODE_EXTRA_CA_CERTS HTTPS_PROXY https_proxy NO_PROXY npm_config_registry npm_config_cafile; do
  [ -n "${!name:-}" ] && passed+=("$name=${!name}")
done
now() { date +%s%N; }
since() { echo "$((($(now) - $1) / 1000000)) ms"; }
await() { # WHAT SECONDS COMMAND...
  local what=$1 limit=$2 t=$SECONDS
  shift 2
  until "$@" 2>/dev/null; do
    kill -0 "$pid" 2>/dev/null || { echo "it ended before $what:"; tail -n 40 "$home/out"; exit 1; }
    [ $((SECONDS - t)) -lt "$limit" ] || { echo "no $what in $limit s:"; tail -n 40 "$home/out"; exit 1; }
    sleep 0.05
  done
}
orders_in_file() { [ "$(cat "$(find "$clone/.millrace" -name orders.jsonl)" | wc -l)" -ge 3 ]; }
ui_serves() { curl -fsS "http://127.0.0.1:8083/ui/" | grep -q 'assets/'; }

echo "as $user, Node $(env -i "${passed[@]}" node --version), npm $(env -i "${passed[@]}" npm --version)"
begin=$(now)
setsid env -i "${passed[@]}" "${as[@]}" bash -c "cd '$clone' && exec npm start" >"$home/out" 2>&1 &
pid=$!
await ready 300 grep -q '^ready' "$home/out"
ready=$(now)
echo "ready after $(since "$begin")"
await 'the UI' 60 ui_serves
echo "the UI serves $(since "$ready") after that"
await 'three orders in the file' 60 orders_in_file
echo "three orders in the file $(since "$ready") after ready"
cat "$home/out"
stop=$(now)
stop_all
echo "stopped in $(since "$stop")"
