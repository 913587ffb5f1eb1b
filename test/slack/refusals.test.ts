/**
 * What a person sees when Slack refuses a call by name: every method that answers people, with names that are documented
 * for it and with one of tomorrow. Messages of the outbox are in test/outbox, incident channels in test/alerts.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../sandbox/slack/wire.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { SubmissionAnswer } from '../../src/ports/command.js';
import type { SlackApp } from '../../src/adapters/slack/slack-app.js';
import { form, startDesk, until, words, type SlackDesk } from './desk.js';

const tomorrow = 'a_refusal_of_tomorrow';

let desk: SlackDesk;
let app: SlackApp;
beforeEach(async () => {
  desk = await startDesk({ ackMs: 3000 });
  ({ app } = await desk.startReplica('socket'));
});
afterEach(() => desk.close());

const post = (path: string, body: Record<string, Json>) => desk.slack.control.post(path, body);
const refuse = (method: string, error: string, count = 1) =>
  post('faults', { kind: 'refuse', method, error, count });

/** What the app says to Ana in her direct messages, text and blocks. */
async function direct(): Promise<string[]> {
  const { channels } = await desk.slack.control.state();
  const own = channels.filter(({ is_im: isDirect }) => isDirect).flatMap(({ messages }) => messages);
  return own.filter(({ bot_id: bot }) => bot !== undefined).map((message) => JSON.stringify(message));
}
const seen = async (): Promise<string> => JSON.stringify((await desk.slack.control.state()).channels);
const becomes = (text: string) => until(async () => (await seen()).includes(text));
const logged = (message: string) => desk.lines.filter((line) => line.message === message);

const elsewhere = 'Slack did not accept this answer where you asked for it, so it is here.';

describe('an answer to a command', () => {
  it.each([
    ['expired_url', 'the half hour is over'],
    ['used_url', 'five answers were given'],
    ['channel_not_found', 'the channel was deleted meanwhile'],
    ['is_archived', 'the channel was archived meanwhile'],
    ['restricted_action', 'the channel lets few people write'],
    [tomorrow, 'Slack adds refusals'],
  ])('that is refused with %s (%s) is in the direct messages', async (error) => {
    await refuse('response_url', error);
    expect(await desk.type('pi_1')).toMatchObject({ ok: true });
    await until(async () => (await direct()).length === 1);
    const [told] = await direct();
    expect(told).toContain('ran pi_1');
    expect(told).toContain(elsewhere);
    const [line] = logged('an answer goes to the direct messages of its person');
    expect(line!.fields.refusal).toContain(error);
    expect(desk.observed).toEqual(['/payment ok']);
  });

  it('for everybody is not said in its place: the person learns why', async () => {
    desk.run = ({ answer }) => answer.publicly({ text: 'for all', blocks: [] });
    await refuse('response_url', 'restricted_action');
    await desk.type('pi_1');
    await becomes('Slack did not accept the answer.');
    expect(await seen()).toContain('Slack says restricted_action.');
    expect(await seen()).not.toContain('for all');
  });

  it('whose blocks are refused by name comes as text', async () => {
    desk.run = ({ answer }) => answer.privately({ text: 'in words', blocks: [words('in blocks')] });
    await refuse('response_url', 'invalid_blocks');
    expect(await desk.type('pi_1')).toMatchObject({ texts: ['in words'] });
    expect(await direct()).toEqual([]);
  });

  it('that Slack may have taken is not said twice', async () => {
    desk.run = () => Promise.reject(new OpsError('unknown_outcome', 'Perhaps it was said.'));
    await desk.type('pi_1');
    await becomes('Perhaps it was said.');
    expect(await direct()).toEqual([]);
  });
});

describe('an answer to a mention', () => {
  it.each([
    ['user_not_in_channel', 'they left it'],
    ['not_in_channel', 'the app was removed from it'],
    ['channel_not_found', 'it is private now'],
    ['is_archived', 'it was archived'],
    ['restricted_action_read_only_channel', 'only admins write there'],
    [tomorrow, 'Slack adds refusals'],
  ])('that is refused with %s (%s) is in the direct messages', async (error) => {
    const { bot } = await desk.slack.control.state();
    await refuse('chat.postEphemeral', error);
    await post('message', { user: 'ana', channel: 'payments-ops', text: `<@${bot.user_id}> pi_1` });
    await until(async () => (await direct()).length === 1);
    expect((await direct())[0]).toContain('ran pi_1');
    expect((await direct())[0]).toContain(elsewhere);
  });
});

describe('a window', () => {
  it.each([
    ['expired_trigger_id', 'This window took too long to open.', 'Click again'],
    ['exchanged_trigger_id', 'This window took too long to open.', 'Click again'],
    ['invalid_trigger_id', 'This window took too long to open.', 'Click again'],
    ['push_limit_reached', 'Slack shows no more than three windows upon each other.', 'Close this one'],
    ['not_found', 'The window that you clicked in was closed before the next one opened.', 'Open it again'],
    ['view_too_large', 'Slack did not open the window.', 'Slack says view_too_large.'],
    ['duplicate_external_id', 'Slack did not open the window.', 'Slack says duplicate_external_id.'],
    ['missing_scope', 'Slack did not open the window.', 'Install the app again from manifest.yml'],
    [tomorrow, 'Slack did not open the window.', `Slack says ${tomorrow}.`],
  ])('that is refused with %s says: %s %s', async (error, sentence, hint) => {
    desk.run = ({ windows }) => windows.open(form());
    await refuse('views.open', error);
    await desk.type('pi_1');
    await becomes(sentence);
    expect(await seen()).toContain(hint);
    expect((await desk.slack.control.state()).views).toEqual([]);
  });

  it.each(['push_limit_reached', 'view_too_large', 'not_found', tomorrow])(
    'upon another that is refused with %s leaves the other, and says so in the direct messages',
    async (error) => {
      const button = {
        type: 'actions',
        elements: [
          { type: 'button', action_id: 'open', text: { type: 'plain_text', text: 'Open' }, value: 'x' },
        ],
      };
      desk.run = ({ windows }) => windows.open(form({ blocks: [button] }));
      const viewId = await desk.opened();
      await refuse('views.push', error);
      await post('action', { user: 'ana', view_id: viewId, action_id: 'open' });
      await until(async () => (await direct()).length === 1);
      expect((await desk.slack.control.state()).views.map(({ id }) => id)).toEqual([viewId]);
    },
  );
});

describe('a window that works longer than Slack waits', () => {
  /** Submits the form; the answer comes when `finish` is called. */
  async function submitted(answer: SubmissionAnswer): Promise<{ viewId: string; finish: () => void }> {
    desk.run = ({ windows }) => windows.open(form());
    let finish: () => void = () => undefined;
    desk.submit = async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return answer;
    };
    const viewId = await desk.opened();
    await post('submit', { user: 'ana', view_id: viewId, values: { amount: { text: '1' } } });
    return { viewId, finish };
  }
  const show = form({ title: 'Next', submit: null, blocks: [words('The secret of the window')] });
  const shown = async (): Promise<string> => JSON.stringify((await desk.slack.control.state()).views);

  it.each<[string, SubmissionAnswer, string]>([
    ['a result', { kind: 'show', modal: show }, 'The secret of the window'],
    ['no more than that it is done', { kind: 'close' }, 'Done.'],
  ])('shows %s also when Slack limits the rate for a moment', async (_what, answer, text) => {
    const { finish } = await submitted(answer);
    await post('faults', { kind: 'rate_limit', method: 'views.update', amount: 1, count: 2 });
    finish();
    await until(async () => (await shown()).includes(text));
    expect(await direct()).toEqual([]);
  });

  it.each([
    ['view_too_large', { kind: 'show', modal: show }, 'did not let the window “Refund” show its result'],
    [tomorrow, { kind: 'close' }, 'did not let the window “Refund” show its result'],
    [tomorrow, { kind: 'errors', errors: { amount: 'Too much.' } }, 'Too much.'],
    ['not_found', { kind: 'errors', errors: { amount: 'Too much.' } }, 'Too much.'],
  ] as [string, SubmissionAnswer, string][])(
    'and is refused with %s says so in the direct messages, not what was for the window alone',
    async (error, answer, text) => {
      const { finish } = await submitted(answer);
      await refuse('views.update', error, 2);
      finish();
      await until(async () => (await direct()).length === 1);
      expect((await direct())[0]).toContain(text);
      expect((await direct())[0]).not.toContain('The secret of the window');
    },
  );
});

describe('a Home', () => {
  const homeOf = async (): Promise<string> => JSON.stringify((await desk.slack.control.state()).homes);

  it.each(['view_too_large', 'invalid_arguments', 'hash_conflict', tomorrow])(
    'that is refused with %s says so, with a reference',
    async (error) => {
      await refuse('views.publish', error);
      await post('home', { user: 'ana' });
      await until(async () => (await homeOf()).includes('Slack refused this page.'));
      const failed = desk.lines.find(({ message }) => message === 'Slack refused the blocks of a Home')!;
      expect(failed.fields).toMatchObject({ refusal: error });
      expect(await homeOf()).toContain(failed.fields.errorId);
    },
  );

  it.each([
    ['not_enabled', { kind: 'refuse', error: 'not_enabled', count: 2 }],
    ['a limited rate', { kind: 'rate_limit', count: 1 }],
    ['HTTP 500', { kind: 'server_error', count: 1 }],
  ])('that Slack takes in no form (%s) is drawn again', async (_why, fault) => {
    await post('faults', { method: 'views.publish', ...fault });
    await post('home', { user: 'ana' });
    await until(() => logged('a Home could not be published').length === 1);
    await until(
      async () => (await app.redrawOneHome('no freeze')) === 0 && (await homeOf()).includes('Nothing waits'),
    );
  });
});

describe('a file for one person', () => {
  const file = { name: 'rows.csv', comment: 'Rows', text: 'a,b' };
  it.each([
    ['files.getUploadURLExternal', 'file_uploads_disabled', 'Slack says file_uploads_disabled.'],
    ['files.getUploadURLExternal', 'missing_scope', 'Install the app again from manifest.yml'],
    [
      'files.completeUploadExternal',
      'file_upload_size_restricted',
      'Slack says file_upload_size_restricted.',
    ],
    ['files.completeUploadExternal', tomorrow, `Slack says ${tomorrow}.`],
    ['conversations.open', 'user_disabled', 'Slack says user_disabled.'],
  ])('whose %s is refused with %s says: %s', async (method, error, hint) => {
    desk.run = ({ answer }) => answer.file(file);
    await refuse(method, error);
    await desk.type('pi_1');
    await becomes('Slack did not accept the file.');
    expect(await seen()).toContain(hint);
  });
});
