import type { LinkEvents } from '../link/port.ts';
import { runCommand } from './commands.ts';
import type { Instances } from './instances.ts';
import type { Intake } from './intake.ts';
import type { Loop } from './loop.ts';

/** What the link hears, handed to whomever it concerns. */
export interface LinkEventsOptions {
  readonly intake: Pick<Intake, 'receive'>;
  readonly loop: Loop;
  readonly instances: Instances;
  readonly logs: { listen(forMs: number, app?: string): void };
  readonly triggers: { deliver(app: string, path: string, payload: Uint8Array): boolean };
  readonly tellAll: () => void;
  readonly forged: NonNullable<LinkEvents['forged']>;
  readonly log: { info(fields: object, message: string): void };
}

export function createLinkEvents(options: LinkEventsOptions): LinkEvents {
  const { intake, loop, instances, logs, triggers, tellAll, log } = options;
  const listenToLogs = (forMs: number, app?: string) => logs.listen(forMs, app);
  return {
    desired: (sealed) => intake.receive(sealed),
    command: (_id, command) =>
      runCommand(command, { loop, instances, listenToLogs, tellAll, deliver: triggers.deliver }),
    appMessage: (app, path, payload) => triggers.deliver(app, path, payload),
    forged: options.forged,
    connection: (isUp) => log.info({ isUp }, 'session with the control plane'),
  };
}
