import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listDevices } from '@wherry/protocol';
import { useDeferredValue } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { selectorFaultIn } from '../words/problem.ts';
import { counted } from '../words/units.ts';
import { SelectorField } from './SelectorField.tsx';

interface MatchedDevicesProps {
  readonly selector: string;
  readonly onSelector: (selector: string) => void;
}

/** A selector, with how many devices match it while it is typed. */
export function MatchedDevices({ selector: text, onSelector }: MatchedDevicesProps) {
  const selector = useDeferredValue(text.trim());
  const fault = selectorFaultIn(selector);
  const matched = useQuery({
    queryKey: [...KEYS.devices, 'count', selector],
    queryFn: () => api.call(listDevices, { query: { selector: selector || undefined, limit: 1 } }),
    enabled: fault === null,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <SelectorField label="Selector" text={text} onText={onSelector} fault={fault} />
      <p className="matched" role="status" data-total={matched.data?.total}>
        {fault || !matched.data
          ? ''
          : `${counted(matched.data.total, 'device')} ${matched.data.total === 1 ? 'matches' : 'match'} now.`}
      </p>
    </>
  );
}
