import { count, seconds, text } from './kinds.ts';

const alerts = 'Alerts';

/** What is an alert, and whom to tell; part of what `openDatabase` reads. */
export const alertSettings = {
  ALERT_WEBHOOK_URL: text({
    section: alerts,
    values: 'URL',
    initial: 'none: nobody is told',
    meaning:
      'Where alerts are sent, as JSON by POST: when one begins, and when it ends. docs/alerts.md says what is sent.',
  }),
  ALERT_WEBHOOK_SECRET: text({
    section: alerts,
    values: '`whsec_` and 24 to 64 bytes in base64',
    initial: 'none: what is sent is not signed',
    meaning:
      'What it is signed with, so that its receiver knows whom it is from. `echo whsec_$(openssl rand -base64 32)` makes one.',
  }),
  ALERT_WEBHOOK_TIMEOUT: seconds({
    section: alerts,
    initial: '10',
    max: 300,
    meaning: 'How long the receiver may take for an answer; after that it is tried again, later.',
  }),
  ALERT_INTERVAL: seconds({
    section: alerts,
    initial: '30',
    max: 3600,
    zero: 'never',
    meaning: 'How often the rules are looked at.',
  }),
  ALERT_BACKUP_HOURS: count({
    section: alerts,
    initial: '49',
    min: 1,
    max: 87_600,
    zero: 'off',
    meaning: 'How old the last backup may be. They are made every day, and one may fail.',
  }),
  ALERT_DISK_FREE_PERCENT: count({
    section: alerts,
    initial: '10',
    min: 1,
    max: 99,
    zero: 'off',
    meaning: 'How much of a disk must be free: that of the SQLite file, and that of BACKUP_FOLDER.',
  }),
  ALERT_FEED_LAG: seconds({
    section: alerts,
    initial: '300',
    max: 604_800,
    zero: 'off',
    meaning: 'How long a change may wait for a consumer of the change feed, such as the search index.',
  }),
  ALERT_POOL_FAILURES: count({
    section: alerts,
    initial: '1',
    min: 1,
    max: 1_000_000,
    zero: 'off',
    meaning:
      'How often within five minutes work may wait in vain, for a connection or, with SQLite, for the turn to write, until that is an alert.',
  }),
  ALERT_CONNECTION_ERRORS: count({
    section: alerts,
    initial: '10',
    min: 1,
    max: 1_000_000,
    zero: 'off',
    meaning: 'From how many connections that broke or could not be made, within five minutes, that is an alert.',
  }),
  ALERT_STATEMENT_TIMEOUTS: count({
    section: alerts,
    initial: '10',
    min: 1,
    max: 1_000_000,
    zero: 'off',
    meaning:
      'From how many statements that took longer than DATABASE_STATEMENT_TIMEOUT, within five minutes, that is an alert.',
  }),
  ALERT_READINESS_DAYS: count({
    section: alerts,
    initial: '30',
    min: 1,
    max: 3650,
    zero: 'off',
    meaning: 'How many days before SQLite is outgrown (`keelson readiness`) that is an alert.',
  }),
};
