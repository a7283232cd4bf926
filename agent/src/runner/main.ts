import { runInChannel } from './run.ts';

/** Entry of the runner process. Descriptor 3 is the socket to the agent; the first message says what to run. */
runInChannel(3);
