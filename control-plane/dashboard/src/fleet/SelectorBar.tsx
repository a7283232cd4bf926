import { useState } from 'react';
import { useNavigate } from 'react-router';
import { PAGES } from '../pages.ts';
import { SelectorField } from '../parts/SelectorField.tsx';
import type { SelectorFault } from '../words/problem.ts';

interface SelectorBarProps {
  /** The one in the URL. */
  readonly selector: string;
  readonly fault: SelectorFault | null;
}

export function SelectorBar({ selector, fault }: SelectorBarProps) {
  const [text, setText] = useState(selector);
  const navigate = useNavigate();
  return (
    <search>
      <form
        className="selector-bar"
        onSubmit={(event) => {
          event.preventDefault();
          void navigate(PAGES.fleet(text.trim()));
        }}
      >
        <SelectorField
          label="Filter by selector"
          text={text}
          onText={setText}
          fault={text.trim() === selector ? fault : null}
        />
        <button type="submit">Filter</button>
        {selector === '' ? null : (
          <button type="button" className="plain" onClick={() => void navigate(PAGES.fleet())}>
            Show all
          </button>
        )}
      </form>
    </search>
  );
}
