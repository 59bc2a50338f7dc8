#!/bin/sh
# `healthcheck.sh` of the image `mariadb`: whatever it is asked, it asks the server for its engine of tables.
exec mariadb -h 127.0.0.1 -u healthcheck --skip-column-names -e \
	"SELECT 1 FROM information_schema.ENGINES WHERE engine = 'innodb' AND support IN ('YES', 'DEFAULT')" >/dev/null
