import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import {
  type DesiredState,
  detachedBytes,
  type Envelope,
  fromBase64,
  OPERATIONS,
  openEnvelope,
  PATHS,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  signedAck,
  signedCommand,
  type Version,
  type WorkloadStatus,
} from '@wherry/protocol';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { attempt, connectDevice } from './support/mqtt-device.ts';
import { publishTestReleases } from './support/publish-release.ts';
import { readEvents } from './support/read-events.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';
import { claimTestDevice, createSigner, type TestDevice } from './support/test-device.ts';

/** A device from its claim to a release that runs, over the real wire. */
describe('a device and its control plane', () => {
  let server: TestServer;
  let device: TestDevice;
  let client: MqttClient;
  const heard: { topic: string; payload: Buffer }[] = [];
  beforeAll(async () => {
    server = await startTestServer();
    device = await claimTestDevice(server.httpUrl, server.admin, 'pi-1', { site: 'mill' });
    client = await connectDevice(device.claim.mqttUrl, device.name, device.claim.secret);
    client.on('message', (topic, payload) => heard.push({ topic, payload }));
    await client.subscribeAsync(
      ['desired', 'ack', 'command/+'].map((channel) => device.topic(channel)),
      { qos: 1 },
    );
  });
  afterAll(async () => {
    await client.endAsync(true);
    await server.remove();
  });

  const acks = () =>
    heard
      .filter(({ topic }) => topic === device.topic('ack'))
      .map(({ payload }) => signedAck.parse(JSON.parse(payload.toString())));
  const send = (channel: string, payload: string | Buffer) =>
    client.publishAsync(device.topic(channel), payload, { qos: 1 });
  const events = async (name: string) =>
    (
      await server.admin.call(OPERATIONS.listDeviceEvents, { params: { device: 'pi-1' }, query: { limit: 500 } })
    ).items.filter((event) => event.name === name);

  it('is online while its session lives', async () => {
    await eventually(
      'online',
      async () => (await server.admin.call(OPERATIONS.getDevice, { params: { device: 'pi-1' } })).online,
    );
  });

  it('is told what is stored', async () => {
    await Promise.all([1, 2, 3].map((seq) => send('report', device.report(seq))));
    await eventually('the acknowledgement', () => acks().some(({ boot, upTo }) => boot === device.boot && upTo === 3));
    expect(await events('workload_started')).toHaveLength(3);
    for (const { sig, ...ack } of acks()) expect(isDirectors(detachedBytes('ack', device.claim, ack), sig)).toBe(true);
  });

  it('is taken at its word once, however often it says it', async () => {
    for (const seq of [2, 3, 1, 2]) await send('report', device.report(seq));
    expect(await events('workload_started')).toHaveLength(3);
    expect(acks().at(-1)?.upTo).toBe(3);
  });

  it('is acknowledged up to the first gap only', async () => {
    await send('report', device.report(6));
    await send('report', device.report(5));
    expect(acks().at(-1)?.upTo).toBe(3);
    await send('report', device.report(4));
    await eventually('the gap to close', () => acks().at(-1)?.upTo === 6);
  });

  it('sends usage in the same sequence', async () => {
    const samples = [{ seq: 7, fromMs: Date.now() - 60_000, toMs: Date.now(), workloads: [] }];
    await send('usage', device.usage(samples));
    await eventually('the acknowledgement', () => acks().at(-1)?.upTo === 7);
  });

  it('may send nonsense without harm: it is dropped with an acknowledgement, counted, and told of once', async () => {
    const stranger = createSigner();
    const forged = stranger.seal(PAYLOAD_TYPES.report, {
      device: 'pi-1',
      boot: device.boot,
      items: [{ seq: 8, atMs: 1, body: { type: 'event', severity: 'error', name: 'forged', message: '' } }],
    });
    const ofAnother = device.signer.seal(PAYLOAD_TYPES.report, {
      device: 'pi-2',
      boot: device.boot,
      items: [{ seq: 8, atMs: 1, body: { type: 'event', severity: 'error', name: 'forged', message: '' } }],
    });
    const half = device.signer.seal(PAYLOAD_TYPES.report, {
      device: 'pi-1',
      boot: device.boot,
      items: [{ seq: 8, atMs: 1, body: { type: 'event', severity: 'error', name: 'forged', message: '' } }, { seq: 9 }],
    });
    const nonsense = [
      '',
      '{',
      'null',
      randomBytes(100),
      JSON.stringify(forged),
      JSON.stringify(ofAnother),
      JSON.stringify(half),
      Buffer.alloc(200_000, 0x5b),
    ];
    for (const payload of nonsense) await send('report', payload);
    expect(client.connected).toBe(true);
    expect(await events('forged')).toEqual([]);
    expect(await events('invalid_message')).toHaveLength(1);
    const { sig: _, ...last } = await eventually('the word about the half report', () =>
      acks().find(({ refused }) => refused !== undefined),
    );
    expect(last).toEqual({ boot: device.boot, upTo: 7, refused: { firstSeq: 8, seq: 9 }, generation: 1 });
    const metrics = await (await server.fetch('/metrics')).text();
    const counted = [...metrics.matchAll(/^wherry_ingest_errors_total\{channel="report",code="\w+"\} (\d+)$/gm)];
    expect(counted.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(nonsense.length);
  });

  it('hears its signed desired state when a rollout starts, and the stream tells of both', async () => {
    const stream = readEvents(await server.fetch(PATHS.stream, { token: server.adminToken }));
    await publishTestReleases(server, ['1.0.0']);
    const rollout = await server.admin.call(OPERATIONS.startRollout, {
      body: { app: 'thermostat', version: '1.0.0', soakMs: 0 },
    });
    expect(await stream.next('rollout')).toEqual({ type: 'rollout', rollout: rollout.id });
    const desired = await eventually('the desired state', () =>
      heard
        .filter(({ topic }) => topic === device.topic('desired'))
        .map(({ payload }) => open(JSON.parse(payload.toString()) as Envelope))
        .find(({ workloads }) => workloads.length > 0),
    );
    expect(desired).toMatchObject({
      tenant: 'default',
      device: 'pi-1',
      workloads: [{ app: 'thermostat', version: '1.0.0', rollout: rollout.id }],
    });
    const overHttp = await server.fetch(PATHS.deviceDesired, { token: device.bearer });
    expect(overHttp.headers.get('etag')).toBe(`"${desired.generation}"`);
    expect(open((await overHttp.json()) as Envelope).workloads).toEqual(desired.workloads);
    const workload = desired.workloads[0] as DesiredState['workloads'][number];
    const release = await server.fetch(PATHS.deviceRelease(workload.release), { token: device.bearer });
    expect(release.status).toBe(200);

    const status: WorkloadStatus = {
      app: workload.app,
      version: '1.0.0' as Version,
      release: workload.release,
      attempt: workload.attempt,
      rollout: rollout.id,
      state: 'healthy',
      variant: 'wasm',
      runtime: 'wasm',
      restarts: 0,
      sinceMs: Date.now(),
    };
    await send(
      'report',
      device.report(8, { type: 'state', generation: desired.generation, workloads: { [workload.app]: status } }),
    );
    await eventually(
      'the end of the rollout',
      async () =>
        (await server.admin.call(OPERATIONS.getRollout, { params: { id: rollout.id } })).state === 'completed',
    );
    const view = await server.admin.call(OPERATIONS.getDevice, { params: { device: 'pi-1' } });
    expect(view).toMatchObject({
      reportedGeneration: desired.generation,
      workloads: [{ state: 'healthy', version: '1.0.0' }],
    });
    expect(stream.seen()).toEqual(expect.arrayContaining(['rollout']));
    await stream.close();
  });

  it('answers a command, which is for the start of it that speaks', async () => {
    const stream = readEvents(await server.fetch(PATHS.stream, { token: server.adminToken }));
    const order = { kind: 'report', expiresAtMs: Date.now() + 60_000 } as const;
    const ask = () => server.admin.call(OPERATIONS.sendCommand, { params: { device: 'pi-1' }, body: order });
    await expect(ask()).rejects.toMatchObject({ problem: { code: 'not_allowed_in_state' } });
    await send('presence', device.birth());
    const { id } = await ask();
    const sent = await eventually('the command', () =>
      heard.find(({ topic }) => topic === device.topic(`command/${id}`)),
    );
    const { sig, ...content } = signedCommand.parse(JSON.parse(sent.payload.toString()));
    expect(content).toEqual({ boot: device.boot, command: order });
    expect(isDirectors(detachedBytes('command', device.claim, { id, ...content }), sig)).toBe(true);
    await send(`result/${id}`, JSON.stringify({ ok: true, message: 'reported' }));
    expect(await stream.next('result')).toMatchObject({ device: 'pi-1', id, result: { ok: true } });
    await stream.close();
  });

  it('is gone when it is removed: its session ends and its secret opens nothing', async () => {
    await server.admin.call(OPERATIONS.removeDevice, { params: { device: 'pi-1' } });
    await eventually('the end of the session', () => !client.connected);
    expect(await attempt(server.mqttUrl, device.name, device.claim.secret)).not.toBe(0);
    expect((await server.fetch(PATHS.deviceDesired, { token: device.bearer })).status).toBe(401);
  });

  function isDirectors(message: Uint8Array, sig: string): boolean {
    const key = { key: Buffer.from(server.context.director.publicKey, 'base64'), format: 'der', type: 'spki' } as const;
    return verify(null, message, createPublicKey(key), fromBase64(sig));
  }

  /** Opens a desired state as a device does: with the director's key. */
  function open(sealed: Envelope): DesiredState {
    const der = Buffer.from(server.context.director.publicKey, 'base64');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const id = createHash('sha256').update(der).digest('hex').slice(0, 32) as Parameters<
      typeof openEnvelope
    >[2] extends ReadonlySet<infer K>
      ? K
      : never;
    const opened = openEnvelope(sealed, PAYLOAD_TYPES.desired, new Set([id]), (_key, message, signature) =>
      verify(null, message, key, signature),
    );
    if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
    expect(preAuthenticationEncoding(sealed.payloadType, fromBase64(sealed.payload)).length).toBeGreaterThan(0);
    return JSON.parse(Buffer.from(opened.value.payload).toString()) as DesiredState;
  }
});
