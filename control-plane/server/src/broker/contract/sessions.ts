import { expect, it, vi } from 'vitest';
import { type BrokerStage, up, WITHIN } from './stage.ts';
import { type BrokerSubject, ONE, TWO } from './subject.ts';

/** Who is let in, and how a session ends. */
export function sessionsContract(stage: BrokerStage, subject: BrokerSubject): void {
  const { capabilities, credentials } = subject;

  it('lets a device in by what is its own, and nobody by what is not', async () => {
    await stage.connect(ONE);
    expect(await stage.isRefused(TWO, { ...credentials(TWO), ...nothingToShow(credentials(TWO)) })).toBe(true);
    expect(await stage.isRefused('acme/nobody', {})).toBe(true);
  });

  it('takes nobody for another', async () => {
    const client = stage.open(TWO, credentials(ONE));
    const outcome = await new Promise<string>((resolve) => {
      client.once('connect', () => resolve('in'));
      client.once('close', () => resolve('refused'));
    });
    if (capabilities.refusesForeignClientIds) expect(outcome).toBe('refused');
    else await client.publishAsync(up(TWO, 'report'), 'forged', { qos: 1 });
    const two = await stage.connect(TWO);
    await stage.caughtUp(two, TWO);
    expect(stage.received).toEqual([]);
  });

  it.skipIf(!capabilities.refusesForeignClientIds)('wants the client id to be the identity', async () => {
    expect(await stage.isRefused(ONE, { clientId: TWO })).toBe(true);
    expect(await stage.isRefused(ONE, { clientId: '' })).toBe(true);
    expect(stage.sessions).toEqual([]);
  });

  it('has one session for each identity: the newest', async () => {
    const first = await stage.connect(ONE);
    const second = await stage.connect(ONE);
    await stage.ended(first);
    expect(second.connected).toBe(true);
    await second.publishAsync(up(ONE, 'report'), 'still here', { qos: 1 });
    await vi.waitFor(() => expect(stage.sessions.at(-1)).toBe('+acme/pi-1'), WITHIN);
    await vi.waitFor(() => expect(stage.broker.isConnected('acme', 'pi-1')).toBe(true), WITHIN);
  });

  it('ends a session when told to', async () => {
    const client = await stage.connect(ONE);
    await stage.broker.kick('acme', 'pi-1');
    await stage.ended(client);
    await vi.waitFor(() => expect(stage.broker.isConnected('acme', 'pi-1')).toBe(false), WITHIN);
    await stage.broker.kick('acme', 'pi-1');
  });

  it('lets nobody back in whose right to be there has ended, until it has it again', async () => {
    const client = await stage.connect(ONE);
    const other = await stage.connect(TWO);
    await stage.cutOff(ONE);
    await stage.ended(client);
    // A broker with a list of its own reads it a moment later; whoever slipped in before is cut off by the next look.
    await vi.waitFor(async () => expect(await stage.isRefused(ONE, {})).toBe(true), WITHIN);
    await stage.kick(ONE);
    for (let attempt = 1; attempt <= 3; attempt += 1) expect(await stage.isRefused(ONE, {})).toBe(true);
    expect(other.connected).toBe(true);
    await vi.waitFor(() => expect(stage.broker.isConnected('acme', 'pi-1')).toBe(false), WITHIN);
    await stage.letBackIn(ONE);
    await vi.waitFor(async () => expect(await stage.isRefused(ONE, {})).toBe(false), WITHIN);
  });

  it('tells of sessions as they begin and end', async () => {
    const client = await stage.connect(ONE);
    await stage.leave(client, ONE);
    await vi.waitFor(() => expect(stage.sessions).toEqual(['+acme/pi-1', '-acme/pi-1']), WITHIN);
  });
}

/** The same way of connecting, with an empty hand. */
function nothingToShow(credentials: object): object {
  return 'cert' in credentials ? { cert: undefined, key: undefined } : { password: '' };
}
