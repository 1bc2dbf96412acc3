import assert from 'node:assert/strict';
import { address, environment, integer, integerFrom, jsonObject } from '../../daemon/cli/parse.ts';
import { isLoopback, serverUrl } from '../../daemon/cli/server-url.ts';

const refused = { code: 'commander.invalidArgument' };

describe('values of options', () => {
  it('--server-url', () => {
    for (const [text, url] of [
      ['http://127.0.0.1:3210', 'http://127.0.0.1:3210'],
      ['http://127.0.0.1:3210/', 'http://127.0.0.1:3210'],
      ['127.0.0.1:3210', 'http://127.0.0.1:3210'],
      ['localhost', 'http://localhost'],
      ['HTTPS://Example.org/vm//', 'https://example.org/vm'],
      ['http://[::1]:8', 'http://[::1]:8'],
    ] as const)
      assert.equal(serverUrl(text), url);
    for (const text of ['', 'ftp://x', 'http://', 'http://a b', '127.0.0.1:99999', '::1'])
      assert.throws(() => serverUrl(text), refused, text);
  });

  it('what is loopback', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1', '[::1]']) assert.ok(isLoopback(host), host);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org', ''])
      assert.ok(!isLoopback(host), host);
  });

  it('--listen', () => {
    assert.deepEqual(address('0.0.0.0:80'), { host: '0.0.0.0', port: 80 });
    assert.deepEqual(address(':0'), { host: '127.0.0.1', port: 0 });
    assert.deepEqual(address('[::1]:3210'), { host: '::1', port: 3210 });
    for (const text of ['', '3210', 'host', 'host:', 'host:x', 'host:65536', '::1:80', 'host:80 ', 'a:1:2'])
      assert.throws(() => address(text), refused, text);
  });

  it('numbers', () => {
    assert.equal(integer('-5'), -5);
    assert.equal(integerFrom(0)('0'), 0);
    for (const text of ['', ' ', '1.5', '1e3', 'x', '0x10']) assert.throws(() => integer(text), refused, text);
    assert.throws(() => integerFrom(1)('0'), refused);
  });

  it('--env', () => {
    assert.deepEqual(environment('A=1', environment('B=2=3')), { A: '1', B: '2=3' });
    assert.deepEqual(environment('A='), { A: '' });
    assert.deepEqual(environment('{"A":"1"}', { B: '2' }), { A: '1', B: '2' });
    for (const text of ['A', '=1', '', '{A']) assert.throws(() => environment(text), refused, text);
  });

  it('JSON', () => {
    assert.deepEqual(jsonObject('{"a":1}'), { a: 1 });
    for (const text of ['', '[]', 'null', '1', '{a:1}']) assert.throws(() => jsonObject(text), refused, text);
  });
});
