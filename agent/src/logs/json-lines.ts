import type { AgentConfig } from '../shell/config.ts';
import type { Logger } from './logger.ts';

/**
 * The agent's own log: one JSON object a line, in pino's form (level 20 to 50, `time` in ms, `msg`), which its readers take. Written here
 * because pino itself is 1.4 MB of a device's memory, most of it for worker threads and formats that the agent has no use for.
 */
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50 } as const;
type Level = keyof typeof LEVELS;
const NAMES = Object.keys(LEVELS) as readonly Level[];

export function createJsonLines(from: AgentConfig['logLevel'], write: (line: string) => void): Logger {
  const least = from === 'silent' ? Number.POSITIVE_INFINITY : LEVELS[from];
  const methods = NAMES.map((name) => {
    const level = LEVELS[name];
    const say = (fields: object, message: string) => write(lineOf(level, fields, message));
    return [name, level < least ? () => {} : say] as const;
  });
  return Object.fromEntries(methods) as Record<Level, Logger[Level]>;
}

function lineOf(level: number, fields: object, msg: string): string {
  const head = { level, time: Date.now() };
  try {
    return `${JSON.stringify({ ...head, ...fields, msg }, plain)}\n`;
  } catch (error) {
    // Fields that JSON cannot say (a circle, say) take no line with them.
    return `${JSON.stringify({ ...head, msg, unsaid: String(error) })}\n`;
  }
}

/** What JSON says nothing of by itself: errors, with what they came from, and big numbers. */
function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const { name: type, message, stack, cause } = value;
  return { ...value, type, message, stack, ...(cause === undefined ? {} : { cause }) };
}
