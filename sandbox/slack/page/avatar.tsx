/**
 * Drawn portraits: a person's from their id and colour, the bot's its own mark.
 * Invariant: the same user looks the same everywhere; always beside a name, so hidden from screen readers.
 */
import type { VNode } from 'preact';
import type { User } from '../wire.js';

const skins = ['#f6d3b8', '#e8b48f', '#c98a5e', '#8f5a3a', '#f2c6a0', '#6f432b'];
const hairs = ['#2b1d16', '#5a3621', '#8a5a2b', '#c99a4a', '#3b3b45', '#7a2f22'];
/** Hair as a cap, a bob, curls, a parting and a bun, behind or over a head of radius 8 at 20,17. */
const cuts = [
  'M11.5 17a8.5 8.5 0 0 1 17 0c-2-4-5-5-8.5-5s-6.5 1-8.5 5Z',
  'M11 24V16a9 9 0 0 1 18 0v8c-2 0-2.5-3-2.5-7-3 0-5-2-6.5-4-1.5 2-3.5 4-6.5 4 0 4-.5 7-2.5 7Z',
  'M11.5 17c-2-2-1-6 2-6 0-4 5-5 7-2.5 3-2 7 0 6.5 3 2.5.5 3 4 1.5 5.5-1-3-4-4-8.5-4s-7.5 1-8.5 4Z',
  'M11.5 18a8.5 8.5 0 0 1 17 0c-1-3-2-5-4-6-3 2.5-8 2-11 1.5-1 1-1.5 2.5-2 4.5Z',
  'M17 7a3 3 0 0 1 6 0c3 1 5.5 4 5.5 10-2-4-5-5.5-8.5-5.5S13.5 13 11.5 17C11.5 11 14 8 17 7Z',
];

export function Avatar({ user, size }: { user: User | null; size: number }): VNode {
  return (
    <svg class="avatar" width={size} height={size} viewBox="0 0 40 40" aria-hidden="true" focusable="false">
      <rect width="40" height="40" fill={user?.color ?? '#9a9a9f'} />
      {user && (user.is_bot ? <Mark /> : <Portrait seed={seedOf(user.id)} />)}
    </svg>
  );
}

function Mark(): VNode {
  return (
    <g>
      <rect x="8" y="12" width="24" height="17" rx="3" fill="#fff" />
      <rect x="8" y="15.5" width="24" height="4" fill="#000" opacity=".28" />
      <rect x="11.5" y="23" width="8" height="2.4" rx="1.2" fill="#000" opacity=".5" />
      <circle cx="27" cy="24.2" r="2.3" fill="#2eb67d" />
    </g>
  );
}

function Portrait({ seed }: { seed: number }): VNode {
  const skin = pick(skins, seed);
  const hair = pick(hairs, seed >> 3);
  return (
    <g>
      <path d="M5 40c1-9 7-12 15-12s14 3 15 12Z" fill="#fff" opacity=".92" />
      <path d="M16.5 23h7v6c-1.5 2.5-5.5 2.5-7 0Z" fill={skin} />
      <circle cx="20" cy="17.5" r="7.7" fill={skin} />
      <path d={pick(cuts, seed >> 5)} fill={hair} />
      <g fill="#2a1c16">
        <circle cx="17" cy="18.3" r=".9" />
        <circle cx="23" cy="18.3" r=".9" />
      </g>
      <path
        d="M17.3 21.3c1.5 1.5 3.9 1.5 5.4 0"
        fill="none"
        stroke="#2a1c16"
        stroke-width=".9"
        stroke-linecap="round"
      />
    </g>
  );
}

function seedOf(id: string): number {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return hash ^ (hash >>> 13);
}

function pick(from: string[], seed: number): string {
  return from[Math.abs(seed) % from.length] ?? '';
}
