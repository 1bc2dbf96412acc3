import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/**
 * Whether an address is that of somebody out there: no loopback, private, link-local (where clouds keep their metadata),
 * shared, multicast or reserved one, none that has such a one inside (mapped, translated, tunnelled), and not this
 * machine's own.
 */
export function isPublic(address: string): boolean {
  if (isIP(address) === 0) return false;
  // An address with a zone belongs to a link.
  if (address.includes('%')) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && !isOwn(parsed);
}

function isOwn(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const text = address.toNormalizedString();
  return own.some((each) => ipaddr.process(each.address.replace(/%.*$/, '')).toNormalizedString() === text);
}
