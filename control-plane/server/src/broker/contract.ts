import { buildTopic, type DeviceId, downFilter, type Outcome, refuse, succeed, type TenantId } from '@wherry/protocol';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Broker, IncomingMessage } from './port.ts';

/**
 * What every adapter of the Broker port does, shown by real MQTT clients. An adapter runs it with a factory; what it cannot do it
 * says by a flag, and the suite then prints which promise is skipped.
 */
export interface BrokerCapabilities {
  /** The acknowledgement waits for `receive`. A broker of somebody else acknowledges by its own rules. */
  readonly hasHeldAcknowledgement: boolean;
}

const TENANT = 'acme' as TenantId;
const SECRETS: Readonly<Record<string, string>> = {
  'acme/pi-1': 'secret-1',
  'acme/pi-2': 'secret-2',
  'other/pi-1': 'secret-3',
};
const ONE = 'acme/pi-1';
const TWO = 'acme/pi-2';

export function brokerContract(name: string, make: () => Broker, capabilities: BrokerCapabilities): void {
  describe(`broker contract: ${name}`, () => {
    const clients: MqttClient[] = [];
    let broker: Broker;
    let url: string;
    let received: IncomingMessage[];
    let said: string[];
    let sessions: string[];
    let settle: (message: IncomingMessage) => Promise<Outcome<void>>;

    beforeEach(async () => {
      received = [];
      said = [];
      sessions = [];
      settle = async () => succeed(undefined);
      broker = make();
      ({ url } = await broker.start({
        authenticate: async (tenant, device, secret) => SECRETS[`${tenant}/${device}`] === secret,
        async appMessage({ tenant, device, app, path, payload }) {
          said.push(`${tenant}/${device} ${app} ${path} ${Buffer.from(payload)}`);
        },
        receive(message) {
          received.push(message);
          return settle(message);
        },
        connected: (tenant, device) => sessions.push(`+${tenant}/${device}`),
        disconnected: (tenant, device) => sessions.push(`-${tenant}/${device}`),
      }));
    });
    afterEach(async () => {
      for (const client of clients.splice(0)) client.end(true);
      await broker.stop();
    });

    function open(identity: string, options: IClientOptions = {}): MqttClient {
      const client = mqtt.connect(url, {
        clientId: identity,
        username: identity,
        password: SECRETS[identity] ?? '',
        reconnectPeriod: 0,
        ...options,
      });
      client.on('error', () => {});
      clients.push(client);
      return client;
    }
    async function connect(identity: string, options: IClientOptions = {}): Promise<MqttClient> {
      const client = open(identity, options);
      await vi.waitFor(() => expect(client.connected).toBe(true), 5_000);
      const [tenant = '', device = ''] = identity.split('/');
      await vi.waitFor(() => expect(broker.isConnected(tenant, device)).toBe(true), 5_000);
      return client;
    }
    async function isRefused(identity: string, options: IClientOptions): Promise<boolean> {
      const client = open(identity, options);
      return new Promise((resolve) => {
        client.once('connect', () => resolve(false));
        client.once('close', () => resolve(true));
      });
    }
    async function isGranted(client: MqttClient, filter: string): Promise<boolean> {
      const granted = await client.subscribeAsync(filter, { qos: 1 }).catch(() => []);
      return granted.length > 0 && granted.every(({ qos }) => qos <= 2);
    }
    const up = (identity: string, channel: 'report' | 'presence' | 'usage') => `wherry/v1/${identity}/${channel}`;
    const ended = (client: MqttClient) => vi.waitFor(() => expect(client.connected).toBe(false), 5_000);

    it('lets a device in by its secret, and nobody by another', async () => {
      await connect(ONE);
      expect(await isRefused(TWO, { password: 'secret-1' })).toBe(true);
      expect(await isRefused(TWO, { password: '' })).toBe(true);
      expect(await isRefused('acme/nobody', {})).toBe(true);
    });

    it('wants the client id to be the user name', async () => {
      expect(await isRefused(ONE, { clientId: TWO })).toBe(true);
      expect(await isRefused(ONE, { clientId: '' })).toBe(true);
      expect(sessions).toEqual([]);
    });

    it('hands a message over with who sent it', async () => {
      const client = await connect(ONE);
      await client.publishAsync(up(ONE, 'report'), 'hello', { qos: 1 });
      expect(received).toMatchObject([{ tenant: 'acme', device: 'pi-1', channel: 'report' }]);
      expect(Buffer.from(received[0]?.payload ?? []).toString()).toBe('hello');
    });

    it.skipIf(!capabilities.hasHeldAcknowledgement)('acknowledges only after the message has settled', async () => {
      let store = () => {};
      settle = () => new Promise((resolve) => (store = () => resolve(succeed(undefined))));
      const client = await connect(ONE);
      let isAcknowledged = false;
      const done = client.publishAsync(up(ONE, 'report'), 'x', { qos: 1 }).then(() => (isAcknowledged = true));
      await vi.waitFor(() => expect(received).toHaveLength(1));
      // A round trip of another kind: had the acknowledgement been sent, it would be here before this answer.
      await client.subscribeAsync(downFilter(TENANT, 'pi-1' as DeviceId, 'ack'), { qos: 1 });
      expect(isAcknowledged).toBe(false);
      store();
      await done;
      expect(isAcknowledged).toBe(true);
    });

    it.skipIf(!capabilities.hasHeldAcknowledgement)(
      'closes without acknowledging what could not be stored',
      async () => {
        settle = async () => refuse('unavailable', 'the disk is full');
        const client = await connect(ONE);
        let isAcknowledged = false;
        client.publish(up(ONE, 'report'), 'x', { qos: 1 }, (error) => (isAcknowledged = !error));
        await ended(client);
        expect(isAcknowledged).toBe(false);
      },
    );

    it('does the same when storing throws', async () => {
      settle = async () => {
        throw new Error('the disk is gone');
      };
      const client = await connect(ONE);
      client.publish(up(ONE, 'report'), 'x', { qos: 1 });
      await ended(client);
    });

    it('keeps a device on its own branch when it publishes', async () => {
      const foreign = [
        up(TWO, 'report'),
        up('other/pi-1', 'report'),
        'wherry/v1/acme/pi-1/desired',
        'wherry/v1/acme/pi-1/ack',
        'wherry/v1/acme/pi-1/report/extra',
        'wherry/v1/acme/pi-1',
        'somewhere/else',
        '$SYS/x/new/clients',
      ];
      for (const topic of foreign) {
        const client = await connect(ONE);
        client.publish(topic, 'x', { qos: 1 });
        await ended(client);
      }
      expect(received).toEqual([]);
    });

    it('keeps a device on its own branch when it subscribes', async () => {
      const two = await connect(TWO);
      await two.subscribeAsync(downFilter(TENANT, 'pi-2' as DeviceId, 'desired'), { qos: 1 });
      const client = await connect(ONE);
      const heard: string[] = [];
      client.on('message', (topic) => heard.push(topic));
      const foreign = [
        'wherry/v1/acme/pi-2/desired',
        'wherry/v1/+/pi-2/desired',
        'wherry/v1/acme/+/desired',
        'wherry/v1/acme/#',
        'wherry/v1/acme/pi-1/report',
        'wherry/v1/acme/pi-2/report',
        '#',
        '+/+/+/+/+',
      ];
      for (const filter of foreign) expect(await isGranted(client, filter), filter).toBe(false);
      expect(await isGranted(client, downFilter(TENANT, 'pi-1' as DeviceId, 'desired'))).toBe(true);
      await two.publishAsync(up(TWO, 'report'), 'private', { qos: 1 });
      await broker.publish({ tenant: TENANT, device: 'pi-2' as DeviceId, channel: 'desired' }, Buffer.from('for 2'));
      await broker.publish({ tenant: TENANT, device: 'pi-1' as DeviceId, channel: 'desired' }, Buffer.from('for 1'));
      await vi.waitFor(() => expect(heard).toEqual(['wherry/v1/acme/pi-1/desired']));
    });

    it('lets the apps of a device speak and listen on its own branch, and hands over what they say', async () => {
      const client = await connect(ONE);
      expect(await isGranted(client, 'wherry/v1/acme/pi-1/app/+/in/#')).toBe(true);
      expect(await isGranted(client, 'wherry/v1/acme/pi-2/app/+/in/#')).toBe(false);
      await client.publishAsync('wherry/v1/acme/pi-1/app/heating/out/1/2/3/4/5/6/7/8', 'warm', { qos: 1 });
      expect(said).toEqual(['acme/pi-1 heating 1/2/3/4/5/6/7/8 warm']);
      client.publish('wherry/v1/acme/pi-2/app/heating/out/state', 'forged', { qos: 1 });
      await vi.waitFor(() => expect(client.connected).toBe(false), 5_000);
      expect(said).toHaveLength(1);
      expect(received).toEqual([]);
    });

    it('delivers to a device that is there', async () => {
      const client = await connect(ONE);
      const heard: string[] = [];
      client.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
      await client.subscribeAsync(downFilter(TENANT, 'pi-1' as DeviceId, 'command'), { qos: 1 });
      const topic = { tenant: TENANT, device: 'pi-1' as DeviceId, channel: 'command', id: 'c1' } as const;
      await broker.publish(topic, Buffer.from('run'));
      await vi.waitFor(() => expect(heard).toEqual([`${buildTopic(topic)} run`]));
    });

    it('queues nothing for a device that is away, even if it asks for a lasting session', async () => {
      const first = await connect(ONE, { clean: false });
      await first.subscribeAsync(downFilter(TENANT, 'pi-1' as DeviceId, 'desired'), { qos: 1 });
      await first.endAsync(true);
      await vi.waitFor(() => expect(broker.isConnected('acme', 'pi-1')).toBe(false));
      await broker.publish({ tenant: TENANT, device: 'pi-1' as DeviceId, channel: 'desired' }, Buffer.from('missed'));
      const second = open(ONE, { clean: false });
      const heard: string[] = [];
      second.on('message', (_topic, payload) => heard.push(String(payload)));
      await vi.waitFor(() => expect(broker.isConnected('acme', 'pi-1')).toBe(true));
      await second.subscribeAsync(downFilter(TENANT, 'pi-1' as DeviceId, 'desired'), { qos: 1 });
      await broker.publish({ tenant: TENANT, device: 'pi-1' as DeviceId, channel: 'desired' }, Buffer.from('now'));
      await vi.waitFor(() => expect(heard).toEqual(['now']));
    });

    it('sends a last will on the own branch when the connection breaks', async () => {
      const client = await connect(ONE, {
        will: { topic: up(ONE, 'presence'), payload: Buffer.from('gone'), qos: 1, retain: false },
      });
      client.stream.destroy();
      await vi.waitFor(() => expect(received).toMatchObject([{ device: 'pi-1', channel: 'presence' }]));
    });

    it('lets no last will speak on another branch', async () => {
      for (const topic of [
        up(TWO, 'presence'),
        'wherry/v1/acme/pi-2/desired',
        '$SYS/x/new/clients',
        'wherry/v1/acme/pi-1/ack',
      ])
        expect(await isRefused(ONE, { will: { topic, payload: Buffer.from('x'), qos: 1, retain: false } })).toBe(true);
      const two = await connect(TWO);
      two.stream.destroy();
      await vi.waitFor(() => expect(sessions).toEqual(['+acme/pi-2', '-acme/pi-2']));
      expect(received).toEqual([]);
    });

    it('has one session for each identity: the newest', async () => {
      const first = await connect(ONE);
      const second = await connect(ONE);
      await ended(first);
      expect(second.connected).toBe(true);
      expect(broker.isConnected('acme', 'pi-1')).toBe(true);
      await second.publishAsync(up(ONE, 'report'), 'still here', { qos: 1 });
      await vi.waitFor(() => expect(sessions.at(-1)).toBe('+acme/pi-1'));
      expect(broker.isConnected('acme', 'pi-1')).toBe(true);
    });

    it('ends a session when told to', async () => {
      const client = await connect(ONE);
      await broker.kick('acme', 'pi-1');
      await ended(client);
      await vi.waitFor(() => expect(broker.isConnected('acme', 'pi-1')).toBe(false));
      await broker.kick('acme', 'pi-1');
    });

    it('tells of sessions as they begin and end', async () => {
      const client = await connect(ONE);
      await client.endAsync();
      await vi.waitFor(() => expect(sessions).toEqual(['+acme/pi-1', '-acme/pi-1']));
    });

    it('stops with devices connected, and stops twice', async () => {
      const client = await connect(ONE);
      await broker.stop();
      await ended(client);
      await broker.stop();
    });
  });
}
