import { isIP } from 'node:net';
import type { NetRule } from '../../../shared/ipc/call-messages.ts';
import { addCapability, Denied, ModuleError } from '../denied.ts';
import { isPublic } from './addresses.ts';

const STANDARD_PORTS: readonly number[] = [80, 443];

/** Where a request goes: as `URL` writes it, which knows one form for all spellings of an address. */
export type Target = { host: string; port: number };

/** Which hosts the template allows. */
export class NetRules {
  readonly #rules: NetRule[];

  constructor(rules: readonly NetRule[]) {
    this.#rules = rules.map((rule) => ({ ...rule, hosts: rule.hosts.map(normalHost) }));
  }

  /** Throws Denied for a host that no rule names, or an address that is not public and not allowed to be. */
  checkTarget(target: Target): void {
    const { host, port } = target;
    if (this.#matching(target).length === 0) {
      const ports = STANDARD_PORTS.includes(port) ? {} : { ports: [port] };
      const place = isIP(bare(host)) === 0 || isPublic(bare(host)) ? {} : { private: true };
      const need = addCapability('net', bare(host), { hosts: [bare(host)], ...ports, ...place });
      throw new Denied(`the template does not allow requests to ${host}:${port}`, `net:${host}`, need);
    }
    if (isIP(bare(host)) !== 0) this.checkAddress(target, bare(host));
  }

  /** Throws Denied. Asked for the very address that is connected to: a name may lead elsewhere the next time. */
  checkAddress(target: Target, address: string): void {
    if (this.#matching(target).some((rule) => rule.private === true) || isPublic(address)) return;
    const { host } = target;
    const need = addCapability('net', bare(host), { hosts: [bare(host)], ports: [target.port], private: true });
    const where = host.includes(address) ? `${address} is` : `${host} leads to ${address},`;
    throw new Denied(`${where} an address of this machine or its networks`, `net:${host}`, need);
  }

  #matching({ host, port }: Target): NetRule[] {
    return this.#rules.filter(
      ({ hosts, ports = STANDARD_PORTS }) => ports.includes(port) && hosts.some((pattern) => matches(pattern, host)),
    );
  }
}

/** Throws ModuleError for what is no HTTP address. */
export function targetOf({ protocol, hostname, port }: URL): Target {
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new ModuleError('ERR_INVALID_PROTOCOL', `Only http: and https: can be fetched, not ${protocol}`, { name: 'TypeError' }); // prettier-ignore
  const standard = protocol === 'http:' ? 80 : 443;
  return { host: withoutDot(hostname), port: port === '' ? standard : Number(port) };
}

function matches(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && isIP(host) === 0 : host === pattern;
}

function normalHost(pattern: string): string {
  if (pattern === '*') return pattern;
  const prefix = pattern.startsWith('*.') ? '*.' : '';
  const host = pattern.slice(prefix.length);
  const url = `http://${isIP(host) === 6 ? `[${host}]` : host}`;
  return prefix + withoutDot(URL.canParse(url) ? new URL(url).hostname : host.toLowerCase());
}

/** An IPv6 address without its brackets. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function withoutDot(host: string): string {
  return host.replace(/\.$/, '');
}
