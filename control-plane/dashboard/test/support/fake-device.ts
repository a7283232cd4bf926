import type { BootId, Channel, ClaimResponse, CommandResult, DesiredWorkload, DeviceId } from '@wherry/protocol';
import { buildTopic, downFilter, PATHS, type TenantId } from '@wherry/protocol';
import mqtt, { type MqttClient } from 'mqtt';
import { type ClaimOptions, claim } from './claim.ts';
import type { ControlPlane } from './control-plane.ts';
import { readCommand, readDesired } from './device-inbox.ts';
import { DeviceReports, type Ending, HEALTHY } from './device-reports.ts';

export interface DeviceOptions extends ClaimOptions {
  /** Decides how each deployment ends; it is in flight until this settles. */
  readonly deploy?: (workload: DesiredWorkload) => Promise<Ending>;
}

/**
 * A device at the wire: it claims over HTTP, speaks MQTT, signs its reports and acts on desired states. It trusts what it is
 * told, which a real agent never does, and runs nothing.
 */
export class FakeDevice {
  readonly name: DeviceId;
  readonly reports: DeviceReports;
  readonly #mqtt: MqttClient;
  readonly #tenant: TenantId;
  readonly #deploy: (workload: DesiredWorkload) => Promise<Ending>;
  #generation = -1;
  isWatched = false;

  static async join(plane: ControlPlane, options: DeviceOptions): Promise<FakeDevice> {
    const { identity, key, boot } = await claim(plane, options);
    const client = await connect(identity, boot);
    const send = (channel: Channel, body: unknown) =>
      client.publishAsync(buildTopic({ ...identity, channel }), JSON.stringify(body), { qos: 1 }).then(() => undefined);
    const device = new FakeDevice(identity, client, new DeviceReports(identity, boot, key, send), options.deploy);
    await device.#begin(identity, plane, options);
    return device;
  }

  private constructor(
    identity: ClaimResponse,
    client: MqttClient,
    reports: DeviceReports,
    deploy: DeviceOptions['deploy'] = async () => HEALTHY,
  ) {
    this.name = identity.device;
    this.#tenant = identity.tenant;
    this.#mqtt = client;
    this.reports = reports;
    this.#deploy = deploy;
  }

  async #begin(identity: ClaimResponse, plane: ControlPlane, options: DeviceOptions): Promise<void> {
    this.#mqtt.on('message', (topic, payload) => void this.#receive(topic, payload));
    await this.#mqtt.subscribeAsync(
      (['desired', 'ack', 'command'] as const).map((channel) => downFilter(this.#tenant, this.name, channel)),
      { qos: 1 },
    );
    await this.birth(this.reports.boot);
    await this.reports.inventory(options.target ?? 'raspberry-pi-4');
    const authorization = `Bearer ${identity.tenant}/${identity.device}:${identity.secret}`;
    const answer = await fetch(plane.http + PATHS.deviceDesired, { headers: { authorization } });
    if (answer.ok) void this.#desired(new Uint8Array(await answer.arrayBuffer()));
  }

  async leave(): Promise<void> {
    await this.#mqtt.endAsync(true);
  }

  /** Says that a start of the device speaks now; one that was over before is a second machine. */
  async birth(boot: BootId): Promise<void> {
    await this.#send('presence', { status: 'online', boot });
  }

  async log(text: string, level: 'info' | 'warning' | 'error' = 'info'): Promise<void> {
    await this.#send('log', { lines: [{ app: 'thermostat', atMs: Date.now(), stream: 'log', level, text }] });
  }

  async #receive(topic: string, payload: Uint8Array): Promise<void> {
    const [, , , , channel, id] = topic.split('/');
    if (channel === 'desired') await this.#desired(payload);
    if (channel !== 'command' || id === undefined) return;
    const command = readCommand(payload);
    if (command.kind === 'logs') this.isWatched = true;
    const result: CommandResult = { ok: true, message: `${command.kind} done` };
    await this.#mqtt.publishAsync(
      buildTopic({ tenant: this.#tenant, device: this.name, channel: 'result', id }),
      JSON.stringify(result),
      { qos: 1 },
    );
  }

  async #desired(payload: Uint8Array): Promise<void> {
    const desired = readDesired(payload);
    if (desired.generation <= this.#generation) return;
    this.#generation = desired.generation;
    await this.reports.forget(desired.generation, desired.workloads);
    for (const workload of desired.workloads) {
      if (!this.reports.isNew(workload)) continue;
      await this.reports.status(desired.generation, workload, { state: 'downloading' });
      const ending = await this.#deploy(workload);
      await this.reports.status(desired.generation, workload, ending);
    }
  }

  #send(channel: Channel, body: unknown): Promise<unknown> {
    return this.#mqtt.publishAsync(
      buildTopic({ tenant: this.#tenant, device: this.name, channel }),
      JSON.stringify(body),
      {
        qos: 1,
      },
    );
  }
}

async function connect({ tenant, device, secret = '', mqttUrl }: ClaimResponse, boot: BootId): Promise<MqttClient> {
  const username = `${tenant}/${device}`;
  return mqtt.connectAsync(mqttUrl, {
    username,
    clientId: username,
    password: secret,
    reconnectPeriod: 500,
    will: {
      topic: buildTopic({ tenant, device, channel: 'presence' }),
      payload: Buffer.from(JSON.stringify({ status: 'offline', boot })),
      qos: 1,
      retain: false,
    },
  });
}
