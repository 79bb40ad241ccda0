import { CARE_NOTES } from './care-notes.ts';
import { CONVERSATIONS_NOTES } from './conversations-notes.ts';
import { OPERATIONS_NOTES } from './operations-notes.ts';
import { SEARCH_NOTES } from './search-notes.ts';

/** What a table is for, in words for docs/schema.md. A test holds that nothing is left out and nothing is stale. */
export interface TableNotes {
  readonly purpose: string;
  /** Columns that `COMMON_COLUMNS` doesn't explain. */
  readonly columns: Readonly<Record<string, string>>;
  /** Which queries each index serves, or which rule it is. */
  readonly indexes: Readonly<Record<string, string>>;
}

/** Columns that mean the same wherever they are. */
export const COMMON_COLUMNS: Readonly<Record<string, string>> = {
  user_id: 'The owner of the row: a person, or an organisation.',
  id: 'UUIDv7, made by the program.',
  created_at: 'When the row was made.',
  updated_at: 'When the row last changed.',
  version: 'Counts the changes; the ETag of the row.',
};

export const TABLE_NOTES: Readonly<Record<string, TableNotes>> = {
  schema_migrations: {
    purpose: 'Which migrations ran. The migration runner makes and keeps it.',
    columns: {
      name: "The migration's name, as its file's.",
      position: "The order in which they ran: an application's may lie between Keelson's.",
      checksum: 'SHA-256 of the SQL that it ran; a migration that changed since is refused.',
      engine: 'Where it ran.',
      state:
        '`running` and `reverting` belong to a migration without a transaction that is under way or was interrupted.',
      applied_at: 'When it ran.',
      duration_ms: 'How long it took, in milliseconds.',
      app_version: 'The version of the program that ran it.',
    },
    indexes: {},
  },
  database_identity: {
    purpose: 'One row that tells which database this is.',
    columns: {
      singleton: 'Always 1, so that there is one row only.',
      id: 'Identifies the database, also in its backups.',
      environment: 'Its name, such as `production`, where commands that destroy ask for it.',
      created_at: 'When the database was initialised.',
    },
    indexes: {},
  },
  users: {
    purpose: 'Accounts that can sign in. Rows of the domains belong to owners, who need no account.',
    columns: {
      email: 'Case-folded; unique in the whole database.',
      password_hash: 'Argon2id. Null: there is no password to sign in with.',
      full_name: 'As the person writes it.',
      is_active: 'May the account sign in?',
      is_admin: 'May it manage accounts and see the state of the system?',
      last_login_at: 'When it last signed in.',
    },
    indexes: { users_email_key: 'An email belongs to one account; signing in looks it up.' },
  },
  api_tokens: {
    purpose: 'What programs call the API with. Only a hash of the secret is kept.',
    columns: {
      user_id: 'The owner for whose rows the token acts.',
      account_id: 'The account that the token belongs to, if it belongs to one; it goes with the account.',
      name: 'What its owner calls it.',
      prefix: 'The part of the token that is not secret, by which it is looked up.',
      hash: 'The hash of the part that is.',
      scopes: 'What it may do: a list of names.',
      last_used_at: 'When it was last used.',
      expires_at: 'When it ends; null: never.',
      revoked_at: 'When it was withdrawn.',
    },
    indexes: {
      api_tokens_prefix_key: 'A request with a token looks it up.',
      api_tokens_by_owner: "An owner's tokens, oldest first.",
      api_tokens_by_account: 'What goes when an account is deleted.',
    },
  },
  user_sessions: {
    purpose: 'Who is signed in, and from where. Only a hash of the token is kept.',
    columns: {
      account_id: 'The account that signed in; the session goes with it.',
      hash: 'The hash of the token, by which it is looked up.',
      ip: 'The address that it was begun from.',
      user_agent: 'The program that it was begun with, as it called itself.',
      is_active: 'False once it was ended; the row goes with the next purge.',
      expires_at: 'When it ends, whatever happens.',
      last_activity_at: 'When it was last used, to the minute. Left alone for too long, it ends.',
    },
    indexes: {
      user_sessions_hash_key: 'A request with a token looks it up.',
      user_sessions_by_account: "An account's sessions; all of them end with its password.",
      user_sessions_by_expiry: 'What a purge removes because its time is over.',
      user_sessions_by_activity: 'What a purge removes because nobody used it.',
    },
  },
  sign_in_failures: {
    purpose:
      'How often somebody tried in vain to sign in. Rows go when they are old, or with a password that was right.',
    columns: {
      key: 'SHA-256 of the email and of the address, or IPv6 network, that it was tried from.',
      failures: 'How many attempts were not right; one is counted before its password is looked at.',
      blocked_until: 'Until when no password is looked at; null: at once.',
      last_failed_at: 'When the last attempt was counted.',
    },
    indexes: { sign_in_failures_by_time: 'What is old enough to be forgotten.' },
  },
  organisations: {
    purpose: 'Owners of rows that are no persons: an id stands in `user_id`, and members act for it.',
    columns: {
      name: 'What its people call it.',
      version: 'Counts the changes of the organisation and of its members.',
    },
    indexes: {},
  },
  memberships: {
    purpose: 'Who belongs to an organisation, and what they may do there.',
    columns: {
      organisation_id: 'The organisation.',
      member_id: 'The person: the id by which they own rows of their own. It needs no account.',
      role: '`owner` and `admin` manage the members, `member` reads and writes, `viewer` only reads.',
    },
    indexes: {
      memberships_by_member: 'The organisations that somebody belongs to.',
      memberships_owners: 'How many owners are left.',
    },
  },
  audit_events: {
    purpose:
      'Who did what, written in the transaction that did it. Immutable: a trigger refuses every change and every deletion. No content is in it.',
    columns: {
      user_id: 'The owner of what it was done to. `keelson:system`: the database itself.',
      id: 'UUIDv7; its time is that of the event.',
      actor_id: 'Who did it; another than the owner where somebody acted for an organisation.',
      action: 'What was done, such as `token.revoked`.',
      entity: 'What kind of thing it was done to.',
      entity_id: 'Which one.',
      request_id: 'The request that it was done in.',
      before_digest: 'SHA-256 of what it was before, to tell whether something is still or again the same.',
      after_digest: 'SHA-256 of what it is since.',
      times: 'How often: accesses of one reason are gathered by the minute.',
    },
    indexes: {
      audit_events_by_actor: "What one person did with an owner's things, newest first.",
      audit_events_by_action: "An owner's events of one action, newest first.",
      audit_events_by_entity: 'What was done to one thing, newest first.',
      audit_events_of_all: 'All events, newest first.',
      audit_events_of_actor: 'Everything that one person did, newest first.',
    },
  },
  change_tables: {
    purpose: 'The tables whose changes are followed.',
    columns: {
      number: 'What the change log calls it: made from its name, the same in every database.',
      name: "The table's name.",
    },
    indexes: { change_tables_name_key: 'A table is registered once.' },
  },
  change_log: {
    purpose:
      'What was changed, written by triggers in the transaction that changed it. Readers get it in the order of commits; old entries are removed.',
    columns: {
      seq: 'Its number. On SQLite the order of commits; on PostgreSQL entries of a lower number may become visible later.',
      table_number: 'Which table.',
      operation: '1 insert, 2 update, 3 delete.',
      key: 'The `id` of the row that changed.',
      at: 'When, by the clock of the database.',
      transaction_id: 'PostgreSQL: the transaction that did it, by which readers tell what is new to them. SQLite: 0.',
    },
    indexes: {},
  },
  change_epoch: {
    purpose:
      'One row: how long positions in the change log have meant what they mean. A restore and a move to another engine start a new epoch.',
    columns: {
      singleton: 'Always 1, so that there is one row only.',
      id: 'A position of another epoch means nothing.',
      pruned_seq: 'Entries up to this one have been removed.',
      started_at: 'When the epoch began.',
    },
    indexes: {},
  },
  change_consumers: {
    purpose: 'Who works through the change log, and how far each of them has come.',
    columns: {
      name: 'What the consumer calls itself.',
      position: 'Up to where it has worked; written in the transaction of that work. Null: at the beginning.',
      lease_id: 'Which of its instances is at work.',
      lease_expires_at: 'From when on another instance may take over.',
    },
    indexes: {},
  },
  jobs: {
    purpose:
      'Work that a worker does later, at least once. A worker holds a lease; when it runs out another worker takes over.',
    columns: {
      kind: 'Which handler runs it.',
      display_name: 'What people are shown.',
      status: 'Where it is in its life; the last three are the ends.',
      progress: 'Percent of the running attempt.',
      stage: 'What it is doing, in words.',
      parameters: 'What the handler is given.',
      result: 'What the handler gave back.',
      error: 'Why the last attempt failed: code and message.',
      priority: 'Higher ones go first, whoever they belong to.',
      attempts: 'How often it was begun.',
      max_attempts: 'How often it may be begun.',
      worker: 'Who runs it.',
      token:
        'Grows with every lease. A worker writes only with the token of its own, so that one who lost it writes nothing.',
      lease_until: 'When another worker may take it over; null unless it is running.',
      ready_at: 'Since when it can be run; null unless it can.',
      waits_until:
        'When it can be run, while that lies in the future: a time that was asked for, or the pause before another attempt.',
      dedup_key: 'Of one owner, kind and key there is one open job only.',
      scheduled_at: 'When it was to run at the earliest.',
      started_at: 'When its last attempt began.',
      cancel_requested_at: 'When somebody asked that a running one be stopped.',
      completed_at: 'When it ended, well or not.',
      estimated_duration_ms: 'How long it was expected to take, in milliseconds.',
      duration_ms: 'How long its last attempt took.',
    },
    indexes: {
      jobs_dedup_key: 'One open job for each owner, kind and key.',
      jobs_by_status: "An owner's jobs of one status, newest first.",
      jobs_by_kind: "An owner's jobs of one kind, newest first.",
      jobs_ready:
        'The next job: by priority, then users in turn, then by time. Kinds that a worker does not know are passed over within the index.',
      jobs_waiting: 'Jobs whose time has come.',
      jobs_leased: 'Jobs whose worker is gone.',
    },
  },
  job_logs: {
    purpose: 'What jobs said while they ran. They go with their job.',
    columns: {
      job_id: 'The job.',
      attempt: 'Which of its attempts said it.',
      level: 'How much it matters.',
      message: 'The line.',
      details: 'What belongs to it.',
    },
    indexes: { job_logs_by_job: "A job's lines in order." },
  },
  schedules: {
    purpose: 'Jobs that come again by the clock. At each due time one is enqueued, however many workers there are.',
    columns: {
      user_id: 'The owner of its jobs.',
      name: 'What its owner calls it.',
      kind: 'The kind of its jobs.',
      parameters: 'What each of them is given.',
      expression: 'When, as a cron expression.',
      time_zone: 'The IANA time zone in which the expression is meant.',
      is_enabled: 'Does it enqueue jobs?',
      next_run_at: 'When it is due; null while it is switched off, or if it never comes again.',
      last_run_at: 'When it last enqueued a job.',
      last_job_id: 'That job.',
    },
    indexes: {
      schedules_name_key: 'A name belongs to one schedule of its owner.',
      schedules_due: 'Schedules that are due.',
    },
  },
  settings: {
    purpose:
      'What can be set while the programs run, for each owner; those of the whole installation belong to `keelson:system`.',
    columns: {
      key: 'What it is called, such as `mail.digest.hour`.',
      value: 'As text of its type; of a secret what AES-256-GCM made of it. Null: not set.',
      data_type: 'What the text stands for.',
      description: 'What it does, for people.',
      category: 'What it belongs to.',
      is_required: 'It always has a value, and is not removed.',
      is_secret: 'Its value is sealed, and shown only to who asks for this one.',
      pattern: 'What the whole value must match, in the syntax of RE2.',
      secret_key_id: 'Which key sealed the value; null unless it is a sealed one.',
    },
    indexes: {
      settings_key_key: 'A key stands for one setting of its owner.',
      settings_by_secret_key: 'Values that another key sealed, when the key is changed.',
    },
  },
  idempotency_keys: {
    purpose:
      'Requests that were answered, so that a repeated one gets the same answer and does nothing. Written in the transaction of what the request did.',
    columns: {
      key: 'What the caller calls the request.',
      request_hash: 'SHA-256 of the request, in hexadecimal: the key stands for this one only.',
      response_status: 'What it was answered with. Null only inside the transaction that makes the row.',
      response_headers: 'The headers that belong to the answer.',
      response_body: 'The body of the answer, as it was sent.',
      expires_at: 'From when on the key may stand for another request.',
    },
    indexes: {
      idempotency_keys_key_key: 'A key stands for one request of its owner; of two at once the second waits here.',
      idempotency_keys_by_expiry: 'Keys that are cleared away.',
    },
  },
  system_logs: {
    purpose: 'What the programs said. Old lines are removed.',
    columns: {
      id: 'UUIDv7 made from the time of the line, so that the ids give the order of time.',
      level: 'How grave it is.',
      logger: 'Which program or part said it.',
      message: 'The line.',
      request_id: 'The request during which it was said.',
      job_id: 'The job during which it was said.',
      session_id: 'The session during which it was said.',
      details: 'What belongs to it, without the members that usually hold secrets.',
      stack: 'Where an error came from.',
      created_at: 'When it was said.',
    },
    indexes: {
      system_logs_by_level: 'Lines of one level, newest first.',
      system_logs_by_logger: 'Lines of one logger, newest first.',
      system_logs_by_request: 'The lines of one request.',
    },
  },
  app_instances: {
    purpose: 'The programs that run. Each tells every half minute that it is there; one that fell silent is removed.',
    columns: {
      kind: 'What it does.',
      host: 'The machine that it runs on.',
      pid: 'Its process there.',
      app_version: 'Its version.',
      schema_version: "Keelson's newest migration when it started.",
      started_at: 'When it started.',
      last_seen_at: 'When it last said that it is there.',
    },
    indexes: { app_instances_by_last_seen: 'Those that live, and those that fell silent.' },
  },
  ...CONVERSATIONS_NOTES,
  ...OPERATIONS_NOTES,
  ...SEARCH_NOTES,
  ...CARE_NOTES,
};
