import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { findUid, peerUid } from '../../../daemon/transport/rest/peer-uid.ts';

const TABLE = `\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0C8A 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 15512 1 0000000000000000 100 0 0 10 0
   1: 0100007F:C350 0100007F:0C8A 01 00000000:00000000 00:00000000 00000000  1000        0 24817 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:0C8A 0100007F:C350 01 00000000:00000000 00:00000000 00000000     7        0 24818 1 0000000000000000 20 4 30 10 -1
   3: 0100007F:C351 0100007F:0C8A 06 00000000:00000000 03:00001770 00000000     0        0 0 3 0000000000000000
   4: 0100007F:C352 0100007F:0C8A 01 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000 20 4 30 10 -1
   5: 0100007F:C353 0100007F:0C8A 04 00000000:00000000 01:00000014 00000000     0        0 0 1 0000000000000000 20 4 30 10 -1
`;
const us = '0100007F:0C8A';

describe('the user at the other end of a connection', () => {
  it("is read from the peer's own row, not from ours", () => {
    assert.equal(findUid(TABLE, '0100007F:C350', us), 1000);
    assert.equal(findUid(TABLE, us, '0100007F:C350'), 7);
  });

  it('is not known for rows that are not an established connection of a process: there the kernel says root', () => {
    for (const gone of ['0100007F:C351', '0100007F:C352', '0100007F:C353'])
      assert.equal(findUid(TABLE, gone, us), undefined);
  });

  it('is not known without a row, nor from text that only looks like one', () => {
    assert.equal(findUid(TABLE, '0100007F:FFFF', us), undefined);
    assert.equal(findUid('', us, us), undefined);
    assert.equal(findUid(` 0100007F:C350 ${us} 01 nonsense\n`, '0100007F:C350', us), undefined);
  });

  for (const [bind, host] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::', '::1'],
    ['::', '::ffff:127.0.0.1'],
  ] as const) {
    it(`is us, for our own connection to ${host} of a server on ${bind}`, async function () {
      if (process.platform !== 'linux') this.skip();
      const server = createServer().listen(0, bind);
      await once(server, 'listening');
      const accepted = once(server, 'connection') as Promise<[Socket]>;
      const client = connect((server.address() as AddressInfo).port, host);
      const [socket] = await accepted;
      assert.equal(await peerUid(socket), process.getuid?.());
      client.destroy();
      socket.destroy();
      server.close();
    });
  }

  it('is never asked for beyond loopback', async () => {
    const ports = { remotePort: 50_000, localPort: 3210, localAddress: '10.0.0.1' };
    for (const remoteAddress of ['10.0.0.2', '::', '2001:db8::1', '::ffff:10.0.0.2', '127.evil', undefined]) {
      assert.equal(await peerUid({ ...ports, remoteAddress }), undefined);
    }
  });
});
