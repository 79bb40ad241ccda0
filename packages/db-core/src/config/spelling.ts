/** Edits between two words: insertions, deletions, replacements, and two neighbours swapped. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (beforePrevious[j - 2] ?? 0) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

const prefix = /^(?:ALERT|BACKUP|DATABASE|EMBEDDER|MIGRATION|CACHE|CHANGES|JOBS|KEELSON|RETENTION)_/;
const unit = /_(?:MS|S|SEC|SECS|SECONDS|MILLISECONDS|MINUTES)$/;

/**
 * The known name that an unknown one was probably meant to be. Other programs have names that begin alike
 * (DATABASE_HOST, DATABASE_PUBLIC_URL), so only a slip of one or two letters counts, or a unit at the end.
 */
export function meantName(unknown: string, known: readonly string[]): string | undefined {
  const start = prefix.exec(unknown)?.[0];
  if (start === undefined) return undefined;
  const withoutUnit = unknown.replace(unit, '');
  if (withoutUnit !== unknown && known.includes(withoutUnit)) return withoutUnit;
  let allowed = unknown.length - start.length <= 5 ? 1 : 2;
  let meant: string | undefined;
  for (const name of known) {
    if (!name.startsWith(start)) continue;
    const distance = editDistance(unknown, name);
    // After a first hit only a nearer one counts.
    if (distance > allowed) continue;
    meant = name;
    allowed = distance - 1;
  }
  return meant;
}
