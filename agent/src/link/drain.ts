import type { DrainEffect, DrainEvent, DrainPolicy, DrainState, DrainStep, Numbers } from './drain-state.ts';
import { explainForgotten, judgeRefusal } from './drain-stuck.ts';
import type { OutboxRow } from './port.ts';

/**
 * The drain: which rows of the outbox are sent, when, and what an acknowledgement does. The outbox is the truth and the drain's
 * state is only where it stands in it: losing the state costs a repetition, which the server drops by (device, boot, seq).
 *
 * Rule: within a session, rows go out in outbox order without a gap; after a time-out the drain rewinds to the oldest row.
 * Rule: only an acknowledgement removes a row, and never one that was not sent.
 * Elsewhere: what to do when the server cannot get past a number (drain-stuck.ts), how rows become messages (messages.ts), MQTT (session.ts), the outbox itself (store/).
 */
/** Boots of which the drain remembers what it sent; older ones are forgotten and simply sent again. */
const BOOTS_REMEMBERED = 16;

export function step(state: DrainState, event: DrainEvent, policy: DrainPolicy): DrainStep {
  switch (event.kind) {
    case 'up':
      return up(state, event.atMs, event.holdMs, policy);
    case 'down':
      return { state: { ...fresh(state), isUp: false }, effects: [] };
    case 'ack':
      return refused(acknowledged(state, event.boot, event.upTo), event.boot, event.refused);
    case 'pump':
      return pumped(state, event.atMs, event.batches, policy);
  }
}

function up(state: DrainState, atMs: number, holdMs: number, policy: DrainPolicy): DrainStep {
  const holdUntilMs = atMs + holdMs;
  const tokens = holdMs > 0 ? 1 : refilled(state, atMs, policy).tokens;
  return {
    state: { ...fresh(state), isUp: true, tokens, tokensAtMs: holdUntilMs, holdUntilMs },
    effects: [{ kind: 'wake', atMs: holdUntilMs }],
  };
}

function acknowledged(state: DrainState, boot: string, upTo: number): DrainStep {
  const heard = { boot, upTo };
  // Whatever the server says, only what was sent can be stored.
  const believed = Math.min(upTo, state.sentUpTo[boot] ?? 0);
  if (believed < 1) return { state: { ...state, heard }, effects: [] };
  const inFlight = state.inFlight.filter((flight) => flight.boot !== boot || flight.upTo > believed);
  const progress = inFlight.length < state.inFlight.length ? { rewinds: 0 } : {};
  // With nothing in flight the next row is the oldest: a position in a boot whose rows are gone would lead nowhere.
  const end = inFlight.length === 0 ? { position: null, isCareful: false } : {};
  return {
    state: { ...state, heard, inFlight, ...progress, ...end },
    effects: [
      { kind: 'acknowledge', boot, upTo: believed },
      { kind: 'wake', atMs: 0 },
    ],
  };
}

function refused(before: DrainStep, boot: string, numbers: Numbers | undefined): DrainStep {
  if (numbers === undefined) return before;
  const { state, effects, mustRewind } = judgeRefusal(before.state, boot, numbers);
  if (!mustRewind) return { state, effects: [...before.effects, ...effects] };
  return { state: rewound(state), effects: [...before.effects, { kind: 'wake', atMs: 0 }] };
}

function pumped(
  state: DrainState,
  atMs: number,
  batches: readonly (readonly OutboxRow[])[],
  policy: DrainPolicy,
): DrainStep {
  if (!state.isUp) return { state, effects: [] };
  if (atMs < state.holdUntilMs) return { state, effects: [{ kind: 'wake', atMs: state.holdUntilMs }] };
  const oldest = state.inFlight[0];
  if (oldest && atMs >= oldest.sentAtMs + patienceMs(state, policy)) {
    // The rows given here follow the old position: the next pump reads from the oldest row.
    const next = { ...rewound(state), rewinds: state.rewinds + 1 };
    return { state: next, effects: [...explainForgotten(state, oldest), { kind: 'wake', atMs }] };
  }
  return send(refilled(state, atMs, policy), atMs, batches, policy);
}

function send(
  from: DrainState,
  atMs: number,
  batches: readonly (readonly OutboxRow[])[],
  policy: DrainPolicy,
): DrainStep {
  let state = from;
  const effects: DrainEffect[] = [];
  for (const rows of from.isCareful ? batches.flat().map((row) => [row]) : batches) {
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) continue;
    if (state.inFlight.length >= policy.windowMessages) break;
    if (state.tokens < 1) {
      effects.push({ kind: 'wake', atMs: atMs + Math.ceil((1 - state.tokens) * (1000 / policy.messagesPerSecond)) });
      break;
    }
    effects.push({ kind: 'send', rows });
    state = {
      ...state,
      tokens: state.tokens - 1,
      position: { boot: last.boot, seq: last.seq },
      inFlight: [...state.inFlight, { boot: last.boot, firstSeq: first.firstSeq, upTo: last.seq, sentAtMs: atMs }],
      sentUpTo: remember(state.sentUpTo, last.boot, last.seq),
    };
  }
  const oldest = state.inFlight[0];
  const isWaking = effects.at(-1)?.kind === 'wake';
  if (oldest && !isWaking) effects.push({ kind: 'wake', atMs: oldest.sentAtMs + patienceMs(state, policy) });
  return { state, effects };
}

function rewound(state: DrainState): DrainState {
  return { ...state, inFlight: [], position: null, heard: null };
}

/** Another session: what was observed of the one before is no longer true. */
function fresh(state: DrainState): DrainState {
  return { ...rewound(state), rewinds: 0, isCareful: false };
}

/** How long an acknowledgement may take: twice as long after each rewind, so that a busy server is not pushed further down. */
function patienceMs(state: DrainState, policy: DrainPolicy): number {
  return Math.min(policy.resendCapMs, policy.resendAfterMs * 2 ** Math.min(state.rewinds, 20));
}

function refilled(state: DrainState, atMs: number, policy: DrainPolicy): DrainState {
  const elapsedMs = Math.max(0, atMs - state.tokensAtMs);
  const tokens = Math.min(policy.burstMessages, state.tokens + (elapsedMs * policy.messagesPerSecond) / 1000);
  return { ...state, tokens, tokensAtMs: Math.max(atMs, state.tokensAtMs) };
}

function remember(sent: Readonly<Record<string, number>>, boot: string, seq: number): Readonly<Record<string, number>> {
  const { [boot]: before = 0, ...others } = sent;
  const kept = Object.entries(others).slice(1 - BOOTS_REMEMBERED);
  return { ...Object.fromEntries(kept), [boot]: Math.max(seq, before) };
}
