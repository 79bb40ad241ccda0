/** What the triggers that guard immutable rows say first, on both engines. */
export const IMMUTABLE_ROW_MARK = 'keelson: immutable row';
