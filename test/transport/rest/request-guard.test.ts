import assert from 'node:assert/strict';
import { openServer, type TestServer } from './test-server.ts';

describe('Host and Origin', () => {
  let test: TestServer;
  before(async () => {
    test = await openServer({ allowedHosts: ['box.example', 'proxy.example:8443'] });
  });
  after(() => test.close());

  const passing: Record<string, string>[] = [
    { host: '127.0.0.1' },
    { host: '127.0.0.1:3210' },
    { host: 'LocalHost:3210' },
    { host: '[::1]:3210' },
    { host: 'box.example:99' },
    { host: 'proxy.example:8443' },
    { host: '127.0.0.1:3210', origin: 'http://127.0.0.1:3210', 'sec-fetch-site': 'same-origin' },
    { host: '127.0.0.1:3210', 'sec-fetch-site': 'none' },
    { host: 'proxy.example:8443', origin: 'https://proxy.example:8443' },
  ];
  for (const headers of passing) {
    it(`lets ${JSON.stringify(headers)} pass`, async () => {
      assert.equal((await test.api.call('GET', 'health', undefined, headers)).status, 200);
    });
  }

  const refused: Record<string, string>[] = [
    { host: 'evil.example' },
    { host: 'evil.example:3210' },
    { host: '127.0.0.1.evil.example' },
    { host: 'localhost.evil.example:3210' },
    { host: '127.0.0.1:3210@evil.example' },
    { host: 'localhost.' },
    { host: '0.0.0.0:3210' },
    { host: 'proxy.example' },
    { host: 'proxy.example:1' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'http://127.0.0.1:8080', host: '127.0.0.1:3210' },
    { origin: 'http://localhost:3210', host: '127.0.0.1:3210' },
    { origin: 'http://evil.example', host: 'evil.example' },
    { origin: 'vscode-webview://x' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'what?' },
  ];
  for (const headers of refused) {
    it(`refuses ${JSON.stringify(headers)} on every route`, async () => {
      for (const path of ['health', 'templates', 'nowhere', '/docs', '/openapi.json']) {
        const answer = await test.server.inject({ url: pathOf(path), headers: { host: '127.0.0.1:3210', ...headers } });
        assert.equal(answer.statusCode, 403, path);
        assert.match(answer.body, /ORIGIN_NOT_ALLOWED/);
      }
    });
  }

  it('never answers a preflight', async () => {
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    await test.api.refused('ORIGIN_NOT_ALLOWED', 'OPTIONS', 'templates', undefined, headers);
    await test.api.refused('ROUTE_NOT_FOUND', 'OPTIONS', 'templates');
  });

  it('forbids browsers to run answers as scripts', async () => {
    const { headers } = await test.api.call('GET', 'templates');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  });
});

function pathOf(path: string): string {
  return path.startsWith('/') ? path : `/api/v1/${path}`;
}
