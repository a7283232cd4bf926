import { type DesiredState, desiredState, envelope, openEnvelope, PAYLOAD_TYPES, type Topic } from '@wherry/protocol';
import type { Broker } from '../../broker/port.ts';
import { keyIdOf, readPublicKey, verifierOf } from '../keys.ts';

/** A broker without a network: what is published lies in a list. Devices are connected when a test says so. */
export class RecordingBroker implements Broker {
  readonly published: { readonly topic: Topic; readonly payload: Uint8Array }[] = [];
  readonly connected = new Set<string>();
  /** Names, in the order in which their sessions were ended. */
  readonly kicked: string[] = [];

  async start(): Promise<{ readonly url: string }> {
    return { url: 'mqtt://127.0.0.1:0' };
  }
  async stop(): Promise<void> {}
  async publish(topic: Topic, payload: Uint8Array): Promise<void> {
    if (this.isConnected(topic.tenant, topic.device)) this.published.push({ topic, payload });
  }
  isConnected(tenant: string, device: string): boolean {
    return this.connected.has(`${tenant}/${device}`);
  }
  async kick(tenant: string, device: string): Promise<void> {
    this.connected.delete(`${tenant}/${device}`);
    this.kicked.push(`${tenant}/${device}`);
  }
}

/** Opens a published desired state as a device would. */
export function readDesired(payload: Uint8Array, directorKey: string): DesiredState {
  const sealed = envelope.parse(JSON.parse(new TextDecoder().decode(payload)));
  const key = readPublicKey(directorKey, '');
  if (!key.ok) throw new Error('the director key is no key');
  const id = keyIdOf(directorKey);
  const opened = openEnvelope(sealed, PAYLOAD_TYPES.desired, new Set([id]), verifierOf(new Map([[id, key.value]])));
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  return desiredState.parse(JSON.parse(new TextDecoder().decode(opened.value.payload)));
}
