import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  readonly isNumber?: boolean;
  /** The column that names the row, for people who hear the table. */
  readonly isName?: boolean;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly isStale?: boolean;
}

/** A table that becomes a list of cards on a narrow screen: each cell carries its heading in `data-head`. */
export function Table<Row>({ caption, columns, rows, rowKey, isStale }: TableProps<Row>) {
  return (
    <table className="table" aria-busy={isStale ?? false}>
      <caption className="hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ head, isNumber }) => (
            <th key={head} scope="col" className={isNumber ? 'number' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)} data-row={rowKey(row)}>
            {columns.map((column) => (
              <Cell key={column.head} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell<Row>({ column, row }: { readonly column: Column<Row>; readonly row: Row }) {
  const className = column.isNumber ? 'number' : undefined;
  if (column.isName)
    return (
      <th scope="row" data-head={column.head} className={className}>
        <div>{column.cell(row)}</div>
      </th>
    );
  return (
    <td data-head={column.head} className={className}>
      <div>{column.cell(row)}</div>
    </td>
  );
}
