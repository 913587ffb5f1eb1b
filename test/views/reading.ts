/** Cards and windows as the lines that a person reads, checked against Slack’s limits on the way. */
import { expect } from 'vitest';
import { validateView } from '../../sandbox/slack/block-kit/validate.js';
import type { Card, CardBlock } from '../../src/ports/card.js';
import type { Modal } from '../../src/ports/command.js';
import { viewOf } from '../../src/adapters/slack/windows.js';
import { faultsOf, linesOf } from '../support/cards.js';

export const asRead = (line: string): string => line.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1');

export function read(card: Card): string {
  expect(faultsOf(card)).toEqual([]);
  return linesOf(card).map(asRead).join('\n');
}

export const json = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never;

/** A window as lines: title and buttons first, inputs as `{name: label}`. */
export function readModal(modal: Modal): string {
  expect(validateView(json(viewOf(modal, null)))).toEqual([]);
  expect(modal.memo.length).toBeLessThanOrEqual(3000);
  const { title, submit, close, blocks } = modal;
  const card = { text: `${title} [${submit ?? ''}] [${close}]`, blocks: blocks.map(inputAsText) };
  return linesOf(card).map(asRead).join('\n');
}

function inputAsText(block: CardBlock): CardBlock {
  const {
    block_id: name,
    label,
    element,
  } = block as { block_id?: string; label?: { text: string }; element?: { type: string } };
  if (block.type !== 'input') return block;
  return {
    type: 'section',
    text: { text: `{${name ?? ''}: ${label?.text ?? ''}, ${element?.type ?? ''}}` },
  } as CardBlock;
}

export const stateLine = (card: Card): string => read(card).split('\n')[1] ?? '';
