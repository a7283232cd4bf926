import type { Fact, GateSums, Verdict } from '@wherry/protocol';
import { isSecondDue } from './approval.ts';
import { freeSlots, sum } from './counts.ts';
import { failuresByCode, limitInWords, sumsOf } from './gates.ts';
import type { RolloutHeader, SecondApproval, WaveHeader } from './model.ts';

/** Why a rollout is in its state, in sentences made of the numbers that the machine itself goes by. */
export interface Reasons {
  readonly sentence: string;
  readonly because: Fact[];
  readonly waitsFor: (Fact & { atMs: number | null })[];
  readonly wouldChange: Fact[];
}

export function explainHeader(header: RolloutHeader): Reasons {
  const wave = header.waves[header.currentWave] as WaveHeader;
  const number = header.currentWave + 1;
  const at = `wave ${number} of ${header.waves.length}`;
  switch (header.state) {
    case 'preparing':
      return reasons(
        `Its ${sum(header, ({ total }) => total)} devices are being written down.`,
        [],
        [waiting('prepared', header.startsWhenPrepared ? 'the last of them; then it begins' : 'the last of them')],
        ['abort'],
      );
    case 'draft':
      return reasons(
        'It is a draft: nothing is assigned.',
        [],
        [waiting('publish', 'an operator publishes it')],
        ['publish', 'abort'],
      );
    case 'scheduled':
      return reasons(
        'It begins by itself at its time.',
        [],
        [waiting('start_time', 'its time to begin', header.startAtMs)],
        ['pause', 'abort'],
      );
    case 'paused':
      return reasons(
        `An operator paused it in ${at}.`,
        [fact('paused', `${inFlight(header)} devices in flight go on to their verdicts`)],
        [waiting('resume', 'an operator resumes it')],
        ['resume', 'abort'],
      );
    case 'halted':
      return reasons(
        header.verdict?.sentence ?? 'A gate tripped.',
        [limitOf(header.verdict)],
        [waiting('decision', 'an operator acknowledges the failures by resuming, or aborts')],
        ['resume', 'abort'],
      );
    case 'awaiting_approval':
      if (header.second && isSecondDue(header, header.currentWave)) return secondDue(header.second, at, number);
      return reasons(
        `It waits for a person before ${at}.`,
        [fact('approval', `wave ${number} holds ${wave.counts.pending} devices and asks for an approval`)],
        [waiting('approval', `somebody approves wave ${number}`)],
        ['approve', 'pause', 'abort'],
      );
    case 'aborted':
      return reasons(
        'An operator ended it.',
        [fact('left', `${sum(header, ({ counts }) => counts.skipped)} devices were left out or not reached`)],
        [],
        [],
      );
    case 'completed':
      return reasons(
        'Every device that could be reached has its verdict.',
        [fact('succeeded', `${sum(header, ({ counts }) => counts.succeeded)} succeeded`)],
        lateOnes(header),
        [],
      );
    case 'running':
      return reasons(`It runs ${at}.`, running(header, wave), waitsOf(header, wave), ['pause', 'update', 'abort']);
  }
}

function secondDue({ aboveDevices, requestedBy }: SecondApproval, at: string, number: number): Reasons {
  return reasons(
    `It waits for a second operator before ${at}.`,
    [
      fact(
        'second_approval',
        `with wave ${number} it goes above what one operator may move alone (${aboveDevices}), and it was ${requestedBy.operator} who made it`,
      ),
    ],
    [waiting('second_approval', `an operator other than ${requestedBy.operator} approves wave ${number}`)],
    ['approve', 'pause', 'abort'],
  );
}

/** Every number that a verdict over this wave could be made of. */
export function gateSumsOf(wave: WaveHeader, index: number): GateSums {
  const { failures, successes, reached } = sumsOf(wave);
  const { gate, counts, acknowledged } = wave;
  return {
    wave: index,
    failures,
    successes,
    soaking: counts.soaking,
    reached,
    acknowledged,
    failureRate: reached >= gate.minSample ? failures / reached : null,
    successRate: reached === 0 ? null : successes / reached,
    byCode: failuresByCode(wave),
    failuresLeft: Math.max(0, gate.maxFailures - failures),
  };
}

function running(header: RolloutHeader, { counts }: WaveHeader): Fact[] {
  const found = [
    fact(
      'counts',
      `in this wave ${counts.in_flight} are in flight, ${counts.soaking} soak, ${counts.pending} are to come`,
    ),
    fact('slots', `${inFlight(header)} of ${header.maxInFlight} slots are taken, ${freeSlots(header)} are free`),
  ];
  if (header.pace)
    found.push(
      fact(
        'pace',
        `the pace is ${header.pace.devicesPerMinute * header.pace.growth ** header.currentWave} devices a minute in this wave`,
      ),
    );
  return found;
}

function waitsOf(header: RolloutHeader, { counts }: WaveHeader): Reasons['waitsFor'] {
  const found: Reasons['waitsFor'] = [];
  if (counts.in_flight > 0)
    found.push(waiting('answers', `the answers of ${counts.in_flight} devices in flight, each within its deadline`));
  if (counts.soaking > 0) found.push(waiting('soak', `the end of the soak of ${counts.soaking} devices`));
  if (header.wakeAtMs !== null) found.push(waiting('pace', 'the pace to allow the next device', header.wakeAtMs));
  else if (counts.pending > 0 && freeSlots(header) === 0) found.push(waiting('slot', 'a free slot'));
  if (counts.in_flight + counts.soaking + counts.pending === 0 && counts.waiting > 0)
    found.push(waiting('device', `one of ${counts.waiting} offline devices to be heard`));
  return found;
}

function lateOnes(header: RolloutHeader): Reasons['waitsFor'] {
  const late = sum(header, ({ counts }) => counts.waiting);
  return late > 0 ? [waiting('device', `${late} devices that were offline join when they are heard`)] : [];
}

function limitOf(verdict: Verdict | null): Fact {
  if (!verdict) return fact('gate', 'a gate tripped');
  return fact(verdict.limit, `its gate says that ${limitInWords(verdict)}`);
}

function inFlight(header: RolloutHeader): number {
  return sum(header, ({ counts }) => counts.in_flight);
}

const CHANGES: Readonly<Record<string, string>> = {
  publish: 'publishing begins it, or schedules it when its time is to come',
  pause: 'pausing assigns nothing more; what is in flight goes on',
  resume: 'resuming goes on, and after a halt acknowledges the failures known so far',
  approve: 'an approval lets the wave begin',
  update: 'a higher cap or pace assigns more at once',
  abort: 'aborting ends it: what was reached is kept, or taken back by a new rollout',
};

function reasons(
  sentence: string,
  because: Fact[],
  waitsFor: Reasons['waitsFor'],
  actions: readonly string[],
): Reasons {
  return { sentence, because, waitsFor, wouldChange: actions.map((name) => fact(name, CHANGES[name] ?? name)) };
}

export function fact(name: string, sentence: string): Fact {
  return { name, sentence };
}

export function waiting(name: string, sentence: string, atMs: number | null = null): Fact & { atMs: number | null } {
  return { name, sentence, atMs };
}
