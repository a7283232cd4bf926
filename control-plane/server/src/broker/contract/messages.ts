import { buildTopic, type DeviceId, downFilter, refuse, succeed, type TenantId } from '@wherry/protocol';
import { expect, it, vi } from 'vitest';
import { type BrokerStage, presence, up, WITHIN } from './stage.ts';
import { type BrokerSubject, ONE } from './subject.ts';

const TENANT = 'acme' as TenantId;
const PI_1 = 'pi-1' as DeviceId;

/** What goes up and what goes down. */
export function messagesContract(stage: BrokerStage, { capabilities }: BrokerSubject): void {
  it('hands a message over with who sent it', async () => {
    const client = await stage.connect(ONE);
    await client.publishAsync(up(ONE, 'report'), 'hello', { qos: 1 });
    await vi.waitFor(() => expect(stage.received).toHaveLength(1), WITHIN);
    expect(stage.received).toMatchObject([{ tenant: 'acme', device: 'pi-1', channel: 'report' }]);
    expect(Buffer.from(stage.received[0]?.payload ?? []).toString()).toBe('hello');
  });

  it('hands every byte of a payload over as it was sent', async () => {
    const client = await stage.connect(ONE);
    const bytes = Buffer.from(Array.from({ length: 4096 }, (_, index) => index & 0xff));
    await client.publishAsync('wherry/v1/acme/pi-1/result/r1', bytes, { qos: 1 });
    await vi.waitFor(() => expect(stage.received).toHaveLength(1), WITHIN);
    expect(stage.received[0]).toMatchObject({ channel: 'result', id: 'r1' });
    expect(bytes.equals(stage.received[0]?.payload ?? Buffer.alloc(0))).toBe(true);
  });

  it.skipIf(!capabilities.hasHeldAcknowledgement)('acknowledges only after the message has settled', async () => {
    let store = () => {};
    stage.settle = () => new Promise((resolve) => (store = () => resolve(succeed(undefined))));
    const client = await stage.connect(ONE);
    let isAcknowledged = false;
    const done = client.publishAsync(up(ONE, 'report'), 'x', { qos: 1 }).then(() => (isAcknowledged = true));
    await vi.waitFor(() => expect(stage.received).toHaveLength(1), WITHIN);
    // A round trip of another kind: had the acknowledgement been sent, it would be here before this answer.
    await client.subscribeAsync(downFilter(TENANT, PI_1, 'ack'), { qos: 1 });
    expect(isAcknowledged).toBe(false);
    store();
    await done;
    expect(isAcknowledged).toBe(true);
  });

  it.skipIf(!capabilities.hasHeldAcknowledgement)('closes without acknowledging what could not be stored', async () => {
    stage.settle = async () => refuse('unavailable', 'the disk is full');
    const client = await stage.connect(ONE);
    let isAcknowledged = false;
    client.publish(up(ONE, 'report'), 'x', { qos: 1 }, (error) => (isAcknowledged = !error));
    await stage.ended(client);
    expect(isAcknowledged).toBe(false);
  });

  it('goes on when storing throws', async () => {
    const client = await stage.connect(ONE);
    stage.settle = async () => {
      stage.settle = async () => succeed(undefined);
      throw new Error('the disk is gone');
    };
    client.publish(up(ONE, 'report'), 'lost', { qos: 1 });
    if (capabilities.hasHeldAcknowledgement) await stage.ended(client);
    const next = capabilities.hasHeldAcknowledgement ? await stage.connect(ONE) : client;
    await next.publishAsync(up(ONE, 'report'), 'kept', { qos: 1 });
    await vi.waitFor(
      () => expect(stage.received.map(({ payload }) => Buffer.from(payload).toString())).toContain('kept'),
      WITHIN,
    );
  });

  it('delivers to a device that is there', async () => {
    const client = await stage.connect(ONE);
    const heard: string[] = [];
    client.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
    await client.subscribeAsync(downFilter(TENANT, PI_1, 'command'), { qos: 1 });
    const topic = { tenant: TENANT, device: PI_1, channel: 'command', id: 'c1' } as const;
    await stage.broker.publish(topic, Buffer.from('run'));
    await vi.waitFor(() => expect(heard).toEqual([`${buildTopic(topic)} run`]), WITHIN);
  });

  it('queues nothing for a device that is away, even if it asks for a lasting session', async () => {
    const topic = { tenant: TENANT, device: PI_1, channel: 'desired' } as const;
    const first = await stage.connect(ONE, { clean: false });
    await first.subscribeAsync(downFilter(TENANT, PI_1, 'desired'), { qos: 1 });
    first.stream.destroy();
    await vi.waitFor(() => expect(stage.broker.isConnected('acme', 'pi-1')).toBe(false), WITHIN);
    await stage.broker.publish(topic, Buffer.from('missed'));
    const second = stage.open(ONE, { clean: false });
    const heard: string[] = [];
    second.on('message', (_topic, payload) => heard.push(String(payload)));
    await stage.announce(second, ONE);
    await second.subscribeAsync(downFilter(TENANT, PI_1, 'desired'), { qos: 1 });
    await stage.broker.publish(topic, Buffer.from('now'));
    await vi.waitFor(() => expect(heard).toEqual(['now']), WITHIN);
  });

  it('sends a last will on the own branch when the connection breaks', async () => {
    const client = await stage.connect(ONE);
    client.stream.destroy();
    await vi.waitFor(() => expect(stage.received).toMatchObject([{ device: 'pi-1', channel: 'presence' }]), WITHIN);
    expect(presence('offline').equals(stage.received[0]?.payload ?? Buffer.alloc(0))).toBe(true);
  });
}
