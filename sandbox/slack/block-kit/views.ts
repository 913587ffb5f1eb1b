/**
 * The members of a view around its blocks. The blocks themselves are checked as those of a message are.
 * Limits are those of docs.slack.dev/reference/views.
 */
import { asArray, asObject } from '../json.js';
import { plainText } from './objects.js';
import { anything, boolean, object, string } from './spec.js';
import type { ObjectSpec, Rule } from './spec.js';

const common = {
  private_metadata: string(3000, 0),
  callback_id: string(255, 0),
  external_id: string(255, 0),
};

const inputsNeedSubmit: Rule = (view) =>
  !('submit' in view) && (asArray(view.blocks) ?? []).some((block) => asObject(block)?.type === 'input')
    ? { message: 'missing required field: submit (a view with input blocks needs it)' }
    : undefined;

export const modal: ObjectSpec = object(
  { title: plainText(24), blocks: anything },
  {
    ...common,
    submit: plainText(24),
    close: plainText(24),
    clear_on_close: boolean,
    notify_on_close: boolean,
    submit_disabled: boolean,
  },
  [inputsNeedSubmit],
);

export const home: ObjectSpec = object({ blocks: anything }, common);
