/**
 * Every kind of select: options of its own, asked of the bot, people, channels or conversations; one or many.
 * Invariant: a choice is kept as the state wants it: an option object, or the id of a person or a channel.
 */
import type { VNode } from 'preact';
import type { Json } from '../wire.js';
import { Combo, type Choice, type Group } from './combo.js';
import type { ElementProps } from './parts.js';
import { useDesk, type PageContext } from './desk.js';
import { withEmoji } from './emoji.js';
import { actionId } from './form.js';
import { json, list, num, obj, objs, str, words, type Obj } from './json.js';
import { useSurface, valueOf } from './surface.js';
import { counterpart } from './timeline.js';

const externalQueryLengthMin = 3;

export function SelectElement({ element, slot }: ElementProps): VNode {
  const surface = useSurface();
  const desk = useDesk();
  const type = str(element.type);
  const multiple = type.startsWith('multi_');
  const kind = type.replace('multi_', '');
  const external = kind === 'external_select';
  const value = valueOf(surface, slot, element);
  const choices = kind.startsWith('static') || external ? [] : placesOf(desk, kind);
  const chosen = (multiple ? list(value) : value === null || value === undefined ? [] : [value]).map((each) =>
    choiceOf(each, choices),
  );
  const load = async (query: string): Promise<Group[]> => {
    if (external) return groupsOf({ ...(await surface.suggest(slot, element, query)) });
    const groups = kind === 'static_select' ? groupsOf(element) : [{ label: '', choices }];
    return matching(groups, query);
  };
  return (
    <Combo
      label={slot.label || words(element.placeholder) || actionId(element)}
      placeholder={words(element.placeholder) || (multiple ? 'Select options' : 'Select an option')}
      action={actionId(element)}
      multiple={multiple}
      chosen={chosen}
      most={num(element.max_selected_items, Infinity)}
      queryLengthMin={external ? num(element.min_query_length, externalQueryLengthMin) : 0}
      describedBy={slot.describedBy}
      invalid={slot.invalid === true}
      load={load}
      onChange={(next) => {
        const raw = next.map((each) => each.raw);
        void surface.change(slot, element, multiple ? raw : (raw.at(-1) ?? null));
      }}
    />
  );
}

function choiceOf(value: Json, places: Choice[]): Choice {
  if (typeof value === 'string')
    return places.find((each) => each.raw === value) ?? { label: value, note: '', raw: value };
  return optionChoice(obj(value));
}

function optionChoice(option: Obj): Choice {
  return {
    label: withEmoji(words(option.text)),
    note: withEmoji(words(option.description)),
    raw: json(option),
  };
}

function groupsOf(source: Obj): Group[] {
  const groups = objs(source.option_groups).map((group) => ({
    label: withEmoji(words(group.label)),
    choices: objs(group.options).map(optionChoice),
  }));
  return groups.length > 0 ? groups : [{ label: '', choices: objs(source.options).map(optionChoice) }];
}

function matching(groups: Group[], query: string): Group[] {
  const wanted = query.trim().toLocaleLowerCase('en');
  const fits = (choice: Choice): boolean => choice.label.toLocaleLowerCase('en').includes(wanted);
  return groups
    .map((group) => ({ ...group, choices: group.choices.filter(fits) }))
    .filter((group) => group.choices.length > 0);
}

/** People, public channels, or every conversation of the person, by the kind of select. */
function placesOf(desk: PageContext, kind: string): Choice[] {
  const { users, channels } = desk.store;
  if (kind === 'users_select') {
    return users
      .filter((each) => !each.deleted)
      .map((each) => ({ label: each.real_name, note: each.title, raw: each.id }));
  }
  const listed = channels.filter(
    (each) => !each.is_archived && (kind === 'conversations_select' || (!each.is_im && !each.is_private)),
  );
  return listed
    .filter((each) => !each.is_im || each.members.includes(desk.person.id))
    .map((each) => ({
      label: each.is_im
        ? (counterpart(each, desk.person.id, users)?.real_name ?? each.name)
        : `#${each.name}`,
      note: '',
      raw: each.id,
    }));
}
