#!/bin/sh
# Behaves as the entrypoint of the image `nginx` does, with Debian's older nginx: templates are filled in, then it starts.
# Where the configuration has what that nginx does not know yet, a copy is used without HTTP/3 and with the older `http2`.
set -e
case "$1" in nginx | nginx-debug) ;; *) exec "$@" ;; esac
for script in /docker-entrypoint.d/*.sh; do
	[ -x "$script" ] && "$script"
done
if [ -d /etc/nginx/templates ]; then
	defined=$(printf '${%s} ' $(env | cut -d= -f1))
	for template in /etc/nginx/templates/*.template; do
		name=$(basename "$template" .template)
		envsubst "$defined" <"$template" >"/etc/nginx/conf.d/$name"
	done
fi
if grep -rqE '^[[:space:]]*(listen[^;]*quic|http2[[:space:]]|http3)' /etc/nginx; then
	copy=/var/cache/nginx/etc
	mkdir -p "$copy"
	cp -rL /etc/nginx/. "$copy"
	find "$copy" -type f | while read -r file; do
		if grep -qE '^[[:space:]]*http2[[:space:]]+on;' "$file"; then
			sed -i -E 's/^([[:space:]]*listen[^;]*ssl[^;]*);/\1 http2;/' "$file"
		fi
		sed -i -E \
			-e 's/^[[:space:]]*(listen[^;]*quic[^;]*|http2[[:space:]]+on|http3[[:space:]]+[a-z]+);//' \
			-e "s#/etc/nginx/#$copy/#g" "$file"
	done
	shift
	exec nginx -c "$copy/nginx.conf" "$@"
fi
exec "$@"
