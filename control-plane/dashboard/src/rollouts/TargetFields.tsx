import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listDevices } from '@wherry/protocol';
import { useDeferredValue } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { SelectorField } from '../parts/SelectorField.tsx';
import { selectorFaultIn } from '../words/problem.ts';
import { counted } from '../words/units.ts';
import type { DraftFields } from './fields.ts';

/** The selector, with how many devices match it while it is typed. */
export function TargetFields({ draft, change }: DraftFields) {
  const selector = useDeferredValue(draft.selector.trim());
  const fault = selectorFaultIn(selector);
  const matched = useQuery({
    queryKey: [...KEYS.devices, 'count', selector],
    queryFn: () => api.call(listDevices, { query: { selector: selector || undefined, limit: 1 } }),
    enabled: fault === null,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <SelectorField
        label="Selector"
        text={draft.selector}
        onText={(text) => change({ selector: text })}
        fault={fault}
      />
      <p className="matched" role="status" data-total={matched.data?.total}>
        {fault || !matched.data
          ? ''
          : `${counted(matched.data.total, 'device')} ${matched.data.total === 1 ? 'matches' : 'match'} now.`}
      </p>
    </>
  );
}
