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

-- changes.eraseUpTo
-- sqlite
delete
  from "change_log"
  where "seq" <= ?;
-- postgres
delete
  from "change_log"
  where "seq" <= $1;

-- changes.findConsumer
-- sqlite
select "position", "lease_id", "lease_expires_at"
  from "change_consumers"
  where "name" = ?;
-- postgres
select "position", "lease_id", "lease_expires_at"
  from "change_consumers"
  where "name" = $1;

-- changes.findNewest
-- sqlite
select "seq"
  from "change_log"
  where "seq" > ?
  order by "seq" desc
  limit ?;
-- postgres
select "seq"
  from "change_log"
  where "seq" > $1
  order by "seq" desc
  limit $2;

-- changes.findPrunable
-- sqlite
select max("oldest"."seq") as "bound"
  from (select "seq", "at"
  from "change_log"
  where "seq" > ?
  order by "seq" asc
  limit ?) as "oldest"
  where ("oldest"."at" < ? or "oldest"."seq" <= ?);
-- postgres
select max("oldest"."seq") as "bound"
  from (select "seq", "at"
  from "change_log"
  where "seq" > $1
  order by "seq" asc
  limit $2) as "oldest"
  where ("oldest"."at" < $3 or "oldest"."seq" <= $4);

-- changes.giveLease
-- sqlite
update "change_consumers"
  set "lease_id" = ?, "lease_expires_at" = ?, "updated_at" = ?
  where "name" = ? and "lease_id" = ?;
-- postgres
update "change_consumers"
  set "lease_id" = $1, "lease_expires_at" = $2, "updated_at" = $3
  where "name" = $4 and "lease_id" = $5;

-- changes.insertConsumer
-- sqlite
insert into "change_consumers" ("name", "created_at", "updated_at")
  values (?, ?, ?)
  on conflict ("name") do nothing;
-- postgres
insert into "change_consumers" ("name", "created_at", "updated_at")
  values ($1, $2, $3)
  on conflict ("name") do nothing;

-- changes.keepPosition
-- sqlite
update "change_consumers"
  set "position" = ?, "lease_expires_at" = ?, "updated_at" = ?
  where "name" = ? and "lease_id" = ?;
-- postgres
update "change_consumers"
  set "position" = $1, "lease_expires_at" = $2, "updated_at" = $3
  where "name" = $4 and "lease_id" = $5;

-- changes.takeLease
-- sqlite
update "change_consumers"
  set "lease_id" = ?, "lease_expires_at" = ?, "updated_at" = ?
  where "name" = ? and ("lease_id" is null or "lease_expires_at" < ?)
  returning "position";
-- postgres
update "change_consumers"
  set "lease_id" = $1, "lease_expires_at" = $2, "updated_at" = $3
  where "name" = $4 and ("lease_id" is null or "lease_expires_at" < $5)
  returning "position";

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

-- jobs.cancelPending
-- sqlite
update "jobs"
  set "status" = ?, "ready_at" = ?, "waits_until" = ?, "cancel_requested_at" = ?, "completed_at" = ?, "updated_at" = ?
  where "jobs"."user_id" = ? and ("id" = ? and "status" = ?)
  returning "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at";
-- postgres
update "jobs"
  set "status" = $1, "ready_at" = $2, "waits_until" = $3, "cancel_requested_at" = $4, "completed_at" = $5, "updated_at" = $6
  where "jobs"."user_id" = $7 and ("id" = $8 and "status" = $9)
  returning "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at";

-- jobs.findById
-- sqlite
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = ? and ("id" = ?);
-- postgres
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = $1 and ("id" = $2);

-- jobs.findOpenByKey
-- sqlite
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = ? and ("kind" = ? and "dedup_key" = ? and "completed_at" is null);
-- postgres
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = $1 and ("kind" = $2 and "dedup_key" = $3 and "completed_at" is null);

-- jobs.insert
-- sqlite
insert into "jobs" ("id", "kind", "display_name", "parameters", "priority", "max_attempts", "ready_at", "waits_until", "scheduled_at", "dedup_key", "estimated_duration_ms", "created_at", "updated_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "kind", "dedup_key")
  where "dedup_key" is not null and "completed_at" is null do nothing
  returning "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at";
-- postgres
insert into "jobs" ("id", "kind", "display_name", "parameters", "priority", "max_attempts", "ready_at", "waits_until", "scheduled_at", "dedup_key", "estimated_duration_ms", "created_at", "updated_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  on conflict ("user_id", "kind", "dedup_key")
  where "dedup_key" is not null and "completed_at" is null do nothing
  returning "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at";

-- jobs.insertLine
-- sqlite
insert into "job_logs" ("id", "job_id", "attempt", "level", "message", "details", "created_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "id") do nothing;
-- postgres
insert into "job_logs" ("id", "job_id", "attempt", "level", "message", "details", "created_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict ("user_id", "id") do nothing;

-- jobs.list
-- sqlite
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = ? and ("id" < ?)
  order by "id" desc
  limit ?;
-- postgres
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = $1 and ("id" < $2)
  order by "id" desc
  limit $3;

-- jobs.listLines
-- sqlite
select "id", "attempt", "level", "message", "details", "created_at"
  from "job_logs"
  where "job_logs"."user_id" = ? and ("job_id" = ? and "id" > ?)
  order by "id" asc
  limit ?;
-- postgres
select "id", "attempt", "level", "message", "details", "created_at"
  from "job_logs"
  where "job_logs"."user_id" = $1 and ("job_id" = $2 and "id" > $3)
  order by "id" asc
  limit $4;

-- jobs.listOfKind
-- sqlite
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = ? and ("kind" = ? and "id" < ?)
  order by "id" desc
  limit ?;
-- postgres
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = $1 and ("kind" = $2 and "id" < $3)
  order by "id" desc
  limit $4;

-- jobs.listOfKindAndStatus
-- sqlite
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = ? and ("kind" = ? and "status" = ? and "id" < ?)
  order by "id" desc
  limit ?;
-- postgres
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = $1 and ("kind" = $2 and "status" = $3 and "id" < $4)
  order by "id" desc
  limit $5;

-- jobs.listOfStatus
-- sqlite
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = ? and ("status" = ? and "id" < ?)
  order by "id" desc
  limit ?;
-- postgres
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = $1 and ("status" = $2 and "id" < $3)
  order by "id" desc
  limit $4;

-- jobs.report
-- sqlite
update "jobs"
  set "lease_until" = ?, "progress" = ?, "stage" = ?, "updated_at" = ?
  where "jobs"."user_id" = ? and ("id" = ? and "token" = ? and "status" = ?)
  returning "cancel_requested_at";
-- postgres
update "jobs"
  set "lease_until" = $1, "progress" = $2, "stage" = $3, "updated_at" = $4
  where "jobs"."user_id" = $5 and ("id" = $6 and "token" = $7 and "status" = $8)
  returning "cancel_requested_at";

-- jobs.requestCancel
-- sqlite
update "jobs"
  set "cancel_requested_at" = coalesce("cancel_requested_at", ?), "updated_at" = ?
  where "jobs"."user_id" = ? and ("id" = ? and "status" = ?)
  returning "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at";
-- postgres
update "jobs"
  set "cancel_requested_at" = coalesce("cancel_requested_at", cast($1 as timestamptz)), "updated_at" = $2
  where "jobs"."user_id" = $3 and ("id" = $4 and "status" = $5)
  returning "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at";

-- jobs.retry
-- sqlite
update "jobs"
  set "status" = ?, "progress" = ?, "stage" = ?, "result" = ?, "error" = ?, "attempts" = ?, "ready_at" = ?, "scheduled_at" = ?, "cancel_requested_at" = ?, "completed_at" = ?, "updated_at" = ?
  where "jobs"."user_id" = ? and ("id" = ? and "status" in (?, ?))
  returning "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at";
-- postgres
update "jobs"
  set "status" = $1, "progress" = $2, "stage" = $3, "result" = $4, "error" = $5, "attempts" = $6, "ready_at" = $7, "scheduled_at" = $8, "cancel_requested_at" = $9, "completed_at" = $10, "updated_at" = $11
  where "jobs"."user_id" = $12 and ("id" = $13 and "status" in ($14, $15))
  returning "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at";

-- jobs.settle
-- sqlite
update "jobs"
  set "status" = ?, "progress" = ?, "stage" = ?, "result" = ?, "error" = ?, "attempts" = ?, "worker" = ?, "lease_until" = ?, "ready_at" = ?, "waits_until" = ?, "completed_at" = ?, "duration_ms" = ?, "updated_at" = ?
  where "jobs"."user_id" = ? and ("id" = ? and "token" = ? and "status" = ?)
  returning "id";
-- postgres
update "jobs"
  set "status" = $1, "progress" = $2, "stage" = $3, "result" = $4, "error" = $5, "attempts" = $6, "worker" = $7, "lease_until" = $8, "ready_at" = $9, "waits_until" = $10, "completed_at" = $11, "duration_ms" = $12, "updated_at" = $13
  where "jobs"."user_id" = $14 and ("id" = $15 and "token" = $16 and "status" = $17)
  returning "id";

-- queue.anyLeaseOver
-- sqlite
select "id"
  from "jobs"
  where "lease_until" <= ?
  limit ?;
-- postgres
select "id"
  from "jobs"
  where "lease_until" <= $1
  limit $2;

-- queue.anyReady
-- sqlite
select "id"
  from "jobs"
  where "ready_at" is not null and "priority" >= ? and "kind" in (select value from json_each(?))
  limit ?;
-- postgres
select "id"
  from "jobs"
  where "ready_at" is not null and "priority" >= $1 and "kind" = any($2)
  limit $3;

-- queue.anyWaitOver
-- sqlite
select "id"
  from "jobs"
  where "waits_until" <= ?
  limit ?;
-- postgres
select "id"
  from "jobs"
  where "waits_until" <= $1
  limit $2;

-- queue.cancelRequests
-- sqlite
select "id"
  from "jobs"
  where "lease_until" > ? and "cancel_requested_at" is not null and "worker" = ?;
-- postgres
select "id"
  from "jobs"
  where "lease_until" > $1 and "cancel_requested_at" is not null and "worker" = $2;

-- queue.leasesOver
-- sqlite
select "user_id", "id", "kind", "worker", "token", "attempts", "max_attempts", "cancel_requested_at"
  from "jobs"
  where "lease_until" <= ?
  limit ?  ;
-- postgres
select "user_id", "id", "kind", "worker", "token", "attempts", "max_attempts", "cancel_requested_at"
  from "jobs"
  where "lease_until" <= $1
  limit $2 for update skip locked;

-- queue.makeReady
-- sqlite
update "jobs"
  set "ready_at" = "waits_until", "waits_until" = ?, "updated_at" = ?
  where "user_id" = ? and "id" = ? and "waits_until" is not null;
-- postgres
update "jobs"
  set "ready_at" = "waits_until", "waits_until" = $1, "updated_at" = $2
  where "user_id" = $3 and "id" = $4 and "waits_until" is not null;

-- queue.next
-- sqlite
select "user_id", "id"
  from "jobs"
  where "ready_at" is not null and "priority" >= ? and "kind" in (select value from json_each(?))
  order by "priority" desc, "user_id" asc, "ready_at" asc nulls first, "id" asc
  limit ?  ;
-- postgres
select "user_id", "id"
  from "jobs"
  where "ready_at" is not null and "priority" >= $1 and "kind" = any($2)
  order by "priority" desc, "user_id" asc, "ready_at" asc nulls first, "id" asc
  limit $3 for update skip locked;

-- queue.nextInTurn
-- sqlite
select "user_id", "id"
  from "jobs"
  where "ready_at" is not null and "kind" in (select value from json_each(?)) and "priority" = (select "highest"."priority"
  from "jobs" as "highest"
  where "highest"."ready_at" is not null and "highest"."priority" >= ? and "highest"."kind" in (select value from json_each(?))
  order by "highest"."priority" desc
  limit ?) and "user_id" > ?
  order by "user_id" asc, "ready_at" asc nulls first, "id" asc
  limit ?  ;
-- postgres
select "user_id", "id"
  from "jobs"
  where "ready_at" is not null and "kind" = any($1) and "priority" = (select "highest"."priority"
  from "jobs" as "highest"
  where "highest"."ready_at" is not null and "highest"."priority" >= $2 and "highest"."kind" = any($3)
  order by "highest"."priority" desc
  limit $4) and "user_id" > $5
  order by "user_id" asc, "ready_at" asc nulls first, "id" asc
  limit $6 for update skip locked;

-- queue.reclaim
-- sqlite
update "jobs"
  set "status" = ?, "error" = ?, "worker" = ?, "lease_until" = ?, "ready_at" = ?, "completed_at" = ?, "updated_at" = ?
  where "user_id" = ? and "id" = ? and "lease_until" <= ?;
-- postgres
update "jobs"
  set "status" = $1, "error" = $2, "worker" = $3, "lease_until" = $4, "ready_at" = $5, "completed_at" = $6, "updated_at" = $7
  where "user_id" = $8 and "id" = $9 and "lease_until" <= $10;

-- queue.take
-- sqlite
update "jobs"
  set "status" = ?, "worker" = ?, "token" = "token" + 1, "attempts" = "attempts" + 1, "lease_until" = ?, "ready_at" = ?, "progress" = ?, "stage" = ?, "started_at" = ?, "updated_at" = ?
  where "user_id" = ? and "id" = ? and "ready_at" is not null
  returning "user_id", "id", "kind", "parameters", "attempts", "max_attempts", "token";
-- postgres
update "jobs"
  set "status" = $1, "worker" = $2, "token" = "token" + 1, "attempts" = "attempts" + 1, "lease_until" = $3, "ready_at" = $4, "progress" = $5, "stage" = $6, "started_at" = $7, "updated_at" = $8
  where "user_id" = $9 and "id" = $10 and "ready_at" is not null
  returning "user_id", "id", "kind", "parameters", "attempts", "max_attempts", "token";

-- queue.waitsOver
-- sqlite
select "user_id", "id"
  from "jobs"
  where "waits_until" <= ?
  limit ?  ;
-- postgres
select "user_id", "id"
  from "jobs"
  where "waits_until" <= $1
  limit $2 for update skip locked;

-- schedules.anyDue
-- sqlite
select "id"
  from "schedules"
  where "next_run_at" <= ? and "kind" in (select value from json_each(?))
  limit ?;
-- postgres
select "id"
  from "schedules"
  where "next_run_at" <= $1 and "kind" = any($2)
  limit $3;

-- schedules.findForUpdate
-- sqlite
select "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version"
  from "schedules"
  where "user_id" = ? and "name" = ? ;
-- postgres
select "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version"
  from "schedules"
  where "user_id" = $1 and "name" = $2 for update;

-- schedules.insert
-- sqlite
insert into "schedules" ("id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "created_at", "updated_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "name") do nothing
  returning "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version";
-- postgres
insert into "schedules" ("id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "created_at", "updated_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  on conflict ("user_id", "name") do nothing
  returning "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version";

-- schedules.list
-- sqlite
select "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version"
  from "schedules"
  where "user_id" = ? and "name" > ?
  order by "name" asc
  limit ?;
-- postgres
select "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version"
  from "schedules"
  where "user_id" = $1 and "name" > $2
  order by "name" asc
  limit $3;

-- schedules.nextDue
-- sqlite
select "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version"
  from "schedules"
  where "next_run_at" <= ? and "kind" in (select value from json_each(?))
  order by "next_run_at" asc nulls first
  limit ?  ;
-- postgres
select "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version"
  from "schedules"
  where "next_run_at" <= $1 and "kind" = any($2)
  order by "next_run_at" asc nulls first
  limit $3 for update skip locked;

-- schedules.noteRun
-- sqlite
update "schedules"
  set "next_run_at" = ?, "last_run_at" = ?, "last_job_id" = ?
  where "id" = ?;
-- postgres
update "schedules"
  set "next_run_at" = $1, "last_run_at" = $2, "last_job_id" = $3
  where "id" = $4;

-- schedules.remove
-- sqlite
delete
  from "schedules"
  where "user_id" = ? and "name" = ?;
-- postgres
delete
  from "schedules"
  where "user_id" = $1 and "name" = $2;

-- schedules.update
-- sqlite
update "schedules"
  set "kind" = ?, "parameters" = ?, "expression" = ?, "time_zone" = ?, "is_enabled" = ?, "next_run_at" = ?, "updated_at" = ?, "version" = "version" + 1
  where "user_id" = ? and "name" = ?
  returning "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version";
-- postgres
update "schedules"
  set "kind" = $1, "parameters" = $2, "expression" = $3, "time_zone" = $4, "is_enabled" = $5, "next_run_at" = $6, "updated_at" = $7, "version" = "version" + 1
  where "user_id" = $8 and "name" = $9
  returning "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version";

-- search.countMarks
-- sqlite
select count(*) as "count"
  from "search_marks"
  where "search_marks"."user_id" = ? and ("kind" in (select value from json_each(?)));
-- postgres
select count(*) as "count"
  from "search_marks"
  where "search_marks"."user_id" = $1 and ("kind" = any($2));

-- search.eraseEntries
-- sqlite
delete
  from "search_entries"
  where "search_entries"."user_id" = ? and ("id" in (select value from json_each(?)));
-- postgres
delete
  from "search_entries"
  where "search_entries"."user_id" = $1 and ("id" = any($2));

-- search.eraseIndex
-- sqlite
delete
  from "search_indexes"
  where "search_indexes"."user_id" = ? and ("id" = ?);
-- postgres
delete
  from "search_indexes"
  where "search_indexes"."user_id" = $1 and ("id" = $2);

-- search.eraseMarks
-- sqlite
delete
  from "search_marks"
  where "search_marks"."user_id" = ? and ("id" in (select value from json_each(?)));
-- postgres
delete
  from "search_marks"
  where "search_marks"."user_id" = $1 and ("id" = any($2));

-- search.erasePostings
-- sqlite
delete
  from "search_postings"
  where "search_postings"."user_id" = ? and ("id" in (select value from json_each(?)));
-- postgres
delete
  from "search_postings"
  where "search_postings"."user_id" = $1 and ("id" = any($2));

-- search.findEntries
-- sqlite
select "id", "number", "block", "content_hash", "tokenizer", "length", "terms"
  from "search_entries"
  where "search_entries"."user_id" = ? and ("id" in (select value from json_each(?)));
-- postgres
select "id", "number", "block", "content_hash", "tokenizer", "length", "terms"
  from "search_entries"
  where "search_entries"."user_id" = $1 and ("id" = any($2));

-- search.findEntryIds
-- sqlite
select "number", "id"
  from "search_entries"
  where "search_entries"."user_id" = ? and ("number" in (select value from json_each(?)));
-- postgres
select "number", "id"
  from "search_entries"
  where "search_entries"."user_id" = $1 and ("number" = any($2));

-- search.findIndex
-- sqlite
select "next_number", "block", "block_entries", "block_tokens", "kinds", "version"
  from "search_indexes"
  where "search_indexes"."user_id" = ? and ("id" = ?);
-- postgres
select "next_number", "block", "block_entries", "block_tokens", "kinds", "version"
  from "search_indexes"
  where "search_indexes"."user_id" = $1 and ("id" = $2);

-- search.findIndexForUpdate
-- sqlite
select "next_number", "block", "block_entries", "block_tokens", "kinds", "version"
  from "search_indexes"
  where "search_indexes"."user_id" = ? and ("id" = ?) ;
-- postgres
select "next_number", "block", "block_entries", "block_tokens", "kinds", "version"
  from "search_indexes"
  where "search_indexes"."user_id" = $1 and ("id" = $2) for update;

-- search.findNextOwner
-- sqlite
select "user_id"
  from "search_marks"
  where "user_id" > ? and "kind" in (select value from json_each(?))
  order by "user_id" asc
  limit ?;
-- postgres
select "user_id"
  from "search_marks"
  where "user_id" > $1 and "kind" = any($2)
  order by "user_id" asc
  limit $3;

-- search.findPostings
-- sqlite
select "id", "postings"
  from "search_postings"
  where "search_postings"."user_id" = ? and ("id" in (select value from json_each(?)));
-- postgres
select "id", "postings"
  from "search_postings"
  where "search_postings"."user_id" = $1 and ("id" = any($2));

-- search.findPostingsWithPositions
-- sqlite
select "id", "postings", "positions"
  from "search_postings"
  where "search_postings"."user_id" = ? and ("id" in (select value from json_each(?)));
-- postgres
select "id", "postings", "positions"
  from "search_postings"
  where "search_postings"."user_id" = $1 and ("id" = any($2));

-- search.insertIndex
-- sqlite
insert into "search_indexes" ("id", "kinds", "created_at", "updated_at", "user_id")
  values (?, ?, ?, ?, ?)
  on conflict ("user_id", "id") do nothing;
-- postgres
insert into "search_indexes" ("id", "kinds", "created_at", "updated_at", "user_id")
  values ($1, $2, $3, $4, $5)
  on conflict ("user_id", "id") do nothing;

-- search.insertMark
-- sqlite
insert into "search_marks" ("id", "kind", "entity_id", "size", "created_at", "user_id")
  values (?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "id") do nothing;
-- postgres
insert into "search_marks" ("id", "kind", "entity_id", "size", "created_at", "user_id")
  values ($1, $2, $3, $4, $5, $6)
  on conflict ("user_id", "id") do nothing;

-- search.listEntryIds
-- sqlite
select "id"
  from "search_entries"
  where "search_entries"."user_id" = ? and ("id" > ?)
  order by "id" asc
  limit ?;
-- postgres
select "id"
  from "search_entries"
  where "search_entries"."user_id" = $1 and ("id" > $2)
  order by "id" asc
  limit $3;

-- search.listMarkIds
-- sqlite
select "id"
  from "search_marks"
  where "search_marks"."user_id" = ?
  order by "id" asc
  limit ?;
-- postgres
select "id"
  from "search_marks"
  where "search_marks"."user_id" = $1
  order by "id" asc
  limit $2;

-- search.listMarks
-- sqlite
select "id", "kind", "entity_id", "size"
  from "search_marks"
  where "search_marks"."user_id" = ? and ("kind" in (select value from json_each(?)))
  order by "id" asc
  limit ?;
-- postgres
select "id", "kind", "entity_id", "size"
  from "search_marks"
  where "search_marks"."user_id" = $1 and ("kind" = any($2))
  order by "id" asc
  limit $3;

-- search.listOwners
-- sqlite
select "user_id", "next_number", "block", "block_entries", "block_tokens", "kinds", "version"
  from "search_indexes"
  where "user_id" > ?
  order by "user_id" asc
  limit ?;
-- postgres
select "user_id", "next_number", "block", "block_entries", "block_tokens", "kinds", "version"
  from "search_indexes"
  where "user_id" > $1
  order by "user_id" asc
  limit $2;

-- search.listPostingIds
-- sqlite
select "id"
  from "search_postings"
  where "search_postings"."user_id" = ?
  order by "id" asc
  limit ?;
-- postgres
select "id"
  from "search_postings"
  where "search_postings"."user_id" = $1
  order by "id" asc
  limit $2;

-- search.listPostings
-- sqlite
select "id", "postings"
  from "search_postings"
  where "search_postings"."user_id" = ? and ("id" >= ? and "id" < ?)
  order by "id" asc
  limit ?;
-- postgres
select "id", "postings"
  from "search_postings"
  where "search_postings"."user_id" = $1 and ("id" >= $2 and "id" < $3)
  order by "id" asc
  limit $4;

-- search.updateIndex
-- sqlite
update "search_indexes"
  set "next_number" = ?, "block" = ?, "block_entries" = ?, "block_tokens" = ?, "kinds" = ?, "version" = "version" + 1, "updated_at" = ?
  where "search_indexes"."user_id" = ? and ("id" = ?);
-- postgres
update "search_indexes"
  set "next_number" = $1, "block" = $2, "block_entries" = $3, "block_tokens" = $4, "kinds" = $5, "version" = "version" + 1, "updated_at" = $6
  where "search_indexes"."user_id" = $7 and ("id" = $8);

-- search.upsertEntry
-- sqlite
insert into "search_entries" ("id", "number", "block", "occurred_at", "length", "content_hash", "tokenizer", "terms", "updated_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "id") do update
  set "occurred_at" = "excluded"."occurred_at", "length" = "excluded"."length", "content_hash" = "excluded"."content_hash", "tokenizer" = "excluded"."tokenizer", "terms" = "excluded"."terms", "updated_at" = "excluded"."updated_at";
-- postgres
insert into "search_entries" ("id", "number", "block", "occurred_at", "length", "content_hash", "tokenizer", "terms", "updated_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict ("user_id", "id") do update
  set "occurred_at" = "excluded"."occurred_at", "length" = "excluded"."length", "content_hash" = "excluded"."content_hash", "tokenizer" = "excluded"."tokenizer", "terms" = "excluded"."terms", "updated_at" = "excluded"."updated_at";

-- search.upsertPostings
-- sqlite
insert into "search_postings" ("id", "postings", "positions", "user_id")
  values (?, ?, ?, ?)
  on conflict ("user_id", "id") do update
  set "postings" = "excluded"."postings", "positions" = "excluded"."positions";
-- postgres
insert into "search_postings" ("id", "postings", "positions", "user_id")
  values ($1, $2, $3, $4)
  on conflict ("user_id", "id") do update
  set "postings" = "excluded"."postings", "positions" = "excluded"."positions";

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
