import type { Weighed } from '../../src/context/select.ts';

/**
 * What is wrong with messages that a model would be given, in words; found by looking at each message by itself, and not
 * as they were chosen.
 */
export function faultsOf(messages: readonly Weighed[]): string[] {
  const faults: string[] = [];
  for (const [index, { role, content, parts }] of messages.entries()) {
    if (content === '' && parts === null) faults.push(`${index} says nothing`);
    const results = (parts ?? []).filter(({ type }) => type === 'tool-result');
    const isBare = role === 'tool' && results.length === 0;
    for (const id of [...results.map((part) => idOf(part)), ...(isBare ? [undefined] : [])]) {
      if (!messages.slice(0, index + 1).some((other) => calls(other, id))) faults.push(`${index} is an orphan`);
    }
    const open = (parts ?? []).filter(
      (part) => part.type === 'tool-call' && !messages.slice(index).some((other) => answers(other, idOf(part))),
    );
    const isLast = messages.slice(index + 1).every((later) => isResult(later));
    if (open.length > 0 && !isLast) faults.push(`${index} waits for results that aren't there`);
  }
  return faults;
}

function idOf(part: object): string | undefined {
  return 'toolCallId' in part ? String(part.toolCallId) : undefined;
}

/** Without an id on one side, any will do. */
function isSame(left: string | undefined, right: string | undefined): boolean {
  return left === undefined || right === undefined || left === right;
}

function calls({ parts }: Weighed, id: string | undefined): boolean {
  return (parts ?? []).some((part) => part.type === 'tool-call' && isSame(idOf(part), id));
}

function isResult({ role, parts }: Weighed): boolean {
  return role === 'tool' || (parts ?? []).some(({ type }) => type === 'tool-result');
}

function answers({ role, parts }: Weighed, id: string | undefined): boolean {
  const results = (parts ?? []).filter(({ type }) => type === 'tool-result');
  return results.some((part) => isSame(idOf(part), id)) || (role === 'tool' && results.length === 0);
}
