import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

/** A real MQTT client that speaks for a device. It does not reconnect by itself: what the broker did stays visible. */
export async function connectDevice(
  url: string,
  name: string,
  secret: string,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const client = openDevice(url, name, secret, options);
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed before CONNACK')));
  });
  return client;
}

/** The same without waiting. Errors are left to the caller's own listeners. */
export function openDevice(url: string, name: string, secret: string, options: IClientOptions = {}): MqttClient {
  const client = mqtt.connect(url, {
    clientId: name,
    username: name,
    password: secret,
    reconnectPeriod: 0,
    connectTimeout: 30_000,
    protocolVersion: 4,
    ...options,
  });
  client.on('error', () => {});
  return client;
}

/** How a connection attempt ended: the return code of the CONNACK, or that the socket was closed without one. */
export async function attempt(
  url: string,
  name: string,
  secret: string,
  options: IClientOptions = {},
): Promise<number | 'closed'> {
  const client = openDevice(url, name, secret, options);
  const outcome = await new Promise<number | 'closed'>((resolve) => {
    client.once('connect', () => resolve(0));
    client.once('error', (error) => resolve('code' in error && typeof error.code === 'number' ? error.code : 'closed'));
    client.once('close', () => resolve('closed'));
  });
  client.end(true);
  return outcome;
}
