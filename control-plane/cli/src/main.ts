import { runProgram } from './program.ts';
import { processTerminal } from './terminal/terminal.ts';

const interrupted = new AbortController();
process.once('SIGINT', () => {
  interrupted.abort();
  // Whoever presses Ctrl-C twice does not want to wait for an orderly end.
  process.once('SIGINT', () => process.exit(130));
});
// A reader that closes the pipe ("wherry … | head") has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), {
  terminal: processTerminal(),
  env: process.env,
  folder: process.cwd(),
  nowMs: Date.now,
  signal: interrupted.signal,
});
