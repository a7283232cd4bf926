import { connect } from 'node:net';
import { LIMITS, refuse, succeed, type Trigger } from '@wherry/protocol';
import mqtt, { type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { CallOutcome, TriggerEvent } from '../src/runtimes/port.ts';
import { TRIGGER_LIMITS } from '../src/triggers/limits.ts';
import type { DeviceTriggers, TriggersOptions } from '../src/triggers/options.ts';
import { createTriggers } from '../src/triggers/triggers.ts';
import { createMosquitto } from './mosquitto.ts';
import { until } from './until.ts';

const cleanUp: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function start(options: Omit<TriggersOptions, 'log'>): Promise<DeviceTriggers> {
  const triggers = createTriggers({ log: pino({ level: 'silent' }), ...options });
  cleanUp.push(() => triggers.stop());
  await triggers.start();
  return triggers;
}

const HTTP = { http: { host: '127.0.0.1', port: 0 } };
const hello: Trigger[] = [
  { on: 'http', path: '/hello', methods: ['GET', 'POST'] },
  { on: 'http', path: '/', methods: ['GET'] },
];
const text = (body: string, status = 200): CallOutcome =>
  succeed({ answer: { status, headers: { 'content-type': 'text/plain' }, body: Buffer.from(body) } });

describe('http triggers', () => {
  test('a request becomes a call, its answer a response', async () => {
    const triggers = await start(HTTP);
    const events: TriggerEvent[] = [];
    triggers.bind('web', hello, async (event) => {
      events.push(event);
      return text('hi', 201);
    });
    const response = await fetch(`${triggers.httpUrl()}/web/hello?a=1?b`, { method: 'POST', body: 'ping' });
    expect([response.status, await response.text()]).toEqual([201, 'hi']);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(events[0]).toMatchObject({ on: 'http', method: 'POST', path: '/hello', query: 'a=1?b' });
    expect(events[0]?.on === 'http' && Buffer.from(events[0].body).toString()).toBe('ping');
    expect((await fetch(`${triggers.httpUrl()}/web`)).status).toBe(201);
    expect(await (await fetch(`${triggers.httpUrl()}/healthz`)).json()).toEqual({ status: 'ok' });
  });

  test.each([
    ['GET', '/', 404],
    ['GET', '/other/hello', 404],
    ['GET', '/web/hello/', 404],
    ['GET', '/web/%68ello', 404],
    ['GET', '/__proto__/constructor', 404],
    ['PUT', '/web/hello', 405],
    ['HEAD', '/web/post', 405],
    ['POST', '/healthz', 405],
  ])('%s %s is answered %i with a problem document', async (method, path, status) => {
    const triggers = await start(HTTP);
    const post = { on: 'http' as const, path: '/post', methods: ['POST' as const] };
    triggers.bind('web', [...hello, post], async () => text('hi'));
    const response = await fetch(`${triggers.httpUrl()}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    if (method !== 'HEAD') expect(await response.json()).toMatchObject({ status, code: 'not_found' });
    if (path === '/web/hello') expect(response.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
  });

  test('a body above the limit is refused, declared or not', async () => {
    const triggers = await start(HTTP);
    triggers.bind('web', hello, async (event) => text(String(event.on === 'http' && event.body.length)));
    const url = `${triggers.httpUrl()}/web/hello`;
    const whole = Buffer.alloc(LIMITS.httpBodyBytes);
    expect(await (await fetch(url, { method: 'POST', body: whole })).text()).toBe(String(LIMITS.httpBodyBytes));
    expect((await fetch(url, { method: 'POST', body: Buffer.alloc(LIMITS.httpBodyBytes + 1) })).status).toBe(413);
    const streamed = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 5; n += 1) controller.enqueue(new Uint8Array(LIMITS.httpBodyBytes / 4));
        controller.close();
      },
    });
    const init = { method: 'POST', body: streamed, duplex: 'half' } as RequestInit;
    expect((await fetch(url, init)).status).toBe(413);
  });

  test.each<[string, () => Promise<CallOutcome>, number]>([
    ['fails', async () => refuse('guest_error', 'secret inside'), 502],
    ['throws', () => Promise.reject(new Error('secret inside')), 502],
    ['reaches its time limit', async () => refuse('wall_limit', 'secret inside'), 504],
    ['has a full queue', async () => refuse('rate_limited', 'secret inside'), 503],
    ['answers with status 99', async () => text('x', 99), 502],
    ['answers with too much', async () => text('x'.repeat(LIMITS.httpBodyBytes + 1)), 502],
    ['answers nothing', async () => succeed({}), 204],
  ])('an app that %s', async (_, call, status) => {
    const triggers = await start(HTTP);
    triggers.bind('web', hello, call);
    const response = await fetch(`${triggers.httpUrl()}/web/hello`);
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('secret');
  });

  test('headers of a guest cannot split a response or take over the connection', async () => {
    const triggers = await start(HTTP);
    triggers.bind('web', hello, async () =>
      succeed({
        answer: {
          status: 200,
          headers: {
            'x-good': 'yes',
            'x-split': 'a\r\nset-cookie: stolen=1',
            'bad name': 'x',
            'Transfer-Encoding': 'chunked',
            'content-length': '0',
            connection: 'upgrade',
          },
          body: Buffer.from('body'),
        },
      }),
    );
    const response = await fetch(`${triggers.httpUrl()}/web/hello`);
    expect(await response.text()).toBe('body');
    expect(response.headers.get('x-good')).toBe('yes');
    expect(response.headers.has('x-split') || response.headers.has('set-cookie')).toBe(false);
    expect(response.headers.get('content-length')).toBe('4');
  });

  test('more requests than guests can hold are answered 503 at once', async () => {
    const triggers = await start(HTTP);
    const waiting: ((outcome: CallOutcome) => void)[] = [];
    for (const app of ['web', 'other', 'third'])
      triggers.bind(app, hello, () => new Promise((resolve) => waiting.push(resolve)));
    const url = `${triggers.httpUrl()}/web/hello`;
    const busy = async (app: string) => {
      const refused = await fetch(url.replace('/web/', `/${app}/`));
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    };
    const { httpCalls, httpCallsPerApp } = TRIGGER_LIMITS;
    const held = Array.from({ length: httpCallsPerApp }, () => fetch(url));
    await until('the app is full', () => waiting.length === httpCallsPerApp);
    await busy('web');
    for (let n = httpCallsPerApp; n < httpCalls; n += 1) held.push(fetch(url.replace('/web/', '/other/')));
    await until('the guests are full', () => waiting.length === httpCalls);
    await busy('third');
    for (const resolve of waiting) resolve(text('done'));
    for (const response of await Promise.all(held)) expect(response.status).toBe(200);
    expect((await fetch(`${triggers.httpUrl()}/healthz`)).status).toBe(200);
  });

  test('a client that speaks nonsense or goes away leaves the server well', async () => {
    const triggers = await start(HTTP);
    triggers.bind('web', hello, async () => text('hi'));
    const { port } = new URL(triggers.httpUrl() ?? '');
    for (const bytes of [
      '\0\0\0\r\n\r\n',
      'POST /web/hello HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nshort',
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      await new Promise((resolve) => socket.write(bytes, resolve));
      socket.destroy();
    }
    await until('both were seen', () => triggers.counters().http_broken_requests === 1);
    expect((await fetch(`${triggers.httpUrl()}/web/hello`)).status).toBe(200);
  });

  test('a new binding replaces the routes, no binding removes them', async () => {
    const triggers = await start(HTTP);
    triggers.bind('web', hello, async () => text('old'));
    triggers.bind('web', [{ on: 'http', path: '/new', methods: ['GET'] }], async () => text('new'));
    expect((await fetch(`${triggers.httpUrl()}/web/hello`)).status).toBe(404);
    expect(await (await fetch(`${triggers.httpUrl()}/web/new`)).text()).toBe('new');
    triggers.unbind('web');
    expect((await fetch(`${triggers.httpUrl()}/web/new`)).status).toBe(404);
  });

  test('a port that is taken does not end the agent', async () => {
    const first = await start(HTTP);
    const port = Number(new URL(first.httpUrl() ?? '').port);
    const second = await start({ http: { host: '127.0.0.1', port } });
    expect(second.httpUrl()).toBeNull();
    expect(await second.publish('a', Buffer.alloc(1))).toEqual(succeed(undefined));
  });
});

describe('the local broker', () => {
  async function startWithBroker() {
    const broker = await createMosquitto({ agent: 'agent', sensor: 'sensor' });
    cleanUp.push(() => broker.dispose());
    await broker.start();
    const url = broker.url.replace('mqtt://', 'mqtt://agent:agent@');
    const triggers = await start({ localBroker: { url } });
    const sensor = mqtt.connect(broker.url, { username: 'sensor', password: 'sensor', reconnectPeriod: 100 });
    cleanUp.push(() => sensor.endAsync(true));
    const seen: string[] = [];
    sensor.on('error', () => {});
    sensor.on('message', (topic, payload) => void seen.push(`${topic} ${payload}`));
    await until('both are connected', () => triggers.isBrokerUp() === true && sensor.connected);
    await sensor.subscribeAsync('#', { qos: 1 });
    return { broker, triggers, sensor, seen };
  }

  const heardBy = (list: string[]) => async (event: TriggerEvent) => {
    if (event.on === 'mqtt') list.push(`${event.topic} ${Buffer.from(event.payload)}`);
    return succeed({});
  };

  /** A round trip on the same session: all that was sent before has been dealt with. */
  async function settle(triggers: DeviceTriggers, sensor: MqttClient): Promise<void> {
    const marks: string[] = [];
    const mark = `mark/${Math.random().toString(36).slice(2)}`;
    triggers.bind('settle', [{ on: 'mqtt', filter: mark }], heardBy(marks));
    await until('a mark came round', () => {
      sensor.publish(mark, 'm');
      return marks.length > 0;
    });
    triggers.unbind('settle');
  }

  test('messages of others reach the apps once, own ones go out once and do not come back', async () => {
    const { triggers, sensor, seen } = await startWithBroker();
    const heard: string[] = [];
    triggers.bind('a', [{ on: 'mqtt', filter: 'sensors/#' }], heardBy(heard));
    triggers.bind('b', [{ on: 'mqtt', filter: 'sensors/+/temperature' }], heardBy(heard));
    await settle(triggers, sensor);
    await sensor.publishAsync('sensors/hall/temperature', '21', { qos: 1 });
    await until('both apps heard it', () => heard.length === 2);
    expect(await triggers.publish('sensors/own/temperature', Buffer.from('5'), 'a')).toEqual(succeed(undefined));
    await until('it went out', () => seen.includes('sensors/own/temperature 5'));
    await settle(triggers, sensor);
    const hall = 'sensors/hall/temperature 21';
    const own = 'sensors/own/temperature 5';
    expect(heard).toEqual([hall, hall, own, own]);
    expect(seen.filter((one) => !one.startsWith('mark/'))).toEqual([hall, own]);
  });

  test('a message of another that looks like an own one is heard', async () => {
    const { triggers, sensor, seen } = await startWithBroker();
    const heard: string[] = [];
    triggers.bind('a', [{ on: 'mqtt', filter: 'lamp' }], heardBy(heard));
    await settle(triggers, sensor);
    await triggers.publish('lamp', Buffer.from('on'), 'b');
    await until('it went out', () => seen.includes('lamp on'));
    await settle(triggers, sensor);
    await sensor.publishAsync('lamp', 'on', { qos: 1 });
    await until('the other one was heard', () => heard.length === 2);
  });

  test('after the broker was killed, apps hear each other meanwhile and the LAN again later', async () => {
    const { broker, triggers, sensor } = await startWithBroker();
    const heard: string[] = [];
    triggers.bind('a', [{ on: 'mqtt', filter: 'sensors/+' }], heardBy(heard));
    await settle(triggers, sensor);
    await broker.kill();
    await until('it is seen to be down', () => triggers.isBrokerUp() === false);
    await triggers.publish('sensors/own', Buffer.from('1'), 'b');
    expect(heard).toEqual(['sensors/own 1']);
    await broker.start();
    await until('it is up again', () => triggers.isBrokerUp() === true && sensor.connected);
    await settle(triggers, sensor);
    await sensor.publishAsync('sensors/other', '2', { qos: 1 });
    await until('the LAN is heard', () => heard.includes('sensors/other 2'));
  });

  test('a wrong password is tried again and holds up nothing', async () => {
    const broker = await createMosquitto({ agent: 'agent' });
    cleanUp.push(() => broker.dispose());
    await broker.start();
    const triggers = await start({ localBroker: { url: broker.url, username: 'agent', password: 'wrong' } });
    const heard: string[] = [];
    triggers.bind('a', [{ on: 'mqtt', filter: 'x' }], heardBy(heard));
    await until('it was refused', () => (triggers.counters().broker_errors ?? 0) >= 1);
    expect(await triggers.publish('x', Buffer.from('1'), 'b')).toEqual(succeed(undefined));
    expect([triggers.isBrokerUp(), heard]).toEqual([false, ['x 1']]);
  });

  test('a message above the limit is left out and the session goes on', async () => {
    const { triggers, sensor } = await startWithBroker();
    const heard: string[] = [];
    triggers.bind('a', [{ on: 'mqtt', filter: 'big/#' }], heardBy(heard));
    await settle(triggers, sensor);
    await sensor.publishAsync('big/one', Buffer.alloc(1024 * 1024), { qos: 1 });
    await sensor.publishAsync('big/two', 'small', { qos: 1 });
    await until('the small one is heard', () => heard.length > 0);
    expect(heard).toEqual(['big/two small']);
    expect(triggers.counters()).toMatchObject({ broker_packet_too_large: 1, broker_sessions: 1 });
  });
});
