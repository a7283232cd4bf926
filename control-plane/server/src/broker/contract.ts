import { describe } from 'vitest';
import { endContract } from './contract/end.ts';
import { messagesContract } from './contract/messages.ts';
import { ownBranchContract } from './contract/own-branch.ts';
import { sessionsContract } from './contract/sessions.ts';
import { BrokerStage } from './contract/stage.ts';
import type { BrokerSubject } from './contract/subject.ts';

/** What every adapter of the Broker port does, shown by real MQTT clients that behave, and misbehave, as devices may. */
export function brokerContract(subject: BrokerSubject): void {
  describe(`broker contract: ${subject.name}`, () => {
    const stage = new BrokerStage(subject);
    sessionsContract(stage, subject);
    messagesContract(stage, subject);
    ownBranchContract(stage, subject);
    // Last: there is no broker after it.
    endContract(stage, subject);
  });
}
