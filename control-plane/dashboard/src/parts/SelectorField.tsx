import { LIMITS } from '@wherry/protocol';
import type { SelectorFault } from '../words/problem.ts';
import { Field } from './Field.tsx';
import { caretAt } from './selectors.ts';

interface SelectorFieldProps {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly fault: SelectorFault | null;
}

export function SelectorField({ label, text, onText, fault }: SelectorFieldProps) {
  return (
    <Field
      label={label}
      hint={
        <>
          For example <code>site=berlin,ring in (canary,early),!retired</code>. Empty matches every device.
        </>
      }
      error={
        fault ? (
          <>
            {fault.column === null ? null : (
              <code className="caret">
                {text}
                {'\n'}
                {caretAt(fault.column)}
              </code>
            )}
            {fault.sentence}
          </>
        ) : undefined
      }
    >
      {(ids) => (
        <input
          {...ids}
          className="mono"
          name="selector"
          spellCheck={false}
          autoCapitalize="none"
          maxLength={LIMITS.selectorBytes}
          value={text}
          onChange={(event) => onText(event.target.value)}
        />
      )}
    </Field>
  );
}
