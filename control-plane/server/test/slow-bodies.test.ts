import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeSlowBodies } from '../src/api/slow-bodies.ts';
import { eventually } from './support/eventually.ts';
import { openRaw } from './support/raw-mqtt.ts';

let http: Server;
let url: string;
beforeEach(async () => {
  http = createServer((incoming, outgoing) => {
    if (incoming.method === 'GET') outgoing.write('a stream');
    else incoming.resume().once('end', () => outgoing.end('done'));
  });
  closeSlowBodies(http, 200);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(() => {
  http.closeAllConnections();
  http.close();
});

it('closes a request whose body does not come', async () => {
  const peer = await openRaw(url);
  peer.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome');
  await peer.closed;
  expect(peer.bytes().toString()).not.toContain('done');
});

it('leaves an upload its time, and a stream its life', async () => {
  const upload = await openRaw(url);
  upload.socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nsome');
  const stream = await openRaw(url);
  stream.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const slow = await openRaw(url);
  slow.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome');
  // Opened last: once it is closed, the time of the other two is over as well.
  await slow.closed;
  expect([upload.isClosed(), stream.isClosed()]).toEqual([false, false]);
  upload.socket.write('more');
  await eventually('the answer', () => upload.bytes().toString().includes('done'));
});
