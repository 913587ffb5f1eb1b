/**
 * Draws a text tree.
 * Invariant: everything becomes elements and text nodes of ours, never markup from outside; links leave the page
 * in a new tab and without a referrer.
 */
import type { ComponentChildren, VNode } from 'preact';
import { formatDate, momentLabel } from './dates.js';
import { useDesk } from './desk.js';
import { emojiCharacter, withEmoji } from './emoji.js';
import { str, words, type Obj } from './json.js';
import { parseMrkdwn } from './mrkdwn.js';
import { commandName } from './typed.js';
import type { Inline, TextBlock } from './text-tree.js';

/** A `plain_text` or `mrkdwn` object. */
export function TextObject({ text }: { text: Obj }): VNode {
  if (str(text.type) === 'plain_text') return <span class="plain">{withEmoji(words(text))}</span>;
  return <Mrkdwn text={words(text)} />;
}

export function Mrkdwn({ text }: { text: string }): VNode {
  return <Tree blocks={parseMrkdwn(text)} />;
}

export function Tree({ blocks }: { blocks: TextBlock[] }): VNode {
  return (
    <div class="rich">
      {blocks.map((block, at) => (
        <TreeBlock key={at} block={block} />
      ))}
    </div>
  );
}

function TreeBlock({ block }: { block: TextBlock }): VNode {
  switch (block.kind) {
    case 'paragraph':
      return (
        <div class={isJumbo(block.children) ? 'rich-paragraph jumbo' : 'rich-paragraph'}>
          <Inlines nodes={block.children} />
        </div>
      );
    case 'heading':
      return (
        <div class={`rich-heading h${block.level}`} role="heading" aria-level={Math.min(6, block.level + 1)}>
          <Inlines nodes={block.children} />
        </div>
      );
    case 'pre':
      return (
        <pre class={`rich-pre ${borderOf(block)}`} tabIndex={0}>
          {block.text}
        </pre>
      );
    case 'quote':
      return (
        <blockquote class={`rich-quote ${borderOf(block)}`}>
          <Tree blocks={block.children} />
        </blockquote>
      );
    case 'list':
      return <List block={block} />;
    case 'table':
      return <MarkdownTable block={block} />;
    case 'rule':
      return <hr class="rich-rule" />;
  }
}

const borderOf = ({ bordered }: { bordered?: boolean }): string => (bordered === true ? 'bordered' : '');

function List({ block }: { block: Extract<TextBlock, { kind: 'list' }> }): VNode {
  const items = block.items.map((item, at) => (
    <li key={at}>
      <Inlines nodes={item} />
    </li>
  ));
  const name = `rich-list indent-${block.indent} ${borderOf(block)}`;
  return block.ordered ? (
    <ol class={name} start={block.start}>
      {items}
    </ol>
  ) : (
    <ul class={name}>{items}</ul>
  );
}

function MarkdownTable({ block }: { block: Extract<TextBlock, { kind: 'table' }> }): VNode {
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-label="Table">
      <table class="table">
        <thead>
          <tr>
            {block.head.map((cell, at) => (
              <th key={at} class={cell.align}>
                <Inlines nodes={cell.children} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, at) => (
                <td key={at} class={cell.align}>
                  <Inlines nodes={cell.children} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Up to a handful of emoji alone are drawn large, as Slack does. */
function isJumbo(nodes: Inline[]): boolean {
  const blank = (node: Inline): boolean => node.kind === 'text' && node.text.trim() === '';
  const known = (node: Inline): boolean => node.kind === 'emoji' && emojiCharacter(node.name) !== null;
  return nodes.some(known) && nodes.length <= 9 && nodes.every((node) => blank(node) || known(node));
}

function Inlines({ nodes }: { nodes: Inline[] }): VNode {
  return (
    <>
      {nodes.map((node, at) => (
        <InlineNode key={at} node={node} />
      ))}
    </>
  );
}

function InlineNode({ node }: { node: Inline }): VNode {
  switch (node.kind) {
    case 'text':
      return <>{node.text}</>;
    case 'bold':
      return (
        <strong>
          <Inlines nodes={node.children} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Inlines nodes={node.children} />
        </em>
      );
    case 'strike':
      return (
        <s>
          <Inlines nodes={node.children} />
        </s>
      );
    case 'underline':
      return (
        <u>
          <Inlines nodes={node.children} />
        </u>
      );
    case 'highlight':
      return (
        <mark>
          <Inlines nodes={node.children} />
        </mark>
      );
    case 'code':
      return <Code text={node.text} />;
    case 'link':
      return (
        <Away href={node.href}>
          <Inlines nodes={node.children} />
        </Away>
      );
    case 'emoji':
      return <Emoji name={node.name} />;
    case 'date':
      return <DateNode node={node} />;
    case 'color':
      return (
        <>
          <span class="swatch" style={{ backgroundColor: node.value }} />
          {node.value}
        </>
      );
    case 'broadcast':
      return <span class="mention loud">@{node.range}</span>;
    case 'usergroup':
      return <UserGroup node={node} />;
    case 'team':
      return <Team id={node.id} />;
    case 'user':
    case 'channel':
      return <Mention node={node} />;
  }
}

/** Code; a command of the app in it can be pressed, and is then put into the composer, up to its first placeholder. */
function Code({ text }: { text: string }): VNode {
  const { store, write } = useDesk();
  const name = commandName(text);
  const code = <code class="rich-code">{text}</code>;
  if (!store.commands.some(({ command }) => command === name)) return code;
  const line = /[…<[]/.test(text) ? `${name} ` : text;
  return (
    <button
      type="button"
      class="command-mark"
      title="Write it into the message field"
      onClick={() => write(line)}
    >
      {code}
    </button>
  );
}

export function Away({ href, children }: { href: string; children: ComponentChildren }): VNode {
  return (
    <a class="link" href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

export function Emoji({ name }: { name: string }): VNode {
  const character = emojiCharacter(name);
  if (character === null) return <>{`:${name}:`}</>;
  return (
    <span class="emoji" role="img" aria-label={`${name.replaceAll('_', ' ')} emoji`} title={`:${name}:`}>
      {character}
    </span>
  );
}

function DateNode({ node }: { node: Extract<Inline, { kind: 'date' }> }): VNode {
  const { person, nowMs } = useDesk();
  const shown = formatDate(node.epochSeconds, node.format, node.fallback, person.tz, nowMs);
  const time = (
    <time title={momentLabel(String(node.epochSeconds), person.tz) || node.fallback}>{shown}</time>
  );
  return node.href === null ? time : <Away href={node.href}>{time}</Away>;
}

function Team({ id }: { id: string }): VNode {
  const { team } = useDesk().store;
  return <span class="mention">@{team.id === id ? team.name : id}</span>;
}

function UserGroup({ node }: { node: Extract<Inline, { kind: 'usergroup' }> }): VNode {
  const group = useDesk().store.groups.find(({ id }) => id === node.id);
  return <span class="mention">@{group?.handle ?? (node.label.replace(/^@/, '') || node.id)}</span>;
}

function Mention({ node }: { node: Extract<Inline, { kind: 'user' | 'channel' }> }): VNode {
  const { store, person, go } = useDesk();
  if (node.kind === 'user') {
    const user = store.users.find((each) => each.id === node.id);
    return (
      <span class={node.id === person.id ? 'mention loud' : 'mention'}>@{user?.real_name ?? node.id}</span>
    );
  }
  const channel = store.channels.find((each) => each.id === node.id);
  if (channel === undefined) return <span class="mention">#{node.label === '' ? node.id : node.label}</span>;
  const open = (): void => go({ channel: channel.name, tab: 'messages', thread: null });
  return (
    <button type="button" class="mention" onClick={open}>
      #{channel.name}
    </button>
  );
}
