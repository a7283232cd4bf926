import { type Client, createClient } from '@wherry/protocol';

/** The page's own origin; who asks is in an HttpOnly cookie that scripts cannot read. */
export const api: Client = createClient({ origin: '' });
