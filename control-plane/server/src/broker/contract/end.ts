import { expect, it, vi } from 'vitest';
import { type BrokerStage, WITHIN } from './stage.ts';
import { type BrokerSubject, ONE } from './subject.ts';

export function endContract(stage: BrokerStage, { capabilities }: BrokerSubject): void {
  it('stops with devices connected, and stops twice', async () => {
    const client = await stage.connect(ONE);
    await stage.broker.stop();
    if (capabilities.seesConnections) await stage.ended(client);
    await vi.waitFor(() => expect(stage.sessions).toEqual(['+acme/pi-1', '-acme/pi-1']), WITHIN);
    expect(stage.broker.isConnected('acme', 'pi-1')).toBe(false);
    await stage.broker.stop();
  });
}
