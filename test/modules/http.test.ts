import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import type { NetRule } from '../../shared/ipc/call-messages.ts';
import { isPublic } from '../../daemon/modules/http/addresses.ts';
import { HttpModule, type WireResponse } from '../../daemon/modules/http/http-module.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { TestServer } from './http-server.ts';
import { ModuleCaller, policyFor } from './module-fixture.ts';

/** The addresses of names, and what was asked for. */
class TestNames {
  readonly asked: string[] = [];
  readonly addresses = new Map<string, string[]>();

  readonly resolve = (host: string, answer: (error: Error | null, found: LookupAddress[]) => void): void => {
    this.asked.push(host);
    const found = this.addresses.get(host) ?? [];
    answer(null, found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))); // prettier-ignore
  };
}

describe('the host module http', function () {
  this.timeout(60_000);
  let server: TestServer;
  let names: TestNames;
  const callers: ModuleCaller[] = [];
  before(async () => {
    server = await TestServer.start();
  });
  after(() => server.stop());
  beforeEach(() => {
    server.asked.length = 0;
    names = new TestNames();
    names.addresses.set('site.test', ['127.0.0.1']);
    names.addresses.set('other.test', ['127.0.0.1']);
  });
  afterEach(() => {
    for (const caller of callers.splice(0)) caller.close();
  });

  const caller = (...net: NetRule[]): ModuleCaller => {
    const made = new ModuleCaller(new HttpModule(policyFor('/nowhere', { net }), names.resolve));
    callers.push(made);
    return made;
  };
  const open = (...hosts: string[]): ModuleCaller => caller({ hosts, ports: [server.port], private: true });
  const get = (from: ModuleCaller, url: string, more: object = {}): Promise<unknown> => from.call('fetch', { key: '1', url, ...more }); // prettier-ignore
  const answer = async (...args: Parameters<typeof get>): Promise<WireResponse> => (await get(...args)) as WireResponse;

  it('asks as it is told, and gives status, headers and body', async () => {
    const site = open('site.test');
    const headers = [['X-A', 'ä'.normalize('NFD').slice(0, 1)], ['content-type', 'application/json'], ['Host', 'other.test'], ['Proxy-Authorization', 'x']]; // prettier-ignore
    const echo = await answer(site, server.url('/echo?q=secret', 'site.test'), { method: 'POST', headers, body: { text: '{"ü":1}' } }); // prettier-ignore
    assert.deepEqual(
      [echo.status, echo.statusText, echo.body, echo.redirected],
      [200, 'OK', { text: '{"ü":1}' }, false],
    );
    assert.equal(new Map(echo.headers).get('content-type'), 'application/json');
    const asked = server.asked[0]!;
    assert.equal(asked.headers.host, `site.test:${server.port}`);
    assert.deepEqual([asked.headers['x-a'], asked.headers['user-agent'], asked.headers['proxy-authorization']], ['a', 'vm-system', undefined]); // prettier-ignore
    assert.deepEqual((await answer(site, server.url('/bytes', 'site.test'))).body, { base64: 'AP+A' });
    const cookies = await answer(site, server.url('/cookies', 'site.test'));
    assert.deepEqual(cookies.headers.filter(([name]) => name === 'set-cookie'), [['set-cookie', 'a=1'], ['set-cookie', 'b=2']]); // prettier-ignore
    assert.equal((await answer(site, server.url('/status?code=503', 'site.test'))).status, 503);
    assert.equal((await answer(site, server.url('/status?code=204', 'site.test'))).body, null);
    assert.deepEqual(site.uses.map(({ what }) => what).slice(0, 1), [`http.fetch("POST http://site.test:${server.port}/echo")`]); // prettier-ignore
  });

  it('asks only hosts and ports that the template names', async () => {
    const site = caller({ hosts: ['site.test', '*.deep.test', 'BÜCHER.test'], ports: [server.port], private: true }, { hosts: ['plain.test'] }); // prettier-ignore
    for (const name of ['a.deep.test', 'b.a.deep.test', 'xn--bcher-kva.test']) names.addresses.set(name, ['127.0.0.1']);
    for (const host of ['site.test', 'SITE.test', 'site.test.', 'a.deep.test', 'b.a.deep.test', 'bücher.test']) {
      names.addresses.set(host.toLowerCase(), ['127.0.0.1']);
      assert.equal((await answer(site, server.url('/', host))).status, 200, host);
    }
    const denied = [server.url('/', 'other.test'), server.url('/', 'deep.test'), server.url('/', 'evilsite.test'), server.url('/', 'site.test.evil.test'), 'http://site.test/', 'https://site.test/', 'https://plain.test:444/', server.url('/', 'plain.test')]; // prettier-ignore
    const before = server.asked.length;
    for (const url of denied)
      assert.match(String(await get(site, url)), /^ERR_ACCESS_DENIED the template does not allow requests to .* add-capability TEMPLATE --kind net/, url); // prettier-ignore
    for (const url of [
      'file:///etc/passwd',
      'ftp://site.test/',
      'data:text/plain,x',
      'blob:x',
      'site.test',
      '',
      'http://user:pass@site.test/',
    ])
      assert.match(String(await get(site, url)), /^ERR_INVALID_(PROTOCOL|URL) /, url);
    assert.equal(server.asked.length, before);
  });

  it('knows every spelling of an address that is not out there', () => {
    const inside = ['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.100.100.200', '192.0.0.192', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:a9fe:a9fe', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '2002:7f00:1::', '2001:0:7f00:1::', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '2001:db8::1', '', 'localhost', '127.1']; // prettier-ignore
    assert.deepEqual(inside.filter(isPublic), []);
    const outside = ['1.1.1.1', '93.184.216.34', '172.32.0.1', '2606:4700:4700::1111', '::ffff:1.1.1.1'];
    assert.deepEqual(outside.filter(isPublic), outside);
  });

  it('refuses addresses of this machine and its networks by number, in all its forms', async () => {
    const numbers = ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0x7f.1', '017700000001', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '0', '0.0.0.0', '[::]', '169.254.169.254', '2852039166', '0xa9fea9fe', '[::ffff:a9fe:a9fe]', '[fd00:ec2::254]', '１２７.0.0.1', '127。0。0。1']; // prettier-ignore
    for (const number of numbers) {
      const anywhere = caller({ hosts: ['*'], ports: [server.port] });
      assert.match(String(await get(anywhere, server.url('/', number))), /^ERR_ACCESS_DENIED .* an address of this machine or its networks.*"private":true/, number); // prettier-ignore
    }
    assert.deepEqual(server.asked, []);
    // The same ones, where the template means them.
    const meant = caller({ hosts: ['127.0.0.1'], ports: [server.port], private: true });
    for (const number of ['127.1', '2130706433', '0x7f000001', '017700000001'])
      assert.equal((await answer(meant, server.url('/', number))).status, 200, number);
  });

  it('refuses names that lead there, at the moment of connecting', async () => {
    const anywhere = caller({ hosts: ['*'], ports: [server.port] });
    names.addresses.set('localhost', ['127.0.0.1', '::1']);
    names.addresses.set('metadata.google.internal', ['169.254.169.254']);
    names.addresses.set('mapped.test', ['::ffff:127.0.0.1']);
    for (const host of ['site.test', 'localhost', 'metadata.google.internal', 'mapped.test'])
      assert.match(String(await get(anywhere, server.url('/', host))), /^ERR_ACCESS_DENIED .* leads to /, host);
    assert.match(String(await get(anywhere, server.url('/', 'none.test'))), /^ENOTFOUND fetch failed: /);
    assert.deepEqual(server.asked, []);
    assert.deepEqual(names.asked, ['site.test', 'localhost', 'metadata.google.internal', 'mapped.test', 'none.test']);

    // A name that is allowed as long as it leads to one place, and then leads to another.
    const rebound = caller({ hosts: ['site.test'], ports: [server.port] });
    names.addresses.set('site.test', ['192.0.2.1', '127.0.0.1']);
    assert.match(String(await get(rebound, server.url('/', 'site.test'))), /^ERR_ACCESS_DENIED /);
    assert.deepEqual(server.asked, []);
  });

  it('looks at every redirect as at a request of its own', async () => {
    const site = open('site.test');
    const to = (url: string, more = ''): string => server.url(`/redirect?${more}to=${encodeURIComponent(url)}`, 'site.test'); // prettier-ignore
    for (const url of [
      server.url('/secret', 'other.test'),
      server.url('/secret'),
      'http://169.254.169.254/latest/meta-data/',
      '//other.test/',
    ])
      assert.match(String(await get(site, to(url))), /^ERR_ACCESS_DENIED /, url);
    for (const url of ['file:///etc/passwd', 'javascript:1', 'data:,x'])
      assert.match(String(await get(site, to(url))), /^ERR_INVALID_PROTOCOL /, url);
    assert.deepEqual(server.asked.filter(({ path }) => path.startsWith('/secret')), []); // prettier-ignore
    // Named by the template, but leading inside.
    const mixed = caller({ hosts: ['site.test'], ports: [server.port], private: true }, { hosts: ['other.test'], ports: [server.port] }); // prettier-ignore
    assert.match(
      String(await get(mixed, to(server.url('/secret', 'other.test')))),
      /^ERR_ACCESS_DENIED other.test leads to/,
    );
    assert.match(String(await get(site, server.url('/redirect', 'site.test'))), /redirect count exceeded/);
    assert.match(String(await get(site, to('/end'), { redirect: 'error' })), /unexpected redirect/);
    const manual = await answer(site, to('/end'), { redirect: 'manual' });
    assert.deepEqual([manual.status, new Map(manual.headers).get('location')], [302, '/end']);
    const followed = await answer(site, to('/end'));
    assert.deepEqual(
      [followed.status, followed.url, followed.redirected],
      [200, server.url('/end', 'site.test'), true],
    );
  });

  it('keeps secrets to the host they are meant for, and bodies to the methods that have them', async () => {
    const site = open('site.test', 'other.test');
    const headers = [['authorization', 'secret'], ['cookie', 'secret'], ['x-kept', 'yes'], ['content-type', 'text/plain']]; // prettier-ignore
    const post = async (code: number, host: string): Promise<unknown[]> => {
      const to = encodeURIComponent(server.url('/end', host));
      await get(site, server.url(`/redirect?code=${code}&to=${to}`, 'site.test'), { method: 'POST', headers, body: { text: 'body' } }); // prettier-ignore
      const last = server.asked.at(-1)!;
      return [last.method, last.body, last.headers['authorization'], last.headers['cookie'], last.headers['x-kept'], last.headers['content-type']]; // prettier-ignore
    };
    assert.deepEqual(await post(302, 'other.test'), ['GET', '', undefined, undefined, 'yes', undefined]);
    assert.deepEqual(await post(303, 'site.test'), ['GET', '', 'secret', 'secret', 'yes', undefined]);
    assert.deepEqual(await post(307, 'other.test'), ['POST', 'body', undefined, undefined, 'yes', 'text/plain']);
    assert.deepEqual(await post(308, 'site.test'), ['POST', 'body', 'secret', 'secret', 'yes', 'text/plain']);
  });

  it('takes so much and waits so long', async () => {
    const site = open('site.test');
    assert.match(String(await get(site, server.url('/huge?mib=9', 'site.test'))), /^ERR_OUT_OF_RANGE .* larger than/);
    assert.match(String(await get(site, server.url('/packed', 'site.test'))), /^ERR_OUT_OF_RANGE .* larger than/);
    const large = (await answer(site, server.url('/huge?mib=7', 'site.test'))).body as { text: string };
    assert.equal(large.text.length, 7 * 1024 * 1024);
    const zeros = (await answer(site, server.url('/zeros', 'site.test'))).body as { base64: string };
    assert.equal(Buffer.from(zeros.base64, 'base64').length, 7 * 1024 * 1024);
    for (const path of ['/silent', '/drip'])
      assert.match(String(await get(site, server.url(path, 'site.test'), { timeoutMs: 100 })), /^ETIMEDOUT /, path);
    assert.match(String(await get(site, server.url('/broken', 'site.test'))), /^\w+ fetch failed: |^\w+ terminated/);
    names.addresses.set('gone.test', ['127.0.0.1']);
    const gone = caller({ hosts: ['gone.test'], ports: [1], private: true });
    assert.match(String(await get(gone, 'http://gone.test:1/')), /^(ECONNREFUSED|ERR_FETCH) fetch failed: /);
  });

  it('stops with its execution, and when the guest says so', async () => {
    const site = open('site.test');
    const abort = new AbortController();
    const first = site.until(abort.signal, 'fetch', { key: 'a', url: server.url('/silent', 'site.test') });
    const second = get(site, server.url('/drip', 'site.test'), { key: 'b' });
    await waitUntil(() => server.asked.length === 2, 'both requests');
    abort.abort();
    assert.match(String(await first), /^ABORT_ERR /);
    await site.call('abort', 'b');
    assert.match(String(await second), /^ABORT_ERR /);
  });

  it('goes through no proxy that the environment names', async () => {
    const proxy = await TestServer.start();
    const variables = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    for (const name of variables) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.url();
    try {
      assert.equal((await answer(open('site.test'), server.url('/', 'site.test'))).status, 200);
      assert.deepEqual(proxy.asked, []);
    } finally {
      for (const name of variables) Reflect.deleteProperty(process.env, name);
      await proxy.stop();
    }
  });
});
