import type { CommandResult, LogBatch } from '@wherry/protocol';
import { createCounters } from '../logs/counters.ts';
import { createCommandDesk } from './commands.ts';
import { createDesiredReader } from './desired-reader.ts';
import { createDrainLoop } from './drain-loop.ts';
import { createHttpClient } from './http-client.ts';
import { createInbox } from './inbox.ts';
import { createReportSigner, messageOf } from './messages.ts';
import { createNewest } from './newest.ts';
import type { DeviceLink, LinkOptions } from './options.ts';
import { createSession } from './session.ts';
import { LINK_TUNING, type LinkTuning } from './tuning.ts';

/** The link to the control plane: session, desired state, outbox, commands and logs put together. It owns the network and no truth. */
export function createLink(options: LinkOptions): DeviceLink {
  const { identity, boot, outbox, events, log } = options;
  const tuning: LinkTuning = { ...LINK_TUNING, ...options.tuning };
  const counters = createCounters(log);
  const signer = createReportSigner(identity.reportPrivateKey);
  const monotonicMs = () => performance.now();
  const random = Math.random;
  const isMetered = options.isMetered ?? (() => false);
  const newest = createNewest(options.generation);
  let downSinceMs = monotonicMs();
  let isStarted = false;

  const session = createSession({
    identity,
    boot,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    tuning,
    log,
    counters,
    monotonicMs,
    random,
    isMetered,
    onUp() {
      // A fleet that comes back together would tell everything at once; so would a site that is powered on again.
      const isCrowded = monotonicMs() - downSinceMs > tuning.longAwayMs || outbox.size() > tuning.backlogRows;
      const holdMs = isCrowded ? random() * tuning.drainJitterMs : 0;
      newest.begin();
      reader.rearm();
      // Who tells something is answered with what is newest; who has nothing to tell asks.
      if (outbox.size() > 0) reader.readWithin(holdMs + tuning.answerWithinMs);
      else void reader.readNow();
      drain.up(holdMs);
      commands.flush();
      events.connection(true);
    },
    onDown() {
      downSinceMs = monotonicMs();
      drain.down();
      if (isStarted) reader.rearm();
      events.connection(false);
    },
    onWithout: () => reader.hurry(),
    onMessage: (topic, payload) => receive(topic, payload),
  });

  const drain = createDrainLoop({
    outbox,
    tuning,
    monotonicMs,
    log,
    send(rows) {
      const { channel, payload } = messageOf(rows, identity, signer, (row, problem) =>
        counters.note(
          'rows_invalid',
          { boot: row.boot, seq: row.seq, problem },
          'a report lost its content: it broke the contract',
        ),
      );
      counters.add(`sent_${channel}`);
      const last = rows.at(-1);
      if (session.publish(channel, payload) && last) newest.sent(last, monotonicMs());
    },
  });

  const reader = createDesiredReader({
    identity,
    client: options.client ?? createHttpClient(),
    tuning,
    log,
    counters,
    random,
    monotonicMs,
    everyMs() {
      if (!session.isUp) return tuning.desiredEveryMs;
      return isMetered() ? tuning.desiredMeteredEveryMs : tuning.desiredConnectedEveryMs;
    },
    onDocument: (document) => events.desired(document),
  });

  const commands = createCommandDesk({
    boot,
    run: (id, command) => events.command(id, command),
    answer: (id: string, result: CommandResult) => session.publish('result', encode(result), { id }),
    tuning,
    log,
    counters,
    nowMs: Date.now,
  });

  const receive = createInbox({
    identity,
    counters,
    isDirectors: options.isDirectors,
    monotonicMs,
    handlers: {
      desired: (document) => events.desired(document),
      ack(message) {
        drain.acknowledged(message);
        const verdict = newest.heard(message);
        if (verdict.kind === 'current') reader.known(verdict.asOfMs);
        // It is about to be pushed, if the broker does not swallow it.
        if (verdict.kind === 'behind') reader.readWithin(tuning.pushWithinMs);
      },
      command: (id, order) => commands.receive(id, order),
      appMessage: (app, path, payload) => events.appMessage?.(app, path, payload),
      forged: (channel) => events.forged?.(channel),
    },
  });

  return {
    get isUp() {
      return session.isUp;
    },
    counters: () => counters.all(),
    start() {
      if (isStarted) return;
      isStarted = true;
      session.start();
      reader.rearm();
      // A device whose broker cannot be reached still learns what is wanted of it.
      reader.readWithin(tuning.answerWithinMs);
    },
    async stop() {
      reader.stop();
      drain.stop();
      await session.stop();
    },
    sendLogs(batch: LogBatch) {
      if (session.backlogBytes() > tuning.logBacklogBytes) counters.add('logs_dropped');
      else session.publish('log', encode(batch), { qos: 0 });
    },
    hearApps: (isWanted) => session.hearApps(isWanted),
    publishOut: (app, path, payload) => session.publishOut(app, path, payload),
  };
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}
