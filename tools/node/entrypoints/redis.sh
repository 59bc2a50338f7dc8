#!/bin/sh
# Behaves as the entrypoint of the image `redis` does: options alone are for the server, which runs as its own user.
set -e
case "${1#-}${1%.conf}" in "$1$1") ;; *) set -- redis-server "$@" ;; esac
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
	find . \! -user redis -exec chown redis '{}' +
	exec gosu redis "$0" "$@"
fi
exec "$@"
