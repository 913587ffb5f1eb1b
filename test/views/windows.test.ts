/** The windows that take the place of a submitted one: Slack takes them, whatever the text, and nothing comes back. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { validateView } from '../../sandbox/slack/block-kit/validate.js';
import { viewOf } from '../../src/adapters/slack/windows.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { Modal } from '../../src/ports/command.js';
import { windowNotices } from '../../src/views/kit/windows.js';

const title = 'A title of 24 characters';
const textIn = ({ blocks }: Modal): string => JSON.stringify(blocks);
const check = (modal: Modal): void => {
  expect(validateView(JSON.parse(JSON.stringify(viewOf(modal, null))))).toEqual([]);
  expect(modal).toMatchObject({ title, submit: null, memo: '' });
  expect(textIn(modal)).not.toContain('"input"');
};

it.each([
  ['waiting', windowNotices.waiting(title), 'Working on it'],
  ['done', windowNotices.done(title), 'Done.'],
])('%s', (_what, modal, text) => {
  check(modal);
  expect(textIn(modal)).toContain(text);
});

it('an error has its sentence, its hint and its reference', () => {
  const error = new OpsError('conflict', 'Somebody was faster.', {
    hint: 'Look again: `/remediate show REM-17`.',
  });
  const modal = windowNotices.error(title, error);
  check(modal);
  for (const text of ['Somebody was faster.', 'Look again: `/remediate show REM-17`.', error.errorId])
    expect(textIn(modal)).toContain(text);
});

it('problems of any text and number mention no one', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('<!channel>', 'x'.repeat(5000), '4242424242424242', ''));
  const problem = fc.record({ label: fc.option(text), text });
  fc.assert(
    fc.property(fc.array(problem, { maxLength: 100 }), (problems) => {
      const modal = windowNotices.problems(title, problems);
      check(modal);
      expect(textIn(modal)).not.toMatch(/<!|4242424242424242/);
    }),
  );
});
