#!/usr/bin/env bash
# The role that silos run as; --migrate gives it its rights, which are on rows only.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set password="$(cat /secrets/silo/password)" <<'SQL'
create role citytwin_silo login password :'password';
SQL
