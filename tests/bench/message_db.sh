#!/usr/bin/env bash
# A PostgreSQL with message-db in a directory of its own, for the benchmark: message_db.sh ORDER DIR ...
#   serve DIR                  makes the database cluster and becomes the server, on a socket in DIR only; every commit
#                              is synced to the disk, as PostgreSQL does by itself
#   install DIR                waits for it, and installs message-db there
#   write DIR CLIENTS SECONDS RUN CATEGORIES
#                              pgbench: each client appends to a stream of its own, each time with the version that it
#                              expects. CATEGORIES is one (message-db writes a category in one order, one writer at a
#                              time) or each (a category a client). Prints TRANSACTIONS_A_SECOND MEAN_MILLISECONDS.
# Programs and SQL are those of `scripts/setup.sh bench`. PostgreSQL does not run as root: there the user nobody does,
# from a copy in DIR, since this checkout may be somewhere that nobody may look.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tools=$here/../../build/tools
order=${1:?usage: message_db.sh serve|install|write DIR ...} dir=${2:?usage: message_db.sh serve|install|write DIR ...}
bin=$(echo "$tools"/postgresql/usr/lib/postgresql/*/bin)
export PGHOST=$dir PGUSER=bench PGDATABASE=message_store

as_user() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=nobody --regid=nogroup --clear-groups --pdeathsig=KILL env HOME="$dir" "$@"
  else
    "$@"
  fi
}

case $order in
  serve)
    mkdir -p "$dir"
    if [ "$(id -u)" = 0 ]; then
      cp -r "$tools/postgresql" "$dir/postgresql"
      chmod -R go+rX "$dir/postgresql"
      bin=$(echo "$dir"/postgresql/usr/lib/postgresql/*/bin)
      chown nobody:nogroup "$dir"
    fi
    cd "$dir"
    as_user "$bin/initdb" -D "$dir/data" -U "$PGUSER" --auth=trust --encoding=UTF8 --locale=C >"$dir/initdb.log" 2>&1 ||
      { cat "$dir/initdb.log" >&2; exit 1; }
    cat >>"$dir/data/postgresql.conf" <<P
listen_addresses = ''
unix_socket_directories = '$dir'
unix_socket_permissions = 0700
max_connections = 100
fsync = on
synchronous_commit = on
P
    if [ "$(id -u)" = 0 ]; then
      exec setpriv --reuid=nobody --regid=nogroup --clear-groups --pdeathsig=KILL "$bin/postgres" -D "$dir/data"
    fi
    exec "$bin/postgres" -D "$dir/data"
    ;;
  install)
    deadline=$((SECONDS + 60))
    until "$bin/pg_isready" -q -d postgres; do
      [ "$SECONDS" -lt "$deadline" ] || { echo "PostgreSQL does not answer in $dir" >&2; exit 1; }
      sleep 0.1
    done
    # What it runs are psql and createdb; Debian's createdb would ask for a cluster of Debian's.
    PATH=$bin:$PATH PGDATABASE=postgres bash "$tools/message-db/database/install.sh" >&2
    echo installed
    ;;
  write)
    clients=$3 seconds=$4 run=$5 stream="'bench$5-' || :client_id"
    [ "$6" = one ] || stream="'bench$5x' || :client_id || '-1'"
    cat >"$dir/write.sql" <<P
\\set expected :expected + 1
SELECT write_message(gen_random_uuid()::varchar, $stream, 'SupplierRegistered',
  '{"displayName": "Dobavljač d.o.o. Sarajevo", "countryCode": "BA", "supplier": "operations/ba/suppliers/s-1",
    "requestDigest": "0f3c9a52d1b84e6790acfe8123457681c0deba5e0f3c9a52d1b84e6790acfe81"}'::jsonb,
  '{"principal": "organisations/iom/people/bench", "requestId": "00000000-0000-4000-8000-000000000001",
    "traceId": "4bf92f3577b34da6a3ce929d0e0e4736"}'::jsonb, (:expected)::bigint);
P
    PGOPTIONS='-c search_path=message_store,public' "$bin/pgbench" -n -M prepared -f "$dir/write.sql" -D expected=-2 \
      -c "$clients" -j 2 -T "$seconds" "$PGDATABASE" 2>"$dir/write-$run.err" |
      awk '/^latency average/ {mean = $4} /^tps/ {tps = $3} /failed transactions: [^0]/ {exit 1}
        END {if (tps == "") exit 1; print tps, mean}' || { cat "$dir/write-$run.err" >&2; exit 1; }
    ;;
  *) echo "message_db.sh: no order $order" >&2; exit 2 ;;
esac
