import { defineError } from './keelson-error.ts';

/** The file whose rows are to be adopted can't be read; nothing of it was adopted, and it was left as it is. */
export class AdoptionSourceError extends defineError({
  code: 'ADOPTION_SOURCE',
  title: 'The file to adopt cannot be read',
  status: 422,
  exitCode: 1,
  retriable: false,
  hint: 'Check the path; give the SQLite file of the system that is replaced. Nothing of it was adopted.',
}) {}

/** `details.found` lists the file's tables, `details.known` those of every system that can be adopted. */
export class AdoptionSchemaError extends defineError({
  code: 'ADOPTION_SCHEMA',
  title: 'The file to adopt is of no system that is known',
  status: 422,
  exitCode: 2,
  retriable: false,
  hint: 'The message tells what was found and what is known. Give a file of one of these systems. Nothing was adopted.',
}) {}

/** One of several files failed. `details.files` holds the reports of those that were adopted before it. */
export class AdoptionFailedError extends defineError({
  code: 'ADOPTION_FAILED',
  title: 'The rows of a file could not be adopted',
  status: 500,
  exitCode: 1,
  retriable: false,
  hint: 'Nothing of that file was adopted. The cause says why; mend it and run the same command again: what is there already is not stored twice.',
}) {}
