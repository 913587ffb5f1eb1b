/** Whether the mail server accepts a connection. */
import { silentLog } from '../../kernel/log.js';
import { mailFrom } from '../../wiring/desk.js';
import type { Check, ConfiguredFacts } from '../check.js';

export function checkOfMail(facts: ConfiguredFacts): Check {
  const what = 'mail';
  const mail = mailFrom({ ...facts, log: silentLog });
  return mail
    ? { what, look: () => mail.check().then(() => 'the server accepts the connection') }
    : { what, absent: 'SMTP_URL or mail is not set: no e-mail to partners' };
}
