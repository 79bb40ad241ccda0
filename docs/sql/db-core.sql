-- Made by `pnpm generate`: what every query runs, with what the guard added. Change the repositories instead.

-- accounts.findByEmail
-- sqlite
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version"
  from "users"
  where "email" = ?;
-- postgres
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version"
  from "users"
  where "email" = $1;

-- accounts.findSecret
-- sqlite
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version", "password_hash"
  from "users"
  where "email" = ?;
-- postgres
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version", "password_hash"
  from "users"
  where "email" = $1;

-- accounts.insert
-- sqlite
insert into "users" ("id", "email", "password_hash", "full_name", "is_admin", "created_at", "updated_at")
  values (?, ?, ?, ?, ?, ?, ?)
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";
-- postgres
insert into "users" ("id", "email", "password_hash", "full_name", "is_admin", "created_at", "updated_at")
  values ($1, $2, $3, $4, $5, $6, $7)
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";

-- accounts.list
-- sqlite
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version"
  from "users"
  where "email" > ?
  order by "email" asc
  limit ?;
-- postgres
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version"
  from "users"
  where "email" > $1
  order by "email" asc
  limit $2;

-- accounts.noteLogin
-- sqlite
update "users"
  set "last_login_at" = ?
  where "id" = ?;
-- postgres
update "users"
  set "last_login_at" = $1
  where "id" = $2;

-- accounts.replaceHash
-- sqlite
update "users"
  set "password_hash" = ?
  where "id" = ? and "password_hash" = ?;
-- postgres
update "users"
  set "password_hash" = $1
  where "id" = $2 and "password_hash" = $3;

-- accounts.setPassword
-- sqlite
update "users"
  set "password_hash" = ?, "updated_at" = ?, "version" = "version" + 1
  where "email" = ?
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";
-- postgres
update "users"
  set "password_hash" = $1, "updated_at" = $2, "version" = "version" + 1
  where "email" = $3
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";

-- identity.find
-- sqlite
select "id", "environment", "created_at"
  from "database_identity";
-- postgres
select "id", "environment", "created_at"
  from "database_identity";

-- identity.insert
-- sqlite
insert into "database_identity" ("singleton", "id", "environment", "created_at")
  values (?, ?, ?, ?)
  on conflict ("singleton") do nothing;
-- postgres
insert into "database_identity" ("singleton", "id", "environment", "created_at")
  values ($1, $2, $3, $4)
  on conflict ("singleton") do nothing;

-- tokens.findByPrefix
-- sqlite
select "api_tokens"."id", "api_tokens"."user_id", "api_tokens"."hash", "api_tokens"."scopes", "api_tokens"."last_used_at", "api_tokens"."expires_at", "api_tokens"."revoked_at", "users"."is_active" as "account_is_active"
  from "api_tokens"
  left join "users" on "users"."id" = "api_tokens"."account_id"
  where "api_tokens"."prefix" = ?;
-- postgres
select "api_tokens"."id", "api_tokens"."user_id", "api_tokens"."hash", "api_tokens"."scopes", "api_tokens"."last_used_at", "api_tokens"."expires_at", "api_tokens"."revoked_at", "users"."is_active" as "account_is_active"
  from "api_tokens"
  left join "users" on "users"."id" = "api_tokens"."account_id"
  where "api_tokens"."prefix" = $1;

-- tokens.insert
-- sqlite
insert into "api_tokens" ("id", "user_id", "account_id", "name", "prefix", "hash", "scopes", "expires_at", "created_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  returning "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at";
-- postgres
insert into "api_tokens" ("id", "user_id", "account_id", "name", "prefix", "hash", "scopes", "expires_at", "created_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  returning "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at";

-- tokens.list
-- sqlite
select "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at"
  from "api_tokens"
  where "id" > ?
  order by "id" asc
  limit ?;
-- postgres
select "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at"
  from "api_tokens"
  where "id" > $1
  order by "id" asc
  limit $2;

-- tokens.listOfUser
-- sqlite
select "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at"
  from "api_tokens"
  where "user_id" = ? and "id" > ?
  order by "id" asc
  limit ?;
-- postgres
select "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at"
  from "api_tokens"
  where "user_id" = $1 and "id" > $2
  order by "id" asc
  limit $3;

-- tokens.revoke
-- sqlite
update "api_tokens"
  set "revoked_at" = coalesce("revoked_at", ?)
  where "id" = ?
  returning "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at";
-- postgres
update "api_tokens"
  set "revoked_at" = coalesce("revoked_at", cast($1 as timestamptz))
  where "id" = $2
  returning "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at";

-- tokens.touch
-- sqlite
update "api_tokens"
  set "last_used_at" = ?
  where "id" = ?;
-- postgres
update "api_tokens"
  set "last_used_at" = $1
  where "id" = $2;
