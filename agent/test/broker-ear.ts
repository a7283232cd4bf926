import mqtt from 'mqtt';

/** Listens to a broker: whatever came on the filters, in order; and speaks. */
export interface Ear {
  readonly heard: { readonly topic: string; readonly payload: Buffer }[];
  say(topic: string, message: unknown): Promise<void>;
  close(): Promise<void>;
}

/** What is kept: a flood must not fill the listener. */
const HEARD_MAX = 50_000;

export async function listenOn(url: string, user: string, filters: readonly string[]): Promise<Ear> {
  const client = mqtt.connect(url, { username: user, password: user, protocolVersion: 4 });
  await new Promise<void>((resolve, fail) => client.once('connect', () => resolve()).once('error', fail));
  const heard: { topic: string; payload: Buffer }[] = [];
  client.on('message', (topic, payload) => {
    if (heard.length < HEARD_MAX) heard.push({ topic, payload });
  });
  await client.subscribeAsync([...filters], { qos: 1 });
  return {
    heard,
    async say(topic, message) {
      await client.publishAsync(topic, JSON.stringify(message), { qos: 1 });
    },
    close: () => client.endAsync(true),
  };
}
