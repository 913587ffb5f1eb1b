/** The freeze as people meet it: its live card, the answers, the banner on Home and on every form. */
import { describe, expect, it } from 'vitest';
import { validateBlocks, validateView } from '../../sandbox/slack/block-kit/validate.js';
import { viewOf } from '../../src/adapters/slack/windows.js';
import type { Card } from '../../src/ports/card.js';
import { actions } from '../../src/remediation/actions/index.js';
import { homeBlocks } from '../../src/views/desk/home.js';
import { chooserModal, formModal } from '../../src/views/remediation/forms.js';
import { freezeCard, frozenCard, liftCard, underStop } from '../../src/views/remediation/freeze.js';
import { alarmMessages } from '../../src/views/remediation/messages.js';
import { faultsOf, linesOf } from '../support/cards.js';

const at = new Date('2026-11-20T12:00:00Z');
const freeze = { at, by: 'U1ANA', why: 'doubled payouts', liftBy: null, liftedBy: null };
const groups = ['S0LEADS', 'S0OPS'];
const policy = {
  channels: { approvals: 'C0APPROVALS', alarm: 'C0ALARM' },
  groups: { leads: 'S0LEADS', operators: 'S0OPS' },
  killSwitch: { freeze: ['operators'], lift: ['leads'] },
};

const asRead = (line: string): string => line.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1');
const json = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never;

function read(card: Card): string {
  expect(faultsOf(card)).toEqual([]);
  return linesOf(card).map(asRead).join('\n');
}

describe('the live card in the alarm channel', () => {
  it.each([
    ['begins', {}, 1],
    ['is to be lifted', { liftBy: 'U2LARS' }, 2],
    ['is over', { liftBy: 'U2LARS', liftedBy: 'U3MO' }, 2],
  ])('of a freeze that %s is rewritten, and later steps are said anew', (_when, changed, count) => {
    const about = { kind: 'freeze' as const, freeze: { ...freeze, ...changed } };
    const messages = alarmMessages({ personId: 'U1ANA', text: 'did something', about }, policy);
    expect(messages).toHaveLength(count);
    expect(messages[0]).toMatchObject({ channel: 'C0ALARM', liveCard: `freeze:${at.toISOString()}` });
  });

  it('mentions the groups and offers to lift it', () => {
    expect(read(freezeCard(freeze, groups))).toMatchInlineSnapshot(`
      "All guarded actions are frozen: doubled payouts <!subteam^S0LEADS> <!subteam^S0OPS>
      :snowflake: *All guarded actions are frozen* by <@U1ANA> 2026-11-20 12:00 UTC: “doubled payouts”
      No request can be made, approved or started meanwhile. Two people must lift the freeze.
      <!subteam^S0LEADS> <!subteam^S0OPS>
      [Lift the freeze → 2026-11-20T12:00:00.000Z]"
    `);
  });

  it('names the one who wants to lift it, then both, and takes the button away', () => {
    const asked = read(freezeCard({ ...freeze, liftBy: 'U2LARS' }, groups));
    expect(asked).toContain('<@U2LARS> asked to lift it; one more person must agree.');
    expect(asked).toContain('[Lift the freeze');
    const over = read(freezeCard({ ...freeze, liftBy: 'U2LARS', liftedBy: 'U3MO' }, groups));
    expect(over).toContain('<@U2LARS> and <@U3MO> lifted it.');
    expect(over).not.toContain('[Lift the freeze');
  });

  it.each(['S0LEADS> @everyone', '!channel', '', 's0leads'])('mentions no group by the id %j', (id) => {
    expect(read(freezeCard(freeze, [id]))).not.toContain('subteam');
  });
});

describe('the answers', () => {
  it.each([
    [null, /Two people can lift the freeze with `\/remediate unfreeze`\.$/],
    [12 * 60_000, /your permission against the user groups as of 12 min ago\.$/],
  ])('to whoever froze, by groups known for %s ms', (staleMs, words) => {
    expect(read(frozenCard({ staleMs }))).toMatch(words);
  });

  it('to the person who lifts it', () => {
    expect(read(liftCard('one_more'))).toContain('A second person must agree');
    expect(read(liftCard('lifted'))).toContain('The freeze is lifted');
  });
});

describe('before anything is filled in', () => {
  const occasion = { channelId: 'C1', breakGlass: false };
  const windows = [
    ...[false, true].map((breakGlass) => chooserModal(actions, { channelId: 'C1', breakGlass })),
    ...actions.map((action) => formModal({ action, typed: {}, partners: [], brief: null, ...occasion })),
  ];

  it.each(windows.map((modal) => [modal.title, modal] as const))(
    'the window “%s” says so first',
    (_title, modal) => {
      const frozen = underStop(modal, { kind: 'frozen', freeze });
      expect(validateView(json(viewOf(frozen, null)))).toEqual([]);
      expect(JSON.stringify(frozen.blocks[0])).toMatch(/\*All guarded actions are frozen\*.*doubled payouts/);
      const window = underStop(modal, {
        kind: 'freeze_window',
        message: 'Frozen until 1 Dec: the year-end *close*.',
      });
      expect(validateView(json(viewOf(window, null)))).toEqual([]);
      expect(JSON.stringify(window.blocks[0])).toContain(
        '*This action is frozen.* Frozen until 1 Dec: the year-end ∗close∗.',
      );
      expect(underStop(modal, null)).toBe(modal);
    },
  );

  it('Home says so first, with the button', () => {
    const blocks = homeBlocks({ waiting: { value: { toDecide: [], own: [] } }, day: null, help: [], freeze });
    expect(validateBlocks(json(blocks), 'home')).toEqual([]);
    const [first, second] = blocks;
    expect(JSON.stringify(first)).toMatch(/\*All guarded actions are frozen\*.*doubled payouts/);
    expect(JSON.stringify(second)).toContain('remediation_lift');
  });
});
