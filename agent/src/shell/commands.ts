import type { Command, CommandResult } from '@wherry/protocol';
import type { Instances } from './instances.ts';
import type { Loop } from './loop.ts';
import { firstProblem } from './workload-spec.ts';

/** Requests of an operator to this device. They carry no trust of their own: nothing here can make other code run. */
export interface CommandContext {
  readonly loop: Loop;
  readonly instances: Instances;
  readonly listenToLogs: (forMs: number, app?: string) => void;
  readonly tellAll: () => void;
  /** False when no trigger of the app takes it. */
  readonly deliver: (app: string, path: string, payload: Uint8Array) => boolean;
}

export async function runCommand(command: Command, context: CommandContext): Promise<CommandResult> {
  switch (command.kind) {
    case 'restart':
      if (!context.loop.states().has(command.app)) return unknownApp(command.app);
      context.loop.dispatch(command.app, { type: 'restart' });
      return { ok: true, message: `${command.app} is being restarted` };
    case 'run':
      return runNow(command.app, context);
    case 'logs':
      context.listenToLogs(command.forMs, command.app);
      return { ok: true, message: `logs follow for ${command.forMs} ms` };
    case 'message':
      if (!context.deliver(command.app, command.topic, Buffer.from(command.payload, 'utf8')))
        return unheard(command.app, command.topic);
      return { ok: true, message: `${command.app} gets ${command.topic}` };
    case 'report':
      context.tellAll();
      return { ok: true, message: 'the whole state was reported' };
  }
}

async function runNow(app: string, { instances }: CommandContext): Promise<CommandResult> {
  const held = instances.get(app);
  if (held === undefined) return unknownApp(app);
  const outcome = await held.instance.call({ on: 'start' });
  if (outcome.ok) return { ok: true, message: `${app} ran` };
  return { ok: false, ...firstProblem(outcome.problems) };
}

function unknownApp(app: string): CommandResult {
  return { ok: false, code: 'not_found', message: `${app} does not run on this device` };
}

function unheard(app: string, topic: string): CommandResult {
  return {
    ok: false,
    code: 'not_found',
    message: `no trigger of ${app} takes ${topic} from the fleet, or it has too many waiting`,
  };
}
