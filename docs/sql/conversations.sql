-- Made by `pnpm generate`: what every query runs, with what the guard added. Change the repositories instead.

-- conversations.archive
-- sqlite
update "conversations"
  set "status" = ?, "archived_at" = ?, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = ? and ("id" = ? and "status" = ? and "version" = coalesce(cast(? as integer), "version"))
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
  where "conversations"."user_id" = ? and ("id" = ? and ("status" = ? or "status" = ?) and "version" = coalesce(cast(? as integer), "version"))
  returning "id";
-- postgres
update "conversations"
  set "status" = $1, "closed_at" = $2, "updated_at" = $3, "version" = "version" + 1
  where "conversations"."user_id" = $4 and ("id" = $5 and ("status" = $6 or "status" = $7) and "version" = coalesce(cast($8 as integer), "version"))
  returning "id";

-- conversations.findByExternalId
-- sqlite
select "id", "status"
  from "conversations"
  where "conversations"."user_id" = ? and ("source" = ? and "external_id" = ?);
-- postgres
select "id", "status"
  from "conversations"
  where "conversations"."user_id" = $1 and ("source" = $2 and "external_id" = $3);

-- conversations.findById
-- sqlite
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "next_seq", "active_leaf_id", (select "conversation_messages"."id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = ? and ("conversation_messages"."conversation_id" = "conversations"."id" and "conversation_messages"."seq" = "conversations"."next_seq" - 1)) as "newest_message_id"
  from "conversations"
  where "conversations"."user_id" = ? and ("id" = ? and "status" <> ?);
-- postgres
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at", "next_seq", "active_leaf_id", (select "conversation_messages"."id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_messages"."conversation_id" = "conversations"."id" and "conversation_messages"."seq" = "conversations"."next_seq" - 1)) as "newest_message_id"
  from "conversations"
  where "conversations"."user_id" = $2 and ("id" = $3 and "status" <> $4);

-- conversations.findState
-- sqlite
select "status", "version", "message_count"
  from "conversations"
  where "conversations"."user_id" = ? and ("id" = ?);
-- postgres
select "status", "version", "message_count"
  from "conversations"
  where "conversations"."user_id" = $1 and ("id" = $2);

-- conversations.followNewest
-- sqlite
update "conversations"
  set "active_leaf_id" = ?
  where "conversations"."user_id" = ? and ("id" = ?);
-- postgres
update "conversations"
  set "active_leaf_id" = $1
  where "conversations"."user_id" = $2 and ("id" = $3);

-- conversations.giveSeqBack
-- sqlite
update "conversations"
  set "next_seq" = "next_seq" - 1, "message_count" = "message_count" - 1, "last_message_at" = (select max("conversation_messages"."created_at") as "latest"
  from "conversation_messages"
  where "conversation_messages"."user_id" = ? and ("conversation_messages"."conversation_id" = "conversations"."id"))
  where "conversations"."user_id" = ? and ("id" = ?);
-- postgres
update "conversations"
  set "next_seq" = "next_seq" - 1, "message_count" = "message_count" - 1, "last_message_at" = (select max("conversation_messages"."created_at") as "latest"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_messages"."conversation_id" = "conversations"."id"))
  where "conversations"."user_id" = $2 and ("id" = $3);

-- conversations.insert
-- sqlite
insert into "conversations" ("id", "title", "source", "metadata", "is_hidden", "created_at", "updated_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?)
  returning "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at";
-- postgres
insert into "conversations" ("id", "title", "source", "metadata", "is_hidden", "created_at", "updated_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  returning "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at";

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

-- conversations.list
-- sqlite
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at"
  from "conversations"
  where "conversations"."user_id" = ? and ("status" in (select value from json_each(?)) and "is_hidden" in (select value from json_each(?)))
  order by "last_message_at" desc nulls last, "id" desc
  limit ?;
-- postgres
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at"
  from "conversations"
  where "conversations"."user_id" = $1 and ("status" = any($2) and "is_hidden" = any($3))
  order by "last_message_at" desc nulls last, "id" desc
  limit $4;

-- conversations.listAfter
-- sqlite
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at"
  from "conversations"
  where "conversations"."user_id" = ? and ("last_message_at" <= ? and ("last_message_at" < ? or "id" < ?) and "status" in (select value from json_each(?)) and "is_hidden" in (select value from json_each(?)))
  order by "last_message_at" desc nulls last, "id" desc
  limit ?;
-- postgres
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at"
  from "conversations"
  where "conversations"."user_id" = $1 and ("last_message_at" <= $2 and ("last_message_at" < $3 or "id" < $4) and "status" = any($5) and "is_hidden" = any($6))
  order by "last_message_at" desc nulls last, "id" desc
  limit $7;

-- conversations.listEmpty
-- sqlite
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at"
  from "conversations"
  where "conversations"."user_id" = ? and ("last_message_at" is null and "id" < ? and "status" in (select value from json_each(?)) and "is_hidden" in (select value from json_each(?)))
  order by "last_message_at" desc nulls last, "id" desc
  limit ?;
-- postgres
select "id", "title", "status", "source", "external_id", "metadata", "is_hidden", "version", "message_count", "last_message_at", "created_at", "updated_at", "archived_at", "closed_at", "deleted_at"
  from "conversations"
  where "conversations"."user_id" = $1 and ("last_message_at" is null and "id" < $2 and "status" = any($3) and "is_hidden" = any($4))
  order by "last_message_at" desc nulls last, "id" desc
  limit $5;

-- conversations.searchRows
-- sqlite
select "id", "title", "created_at" as "at", "id" as "conversation", "status"
  from "conversations"
  where "conversations"."user_id" = ? and ("id" in (select value from json_each(?)) and "status" <> ? and "is_hidden" = ?);
-- postgres
select "id", "title", "created_at" as "at", "id" as "conversation", "status"
  from "conversations"
  where "conversations"."user_id" = $1 and ("id" = any($2) and "status" <> $3 and "is_hidden" = $4);

-- conversations.softDelete
-- sqlite
update "conversations"
  set "status" = ?, "deleted_at" = ?, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = ? and ("id" = ? and ("status" = ? or "status" = ? or "status" = ?) and "version" = coalesce(cast(? as integer), "version"))
  returning "id";
-- postgres
update "conversations"
  set "status" = $1, "deleted_at" = $2, "updated_at" = $3, "version" = "version" + 1
  where "conversations"."user_id" = $4 and ("id" = $5 and ("status" = $6 or "status" = $7 or "status" = $8) and "version" = coalesce(cast($9 as integer), "version"))
  returning "id";

-- conversations.takeSeq
-- sqlite
update "conversations"
  set "next_seq" = "next_seq" + 1, "message_count" = "message_count" + 1, "last_message_at" = case when "last_message_at" > ? then "last_message_at" else ? end, "updated_at" = ?
  where "conversations"."user_id" = ? and ("id" = ? and ("status" = ? or "status" = ?) and not exists (select "saved"."id"
  from "conversation_messages" as "saved"
  where "saved"."user_id" = ? and ("saved"."conversation_id" = "conversations"."id" and "saved"."request_id" = ? and "saved"."role" = ? and "saved"."request_part" = ?)))
  returning "next_seq", "active_leaf_id";
-- postgres
update "conversations"
  set "next_seq" = "next_seq" + 1, "message_count" = "message_count" + 1, "last_message_at" = case when "last_message_at" > $1 then "last_message_at" else cast($2 as timestamptz) end, "updated_at" = $3
  where "conversations"."user_id" = $4 and ("id" = $5 and ("status" = $6 or "status" = $7) and not exists (select "saved"."id"
  from "conversation_messages" as "saved"
  where "saved"."user_id" = $8 and ("saved"."conversation_id" = "conversations"."id" and "saved"."request_id" = $9 and "saved"."role" = $10 and "saved"."request_part" = $11)))
  returning "next_seq", "active_leaf_id";

-- conversations.takeSeqs
-- sqlite
update "conversations"
  set "next_seq" = "next_seq" + cast(? as integer), "message_count" = "message_count" + cast(? as integer), "last_message_at" = case when "last_message_at" > ? then "last_message_at" else ? end, "active_leaf_id" = ?, "updated_at" = ?
  where "conversations"."user_id" = ? and ("id" = ? and ("status" = ? or "status" = ?))
  returning "next_seq";
-- postgres
update "conversations"
  set "next_seq" = "next_seq" + cast($1 as bigint), "message_count" = "message_count" + cast($2 as bigint), "last_message_at" = case when "last_message_at" > $3 then "last_message_at" else cast($4 as timestamptz) end, "active_leaf_id" = $5, "updated_at" = $6
  where "conversations"."user_id" = $7 and ("id" = $8 and ("status" = $9 or "status" = $10))
  returning "next_seq";

-- conversations.takeSeqsAdopted
-- sqlite
update "conversations"
  set "next_seq" = "next_seq" + cast(? as integer), "message_count" = "message_count" + cast(? as integer), "last_message_at" = case when "last_message_at" > ? then "last_message_at" else ? end, "active_leaf_id" = ?
  where "conversations"."user_id" = ? and ("id" = ? and ("status" = ? or "status" = ? or "next_seq" = ?))
  returning "next_seq";
-- postgres
update "conversations"
  set "next_seq" = "next_seq" + cast($1 as bigint), "message_count" = "message_count" + cast($2 as bigint), "last_message_at" = case when "last_message_at" > $3 then "last_message_at" else cast($4 as timestamptz) end, "active_leaf_id" = $5
  where "conversations"."user_id" = $6 and ("id" = $7 and ("status" = $8 or "status" = $9 or "next_seq" = $10))
  returning "next_seq";

-- conversations.unarchive
-- sqlite
update "conversations"
  set "status" = ?, "archived_at" = ?, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = ? and ("id" = ? and "status" = ? and "version" = coalesce(cast(? as integer), "version"))
  returning "id";
-- postgres
update "conversations"
  set "status" = $1, "archived_at" = $2, "updated_at" = $3, "version" = "version" + 1
  where "conversations"."user_id" = $4 and ("id" = $5 and "status" = $6 and "version" = coalesce(cast($7 as integer), "version"))
  returning "id";

-- conversations.updateTitle
-- sqlite
update "conversations"
  set "title" = ?, "updated_at" = ?, "version" = "version" + 1
  where "conversations"."user_id" = ? and ("id" = ? and "status" <> ? and "version" = coalesce(cast(? as integer), "version"))
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
  where "conversation_messages"."user_id" = ? and ("conversation_id" = ?)
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
  where "conversation_messages"."user_id" = ? and ("id" in (select value from json_each(?)));
-- postgres
select "id", "conversation_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("id" = any($2));

-- messages.findByRequest
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = ? and ("conversation_id" = ? and "request_id" = ? and "role" = ? and "request_part" = ?);
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "request_id" = $3 and "role" = $4 and "request_part" = $5);

-- messages.findBySeq
-- sqlite
select "id", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = ? and ("conversation_id" = ? and "seq" = ?);
-- postgres
select "id", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "seq" = $3);

-- messages.findInConversation
-- sqlite
select "id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = ? and ("conversation_id" = ? and "id" = ?);
-- postgres
select "id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "id" = $3);

-- messages.insert
-- sqlite
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("user_id", "conversation_id", "request_id", "role", "request_part")
  where "request_id" is not null do nothing
  returning "parent_id";
-- postgres
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
  on conflict ("user_id", "conversation_id", "request_id", "role", "request_part")
  where "request_id" is not null do nothing
  returning "parent_id";

-- messages.insertAdopted
-- sqlite
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "external_id", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "external_id", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- messages.insertImported
-- sqlite
insert into "conversation_messages" ("id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "source", "model_name", "metadata", "external_id", "created_at", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
-- postgres
insert into "conversation_messages" ("id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "source", "model_name", "metadata", "external_id", "created_at", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- messages.insertNext
-- sqlite
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "user_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (select "previous"."id"
  from "conversation_messages" as "previous"
  where "previous"."user_id" = ? and ("previous"."conversation_id" = ? and "previous"."seq" = ?)), ?)
  on conflict ("user_id", "conversation_id", "request_id", "role", "request_part")
  where "request_id" is not null do nothing
  returning "parent_id";
-- postgres
insert into "conversation_messages" ("id", "conversation_id", "seq", "role", "content", "parts", "status", "request_id", "request_part", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at", "parent_id", "user_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, (select "previous"."id"
  from "conversation_messages" as "previous"
  where "previous"."user_id" = $16 and ("previous"."conversation_id" = $17 and "previous"."seq" = $18)), $19)
  on conflict ("user_id", "conversation_id", "request_id", "role", "request_part")
  where "request_id" is not null do nothing
  returning "parent_id";

-- messages.listAfter
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = ? and ("conversation_id" = ? and "seq" > ?)
  order by "seq" asc
  limit ?;
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "seq" > $3)
  order by "seq" asc
  limit $4;

-- messages.listBefore
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = ? and ("conversation_id" = ? and "seq" < ?)
  order by "seq" desc
  limit ?;
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "seq" < $3)
  order by "seq" desc
  limit $4;

-- messages.listBySource
-- sqlite
select "conversation_messages"."id", "conversation_messages"."conversation_id", "conversation_messages"."seq", "conversation_messages"."parent_id", "conversation_messages"."role", "conversation_messages"."content", "conversation_messages"."parts", "conversation_messages"."status", "conversation_messages"."request_id", "conversation_messages"."external_id", "conversation_messages"."source", "conversation_messages"."model_name", "conversation_messages"."tokens", "conversation_messages"."latency_ms", "conversation_messages"."metadata", "conversation_messages"."created_at"
  from "conversation_messages"
  inner join "conversations" on "conversations"."user_id" = ? and ("conversations"."id" = "conversation_messages"."conversation_id")
  where "conversation_messages"."user_id" = ? and ("conversation_messages"."source" = ? and "conversation_messages"."created_at" <= ? and ("conversation_messages"."created_at" < ? or "conversation_messages"."id" < ?) and "conversations"."status" <> ?)
  order by "conversation_messages"."created_at" desc, "conversation_messages"."id" desc
  limit ?;
-- postgres
select "conversation_messages"."id", "conversation_messages"."conversation_id", "conversation_messages"."seq", "conversation_messages"."parent_id", "conversation_messages"."role", "conversation_messages"."content", "conversation_messages"."parts", "conversation_messages"."status", "conversation_messages"."request_id", "conversation_messages"."external_id", "conversation_messages"."source", "conversation_messages"."model_name", "conversation_messages"."tokens", "conversation_messages"."latency_ms", "conversation_messages"."metadata", "conversation_messages"."created_at"
  from "conversation_messages"
  inner join "conversations" on "conversations"."user_id" = $1 and ("conversations"."id" = "conversation_messages"."conversation_id")
  where "conversation_messages"."user_id" = $2 and ("conversation_messages"."source" = $3 and "conversation_messages"."created_at" <= $4 and ("conversation_messages"."created_at" < $5 or "conversation_messages"."id" < $6) and "conversations"."status" <> $7)
  order by "conversation_messages"."created_at" desc, "conversation_messages"."id" desc
  limit $8;

-- messages.listBySourceBefore
-- sqlite
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = ? and ("conversation_id" = ? and "seq" < ? and "source" = ?)
  order by "seq" desc
  limit ?;
-- postgres
select "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "seq" < $3 and "source" = $4)
  order by "seq" desc
  limit $5;

-- messages.listExternalIds
-- sqlite
select "id", "external_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = ? and ("conversation_id" = ? and "external_id" is not null);
-- postgres
select "id", "external_id"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "external_id" is not null);

-- messages.listRequests
-- sqlite
select "request_id", "role", "request_part"
  from "conversation_messages"
  where "conversation_messages"."user_id" = ? and ("conversation_id" = ? and "request_id" is not null);
-- postgres
select "request_id", "role", "request_part"
  from "conversation_messages"
  where "conversation_messages"."user_id" = $1 and ("conversation_id" = $2 and "request_id" is not null);

-- messages.searchRows
-- sqlite
select "conversation_messages"."id", "conversation_messages"."content", "conversation_messages"."created_at" as "at", "conversation_messages"."conversation_id" as "conversation", "conversation_messages"."role", "conversation_messages"."seq", "conversations"."title", "conversations"."status"
  from "conversation_messages"
  inner join "conversations" on "conversations"."user_id" = ? and ("conversations"."id" = "conversation_messages"."conversation_id")
  where "conversation_messages"."user_id" = ? and ("conversation_messages"."id" in (select value from json_each(?)) and "conversations"."status" <> ? and "conversations"."is_hidden" = ?);
-- postgres
select "conversation_messages"."id", "conversation_messages"."content", "conversation_messages"."created_at" as "at", "conversation_messages"."conversation_id" as "conversation", "conversation_messages"."role", "conversation_messages"."seq", "conversations"."title", "conversations"."status"
  from "conversation_messages"
  inner join "conversations" on "conversations"."user_id" = $1 and ("conversations"."id" = "conversation_messages"."conversation_id")
  where "conversation_messages"."user_id" = $2 and ("conversation_messages"."id" = any($3) and "conversations"."status" <> $4 and "conversations"."is_hidden" = $5);

-- messages.updatePartial
-- sqlite
update "conversation_messages"
  set "content" = ?, "parts" = ?, "status" = ?, "source" = ?, "model_name" = ?, "tokens" = ?, "latency_ms" = ?, "metadata" = ?
  where "conversation_messages"."user_id" = ? and ("id" = ? and "status" = ? and "content" = ?)
  returning "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at";
-- postgres
update "conversation_messages"
  set "content" = $1, "parts" = $2, "status" = $3, "source" = $4, "model_name" = $5, "tokens" = $6, "latency_ms" = $7, "metadata" = $8
  where "conversation_messages"."user_id" = $9 and ("id" = $10 and "status" = $11 and "content" = $12)
  returning "id", "conversation_id", "seq", "parent_id", "role", "content", "parts", "status", "request_id", "external_id", "source", "model_name", "tokens", "latency_ms", "metadata", "created_at";
