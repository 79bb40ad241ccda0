import { expect, it } from 'vitest';
import { isChosen } from './scenarios.ts';

it.each([
  ['all, without a name', [], true],
  ['its id', ['sqlite.pointRead'], true],
  ['its id in other letters', ['SQLITE.pointread'], true],
  ['its engine', ['sqlite'], true],
  ['its last part', ['pointRead'], true],
  ['one name of several', ['bulk', 'sqlite'], true],
  ['not another engine', ['postgres'], false],
  ['not the same of another engine', ['postgres.pointRead'], false],
  ['not a part of a word', ['point'], false],
])('a benchmark is chosen by %s', (_, names, chosen) => {
  expect(isChosen('sqlite.pointRead', names)).toBe(chosen);
});
