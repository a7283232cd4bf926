import type { BrokerHandlers } from '../port.ts';
import type { FromBroker, Takers } from './wire.ts';

/** What the broker's process tells and asks, carried to the handlers of the port; what it asked is answered once, with yes or no. */
export interface HearOptions {
  readonly onViolation?: (...of: [Extract<FromBroker, { kind: 'violation' }>['violation'], string]) => void;
  readonly onEnded?: (name: string, reason: Error) => void;
  readonly onFewFiles?: (room: { readonly openFiles: number; readonly connections: number }) => void;
}

type Heard = Omit<Takers<FromBroker>, 'listening' | 'not_listening' | 'done' | 'stopped'>;

/** `sessions` holds the names of those that are there, `tenant/device`. */
export function hearBroker(
  options: HearOptions,
  to: BrokerHandlers,
  sessions: Set<string>,
  reply: (id: number, isOk: boolean) => void,
): Heard {
  const answer = (id: number, isOk: Promise<boolean> | undefined) => {
    (isOk ?? Promise.resolve(false)).then(
      (ok) => reply(id, ok),
      (error: unknown) => {
        options.onEnded?.('broker', error as Error);
        reply(id, false);
      },
    );
  };
  return {
    secret: ({ id, tenant, device, secret }) => answer(id, to.authenticate(tenant, device, secret)),
    certificate: ({ id, tenant, device, certificate }) =>
      answer(id, to.authenticateCertificate?.(tenant, device, certificate)),
    message: ({ id, message }) =>
      answer(
        id,
        to.receive(message).then(({ ok }) => ok),
      ),
    app_message: ({ id, message }) =>
      answer(
        id,
        to.appMessage?.(message).then(() => true),
      ),
    connected({ tenant, device }) {
      sessions.add(`${tenant}/${device}`);
      to.connected(tenant, device);
    },
    disconnected({ tenant, device }) {
      sessions.delete(`${tenant}/${device}`);
      to.disconnected(tenant, device);
    },
    violation: ({ violation, address }) => options.onViolation?.(violation, address),
    ended: ({ name, reason }) => options.onEnded?.(name, new Error(reason)),
    few_files: (room) => options.onFewFiles?.(room),
    pong: () => {},
  };
}
