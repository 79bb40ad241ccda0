import { isIPv6 } from 'node:net';

/**
 * Where an address belongs: an IPv4 address stands for itself, an IPv6 address for its /64, because a single customer has
 * all addresses of one. The same address gives the same text, however it is written.
 *
 * @example `networkOf('2001:db8:0:1::7') // '2001:db8:0:1::/64'`
 */
export function networkOf(ip: string): string {
  const [address = ''] = ip.split('%', 1);
  if (!isIPv6(address)) return ip;
  const groups = groupsOf(new URL(`http://[${address}]`).hostname.slice(1, -1));
  const [fifth, sixth, seventh = 0, eighth = 0] = groups.slice(4);
  const isMapped = groups.slice(0, 4).every((group) => group === 0) && fifth === 0 && sixth === 0xffff;
  if (isMapped) return [seventh >> 8, seventh & 255, eighth >> 8, eighth & 255].join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight numbers of an address; `::` stands for as many zeros as are missing. */
function groupsOf(canonical: string): number[] {
  const [head = '', tail] = canonical.split('::');
  const numbers = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [numbers(head), numbers(tail ?? '')];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
