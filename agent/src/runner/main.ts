import { runInChannel } from './run.ts';
import { serveSlots } from './slots.ts';

/**
 * Entry of the runner process. Descriptor 3 is the socket to the agent; the first message says what to run. `shared` is a process
 * that programs share, `slot FD` one of its threads.
 */
const [, entryPath = '', mode, fd] = process.argv;
if (mode === 'shared') serveSlots(entryPath);
else runInChannel(mode === 'slot' ? Number(fd) : 3);
