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

-- Made by `pnpm generate`: what every query runs, with what the guard added. Change the repositories instead.

-- accounts.changePassword
-- sqlite
update "users"
  set "password_hash" = ?, "updated_at" = ?, "version" = "version" + 1
  where "id" = +? and "password_hash" = +? and "is_active" = +?
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";
-- postgres
update "users"
  set "password_hash" = $1, "updated_at" = $2, "version" = "version" + 1
  where "id" = $3 and "password_hash" = $4 and "is_active" = $5
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";

-- accounts.enter
-- sqlite
update "users"
  set "last_login_at" = ?, "password_hash" = ?
  where "id" = +? and "password_hash" = +? and "is_active" = +?
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";
-- postgres
update "users"
  set "last_login_at" = $1, "password_hash" = $2
  where "id" = $3 and "password_hash" = $4 and "is_active" = $5
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";

-- accounts.findByEmail
-- sqlite
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version"
  from "users"
  where "email" = +?;
-- postgres
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version"
  from "users"
  where "email" = $1;

-- accounts.findById
-- sqlite
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version"
  from "users"
  where "id" = +?;
-- postgres
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version"
  from "users"
  where "id" = $1;

-- accounts.findSecret
-- sqlite
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version", "password_hash"
  from "users"
  where "email" = +?;
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

-- accounts.insertAdopted
-- sqlite
insert into "users" ("id", "email", "password_hash", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";
-- postgres
insert into "users" ("id", "email", "password_hash", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";

-- accounts.list
-- sqlite
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version"
  from "users"
  where "email" > +?
  order by "email" asc
  limit +?;
-- postgres
select "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version"
  from "users"
  where "email" > $1
  order by "email" asc
  limit $2;

-- accounts.setActive
-- sqlite
update "users"
  set "is_active" = ?, "updated_at" = ?, "version" = "version" + 1
  where "email" = +? and "is_active" <> +?
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";
-- postgres
update "users"
  set "is_active" = $1, "updated_at" = $2, "version" = "version" + 1
  where "email" = $3 and "is_active" <> $4
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";

-- accounts.setPassword
-- sqlite
update "users"
  set "password_hash" = ?, "updated_at" = ?, "version" = "version" + 1
  where "email" = +?
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";
-- postgres
update "users"
  set "password_hash" = $1, "updated_at" = $2, "version" = "version" + 1
  where "email" = $3
  returning "id", "email", "full_name", "is_active", "is_admin", "last_login_at", "created_at", "updated_at", "version";

-- alerts.beginWatch
-- sqlite
insert into "alert_watch" ("singleton", "evaluated_at")
  values (?, ?)
  on conflict ("singleton") do nothing
  returning "evaluated_at";
-- postgres
insert into "alert_watch" ("singleton", "evaluated_at")
  values ($1, $2)
  on conflict ("singleton") do nothing
  returning "evaluated_at";

-- alerts.findById
-- sqlite
select "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at"
  from "alerts"
  where "id" = +?;
-- postgres
select "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at"
  from "alerts"
  where "id" = $1;

-- alerts.findWatch
-- sqlite
select "evaluated_at"
  from "alert_watch"
  where "singleton" = +?;
-- postgres
select "evaluated_at"
  from "alert_watch"
  where "singleton" = $1;

-- alerts.insert
-- sqlite
insert into "alerts" ("id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("rule", "subject")
  where "resolved_at" is null do nothing
  returning "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at";
-- postgres
insert into "alerts" ("id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict ("rule", "subject")
  where "resolved_at" is null do nothing
  returning "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at";

-- alerts.list
-- sqlite
select "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at"
  from "alerts"
  where "id" < +?
  order by "id" desc
  limit +?;
-- postgres
select "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at"
  from "alerts"
  where "id" < $1
  order by "id" desc
  limit $2;

-- alerts.listFiring
-- sqlite
select "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at"
  from "alerts"
  where "resolved_at" is null
  order by "rule" asc, "subject" asc
  limit +?;
-- postgres
select "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at"
  from "alerts"
  where "resolved_at" is null
  order by "rule" asc, "subject" asc
  limit $1;

-- alerts.listUntold
-- sqlite
select "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at"
  from "alerts"
  where "resolved_at" > +? and "resolved_told_at" is null
  order by "resolved_at" asc nulls first
  limit +?;
-- postgres
select "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at"
  from "alerts"
  where "resolved_at" > $1 and "resolved_told_at" is null
  order by "resolved_at" asc nulls first
  limit $2;

-- alerts.markFiringTold
-- sqlite
update "alerts"
  set "firing_told_at" = ?
  where "id" = +?;
-- postgres
update "alerts"
  set "firing_told_at" = $1
  where "id" = $2;

-- alerts.markResolvedTold
-- sqlite
update "alerts"
  set "resolved_told_at" = ?
  where "id" = +?;
-- postgres
update "alerts"
  set "resolved_told_at" = $1
  where "id" = $2;

-- alerts.removeBefore
-- sqlite
delete
  from "alerts"
  where "resolved_at" < +?;
-- postgres
delete
  from "alerts"
  where "resolved_at" < $1;

-- alerts.resolve
-- sqlite
update "alerts"
  set "resolved_at" = ?
  where "id" = +? and "resolved_at" is null
  returning "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at";
-- postgres
update "alerts"
  set "resolved_at" = $1
  where "id" = $2 and "resolved_at" is null
  returning "id", "rule", "subject", "severity", "message", "fired_at", "seen_at", "resolved_at", "firing_told_at", "resolved_told_at";

-- alerts.see
-- sqlite
update "alerts"
  set "message" = ?, "seen_at" = ?
  where "id" = +? and "resolved_at" is null;
-- postgres
update "alerts"
  set "message" = $1, "seen_at" = $2
  where "id" = $3 and "resolved_at" is null;

-- alerts.takeTurn
-- sqlite
update "alert_watch"
  set "evaluated_at" = ?
  where "singleton" = +? and ("evaluated_at" <= +? or "evaluated_at" > +?)
  returning "evaluated_at";
-- postgres
update "alert_watch"
  set "evaluated_at" = $1
  where "singleton" = $2 and ("evaluated_at" <= $3 or "evaluated_at" > $4)
  returning "evaluated_at";

-- audit.insert
-- sqlite
insert into "audit_events" ("id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "audit_events" ("id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- audit.insertFor
-- sqlite
insert into "audit_events" ("user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "audit_events" ("user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- audit.list
-- sqlite
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "audit_events"."user_id" = +? and ("id" >= +? and "id" < +?)
  order by "id" desc
  limit +?;
-- postgres
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "audit_events"."user_id" = $1 and ("id" >= $2 and "id" < $3)
  order by "id" desc
  limit $4;

-- audit.listByAction
-- sqlite
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "audit_events"."user_id" = +? and ("action" = +? and "id" >= +? and "id" < +?)
  order by "id" desc
  limit +?;
-- postgres
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "audit_events"."user_id" = $1 and ("action" = $2 and "id" >= $3 and "id" < $4)
  order by "id" desc
  limit $5;

-- audit.listByActor
-- sqlite
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "audit_events"."user_id" = +? and ("actor_id" = +? and "id" >= +? and "id" < +?)
  order by "id" desc
  limit +?;
-- postgres
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "audit_events"."user_id" = $1 and ("actor_id" = $2 and "id" >= $3 and "id" < $4)
  order by "id" desc
  limit $5;

-- audit.listByEntity
-- sqlite
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "audit_events"."user_id" = +? and ("entity" = +? and "entity_id" = +? and "id" >= +? and "id" < +?)
  order by "id" desc
  limit +?;
-- postgres
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "audit_events"."user_id" = $1 and ("entity" = $2 and "entity_id" = $3 and "id" >= $4 and "id" < $5)
  order by "id" desc
  limit $6;

-- audit.listOfActor
-- sqlite
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "actor_id" = +? and "id" >= +? and "id" < +?
  order by "id" desc
  limit +?;
-- postgres
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "actor_id" = $1 and "id" >= $2 and "id" < $3
  order by "id" desc
  limit $4;

-- audit.listOfAll
-- sqlite
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "id" >= +? and "id" < +?
  order by "id" desc
  limit +?;
-- postgres
select "user_id", "id", "actor_id", "action", "entity", "entity_id", "request_id", "before_digest", "after_digest", "times", "created_at"
  from "audit_events"
  where "id" >= $1 and "id" < $2
  order by "id" desc
  limit $3;

-- backups.findLatest
-- sqlite
select "id", "kind", "file", "base_file", "result", "error", "bytes", "content_bytes", "row_count", "is_encrypted", "started_at", "duration_ms", "verified_at"
  from "backups"
  where "kind" = +? and "result" = +?
  order by "started_at" desc, "id" desc
  limit +?;
-- postgres
select "id", "kind", "file", "base_file", "result", "error", "bytes", "content_bytes", "row_count", "is_encrypted", "started_at", "duration_ms", "verified_at"
  from "backups"
  where "kind" = $1 and "result" = $2
  order by "started_at" desc, "id" desc
  limit $3;

-- backups.findLatestFull
-- sqlite
select "id", "kind", "file", "base_file", "result", "error", "bytes", "content_bytes", "row_count", "is_encrypted", "started_at", "duration_ms", "verified_at"
  from "backups"
  where "kind" = +? and "result" = +? and "base_file" is null
  order by "started_at" desc, "id" desc
  limit +?;
-- postgres
select "id", "kind", "file", "base_file", "result", "error", "bytes", "content_bytes", "row_count", "is_encrypted", "started_at", "duration_ms", "verified_at"
  from "backups"
  where "kind" = $1 and "result" = $2 and "base_file" is null
  order by "started_at" desc, "id" desc
  limit $3;

-- backups.insert
-- sqlite
insert into "backups" ("id", "kind", "file", "base_file", "result", "error", "bytes", "content_bytes", "row_count", "is_encrypted", "started_at", "duration_ms", "verified_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "backups" ("id", "kind", "file", "base_file", "result", "error", "bytes", "content_bytes", "row_count", "is_encrypted", "started_at", "duration_ms", "verified_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- backups.list
-- sqlite
select "id", "kind", "file", "base_file", "result", "error", "bytes", "content_bytes", "row_count", "is_encrypted", "started_at", "duration_ms", "verified_at"
  from "backups"
  where "started_at" <= +?
  order by "started_at" desc
  limit +?;
-- postgres
select "id", "kind", "file", "base_file", "result", "error", "bytes", "content_bytes", "row_count", "is_encrypted", "started_at", "duration_ms", "verified_at"
  from "backups"
  where "started_at" <= $1
  order by "started_at" desc
  limit $2;

-- cache.listTrackedTables
-- sqlite
select "name"
  from "change_tables"
  order by "name" asc;
-- postgres
select "name"
  from "change_tables"
  order by "name" asc;

-- changes.eraseUpTo
-- sqlite
delete
  from "change_log"
  where "seq" <= +?;
-- postgres
delete
  from "change_log"
  where "seq" <= $1;

-- changes.findConsumer
-- sqlite
select "position", "lease_id", "lease_expires_at"
  from "change_consumers"
  where "name" = +?;
-- postgres
select "position", "lease_id", "lease_expires_at"
  from "change_consumers"
  where "name" = $1;

-- changes.findNewest
-- sqlite
select "seq"
  from "change_log"
  where "seq" > +?
  order by "seq" desc
  limit +?;
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
  where "seq" > +?
  order by "seq" asc
  limit +?) as "oldest"
  where ("oldest"."at" < +? or "oldest"."seq" <= +?);
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
  where "name" = +? and "lease_id" = +?;
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
  where "name" = +? and "lease_id" = +?;
-- postgres
update "change_consumers"
  set "position" = $1, "lease_expires_at" = $2, "updated_at" = $3
  where "name" = $4 and "lease_id" = $5;

-- changes.listConsumers
-- sqlite
select "name", "position", "lease_expires_at", "updated_at"
  from "change_consumers"
  where "name" > +?
  order by "name" asc
  limit +?;
-- postgres
select "name", "position", "lease_expires_at", "updated_at"
  from "change_consumers"
  where "name" > $1
  order by "name" asc
  limit $2;

-- changes.removeConsumer
-- sqlite
delete
  from "change_consumers"
  where "name" = +?;
-- postgres
delete
  from "change_consumers"
  where "name" = $1;

-- changes.setReported
-- sqlite
update "change_consumers"
  set "position" = ?, "lease_id" = ?, "lease_expires_at" = ?, "updated_at" = ?
  where "name" = +?;
-- postgres
update "change_consumers"
  set "position" = $1, "lease_id" = $2, "lease_expires_at" = $3, "updated_at" = $4
  where "name" = $5;

-- changes.takeLease
-- sqlite
update "change_consumers"
  set "lease_id" = ?, "lease_expires_at" = ?, "updated_at" = ?
  where "name" = +? and ("lease_id" is null or "lease_expires_at" < +?)
  returning "position";
-- postgres
update "change_consumers"
  set "lease_id" = $1, "lease_expires_at" = $2, "updated_at" = $3
  where "name" = $4 and ("lease_id" is null or "lease_expires_at" < $5)
  returning "position";

-- erasures.complete
-- sqlite
update "erasures"
  set "completed_at" = ?
  where "id" = +? and "completed_at" is null
  returning "id";
-- postgres
update "erasures"
  set "completed_at" = $1
  where "id" = $2 and "completed_at" is null
  returning "id";

-- erasures.findById
-- sqlite
select "id", "kind", "salt", "owner_hash", "table_name", "row_id", "counts", "started_at", "completed_at", "applied_at"
  from "erasures"
  where "id" = +?;
-- postgres
select "id", "kind", "salt", "owner_hash", "table_name", "row_id", "counts", "started_at", "completed_at", "applied_at"
  from "erasures"
  where "id" = $1;

-- erasures.hold
-- sqlite
update "erasures"
  set "started_at" = "started_at"
  where "id" = +?
  returning "counts";
-- postgres
update "erasures"
  set "started_at" = "started_at"
  where "id" = $1
  returning "counts";

-- erasures.insert
-- sqlite
insert into "erasures" ("id", "kind", "salt", "owner_hash", "table_name", "row_id", "counts", "started_at", "completed_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("id") do nothing;
-- postgres
insert into "erasures" ("id", "kind", "salt", "owner_hash", "table_name", "row_id", "counts", "started_at", "completed_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict ("id") do nothing;

-- erasures.list
-- sqlite
select "id", "kind", "salt", "owner_hash", "table_name", "row_id", "counts", "started_at", "completed_at", "applied_at"
  from "erasures"
  where "id" > +?
  order by "id" asc
  limit +?;
-- postgres
select "id", "kind", "salt", "owner_hash", "table_name", "row_id", "counts", "started_at", "completed_at", "applied_at"
  from "erasures"
  where "id" > $1
  order by "id" asc
  limit $2;

-- erasures.listUnfinished
-- sqlite
select "id", "kind", "salt", "owner_hash", "table_name", "row_id", "counts", "started_at", "completed_at", "applied_at"
  from "erasures"
  where "completed_at" is null and "id" > +?
  order by "id" asc
  limit +?;
-- postgres
select "id", "kind", "salt", "owner_hash", "table_name", "row_id", "counts", "started_at", "completed_at", "applied_at"
  from "erasures"
  where "completed_at" is null and "id" > $1
  order by "id" asc
  limit $2;

-- erasures.setApplied
-- sqlite
update "erasures"
  set "applied_at" = ?
  where "id" = +?;
-- postgres
update "erasures"
  set "applied_at" = $1
  where "id" = $2;

-- erasures.setCounts
-- sqlite
update "erasures"
  set "counts" = ?
  where "id" = +?;
-- postgres
update "erasures"
  set "counts" = $1
  where "id" = $2;

-- idempotencyKeys.claim
-- sqlite
insert into "idempotency_keys" ("id", "key", "request_hash", "expires_at", "created_at", "user_id")
  values (?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "key") do update
  set "request_hash" = ?, "response_status" = ?, "response_headers" = ?, "response_body" = ?, "expires_at" = ?, "created_at" = ?
  where "idempotency_keys"."expires_at" <= +?
  returning "id";
-- postgres
insert into "idempotency_keys" ("id", "key", "request_hash", "expires_at", "created_at", "user_id")
  values ($1, $2, $3, $4, $5, $6)
  on conflict ("user_id", "key") do update
  set "request_hash" = $7, "response_status" = $8, "response_headers" = $9, "response_body" = $10, "expires_at" = $11, "created_at" = $12
  where "idempotency_keys"."expires_at" <= $13
  returning "id";

-- idempotencyKeys.complete
-- sqlite
update "idempotency_keys"
  set "response_status" = ?, "response_headers" = ?, "response_body" = ?
  where "idempotency_keys"."user_id" = +? and ("id" = +?);
-- postgres
update "idempotency_keys"
  set "response_status" = $1, "response_headers" = $2, "response_body" = $3
  where "idempotency_keys"."user_id" = $4 and ("id" = $5);

-- idempotencyKeys.findByKey
-- sqlite
select "request_hash", "response_status", "response_headers", "response_body", "expires_at"
  from "idempotency_keys"
  where "idempotency_keys"."user_id" = +? and ("key" = +?);
-- postgres
select "request_hash", "response_status", "response_headers", "response_body", "expires_at"
  from "idempotency_keys"
  where "idempotency_keys"."user_id" = $1 and ("key" = $2);

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

-- instances.listSince
-- sqlite
select "id", "kind", "host", "pid", "app_version", "schema_version", "started_at", "last_seen_at"
  from "app_instances"
  where "last_seen_at" > +?
  order by "last_seen_at" asc
  limit +?;
-- postgres
select "id", "kind", "host", "pid", "app_version", "schema_version", "started_at", "last_seen_at"
  from "app_instances"
  where "last_seen_at" > $1
  order by "last_seen_at" asc
  limit $2;

-- instances.remove
-- sqlite
delete
  from "app_instances"
  where "id" = +?;
-- postgres
delete
  from "app_instances"
  where "id" = $1;

-- instances.removeBefore
-- sqlite
delete
  from "app_instances"
  where "last_seen_at" <= +?;
-- postgres
delete
  from "app_instances"
  where "last_seen_at" <= $1;

-- instances.upsert
-- sqlite
insert into "app_instances" ("id", "kind", "host", "pid", "app_version", "schema_version", "started_at", "last_seen_at")
  values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("id") do update
  set "last_seen_at" = ?;
-- postgres
insert into "app_instances" ("id", "kind", "host", "pid", "app_version", "schema_version", "started_at", "last_seen_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict ("id") do update
  set "last_seen_at" = $9;

-- jobs.cancelPending
-- sqlite
update "jobs"
  set "status" = ?, "ready_at" = ?, "waits_until" = ?, "cancel_requested_at" = ?, "completed_at" = ?, "updated_at" = ?
  where "jobs"."user_id" = +? and ("id" = +? and "status" = +?)
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
  where "jobs"."user_id" = +? and ("id" = +?);
-- postgres
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = $1 and ("id" = $2);

-- jobs.findOpenByKey
-- sqlite
select "id", "kind", "display_name", "status", "progress", "stage", "parameters", "result", "error", "priority", "attempts", "max_attempts", "worker", "lease_until", "waits_until", "dedup_key", "scheduled_at", "started_at", "cancel_requested_at", "completed_at", "estimated_duration_ms", "duration_ms", "created_at", "updated_at"
  from "jobs"
  where "jobs"."user_id" = +? and ("kind" = +? and "dedup_key" = +? and "completed_at" is null);
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
  where "jobs"."user_id" = +? and ("id" < +?)
  order by "id" desc
  limit +?;
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
  where "job_logs"."user_id" = +? and ("job_id" = +? and "id" > +?)
  order by "id" asc
  limit +?;
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
  where "jobs"."user_id" = +? and ("kind" = +? and "id" < +?)
  order by "id" desc
  limit +?;
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
  where "jobs"."user_id" = +? and ("kind" = +? and "status" = +? and "id" < +?)
  order by "id" desc
  limit +?;
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
  where "jobs"."user_id" = +? and ("status" = +? and "id" < +?)
  order by "id" desc
  limit +?;
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
  where "jobs"."user_id" = +? and ("id" = +? and "token" = +? and "status" = +?)
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
  where "jobs"."user_id" = +? and ("id" = +? and "status" = +?)
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
  where "jobs"."user_id" = +? and ("id" = +? and "status" in (?, ?))
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
  where "jobs"."user_id" = +? and ("id" = +? and "token" = +? and "status" = +?)
  returning "id";
-- postgres
update "jobs"
  set "status" = $1, "progress" = $2, "stage" = $3, "result" = $4, "error" = $5, "attempts" = $6, "worker" = $7, "lease_until" = $8, "ready_at" = $9, "waits_until" = $10, "completed_at" = $11, "duration_ms" = $12, "updated_at" = $13
  where "jobs"."user_id" = $14 and ("id" = $15 and "token" = $16 and "status" = $17)
  returning "id";

-- organisations.findById
-- sqlite
select "id", "name", "created_at", "updated_at", "version"
  from "organisations"
  where "id" = +?;
-- postgres
select "id", "name", "created_at", "updated_at", "version"
  from "organisations"
  where "id" = $1;

-- organisations.findMember
-- sqlite
select "organisation_id", "member_id", "role", "created_at", "updated_at"
  from "memberships"
  where "organisation_id" = +? and "member_id" = +?;
-- postgres
select "organisation_id", "member_id", "role", "created_at", "updated_at"
  from "memberships"
  where "organisation_id" = $1 and "member_id" = $2;

-- organisations.findOwner
-- sqlite
select "member_id"
  from "memberships"
  where "organisation_id" = +? and "role" = +?
  limit +?;
-- postgres
select "member_id"
  from "memberships"
  where "organisation_id" = $1 and "role" = $2
  limit $3;

-- organisations.hold
-- sqlite
update "organisations"
  set "updated_at" = ?, "version" = "version" + 1
  where "id" = +?
  returning "id", "name", "created_at", "updated_at", "version";
-- postgres
update "organisations"
  set "updated_at" = $1, "version" = "version" + 1
  where "id" = $2
  returning "id", "name", "created_at", "updated_at", "version";

-- organisations.insert
-- sqlite
insert into "organisations" ("id", "name", "created_at", "updated_at")
  values (?, ?, ?, ?)
  returning "id", "name", "created_at", "updated_at", "version";
-- postgres
insert into "organisations" ("id", "name", "created_at", "updated_at")
  values ($1, $2, $3, $4)
  returning "id", "name", "created_at", "updated_at", "version";

-- organisations.insertMember
-- sqlite
insert into "memberships" ("organisation_id", "member_id", "role", "created_at", "updated_at")
  values (?, ?, ?, ?, ?)
  on conflict ("organisation_id", "member_id") do nothing
  returning "organisation_id", "member_id", "role", "created_at", "updated_at";
-- postgres
insert into "memberships" ("organisation_id", "member_id", "role", "created_at", "updated_at")
  values ($1, $2, $3, $4, $5)
  on conflict ("organisation_id", "member_id") do nothing
  returning "organisation_id", "member_id", "role", "created_at", "updated_at";

-- organisations.list
-- sqlite
select "id", "name", "created_at", "updated_at", "version"
  from "organisations"
  where "id" > +?
  order by "id" asc
  limit +?;
-- postgres
select "id", "name", "created_at", "updated_at", "version"
  from "organisations"
  where "id" > $1
  order by "id" asc
  limit $2;

-- organisations.listMembers
-- sqlite
select "organisation_id", "member_id", "role", "created_at", "updated_at"
  from "memberships"
  where "organisation_id" = +? and "member_id" > +?
  order by "member_id" asc
  limit +?;
-- postgres
select "organisation_id", "member_id", "role", "created_at", "updated_at"
  from "memberships"
  where "organisation_id" = $1 and "member_id" > $2
  order by "member_id" asc
  limit $3;

-- organisations.listOfMember
-- sqlite
select "organisations"."id", "organisations"."name", "organisations"."created_at", "organisations"."updated_at", "organisations"."version"
  from "memberships"
  inner join "organisations" on "organisations"."id" = "memberships"."organisation_id"
  where "memberships"."member_id" = +? and "memberships"."organisation_id" > +?
  order by "memberships"."organisation_id" asc
  limit +?;
-- postgres
select "organisations"."id", "organisations"."name", "organisations"."created_at", "organisations"."updated_at", "organisations"."version"
  from "memberships"
  inner join "organisations" on "organisations"."id" = "memberships"."organisation_id"
  where "memberships"."member_id" = $1 and "memberships"."organisation_id" > $2
  order by "memberships"."organisation_id" asc
  limit $3;

-- organisations.removeMember
-- sqlite
delete
  from "memberships"
  where "organisation_id" = +? and "member_id" = +?;
-- postgres
delete
  from "memberships"
  where "organisation_id" = $1 and "member_id" = $2;

-- organisations.setRole
-- sqlite
update "memberships"
  set "role" = ?, "updated_at" = ?
  where "organisation_id" = +? and "member_id" = +?
  returning "organisation_id", "member_id", "role", "created_at", "updated_at";
-- postgres
update "memberships"
  set "role" = $1, "updated_at" = $2
  where "organisation_id" = $3 and "member_id" = $4
  returning "organisation_id", "member_id", "role", "created_at", "updated_at";

-- queue.anyLeaseOver
-- sqlite
select "id"
  from "jobs"
  where "lease_until" <= +?
  limit +?;
-- postgres
select "id"
  from "jobs"
  where "lease_until" <= $1
  limit $2;

-- queue.anyReady
-- sqlite
select "id"
  from "jobs"
  where "ready_at" is not null and "priority" >= +? and "kind" in (select value from json_each(?))
  limit +?;
-- postgres
select "id"
  from "jobs"
  where "ready_at" is not null and "priority" >= $1 and "kind" = any($2)
  limit $3;

-- queue.anyWaitOver
-- sqlite
select "id"
  from "jobs"
  where "waits_until" <= +?
  limit +?;
-- postgres
select "id"
  from "jobs"
  where "waits_until" <= $1
  limit $2;

-- queue.cancelRequests
-- sqlite
select "id"
  from "jobs"
  where "lease_until" > +? and "cancel_requested_at" is not null and "worker" = +?;
-- postgres
select "id"
  from "jobs"
  where "lease_until" > $1 and "cancel_requested_at" is not null and "worker" = $2;

-- queue.countQueued
-- sqlite
select "queued"."kind", count(*) as "jobs", min("queued"."ready_at") as "oldest"
  from (select "kind", "ready_at"
  from "jobs"
  where "ready_at" is not null and "priority" >= +?
  limit +?) as "queued"
  group by "queued"."kind";
-- postgres
select "queued"."kind", count(*) as "jobs", min("queued"."ready_at") as "oldest"
  from (select "kind", "ready_at"
  from "jobs"
  where "ready_at" is not null and "priority" >= $1
  limit $2) as "queued"
  group by "queued"."kind";

-- queue.countRunning
-- sqlite
select count(*) as "jobs"
  from (select "id"
  from "jobs"
  where "lease_until" > +?
  limit +?) as "running";
-- postgres
select count(*) as "jobs"
  from (select "id"
  from "jobs"
  where "lease_until" > $1
  limit $2) as "running";

-- queue.leasesOver
-- sqlite
select "user_id", "id", "kind", "worker", "token", "attempts", "max_attempts", "cancel_requested_at"
  from "jobs"
  where "lease_until" <= +?
  limit +?  ;
-- postgres
select "user_id", "id", "kind", "worker", "token", "attempts", "max_attempts", "cancel_requested_at"
  from "jobs"
  where "lease_until" <= $1
  limit $2 for update skip locked;

-- queue.makeReady
-- sqlite
update "jobs"
  set "ready_at" = "waits_until", "waits_until" = ?, "updated_at" = ?
  where "user_id" = +? and "id" = +? and "waits_until" is not null;
-- postgres
update "jobs"
  set "ready_at" = "waits_until", "waits_until" = $1, "updated_at" = $2
  where "user_id" = $3 and "id" = $4 and "waits_until" is not null;

-- queue.next
-- sqlite
select "user_id", "id"
  from "jobs"
  where "ready_at" is not null and "priority" >= +? and "kind" in (select value from json_each(?))
  order by "priority" desc, "user_id" asc, "ready_at" asc nulls first, "id" asc
  limit +?  ;
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
  where "highest"."ready_at" is not null and "highest"."priority" >= +? and "highest"."kind" in (select value from json_each(?))
  order by "highest"."priority" desc
  limit +?) and "user_id" > +?
  order by "user_id" asc, "ready_at" asc nulls first, "id" asc
  limit +?  ;
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
  where "user_id" = +? and "id" = +? and "lease_until" <= +?;
-- postgres
update "jobs"
  set "status" = $1, "error" = $2, "worker" = $3, "lease_until" = $4, "ready_at" = $5, "completed_at" = $6, "updated_at" = $7
  where "user_id" = $8 and "id" = $9 and "lease_until" <= $10;

-- queue.take
-- sqlite
update "jobs"
  set "status" = ?, "worker" = ?, "token" = "token" + 1, "attempts" = "attempts" + 1, "lease_until" = ?, "ready_at" = ?, "progress" = ?, "stage" = ?, "started_at" = ?, "updated_at" = ?
  where "user_id" = +? and "id" = +? and "ready_at" is not null
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
  where "waits_until" <= +?
  limit +?  ;
-- postgres
select "user_id", "id"
  from "jobs"
  where "waits_until" <= $1
  limit $2 for update skip locked;

-- readiness.insert
-- sqlite
insert into "readiness_samples" ("id", "taken_at", "size_bytes", "active_users", "lock_tries", "lock_failures", "writes_per_second")
  values (?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "readiness_samples" ("id", "taken_at", "size_bytes", "active_users", "lock_tries", "lock_failures", "writes_per_second")
  values ($1, $2, $3, $4, $5, $6, $7);

-- readiness.listSince
-- sqlite
select "taken_at", "size_bytes", "active_users", "lock_tries", "lock_failures", "writes_per_second"
  from "readiness_samples"
  where "taken_at" > +?
  order by "taken_at" asc
  limit +?;
-- postgres
select "taken_at", "size_bytes", "active_users", "lock_tries", "lock_failures", "writes_per_second"
  from "readiness_samples"
  where "taken_at" > $1
  order by "taken_at" asc
  limit $2;

-- readiness.removeBefore
-- sqlite
delete
  from "readiness_samples"
  where "taken_at" <= +?;
-- postgres
delete
  from "readiness_samples"
  where "taken_at" <= $1;

-- schedules.anyDue
-- sqlite
select "id"
  from "schedules"
  where "next_run_at" <= +? and "kind" in (select value from json_each(?))
  limit +?;
-- postgres
select "id"
  from "schedules"
  where "next_run_at" <= $1 and "kind" = any($2)
  limit $3;

-- schedules.findForUpdate
-- sqlite
select "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version"
  from "schedules"
  where "user_id" = +? and "name" = +? ;
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
  where "user_id" = +? and "name" > +?
  order by "name" asc
  limit +?;
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
  where "next_run_at" <= +? and "kind" in (select value from json_each(?))
  order by "next_run_at" asc nulls first
  limit +?  ;
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
  where "id" = +?;
-- postgres
update "schedules"
  set "next_run_at" = $1, "last_run_at" = $2, "last_job_id" = $3
  where "id" = $4;

-- schedules.remove
-- sqlite
delete
  from "schedules"
  where "user_id" = +? and "name" = +?;
-- postgres
delete
  from "schedules"
  where "user_id" = $1 and "name" = $2;

-- schedules.update
-- sqlite
update "schedules"
  set "kind" = ?, "parameters" = ?, "expression" = ?, "time_zone" = ?, "is_enabled" = ?, "next_run_at" = ?, "updated_at" = ?, "version" = "version" + 1
  where "user_id" = +? and "name" = +?
  returning "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version";
-- postgres
update "schedules"
  set "kind" = $1, "parameters" = $2, "expression" = $3, "time_zone" = $4, "is_enabled" = $5, "next_run_at" = $6, "updated_at" = $7, "version" = "version" + 1
  where "user_id" = $8 and "name" = $9
  returning "id", "user_id", "name", "kind", "parameters", "expression", "time_zone", "is_enabled", "next_run_at", "last_run_at", "last_job_id", "created_at", "updated_at", "version";

-- search.countEmbeddingMarks
-- sqlite
select count(*) as "count"
  from "search_embedding_marks"
  where "search_embedding_marks"."user_id" = +?;
-- postgres
select count(*) as "count"
  from "search_embedding_marks"
  where "search_embedding_marks"."user_id" = $1;

-- search.countMarks
-- sqlite
select count(*) as "count"
  from "search_marks"
  where "search_marks"."user_id" = +? and ("kind" in (select value from json_each(?)));
-- postgres
select count(*) as "count"
  from "search_marks"
  where "search_marks"."user_id" = $1 and ("kind" = any($2));

-- search.eraseEmbeddingMark
-- sqlite
delete
  from "search_embedding_marks"
  where "search_embedding_marks"."user_id" = +? and ("id" = +? and "stamp" = +?);
-- postgres
delete
  from "search_embedding_marks"
  where "search_embedding_marks"."user_id" = $1 and ("id" = $2 and "stamp" = $3);

-- search.eraseEmbeddingMarks
-- sqlite
delete
  from "search_embedding_marks"
  where "search_embedding_marks"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
delete
  from "search_embedding_marks"
  where "search_embedding_marks"."user_id" = $1 and ("id" = any($2));

-- search.eraseEntries
-- sqlite
delete
  from "search_entries"
  where "search_entries"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
delete
  from "search_entries"
  where "search_entries"."user_id" = $1 and ("id" = any($2));

-- search.eraseIndex
-- sqlite
delete
  from "search_indexes"
  where "search_indexes"."user_id" = +? and ("id" = +?);
-- postgres
delete
  from "search_indexes"
  where "search_indexes"."user_id" = $1 and ("id" = $2);

-- search.eraseMarks
-- sqlite
delete
  from "search_marks"
  where "search_marks"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
delete
  from "search_marks"
  where "search_marks"."user_id" = $1 and ("id" = any($2));

-- search.erasePostings
-- sqlite
delete
  from "search_postings"
  where "search_postings"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
delete
  from "search_postings"
  where "search_postings"."user_id" = $1 and ("id" = any($2));

-- search.findEntries
-- sqlite
select "id", "number", "block", "content_hash", "tokenizer", "length", "terms"
  from "search_entries"
  where "search_entries"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
select "id", "number", "block", "content_hash", "tokenizer", "length", "terms"
  from "search_entries"
  where "search_entries"."user_id" = $1 and ("id" = any($2));

-- search.findEntryIds
-- sqlite
select "number", "id"
  from "search_entries"
  where "search_entries"."user_id" = +? and ("number" in (select value from json_each(?)));
-- postgres
select "number", "id"
  from "search_entries"
  where "search_entries"."user_id" = $1 and ("number" = any($2));

-- search.findEntryNumbers
-- sqlite
select "number", "id"
  from "search_entries"
  where "search_entries"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
select "number", "id"
  from "search_entries"
  where "search_entries"."user_id" = $1 and ("id" = any($2));

-- search.findIndex
-- sqlite
select "next_number", "block", "block_entries", "block_tokens", "kinds", "version", "created_at"
  from "search_indexes"
  where "search_indexes"."user_id" = +? and ("id" = +?);
-- postgres
select "next_number", "block", "block_entries", "block_tokens", "kinds", "version", "created_at"
  from "search_indexes"
  where "search_indexes"."user_id" = $1 and ("id" = $2);

-- search.findIndexForUpdate
-- sqlite
select "next_number", "block", "block_entries", "block_tokens", "kinds", "version", "created_at"
  from "search_indexes"
  where "search_indexes"."user_id" = +? and ("id" = +?) ;
-- postgres
select "next_number", "block", "block_entries", "block_tokens", "kinds", "version", "created_at"
  from "search_indexes"
  where "search_indexes"."user_id" = $1 and ("id" = $2) for update;

-- search.findNextEmbeddingOwner
-- sqlite
select "user_id"
  from "search_embedding_marks"
  where "user_id" > +?
  order by "user_id" asc
  limit +?;
-- postgres
select "user_id"
  from "search_embedding_marks"
  where "user_id" > $1
  order by "user_id" asc
  limit $2;

-- search.findNextOwner
-- sqlite
select "user_id"
  from "search_marks"
  where "user_id" > +? and "kind" in (select value from json_each(?))
  order by "user_id" asc
  limit +?;
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
  where "search_postings"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
select "id", "postings"
  from "search_postings"
  where "search_postings"."user_id" = $1 and ("id" = any($2));

-- search.findPostingsWithPositions
-- sqlite
select "id", "postings", "positions"
  from "search_postings"
  where "search_postings"."user_id" = +? and ("id" in (select value from json_each(?)));
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

-- search.listEmbeddingMarks
-- sqlite
select "id", "stamp"
  from "search_embedding_marks"
  where "search_embedding_marks"."user_id" = +? and ("id" > +?)
  order by "id" asc
  limit +?;
-- postgres
select "id", "stamp"
  from "search_embedding_marks"
  where "search_embedding_marks"."user_id" = $1 and ("id" > $2)
  order by "id" asc
  limit $3;

-- search.listEntryHashes
-- sqlite
select "id", "content_hash"
  from "search_entries"
  where "search_entries"."user_id" = +? and ("id" > +?)
  order by "id" asc
  limit +?;
-- postgres
select "id", "content_hash"
  from "search_entries"
  where "search_entries"."user_id" = $1 and ("id" > $2)
  order by "id" asc
  limit $3;

-- search.listEntryIds
-- sqlite
select "id"
  from "search_entries"
  where "search_entries"."user_id" = +? and ("id" > +?)
  order by "id" asc
  limit +?;
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
  where "search_marks"."user_id" = +?
  order by "id" asc
  limit +?;
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
  where "search_marks"."user_id" = +? and ("kind" in (select value from json_each(?)))
  order by "id" asc
  limit +?;
-- postgres
select "id", "kind", "entity_id", "size"
  from "search_marks"
  where "search_marks"."user_id" = $1 and ("kind" = any($2))
  order by "id" asc
  limit $3;

-- search.listOwners
-- sqlite
select "user_id", "next_number", "block", "block_entries", "block_tokens", "kinds", "version", "created_at"
  from "search_indexes"
  where "user_id" > +?
  order by "user_id" asc
  limit +?;
-- postgres
select "user_id", "next_number", "block", "block_entries", "block_tokens", "kinds", "version", "created_at"
  from "search_indexes"
  where "user_id" > $1
  order by "user_id" asc
  limit $2;

-- search.listPostingIds
-- sqlite
select "id"
  from "search_postings"
  where "search_postings"."user_id" = +?
  order by "id" asc
  limit +?;
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
  where "search_postings"."user_id" = +? and ("id" >= +? and "id" < +?)
  order by "id" asc
  limit +?;
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
  where "search_indexes"."user_id" = +? and ("id" = +?);
-- postgres
update "search_indexes"
  set "next_number" = $1, "block" = $2, "block_entries" = $3, "block_tokens" = $4, "kinds" = $5, "version" = "version" + 1, "updated_at" = $6
  where "search_indexes"."user_id" = $7 and ("id" = $8);

-- search.upsertEmbeddingMark
-- sqlite
insert into "search_embedding_marks" ("id", "stamp", "created_at", "user_id")
  values (?, ?, ?, ?)
  on conflict ("user_id", "id") do update
  set "stamp" = "excluded"."stamp", "created_at" = "excluded"."created_at";
-- postgres
insert into "search_embedding_marks" ("id", "stamp", "created_at", "user_id")
  values ($1, $2, $3, $4)
  on conflict ("user_id", "id") do update
  set "stamp" = "excluded"."stamp", "created_at" = "excluded"."created_at";

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

-- sessions.end
-- sqlite
update "user_sessions"
  set "is_active" = ?
  where "account_id" = +? and "id" = +? and "is_active" = +?
  returning "id", "account_id", "ip", "user_agent", "is_active", "expires_at", "last_activity_at", "created_at";
-- postgres
update "user_sessions"
  set "is_active" = $1
  where "account_id" = $2 and "id" = $3 and "is_active" = $4
  returning "id", "account_id", "ip", "user_agent", "is_active", "expires_at", "last_activity_at", "created_at";

-- sessions.endOfAccount
-- sqlite
update "user_sessions"
  set "is_active" = ?
  where "account_id" = +? and "id" <> +? and "is_active" = +?
  returning "id";
-- postgres
update "user_sessions"
  set "is_active" = $1
  where "account_id" = $2 and "id" <> $3 and "is_active" = $4
  returning "id";

-- sessions.findByHash
-- sqlite
select "user_sessions"."id", "user_sessions"."account_id", "user_sessions"."is_active", "user_sessions"."expires_at", "user_sessions"."last_activity_at", "users"."email", "users"."is_admin", "users"."is_active" as "account_is_active"
  from "user_sessions"
  inner join "users" on "users"."id" = "user_sessions"."account_id"
  where "user_sessions"."hash" = +?;
-- postgres
select "user_sessions"."id", "user_sessions"."account_id", "user_sessions"."is_active", "user_sessions"."expires_at", "user_sessions"."last_activity_at", "users"."email", "users"."is_admin", "users"."is_active" as "account_is_active"
  from "user_sessions"
  inner join "users" on "users"."id" = "user_sessions"."account_id"
  where "user_sessions"."hash" = $1;

-- sessions.findById
-- sqlite
select "id", "account_id", "ip", "user_agent", "is_active", "expires_at", "last_activity_at", "created_at"
  from "user_sessions"
  where "account_id" = +? and "id" = +?;
-- postgres
select "id", "account_id", "ip", "user_agent", "is_active", "expires_at", "last_activity_at", "created_at"
  from "user_sessions"
  where "account_id" = $1 and "id" = $2;

-- sessions.insert
-- sqlite
insert into "user_sessions" ("id", "account_id", "hash", "ip", "user_agent", "expires_at", "last_activity_at", "created_at")
  values (?, ?, ?, ?, ?, ?, ?, ?)
  returning "id", "account_id", "ip", "user_agent", "is_active", "expires_at", "last_activity_at", "created_at";
-- postgres
insert into "user_sessions" ("id", "account_id", "hash", "ip", "user_agent", "expires_at", "last_activity_at", "created_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  returning "id", "account_id", "ip", "user_agent", "is_active", "expires_at", "last_activity_at", "created_at";

-- sessions.list
-- sqlite
select "id", "account_id", "ip", "user_agent", "is_active", "expires_at", "last_activity_at", "created_at"
  from "user_sessions"
  where "account_id" = +? and "id" > +?
  order by "id" asc
  limit +?;
-- postgres
select "id", "account_id", "ip", "user_agent", "is_active", "expires_at", "last_activity_at", "created_at"
  from "user_sessions"
  where "account_id" = $1 and "id" > $2
  order by "id" asc
  limit $3;

-- sessions.touch
-- sqlite
update "user_sessions"
  set "last_activity_at" = ?
  where "id" = +?;
-- postgres
update "user_sessions"
  set "last_activity_at" = $1
  where "id" = $2;

-- settings.countSealedAbove
-- sqlite
select count(*) as "count"
  from "settings"
  where "secret_key_id" > +?;
-- postgres
select count(*) as "count"
  from "settings"
  where "secret_key_id" > $1;

-- settings.countSealedBelow
-- sqlite
select count(*) as "count"
  from "settings"
  where "secret_key_id" < +?;
-- postgres
select count(*) as "count"
  from "settings"
  where "secret_key_id" < $1;

-- settings.define
-- sqlite
update "settings"
  set "value" = ?, "data_type" = ?, "description" = ?, "category" = ?, "is_required" = ?, "is_secret" = ?, "pattern" = ?, "secret_key_id" = ?, "updated_at" = ?, "version" = "version" + 1
  where "settings"."user_id" = +? and ("id" = +? and "version" = +?)
  returning "id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "version";
-- postgres
update "settings"
  set "value" = $1, "data_type" = $2, "description" = $3, "category" = $4, "is_required" = $5, "is_secret" = $6, "pattern" = $7, "secret_key_id" = $8, "updated_at" = $9, "version" = "version" + 1
  where "settings"."user_id" = $10 and ("id" = $11 and "version" = $12)
  returning "id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "version";

-- settings.findByKey
-- sqlite
select "id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "version"
  from "settings"
  where "settings"."user_id" = +? and ("key" = +?);
-- postgres
select "id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "version"
  from "settings"
  where "settings"."user_id" = $1 and ("key" = $2);

-- settings.insert
-- sqlite
insert into "settings" ("id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "key") do nothing
  returning "id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "version";
-- postgres
insert into "settings" ("id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
  on conflict ("user_id", "key") do nothing
  returning "id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "version";

-- settings.list
-- sqlite
select "id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "version"
  from "settings"
  where "settings"."user_id" = +? and ("key" > +?)
  order by "key" asc
  limit +?;
-- postgres
select "id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "version"
  from "settings"
  where "settings"."user_id" = $1 and ("key" > $2)
  order by "key" asc
  limit $3;

-- settings.listSealedWith
-- sqlite
select "user_id", "id", "key", "value"
  from "settings"
  where "secret_key_id" = +? and ("user_id", "id") > (+?, +?)
  order by "user_id" asc, "id" asc
  limit +?;
-- postgres
select "user_id", "id", "key", "value"
  from "settings"
  where "secret_key_id" = $1 and ("user_id", "id") > ($2, $3)
  order by "user_id" asc, "id" asc
  limit $4;

-- settings.remove
-- sqlite
delete
  from "settings"
  where "settings"."user_id" = +? and ("id" = +? and "version" = +?)
  returning "id";
-- postgres
delete
  from "settings"
  where "settings"."user_id" = $1 and ("id" = $2 and "version" = $3)
  returning "id";

-- settings.reseal
-- sqlite
update "settings"
  set "value" = ?, "secret_key_id" = ?
  where "user_id" = +? and "id" = +? and "value" = +?;
-- postgres
update "settings"
  set "value" = $1, "secret_key_id" = $2
  where "user_id" = $3 and "id" = $4 and "value" = $5;

-- settings.setValue
-- sqlite
update "settings"
  set "value" = ?, "secret_key_id" = ?, "updated_at" = ?, "version" = "version" + 1
  where "settings"."user_id" = +? and ("id" = +? and "version" = +?)
  returning "id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "version";
-- postgres
update "settings"
  set "value" = $1, "secret_key_id" = $2, "updated_at" = $3, "version" = "version" + 1
  where "settings"."user_id" = $4 and ("id" = $5 and "version" = $6)
  returning "id", "key", "value", "data_type", "description", "category", "is_required", "is_secret", "pattern", "secret_key_id", "created_at", "updated_at", "version";

-- signIns.block
-- sqlite
update "sign_in_failures"
  set "blocked_until" = ?
  where "key" = +?;
-- postgres
update "sign_in_failures"
  set "blocked_until" = $1
  where "key" = $2;

-- signIns.count
-- sqlite
insert into "sign_in_failures" ("key", "failures", "last_failed_at")
  values (?, ?, ?)
  on conflict ("key") do update
  set "failures" = case when "sign_in_failures"."last_failed_at" < +? then 1 else "sign_in_failures"."failures" + 1 end, "last_failed_at" = ?
  returning "failures", "blocked_until";
-- postgres
insert into "sign_in_failures" ("key", "failures", "last_failed_at")
  values ($1, $2, $3)
  on conflict ("key") do update
  set "failures" = case when "sign_in_failures"."last_failed_at" < $4 then 1 else "sign_in_failures"."failures" + 1 end, "last_failed_at" = $5
  returning "failures", "blocked_until";

-- signIns.erase
-- sqlite
delete
  from "sign_in_failures"
  where "key" in (select value from json_each(?));
-- postgres
delete
  from "sign_in_failures"
  where "key" = any($1);

-- signIns.findOld
-- sqlite
select "key"
  from "sign_in_failures"
  where "last_failed_at" < +?
  order by "last_failed_at" asc
  limit +?;
-- postgres
select "key"
  from "sign_in_failures"
  where "last_failed_at" < $1
  order by "last_failed_at" asc
  limit $2;

-- systemLogs.insert
-- sqlite
insert into "system_logs" ("id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("id") do nothing;
-- postgres
insert into "system_logs" ("id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict ("id") do nothing;

-- systemLogs.list
-- sqlite
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "id" > +? and "id" < +? and "level" in (select value from json_each(?)) and lower("message") like +? escape '\'
  order by "id" desc
  limit +?;
-- postgres
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "id" > $1 and "id" < $2 and "level" = any($3) and lower("message") like $4
  order by "id" desc
  limit $5;

-- systemLogs.listAfter
-- sqlite
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "id" > +?
  order by "id" asc
  limit +?;
-- postgres
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "id" > $1
  order by "id" asc
  limit $2;

-- systemLogs.listOfLevel
-- sqlite
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "level" = +? and "id" > +? and "id" < +? and lower("message") like +? escape '\'
  order by "id" desc
  limit +?;
-- postgres
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "level" = $1 and "id" > $2 and "id" < $3 and lower("message") like $4
  order by "id" desc
  limit $5;

-- systemLogs.listOfLogger
-- sqlite
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "logger" = +? and "id" > +? and "id" < +? and "level" in (select value from json_each(?)) and lower("message") like +? escape '\'
  order by "id" desc
  limit +?;
-- postgres
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "logger" = $1 and "id" > $2 and "id" < $3 and "level" = any($4) and lower("message") like $5
  order by "id" desc
  limit $6;

-- systemLogs.listOfRequest
-- sqlite
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "request_id" = +? and "id" > +? and "id" < +? and "level" in (select value from json_each(?)) and lower("message") like +? escape '\'
  order by "id" desc
  limit +?;
-- postgres
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "request_id" = $1 and "id" > $2 and "id" < $3 and "level" = any($4) and lower("message") like $5
  order by "id" desc
  limit $6;

-- systemLogs.listOfRequestAndLogger
-- sqlite
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "request_id" = +? and "logger" = +? and "id" > +? and "id" < +? and "level" in (select value from json_each(?)) and lower("message") like +? escape '\'
  order by "id" desc
  limit +?;
-- postgres
select "id", "level", "logger", "message", "request_id", "job_id", "session_id", "details", "stack", "created_at"
  from "system_logs"
  where "request_id" = $1 and "logger" = $2 and "id" > $3 and "id" < $4 and "level" = any($5) and lower("message") like $6
  order by "id" desc
  limit $7;

-- tokens.findById
-- sqlite
select "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at"
  from "api_tokens"
  where "id" = +?;
-- postgres
select "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at"
  from "api_tokens"
  where "id" = $1;

-- tokens.findByPrefix
-- sqlite
select "api_tokens"."id", "api_tokens"."user_id", "api_tokens"."hash", "api_tokens"."scopes", "api_tokens"."last_used_at", "api_tokens"."expires_at", "api_tokens"."revoked_at", "users"."is_active" as "account_is_active"
  from "api_tokens"
  left join "users" on "users"."id" = "api_tokens"."account_id"
  where "api_tokens"."prefix" = +?;
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
  where "id" > +?
  order by "id" asc
  limit +?;
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
  where "user_id" = +? and "id" > +?
  order by "id" asc
  limit +?;
-- postgres
select "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at"
  from "api_tokens"
  where "user_id" = $1 and "id" > $2
  order by "id" asc
  limit $3;

-- tokens.revoke
-- sqlite
update "api_tokens"
  set "revoked_at" = ?
  where "id" = +? and "revoked_at" is null
  returning "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at";
-- postgres
update "api_tokens"
  set "revoked_at" = $1
  where "id" = $2 and "revoked_at" is null
  returning "id", "user_id", "account_id", "name", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at", "created_at";

-- tokens.touch
-- sqlite
update "api_tokens"
  set "last_used_at" = ?
  where "id" = +?;
-- postgres
update "api_tokens"
  set "last_used_at" = $1
  where "id" = $2;

-- vectors.count
-- sqlite
select count(*) as "count"
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and ("model" = +? and "dimensions" = +?);
-- postgres
select count(*) as "count"
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and ("model" = $2 and "dimensions" = $3);

-- vectors.countStale
-- sqlite
select count(*) as "count"
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and (("model" <> +? or "dimensions" <> +?));
-- postgres
select count(*) as "count"
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and (("model" <> $2 or "dimensions" <> $3));

-- vectors.erase
-- sqlite
delete
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
delete
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and ("id" = any($2));

-- vectors.eraseOfEntities
-- sqlite
delete
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and ("kind" = +? and "entity_id" in (select value from json_each(?)));
-- postgres
delete
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and ("kind" = $2 and "entity_id" = any($3));

-- vectors.findByIds
-- sqlite
select "id", "kind", "entity_id", "part", "model", "dimensions", "vector"
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and ("id" in (select value from json_each(?)));
-- postgres
select "id", "kind", "entity_id", "part", "model", "dimensions", "vector"
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and ("id" = any($2));

-- vectors.findOfEntities
-- sqlite
select "id", "entity_id", "part", "model", "dimensions", "content_hash"
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and ("kind" = +? and "entity_id" in (select value from json_each(?)));
-- postgres
select "id", "entity_id", "part", "model", "dimensions", "content_hash"
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and ("kind" = $2 and "entity_id" = any($3));

-- vectors.findVectors
-- sqlite
select "entity_id", "part", "vector"
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and ("kind" = +? and "entity_id" in (select value from json_each(?)) and "model" = +? and "dimensions" = +?);
-- postgres
select "entity_id", "part", "vector"
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and ("kind" = $2 and "entity_id" = any($3) and "model" = $4 and "dimensions" = $5);

-- vectors.list
-- sqlite
select "kind", "entity_id", "model", "part", "dimensions"
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and (("kind", "entity_id", "part", "model") > (+?, +?, +?, +?))
  order by "kind" asc, "entity_id" asc, "part" asc, "model" asc
  limit +?;
-- postgres
select "kind", "entity_id", "model", "part", "dimensions"
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and (("kind", "entity_id", "part", "model") > ($2, $3, $4, $5))
  order by "kind" asc, "entity_id" asc, "part" asc, "model" asc
  limit $6;

-- vectors.scan
-- sqlite
select "kind", "entity_id", "part", "vector"
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and (("kind", "entity_id", "part") > (+?, +?, +?) and "model" = +? and "dimensions" = +?)
  order by "kind" asc, "entity_id" asc, "part" asc
  limit +?;
-- postgres
select "kind", "entity_id", "part", "vector"
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and (("kind", "entity_id", "part") > ($2, $3, $4) and "model" = $5 and "dimensions" = $6)
  order by "kind" asc, "entity_id" asc, "part" asc
  limit $7;

-- vectors.scanKind
-- sqlite
select "kind", "entity_id", "part", "vector"
  from "search_embeddings"
  where "search_embeddings"."user_id" = +? and ("kind" = +? and ("entity_id", "part") > (+?, +?) and "model" = +? and "dimensions" = +?)
  order by "entity_id" asc, "part" asc
  limit +?;
-- postgres
select "kind", "entity_id", "part", "vector"
  from "search_embeddings"
  where "search_embeddings"."user_id" = $1 and ("kind" = $2 and ("entity_id", "part") > ($3, $4) and "model" = $5 and "dimensions" = $6)
  order by "entity_id" asc, "part" asc
  limit $7;

-- vectors.upsert
-- sqlite
insert into "search_embeddings" ("id", "kind", "entity_id", "part", "model", "dimensions", "content_hash", "vector", "created_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "kind", "entity_id", "part", "model") do update
  set "dimensions" = "excluded"."dimensions", "content_hash" = "excluded"."content_hash", "vector" = "excluded"."vector", "created_at" = "excluded"."created_at";
-- postgres
insert into "search_embeddings" ("id", "kind", "entity_id", "part", "model", "dimensions", "content_hash", "vector", "created_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict ("user_id", "kind", "entity_id", "part", "model") do update
  set "dimensions" = "excluded"."dimensions", "content_hash" = "excluded"."content_hash", "vector" = "excluded"."vector", "created_at" = "excluded"."created_at";
