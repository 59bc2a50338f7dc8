#!/bin/sh
# Runs once, on an empty data directory: the role of the applications and one database for each.
set -eu

psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v app="$APP_DB_USER" -v pw="$APP_DB_PASSWORD" <<'SQL'
CREATE ROLE :"app" LOGIN PASSWORD :'pw';
SQL

for db in $APP_DATABASES; do
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v app="$APP_DB_USER" -v db="$db" <<'SQL'
CREATE DATABASE :"db" OWNER :"app";
SQL
done
