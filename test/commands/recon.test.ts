/**
 * `/recon` as a person meets it, on a real database: every verb, every button and window, and what bad input gets. Each
 * answer is a card without a fault.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconCommand, type ReconDeps } from '../../commands/recon/index.js';
import { behindDoor } from '../../src/adapters/slack/door.js';
import { parseDay } from '../../src/kernel/calendar-day.js';
import type { AnswerFile, Modal, SubmissionAnswer } from '../../src/ports/command.js';
import { actions } from '../../src/remediation/actions/index.js';
import { lookUpIds } from '../../src/views/kit/look-ups.js';
import { reconButtons, reconWindows } from '../../src/views/reconciliation/ids.js';
import { startBench, type Bench } from '../reconciliation/bench.js';
import { buttonsOn, faultsOf, linesOf } from '../support/cards.js';
import { opening, requestOf, submissionOf } from '../support/requests.js';

const morning = '2026-11-28T06:00:00Z';
const key = { partner: 'northpay', businessDay: parseDay('2026-11-27') ?? 0 };
/** What paydesk.yaml says of northpay besides. No other test has such rows. */
const terms = `
  tolerances: { GBP: { short: '0.05' } }
  rules: [{ id: dashes, partners: [northpay], by: [plain_reference] }]
  settlement: [{ partner: northpay, types: [refund], settles: T+3 }]`;
let bench: Bench;
beforeAll(async () => {
  bench = await startBench(morning, undefined, { terms });
});
afterAll(() => bench.close());
afterEach(() => {
  expect(bench.faults).toEqual([]);
});

/** Of Friday: 150.00 EUR are missing, a line is 1.20 EUR short, one of 7.00 USD is unknown; 50.00 EUR are due on Monday. */
async function friday(): Promise<void> {
  bench.setTime(morning);
  await bench.clear();
  await bench.book(
    { id: 'L1', reference: 'P1', minor: 1_000, day: '2026-11-26' },
    { id: 'L2', reference: 'P2', minor: 3_000, day: '2026-11-26' },
    { id: 'L3', reference: 'P3', minor: 15_000, day: '2026-11-26' },
    { id: 'L4', reference: 'P4', minor: 5_000, day: '2026-11-27' },
  );
  await bench.put(
    'northpay_27.csv',
    { reference: 'P1', amount: '10.00', day: '2026-11-27' },
    { reference: 'P2', amount: '28.80', day: '2026-11-27' },
    { reference: 'X9', amount: '7.00', currency: 'USD', day: '2026-11-27' },
  );
  await bench.settle();
  bench.posted();
}

const deskOf = (kind: 'member' | 'guest' | 'outsider' | 'bot' = 'member'): ReconDeps => ({
  reconciliation: bench.desk,
  remediation: { actions },
  directory: {
    person: (userId) =>
      Promise.resolve({ userId, name: userId, email: null, kind, timeZone: 'UTC' } as never),
    membership: () => Promise.resolve({ groups: new Map(), ageMs: 0 }),
    groupChanged: () => Promise.resolve(),
    personChanged: () => Promise.resolve(),
  },
});

interface Given {
  /** Line by line. */
  lines: string[];
  buttons: string[];
  opened: Modal[];
  files: AnswerFile[];
}

/** A button is pressed; without one the text is typed. */
async function meet(button: string | null, text: string, desk = deskOf()): Promise<Given> {
  const opened: Modal[] = [];
  const request = requestOf('U1MEI', text, { windows: opening(opened) });
  const { answer } = request;
  if (button === null) await reconCommand.run(request, desk);
  else {
    const press = reconCommand.actions[button];
    if (!press) throw new Error(`nothing handles ${button}`);
    await press(request, desk);
  }
  for (const { to, card } of answer.given) expect([to, faultsOf(card)]).toEqual(['one', []]);
  return {
    lines: answer.given.flatMap(({ card }) => linesOf(card)),
    buttons: answer.given.flatMap(({ card }) => buttonsOn(card)),
    opened,
    files: answer.files,
  };
}

const typed = (text: string, desk?: ReconDeps): Promise<Given> => meet(null, text, desk);
const said = async (text: string): Promise<string> => (await typed(text)).lines.join('\n');
const submit = (window: string, memo: string, why: string, desk = deskOf()): Promise<SubmissionAnswer> => {
  const handle = reconCommand.submissions?.[window];
  if (!handle) throw new Error(`nothing handles ${window}`);
  return handle(submissionOf('U1MEI', memo, { why }), desk);
};

describe('before any statement has come', () => {
  it.each([
    ['', 'No statement has been reconciled yet'],
    ['northpay', 'No statement from Northpay has been reconciled yet.'],
    ['northpay 2026-11-27', 'Northpay has not been reconciled for Fri 27 Nov'],
    ['breaks', 'No open breaks: all partners'],
    ['forecast', 'Nothing is waiting to be settled'],
    ['rollup october', 'October 2026: 0 breaks open at the end'],
    ['rollup northpay last month', 'Northpay, October 2026: 0 breaks'],
    ['rollup', 'Week 16–22 Nov: 0 breaks open at the end, as many as before'],
    ['run', 'No new statement file; 0 business days reconciled.'],
    ['run northpay 2026-11-27', 'Northpay 2026-11-27 has no statement yet, so nothing was compared.'],
  ])('%j: %s', async (text, expected) => {
    expect(await said(text)).toContain(expected);
  });

  it('there is nothing to sign off', async () => {
    await expect(typed('signoff northpay')).rejects.toMatchObject({ code: 'not_found' });
    await expect(typed('signoff northpay 2026-11-27')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a day with breaks', () => {
  beforeAll(friday);

  const headline = 'Northpay is not whole for Fri 27 Nov: 3 breaks, 151.20 EUR + 7.00 USD unexplained';
  it.each([
    ['', 'We are not whole: 1 of 1 partner with open breaks', 'the overview'],
    ['northpay', headline, 'a partner by id'],
    ['Northpay', headline, 'a partner by name'],
    ['nort', headline, 'the beginning of a name'],
    ['northpay 2026-11-27', headline, 'a date'],
    ['northpay 27 Nov', headline, 'a date in words'],
    ['northpay 27. November', headline, 'a date in long words'],
    ['northpay yesterday', headline, 'yesterday'],
    ['northpay fri', headline, 'a weekday'],
    ['northpay Friday', headline, 'a long weekday'],
    ['friday northpay', headline, 'the other order'],
    ['northpay last friday', headline, 'a weekday in two words'],
    ['northpay 27.11.', headline, 'day and month by number'],
    ['northpay 27.11.2026', headline, 'with the year'],
    ['northpay 11/27/2026', headline, 'month first, where no calendar has the other order'],
    ['northpay Nov 27', headline, 'month first in words'],
    ['1 day ago northpay', headline, 'counted back'],
    ['NORTHPAY   2026-11-27 ', headline, 'capitals and spaces'],
    ['northpay 2026-11-26', 'Northpay has not been reconciled for Thu 26 Nov', 'a day without a file'],
    ['harbour', 'No statement from Harbour Bank has been reconciled yet.', 'a partner without a file'],
    ['harbour bank', 'No statement from Harbour Bank', 'a name of two words'],
    ['forecast', 'Northpay: 50.00 EUR land on Mon 30 Nov', 'what lands'],
    ['forecast northpay', '50.00 EUR land on Mon 30 Nov', 'what lands from a partner'],
    ['forecast harbour', 'Nothing is waiting to be settled', 'a partner that owes nothing'],
    ['rollup', 'Week 16–22 Nov: 0 breaks', 'the week that is over'],
    ['rollup northpay month', 'Northpay, October 2026: 0 breaks', 'the month that is over'],
    ['rollup 2026-11 Northpay', 'Northpay, November 2026: 3 breaks open so far, 3 more', 'the month so far'],
    [
      'rollup 2026-11',
      '*EUR* 0 open (0.00) + 2 new (151.20) − 0 cleared (0.00) = 2 open (151.20)',
      'its equation',
    ],
    ['run', 'No new statement file; 0 business days reconciled.', 'a look'],
    ['run northpay 27 Nov', 'Northpay 2026-11-27 was reconciled again.', 'a day once more'],
    ['RUN', 'No new statement file', 'a verb in capitals'],
  ])('%j: %s (%s)', async (text, expected, _why) => {
    expect(await said(text)).toContain(expected);
  });

  it.each([
    ['breaks', '3 open breaks: all partners'],
    ['breaks northpay', '3 open breaks: Northpay'],
    ['breaks harbour', 'No open breaks: Harbour Bank'],
    ['breaks missing', '1 open break: missing at partner'],
    ['breaks short', '1 open break: amount'],
    ['breaks missing-in-ledger', '1 open break: missing in ledger'],
    ['breaks missing_in_ledger', '1 open break: missing in ledger'],
    ['breaks usd', '1 open break: USD'],
    ['breaks material', '1 open break: material'],
    ['breaks all', '3 open breaks: all partners'],
    ['breaks mine', 'No open breaks: yours'],
    ['breaks 27 Nov northpay missing EUR', '1 open break: Northpay, 2026-11-27, missing at partner, EUR'],
    ['breaks 2026-11-26', 'No open breaks: 2026-11-26'],
  ])('%j: %s', async (text, expected) => {
    expect(await said(text)).toContain(expected);
  });

  it('the list begins with the largest and has a button for each', async () => {
    const { lines, buttons } = await typed('breaks');
    expect(lines.filter((line) => line.includes('*BRK-')).map((line) => line.split(' · ')[1])).toEqual([
      '150.00 EUR missing at partner',
      '7.00 USD missing in ledger',
      '1.20 EUR short (amount differs)',
    ]);
    expect(buttons).toHaveLength(4);
    expect(buttons.at(-1)).toBe('CSV');
  });

  it.each([
    ['typed', null, 'breaks northpay csv'],
    ['typed in another order', null, 'breaks CSV northpay'],
    ['from the list', reconButtons.breaksFile, 'northpay'],
  ])('the breaks come as a CSV file, with exact amounts: %s', async (_how, button, text) => {
    const { files, lines } = await meet(button, text);
    expect(lines.join('\n')).toContain('in your direct messages');
    expect(files).toMatchObject([
      { name: 'breaks-northpay.csv', comment: '3 open breaks: Northpay', text: expect.any(String) },
    ]);
    const [header, ...rows] = files[0]!.text
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    const table = rows.map((row) => Object.fromEntries(row.map((cell, at) => [header?.[at] ?? '', cell])));
    expect(table).toMatchObject([
      { kind: 'missing at partner', currency: 'EUR', difference: '-150.00', ledger_references: 'P3' },
      {
        kind: 'missing in ledger',
        currency: 'USD',
        difference: '7.00',
        statement_lines: 'northpay_27.csv:4',
      },
      { kind: 'amount differs', difference: '-1.20', ledger_amount: '30.00', statement_amount: '28.80' },
    ]);
  });

  it('a file of nothing is not sent', async () => {
    const { files, lines } = await typed('breaks harbour csv');
    expect(files).toEqual([]);
    expect(lines.join()).toContain('No open breaks: Harbour Bank');
  });

  it('a break shows both sides and what can be done', async () => {
    const id = await idOf('missing_at_partner');
    for (const text of [`break ${id}`, `break ${id.toLowerCase()}`, `break ${id.slice(4)}`, id]) {
      const { lines, buttons } = await typed(text);
      expect(lines.join('\n')).toMatch(
        /150\.00 EUR missing at partner[^]*Our ledger[^]*`P3`[^]*Partner’s statement[^]*no line/,
      );
      expect(buttons).toEqual(
        expect.arrayContaining(['Take', 'Request statement…', 'Write off…', 'Explain…']),
      );
    }
  });

  it('the first sign-off counts, and carries open breaks forward', async () => {
    expect(await said('signoff northpay 27 Nov')).toContain('northpay 2026-11-27 is signed off.');
    expect((await bench.desk.day(key))?.day?.signedBy).toBe('U1MEI');
    await expect(typed('signoff northpay')).rejects.toMatchObject({ code: 'conflict' });
    expect(await said('breaks')).toContain('3 open breaks');
    expect((await typed('northpay')).buttons).toContain('Reopen day…');
  });
});

it('a day that can be meant in two ways is answered with both, and one without a partner with how to name it', async () => {
  await expect(typed('northpay 5/6/2026')).rejects.toMatchObject({
    hint: 'Write `2026-06-05` or `2026-05-06`.',
  });
  await expect(typed('yesterday')).rejects.toMatchObject({
    publicMessage: 'Which partner?',
    hint: expect.stringContaining('`/recon northpay yesterday`'),
  });
});

const idOf = async (kind: 'missing_at_partner' | 'amount'): Promise<string> =>
  (await bench.desk.breaks({ kind, limit: 1 })).breaks[0]!.id;

describe('what is refused', () => {
  beforeAll(friday);

  it.each([
    ['nonsense', 'not_found', 'not a partner or a subcommand'],
    ['forcast northpay', 'not_found', 'a misspelt subcommand before a partner'],
    ['no', 'not_found', 'too little of a name'],
    ['2026-11-27', 'invalid', 'a day without a partner'],
    ['yesterday', 'invalid', 'the same in words'],
    ['northpay 2026-13-40', 'invalid', 'a date that no calendar has'],
    ['northpay 2026-02-30', 'invalid', 'the 30th of February'],
    ['northpay 31 Nov', 'invalid', 'the 31st of November'],
    ['northpay 5/6/2026', 'invalid', 'day and month in an order that cannot be told apart'],
    ['northpay 20-27 Nov', 'invalid', 'several days'],
    ['northpay november', 'invalid', 'a month'],
    ['northpay 27 Nov 26 Nov', 'invalid', 'two days'],
    ['northpay harbour', 'invalid', 'two partners'],
    ['forecast northpay 27 Nov', 'invalid', 'a day where none is asked for'],
    ['rollup 2026-13', 'invalid', 'a month that no calendar has'],
    ['rollup 2026-12', 'invalid', 'a month to come'],
    ['rollup week month', 'invalid', 'two periods'],
    ['rollup nonsense', 'invalid', 'a roll-up of nobody'],
    ['rollup northpay yesterday', 'invalid', 'a roll-up of a day'],
    ['run yesterday', 'invalid', 'a day of nobody'],
    ['signoff northpay 31 Nov', 'invalid', 'a sign-off of the 31st of November'],
    ['northpay tomorow', 'invalid', 'a misspelt word'],
    ['breaks 2026-13-40', 'invalid', 'a filter that is no date'],
    ['breaks nonsense', 'invalid', 'a filter that does not exist'],
    ['breaks northpay nonsense', 'invalid', 'one beside a good one'],
    ['breaks 27 Nov nonsense', 'invalid', 'one beside a date'],
    ['break', 'invalid', 'no id'],
    ['break REM-1', 'invalid', 'the id of something else'],
    ['break BRK-99', 'not_found', 'a break that does not exist'],
    ['BRK-99', 'not_found', 'the same without the verb'],
    ['break 99999999999999999999', 'invalid', 'more digits than any break has'],
    ['run northpay 2026-13-40', 'invalid', 'a run of a day that no calendar has'],
    ['run nonsense', 'invalid', 'a run of nobody'],
    ['forecast nonsense', 'invalid', 'a forecast of nobody'],
    ['signoff', 'invalid', 'a sign-off of nothing'],
    ['signoff nonsense', 'invalid', 'a sign-off of nobody'],
    ['signoff northpay 2026-13-40', 'invalid', 'a sign-off of a day that no calendar has'],
    ['signoff northpay 2026-11-20', 'not_found', 'a sign-off of a day without a file'],
  ])('%j: %s (%s)', async (text, code, _why) => {
    await expect(typed(text)).rejects.toMatchObject({ code });
    expect((await bench.desk.day(key))?.day?.signedBy ?? null, 'nothing was signed off').toBe(null);
    expect((await bench.desk.day(key))?.unit.runs, 'nothing was run').toBe(1);
  });

  it.each(['', 'northpay ', 'breaks ', 'break ', 'run ', 'signoff northpay '])(
    'a card number after “%s”, which is not repeated',
    async (verb) => {
      const request = requestOf('U1MEI', `${verb}4242 4242 4242 4242`);
      const refusal = behindDoor(reconCommand).run(request, deskOf());
      await expect(refusal).rejects.toMatchObject({
        code: 'invalid',
        message: expect.not.stringContaining('4242'),
      });
      expect(request.answer.given).toEqual([]);
    },
  );

  it.each(['guest', 'outsider', 'bot'] as const)('everything, to a %s', async (kind) => {
    const desk = deskOf(kind);
    for (const text of ['', 'northpay', 'breaks', 'break BRK-1', 'forecast', 'run', 'signoff northpay'])
      await expect(typed(text, desk), text).rejects.toMatchObject({ code: 'forbidden' });
    for (const button of Object.keys(reconCommand.actions))
      await expect(meet(button, 'BRK-1', desk), button).rejects.toMatchObject({ code: 'forbidden' });
    for (const window of Object.keys(reconCommand.submissions ?? {}))
      await expect(submit(window, 'BRK-1', 'why', desk), window).rejects.toMatchObject({ code: 'forbidden' });
  });

  it.each([' ', '\u200b', '\u2800\u3164'])('a reason (%j) that shows nothing', async (why) => {
    for (const window of Object.keys(reconCommand.submissions ?? {}))
      expect(await submit(window, 'BRK-1', why), window).toEqual({
        kind: 'errors',
        errors: { why: 'Say why.' },
      });
  });

  it.each([
    ['braeks northpay', '`/recon breaks`'],
    ['forcast', '`/recon forecast`'],
    ['nrothpay', '`/recon northpay`'],
    ['hlp', '`/recon help`'],
  ])('%s, with what was meant', async (text, meant) => {
    await expect(typed(text)).rejects.toMatchObject({ hint: `Did you mean ${meant}?` });
  });

  it('everything where no statements are connected', async () => {
    await expect(typed('', { ...deskOf(), reconciliation: null })).rejects.toMatchObject({
      code: 'misconfigured',
    });
  });

  it.each(['', 'BRK-', 'northpay', 'northpay:2026-13-40', 'northpay:2026-11-27:x', '__proto__', '1; drop'])(
    'a button with %j, which no card has',
    async (value) => {
      for (const button of [
        reconButtons.breaks,
        reconButtons.take,
        reconButtons.signOff,
        reconButtons.release,
        ...(value === '' || value === 'northpay' ? [] : [reconButtons.breaksFile]),
      ])
        await expect(meet(button, value), button).rejects.toMatchObject({ code: 'invalid' });
    },
  );
});

describe('buttons and windows', () => {
  beforeEach(friday);
  const dayValue = 'northpay:2026-11-27';

  it('the card of a day leads to its breaks and to what lands next', async () => {
    const list = await meet(reconButtons.breaks, dayValue);
    expect(list.lines.join('\n')).toContain('3 open breaks: Northpay');
    const next = await meet(reconButtons.forecast, 'northpay');
    expect(next.lines.join('\n')).toContain('50.00 EUR land on Mon 30 Nov');
    await expect(meet(reconButtons.forecast, 'nobody')).rejects.toMatchObject({ code: 'invalid' });
  });

  it('every button of a list shows its break', async () => {
    for (const place of ['', '_0', '_1', '_2', '_3', '_4']) {
      const { lines } = await meet(`${lookUpIds.break}${place}`, 'BRK-1');
      expect(lines[0]).toMatch(/^BRK-1 open/);
    }
  });

  it.each([reconButtons.take, reconButtons.takeLargest])('%s gives it to who clicked', async (button) => {
    const id = await idOf('amount');
    const { lines, buttons } = await meet(button, id);
    expect(lines.join('\n')).toContain('Taken by <@U1MEI>');
    expect(buttons).toContain('Release');
    expect(await said('breaks mine')).toContain('1 open break: yours');
    await meet(reconButtons.release, id);
    expect((await bench.desk.break(id)).found).toMatchObject({ state: 'open', ownerId: null });
  });

  it('a break is explained and reopened with a reason, and not without', async () => {
    const id = await idOf('amount');
    const { opened } = await meet(reconButtons.explain, id);
    expect(opened).toMatchObject([{ callbackId: reconWindows.explain, memo: id }]);
    expect(await submit(reconWindows.explain, id, '  ')).toMatchObject({ kind: 'errors' });
    expect(await submit(reconWindows.explain, id, 'A fee')).toEqual({ kind: 'close' });
    const { lines, buttons } = await typed(`break ${id}`);
    expect(lines.join('\n')).toContain('Resolved by <@U1MEI>');
    expect(buttons).toContain('Reopen…');
    expect((await meet(reconButtons.reopen, id)).opened).toMatchObject([{ memo: id }]);
    expect(await submit(reconWindows.reopen, id, 'It is not')).toEqual({ kind: 'close' });
    expect((await bench.desk.break(id)).found.state).toBe('open');
  });

  it('a day is signed off and reopened with a reason', async () => {
    await meet(reconButtons.signOff, dayValue);
    expect((await bench.desk.day(key))?.day?.signedBy).toBe('U1MEI');
    expect((await meet(reconButtons.reopenDay, dayValue)).opened).toMatchObject([{ memo: dayValue }]);
    expect(await submit(reconWindows.reopenDay, dayValue, '')).toMatchObject({ kind: 'errors' });
    expect(await submit(reconWindows.reopenDay, dayValue, 'A file came')).toEqual({ kind: 'close' });
    expect((await bench.desk.day(key))?.day?.signedBy).toBeNull();
  });
});

it('applies the tolerances, rules and settlement of paydesk.yaml', async () => {
  bench.setTime(morning);
  await bench.clear();
  await bench.book(
    { id: 'L1', reference: 'P1', minor: 1_000, currency: 'GBP', day: '2026-11-26' },
    { id: 'L2', reference: 'P2', minor: 2_000, currency: 'GBP', day: '2026-11-26' },
    { id: 'L3', reference: 'AB-3', minor: 3_000, day: '2026-11-26' },
    { id: 'L4', reference: 'P4', minor: -4_000, kind: 'refund', day: '2026-11-26' },
  );
  const day = '2026-11-27';
  await bench.put(
    'northpay_27.csv',
    { reference: 'P1', amount: '9.95', currency: 'GBP', day },
    { reference: 'P2', amount: '19.94', currency: 'GBP', day },
    { reference: 'ab3', amount: '30.00', day },
  );
  await bench.settle();
  const card = await said('northpay');
  expect(card).toContain('Northpay is not whole for Fri 27 Nov: 1 break, 0.06 GBP unexplained');
  expect(card).toMatch(/1 × [^\n]*tolerance/);
  expect(card).toMatch(/1 × [^\n]*dashes/);
  expect(await said('breaks northpay')).toContain('0.06 GBP');
  expect(await said('forecast northpay')).toContain('-40.00 EUR land on Tue 1 Dec');
});
