import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { renderConfigurationMarkdown } from '../../src/config/render.ts';
import { settingNames } from '../../src/config/settings.ts';

/** The cells of each setting's row. */
const rows = new Map(
  renderConfigurationMarkdown()
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [name = '', ...cells] = line.slice(2, -2).split(' | ');
      return [name.replaceAll('`', ''), cells] as const;
    }),
);

test('the page has one row for each setting, in order', () => {
  const bySection = new Set(settingNames);
  expect(new Set(rows.keys())).toEqual(bySection);
  expect(renderConfigurationMarkdown().match(/^\| `/gm)).toHaveLength(settingNames.length);
});

test('what it calls the default is the default', () => {
  const defaults = [...rows].flatMap(([name, [, initial = '']]) => {
    const value = /^`([^`]+)`$/.exec(initial)?.[1];
    return value === undefined ? [] : [[name, value] as const];
  });
  expect(defaults.length).toBeGreaterThan(20);
  expect(loadConfig(Object.fromEntries(defaults), { cwd: '/srv' })).toEqual(loadConfig({}, { cwd: '/srv' }));
});
