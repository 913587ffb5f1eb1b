/**
 * How busy a slice should be today: its usual volume, times how busy the rest of its calendar is now, times how busy it was
 * itself before it fell.
 *
 * A country has quiet days of its own, and a partner or a method has those of the countries it serves. So the leaves of a partner
 * are expected to be as busy as what else happens in their countries, and a fall that the country does not share is no holiday.
 * A country itself, and every slice of a metric without such a dimension, may have a quiet day.
 * Invariant: what a slice shows while it falls does not lower what is expected of it, for six hours.
 */
import { grown } from '../slices/columns.js';
import type { Lattice } from '../slices/lattice.js';

/** Dimensions whose values have holidays. */
const calendarNames = /^(?:country|market|region)$/i;
export const hasCalendar = (dimension: string): boolean => calendarNames.test(dimension);

/** How long the recent levels look back: of the calendar, which has to follow a holiday, and of a slice itself. */
const calendarHours = 1;
const ownHours = 3;
const frozenHours = 6;
/** Attempts that a level needs to say anything. */
const leastAttempts = 10;
const quietest = 0.4;
const busiest = 3;

interface Recent {
  seen: Float64Array<ArrayBuffer>;
  usual: Float64Array<ArrayBuffer>;
}
const empty = (): Recent => ({ seen: new Float64Array(0), usual: new Float64Array(0) });

export class Levels {
  /** Of every slice: its usual volume at the level of its calendar, and the doubt about that level as a sum of deviations. */
  atCalendar = new Float64Array(0);
  doubt = new Float64Array(0);
  /** The same at the slice's own level. */
  expected = new Float64Array(0);
  private own = new Float64Array(0);
  private quiet = new Float64Array(0);
  private knownNodes = 0;
  private readonly recent = { calendar: empty(), own: empty() };
  /** For each mask: the mask that also names the calendar; −1 where no slices have it. */
  private readonly within: readonly number[];
  private readonly calendar: number;

  constructor(
    private readonly lattice: Lattice,
    private readonly perHour: number,
  ) {
    const bit = 1 << lattice.dimensions.findIndex((name) => hasCalendar(name));
    this.calendar = lattice.masks.indexOf(bit);
    this.within = lattice.masks.map((mask) => lattice.masks.indexOf(mask | bit));
  }

  grow(nodes: number): void {
    this.atCalendar = grown(this.atCalendar, nodes);
    this.doubt = grown(this.doubt, nodes);
    this.expected = grown(this.expected, nodes);
    this.own = grown(this.own, nodes, 1);
    this.quiet = grown(this.quiet, nodes);
    for (; this.knownNodes < nodes; this.knownNodes++) {
      const named = Object.keys(this.lattice.sliceOfNode(this.knownNodes));
      const isCalendar = this.calendar === -1 || named.every((name) => hasCalendar(name));
      this.quiet[this.knownNodes] = isCalendar ? 1 : 0;
    }
    for (const recent of [this.recent.calendar, this.recent.own]) {
      recent.seen = grown(recent.seen, nodes);
      recent.usual = grown(recent.usual, nodes);
    }
  }

  /** Whether a slice may have a quiet day that nothing beside it explains. */
  mayBeQuiet(node: number): boolean {
    return this.quiet[node] === 1;
  }

  /** Finds what is expected, from what is usual of each leaf (0 for leaves that are left out). */
  expect(
    usualOf: (leaf: number) => number,
    sums: Float64Array,
    isFalling: (node: number, hours: number) => boolean,
  ): void {
    this.atCalendar.fill(0);
    this.doubt.fill(0);
    const { masks, nodesOfLeaves, leafCount, nodeCount } = this.lattice;
    for (let leaf = 0; leaf < leafCount; leaf++) {
      const usual = usualOf(leaf);
      if (usual > 0)
        for (let place = 0; place < masks.length; place++)
          this.addLeaf(nodesOfLeaves, leaf * masks.length, place, usual);
    }
    for (let node = 0; node < nodeCount; node++) {
      if (this.mayBeQuiet(node)) this.atCalendar[node] = sums[node]!;
      const { seen, usual } = this.recent.own;
      if (!isFalling(node, frozenHours))
        this.own[node] = (seen[node]! + leastAttempts) / (usual[node]! + leastAttempts);
      this.expected[node] = this.atCalendar[node]! * Math.min(busiest, Math.max(quietest, this.own[node]!));
    }
  }

  private addLeaf(nodes: Int32Array, first: number, place: number, usual: number): void {
    const to = nodes[first + place]!;
    if (this.calendar === -1 || place === 0 || place === this.calendar) return;
    const { seen, usual: expected } = this.recent.calendar;
    const all = nodes[first + this.calendar]!;
    const inside = this.within[place]!;
    const part = inside === -1 ? -1 : nodes[first + inside]!;
    const restUsual = expected[all]! - (part === -1 ? 0 : expected[part]!);
    const restSeen = seen[all]! - (part === -1 ? 0 : seen[part]!);
    const level = (Math.max(0, restSeen) + leastAttempts) / (Math.max(0, restUsual) + leastAttempts);
    this.atCalendar[to] = this.atCalendar[to]! + usual * Math.min(1, Math.max(quietest, level));
    this.doubt[to] = this.doubt[to]! + usual / Math.sqrt(Math.max(0, restUsual) + leastAttempts);
  }

  /** Takes a bucket into the recent levels. */
  follow(counted: Float64Array, usual: Float64Array): void {
    const keep = {
      calendar: Math.exp(-1 / (calendarHours * this.perHour)),
      own: Math.exp(-1 / (ownHours * this.perHour)),
    };
    const { calendar, own } = this.recent;
    for (let node = 0; node < this.lattice.nodeCount; node++) {
      calendar.seen[node] = keep.calendar * calendar.seen[node]! + counted[node]!;
      calendar.usual[node] = keep.calendar * calendar.usual[node]! + usual[node]!;
      own.seen[node] = keep.own * own.seen[node]! + counted[node]!;
      own.usual[node] = keep.own * own.usual[node]! + this.atCalendar[node]!;
    }
  }
}
