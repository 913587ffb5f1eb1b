/**
 * Requests to commands as the chat adapter makes them: somebody typed something, pressed a button or sent a window.
 */
import { silentLog } from '../../src/kernel/log.js';
import type {
  ActionRequest,
  CommandRequest,
  Modal,
  SubmissionRequest,
  Windows,
} from '../../src/ports/command.js';
import { recordedAnswers } from './cards.js';

type Recorded = ReturnType<typeof recordedAnswers>;

/** For commands that open none. */
const noWindows: Windows = { open: () => Promise.reject(new Error('no window was expected')) };

/** Keeps what was opened. */
export const opening = (opened: Modal[]): Windows => ({
  open: (modal) => Promise.resolve(void opened.push(modal)),
});

/** Typed behind a command, or the value of a button: what a test calls decides which. */
export function requestOf(
  userId: string,
  typed = '',
  { answer = recordedAnswers(), windows = noWindows }: { answer?: Recorded; windows?: Windows } = {},
): CommandRequest & ActionRequest & { answer: Recorded } {
  const person = { userId, teamId: 'T1' };
  return { person, channelId: 'C1', text: typed, value: typed, answer, windows, log: silentLog };
}

export const submissionOf = (
  userId: string,
  memo: string,
  values: Readonly<Record<string, string>> = {},
  windowId = 'V1',
): SubmissionRequest => ({ person: { userId, teamId: 'T1' }, windowId, memo, values, log: silentLog });
