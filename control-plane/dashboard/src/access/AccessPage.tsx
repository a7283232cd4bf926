import { listClaimTokens, listOperatorTokens } from '@wherry/protocol';
import { useMay } from '../api/session.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ClaimTokens } from './ClaimTokens.tsx';
import { OperatorTokens } from './OperatorTokens.tsx';
import { Publishers } from './Publishers.tsx';

export function AccessPage() {
  const mayClaims = useMay(listClaimTokens);
  const mayTokens = useMay(listOperatorTokens);
  return (
    <>
      <PageHead title="Access" sub="who may sign releases, add devices and sign in" />
      <div className="panels">
        <Publishers />
        {mayClaims ? <ClaimTokens /> : null}
        {mayTokens ? <OperatorTokens /> : null}
      </div>
    </>
  );
}
