import { buildTopic, type DeviceId, downFilter, type TenantId } from '@wherry/protocol';
import { expect, it, vi } from 'vitest';
import { type BrokerStage, up, WITHIN } from './stage.ts';
import { type BrokerSubject, ONE, TWO } from './subject.ts';

const TENANT = 'acme' as TenantId;
const PI_1 = 'pi-1' as DeviceId;
const PI_2 = 'pi-2' as DeviceId;

/** A device speaks and listens on its own branch alone, whatever it asks for. */
export function ownBranchContract(stage: BrokerStage, { capabilities }: BrokerSubject): void {
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
    let client = await stage.connect(ONE);
    for (const topic of foreign) {
      client.publish(topic, 'x', { qos: 1 });
      if (!capabilities.refusesForeignBranches) continue;
      await stage.ended(client);
      client = await stage.connect(ONE);
    }
    await stage.caughtUp(client, ONE);
    expect(stage.spoken).toEqual([]);
  });

  it('hears nothing that a device says to another', async () => {
    const two = await stage.connect(TWO);
    const heard: string[] = [];
    two.on('message', (topic) => heard.push(topic));
    await two.subscribeAsync(downFilter(TENANT, PI_2, 'desired'), { qos: 1 });
    const one = await stage.connect(ONE);
    one.publish('wherry/v1/acme/pi-2/desired', 'forged', { qos: 1 });
    if (capabilities.refusesForeignBranches) await stage.ended(one);
    else await stage.caughtUp(one, ONE);
    await stage.broker.publish({ tenant: TENANT, device: PI_2, channel: 'desired' }, Buffer.from('true'));
    await vi.waitFor(() => expect(heard).toEqual(['wherry/v1/acme/pi-2/desired']), WITHIN);
  });

  it('keeps a device on its own branch when it subscribes', async () => {
    const two = await stage.connect(TWO);
    await two.subscribeAsync(downFilter(TENANT, PI_2, 'desired'), { qos: 1 });
    const client = await stage.connect(ONE);
    const heard: string[] = [];
    client.on('message', (topic) => heard.push(topic));
    const foreign = [
      'wherry/v1/acme/pi-2/desired',
      'wherry/v1/+/pi-2/desired',
      'wherry/v1/acme/+/desired',
      'wherry/v1/acme/#',
      'wherry/v1/acme/pi-2/report',
      '#',
      '+/+/+/+/+',
    ];
    for (const filter of foreign) {
      const isGranted = await stage.isGranted(client, filter);
      if (capabilities.refusesForeignBranches) expect(isGranted, filter).toBe(false);
    }
    const { tenant: other } = { tenant: 'other' as TenantId };
    await two.publishAsync(up(TWO, 'report'), 'private', { qos: 1 });
    await stage.broker.publish({ tenant: TENANT, device: PI_2, channel: 'desired' }, Buffer.from('for 2'));
    await stage.broker.publish({ tenant: other, device: PI_1, channel: 'desired' }, Buffer.from('for another'));
    await stage.isGranted(client, downFilter(TENANT, PI_1, 'command'));
    const topic = { tenant: TENANT, device: PI_1, channel: 'command', id: 'c1' } as const;
    await stage.broker.publish(topic, Buffer.from('for 1'));
    await vi.waitFor(() => expect(heard).toContain(buildTopic(topic)), WITHIN);
    expect(new Set(heard)).toEqual(new Set([buildTopic(topic)]));
  });

  it('lets no device listen to $SYS', async () => {
    const client = await stage.connect(ONE);
    const heard: string[] = [];
    client.on('message', (topic) => heard.push(topic));
    // A guard may cut it off for asking.
    await stage.isGranted(client, '$SYS/#').catch(() => false);
    const next = client.connected ? client : await stage.connect(ONE);
    await stage.caughtUp(next, ONE);
    expect(heard).toEqual([]);
  });

  it('lets the apps of a device speak and listen on its own branch, and hands over what they say', async () => {
    const client = await stage.connect(ONE);
    expect(await stage.isGranted(client, 'wherry/v1/acme/pi-1/app/+/in/#')).toBe(true);
    if (capabilities.refusesForeignBranches)
      expect(await stage.isGranted(client, 'wherry/v1/acme/pi-2/app/+/in/#')).toBe(false);
    await client.publishAsync('wherry/v1/acme/pi-1/app/heating/out/1/2/3/4/5/6/7/8', 'warm', { qos: 1 });
    await vi.waitFor(() => expect(stage.said).toEqual(['acme/pi-1 heating 1/2/3/4/5/6/7/8 warm']), WITHIN);
    client.publish('wherry/v1/acme/pi-2/app/heating/out/state', 'forged', { qos: 1 });
    if (capabilities.refusesForeignBranches) await stage.ended(client);
    else await stage.caughtUp(client, ONE);
    expect(stage.said).toHaveLength(1);
    expect(stage.spoken).toEqual([]);
  });

  it('lets no last will speak on another branch', async () => {
    for (const topic of [up(TWO, 'presence'), 'wherry/v1/acme/pi-2/desired', 'wherry/v1/acme/pi-1/ack']) {
      const will = { topic, payload: Buffer.from('x'), qos: 1, retain: false } as const;
      if (capabilities.refusesForeignBranches) expect(await stage.isRefused(ONE, { will })).toBe(true);
      else (await stage.connect(ONE, { will })).stream.destroy();
    }
    // It leaves properly at last, for adapters that know sessions by what devices say.
    await stage.leave(await stage.connect(ONE), ONE);
    const two = await stage.connect(TWO);
    await stage.caughtUp(two, TWO);
    expect(stage.received.filter(({ device, channel }) => device !== 'pi-1' || channel !== 'presence')).toEqual([]);
  });
}
