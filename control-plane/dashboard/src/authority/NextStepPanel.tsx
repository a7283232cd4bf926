import type { AuthorityStatus } from '@wherry/protocol';
import { CopyButton } from '../parts/CopyButton.tsx';
import { useNowMs } from '../parts/now.ts';
import { Panel } from '../parts/Panel.tsx';
import { nextStepOf } from './next-step.ts';

export function NextStepPanel({ status }: { readonly status: AuthorityStatus }) {
  const { sentences, command, instead } = nextStepOf(status, useNowMs());
  return (
    <Panel title="What comes next">
      <div className="stack">
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        <pre className="code-block">{command}</pre>
        <div className="actions">
          <CopyButton text={command} />
        </div>
        {instead === null ? null : (
          <p className="quiet">
            Or take it back, as long as the control plane has not switched: <code>{instead}</code>.
          </p>
        )}
      </div>
    </Panel>
  );
}
