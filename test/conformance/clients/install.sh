#!/usr/bin/env bash
# Installs the clients in other languages that the conformance tests drive: confluent-kafka into a Python environment, franz-go and
# Sarama into one program. They go to KAFKA_CLIENTS_HOME (default ~/.cache/millrace-clients). Python 3 and Go must be there.
set -euo pipefail
export PATH=/usr/local/go/bin:$PATH
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${KAFKA_CLIENTS_HOME:-$HOME/.cache/millrace-clients}
mkdir -p "$home"

python=$home/python
confluent=confluent-kafka==2.16.1
if [ "$(cat "$python/ready" 2>/dev/null)" != "$confluent" ]; then
  rm -rf "$python"
  python3 -m venv "$python"
  "$python/bin/pip" install -q --disable-pip-version-check --only-binary :all: "$confluent"
  printf '%s\n' "$confluent" >"$python/ready"
fi

(cd "$here/go" && go build -o "$home/go-clients" .)

# What makes up requests for the REST API (npm run fuzz:rest).
fuzzer=$home/schemathesis
schemathesis=schemathesis==4.32.5
if [ "$(cat "$fuzzer/ready" 2>/dev/null)" != "$schemathesis" ]; then
  rm -rf "$fuzzer"
  python3 -m venv "$fuzzer"
  "$fuzzer/bin/pip" install -q --disable-pip-version-check "$schemathesis"
  printf '%s\n' "$schemathesis" >"$fuzzer/ready"
fi
