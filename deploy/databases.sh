#!/bin/sh
# A login and a database of its own for each of SERVICES, and the password in NAME_DB_PASSWORD for each. Run before
# every start: makes what is missing, takes over a changed password, leaves the rest as it is. Connects as PG* say.
set -eu
for service in $SERVICES; do
  password=$(printenv "$(printf %s "$service" | tr '[:lower:]-' '[:upper:]_')_DB_PASSWORD")
  # By the environment: the arguments of a process are anybody's to read.
  SERVICE=$service PASSWORD=$password psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname postgres <<'SQL'
\getenv name SERVICE
\getenv password PASSWORD
select format('create role %I', :'name') where not exists (select from pg_roles where rolname = :'name') \gexec
alter role :"name" login password :'password';
select format('create database %I owner %I', :'name', :'name')
 where not exists (select from pg_database where datname = :'name') \gexec
revoke all on database :"name" from public;
SQL
  echo "$service has its database"
done
