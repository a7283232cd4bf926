import { useQuery } from '@tanstack/react-query';
import { listReleases } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';

const OFFERED = 200;

/** The newest releases, to choose from. */
export function useReleaseChoices(isEnabled = true) {
  return useQuery({
    queryKey: [...KEYS.releases, 'choices'],
    queryFn: () => api.call(listReleases, { query: { limit: OFFERED } }),
    enabled: isEnabled,
  });
}
