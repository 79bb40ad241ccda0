import { Option } from '@commander-js/extra-typings';
import { wholeNumber } from './values.ts';

const HIGHEST = 2_147_483_647;

/** Of a command that changes a row with a version: two who change it at once don't undo each other's work. */
export function ifVersionOption() {
  return new Option(
    '--if-version <N>',
    'only while it has this version, as `show --json` gives it; otherwise nothing is changed',
  ).argParser(wholeNumber(1, HIGHEST));
}

/** The option as the domains take it. */
export function ifVersionOf(ifVersion: number | undefined): { readonly ifVersion?: number } {
  return ifVersion === undefined ? {} : { ifVersion };
}
