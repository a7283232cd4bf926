/** Why a sign-in through the provider came back without a session. */
const WORDS: Readonly<Record<string, string>> = {
  forbidden: 'You are in no group that has a role here. Ask whoever runs this control plane.',
  unavailable: 'The sign-in provider does not answer. Try again in a moment.',
};

export function providerWords(code: string): string {
  return WORDS[code] ?? 'The sign-in provider did not confirm the sign-in. Try again.';
}
