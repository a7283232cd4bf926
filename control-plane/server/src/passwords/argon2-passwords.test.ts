import { describe, expect, it } from 'vitest';
import { createArgon2Passwords, DEFAULT_COST } from './argon2-passwords.ts';

const CHEAP = { memoryKib: 64, passes: 1, parallelism: 1 };
const passwords = createArgon2Passwords(CHEAP);

describe('passwords', () => {
  it('are kept as a PHC string with a salt of their own', async () => {
    const [one, other] = [await passwords.hash('correct horse'), await passwords.hash('correct horse')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await passwords.check('correct horse', one)).toBe('right');
    expect(await passwords.check('correct horsf', one)).toBe('wrong');
  });

  it('are what others make of the same parameters (RFC 9106 as argon2-cffi writes it)', async () => {
    const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await passwords.check('password', known)).toBe('right');
  });

  it('count to their last character', async () => {
    const long = `${'x'.repeat(1_000)}1`;
    const kept = await passwords.hash(long);
    expect(await passwords.check(long, kept)).toBe('right');
    expect(await passwords.check(`${'x'.repeat(1_000)}2`, kept)).toBe('wrong');
    expect(await passwords.check('x'.repeat(1_000), kept)).toBe('wrong');
  });

  it('are the same however a keyboard writes a letter', async () => {
    expect(await passwords.check('caf\u00e9', await passwords.hash('cafe\u0301'))).toBe('right');
  });

  it('say when they were kept with less than is wanted now', async () => {
    const dearer = createArgon2Passwords({ ...CHEAP, memoryKib: 128 });
    expect(await dearer.check('x', await passwords.hash('x'))).toBe('right_but_cheap');
  });

  it.each([null, '', 'plain', '$2b$10$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=64,t=1,p=1$$'])(
    'never match what is no hash: %s',
    async (kept) => expect(await passwords.check('', kept)).toBe('wrong'),
  );

  it('are hashed a few at a time, and so many may wait', async () => {
    const all = Array.from({ length: 34 }, () => passwords.hash('x'));
    expect(passwords.hasRoom()).toBe(false);
    await Promise.all(all);
    expect(passwords.hasRoom()).toBe(true);
  });

  it('cost no less than the floor that OWASP states', () => {
    expect(DEFAULT_COST.memoryKib * DEFAULT_COST.passes).toBeGreaterThanOrEqual(47_104);
  });
});
