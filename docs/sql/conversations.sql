-- Made by `pnpm generate`: what every query runs, with what the guard added. Change the repositories instead.

-- checkpointWrites.deleteInRange
-- sqlite
delete
  from "conversation_checkpoint_writes"
  where "conversation_checkpoint_writes"."user_id" = +? and ("id" >= +? and "id" < +?);
-- postgres
delete
  from "conversation_checkpoint_writes"
  where "conversation_checkpoint_writes"."user_id" = $1 and ("id" >= $2 and "id" < $3);

-- checkpointWrites.insert1
-- sqlite
insert into "conversation_checkpoint_writes" ("id", "task_id", "task_path", "idx", "channel", "type", "data", "data_bytes", "created_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "id") do nothing;
-- postgres
insert into "conversation_checkpoint_writes" ("id", "task_id", "task_path", "idx", "channel", "type", "data", "data_bytes", "created_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict ("user_id", "id") do nothing;

-- checkpointWrites.listInRange
-- sqlite
select "id", "task_id", "task_path", "idx", "channel", "type", "data", "data_bytes"
  from "conversation_checkpoint_writes"
  where "conversation_checkpoint_writes"."user_id" = +? and ("id" >= +? and "id" < +?);
-- postgres
select "id", "task_id", "task_path", "idx", "channel", "type", "data", "data_bytes"
  from "conversation_checkpoint_writes"
  where "conversation_checkpoint_writes"."user_id" = $1 and ("id" >= $2 and "id" < $3);

-- checkpointWrites.upsert1
-- sqlite
insert into "conversation_checkpoint_writes" ("id", "task_id", "task_path", "idx", "channel", "type", "data", "data_bytes", "created_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "id") do update
  set "channel" = "excluded"."channel", "task_path" = "excluded"."task_path", "type" = "excluded"."type", "data" = "excluded"."data", "data_bytes" = "excluded"."data_bytes";
-- postgres
insert into "conversation_checkpoint_writes" ("id", "task_id", "task_path", "idx", "channel", "type", "data", "data_bytes", "created_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict ("user_id", "id") do update
  set "channel" = "excluded"."channel", "task_path" = "excluded"."task_path", "type" = "excluded"."type", "data" = "excluded"."data", "data_bytes" = "excluded"."data_bytes";

-- checkpoints.deleteInRange
-- sqlite
delete
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = +? and ("id" >= +? and "id" < +?);
-- postgres
delete
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = $1 and ("id" >= $2 and "id" < $3);

-- checkpoints.findById
-- sqlite
select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = +? and ("id" = +?);
-- postgres
select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = $1 and ("id" = $2);

-- checkpoints.findForUpdate
-- sqlite
select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = +? and ("id" = +?) ;
-- postgres
select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = $1 and ("id" = $2) for update;

-- checkpoints.findLatestWithWrites
-- sqlite
with "found" as (select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = +? and ("id" >= +? and "id" < +?)
  order by "id" desc
  limit +?) select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "found"
  union all select "w"."id", "w"."task_id" as "thread_id", "w"."task_path" as "checkpoint_ns", "w"."channel" as "checkpoint_id", "w"."channel" as "parent_checkpoint_id", "w"."type", "w"."data" as "state", "w"."data_bytes" as "state_bytes", null as "channel_values", null as "channel_values_bytes"
  from "conversation_checkpoint_writes" as "w"
  where "w"."user_id" = +? and ("w"."id" > (select "found"."id" || +? as "id"
  from "found") and "w"."id" < (select "found"."id" || +? as "id"
  from "found"));
-- postgres
with "found" as (select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = $1 and ("id" >= $2 and "id" < $3)
  order by "id" desc
  limit $4) select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "found"
  union all select "w"."id", "w"."task_id" as "thread_id", "w"."task_path" as "checkpoint_ns", "w"."channel" as "checkpoint_id", "w"."channel" as "parent_checkpoint_id", "w"."type", "w"."data" as "state", "w"."data_bytes" as "state_bytes", null as "channel_values", null as "channel_values_bytes"
  from "conversation_checkpoint_writes" as "w"
  where "w"."user_id" = $5 and ("w"."id" > (select "found"."id" || $6 as "id"
  from "found") and "w"."id" < (select "found"."id" || $7 as "id"
  from "found"));

-- checkpoints.findNext
-- sqlite
select "id"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = +? and ("id" >= +? and "id" < +?)
  order by "id" asc
  limit +?;
-- postgres
select "id"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = $1 and ("id" >= $2 and "id" < $3)
  order by "id" asc
  limit $4;

-- checkpoints.findWithWrites
-- sqlite
select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = +? and ("id" = +?)
  union all select "w"."id", "w"."task_id" as "thread_id", "w"."task_path" as "checkpoint_ns", "w"."channel" as "checkpoint_id", "w"."channel" as "parent_checkpoint_id", "w"."type", "w"."data" as "state", "w"."data_bytes" as "state_bytes", null as "channel_values", null as "channel_values_bytes"
  from "conversation_checkpoint_writes" as "w"
  where "w"."user_id" = +? and ("w"."id" >= +? and "w"."id" < +?);
-- postgres
select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = $1 and ("id" = $2)
  union all select "w"."id", "w"."task_id" as "thread_id", "w"."task_path" as "checkpoint_ns", "w"."channel" as "checkpoint_id", "w"."channel" as "parent_checkpoint_id", "w"."type", "w"."data" as "state", "w"."data_bytes" as "state_bytes", null as "channel_values", null as "channel_values_bytes"
  from "conversation_checkpoint_writes" as "w"
  where "w"."user_id" = $3 and ("w"."id" >= $4 and "w"."id" < $5);

-- checkpoints.insert
-- sqlite
insert into "conversation_checkpoints" ("id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes", "created_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "id") do nothing;
-- postgres
insert into "conversation_checkpoints" ("id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes", "created_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  on conflict ("user_id", "id") do nothing;

-- checkpoints.listByIds
-- sqlite
select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = $1 and ("id" = any($2));

-- checkpoints.listIds
-- sqlite
select "id"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
select "id"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = $1 and ("id" = any($2));

-- checkpoints.listInNamespace
-- sqlite
select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = +? and ("id" >= +? and "id" < +?)
  order by "id" desc
  limit +?;
-- postgres
select "id", "thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "state", "state_bytes", "channel_values", "channel_values_bytes"
  from "conversation_checkpoints"
  where "conversation_checkpoints"."user_id" = $1 and ("id" >= $2 and "id" < $3)
  order by "id" desc
  limit $4;

-- checkpoints.update
-- sqlite
update "conversation_checkpoints"
  set "parent_checkpoint_id" = ?, "type" = ?, "state" = ?, "state_bytes" = ?, "channel_values" = ?, "channel_values_bytes" = ?
  where "conversation_checkpoints"."user_id" = +? and ("id" = +?);
-- postgres
update "conversation_checkpoints"
  set "parent_checkpoint_id" = $1, "type" = $2, "state" = $3, "state_bytes" = $4, "channel_values" = $5, "channel_values_bytes" = $6
  where "conversation_checkpoints"."user_id" = $7 and ("id" = $8);

-- cold.deleteParts
-- sqlite
delete
  from "conversation_cold_parts"
  where "conversation_cold_parts"."user_id" = +? and ("conversation_id" = +?);
-- postgres
delete
  from "conversation_cold_parts"
  where "conversation_cold_parts"."user_id" = $1 and ("conversation_id" = $2);

-- cold.endCold
-- sqlite
update "conversations"
  set "is_cold" = ?, "active_leaf_id" = ?
  where "conversations"."user_id" = +? and ("id" = +?);
-- postgres
update "conversations"
  set "is_cold" = $1, "active_leaf_id" = $2
  where "conversations"."user_id" = $3 and ("id" = $4);

-- cold.findPart
-- sqlite
select "conversation_id", "part", "is_last", "active_leaf_id", "messages", "digest", "data"
  from "conversation_cold_parts"
  where "conversation_cold_parts"."user_id" = +? and ("id" = +?);
-- postgres
select "conversation_id", "part", "is_last", "active_leaf_id", "messages", "digest", "data"
  from "conversation_cold_parts"
  where "conversation_cold_parts"."user_id" = $1 and ("id" = $2);

-- cold.forgetLeaf
-- sqlite
update "conversations"
  set "active_leaf_id" = ?
  where "conversations"."user_id" = +? and ("id" = +?);
-- postgres
update "conversations"
  set "active_leaf_id" = $1
  where "conversations"."user_id" = $2 and ("id" = $3);

-- cold.forgetVectors
-- sqlite
delete
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and ("kind" = +? and "entity_id" in (select value from json_each(?)));
-- postgres
delete
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and ("kind" = $2 and "entity_id" = any($3));

-- cold.freeze
-- sqlite
update "conversations"
  set "is_cold" = ?
  where "conversations"."user_id" = +? and ("id" = +? and "is_cold" = +? and "status" <> +?)
  returning "active_leaf_id";
-- postgres
update "conversations"
  set "is_cold" = $1
  where "conversations"."user_id" = $2 and ("id" = $3 and "is_cold" = $4 and "status" <> $5)
  returning "active_leaf_id";

-- cold.freezeUnused
-- sqlite
update "conversations"
  set "is_cold" = ?
  where "conversations"."user_id" = +? and ("id" = +? and "is_cold" = +? and "status" in (?, ?) and "updated_at" <= +? and ("last_message_at" is null or "last_message_at" <= +?) and ("last_opened_at" is null or "last_opened_at" <= +?))
  returning "active_leaf_id";
-- postgres
update "conversations"
  set "is_cold" = $1
  where "conversations"."user_id" = $2 and ("id" = $3 and "is_cold" = $4 and "status" in ($5, $6) and "updated_at" <= $7 and ("last_message_at" is null or "last_message_at" <= $8) and ("last_opened_at" is null or "last_opened_at" <= $9))
  returning "active_leaf_id";

-- cold.insertPart
-- sqlite
insert into "conversation_cold_parts" ("id", "conversation_id", "part", "is_last", "active_leaf_id", "messages", "first_at", "last_at", "text_bytes", "data_bytes", "digest", "created_at", "data", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "conversation_cold_parts" ("id", "conversation_id", "part", "is_last", "active_leaf_id", "messages", "first_at", "last_at", "text_bytes", "data_bytes", "digest", "created_at", "data", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- cold.listParts
-- sqlite
select "conversations"."is_cold", "parts"."id", "parts"."part", "parts"."is_last", "parts"."active_leaf_id"
  from "conversations"
  left join "conversation_cold_parts" as "parts" on "parts"."user_id" = +? and ("parts"."conversation_id" = "conversations"."id")
  where "conversations"."user_id" = +? and ("conversations"."id" = +?);
-- postgres
select "conversations"."is_cold", "parts"."id", "parts"."part", "parts"."is_last", "parts"."active_leaf_id"
  from "conversations"
  left join "conversation_cold_parts" as "parts" on "parts"."user_id" = $1 and ("parts"."conversation_id" = "conversations"."id")
  where "conversations"."user_id" = $2 and ("conversations"."id" = $3);

-- cold.listRowsAfter
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "token_count"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "seq" > +?)
  order by "seq" asc
  limit +?;
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "token_count"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "seq" > $3)
  order by "seq" asc
  limit $4;

-- cold.lockCold
-- sqlite
update "conversations"
  set "last_opened_at" = ?
  where "conversations"."user_id" = +? and ("id" = +? and "is_cold" = +? and "status" <> +?)
  returning "id";
-- postgres
update "conversations"
  set "last_opened_at" = $1
  where "conversations"."user_id" = $2 and ("id" = $3 and "is_cold" = $4 and "status" <> $5)
  returning "id";

-- cold.lockPartial
-- sqlite
update "conversation_messages"
  set "status" = ?
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "status" = 'partial');
-- postgres
update "conversation_messages"
  set "status" = $1
  where "conversation_messages"."user_id" = $2 and ("conversation_id" = $3 and "status" = 'partial');

-- conversations.archive
-- sqlite
update "conversations"
  set "status" = ?, "archived_at" = ?, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = +? and ("id" = +? and "status" = +? and "version" = coalesce(cast(? as integer), "version"))
  returning "id";
-- postgres
update "conversations"
  set "status" = $1, "archived_at" = $2, "updated_at" = $3, "version" = "version" + 1
  where "conversations"."user_id" = $4 and ("id" = $5 and "status" = $6 and "version" = coalesce(cast($7 as integer), "version"))
  returning "id";

-- conversations.close
-- sqlite
update "conversations"
  set "status" = ?, "closed_at" = ?, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = +? and ("id" = +? and ("status" = +? or "status" = +?) and "version" = coalesce(cast(? as integer), "version"))
  returning "id";
-- postgres
update "conversations"
  set "status" = $1, "closed_at" = $2, "updated_at" = $3, "version" = "version" + 1
  where "conversations"."user_id" = $4 and ("id" = $5 and ("status" = $6 or "status" = $7) and "version" = coalesce(cast($8 as integer), "version"))
  returning "id";

-- conversations.findByExternalId
-- sqlite
select "id", "status", "is_cold"
  from "conversations"
  where "conversations"."user_id" = +? and ("source" = +? and "external_id" = +?);
-- postgres
select "id", "status", "is_cold"
  from "conversations"
  where "conversations"."user_id" = $1 and ("source" = $2 and "external_id" = $3);

-- conversations.findByExternalIds
-- sqlite
select "id", "status", "is_cold", "external_id"
  from "conversations"
  where "conversations"."user_id" = +? and ("source" = +? and "external_id" in (select value from json_each(?)));
-- postgres
select "id", "status", "is_cold", "external_id"
  from "conversations"
  where "conversations"."user_id" = $1 and ("source" = $2 and "external_id" = any($3));

-- conversations.findById
-- sqlite
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "is_cold", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "expires_at", "next_seq", "active_leaf_id", (select "conversation_messages"."id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_messages"."conversation_id" = "conversations"."id" and "conversation_messages"."seq" = "conversations"."next_seq" - 1)) as "newest_message_id"
  from "conversations"
  where "conversations"."user_id" = +? and ("id" = +? and "status" <> +?);
-- postgres
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "is_cold", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "expires_at", "next_seq", "active_leaf_id", (select "conversation_messages"."id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_messages"."conversation_id" = "conversations"."id" and "conversation_messages"."seq" = "conversations"."next_seq" - 1)) as "newest_message_id"
  from "conversations"
  where "conversations"."user_id" = $2 and ("id" = $3 and "status" <> $4);

-- conversations.findState
-- sqlite
select "status", "version", "message_count", "is_cold", "last_opened_at"
  from "conversations"
  where "conversations"."user_id" = +? and ("id" = +?);
-- postgres
select "status", "version", "message_count", "is_cold", "last_opened_at"
  from "conversations"
  where "conversations"."user_id" = $1 and ("id" = $2);

-- conversations.followNewest
-- sqlite
update "conversations"
  set "active_leaf_id" = ?
  where "conversations"."user_id" = +? and ("id" = +?);
-- postgres
update "conversations"
  set "active_leaf_id" = $1
  where "conversations"."user_id" = $2 and ("id" = $3);

-- conversations.giveSeqBack
-- sqlite
update "conversations"
  set "next_seq" = "next_seq" - 1, "message_count" = "message_count" - 1, "last_message_at" = (select max("conversation_messages"."created_at") as "latest"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_messages"."conversation_id" = "conversations"."id"))
  where "conversations"."user_id" = +? and ("id" = +?);
-- postgres
update "conversations"
  set "next_seq" = "next_seq" - 1, "message_count" = "message_count" - 1, "last_message_at" = (select max("conversation_messages"."created_at") as "latest"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_messages"."conversation_id" = "conversations"."id"))
  where "conversations"."user_id" = $2 and ("id" = $3);

-- conversations.insert
-- sqlite
insert into "conversations" ("id", "title", "source", "metadata", "is_hidden", "expires_at", "created_at", "updated_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  returning "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "is_cold", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "expires_at";
-- postgres
insert into "conversations" ("id", "title", "source", "metadata", "is_hidden", "expires_at", "created_at", "updated_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  returning "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "is_cold", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "expires_at";

-- conversations.insertAdopted
-- sqlite
insert into "conversations" ("id", "title", "status", "source", "external_id", "metadata", "is_hidden", "last_opened_at", "archived_at", "closed_at", "deleted_at", "created_at", "updated_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "conversations" ("id", "title", "status", "source", "external_id", "metadata", "is_hidden", "last_opened_at", "archived_at", "closed_at", "deleted_at", "created_at", "updated_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- conversations.insertImported
-- sqlite
insert into "conversations" ("id", "title", "status", "source", "external_id", "metadata", "message_count", "next_seq", "active_leaf_id", "last_message_at", "archived_at", "created_at", "updated_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "conversations" ("id", "title", "status", "source", "external_id", "metadata", "message_count", "next_seq", "active_leaf_id", "last_message_at", "archived_at", "created_at", "updated_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- conversations.insertRestored
-- sqlite
insert into "conversations" ("id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "next_seq", "active_leaf_id", "last_message_at", "archived_at", "closed_at", "expires_at", "created_at", "updated_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "conversations" ("id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "next_seq", "active_leaf_id", "last_message_at", "archived_at", "closed_at", "expires_at", "created_at", "updated_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- conversations.list
-- sqlite
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "is_cold", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "expires_at"
  from "conversations"
  where "conversations"."user_id" = +? and ("status" in (select value from json_each(?)) and "is_hidden" in (select value from json_each(?)))
  order by "last_message_at" desc nulls last, "id" desc
  limit +?;
-- postgres
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "is_cold", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "expires_at"
  from "conversations"
  where "conversations"."user_id" = $1 and ("status" = any($2) and "is_hidden" = any($3))
  order by "last_message_at" desc nulls last, "id" desc
  limit $4;

-- conversations.listAfter
-- sqlite
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "is_cold", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "expires_at"
  from "conversations"
  where "conversations"."user_id" = +? and ("last_message_at" <= +? and ("last_message_at" < +? or "id" < +?) and "status" in (select value from json_each(?)) and "is_hidden" in (select value from json_each(?)))
  order by "last_message_at" desc nulls last, "id" desc
  limit +?;
-- postgres
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "is_cold", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "expires_at"
  from "conversations"
  where "conversations"."user_id" = $1 and ("last_message_at" <= $2 and ("last_message_at" < $3 or "id" < $4) and "status" = any($5) and "is_hidden" = any($6))
  order by "last_message_at" desc nulls last, "id" desc
  limit $7;

-- conversations.listEmpty
-- sqlite
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "is_cold", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "expires_at"
  from "conversations"
  where "conversations"."user_id" = +? and ("last_message_at" is null and "id" < +? and "status" in (select value from json_each(?)) and "is_hidden" in (select value from json_each(?)))
  order by "last_message_at" desc nulls last, "id" desc
  limit +?;
-- postgres
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "is_cold", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "expires_at"
  from "conversations"
  where "conversations"."user_id" = $1 and ("last_message_at" is null and "id" < $2 and "status" = any($3) and "is_hidden" = any($4))
  order by "last_message_at" desc nulls last, "id" desc
  limit $5;

-- conversations.listIdsAfter
-- sqlite
select "id"
  from "conversations"
  where "conversations"."user_id" = +? and ("id" > +? and "status" <> +?)
  order by "id" asc
  limit +?;
-- postgres
select "id"
  from "conversations"
  where "conversations"."user_id" = $1 and ("id" > $2 and "status" <> $3)
  order by "id" asc
  limit $4;

-- conversations.searchRows
-- sqlite
select "id", "title", "created_at" as "at", "id" as "conversation", "status"
  from "conversations"
  where "conversations"."user_id" = +? and ("id" in (select value from json_each(?)) and "status" <> +? and "is_hidden" = +?);
-- postgres
select "id", "title", "created_at" as "at", "id" as "conversation", "status"
  from "conversations"
  where "conversations"."user_id" = $1 and ("id" = any($2) and "status" <> $3 and "is_hidden" = $4);

-- conversations.softDelete
-- sqlite
update "conversations"
  set "status" = ?, "deleted_at" = ?, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = +? and ("id" = +? and ("status" = +? or "status" = +? or "status" = +?) and "version" = coalesce(cast(? as integer), "version"))
  returning "id";
-- postgres
update "conversations"
  set "status" = $1, "deleted_at" = $2, "updated_at" = $3, "version" = "version" + 1
  where "conversations"."user_id" = $4 and ("id" = $5 and ("status" = $6 or "status" = $7 or "status" = $8) and "version" = coalesce(cast($9 as integer), "version"))
  returning "id";

-- conversations.takeSeq
-- sqlite
update "conversations"
  set "next_seq" = "next_seq" + 1, "message_count" = "message_count" + 1, "last_message_at" = case when "last_message_at" > +? then "last_message_at" else ? end, "updated_at" = ?
  where "conversations"."user_id" = +? and ("id" = +? and "is_cold" = +? and ("status" = +? or "status" = +?) and not exists (select "saved"."id"
  from "conversation_messages" as "saved"
  where "saved"."user_id" = +? and ("saved"."conversation_id" = "conversations"."id" and "saved"."request_id" = +? and "saved"."role" = +? and "saved"."request_part" = +?)))
  returning "next_seq", "active_leaf_id";
-- postgres
update "conversations"
  set "next_seq" = "next_seq" + 1, "message_count" = "message_count" + 1, "last_message_at" = case when "last_message_at" > $1 then "last_message_at" else cast($2 as timestamptz) end, "updated_at" = $3
  where "conversations"."user_id" = $4 and ("id" = $5 and "is_cold" = $6 and ("status" = $7 or "status" = $8) and not exists (select "saved"."id"
  from "conversation_messages" as "saved"
  where "saved"."user_id" = $9 and ("saved"."conversation_id" = "conversations"."id" and "saved"."request_id" = $10 and "saved"."role" = $11 and "saved"."request_part" = $12)))
  returning "next_seq", "active_leaf_id";

-- conversations.takeSeqs
-- sqlite
update "conversations"
  set "next_seq" = "next_seq" + cast(? as integer), "message_count" = "message_count" + cast(? as integer), "last_message_at" = case when "last_message_at" > +? then "last_message_at" else ? end, "active_leaf_id" = ?, "updated_at" = ?
  where "conversations"."user_id" = +? and ("id" = +? and "is_cold" = +? and ("status" = +? or "status" = +?))
  returning "next_seq";
-- postgres
update "conversations"
  set "next_seq" = "next_seq" + cast($1 as bigint), "message_count" = "message_count" + cast($2 as bigint), "last_message_at" = case when "last_message_at" > $3 then "last_message_at" else cast($4 as timestamptz) end, "active_leaf_id" = $5, "updated_at" = $6
  where "conversations"."user_id" = $7 and ("id" = $8 and "is_cold" = $9 and ("status" = $10 or "status" = $11))
  returning "next_seq";

-- conversations.takeSeqsAdopted
-- sqlite
update "conversations"
  set "next_seq" = "next_seq" + cast(? as integer), "message_count" = "message_count" + cast(? as integer), "last_message_at" = case when "last_message_at" > +? then "last_message_at" else ? end, "active_leaf_id" = ?
  where "conversations"."user_id" = +? and ("id" = +? and "is_cold" = +? and ("status" = +? or "status" = +? or "next_seq" = +?))
  returning "next_seq";
-- postgres
update "conversations"
  set "next_seq" = "next_seq" + cast($1 as bigint), "message_count" = "message_count" + cast($2 as bigint), "last_message_at" = case when "last_message_at" > $3 then "last_message_at" else cast($4 as timestamptz) end, "active_leaf_id" = $5
  where "conversations"."user_id" = $6 and ("id" = $7 and "is_cold" = $8 and ("status" = $9 or "status" = $10 or "next_seq" = $11))
  returning "next_seq";

-- conversations.unarchive
-- sqlite
update "conversations"
  set "status" = ?, "archived_at" = ?, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = +? and ("id" = +? and "status" = +? and "version" = coalesce(cast(? as integer), "version"))
  returning "id";
-- postgres
update "conversations"
  set "status" = $1, "archived_at" = $2, "updated_at" = $3, "version" = "version" + 1
  where "conversations"."user_id" = $4 and ("id" = $5 and "status" = $6 and "version" = coalesce(cast($7 as integer), "version"))
  returning "id";

-- conversations.updateExpiry
-- sqlite
update "conversations"
  set "expires_at" = ?, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = +? and ("id" = +? and "status" <> +? and "version" = coalesce(cast(? as integer), "version"))
  returning "id";
-- postgres
update "conversations"
  set "expires_at" = $1, "updated_at" = $2, "version" = "version" + 1
  where "conversations"."user_id" = $3 and ("id" = $4 and "status" <> $5 and "version" = coalesce(cast($6 as integer), "version"))
  returning "id";

-- conversations.updateLeaf
-- sqlite
update "conversations"
  set "active_leaf_id" = case when "next_seq" - 1 = +? then null else ? end, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = +? and ("id" = +? and "status" <> +? and "is_cold" = +? and not ("active_leaf_id" is not distinct
  from +? or ("active_leaf_id" is null and "next_seq" - 1 = +?)) and "version" = coalesce(cast(? as integer), "version"))
  returning "id";
-- postgres
update "conversations"
  set "active_leaf_id" = case when "next_seq" - 1 = $1 then null else cast($2 as uuid) end, "updated_at" = $3, "version" = "version" + 1
  where "conversations"."user_id" = $4 and ("id" = $5 and "status" <> $6 and "is_cold" = $7 and not ("active_leaf_id" is not distinct
  from $8 or ("active_leaf_id" is null and "next_seq" - 1 = $9)) and "version" = coalesce(cast($10 as integer), "version"))
  returning "id";

-- conversations.updateTitle
-- sqlite
update "conversations"
  set "title" = ?, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = +? and ("id" = +? and "status" <> +? and "version" = coalesce(cast(? as integer), "version"))
  returning "id";
-- postgres
update "conversations"
  set "title" = $1, "updated_at" = $2, "version" = "version" + 1
  where "conversations"."user_id" = $3 and ("id" = $4 and "status" <> $5 and "version" = coalesce(cast($6 as integer), "version"))
  returning "id";

-- messages.countByRole
-- sqlite
select "role", count(*) as "count"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +?)
  group by "role";
-- postgres
select "role", count(*) as "count"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2)
  group by "role";

-- messages.findByIds
-- sqlite
select "id", "conversation_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
select "id", "conversation_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("id" = any($2));

-- messages.findByRequest
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "request_id" = +? and "role" = +? and "request_part" = +?);
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "request_id" = $3 and "role" = $4 and "request_part" = $5);

-- messages.findBySeq
-- sqlite
select "id", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "seq" = +?);
-- postgres
select "id", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "seq" = $3);

-- messages.findInConversation
-- sqlite
select "id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "id" = +?);
-- postgres
select "id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "id" = $3);

-- messages.insert
-- sqlite
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "token_count", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "conversation_id", "request_id", "role", "request_part")
  where "request_id" is not null do nothing
  returning "parent_id";
-- postgres
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "token_count", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
  on conflict ("user_id", "conversation_id", "request_id", "role", "request_part")
  where "request_id" is not null do nothing
  returning "parent_id";

-- messages.insertAdopted
-- sqlite
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "token_count", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "external_id", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "token_count", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "external_id", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19);

-- messages.insertImported
-- sqlite
insert into "conversation_messages" ("id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "source", "model_name", "tokens", "metadata", "external_id", "created_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "conversation_messages" ("id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "source", "model_name", "tokens", "metadata", "external_id", "created_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- messages.insertNext
-- sqlite
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "token_count", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (select "previous"."id"
  from "conversation_messages" as "previous"
  where "previous"."user_id" = +? and ("previous"."conversation_id" = +? and "previous"."seq" = +?)), ?)
  on conflict ("user_id", "conversation_id", "request_id", "role", "request_part")
  where "request_id" is not null do nothing
  returning "parent_id";
-- postgres
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "token_count", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, (select "previous"."id"
  from "conversation_messages" as "previous"
  where "previous"."user_id" = $17 and ("previous"."conversation_id" = $18 and "previous"."seq" = $19)), $20)
  on conflict ("user_id", "conversation_id", "request_id", "role", "request_part")
  where "request_id" is not null do nothing
  returning "parent_id";

-- messages.listAfter
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "seq" > +?)
  order by "seq" asc
  limit +?;
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "seq" > $3)
  order by "seq" asc
  limit $4;

-- messages.listBefore
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "seq" < +?)
  order by "seq" desc
  limit +?;
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "seq" < $3)
  order by "seq" desc
  limit $4;

-- messages.listByIds
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("id" in (select value from json_each(?)) and "conversation_id" = +?);
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("id" = any($2) and "conversation_id" = $3);

-- messages.listBySource
-- sqlite
select "conversation_messages"."id", "conversation_messages"."conversation_id", "conversation_messages"."seq", "conversation_messages"."parent_id", "conversation_messages"."role", "conversation_messages"."content", "conversation_messages"."parts", "conversation_messages"."status", "conversation_messages"."request_id", "conversation_messages"."request_part", "conversation_messages"."external_id", "conversation_messages"."source", "conversation_messages"."model_name", "conversation_messages"."tokens", "conversation_messages"."latency_ms", "conversation_messages"."metadata", "conversation_messages"."created_at"
  from "conversation_messages"
  inner join "conversations" on "conversations"."user_id" = +? and ("conversations"."id" = "conversation_messages"."conversation_id")
  where "conversation_messages"."user_id" = +? and ("conversation_messages"."source" = +? and "conversation_messages"."created_at" <= +? and ("conversation_messages"."created_at" < +? or "conversation_messages"."id" < +?) and "conversations"."status" <> +?)
  order by "conversation_messages"."created_at" desc, "conversation_messages"."id" desc
  limit +?;
-- postgres
select "conversation_messages"."id", "conversation_messages"."conversation_id", "conversation_messages"."seq", "conversation_messages"."parent_id", "conversation_messages"."role", "conversation_messages"."content", "conversation_messages"."parts", "conversation_messages"."status", "conversation_messages"."request_id", "conversation_messages"."request_part", "conversation_messages"."external_id", "conversation_messages"."source", "conversation_messages"."model_name", "conversation_messages"."tokens", "conversation_messages"."latency_ms", "conversation_messages"."metadata", "conversation_messages"."created_at"
  from "conversation_messages"
  inner join "conversations" on "conversations"."user_id" = $1 and ("conversations"."id" = "conversation_messages"."conversation_id")
  where "conversation_messages"."user_id" = $2 and ("conversation_messages"."source" = $3 and "conversation_messages"."created_at" <= $4 and ("conversation_messages"."created_at" < $5 or "conversation_messages"."id" < $6) and "conversations"."status" <> $7)
  order by "conversation_messages"."created_at" desc, "conversation_messages"."id" desc
  limit $8;

-- messages.listBySourceBefore
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "seq" < +? and "source" = +?)
  order by "seq" desc
  limit +?;
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "seq" < $3 and "source" = $4)
  order by "seq" desc
  limit $5;

-- messages.listExternalIds
-- sqlite
select "id", "external_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "external_id" is not null);
-- postgres
select "id", "external_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "external_id" is not null);

-- messages.listRequests
-- sqlite
select "request_id", "role", "request_part"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "request_id" is not null);
-- postgres
select "request_id", "role", "request_part"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "request_id" is not null);

-- messages.searchRows
-- sqlite
select "id", "content", "created_at" as "at", "conversation_id" as "conversation", "role", "seq", (select "conversations"."title"
  from "conversations"
  where "conversations"."user_id" = +? and ("conversations"."id" = "conversation_messages"."conversation_id")) as "title", (select "conversations"."status"
  from "conversations"
  where "conversations"."user_id" = +? and ("conversations"."id" = "conversation_messages"."conversation_id")) as "status"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("id" in (select value from json_each(?)) and (select "conversations"."status"
  from "conversations"
  where "conversations"."user_id" = +? and ("conversations"."id" = "conversation_messages"."conversation_id" and "conversations"."is_hidden" = +?)) <> +?);
-- postgres
select "id", "content", "created_at" as "at", "conversation_id" as "conversation", "role", "seq", (select "conversations"."title"
  from "conversations"
  where "conversations"."user_id" = $1 and ("conversations"."id" = "conversation_messages"."conversation_id")) as "title", (select "conversations"."status"
  from "conversations"
  where "conversations"."user_id" = $2 and ("conversations"."id" = "conversation_messages"."conversation_id")) as "status"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $3 and ("id" = any($4) and (select "conversations"."status"
  from "conversations"
  where "conversations"."user_id" = $5 and ("conversations"."id" = "conversation_messages"."conversation_id" and "conversations"."is_hidden" = $6)) <> $7);

-- messages.updatePartial
-- sqlite
update "conversation_messages"
  set "content" = ?, "parts" = ?, "status" = ?, "token_count" = ?, "source" = ?, "model_name" = ?, "tokens" = ?, "latency_ms" = ?, "metadata" = ?
  where "conversation_messages"."user_id" = +? and ("id" = +? and "status" = +? and "content" = +?)
  returning "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at";
-- postgres
update "conversation_messages"
  set "content" = $1, "parts" = $2, "status" = $3, "token_count" = $4, "source" = $5, "model_name" = $6, "tokens" = $7, "latency_ms" = $8, "metadata" = $9
  where "conversation_messages"."user_id" = $10 and ("id" = $11 and "status" = $12 and "content" = $13)
  returning "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at";

-- mirror.findNextPart
-- sqlite
select "conversation_id", "part", "is_last", "active_leaf_id", "messages", "digest", "data"
  from "conversation_cold_parts"
  where "user_id" = +? and "conversation_id" = +? and "part" > +?
  order by "part" asc
  limit +?;
-- postgres
select "conversation_id", "part", "is_last", "active_leaf_id", "messages", "digest", "data"
  from "conversation_cold_parts"
  where "user_id" = $1 and "conversation_id" = $2 and "part" > $3
  order by "part" asc
  limit $4;

-- mirror.listColdParts
-- sqlite
select "user_id", "id", "conversation_id"
  from "conversation_cold_parts"
  where "user_id" = +? and "id" in (select value from json_each(?));
-- postgres
select "user_id", "id", "conversation_id"
  from "conversation_cold_parts"
  where "user_id" = $1 and "id" = any($2);

-- mirror.listConversations
-- sqlite
select "user_id", "id", "status", "source", "is_hidden", "is_cold", "message_count", "created_at", "updated_at", "last_message_at", "archived_at", "closed_at"
  from "conversations"
  where "user_id" = +? and "id" in (select value from json_each(?));
-- postgres
select "user_id", "id", "status", "source", "is_hidden", "is_cold", "message_count", "created_at", "updated_at", "last_message_at", "archived_at", "closed_at"
  from "conversations"
  where "user_id" = $1 and "id" = any($2);

-- mirror.listMessages
-- sqlite
select "user_id", "id", "conversation_id", "seq", "role", "status", "source", "model_name", "tokens", "token_count", "latency_ms", "created_at"
  from "conversation_messages"
  where "user_id" = +? and "id" in (select value from json_each(?));
-- postgres
select "user_id", "id", "conversation_id", "seq", "role", "status", "source", "model_name", "tokens", "token_count", "latency_ms", "created_at"
  from "conversation_messages"
  where "user_id" = $1 and "id" = any($2);

-- mirror.listOfConversation
-- sqlite
select "user_id", "id", "conversation_id", "seq", "role", "status", "source", "model_name", "tokens", "token_count", "latency_ms", "created_at"
  from "conversation_messages"
  where "user_id" = +? and "conversation_id" = +? and "seq" > +?
  order by "seq" asc
  limit +?;
-- postgres
select "user_id", "id", "conversation_id", "seq", "role", "status", "source", "model_name", "tokens", "token_count", "latency_ms", "created_at"
  from "conversation_messages"
  where "user_id" = $1 and "conversation_id" = $2 and "seq" > $3
  order by "seq" asc
  limit $4;

-- mirror.pageColdParts
-- sqlite
select "user_id", "id", "conversation_id", "part"
  from "conversation_cold_parts"
  where ("user_id", "id") > (+?, +?)
  order by "user_id" asc, "id" asc
  limit +?;
-- postgres
select "user_id", "id", "conversation_id", "part"
  from "conversation_cold_parts"
  where ("user_id", "id") > ($1, $2)
  order by "user_id" asc, "id" asc
  limit $3;

-- mirror.pageConversations
-- sqlite
select "user_id", "id", "status", "source", "is_hidden", "is_cold", "message_count", "created_at", "updated_at", "last_message_at", "archived_at", "closed_at"
  from "conversations"
  where ("user_id", "id") > (+?, +?)
  order by "user_id" asc, "id" asc
  limit +?;
-- postgres
select "user_id", "id", "status", "source", "is_hidden", "is_cold", "message_count", "created_at", "updated_at", "last_message_at", "archived_at", "closed_at"
  from "conversations"
  where ("user_id", "id") > ($1, $2)
  order by "user_id" asc, "id" asc
  limit $3;

-- mirror.pageMessages
-- sqlite
select "user_id", "id", "conversation_id", "seq", "role", "status", "source", "model_name", "tokens", "token_count", "latency_ms", "created_at"
  from "conversation_messages"
  where ("user_id", "id") > (+?, +?)
  order by "user_id" asc, "id" asc
  limit +?;
-- postgres
select "user_id", "id", "conversation_id", "seq", "role", "status", "source", "model_name", "tokens", "token_count", "latency_ms", "created_at"
  from "conversation_messages"
  where ("user_id", "id") > ($1, $2)
  order by "user_id" asc, "id" asc
  limit $3;

-- mirror.sumMessages
-- sqlite
select cast(sum("message_count") as integer) as "messages"
  from "conversations"
  where "status" <> +?;
-- postgres
select cast(sum("message_count") as bigint) as "messages"
  from "conversations"
  where "status" <> $1;

-- path.findForUpdate
-- sqlite
select "is_cold"
  from "conversations"
  where "conversations"."user_id" = +? and ("id" = +? and "status" <> +?) ;
-- postgres
select "is_cold"
  from "conversations"
  where "conversations"."user_id" = $1 and ("id" = $2 and "status" <> $3) for update;

-- path.findLeaf
-- sqlite
select "status", "next_seq", "is_cold", "last_opened_at", (select "conversation_messages"."seq"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_messages"."id" = "conversations"."active_leaf_id")) as "leaf_seq"
  from "conversations"
  where "conversations"."user_id" = +? and ("id" = +?);
-- postgres
select "status", "next_seq", "is_cold", "last_opened_at", (select "conversation_messages"."seq"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_messages"."id" = "conversations"."active_leaf_id")) as "leaf_seq"
  from "conversations"
  where "conversations"."user_id" = $2 and ("id" = $3);

-- path.findNextBeginning
-- sqlite
select "seq"
  from "conversation_branches"
  where "conversation_branches"."user_id" = +? and ("conversation_id" = +? and "seq" > +?)
  order by "seq" asc
  limit +?;
-- postgres
select "seq"
  from "conversation_branches"
  where "conversation_branches"."user_id" = $1 and ("conversation_id" = $2 and "seq" > $3)
  order by "seq" asc
  limit $4;

-- path.findPlace
-- sqlite
select "seq", "parent_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "id" = +?);
-- postgres
select "seq", "parent_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "id" = $3);

-- path.listBeginnings
-- sqlite
select "seq"
  from "conversation_branches"
  where "conversation_branches"."user_id" = +? and ("conversation_id" = +? and "seq" in (select value from json_each(?)));
-- postgres
select "seq"
  from "conversation_branches"
  where "conversation_branches"."user_id" = $1 and ("conversation_id" = $2 and "seq" = any($3));

-- path.listBranchesBelow
-- sqlite
select "seq", "parent_seq"
  from "conversation_branches"
  where "conversation_branches"."user_id" = +? and ("conversation_id" = +? and "parent_seq" in (select value from json_each(?)));
-- postgres
select "seq", "parent_seq"
  from "conversation_branches"
  where "conversation_branches"."user_id" = $1 and ("conversation_id" = $2 and "parent_seq" = any($3));

-- path.listBranchesBetween
-- sqlite
select "seq"
  from "conversation_branches"
  where "conversation_branches"."user_id" = +? and ("conversation_id" = +? and "parent_seq" >= +? and "parent_seq" <= +?);
-- postgres
select "seq"
  from "conversation_branches"
  where "conversation_branches"."user_id" = $1 and ("conversation_id" = $2 and "parent_seq" >= $3 and "parent_seq" <= $4);

-- path.listBySeqs
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "token_count", (select "conversations"."last_opened_at"
  from "conversations"
  where "conversations"."user_id" = +? and ("conversations"."id" = +?)) as "opened_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "seq" in (select value from json_each(?)));
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "token_count", (select "conversations"."last_opened_at"
  from "conversations"
  where "conversations"."user_id" = $1 and ("conversations"."id" = $2)) as "opened_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $3 and ("conversation_id" = $4 and "seq" = any($5));

-- path.listRuns
-- sqlite
with recursive "runs"("first", "parent", "step") as (select "newest"."seq" as "first", "newest"."parent_seq" as "parent", 1 as "step"
  from "conversation_branches" as "newest"
  where "newest"."user_id" = +? and ("newest"."conversation_id" = +? and "newest"."seq" = (select max("below"."seq") as "seq"
  from "conversation_branches" as "below"
  where "below"."user_id" = +? and ("below"."conversation_id" = +? and "below"."seq" <= +?)))
  union all select "older"."seq" as "first", "older"."parent_seq" as "parent", "runs"."step" + 1 as "step"
  from "runs"
  inner join "conversation_branches" as "older" on "older"."user_id" = +? and ("older"."conversation_id" = +? and "older"."seq" = (select max("below"."seq") as "seq"
  from "conversation_branches" as "below"
  where "below"."user_id" = +? and ("below"."conversation_id" = +? and "below"."seq" <= "runs"."parent")))
  where "runs"."parent" > +? and "runs"."step" < +?) select "runs"."first", "runs"."parent"
  from "runs";
-- postgres
with recursive "runs"("first", "parent", "step") as (select "newest"."seq" as "first", "newest"."parent_seq" as "parent", 1 as "step"
  from "conversation_branches" as "newest"
  where "newest"."user_id" = $1 and ("newest"."conversation_id" = $2 and "newest"."seq" = (select max("below"."seq") as "seq"
  from "conversation_branches" as "below"
  where "below"."user_id" = $3 and ("below"."conversation_id" = $4 and "below"."seq" <= $5)))
  union all select "older"."seq" as "first", "older"."parent_seq" as "parent", "runs"."step" + 1 as "step"
  from "runs"
  inner join "conversation_branches" as "older" on "older"."user_id" = $6 and ("older"."conversation_id" = $7 and "older"."seq" = (select max("below"."seq") as "seq"
  from "conversation_branches" as "below"
  where "below"."user_id" = $8 and ("below"."conversation_id" = $9 and "below"."seq" <= "runs"."parent")))
  where "runs"."parent" > $10 and "runs"."step" < $11) select "runs"."first", "runs"."parent"
  from "runs";

-- path.listSystem
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "token_count"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("conversation_id" = +? and "role" not in ('user', 'assistant', 'tool') and "seq" > +? and "seq" <= +?)
  order by "seq" asc
  limit +?;
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "token_count"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "role" not in ('user', 'assistant', 'tool') and "seq" > $3 and "seq" <= $4)
  order by "seq" asc
  limit $5;

-- statistics.findNextOwner
-- sqlite
select min("user_id") as "user_id"
  from "conversations"
  where "user_id" > +?;
-- postgres
select min("user_id") as "user_id"
  from "conversations"
  where "user_id" > $1;

-- statistics.listFigures
-- sqlite
select "created_at", "role", "model_name", "tokens", "latency_ms", null as "cold_id", null as "part_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("created_at" >= +? and "created_at" < +?)
  union all select "created_at", null as "role", null as "model_name", null as "tokens", null as "latency_ms", "conversation_id" as "cold_id", "id" as "part_id"
  from "conversation_cold_parts"
  where "conversation_cold_parts"."user_id" = +? and ("last_at" >= +? and "first_at" < +?);
-- postgres
select "created_at", "role", "model_name", "tokens", "latency_ms", null as "cold_id", null as "part_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("created_at" >= $2 and "created_at" < $3)
  union all select "created_at", null as "role", null as "model_name", null as "tokens", null as "latency_ms", "conversation_id" as "cold_id", "id" as "part_id"
  from "conversation_cold_parts"
  where "conversation_cold_parts"."user_id" = $4 and ("last_at" >= $5 and "first_at" < $6);

-- statistics.listFiguresOf
-- sqlite
select "created_at", "role", "model_name", "tokens", "latency_ms", null as "cold_id", null as "part_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("created_at" >= +? and "created_at" < +? and "conversation_id" = +?)
  union all select "created_at", null as "role", null as "model_name", null as "tokens", null as "latency_ms", "conversation_id" as "cold_id", "id" as "part_id"
  from "conversation_cold_parts"
  where "conversation_cold_parts"."user_id" = +? and ("last_at" >= +? and "first_at" < +? and "conversation_id" = +?);
-- postgres
select "created_at", "role", "model_name", "tokens", "latency_ms", null as "cold_id", null as "part_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("created_at" >= $2 and "created_at" < $3 and "conversation_id" = $4)
  union all select "created_at", null as "role", null as "model_name", null as "tokens", null as "latency_ms", "conversation_id" as "cold_id", "id" as "part_id"
  from "conversation_cold_parts"
  where "conversation_cold_parts"."user_id" = $5 and ("last_at" >= $6 and "first_at" < $7 and "conversation_id" = $8);

-- tokens.listUncounted
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = +? and ("token_count" is null and "status" <> 'partial' and "id" > +?)
  order by "id" asc
  limit +?;
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "request_part", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("token_count" is null and "status" <> 'partial' and "id" > $2)
  order by "id" asc
  limit $3;

-- tokens.updateTokenCount
-- sqlite
update "conversation_messages"
  set "token_count" = ?
  where "conversation_messages"."user_id" = +? and ("id" = +? and "token_count" is null and "status" <> 'partial');
-- postgres
update "conversation_messages"
  set "token_count" = $1
  where "conversation_messages"."user_id" = $2 and ("id" = $3 and "token_count" is null and "status" <> 'partial');
