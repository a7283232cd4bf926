import type { Command, CommandResult } from '@wherry/protocol';
import type { Counters } from '../logs/counters.ts';
import type { Logger } from '../logs/logger.ts';
import type { LinkTuning } from './tuning.ts';

/**
 * Commands, which the director signed (inbox.ts): each id is carried out once, however often it arrives and whoever repeats it; a
 * repetition is answered with the first result as long as that is remembered. What is meant for another start of the agent, or has
 * expired by the device's clock, is refused. Ids grow with time, so that one number stands for all that are forgotten.
 */
export interface CommandDesk {
  receive(id: string, order: Order): void;
  /** The session is up: results that found no way out are sent. */
  flush(): void;
}

/** A command for one start of the agent. */
export interface Order {
  readonly boot: string;
  readonly command: Command;
}

export interface CommandDeskOptions {
  readonly boot: string;
  readonly run: (id: string, command: Command) => Promise<CommandResult>;
  /** False when the result could not leave. */
  readonly answer: (id: string, result: CommandResult) => boolean;
  readonly tuning: LinkTuning;
  readonly log: Logger;
  readonly counters: Counters;
  readonly nowMs: () => number;
}

const MESSAGE_CHARS = 1024;
const CODE_CHARS = 64;

export function createCommandDesk(options: CommandDeskOptions): CommandDesk {
  const { tuning, log, counters, nowMs } = options;
  /** By id, oldest first; null while it runs. */
  const seen = new Map<string, CommandResult | null>();
  const unsent = new Map<string, CommandResult>();
  let forgottenUpTo = '';
  let running = 0;

  function settle(id: string, result: CommandResult): void {
    const told = {
      ...result,
      ...(result.code === undefined ? {} : { code: result.code.slice(0, CODE_CHARS) }),
      message: result.message.slice(0, MESSAGE_CHARS),
    };
    if (seen.has(id)) seen.set(id, told);
    tell(id, told);
  }

  function tell(id: string, result: CommandResult): void {
    if (options.answer(id, result)) return;
    unsent.set(id, result);
    forgetOldest(unsent, tuning.resultsKept);
  }

  async function run(id: string, command: Command): Promise<void> {
    running += 1;
    const late = setTimeout(() => {
      const message = `no result within ${tuning.commandTimeoutMs / 1000} s; it may still be carried out`;
      settle(id, { ok: false, code: 'unavailable', message });
    }, tuning.commandTimeoutMs);
    try {
      settle(id, await options.run(id, command));
    } catch (error) {
      log.error({ error, id, kind: command.kind }, 'a command failed');
      settle(id, { ok: false, code: 'internal', message: 'the agent could not carry this out: see its log' });
    } finally {
      clearTimeout(late);
      running -= 1;
    }
  }

  function refusalOf(boot: string, { expiresAtMs }: Command): Pick<CommandResult, 'code' | 'message'> | null {
    if (boot !== options.boot)
      return { code: 'expired', message: 'the agent has started anew since the command was sent: send it again' };
    if (nowMs() >= expiresAtMs)
      return { code: 'expired', message: 'the command arrived after its time: send it again' };
    if (running < tuning.commandsAtOnce) return null;
    return { code: 'rate_limited', message: `${running} commands are running: send it again later` };
  }

  return {
    receive(id, { boot, command }) {
      const known = seen.get(id);
      if (known !== undefined || id <= forgottenUpTo) {
        counters.add('commands_repeated');
        if (known) tell(id, known);
        return;
      }
      seen.set(id, null);
      for (const forgotten of forgetOldest(seen, tuning.commandsRemembered))
        if (forgotten > forgottenUpTo) forgottenUpTo = forgotten;
      counters.add('commands');
      const refusal = refusalOf(boot, command);
      if (refusal === null) void run(id, command);
      else settle(id, { ok: false, ...refusal });
    },
    flush() {
      const waiting = [...unsent];
      unsent.clear();
      for (const [id, result] of waiting) tell(id, result);
    },
  };
}

/** Answers what was forgotten. */
function forgetOldest(map: Map<string, unknown>, keep: number): readonly string[] {
  const oldest = [...map.keys()].slice(0, Math.max(0, map.size - keep));
  for (const key of oldest) map.delete(key);
  return oldest;
}
