import { WherryError } from '@wherry/protocol';
import { obey } from './client.ts';
import { readOrder, USAGE } from './options.ts';

async function main(args: readonly string[]): Promise<number> {
  const order = readOrder(args);
  if (order === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    return (await obey(order)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof WherryError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
