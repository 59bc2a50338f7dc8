#!/bin/bash
# Behaves as the entrypoint of the image `postgres` does: gives the data directory to its user and drops to it; an empty
# one becomes a cluster with the database, the user and the files of /docker-entrypoint-initdb.d.
set -eo pipefail

# from_file NAME: the value of NAME, or of the file that NAME_FILE names.
from_file() {
	local file="${1}_FILE"
	if [ "${!1:-}" ] && [ "${!file:-}" ]; then
		echo "error: both $1 and $file are set (but are exclusive)" >&2
		exit 1
	fi
	if [ "${!file:-}" ]; then export "$1"="$(<"${!file}")"; fi
	unset "$file"
}

case "${1:-}" in -*) set -- postgres "$@" ;; esac
if [ "$1" = postgres ]; then
	mkdir -p "$PGDATA" /var/run/postgresql
	if [ "$(id -u)" = 0 ]; then
		chmod 700 "$PGDATA" || true
		find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
		exec gosu postgres "$0" "$@"
	fi
	if [ ! -s "$PGDATA/PG_VERSION" ]; then
		for each in POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB POSTGRES_INITDB_ARGS; do from_file "$each"; done
		: "${POSTGRES_USER:=postgres}" "${POSTGRES_DB:=$POSTGRES_USER}"
		if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
			echo "Error: Database is uninitialized and superuser password is not specified." >&2
			exit 1
		fi
		eval 'initdb --no-sync --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"$POSTGRES_INITDB_ARGS"
		printf "\nlisten_addresses = '*'\n" >>"$PGDATA/postgresql.conf" # Debian's listens on localhost, the image on all
		printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
		PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
		run=(psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc)
		if [ "$POSTGRES_DB" != postgres ]; then
			"${run[@]}" --dbname postgres -c "CREATE DATABASE \"$POSTGRES_DB\""
		fi
		for file in /docker-entrypoint-initdb.d/*; do
			case "$file" in
			*.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
			*.sql) "${run[@]}" --dbname "$POSTGRES_DB" -f "$file" ;;
			*.sql.gz) gunzip -c "$file" | "${run[@]}" --dbname "$POSTGRES_DB" ;;
			esac
		done
		pg_ctl -D "$PGDATA" -m fast -w stop
		echo "PostgreSQL init process complete; ready for start up."
	fi
fi
exec "$@"
