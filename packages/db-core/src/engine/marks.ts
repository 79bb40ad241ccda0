/** What the triggers that guard immutable rows say first, on both engines. */
export const IMMUTABLE_ROW_MARK = 'keelson: immutable row';

/** The setting of a PostgreSQL session that says whose statement runs; policies compare `user_id` with it. */
export const USER_SETTING = 'keelson.user_id';

/** What such a policy is called, on every table. */
export const OWNER_POLICY = 'keelson_owner';
