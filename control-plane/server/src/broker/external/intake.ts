import { isUpChannel, LIMITS, parseAppTopic, parseTopic, presence } from '@wherry/protocol';
import type { MqttClient } from 'mqtt';
import { SERVER_LIMITS } from '../../config/limits.ts';
import type { BrokerHandlers } from '../port.ts';
import type { SessionsHeard } from './sessions-heard.ts';

/**
 * What an external broker brings, handed over while more is read, up to the bounds of what may wait to be stored; beyond them reading
 * stops, and the broker queues or drops by its own rules. Nothing that fails here stops the stream: the device sends it again.
 */
export function createIntake(
  handlers: BrokerHandlers,
  sessions: SessionsHeard,
  onFailed: (name: string, reason: Error) => void,
): MqttClient['handleMessage'] {
  let messages = 0;
  let bytes = 0;
  let readOn: (() => void) | null = null;
  const isFull = () => messages >= SERVER_LIMITS.waitingMessages || bytes >= SERVER_LIMITS.waitingBytes;

  return (packet, done) => {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    messages += 1;
    bytes += payload.length;
    const settled = packet.retain ? Promise.resolve() : handOver(packet.topic, payload);
    void settled
      .catch((error: Error) => onFailed(packet.topic, error))
      .finally(() => {
        messages -= 1;
        bytes -= payload.length;
        if (isFull()) return;
        readOn?.();
        readOn = null;
      });
    if (isFull()) readOn = done;
    else done();
  };

  async function handOver(topic: string, payload: Buffer): Promise<void> {
    if (payload.length > LIMITS.packetBytes) return;
    const said = parseAppTopic(topic);
    if (said.ok) {
      const { tenant, device, app, path, way } = said.value;
      if (way === 'in') return;
      sessions.heard(tenant, device);
      return await handlers.appMessage?.({ tenant, device, app, path, payload });
    }
    const parsed = parseTopic(topic);
    if (!parsed.ok) return;
    const { tenant, device, channel, id } = parsed.value;
    if (!isUpChannel(channel)) return;
    if (channel === 'presence' && isFarewell(payload)) sessions.gone(tenant, device);
    else sessions.heard(tenant, device);
    const outcome = await handlers.receive({ tenant, device, channel, payload, ...(id === undefined ? {} : { id }) });
    if (!outcome.ok) throw new Error(outcome.problems[0]?.message ?? 'not stored');
  }
}

function isFarewell(payload: Buffer): boolean {
  try {
    return presence.parse(JSON.parse(payload.toString('utf8'))).status === 'offline';
  } catch {
    return false;
  }
}
