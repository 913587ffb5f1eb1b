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
  const listId = useId();
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const groups = useGroups(open, query, props);
  const options = (groups ?? []).flatMap((group) => group.choices);
  const close = (): void => {
    setOpen(false);
    setQuery('');
    setActive(0);
  };
  const choose = (choice: Choice): void => {
    const has = chosen.some((each) => same(each, choice));
    if (!multiple) onChange([choice]);
    else if (has) onChange(chosen.filter((each) => !same(each, choice)));
    else if (chosen.length < props.most) onChange([...chosen, choice]);
    if (multiple) setQuery('');
    else close();
  };
  const keys = (event: KeyboardEvent): void => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      if (open) setActive((to + options.length) % Math.max(1, options.length));
      else setOpen(true);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const choice = options[active];
      if (open && choice !== undefined) choose(choice);
      else setOpen(true);
    } else if (event.key === 'Backspace' && query === '' && multiple) onChange(chosen.slice(0, -1));
    else if (event.key === 'Tab') close();
  };
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
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={open && options.length > 0 ? `${listId}-${active}` : undefined}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        data-action-id={props.action}
        autoComplete="off"
        value={open ? query : single}
        placeholder={single || (multiple && chosen.length > 0 ? '' : props.placeholder)}
        onClick={() => setOpen(true)}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
          setOpen(true);
        }}
        onKeyDown={keys}
        onBlur={close}
      />
      <Icon name="chevron" size={16} />
      {open && (
        <Popup anchor={frame} onClose={close} fit class="options">
          <Options
            {...{
              listId,
              groups,
              active,
              chosen,
              query,
              queryLengthMin: props.queryLengthMin,
              label: props.label,
            }}
            onChoose={choose}
          />
        </Popup>
      )}
    </div>
  );
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
