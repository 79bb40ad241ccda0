import { closeSync, openSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { describeEngine } from '@keelson/db-core/testing';
import { keelson, start, succeed } from './support/keelson.ts';

describeEngine('sqlite', 'what keelson says', (context) => {
  it('is for people without --json: tables on stdout, hints on stderr, no colour in a pipe', async () => {
    const url = await context.url();
    await succeed(['demo'], { url });
    const [status, info, health, plan, list] = await Promise.all([
      succeed(['status'], { url }),
      succeed(['info'], { url }),
      succeed(['health'], { url }),
      succeed(['rollback', '--dry-run'], { url }),
      succeed(['conversations', 'list', '--limit', '1'], { url }),
    ]);
    expect(status.stdout).toMatch(/0001_kernel +applied/);
    expect(info.stdout).toMatch(/\nconversations +\d+\n/);
    expect(health.stdout).toMatch(/^healthy\n/);
    expect(plan.stdout).toMatch(/^-- \d{4}_\w+ down(?: \(breaking\))?\n/);
    expect(list.stdout).toMatch(/^id +title +status +messages +last message\n[0-9a-f-]{36} /);
    expect(list.stderr).toMatch(/^More: --cursor \S+\n$/);
    for (const ran of [status, info, health, plan, list]) expect(ran.stdout).not.toContain('\u{1B}[');

    // A reader that has seen enough is no fault.
    const running = start(['conversations', 'export'], { url });
    running.child.stdout?.destroy();
    const { code, stderr } = await running.ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // A disk that takes no more is one.
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const ran = await start(['conversations', 'export'], { url, stdout: full }).ended();
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^error: What the command says can't be written: ENOSPC.* \(OUTPUT\)\nhint: .*\n$/);
  });

  it('has every statement on stderr with DATABASE_ECHO, without values', async () => {
    const url = await context.url();
    const { stderr, stdout } = await succeed(['conversations', 'list', '--user', 'somebody-secret', '--json'], {
      url,
      env: { DATABASE_ECHO: 'true' },
    });
    expect(stderr).toMatch(/^sql: \d+\.\d\d ms, 0 rows, conversations\.list: select /m);
    expect(stderr).not.toContain('somebody-secret');
    expect(JSON.parse(stdout)).toEqual({ items: [], nextCursor: null });
  });

  it('tells what is underneath with --verbose, and never a stack without', async () => {
    const url = 'postgresql://ada:secret@127.0.0.1:1/shop';
    const [plain, verbose] = await Promise.all([
      keelson(['status'], { url }),
      keelson(['status', '--verbose'], { url }),
    ]);
    expect(plain?.stderr).not.toContain('    at ');
    expect(plain?.stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(verbose?.stderr).toMatch(/^retry: connecting failed/m);
    expect(verbose?.stderr).toContain('cause:');
    expect(verbose?.stderr).not.toContain('secret');
  });
});
