import { afterEach, beforeEach, expect, test } from 'vitest';
import { newSigner, signWithKey } from '../evidence/testing/sigstore.ts';
import { useCases } from './operations.ts';
import { codesOf, expectOk, openFleet, releaseOf, type TestFleet, upload } from './testing/fleet.ts';

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

const IMAGE = 'an image archive';
const signer = newSigner();
const ask = (requireCosign: object | null) =>
  useCases.setPublishPolicy(fleet.context, fleet.admin, { body: { requireCosign } as never });

async function publish(evidence?: { bundle: string }[]) {
  const publisher = await fleet.publisher();
  const archive = await upload(fleet.context, fleet.admin, IMAGE);
  const body = { ...(await publisher.sign(releaseOf(archive))), ...(evidence && { evidence }) };
  return await useCases.publishRelease(fleet.context, fleet.admin, { body } as never);
}

test('where it is asked for, a release is taken in only with a signature of each artifact that holds', async () => {
  expectOk(await ask({ keys: [signer.pem] }));
  expect(codesOf(await publish())).toEqual(['evidence_missing']);
  const other = signWithKey(newSigner().privateKey, Buffer.from(IMAGE));
  expect(codesOf(await publish([{ bundle: other }]))).toEqual(['evidence_invalid', 'evidence_missing']);
  const elsewhere = signWithKey(signer.privateKey, Buffer.from('what is not here'));
  expect(codesOf(await publish([{ bundle: elsewhere }]))).toEqual(['evidence_invalid', 'evidence_missing']);
  expect(expectOk(await useCases.listReleases(fleet.context, fleet.admin, {})).items).toEqual([]);
  expectOk(await publish([{ bundle: signWithKey(signer.privateKey, Buffer.from(IMAGE)) }]));
});

test('nobody is asked for what the tenant does not ask for; a policy that cannot be judged by is not taken', async () => {
  expect(codesOf(await ask({ keys: ['no key'] }))).toEqual(['invalid_body']);
  expect(expectOk(await useCases.getPublishPolicy(fleet.context, fleet.admin, {}))).toEqual({ requireCosign: null });
  expectOk(await ask({ keys: [signer.pem] }));
  const stranger = { ...fleet.admin, tenant: 'other' };
  expect(expectOk(await useCases.getPublishPolicy(fleet.context, stranger, {}))).toEqual({ requireCosign: null });
  expectOk(await ask(null));
  expectOk(await publish());
});
