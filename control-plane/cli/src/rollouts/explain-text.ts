import type { MemberExplanation, RolloutExplanation } from '@wherry/protocol';
import { percent, plural, timestamp } from '../terminal/figures.ts';
import { plain } from '../terminal/plain.ts';

type Reasons = Pick<RolloutExplanation, 'sentence' | 'because' | 'waitsFor' | 'wouldChange'>;

/** Why, waits for, would change: the three questions of an operator, in this order. */
export function reasonsText({ sentence, because, waitsFor, wouldChange }: Reasons): string {
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  · ${plain(line)}`).join('\n')}`;
  return [
    plain(sentence),
    section(
      'Because',
      because.map((fact) => fact.sentence),
    ),
    section(
      'It waits for',
      waitsFor.map((fact) => fact.sentence + (fact.atMs === null ? '' : ` (${timestamp(fact.atMs)})`)),
    ),
    section(
      'This would change it',
      wouldChange.map((fact) => fact.sentence),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

export function rolloutExplanationText(explanation: RolloutExplanation): string {
  return `${reasonsText(explanation)}\n\n${gateText(explanation.gate)}`;
}

export function memberExplanationText(explanation: MemberExplanation): string {
  return reasonsText(explanation);
}

/** The numbers that a verdict is made of. */
function gateText(gate: RolloutExplanation['gate']): string {
  const rate = gate.failureRate === null ? 'not counted yet' : percent(gate.failureRate);
  const codes = gate.byCode.map(({ code, count }) => `${count} ${code}`).join(', ');
  return [
    `Gate of wave ${gate.wave + 1}: ${plural(gate.reached, 'device')} reached, ${gate.successes} succeeded, ${gate.soaking} soaking, ${gate.failures} failed`,
    `  failure rate ${rate}${gate.acknowledged > 0 ? `, ${gate.acknowledged} more acknowledged` : ''}${codes ? `; ${plain(codes)}` : ''}`,
    `  ${gate.failuresLeft} more may fail before it halts`,
  ].join('\n');
}
