import { expect, it } from 'vitest';
import { Questions } from './questions.ts';

it('gives each question its own answer, whatever the order', async () => {
  const questions = new Questions<string>();
  const ids: number[] = [];
  const answers = [questions.ask((id) => ids.push(id)), questions.ask((id) => ids.push(id))];
  questions.answer(ids[1] as number, 'second');
  questions.answer(ids[0] as number, 'first');
  expect(await Promise.all(answers)).toEqual(['first', 'second']);
});

it('refuses more than it may hold, and counts what it holds', async () => {
  const questions = new Questions<boolean>(1);
  let asked = 0;
  const first = questions.ask((id) => (asked = id), 100);
  expect(questions.openBytes).toBe(100);
  expect(questions.ask(() => {})).toBeNull();
  questions.answer(asked, true);
  expect(await first).toBe(true);
  expect(questions.openBytes).toBe(0);
  expect(questions.ask(() => {})).not.toBeNull();
});

it('answers all when nobody else will, and takes no answer twice', async () => {
  const questions = new Questions<string>();
  let asked = 0;
  const open = questions.ask((id) => (asked = id));
  questions.answerAll('gone');
  questions.answer(asked, 'late');
  expect(await open).toBe('gone');
});
