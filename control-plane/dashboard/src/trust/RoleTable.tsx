import { Badge } from '../parts/Badge.tsx';
import { useNowMs } from '../parts/now.ts';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { type Column, Table } from '../parts/Table.tsx';
import { expiryLook } from './expiry.ts';
import { KeyIds } from './KeyIds.tsx';
import type { TrustRole } from './trust-roles.ts';

export function RoleTable({ roles }: { readonly roles: readonly TrustRole[] }) {
  const nowMs = useNowMs();
  const columns: readonly Column<TrustRole>[] = [
    { head: 'Role', isName: true, cell: ({ role }) => role },
    {
      head: 'What for',
      cell: ({ does, isOnline }) => (
        <>
          {does}
          {isOnline ? <span className="why-detail">by the control plane</span> : null}
        </>
      ),
    },
    { head: 'Keys', cell: ({ keyIds, threshold }) => <KeyIds ids={keyIds} threshold={threshold} /> },
    { head: 'Version', isNumber: true, cell: ({ version }) => version ?? <span className="quiet">–</span> },
    {
      head: 'Expires',
      cell: ({ expiresAtMs, isOnline }) => {
        if (expiresAtMs === null) return <span className="quiet">–</span>;
        const look = expiryLook(expiresAtMs, nowMs, isOnline);
        return (
          <>
            <RelativeTime atMs={expiresAtMs} /> {look ? <Badge look={look} /> : null}
          </>
        );
      },
    },
  ];
  return <Table caption="Keys" columns={columns} rows={roles} rowKey={({ role }) => role} />;
}
