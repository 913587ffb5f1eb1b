#!/bin/sh
# Runs at the first start of the database of compose.yaml: the role as which the bot runs owns nothing.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$PAYDESK_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role paydesk login password :'password';
SQL
