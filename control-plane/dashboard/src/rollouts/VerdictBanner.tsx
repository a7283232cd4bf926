import type { Verdict } from '@wherry/protocol';
import { Link } from 'react-router';
import { PAGES } from '../pages.ts';
import { Icon } from '../parts/Icon.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { reasonWords } from '../words/codes.ts';
import { limitSentence } from '../words/rollout-states.ts';

/** Why the rollout halted, with the figures it was judged by. */
export function VerdictBanner({ verdict, isHalted }: { readonly verdict: Verdict; readonly isHalted: boolean }) {
  return (
    <section className="verdict" data-tone={isHalted ? 'bad' : 'watch'} role={isHalted ? 'alert' : undefined}>
      <Icon shape="warning" />
      <div>
        <h2>
          {isHalted ? 'Halted' : 'Was halted'} in wave {verdict.wave + 1} <RelativeTime atMs={verdict.atMs} />
        </h2>
        <p>{verdict.sentence}</p>
        <p className="quiet">
          {limitSentence(verdict)} {verdict.failures} failed of {verdict.reached} reached.
        </p>
        <FailureReasons byCode={verdict.byCode ?? []} />
        <p className="chips">
          {verdict.devices.map((device) => (
            <Link key={device} className="chip" to={PAGES.device(device)}>
              {device}
            </Link>
          ))}
        </p>
      </div>
    </section>
  );
}

/** The failures by what went wrong, most first: a name for people, the code for whoever looks it up. */
function FailureReasons({ byCode }: { readonly byCode: NonNullable<Verdict['byCode']> }) {
  if (byCode.length === 0) return null;
  return (
    <ul className="failure-reasons">
      {byCode.map(({ code, count }) => (
        <li key={code} data-code={code}>
          <b>{count}</b> × {reasonWords(code)} <code className="quiet">{code}</code>
        </li>
      ))}
    </ul>
  );
}
