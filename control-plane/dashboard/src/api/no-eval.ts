import { config } from 'zod';

/** The page's content security policy forbids making code from text; without this zod tries, and the browser complains. */
config({ jitless: true });
