/**
 * A combobox: a field that filters a list as one types, for one choice or many.
 * Invariant: follows the ARIA combobox pattern: focus stays in the field, arrows move the active option, Enter
 * chooses, Escape closes; in a field of many, Backspace on an empty field takes the last choice away.
 */
import type { VNode } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Json } from '../wire.js';
import { Icon } from './icons.js';
import { Popup } from './popup.js';

export interface Choice {
  label: string;
  note: string;
  /** What the form keeps: an option object, or an id. */
  raw: Json;
}

export interface Group {
  label: string;
  choices: Choice[];
}

interface ComboProps {
  label: string;
  placeholder: string;
  action: string;
  multiple: boolean;
  chosen: Choice[];
  most: number;
  queryLengthMin: number;
  describedBy: string | undefined;
  invalid: boolean;
  load: (query: string) => Promise<Group[]>;
  onChange: (chosen: Choice[]) => void;
}

export function Combo(props: ComboProps): VNode {
  const { multiple, chosen, onChange } = props;
  const frame = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const combo = useCombo(props);
  const single = multiple ? '' : (chosen[0]?.label ?? '');
  return (
    <div
      ref={frame}
      class={multiple ? 'combo many' : 'combo'}
      aria-invalid={props.invalid || undefined}
      onPointerDown={(event) => keepFocus(event, field.current)}
    >
      {multiple &&
        chosen.map((each) => (
          <Chip
            key={each.label}
            choice={each}
            onRemove={() => onChange(chosen.filter((other) => other !== each))}
          />
        ))}
      <input
        ref={field}
        role="combobox"
        class="combo-field"
        aria-label={props.label}
        aria-expanded={combo.open}
        aria-controls={combo.listId}
        aria-autocomplete="list"
        aria-activedescendant={combo.options.length > 0 ? `${combo.listId}-${combo.active}` : undefined}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        data-action-id={props.action}
        autoComplete="off"
        value={combo.open ? combo.query : single}
        placeholder={single || (multiple && chosen.length > 0 ? '' : props.placeholder)}
        onClick={combo.show}
        onInput={(event) => combo.search(event.currentTarget.value)}
        onKeyDown={combo.keys}
        onBlur={combo.close}
      />
      <Icon name="chevron" size={16} />
      {combo.open && (
        <Popup anchor={frame} onClose={combo.close} fit class="options">
          <Options
            {...combo}
            chosen={chosen}
            label={props.label}
            queryLengthMin={props.queryLengthMin}
            onChoose={combo.choose}
          />
        </Popup>
      )}
    </div>
  );
}

interface ComboState {
  listId: string;
  open: boolean;
  query: string;
  active: number;
  /** Null while they load, or while the query is too short. */
  groups: Group[] | null;
  /** What the groups hold, flat; empty while closed. */
  options: Choice[];
  show: () => void;
  close: () => void;
  search: (query: string) => void;
  choose: (choice: Choice) => void;
  keys: (event: KeyboardEvent) => void;
}

function useCombo(props: ComboProps): ComboState {
  const { multiple, chosen, onChange } = props;
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const groups = useGroups(open, query, props);
  const options = open ? (groups ?? []).flatMap((group) => group.choices) : [];
  const search = (next: string, show = true): void => {
    setQuery(next);
    setActive(0);
    setOpen(show);
  };
  const choose = (choice: Choice): void => {
    const has = chosen.some((each) => same(each, choice));
    if (!multiple) onChange([choice]);
    else if (has) onChange(chosen.filter((each) => !same(each, choice)));
    else if (chosen.length < props.most) onChange([...chosen, choice]);
    search('', multiple);
  };
  const keys = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const choice = options[active];
    if (event.key === 'Backspace' && query === '' && multiple) onChange(chosen.slice(0, -1));
    if (event.key !== 'Enter' && step === undefined) return;
    event.preventDefault();
    if (!open) setOpen(true);
    else if (step !== undefined) setActive((active + step + options.length) % Math.max(1, options.length));
    else if (choice !== undefined) choose(choice);
  };
  const close = (): void => search('', false);
  return {
    listId,
    open,
    query,
    active,
    groups,
    options,
    search,
    choose,
    keys,
    close,
    show: () => setOpen(true),
  };
}

function same(a: Choice, b: Choice): boolean {
  return JSON.stringify(a.raw) === JSON.stringify(b.raw);
}

/** A press on the frame, but not on a button in it, lands in the field. */
function keepFocus(event: PointerEvent, field: HTMLInputElement | null): void {
  if (
    !(event.target instanceof Element) ||
    event.target === field ||
    event.target.closest('button, [popover]') !== null
  )
    return;
  event.preventDefault();
  field?.focus();
  field?.click();
}

/** The groups for the query; null while they load or the query is too short. A late answer for an older query is dropped. */
function useGroups(open: boolean, query: string, { load, queryLengthMin }: ComboProps): Group[] | null {
  const [groups, setGroups] = useState<Group[] | null>(null);
  const enough = open && query.length >= queryLengthMin;
  useEffect(() => {
    setGroups(null);
    if (!enough) return;
    let current = true;
    const ask = setTimeout(
      () => void load(query).then((found) => (current ? setGroups(found) : undefined)),
      queryLengthMin > 0 ? 200 : 0,
    );
    return () => {
      current = false;
      clearTimeout(ask);
    };
  }, [enough, query]);
  return groups;
}

function Chip({ choice, onRemove }: { choice: Choice; onRemove: () => void }): VNode {
  return (
    <span class="chip">
      {choice.label}
      <button type="button" aria-label={`Remove ${choice.label}`} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}

interface OptionsProps {
  listId: string;
  label: string;
  groups: Group[] | null;
  active: number;
  chosen: Choice[];
  query: string;
  queryLengthMin: number;
  onChoose: (choice: Choice) => void;
}

function Options(props: OptionsProps): VNode {
  const { listId, groups, active } = props;
  useEffect(
    () => document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: 'nearest' }),
    [listId, active, groups],
  );
  const starts = (groups ?? []).map((_, at) =>
    (groups ?? []).slice(0, at).reduce((sum, group) => sum + group.choices.length, 0),
  );
  return (
    <div id={listId} role="listbox" aria-label={props.label} tabIndex={-1}>
      {groups?.map((group, at) => (
        <GroupOptions key={at} {...props} group={group} start={starts[at] ?? 0} />
      ))}
      {(groups === null || starts.length === 0 || groups.every((group) => group.choices.length === 0)) && (
        <p class="options-note" role="option" aria-disabled="true" aria-selected="false">
          {noteFor(props)}
        </p>
      )}
    </div>
  );
}

function noteFor({ groups, query, queryLengthMin }: OptionsProps): string {
  if (query.length < queryLengthMin) return `Type ${queryLengthMin} or more characters to search`;
  return groups === null ? 'Loading…' : 'No results';
}

function GroupOptions({
  group,
  start,
  listId,
  active,
  chosen,
  onChoose,
}: OptionsProps & { group: Group; start: number }): VNode {
  const items = group.choices.map((choice, at) => {
    const picked = chosen.some((each) => same(each, choice));
    return (
      <div
        key={at}
        id={`${listId}-${start + at}`}
        role="option"
        aria-selected={picked}
        class={start + at === active ? 'option active' : 'option'}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => onChoose(choice)}
      >
        <span>{choice.label}</span>
        {choice.note !== '' && <small>{choice.note}</small>}
        {picked && <Icon name="check" size={16} />}
      </div>
    );
  });
  return group.label === '' ? (
    <>{items}</>
  ) : (
    <div role="group" aria-label={group.label}>
      <div class="option-group" aria-hidden="true">
        {group.label}
      </div>
      {items}
    </div>
  );
}
