/** What can be wrong with a file or a place, said alike for all kinds of places. */
import { OpsError } from '../../kernel/errors.js';
import { mostBytes, mostFiles } from './names.js';

export const changed = (path: string): OpsError =>
  new OpsError('conflict', `The file ${path} changed while it was read.`, {
    hint: 'It is read again when it has stopped changing.',
  });

/** Why a folder within a place is left out: what lies beside it is read. */
export const unreadableFolder = 'it is a folder that Paydesk may not list';

export const tooLarge = (path: string): OpsError =>
  new OpsError('invalid', `The file ${path} is larger than ${mostBytes / 1024 / 1024} MB.`, {
    hint: 'Ask the partner to split it by day or by currency.',
  });

export const tooMany = (id: string): OpsError =>
  new OpsError(
    'misconfigured',
    `The place ${id} lists more than ${mostFiles.toLocaleString('en-GB')} files.`,
    { hint: 'Name a narrower folder or prefix, or let the partner move old files away.' },
  );
