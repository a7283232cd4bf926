import type { Command, CommandResult } from '@wherry/protocol';
import type { Counters } from '../logs/counters.ts';
import type { Logger } from '../logs/logger.ts';
import type { LinkTuning } from './tuning.ts';

/**
 * Commands: each id is carried out once, however often it arrives; a repetition is answered with the first result. What has
 * expired by the device's clock is refused. Everything here is bounded: a flood of ids costs memory for the last few only.
 */
export interface CommandDesk {
  receive(id: string, command: Command): void;
  /** The session is up: results that found no way out are sent. */
  flush(): void;
}

export interface CommandDeskOptions {
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

  return {
    receive(id, command) {
      const known = seen.get(id);
      if (known !== undefined) {
        counters.add('commands_repeated');
        if (known !== null) tell(id, known);
        return;
      }
      seen.set(id, null);
      forgetOldest(seen, tuning.commandsRemembered);
      counters.add('commands');
      if (nowMs() >= command.expiresAtMs)
        settle(id, { ok: false, code: 'expired', message: 'the command arrived after its time: send it again' });
      else if (running >= tuning.commandsAtOnce)
        settle(id, {
          ok: false,
          code: 'rate_limited',
          message: `${running} commands are running: send it again later`,
        });
      else void run(id, command);
    },
    flush() {
      const waiting = [...unsent];
      unsent.clear();
      for (const [id, result] of waiting) tell(id, result);
    },
  };
}

function forgetOldest(map: Map<string, unknown>, keep: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= keep) return;
    map.delete(oldest);
  }
}
