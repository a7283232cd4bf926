import { createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  buildTopic,
  type Command,
  detachedBytes,
  type Envelope,
  fromBase64,
  PATHS,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  type ReportItem,
  report,
  type Sample,
  signedUsage,
  usageBatch,
} from '@wherry/protocol';
import mqtt from 'mqtt';
import { makeSigner, type Signer } from './signing.ts';

/** The least that a link talks to: stores numbers and acknowledges them over a broker, and answers one HTTP path. */
export interface TinyControlPlane {
  readonly url: string;
  readonly director: Signer;
  /** How often each number arrived, by boot. */
  readonly arrived: Map<string, Map<number, number>>;
  /** Words that something was given up which had not arrived. */
  dropped: number;
  readonly presence: string[];
  readonly results: { readonly id: string; readonly body: unknown }[];
  readonly logs: unknown[];
  readonly reads: { readonly ifNoneMatch: string | undefined; readonly status: number }[];
  desired: { readonly generation: number; readonly body: string } | null;
  /** False: everything is stored and nothing is said. */
  acknowledges: boolean;
  send(channel: 'desired' | 'ack' | 'command', payload: string | Buffer, id?: string): void;
  /** A command of the director's, for this start of the agent. */
  order(id: string, boot: string, command: Command): void;
  isUp(): boolean;
  stop(): Promise<void>;
}

export async function startTinyControlPlane(
  brokerUrl: string,
  device: { readonly tenant: string; readonly device: string; readonly secret: string; readonly reportKey: string },
): Promise<TinyControlPlane> {
  const director = makeSigner();
  const arrived = new Map<string, Map<number, number>>();
  const reads: TinyControlPlane['reads'] = [];
  const client = mqtt.connect(brokerUrl, {
    username: 'control-plane',
    password: 'control-plane',
    reconnectPeriod: 100,
    protocolVersion: 4,
    resubscribe: false,
  });
  const branch = { tenant: device.tenant, device: device.device } as Parameters<typeof buildTopic>[0];
  const publicKey = createPublicKey({ key: Buffer.from(device.reportKey, 'base64'), format: 'der', type: 'spki' });
  let isUp = false;
  client.on('connect', () => {
    client.subscribe('wherry/v1/+/+/#', { qos: 1 }, () => {
      isUp = true;
    });
  });
  client.on('close', () => {
    isUp = false;
  });
  client.on('error', () => {});
  client.on('message', (topic, payload) => {
    const [, , , , channel, id] = topic.split('/');
    if (channel === 'presence') plane.presence.push(JSON.parse(String(payload)).status);
    else if (channel === 'result') plane.results.push({ id: id ?? '', body: JSON.parse(String(payload)) });
    else if (channel === 'log') plane.logs.push(JSON.parse(String(payload)));
    else if (channel === 'report') store(openReport(JSON.parse(String(payload))));
    else if (channel === 'usage') {
      const { boot, samples } = openUsage(JSON.parse(String(payload)));
      store({ boot, items: samples });
    }
  });

  function openReport(sealed: Envelope) {
    const payload = Buffer.from(sealed.payload, 'base64');
    const signature = Buffer.from(sealed.signatures[0]?.sig ?? '', 'base64');
    if (!verify(null, preAuthenticationEncoding(PAYLOAD_TYPES.report, payload), publicKey, signature))
      throw new Error('a report with a bad signature');
    return report.parse(JSON.parse(String(payload)));
  }

  function openUsage(message: unknown) {
    const { sig, ...batch } = signedUsage.parse(message);
    if (!verify(null, detachedBytes('usage', device, batch), publicKey, fromBase64(sig)))
      throw new Error('samples with a bad signature');
    return usageBatch.parse(batch);
  }

  function store({ boot, items }: { boot: string; items: readonly (Sample | ReportItem)[] }) {
    const ofBoot = arrived.get(boot) ?? new Map<number, number>();
    arrived.set(boot, ofBoot);
    for (const item of items) {
      if ('body' in item && item.body.type === 'dropped' && !ofBoot.has(item.seq)) plane.dropped += 1;
      for (let seq = item.firstSeq ?? item.seq; seq <= item.seq; seq += 1) ofBoot.set(seq, (ofBoot.get(seq) ?? 0) + 1);
    }
    let upTo = 0;
    while (ofBoot.has(upTo + 1)) upTo += 1;
    if (!plane.acknowledges) return;
    const ack = { boot, upTo, ...(plane.desired && { generation: plane.desired.generation }) };
    plane.send('ack', JSON.stringify({ ...ack, sig: director.vouch('ack', device, ack) }));
  }

  const http = createServer((request: IncomingMessage, response: ServerResponse) => {
    const isAllowed = request.headers.authorization === `Bearer ${device.tenant}/${device.device}:${device.secret}`;
    const ifNoneMatch = request.headers['if-none-match'];
    const { desired } = plane;
    const etag = `"${desired?.generation}"`;
    const status =
      request.url !== PATHS.deviceDesired || !desired ? 404 : !isAllowed ? 401 : ifNoneMatch === etag ? 304 : 200;
    reads.push({ ifNoneMatch, status });
    response.writeHead(status, status === 200 ? { etag, 'content-type': 'application/json' } : {});
    response.end(status === 200 ? desired?.body : undefined);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  const plane: TinyControlPlane = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    director,
    arrived,
    dropped: 0,
    presence: [],
    results: [],
    logs: [],
    reads,
    desired: null,
    acknowledges: true,
    send(channel, payload, id) {
      const topic = buildTopic(id === undefined ? { ...branch, channel } : { ...branch, channel, id });
      if (client.connected) client.publish(topic, payload, { qos: 1 });
    },
    order(id, boot, command) {
      const sig = director.vouch('command', device, { id, boot, command });
      plane.send('command', JSON.stringify({ boot, command, sig }), id);
    },
    isUp: () => isUp,
    async stop() {
      await client.endAsync(true);
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return plane;
}

/** Has the shape of a signed desired state, and nobody's signature. */
export function envelopeOf(generation: number): Envelope {
  const payload = Buffer.from(JSON.stringify({ generation })).toString('base64');
  return {
    payloadType: PAYLOAD_TYPES.desired,
    payload,
    signatures: [{ keyid: 'a'.repeat(32), sig: 'AA==' }],
  } as Envelope;
}
