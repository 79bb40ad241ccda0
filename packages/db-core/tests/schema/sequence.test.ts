import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.ts';
import { fileOf, parseMigrationName, placeOf, sequenceOf } from '../../src/schema/sequence.ts';
import { makesTable } from './make-table.ts';

const named = (...names: string[]) => names.map((name) => makesTable(name));

describe('the sequence of migrations', () => {
  it('has ours first and then those of applications, each numbered from 0001 without gaps', () => {
    const sequence = sequenceOf(named('0001_a', '0002_b'), named('acme_0001_a', 'other_0001_x', 'acme_0002_b'));
    expect(sequence.map(({ name }) => name)).toEqual([
      '0001_a',
      '0002_b',
      'acme_0001_a',
      'other_0001_x',
      'acme_0002_b',
    ]);
  });

  it.each([
    ['a gap', named('0001_a', '0003_c'), []],
    ['a number twice', named('0001_a', '0001_b'), []],
    ['a wrong order', named('0002_b', '0001_a'), []],
    ['a beginning that is not 0001', named('0002_a'), []],
    ['a gap in an own prefix', [], named('acme_0001_a', 'acme_0003_c')],
    ['our numbers used by an application', [], named('0001_a')],
    ['a prefix on one of ours', named('acme_0001_a'), []],
    ['no number', named('first'), []],
    ['too short a number', named('001_a'), []],
    ['no description', named('0001_'), []],
    ['upper case', named('0001_Users'), []],
    ['a path', named('0001_a/../../b'), []],
    ['too long a name', named(`0001_${'a'.repeat(100)}`), []],
  ])('refuses %s', (_, own, further) => {
    expect(() => sequenceOf(own, further)).toThrow(ConfigurationError);
  });

  it('finds a migration by its name, or by its number alone', () => {
    const names = ['0001_a', '0002_b', 'acme_0001_a'];
    expect(['0001', '0002_b', 'acme_0001'].map((wanted) => placeOf(names, wanted))).toEqual([0, 1, 2]);
    for (const wanted of ['', '000', '0001_', 'a', 'acme', '0003', '1'])
      expect(() => placeOf(names, wanted), wanted).toThrow(ConfigurationError);
  });

  it('knows what a name says', () => {
    expect(parseMigrationName('0012_add_tags')).toEqual({ prefix: '', number: 12 });
    expect(parseMigrationName('acme_0001_x')).toEqual({ prefix: 'acme', number: 1 });
    expect(parseMigrationName('acme')).toBeUndefined();
    expect([fileOf('0012_add_tags'), fileOf('acme_0001_x')]).toEqual(['migrations/0012_add_tags.ts', 'acme_0001_x']);
  });
});
