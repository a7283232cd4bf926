/** What was killed so far, and what was found broken. */
export interface Findings {
  kills: number;
  serverKills: number;
  judged: number;
  leftWorse: number;
  regressed: number;
  /** Good releases that did not end as confirmed, and bad ones that did. */
  oddEnds: number;
}

export interface Tally {
  readonly findings: Findings;
  /** No more is to be killed. */
  isOver(): boolean;
  killed(what: 'agent' | 'server'): void;
  found(rule: 'leftWorse' | 'regressed' | 'oddEnds', how: string): void;
}

const SAY_EVERY = 25;

export function createTally(kills: number, deadlineMs: number, say: (line: string) => void): Tally {
  const findings = { kills: 0, serverKills: 0, judged: 0, leftWorse: 0, regressed: 0, oddEnds: 0 };
  return {
    findings,
    isOver: () => findings.kills >= kills || performance.now() > deadlineMs,
    killed(what) {
      findings.kills += 1;
      if (what === 'server') findings.serverKills += 1;
      if (findings.kills % SAY_EVERY === 0)
        say(`${findings.kills} of ${kills} killed, ${findings.judged} starts judged, ${findings.leftWorse} left worse`);
    },
    found(rule, how) {
      findings[rule] += 1;
      say(`${rule}: ${how}`);
    },
  };
}
