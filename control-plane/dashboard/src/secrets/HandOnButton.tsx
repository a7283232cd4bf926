import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { HandedOutSecret, SecretView } from '@wherry/protocol';
import { KEYS } from '../api/keys.ts';
import { useSession } from '../api/session.ts';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { counted } from '../words/units.ts';
import { ChangedKeysNotice } from './ChangedKeysNotice.tsx';
import { HandedOutNotice } from './HandedOutNotice.tsx';
import { handOnSecret } from './hand-out.ts';

interface HandedOn {
  readonly handed: readonly HandedOutSecret[];
  readonly changedKeys: readonly string[];
  /** Set elsewhere, so that this browser cannot open them. */
  readonly elsewhere: readonly SecretView[];
}

/** Gives secrets that were set in this browser to the devices that lack them. */
export function HandOnButton({ secrets }: { readonly secrets: readonly SecretView[] }) {
  const { tenant } = useSession();
  const queries = useQueryClient();
  const handOn = useMutation({
    mutationFn: async (accepted: readonly string[]) => await handOnAll(tenant, secrets, new Set(accepted)),
    // Some may have been handed on before it failed.
    onSettled: () => queries.invalidateQueries({ queryKey: KEYS.secrets }),
  });
  const { handed, changedKeys, elsewhere } = handOn.data ?? { handed: [], changedKeys: [], elsewhere: [] };
  return (
    <Panel
      title="Devices that lack a secret"
      aside={
        <button type="button" disabled={handOn.isPending} onClick={() => handOn.mutate([])}>
          {handOn.isPending ? 'Sealing…' : 'Hand on what was set here'}
        </button>
      }
    >
      <div className="stack">
        <p className="quiet">
          {secrets.length === 1 ? 'It is' : `${counted(secrets.length, 'secret')} are`} missing on devices that came
          later, were set up anew, or had said no key yet.
        </p>
        {handed.map((each) => (
          <HandedOutNotice key={`${each.secret.app}/${each.secret.name}`} handed={each} />
        ))}
        {changedKeys.length > 0 ? (
          <ChangedKeysNotice
            devices={changedKeys}
            isDisabled={handOn.isPending}
            onAccept={() => handOn.mutate(changedKeys)}
          />
        ) : null}
        {elsewhere.length > 0 ? (
          <Notice tone="watch">
            Not set in this browser: {elsewhere.map(({ app, name }) => `${app} ${name}`).join(', ')}. Run{' '}
            <code>wherry secret sync</code> where {elsewhere.length === 1 ? 'it was' : 'they were'} set, or give a new
            value.
          </Notice>
        ) : null}
        <ErrorNotice error={handOn.error} />
      </div>
    </Panel>
  );
}

async function handOnAll(
  tenant: string,
  secrets: readonly SecretView[],
  accepted: ReadonlySet<string>,
): Promise<HandedOn> {
  const handed: HandedOutSecret[] = [];
  const changedKeys = new Set<string>();
  const elsewhere: SecretView[] = [];
  for (const secret of secrets) {
    const outcome = await handOnSecret(tenant, secret, accepted);
    if (outcome === null) elsewhere.push(secret);
    else if ('changedKeys' in outcome) for (const device of outcome.changedKeys) changedKeys.add(device);
    else handed.push(outcome);
  }
  return { handed, changedKeys: [...changedKeys], elsewhere };
}
