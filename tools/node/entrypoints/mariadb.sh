#!/bin/bash
# Behaves as the entrypoint of the image `mariadb` does: gives the data directory to its user and drops to it; an empty
# one becomes a server with the root password, the database, the user and the files of /docker-entrypoint-initdb.d.
set -eo pipefail

# setting NAME: the value of MARIADB_NAME or MYSQL_NAME, or of the file that either with _FILE names.
setting() {
	local name file
	for name in "MARIADB_$1" "MYSQL_$1"; do
		file="${name}_FILE"
		if [ "${!file:-}" ]; then cat "${!file}"; return; fi
		if [ "${!name:-}" ]; then printf %s "${!name}"; return; fi
	done
}

case "${1:-}" in -*) set -- mariadbd "$@" ;; esac
case "$1" in mariadbd | mysqld) ;; *) exec "$@" ;; esac
data=/var/lib/mysql
mkdir -p /run/mysqld
if [ "$(id -u)" = 0 ]; then
	find "$data" /run/mysqld \! -user mysql -exec chown mysql: '{}' +
	exec gosu mysql "$0" "$@"
fi
if [ ! -d "$data/mysql" ]; then
	password=$(setting ROOT_PASSWORD)
	empty=$(setting ALLOW_EMPTY_ROOT_PASSWORD)$(setting ALLOW_EMPTY_PASSWORD)
	random=$(setting RANDOM_ROOT_PASSWORD)
	if [ -z "$password$empty$random" ]; then
		echo "Database is uninitialized and password option is not specified" >&2
		exit 1
	fi
	if [ "$random" ]; then password=$(head -c 24 /dev/urandom | base64); fi
	mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db >/dev/null
	"$@" --skip-networking --socket=/run/mysqld/init.sock &
	server=$!
	run=(mariadb --socket=/run/mysqld/init.sock -uroot)
	until "${run[@]}" -e 'SELECT 1' >/dev/null 2>&1; do
		kill -0 "$server"
		sleep 0.2
	done
	database=$(setting DATABASE) user=$(setting USER)
	quoted() { printf %s "$1" | sed -e 's/\\/\\\\/g' -e "s/'/''/g"; }
	{
		echo "CREATE USER healthcheck@localhost; GRANT USAGE ON *.* TO healthcheck@localhost;"
		if [ "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"; fi
		if [ "$user" ]; then
			echo "CREATE USER '$(quoted "$user")'@'%' IDENTIFIED BY '$(quoted "$(setting PASSWORD)")';"
			if [ "$database" ]; then echo "GRANT ALL ON \`$database\`.* TO '$(quoted "$user")'@'%';"; fi
		fi
	} | "${run[@]}"
	for file in /docker-entrypoint-initdb.d/*; do
		case "$file" in
		*.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
		*.sql) "${run[@]}" "$database" <"$file" ;;
		*.sql.gz) gunzip -c "$file" | "${run[@]}" "$database" ;;
		esac
	done
	echo "CREATE USER root@'%' IDENTIFIED BY '$(quoted "$password")'; GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
		ALTER USER root@localhost IDENTIFIED BY '$(quoted "$password")';" | "${run[@]}"
	kill "$server"
	wait "$server"
	echo "MariaDB init process done. Ready for start up."
fi
exec "$@"
