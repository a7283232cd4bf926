import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openConnection } from './connect.ts';
import { type LastingOptions, lastingEvents } from './lasting-events.ts';

/** A server that answers each request by the next of a list, and the last one again and again. */
type Answer = (answer: ServerResponse) => void;
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(...answers: readonly Answer[]): Promise<string> {
  let asked = 0;
  server = createServer((_request, answer) => answers[Math.min(asked++, answers.length - 1)]?.(answer));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const device = (name: string) => `data: {"type":"device","device":"${name}"}\n\n`;
const stream = (answer: ServerResponse, text: string) => answer.writeHead(200).write(text);
const endsAfter =
  (name: string): Answer =>
  (answer) => {
    stream(answer, device(name));
    answer.end();
  };
const staysAfter =
  (name: string): Answer =>
  (answer) =>
    stream(answer, device(name));
const silent: Answer = (answer) => void stream(answer, ': open\n\n');
const cut: Answer = (answer) => {
  stream(answer, device('cut'));
  answer.once('drain', () => {});
  setImmediate(() => answer.destroy());
};
const refuses =
  (status: number, code: string): Answer =>
  (answer) =>
    answer.writeHead(status).end(JSON.stringify({ type: 'about:blank', title: 'x', status, detail: 'x', code }));

const TIMING = { pauseMinMs: 2, pauseMaxMs: 5, silenceMs: 1_000, attemptsMax: 3 };

/** Reads until a device of this name was seen, or the stream ends for good. */
async function readUntil(origin: string, last: string, options: LastingOptions = {}): Promise<string[]> {
  const seen: string[] = [];
  const stop = new AbortController();
  const events = lastingEvents(openConnection(origin, 't'), '/s', stop.signal, { timing: TIMING, ...options });
  for await (const change of events) {
    if (change.type === 'device') seen.push(change.device);
    if (seen.at(-1) === last) break;
  }
  stop.abort();
  return seen;
}

it('a stream that ends is opened again, and both are told', async () => {
  const told: string[] = [];
  const options = {
    onOpen: (isAgain: boolean) => told.push(isAgain ? 'again' : 'open'),
    onLost: () => told.push('lost'),
  };
  const origin = await serve(endsAfter('one'), staysAfter('two'));
  expect(await readUntil(origin, 'two', options)).toEqual(['one', 'two']);
  expect(told).toEqual(['open', 'lost', 'again']);
});

it('a connection that is cut in the middle is opened again', async () => {
  expect((await readUntil(await serve(cut, staysAfter('two')), 'two')).at(-1)).toBe('two');
});

it('a stream that goes silent is dead', async () => {
  expect(await readUntil(await serve(silent, staysAfter('two')), 'two')).toEqual(['two']);
});

it('faults in between are waited out', async () => {
  const origin = await serve(
    endsAfter('one'),
    refuses(503, 'unavailable'),
    refuses(429, 'rate_limited'),
    staysAfter('two'),
  );
  expect(await readUntil(origin, 'two')).toEqual(['one', 'two']);
});

it('a refusal is final, also when the stream was open before', async () => {
  await expect(readUntil(await serve(refuses(404, 'not_found')), '')).rejects.toMatchObject({
    problem: { code: 'not_found' },
  });
  await expect(readUntil(await serve(endsAfter('one'), refuses(401, 'unauthenticated')), '')).rejects.toMatchObject({
    problem: { code: 'unauthenticated' },
  });
});

it('a server that is gone from the start is not waited for; one that stays away is given up', async () => {
  await expect(readUntil('http://127.0.0.1:1', '')).rejects.toMatchObject({ exitCode: 5 });
  const origin = await serve(endsAfter('one'), refuses(503, 'unavailable'));
  await expect(readUntil(origin, '')).rejects.toMatchObject({ problem: { code: 'unavailable' } });
});
