import { signedUsage } from '@wherry/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { createEffects } from '../src/shell/effects.ts';
import { readIdentity, writeIdentity } from '../src/store/provisioning.ts';
import { setUpStage } from './agent-stage.ts';
import { type HostileBroker, startHostileBroker } from './hostile-broker.ts';
import { makeSigner } from './signing.ts';
import { until } from './until.ts';

/** A real agent whose broker is in the hands of somebody. The link alone, and more of what they could say: broker-taken-over.test.ts. */
const stage = setUpStage();
const { start, reached, publish } = stage;

async function takeOver(): Promise<HostileBroker> {
  const broker = await startHostileBroker(stage.broker.url);
  onTestFinished(broker.close);
  const { folder } = stage.world;
  const identity = readIdentity(folder);
  if (!identity.ok) throw new Error('the world gave the device an identity');
  writeIdentity(folder, { ...identity.value, mqttUrl: broker.url }, createEffects());
  return broker;
}

function bootOf(topic: string, payload: Buffer): string {
  const message = JSON.parse(String(payload)) as { payload: string };
  if (topic.endsWith('/usage')) return signedUsage.parse(message).boot;
  return (JSON.parse(Buffer.from(message.payload, 'base64').toString()) as { boot: string }).boot;
}

test('what a broker swallows and acknowledges itself stays on the device over a start, and is told once', async () => {
  const broker = await takeOver();
  const stranger = makeSigner();
  let swallowed = 0;
  broker.onUp = (topic, payload) => {
    if (!/\/(report|usage)$/.test(topic)) return payload;
    swallowed += 1;
    const [, , tenant = '', device = ''] = topic.split('/');
    const content = { boot: bootOf(topic, payload), upTo: 1_000 };
    broker.say(`wherry/v1/${tenant}/${device}/ack`, content);
    broker.say(`wherry/v1/${tenant}/${device}/ack`, {
      ...content,
      sig: stranger.vouch('ack', { tenant, device }, content),
    });
    return null;
  };
  const agent = await start();
  stage.world.want([{ version: '1.0.0', release: publish('1.0.0') }]);
  await until('some was swallowed', () => swallowed >= 3);
  expect(stage.world.items).toEqual([]);
  await agent.kill();
  broker.onUp = (_, payload) => payload;
  await start();
  await reached('healthy', '1.0.0');
  await until('who spoke there is told', () => stage.world.events('message_forged').length > 0);
  // Told by the first start, about its first hour; numbers that came twice count once in this world.
  expect(stage.world.events('message_forged')).toHaveLength(1);
});
