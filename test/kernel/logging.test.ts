/** No card number and no token leaves through the log, and every line stays JSON. */
import { describe, expect, it } from 'vitest';
import { containsCardNumber } from '../../src/kernel/sensitive.js';
import { createLog } from '../../src/wiring/logging.js';

function written(fields: object, message = 'said'): { line: string; read: Record<string, unknown> } {
  const lines: string[] = [];
  createLog('info', (line) => void lines.push(line)).info(fields, message);
  expect(lines).toHaveLength(1);
  return { line: lines[0]!, read: JSON.parse(lines[0]!) as Record<string, unknown> };
}

describe('a line of the log', () => {
  it.each<[fields: object, why: string]>([
    [{ why: '4242 4242 4242 4242' }, 'a text'],
    [{ text: '/remediate freeze4242424242424242' }, 'a command'],
    [{ text: '4242\n4242\n4242\n4242' }, 'line breaks, which JSON escapes'],
    [{ amount: 4242424242424242 }, 'a number'],
    [{ amounts: [4242, 4242, 4242, 4242] }, 'several numbers in a row'],
    [{ '4242424242424242': true }, 'the name of a member'],
    [{ err: new Error('no such charge: x4242424242424242') }, 'an error with its stack'],
    [{ err: new Error('above', { cause: new Error('4242-4242-4242-4242') }) }, 'the cause of an error'],
    [{ deep: { list: [{ value: '%34242424242424242' }] } }, 'deep within'],
    [{ name: '4242424242424242.pdf', quote: 'say "4242424242424242"' }, 'quotes'],
  ])('%j carries none: %s', (fields) => {
    const { line, read } = written(fields);
    expect(containsCardNumber(line)).toBe(false);
    expect(read).toMatchObject({ time: expect.any(Number) as number, level: expect.any(Number) as number });
  });

  it('keeps what is none, to the letter', () => {
    const fields = {
      arn: '74532806304000012345678',
      at: 1764376800000,
      hash: '5f3c1a90b2d4e6f8a1c3e5f7092b4d6f',
    };
    expect(written(fields).read).toMatchObject(fields);
  });

  it('carries no token', () => {
    expect(written({ token: 'xoxb-12-34-abc', key: 'sk_live_abc' }).line).not.toMatch(/34-abc|live_abc/);
  });

  it('redacts the message and what a child was made with', () => {
    const lines: string[] = [];
    const log = createLog('info', (line) => void lines.push(line)).child({ channel: 'x4242424242424242' });
    log.warn({}, 'about 5555 5555 5555 4444');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      channel: 'x[card number ending 4242]',
      msg: 'about [card number ending 4444]',
    });
  });
});
